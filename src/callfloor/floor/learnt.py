"""What has been learnt of durations: how long people talk, wrap up, and let it ring.

A law is a histogram in bins of equal width in which older observations count less. Where little is known it
is mixed with an exponential law of the same mean. The width follows the mean, so that a law of any scale
has the same resolution.

Those that still go on count as well. In the first minute of a shift only the short ones have ended, and a law
of these alone would have everybody free in no time. An age has been passed by those that have ended later and
by those that go on and are older now, less those that were so on average while what is remembered was seen:
they had passed it before. (Occurrences over exposure, as in life tables.)
"""

from __future__ import annotations

from dataclasses import field
from math import exp, log

from callfloor.floor.units import Count, Rate, Seconds, Times, grow_times, new_times, record

BINS: Count = 96
BINS_TO_MEAN: Rate = 24.0
"""Bins up to the mean; the last bin is open."""

SPANS_MEMORY: Rate = 1000.0
"""An observation counts 1/e after so many newer ones."""

HEAVIEST: Rate = 1e9
"""Instead of making old observations lighter new ones are made heavier, up to this."""

NARROWEST_S: Seconds = 0.05
SUREST: Rate = 0.99
"""The chance to end within a bin, at most: nothing that is learnt is sure."""

LEAST_PASSED: Rate = 0.5
"""Of those that have ended later so many have passed an age at least, whatever the averages say."""

SPANS_GUESS: Rate = 3.0
"""The exponential law that is mixed in counts like so many observations."""


@record
class Spans:
    """A law of a duration. `weights` is by bin; `total` their sum; one of today weighs `newest`."""

    mean_guess_s: Seconds = 300.0  # before anything is observed: rather too long than too short
    width_s: Seconds = 12.5
    weights: Times = field(default_factory=new_times)
    total: Rate = 0.0
    sum_s: Seconds = 0.0  # of all durations, weighted
    beyond_s: Seconds = 0.0  # of those in the last bin: what is over its beginning, weighted
    newest: Rate = 1.0
    fresh: Times = field(default_factory=new_times)  # durations that have ended since it was last settled
    unsettled: Count = 0  # how many those are
    ongoing: Times = field(default_factory=new_times)  # those that went on when it was settled, by bin of age
    ongoing_s: Seconds = 0.0  # how long these had lasted, added up
    ongoing_beyond_s: Seconds = 0.0  # as ``beyond_s``, of these
    usual: Times = field(default_factory=new_times)  # how many went on, averaged as observations count
    usual_s: Seconds = 0.0
    usual_beyond_s: Seconds = 0.0
    hazard: Times = field(default_factory=new_times)  # added up, at the bins' beginnings
    last_hazard: Rate = 0.0  # a second, in the last bin


def open_spans(spans: Spans) -> None:
    """Make room for what will be learnt."""
    grow_times(spans.weights, BINS)
    grow_times(spans.hazard, BINS)
    grow_times(spans.ongoing, BINS)
    grow_times(spans.usual, BINS)


def learn_span(spans: Spans, span_s: Seconds) -> None:
    """Note a duration that has just ended."""
    if spans.unsettled == len(spans.fresh):
        grow_times(spans.fresh, 2 * spans.unsettled + 8)
    spans.fresh[spans.unsettled] = span_s
    spans.unsettled += 1


def settle_spans(spans: Spans) -> None:
    """Take what has been noted into the law; whoever goes on is to be counted anew."""
    share = 1.0 - exp(-spans.unsettled / SPANS_MEMORY)
    spans.usual_s += share * (spans.ongoing_s - spans.usual_s)
    spans.ongoing_s = 0.0
    spans.usual_beyond_s += share * (spans.ongoing_beyond_s - spans.usual_beyond_s)
    spans.ongoing_beyond_s = 0.0
    for place in range(BINS):
        spans.usual[place] += share * (spans.ongoing[place] - spans.usual[place])
        spans.ongoing[place] = 0.0
    for each in range(spans.unsettled):
        take_in_span(spans, spans.fresh[each])
    spans.unsettled = 0
    fit_width(spans)


def count_ongoing(spans: Spans, age_s: Seconds) -> None:
    """Count one that has lasted for so long and goes on."""
    spans.ongoing_s += age_s
    place = int(age_s / spans.width_s)
    if place >= BINS - 1:
        spans.ongoing_beyond_s += age_s - (BINS - 1) * spans.width_s
        place = BINS - 1
    spans.ongoing[place] += 1.0


def take_in_span(spans: Spans, span_s: Seconds) -> None:
    """Take a duration into the law."""
    weight = spans.newest
    place = int(span_s / spans.width_s)
    if place >= BINS - 1:
        spans.beyond_s += weight * (span_s - (BINS - 1) * spans.width_s)
        place = BINS - 1
    spans.weights[place] += weight
    spans.total += weight
    spans.sum_s += weight * span_s
    spans.newest = weight * (1.0 + 1.0 / SPANS_MEMORY)
    if spans.newest > HEAVIEST:
        lighten(spans)


