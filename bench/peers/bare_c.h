/* What the bare loops are made of: draws, a heap of timers, a line of people who wait, and what is reported.
 *
 * Draws are those of callfloor/people/draws.py: words mixed from a stream, a number and a purpose. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#define GOLDEN 0x9E3779B97F4A7C15u
#define ENTITY_STEP 0xD1B54A32D192ED03u
#define PURPOSE_STEP 0x8CB92BA72F3D8DD7u

enum { ARRIVE, PATIENCE, FINISH, RING }; /* kinds of timers */
enum { GAP = 1, HANDLE, PATIENT, RINGING, HUMAN, TALK }; /* purposes of draws */
enum { FINE, NO_MEMORY, TOO_MANY };

#define TIMERS (1u << 17)
#define LINE (1u << 16) /* a power of two: places in the line go round in it */

/* Words and draws. */

static inline uint64_t finalise(uint64_t bits)
{
    bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9u;
    bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EBu;
    return bits ^ (bits >> 31);
}

static uint64_t stream_of(uint64_t seed) { return finalise(finalise(seed + GOLDEN) + GOLDEN); }

static inline uint64_t mix_words(uint64_t stream, uint64_t entity, uint64_t purpose)
{
    return finalise(stream + entity * ENTITY_STEP + purpose * PURPOSE_STEP);
}

static inline double uniform_of(uint64_t word) { return ((double)(word >> 12) + 0.5) * 0x1p-52; }

/* Callfloor's own draws, to the last bit: LAYERS and TAIL come from people/ziggurat.py. */
static const double LAYER[] = {LAYERS};

static inline uint64_t further(uint64_t word, uint64_t number)
{
    return finalise(word + number * 0x9E3779B97F4A7C15u);
}

static double at_the_edge(uint64_t word, int layer, double x)
{
    uint64_t number = 1;
    while (layer > 0) {
        double low = exp(-LAYER[layer]), high = exp(-LAYER[layer + 1]);
        if (low + uniform_of(further(word, number)) * (high - low) < exp(-x)) return x;
        uint64_t other = further(word, number + 1);
        number += 2;
        layer = (int)(other & 255);
        x = uniform_of(other) * LAYER[layer];
        if (x < LAYER[layer + 1]) return x;
    }
    return TAIL - log(uniform_of(further(word, number)));
}

static inline double exponential_of(uint64_t word, double mean)
{
    int layer = (int)(word & 255);
    double x = uniform_of(word) * LAYER[layer];
    if (x < LAYER[layer + 1]) return mean * x;
    return mean * at_the_edge(word, layer, x);
}

static inline double drawn(uint64_t stream, uint32_t call, uint64_t purpose, double mean)
{
    return exponential_of(mix_words(stream, call, purpose), mean);
}

/* The heap. A timer that has gone off leaves a hole at the top, which the next one to be set goes into. */

typedef struct {
    double at;
    uint32_t kind, index;
} Timer;

typedef struct {
    Timer *timers;
    uint32_t size, hole, full;
} Heap;

static inline void sink(Heap *heap, Timer moved)
{
    Timer *timers = heap->timers;
    uint32_t size = heap->size, at = 0, child;
    while ((child = 4 * at + 1) + 3 < size) {
        const uint32_t left = child + (timers[child + 1].at < timers[child].at);
        const uint32_t right = child + 2 + (timers[child + 3].at < timers[child + 2].at);
        const uint32_t least = timers[right].at < timers[left].at ? right : left;
        if (moved.at <= timers[least].at) {
            timers[at] = moved;
            return;
        }
        timers[at] = timers[least];
        at = least;
    }
    if (child < size) {
        uint32_t least = child;
        for (uint32_t other = child + 1; other < size; other++)
            if (timers[other].at < timers[least].at)
                least = other;
        if (timers[least].at < moved.at) {
            timers[at] = timers[least];
            at = least;
        }
    }
    timers[at] = moved;
}

static inline void set(Heap *heap, double at, uint32_t kind, uint32_t index)
{
    Timer timer = {at, kind, index};
    if (heap->hole) {
        heap->hole = 0;
        sink(heap, timer);
        return;
    }
    if (heap->size == TIMERS) {
        heap->full = 1;
        return;
    }
    uint32_t place = heap->size++;
    while (place && at < heap->timers[(place - 1) / 4].at) {
        heap->timers[place] = heap->timers[(place - 1) / 4];
        place = (place - 1) / 4;
    }
    heap->timers[place] = timer;
}

/* The next timer, or 0 when there is none. */
static inline int next(Heap *heap, Timer *timer)
{
    if (heap->hole) {
        heap->hole = 0;
        if (--heap->size)
            sink(heap, heap->timers[heap->size]);
    }
    if (heap->size == 0)
        return 0;
    *timer = heap->timers[0];
    heap->hole = 1;
    return 1;
}

/* The line. */

typedef struct {
    double came, until;
    uint32_t number, present;
} Waiting;

typedef struct {
    Waiting *places;
    uint32_t head, tail;
} Line;

static inline void join(Line *line, double came, double until, uint32_t number)
{
    line->places[line->tail++ & (LINE - 1)] = (Waiting){came, until, number, 1};
}

/* Who has waited longest, or NULL. */
static inline Waiting *take(Line *line)
{
    while (line->head != line->tail) {
        Waiting *place = &line->places[line->head++ & (LINE - 1)];
        if (place->present) {
            place->present = 0;
            return place;
        }
    }
    return NULL;
}

/* What is reported. */

typedef struct {
    uint64_t offered, answered, abandoned, waited, in_time, attempts, events;
    double answered_wait_s, lost_wait_s, from_s, to_s;
} Found;

static inline void answer(Found *found, double wait_s, double limit_s)
{
    found->answered++;
    found->waited++;
    found->in_time += wait_s <= limit_s;
    found->answered_wait_s += wait_s;
}

static inline void abandon(Found *found, double wait_s)
{
    found->abandoned++;
    found->waited++;
    found->lost_wait_s += wait_s;
}

/* The end of somebody's patience, unless they have been served. Their place may be another's by now. */
static inline void give_up(Line *line, Timer timer, Found *books, uint64_t warm_up)
{
    Waiting *place = &line->places[timer.index & (LINE - 1)];
    if (place->present && place->until == timer.at) {
        place->present = 0;
        abandon(&books[place->number >= warm_up], timer.at - place->came);
    }
}

typedef struct {
    uint64_t calls, warm_up, seed;
    uint32_t agents;
    /* of model A, then of model C */
    double gap_s, handle_s, patience_s, limit_s;
    double ratio, ring_low_s, ring_high_s, human, talk_s, answer_within_s;
} Model;
