"""Charts: intervals put together, paths that say what was counted, waits with the service level."""

from __future__ import annotations

import datetime
import math
import re
import xml.etree.ElementTree as ET
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from callfloor.reports.charts import Limit, Line, Panel, TimeAxis, time_chart
from callfloor.reports.drawing import HEADING, NARROW, Frame, along, between
from callfloor.reports.markup import NO_MEANING, coordinate, figure_text
from callfloor.reports.ticks import Clock
from callfloor.reports.timelines import MOST_BINS, Timelines, rows_per_bin
from callfloor.reports.waits_chart import Waits, waits_chart
from callfloor.sim.result import Result
from callfloor.sim.statistics import WAIT_GROWTH, WAIT_LEAST_S, Estimate, ratio
from tests.unit.metrics.results import counted, replication

NINE = datetime.datetime.fromisoformat("2026-11-23T09:00:00-05:00")


# Intervals put together.


@given(st.integers(0, 5000), st.sampled_from([1.0, 5.0, 60.0, 300.0, 900.0, 1800.0, 3600.0, 777.0]))
def test_so_many_bins_are_enough(rows: int, interval_s: float) -> None:
    per_bin = rows_per_bin(rows, interval_s)
    assert math.ceil(rows / per_bin) <= MOST_BINS
    assert per_bin <= 2 * max(1, math.ceil(rows / MOST_BINS)), "no coarser than it takes to be round"


def test_bins_are_round() -> None:
    assert rows_per_bin(75, 60.0) == 1
    assert rows_per_bin(96, 300.0) == 2
    assert rows_per_bin(960, 1800.0) == 16  # eight hours
    assert rows_per_bin(200, 777.0) == 3  # nothing round is near


def two_queues(rows: int, interval_s: float = 60.0, replications: int = 3) -> Result:
    """Each replication ends half an interval before its last one would."""
    measured_s = (rows - 0.5) * interval_s
    found = []
    for number in range(replications):
        queues = [
            counted(
                "queue",
                *(
                    {
                        "offered": 10 + place + number + (row % 7),
                        "abandoned": (row * number + place) % 3,
                        "queue_s": 30.0 + row,
                    }
                    for row in range(rows)
                ),
            )
            for place in range(2)
        ]
        found.append(replication(number, queues, measured_s=measured_s, interval_s=interval_s))
    return Result("two", 1, found, queues=["a", "b"])


def test_bins_of_one_interval_have_the_figures_of_intervals() -> None:
    result = two_queues(20)
    timelines = Timelines(result, 100.0)
    assert timelines.count == 20
    assert timelines.edges_s == [*(100.0 + 60.0 * place for place in range(20)), 100.0 + 19.5 * 60.0]
    for name, places in (("a", [0]), ("b", [1]), ("all", [0, 1])):
        figures = result.queues[name]
        share = timelines.share("queue", places, "abandoned", ("offered",))
        assert [each.mean for each in share] == pytest.approx(figures.by_interval("p_abandon"))
        waiting = timelines.on_average("queue", places, "queue_s")
        assert [each.mean for each in waiting] == pytest.approx(figures.by_interval("mean_queue"))
        flow = timelines.per_hour("queue", places, "offered")
        hours = [*(60 / 3600 for _ in range(19)), 30 / 3600]
        by_interval = [(each.mean or 0.0) * hour for each, hour in zip(flow, hours, strict=True)]
        assert by_interval == pytest.approx(figures.by_interval("offered"))


def test_bins_add_intervals_up_and_know_how_sure_they_are() -> None:
    result = two_queues(200)
    timelines = Timelines(result, 0.0)
    assert timelines.bin_s == 300.0
    found = timelines.share("queue", [0], "abandoned", ("offered",))
    rows = [each.queues[0] for each in result.replications]
    expected = ratio(
        [sum(each.row(row, "abandoned") for row in range(5, 10)) for each in rows],
        [sum(each.row(row, "offered") for row in range(5, 10)) for each in rows],
    ).estimate()
    assert found[1].mean == pytest.approx(expected.mean)
    assert found[1].half_width == pytest.approx(expected.half_width)
    assert (found[1].half_width or 0.0) > 0.0


def test_a_replication_that_ended_sooner() -> None:
    long = replication(
        0, [counted("queue", *[{"offered": 6, "queue_s": 60.0}] * 4)], measured_s=240, interval_s=60
    )
    short = replication(
        1, [counted("queue", *[{"offered": 6, "queue_s": 30.0}] * 2)], measured_s=120, interval_s=60
    )
    timelines = Timelines(Result("ends", 1, [long, short], queues=["a"]), 0.0)
    assert [each.mean for each in timelines.per_hour("queue", [0], "offered")] == [360.0, 360.0, 180.0, 180.0]
    assert [each.mean for each in timelines.on_average("queue", [0], "queue_s")] == [0.75, 0.75, 1.0, 1.0]


