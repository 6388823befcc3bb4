"""What is learnt of durations."""

from __future__ import annotations

import math
import random

import pytest

from callfloor.floor import Spans
from callfloor.floor.learnt import (
    SPANS_MEMORY,
    chance_to_last,
    count_ongoing,
    derive_hazard,
    learn_span,
    mean_s,
    open_spans,
    settle_spans,
)


def learnt(durations: list[float], guess_s: float = 60.0) -> Spans:
    spans = Spans(mean_guess_s=guess_s)
    open_spans(spans)
    for place, span_s in enumerate(durations):
        learn_span(spans, span_s)
        if place % 50 == 49:
            settle_spans(spans)
    settle_spans(spans)
    derive_hazard(spans)
    return spans


def test_before_anything_is_known_durations_are_exponential_with_the_guessed_mean() -> None:
    spans = learnt([], guess_s=80.0)
    for age_s in (0.0, 30.0, 300.0, 3000.0):
        assert chance_to_last(spans, age_s, 40.0) == pytest.approx(math.exp(-0.5), rel=0.02)


@pytest.mark.parametrize("scale_s", [0.5, 7.0, 120.0, 3600.0])
def test_exponential_durations_have_no_memory_at_any_scale(scale_s: float) -> None:
    # The first ones, where the scale is far from what was guessed, fall into few bins.
    draw = random.Random(1)
    spans = learnt([draw.expovariate(1.0 / scale_s) for _ in range(4000)])
    assert mean_s(spans) == pytest.approx(scale_s, rel=0.1, abs=0.1)
    for age in (0.0, 0.5, 1.0, 2.0):
        assert chance_to_last(spans, age * scale_s, scale_s / 4) == pytest.approx(
            math.exp(-0.25), abs=0.04 if scale_s > 1 else 0.1
        )


def test_nearly_constant_durations_end_when_their_time_has_come() -> None:
    draw = random.Random(2)
    spans = learnt([draw.gauss(100.0, 5.0) for _ in range(2000)])
    assert chance_to_last(spans, 0.0, 80.0) > 0.97
    assert chance_to_last(spans, 70.0, 15.0) > 0.97
    assert chance_to_last(spans, 90.0, 25.0) < 0.05


def test_the_hazard_lies_beneath_what_was_seen() -> None:
    draw = random.Random(3)
    seen = [draw.lognormvariate(4.0, 0.8) for _ in range(5000)]
    spans = learnt(seen)
    recent = seen[-3 * int(SPANS_MEMORY) :]
    for age_s, more_s in ((0.0, 20.0), (40.0, 20.0), (100.0, 50.0)):
        there = [span_s for span_s in recent if span_s > age_s]
        share = sum(span_s > age_s + more_s for span_s in there) / len(there)
        assert chance_to_last(spans, age_s, more_s) == pytest.approx(share, abs=0.05)


def test_what_is_old_is_forgotten() -> None:
    draw = random.Random(4)
    old = [draw.expovariate(1 / 300.0) for _ in range(2000)]
    new = [draw.expovariate(1 / 30.0) for _ in range(5 * int(SPANS_MEMORY))]
    spans = learnt(old + new)
    assert mean_s(spans) == pytest.approx(30.0, rel=0.15)
    assert chance_to_last(spans, 0.0, 30.0) == pytest.approx(math.exp(-1.0), abs=0.05)


def test_nothing_is_ever_sure() -> None:
    spans = learnt([10.0] * 3000)
    assert 0.0 < chance_to_last(spans, 0.0, 20.0) < 0.01
    assert 0.0 < chance_to_last(spans, 5000.0, 1.0) <= 1.0


def test_durations_of_no_time_are_taken_as_such() -> None:
    spans = learnt([0.0] * 500)
    assert mean_s(spans) < 0.3
    assert chance_to_last(spans, 0.0, 2.0) < 0.1


class TestThoseThatGoOn:
    def test_of_those_that_began_together_the_short_ones_are_not_all(self) -> None:
        draw = random.Random(5)
        all_of_them = [draw.expovariate(1 / 300.0) for _ in range(400)]
        spans = learnt([span_s for span_s in all_of_them if span_s < 30.0], guess_s=300.0)
        assert chance_to_last(spans, 0.0, 20.0) < 0.6
        for span_s in all_of_them:
            if span_s >= 30.0:
                count_ongoing(spans, 30.0)
        derive_hazard(spans)
        assert mean_s(spans) == pytest.approx(300.0, rel=0.25)
        assert chance_to_last(spans, 0.0, 20.0) == pytest.approx(math.exp(-20.0 / 300.0), abs=0.03)

    def test_as_many_as_ever_change_nothing(self) -> None:
        """Two hundred at a time for as long as anybody remembers: their past is what has ended."""
        draw = random.Random(6)
        spans = learnt([], guess_s=60.0)
        for _ in range(8 * int(SPANS_MEMORY) // 100):
            for _ in range(100):
                learn_span(spans, draw.expovariate(1 / 60.0))
            settle_spans(spans)
            for _ in range(200):
                count_ongoing(spans, draw.expovariate(1 / 60.0))
        derive_hazard(spans)
        assert mean_s(spans) == pytest.approx(60.0, rel=0.1)
        for age_s in (0.0, 30.0, 90.0):
            assert chance_to_last(spans, age_s, 30.0) == pytest.approx(math.exp(-0.5), abs=0.06)

    def test_of_those_that_last_longest_it_counts_for_how_long(self) -> None:
        alone, beside = learnt([10.0] * 50), learnt([10.0] * 50)
        for _ in range(10):
            count_ongoing(beside, 1000.0)
        derive_hazard(beside)
        assert chance_to_last(beside, 500.0, 100.0) > chance_to_last(alone, 500.0, 100.0) + 0.2
