"""Marks of axes: round numbers, durations and clock times, and their labels."""

from __future__ import annotations

import datetime
import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callfloor.reports.ticks import (
    Clock,
    duration_text,
    duration_ticks,
    offset_text,
    percent_ticks,
    round_step,
    ticks,
)

NINE = datetime.datetime.fromisoformat("2026-11-23T09:00:00-05:00")
tops = st.floats(1e-6, 1e9)
counts = st.integers(1, 12)


# Marks.


@given(tops, counts)
def test_marks_are_round_and_reach_the_top(top: float, most: int) -> None:
    marks = ticks(top, most)
    places = [mark.at for mark in marks]
    assert places[0] == 0.0
    assert places[-2] < top * (1 + 1e-9) <= places[-1] * (1 + 1e-8)
    assert len(marks) - 1 <= most
    step = places[1]
    assert places == pytest.approx([step * place for place in range(len(places))])
    digits = f"{step:e}".split("e")[0]
    assert float(digits) in (1.0, 2.0, 5.0)


@given(tops, counts)
def test_labels_say_where_the_marks_are(top: float, most: int) -> None:
    for mark in ticks(top, most):
        assert float(mark.label.replace(",", "")) == pytest.approx(mark.at, rel=1e-12)
    assert len({len(mark.label.partition(".")[2]) for mark in ticks(top, most)}) == 1


@given(tops, counts)
def test_no_coarser_step_than_it_takes(top: float, most: int) -> None:
    step = round_step(top, most)
    finer = step / (2.5 if f"{step:e}"[0] == "5" else 2.0)
    assert top > most * finer * (1 - 1e-9)


@given(st.floats(0.1, 1000.0))
def test_counts_of_whole_things_have_whole_marks(top: float) -> None:
    assert all(mark.at.is_integer() and "." not in mark.label for mark in ticks(top, 5, 1.0))


@given(st.floats(1e-4, 1.0), counts)
def test_marks_of_shares_do_not_go_beyond_all(top: float, most: int) -> None:
    marks = percent_ticks(top, most)
    assert top <= marks[-1].at * (1 + 1e-9)
    assert marks[-1].at <= 1.0
    assert marks[-1].label.endswith(" %")


@pytest.mark.parametrize(
    ("top", "labels"),
    [
        (430.0, ["0", "100", "200", "300", "400", "500"]),
        (0.37, ["0.0", "0.1", "0.2", "0.3", "0.4"]),
        (9000.0, ["0", "2,000", "4,000", "6,000", "8,000", "10,000"]),
    ],
)
def test_labels_of_values(top: float, labels: list[str]) -> None:
    assert [mark.label for mark in ticks(top)] == labels


@pytest.mark.parametrize(("span", "most"), [(0.0, 5), (-1.0, 5), (math.inf, 5), (math.nan, 5), (1.0, 0)])
def test_what_cannot_be_cut_is_refused(span: float, most: int) -> None:
    with pytest.raises(ValueError, match="expected a finite span"):
        round_step(span, most)


@given(st.floats(0.01, 1e8), st.integers(3, 10))
def test_durations_are_marked_within_the_axis(top_s: float, most: int) -> None:
    marks = duration_ticks(top_s, most)
    assert 2 <= len(marks) <= most + 1
    assert marks[0].at == 0.0
    assert marks[-1].at <= top_s * (1 + 1e-9)
    assert len({mark.label for mark in marks}) == len(marks)
    assert len({mark.label.rpartition(" ")[2] for mark in marks[1:]}) == 1, "one unit for all"


@pytest.mark.parametrize(
    ("top_s", "labels"),
    [
        (30, ["0", "5 s", "10 s", "15 s", "20 s", "25 s", "30 s"]),
        (120, ["0", "20 s", "40 s", "60 s", "80 s", "100 s", "120 s"]),
        (600, ["0", "2 min", "4 min", "6 min", "8 min", "10 min"]),
        (0.4, ["0", "0.1 s", "0.2 s", "0.3 s", "0.4 s"]),
        (4 * 3600, ["0", "1 h", "2 h", "3 h", "4 h"]),
        (6 * 86400, ["0", "1 d", "2 d", "3 d", "4 d", "5 d", "6 d"]),
    ],
)
def test_labels_of_durations(top_s: float, labels: list[str]) -> None:
    assert [mark.label for mark in duration_ticks(top_s)] == labels