@pytest.mark.parametrize("found", [[], [replication(0, [counted("queue", {})], measured_s=0.0)]])
def test_nothing_over_time(found: list[Any]) -> None:
    timelines = Timelines(Result("none", 1, found, queues=["a"]), 30.0)
    assert timelines.count == 0
    assert timelines.edges_s == [30.0]
    assert timelines.share("queue", [0], "abandoned", ("offered",)) == []


# Drawings.

FRAME = Frame(0.0, 40.0, 0.0, 100.0, 10.0)
EDGES = [0.0, 10.0, 20.0, 30.0, 40.0]


def test_paths_through_values() -> None:
    values = [1.0, 2.0, None, 4.0]
    assert along(FRAME, EDGES, values, steps=True) == "M0 90H10V80H20M30 60H40"
    assert along(FRAME, EDGES, values, steps=False) == "M5 90 15 80M30 60H40", "one alone is a dash"
    assert along(FRAME, EDGES, [None] * 4, steps=False) == ""


def test_areas_between_values() -> None:
    lower, upper = [0.0, 1.0, None, None], [2.0, 3.0, None, None]
    assert between(FRAME, EDGES, lower, upper, steps=True) == "M0 80H10V70H20L20 90H10V100H0Z"
    assert between(FRAME, EDGES, lower, upper, steps=False) == "M5 80 15 70L15 90 5 100Z"


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6))
def test_nothing_is_drawn_outside_the_frame(value: float, highest: float) -> None:
    assert 0.0 <= Frame(0.0, 1.0, 0.0, 100.0, highest).y(value) <= 100.0


@given(st.floats(-1e5, 1e5))
def test_coordinates_are_short(value: float) -> None:
    text = coordinate(value)
    assert abs(float(text) - value) <= 0.0501
    assert re.fullmatch(r"0|-?(?!0\d)\d+(\.[1-9])?", text)
    assert text != "-0"


AXIS = TimeAxis(Clock(NINE), [0.0, 1800.0, 3600.0, 5400.0])


def svg(panels: list[Panel]) -> ET.Element:
    return ET.fromstring(time_chart(AXIS, panels).svg("d1", "A & <title>"))


def texts(root: ET.Element) -> list[str]:
    return [element.text or "" for element in root.iter("text")]


def points(*means: float | None, half_width: float | None = None) -> list[Estimate]:
    return [Estimate(mean, None if mean is None else half_width) for mean in means]


def test_a_chart_says_what_it_shows() -> None:
    waiting = Line("waiting", "purple", points(1.0, 4.0, None, half_width=0.5))
    root = svg([Panel("Calls waiting", "calls", [waiting])])
    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == "d1t d1d"
    title, description = root[0], root[1]
    assert (title.tag, title.get("id"), title.text) == ("title", "d1t", "A & <title>")
    assert (description.tag, description.get("id")) == ("desc", "d1d")
    assert description.text == "Calls waiting. waiting: lowest 1 at 9:00 to 9:30, highest 4 at 9:30 to 10:00."
    assert {"Calls waiting", "9:00", "10:00", "0", "4"} <= set(texts(root))
    kinds = [element.get("class") for element in root.iter("path")]
    assert "band c-purple" in kinds
    assert "line c-purple" in kinds
    assert "waiting" not in texts(root), "one alone needs no legend"


def test_a_chart_without_intervals_has_no_bands() -> None:
    root = svg([Panel("Calls", "calls", [Line("waiting", "purple", points(1.0, 2.0, 3.0))])])
    assert not [path for path in root.iter("path") if "band" in (path.get("class") or "")]


def test_a_limit_is_drawn_within_the_axis() -> None:
    rate = Line("abandon rate", "red", points(0.001, 0.002, 0.001))
    root = svg([Panel("Abandon rate", "share", [rate], limit=Limit(0.03, "limit 3 %"))])
    assert "limit 3 %" in texts(root)
    assert "3.0 %" in texts(root) or "3 %" in texts(root), "the axis goes up to the limit"


def test_a_band_does_not_press_the_line_flat() -> None:
    line = Line("share", "red", [Estimate(0.02, 0.9), *points(0.01, 0.03)])
    assert "100 %" not in texts(svg([Panel("Share", "share", [line])]))


def test_stacks_add_up() -> None:
    layers = [Line("talking", "blue", points(3.0, 4.0, 5.0)), Line("ready", "green", points(7.0, 6.0, None))]
    root = svg([Panel("Agents", "agents", layers=layers, least=1.0)])
    assert [text for text in texts(root) if text in ("talking", "ready")] == ["talking", "ready"]
    assert "10" in texts(root)
    paths = [
        path.get("d") or "" for path in root.iter("path") if (path.get("class") or "").startswith("layer")
    ]
    assert len(paths) == 2
    # The upper layer begins at the top of the axis, 10 agents, where the lower one has left off.
    top = min(float(number) for number in re.findall(r"[MV](?:[\d.]+ )?([\d.]+)H", paths[1]))
    assert top == 24.0


