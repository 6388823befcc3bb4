/* Two of the models as bare loops: what a compiled simulation costs when it is nothing else.
 *
 * Agents are a count. Nothing is named, traced, configured or recorded by person. Draws go by the number of
 * the call, so that both variants of model A meet the same callers and find the same figures. */
#include "bare_c.h"

/* Model A. */

/* Abandon the first in line whose patience has ended; they have no timer. */
static inline void clear(Line *line, double now, Found *books, uint64_t warm_up)
{
    while (line->head != line->tail) {
        const Waiting *place = &line->places[line->head & (LINE - 1)];
        if (place->until > now)
            return;
        abandon(&books[place->number >= warm_up], place->until - place->came);
        line->head++;
    }
}

/* `lazy`: patience has no timer and is looked at when an agent becomes ready. */
static inline int erlang(const Model *model, int lazy, Heap *heap, Line *line, Found *books)
{
    const uint64_t stream = stream_of(model->seed), warm_up = model->warm_up;
    uint32_t ready = model->agents;
    Timer timer;
    set(heap, drawn(stream, 0, GAP, model->gap_s), ARRIVE, 0);
    while (next(heap, &timer)) {
        const double now = timer.at;
        books[1].events++;
        if (timer.kind == ARRIVE) {
            const uint32_t call = timer.index;
            Found *found = &books[call >= warm_up];
            found->offered++;
            if (call + 1 < model->calls)
                set(heap, now + drawn(stream, call + 1, GAP, model->gap_s), ARRIVE, call + 1);
            if (ready) {
                ready--;
                found->answered++;
                found->in_time++;
                set(heap, now + drawn(stream, call, HANDLE, model->handle_s), FINISH, call);
                continue;
            }
            if (line->tail - line->head == LINE)
                return TOO_MANY;
            const double until = now + drawn(stream, call, PATIENT, model->patience_s);
            if (!lazy)
                set(heap, until, PATIENCE, line->tail);
            join(line, now, until, call);
        } else if (timer.kind == FINISH) {
            if (lazy)
                clear(line, now, books, warm_up);
            const Waiting *first = take(line);
            if (first) {
                answer(&books[first->number >= warm_up], now - first->came, model->limit_s);
                set(heap, now + drawn(stream, first->number, HANDLE, model->handle_s), FINISH, first->number);
            } else {
                ready++;
            }
        } else {
            give_up(line, timer, books, warm_up);
        }
    }
    return heap->full ? TOO_MANY : FINE;
}

static int erlang_timers(const Model *model, Heap *heap, Line *line, Found *books)
{
    return erlang(model, 0, heap, line, books);
}

static int erlang_lazy(const Model *model, Heap *heap, Line *line, Found *books)
{
    return erlang(model, 1, heap, line, books);
}

/* Model C: a pooled power campaign with endless leads. */

typedef struct {
    uint64_t stream;
    uint32_t ready, ringing, placed;
} Campaign;

static inline void top_up(const Model *model, Campaign *campaign, Heap *heap, Found *books, double now)
{
    const uint32_t lines = (uint32_t)(model->ratio * campaign->ready);
    const double width_s = model->ring_high_s - model->ring_low_s;
    while (campaign->ringing < lines && campaign->placed < model->calls) {
        const uint32_t attempt = campaign->placed++;
        const double share = uniform_of(mix_words(campaign->stream, attempt, RINGING));
        Found *found = &books[attempt >= model->warm_up];
        if (attempt == model->warm_up)
            found->from_s = now;
        found->to_s = now;
        found->attempts++;
        campaign->ringing++;
        set(heap, now + model->ring_low_s + width_s * share, RING, attempt);
    }
}

static int power(const Model *model, Heap *heap, Line *line, Found *books)
{
    const uint64_t stream = stream_of(model->seed), warm_up = model->warm_up;
    Campaign campaign = {stream, model->agents, 0, 0};
    Timer timer;
    top_up(model, &campaign, heap, books, 0.0);
    while (next(heap, &timer)) {
        const double now = timer.at;
        books[1].events++;
        if (timer.kind == RING) {
            const uint32_t attempt = timer.index;
            campaign.ringing--;
            if (uniform_of(mix_words(stream, attempt, HUMAN)) < model->human) {
                if (campaign.ready) {
                    campaign.ready--;
                    books[attempt >= warm_up].answered++;
                    set(heap, now + drawn(stream, attempt, TALK, model->talk_s), FINISH, attempt);
                } else if (line->tail - line->head == LINE) {
                    return TOO_MANY;
                } else {
                    set(heap, now + model->answer_within_s, PATIENCE, line->tail);
                    join(line, now, now + model->answer_within_s, attempt);
                }
            }
        } else if (timer.kind == FINISH) {
            const Waiting *first = take(line);
            if (first) {
                answer(&books[first->number >= warm_up], now - first->came, model->answer_within_s);
                set(heap, now + drawn(stream, first->number, TALK, model->talk_s), FINISH, first->number);
            } else {
                campaign.ready++;
            }
        } else {
            give_up(line, timer, books, warm_up);
        }
        top_up(model, &campaign, heap, books, now);
    }
    return heap->full ? TOO_MANY : FINE;
}

/* Run variant 0 (all timers), 1 (lazy) or 2 (campaign): FINE, or what went wrong. */
int simulate(const Model *model, int variant, Found *found)
{
    static int (*const variants[])(const Model *, Heap *, Line *, Found *) = {
        erlang_timers,
        erlang_lazy,
        power,
    };
    Heap heap = {malloc(TIMERS * sizeof(Timer)), 0, 0, 0};
    Line line = {calloc(LINE, sizeof(Waiting)), 0, 0};
    Found books[2] = {{0}, {0}}; /* the warm-up's, and the one that counts */
    int outcome = NO_MEMORY;
    if (heap.timers && line.places)
        outcome = variants[variant](model, &heap, &line, books);
    *found = books[1];
    free(heap.timers);
    free(line.places);
    return outcome;
}