@pytest.mark.parametrize(
    ("at_s", "text"),
    [(0.0, "0"), (20.0, "20 s"), (90.0, "1.5 min"), (100.0, "100 s"), (5400.0, "1.5 h"), (0.5, "0.5 s")],
)
def test_durations_in_short(at_s: float, text: str) -> None:
    assert duration_text(at_s) == text


# Clock times.


@given(
    st.datetimes(datetime.datetime(1990, 1, 1), datetime.datetime(2100, 1, 1)),  # noqa: DTZ001
    st.integers(-14 * 60, 14 * 60),
    st.floats(0.0, 1e6),
    st.floats(5.0, 4e7),
    counts,
)
def test_clock_marks_are_round_local_times(
    starts: datetime.datetime, offset_min: int, from_s: float, span_s: float, most: int
) -> None:
    zone = datetime.timezone(datetime.timedelta(minutes=offset_min))
    starts = starts.replace(tzinfo=zone)
    clock, to_s = Clock(starts), from_s + span_s
    marks = clock.ticks(from_s, to_s, most)
    assert len(marks) <= most + 1
    local = []
    for mark in marks:
        assert from_s - 1e-3 <= mark.at <= to_s + 1e-3
        # The local time is the true one, at the offset with which the run began.
        true = (starts + datetime.timedelta(seconds=mark.at)).replace(tzinfo=None)
        local.append(clock.local(mark.at))
        assert abs((local[-1] - true).total_seconds()) < 1e-3
    gaps = {round((late - early).total_seconds(), 1) for early, late in pairwise(local)}
    assert len(gaps) <= 1
    for each, mark in zip(local, marks, strict=True):
        if gaps and (gap := next(iter(gaps))) <= 43200:
            since = (each - each.replace(hour=0, minute=0, second=0, microsecond=0)).total_seconds()
            assert since % gap == pytest.approx(0, abs=1e-3) or since % gap == pytest.approx(gap, abs=1e-3)
            assert mark.label.startswith(f"{each.hour}:{each.minute:02}")


def clock_labels(from_s: float, to_s: float, most: int = 8, starts: datetime.datetime = NINE) -> list[str]:
    return [f"{mark.label} {mark.below}".strip() for mark in Clock(starts).ticks(from_s, to_s, most)]


def test_clock_labels() -> None:
    assert clock_labels(0, 8 * 3600) == ["9:00", *(f"{hour}:00" for hour in range(10, 18))]
    assert clock_labels(1800, 5400, 4) == ["9:30", "9:45", "10:00", "10:15", "10:30"]
    assert clock_labels(0, 30, 3) == ["9:00:00", "9:00:10", "9:00:20", "9:00:30"]
    assert clock_labels(0, 1, 2) == ["9:00:00", "9:00:00.5", "9:00:01"]


def test_dates_stand_at_the_beginning_and_at_midnight() -> None:
    assert clock_labels(3600, 27 * 3600, 5) == [
        "12:00 Mon 23 Nov",
        "18:00",
        "0:00 Tue 24 Nov",
        "6:00",
        "12:00",
    ]
    assert clock_labels(0, 20 * 86400, 5) == ["30 Nov", "7 Dec"], "weeks begin on Monday"
    assert clock_labels(0, 3 * 86400, 4) == ["24 Nov", "25 Nov", "26 Nov"]


def test_an_axis_needs_some_time() -> None:
    with pytest.raises(ValueError, match="expected an end after the beginning"):
        Clock(NINE).ticks(5, 5)


def test_spans_and_offsets_in_words() -> None:
    clock = Clock(NINE)
    assert clock.span_text(0, 1800) == "9:00 to 9:30"
    assert clock.span_text(0, 15.6) == "9:00:00 to 9:00:15.6"
    assert clock.span_text(0, 86400, dated=True) == "Mon 23 Nov 2026, 9:00 to Tue 24 Nov, 9:00"
    assert clock.offset == "UTC−05:00"  # noqa: RUF001
    assert offset_text(datetime.timedelta(hours=5, minutes=45)) == "UTC+05:45"
    assert offset_text(None) == offset_text(datetime.timedelta()) == "UTC"