def test_a_legend_without_room_stands_below_its_heading() -> None:
    names = ("talking", "wrap-up", "reserved", "ready", "paused")
    layers = [Line(name, "blue", points(1.0, 1.0, 1.0)) for name in names]
    few = time_chart(AXIS, [Panel("Agents", "agents", layers=layers[:2])])
    many = time_chart(AXIS, [Panel("Agents and their states", "agents", layers=layers)])
    assert many.height > few.height
    root = ET.fromstring(many.svg("d", "t"))
    xs = [float(text.get("x") or 0) for text in root.iter("text") if text.text in names]
    assert min(xs) > 0.0
    assert max(xs) < NARROW


def test_nothing_at_all_still_has_axes() -> None:
    root = svg([Panel("Calls", "calls", [Line("waiting", "purple", points(None, None, None))])])
    assert "nothing" in (root[1].text or "")
    shares = svg([Panel("Share", "share", [Line("share", "red", points(0.0, 0.0, 0.0))])])
    assert "5 %" in texts(shares)


def test_bins_of_a_run_over_midnight_are_dated() -> None:
    axis = TimeAxis(Clock(NINE), [0.0, 43200.0, 86400.0])
    assert axis.text(1) == "Mon 23 Nov, 21:00 to Tue 24 Nov, 9:00"
    assert AXIS.text(0) == "9:00 to 9:30"


@given(st.floats(50.0, 600.0), st.floats(1.0, 1e8))
def test_labels_of_time_have_room(width: float, span_s: float) -> None:
    marks = TimeAxis(Clock(NINE), [0.0, span_s]).ticks(width)
    assert len(marks) < 2 or sum(len(mark.label) * 6.0 for mark in marks[1:]) <= width


# Waits.

histograms = st.lists(st.integers(0, 50), min_size=1, max_size=2000).filter(any)


@given(histograms, st.lists(st.floats(0.0, 1e6), min_size=2, max_size=20), st.integers(0, 100))
def test_more_are_answered_within_longer_times(waits: list[int], times: list[float], lost: int) -> None:
    found = Waits(waits, sum(waits) + lost)
    shares = [found.within(time) for time in sorted(times)]
    assert shares == sorted(shares)
    assert all(0.0 <= share <= found.answered <= 1.0 for share in shares)
    assert found.within(1e9) == found.answered
    for bucket in range(0, len(waits), 97):
        end_s = WAIT_LEAST_S * WAIT_GROWTH**bucket
        assert found.within(end_s) == pytest.approx(sum(waits[: bucket + 1]) / found.offered, abs=1e-6)


@given(histograms, st.integers(0, 100), st.sampled_from([None, 0.0, 0.001, 1.0, 20.0, 1e5]), st.floats(0, 1))
def test_any_waits_can_be_drawn(waits: list[int], lost: int, limit_s: float | None, part: float) -> None:
    assume(len(waits) < 2000)
    found = Waits(waits, sum(waits) + lost, limit_s, part * sum(waits))
    root = ET.fromstring(waits_chart(found).svg("d", "waits"))
    assert len(list(root.iter("path"))) > 3
    share = f"{100 * found.service_level:.1f}\u00a0%"
    labels = [text for text in root.iter("text") if "large" in (text.get("class") or "")]
    assert [label.text for label in labels] == ([] if limit_s is None else [share])
    assert all(HEADING + 10 < float(label.get("y") or 0) < HEADING + 220 for label in labels)


def test_the_service_level_stands_at_its_limit() -> None:
    waits = [700] + [0] * 1100 + [1] * 200  # of 1000 offered calls 900 are answered, 700 of them at once
    root = ET.fromstring(waits_chart(Waits(waits, 1000, 20.0, 873)).svg("d", "waits"))
    assert {"87.3\u00a0%", "within 20 s", "90.0\u00a0% answered in all"} <= set(texts(root))
    assert (root[1].text or "").startswith("70.0\u00a0% of the offered calls are answered at once")
    assert len(list(root.iter("circle"))) == 1


def test_a_limit_far_beyond_all_waits_is_told() -> None:
    root = ET.fromstring(waits_chart(Waits([5] + [0] * 100 + [5], 10, 3600.0, 10)).svg("d", "waits"))
    assert {"100.0\u00a0%", "within 1 h"} <= set(texts(root))
    assert not list(root.iter("circle"))


def test_figures_as_text() -> None:
    assert figure_text(NO_MEANING, "s") == "–"  # noqa: RUF001
    assert figure_text(Estimate(0.5, 0.01), "share") == '50.0 <span class="half">± 1.0 %</span>'
    assert figure_text(Estimate(0.5, None), "share") == "50 %"
    assert figure_text(Estimate(1234.0, 12.0), "calls") == '1,234 <span class="half">± 12</span>'