def lighten(spans: Spans) -> None:
    """Have one of today weigh 1 again."""
    share = 1.0 / spans.newest
    for place in range(BINS):
        spans.weights[place] *= share
    spans.total *= share
    spans.sum_s *= share
    spans.beyond_s *= share
    spans.newest = 1.0


def mean_s(spans: Spans) -> Seconds:
    """The mean: all the time that was spent, by all that ended; a guess counts like one observation."""
    going_on_s = spans.newest * (spans.ongoing_s - spans.usual_s)
    spent_s = max(spans.sum_s + going_on_s, LEAST_PASSED * spans.sum_s)
    return (spent_s + spans.newest * spans.mean_guess_s) / (spans.total + spans.newest)


def fit_width(spans: Spans) -> None:
    """Put what is known into bins of another width where the mean has moved away from the old one's."""
    width_s = max(mean_s(spans) / BINS_TO_MEAN, NARROWEST_S)
    if 0.75 * spans.width_s <= width_s <= 1.33 * spans.width_s:
        return
    spans.beyond_s = put_into_bins(spans.weights, spans.beyond_s, spans.width_s, width_s)
    spans.usual_beyond_s = put_into_bins(spans.usual, spans.usual_beyond_s, spans.width_s, width_s)
    spans.width_s = width_s


def put_into_bins(weights: Times, beyond_s: Seconds, from_s: Seconds, to_s: Seconds) -> Seconds:
    """Put weights in bins of one width into bins of another; return what those in the last are over it."""
    old = new_times(BINS)
    for place in range(BINS):
        old[place] = weights[place]
        weights[place] = 0.0
    last_s = (BINS - 1) * from_s
    if old[BINS - 1] > 0.0:
        last_s += beyond_s / old[BINS - 1]
    beyond_s = 0.0
    for place in range(BINS - 1):
        if old[place] > 0.0:
            beyond_s += spread(weights, place * from_s, from_s, old[place], to_s)
    if old[BINS - 1] > 0.0:
        beyond_s += spread(weights, last_s, 0.0, old[BINS - 1], to_s)
    return beyond_s


def spread(weights: Times, from_s: Seconds, over_s: Seconds, weight: Rate, width_s: Seconds) -> Seconds:
    """Put a weight evenly into the bins from `from_s` on, `over_s` wide; return what is over the last one."""
    parts: Count = 1 if over_s <= 0.0 else int(4.0 * over_s / width_s) + 4
    each = weight / parts
    beyond_s: Seconds = 0.0
    for part in range(parts):
        at_s = from_s + (part + 0.5) * over_s / parts
        place = int(at_s / width_s)
        if place >= BINS - 1:
            beyond_s += each * (at_s - (BINS - 1) * width_s)
            place = BINS - 1
        weights[place] += each
    return beyond_s


def derive_hazard(spans: Spans) -> None:
    """Work out the hazard from the law, for the questions that follow.

    What ends in a bin is taken of those that have come to it, half of those counted that are in it now.
    """
    newest = spans.newest
    guess = SPANS_GUESS * newest
    mean = mean_s(spans)
    step = spans.width_s / mean
    ended_later = spans.total
    go_on: Rate = 0.0
    for place in range(BINS):
        go_on += newest * (spans.ongoing[place] - spans.usual[place])
    spans.hazard[0] = 0.0
    survives = 1.0
    for place in range(BINS - 1):
        survives_next = exp(-step * (place + 1.0))
        ending = spans.weights[place] + guess * (survives - survives_next)
        in_bin = newest * (spans.ongoing[place] - spans.usual[place])
        passed = max(ended_later + go_on - 0.5 * in_bin, LEAST_PASSED * ended_later) + guess * survives
        survives = survives_next
        share = min(ending / passed, SUREST)
        spans.hazard[place + 1] = spans.hazard[place] - log(1.0 - share)
        ended_later = max(ended_later - spans.weights[place], 0.0)
        go_on -= in_bin
    last = spans.weights[BINS - 1] + guess * survives
    beyond_s = spans.beyond_s + newest * (spans.ongoing_beyond_s - spans.usual_beyond_s)
    beyond_s = max(beyond_s, LEAST_PASSED * spans.beyond_s)
    spans.last_hazard = last / (beyond_s + guess * survives * mean)


def hazard_up_to(spans: Spans, span_s: Seconds) -> Rate:
    """The hazard added up from 0 to `span_s`: whoever lasts so long does so with chance exp(-hazard)."""
    at = span_s / spans.width_s
    if at >= BINS - 1.0:
        return spans.hazard[BINS - 1] + spans.last_hazard * (span_s - (BINS - 1) * spans.width_s)
    place = int(at)
    below = spans.hazard[place]
    return below + (at - place) * (spans.hazard[place + 1] - below)


def chance_to_last(spans: Spans, age_s: Seconds, more_s: Seconds) -> Rate:
    """The chance that what has lasted for `age_s` lasts for `more_s` more."""
    return exp(hazard_up_to(spans, age_s) - hazard_up_to(spans, age_s + more_s))
