"""Results: figures by path, as JSON, frames and HTML; comparisons in pairs."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callfloor.metrics import FIGURES, SECTIONS
from callfloor.sim.result import FRAME_COLUMNS, Comparison, Result, shown
from callfloor.sim.statistics import Estimate, student_t_95
from tests.unit.metrics.results import counted, everything, queue_result, replication


def test_a_run_that_was_interrupted_before_its_first_replication() -> None:
    found = Result("early", 1, [], queues=["support"], groups=["g"])
    assert set(found.queues["support"].values()) == {Estimate(None, None)}
    assert found.queues["all"].by_interval("offered") == ()
    assert found.to_dict()["replications"] == 0
    assert found.to_dict()["campaigns"] == {}


def test_replications_are_put_in_order() -> None:
    found = everything()
    mixed = Result(
        "support and sales", 7, found.replications[::-1], queues=["support", "sales & <more>"],
        groups=["tier 1", "tier.2"], campaigns=["renewals", "wins"], wall_s=0.5,
    )  # fmt: skip
    assert mixed.replications == found.replications
    assert mixed.to_json() == found.to_json()


def test_names_must_be_as_many_as_what_was_counted() -> None:
    with pytest.raises(ValueError, match="queues: expected 1 names, found 2"):
        Result("odd", 1, [replication(0, [counted("queue", {})])], queues=["a", "b"])


@pytest.mark.parametrize(
    ("path", "section", "name", "key"),
    [
        ("queues.support.p_wait", "queues", "support", "p_wait"),
        ("queues.all.wait_s.p90", "queues", "all", "wait_s.p90"),
        ("groups.'tier 1'.occupancy", "groups", "tier 1", "occupancy"),
        ("groups.tier 1.occupancy", "groups", "tier 1", "occupancy"),
        ("groups.'tier.2'.occupancy", "groups", "tier.2", "occupancy"),
        ('groups."tier.2".reserved', "groups", "tier.2", "reserved"),
        ("campaigns.renewals.abandon_rate", "campaigns", "renewals", "abandon_rate"),
    ],
)
def test_paths(path: str, section: str, name: str, key: str) -> None:
    found = everything()
    estimate = found.figure(path)
    assert estimate.mean is not None
    assert estimate == getattr(found, section)[name][key]


@pytest.mark.parametrize(
    ("path", "complaint"),
    [
        ("", "expected a path such as queues.support.p_wait"),
        ("queues", "expected a path such as"),
        ("queues.support", "expected a path such as"),
        ("queues.support.", "expected a path such as"),
        ("queues.support.p_wait.", "expected a path such as"),
        ("queues.support.p_wait'", "expected a path such as"),
        ("queues..p_wait", "expected a path such as"),
        ("queues.'support.p_wait", "expected a path such as"),
        ("queues.'support'p_wait.x", "expected a path such as"),
        ("queue.support.p_wait", "expected one of queues, groups, campaigns, found queue"),
        ("queues.suport.p_wait", "no such queue: suport; expected one of support, sales & <more>, all"),
        ("groups.tier.2.occupancy", "no such group: tier; expected one of tier 1, tier.2, all"),
        ("queues.support.wait_s", "no such figure: wait_s; expected one of offered"),
        ("groups.all.p_wait", "no such figure: p_wait; expected one of occupancy"),
    ],
)
def test_paths_that_lead_nowhere(path: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=r"expected") as caught:
        everything().figure(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert complaint in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_path_into_what_the_scenario_has_not() -> None:
    with pytest.raises(ValueError, match="no such campaign: all; expected one of none, the scenario has"):
        queue_result((1, 1)).figure("campaigns.all.attempts")


def test_the_object_that_json_has() -> None:
    found = json.loads(everything().to_json())
    assert list(found) == [
        "scenario", "seed", "replications", "events", "calls", "wall_s", "queues", "groups", "campaigns",
    ]  # fmt: skip
    assert [found[key] for key in list(found)[:6]] == ["support and sales", 7, 2, 200, 20, 0.5]
    assert list(found["queues"]) == ["support", "sales & <more>", "all"]
    assert list(found["groups"]) == ["tier 1", "tier.2", "all"]
    assert list(found["campaigns"]) == ["renewals", "wins", "all"]
    support = found["queues"]["support"]
    assert support["callbacks_per_voicemail"] == {"mean": None, "half_width": None}
    assert list(support["wait_s"]) == ["p50", "p90", "p95", "p99"]
    assert support["wait_s"]["p50"] == {"mean": 0.0, "half_width": 0.0}
    for subject, section in SECTIONS.items():
        for figures in found[section].values():
            assert list(figures) == list(
                dict.fromkeys(figure.key.partition(".")[0] for figure in FIGURES[subject])
            )


def test_json_is_on_one_line_unless_it_is_to_be_read() -> None:
    found = everything()
    assert "\n" not in found.to_json()
    assert found.to_json(indent=1).startswith('{\n "scenario"')
    assert Result("Grüße", 1, []).to_json().startswith('{"scenario": "Grüße"')


def test_units() -> None:
    found = everything().units
    assert found["queues"]["wait_s.p50"] == "s"
    assert found["groups"]["occupancy"] == "share"
    assert {section: list(units) for section, units in found.items()} == {
        SECTIONS[subject]: [figure.key for figure in figures] for subject, figures in FIGURES.items()
    }


def test_results_go_through_a_pipe() -> None:
    found = everything()
    assert found.queues["support"].p_wait.mean is not None
    again = pickle.loads(pickle.dumps(found))
    assert again.to_json() == found.to_json()


def test_repr_is_short() -> None:
    assert repr(everything()) == "<Result support and sales: 2 replications of seed 7, 20 calls>"
    assert repr(queue_result((1, 1))) == "<Result plain: 1 replication of seed 1, 10 calls>"


def test_html_is_escaped() -> None:
    found = everything()
    found.scenario = "<script>"
    page = found._repr_html_()
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    assert "<th>sales &amp; &lt;more&gt;</th>" in page
    assert "20 s in support" in page
    assert page.count("<table>") == page.count("</table>") == 3
    assert page.count("<tr>") == page.count("</tr>") == 3 + sum(map(len, FIGURES.values()))
    assert queue_result((1, 1))._repr_html_().count("<table>") == 1


@pytest.mark.parametrize(
    ("estimate", "unit", "expected"),
    [
        (Estimate(None, None), "share", "-"),
        (Estimate(0.29123, 0.00412), "share", "29.12 ± 0.41 %"),
        (Estimate(0.5, None), "share", "50 %"),
        (Estimate(0.123456, None), "share", "12.35 %"),
        (Estimate(0.0, 0.0), "share", "0 ± 0 %"),
        (Estimate(15200.4, 96.2), "calls", "15,200 ± 96"),
        (Estimate(1234567.0, 2345.6), "calls", "1,234,567 ± 2,346"),
        (Estimate(12.3456, 1.23), "s", "12.3 ± 1.2"),
        (Estimate(-0.4, 0.0000001), "s", "-0.4000 ± 0.0000"),
    ],
)
def test_estimates_as_shown(estimate: Estimate, unit: str, expected: str) -> None:
    assert shown(estimate, unit) == expected


def rows_of(result: Result) -> list[tuple[Any, ...]]:
    return [
        (subject, name, figure.key, figure.unit, *vars_of(result.section(subject)[name][figure.key]))
        for subject in SECTIONS
        for name in result.section(subject)
        for figure in FIGURES[subject]
    ]


def vars_of(estimate: Estimate) -> tuple[float | None, float | None]:
    return estimate.mean, estimate.half_width


def test_a_frame_of_polars(monkeypatch: pytest.MonkeyPatch) -> None:
    def made(columns: dict[str, list[Any]], schema_overrides: dict[str, str]) -> Any:
        return SimpleNamespace(columns=columns, types=schema_overrides)

    monkeypatch.setitem(sys.modules, "pandas", None)
    monkeypatch.setitem(sys.modules, "polars", SimpleNamespace(DataFrame=made, Float64="f8"))
    found = everything()
    frame = found.to_frame()
    assert tuple(frame.columns) == FRAME_COLUMNS
    assert list(zip(*frame.columns.values(), strict=True)) == rows_of(found)
    assert frame.types == {"mean": "f8", "half_width": "f8"}


def test_a_frame_without_a_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    monkeypatch.setitem(sys.modules, "polars", None)
    with pytest.raises(ImportError, match="expected pandas or polars to be installed, found neither"):
        everything().to_frame()


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_a_frame_of_the_library_itself(library: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "polars" if library == "pandas" else "pandas", None)
    found = everything()
    for result in (found, Result("none", 1, [])):
        frame = result.to_frame()
        assert tuple(frame.columns) == FRAME_COLUMNS
        assert frame.shape == (len(rows_of(result)), 6)
        assert {str(frame[name].dtype).lower() for name in FRAME_COLUMNS[-2:]} == {"float64"}
    means = dict(zip(found.to_frame()["figure"], found.to_frame()["mean"], strict=True))
    assert means["reached"] == 0.2


def test_a_comparison_is_of_pairs() -> None:
    a, b = queue_result((100, 20), (300, 90)), queue_result((100, 10), (300, 80))
    found = Comparison(a, b)
    assert found.queues["support"].p_wait.mean == pytest.approx(20 / 400)
    # Without the first 10/300, without the second 10/100.
    assert found.queues["support"].p_wait.half_width == pytest.approx(student_t_95(1) * (0.1 - 1 / 30) / 2)
    assert found.figure("queues.all.offered") == Estimate(0.0, 0.0)
    assert found.queues["support"].by_interval("p_wait") == pytest.approx((0.05,))
    assert repr(found) == "<Comparison plain less plain: 2 pairs of replications>"
    assert "<table>" in found._repr_html_()


def test_a_comparison_in_json() -> None:
    a, b = queue_result((100, 20), (300, 90)), queue_result((100, 10), (300, 80))
    found = Comparison(a, b).to_dict()
    assert list(found) == ["a", "b", "difference"]
    assert found["a"] == a.to_dict()
    assert found["b"] == b.to_dict()
    assert list(found["difference"]) == ["queues", "groups", "campaigns"]
    assert found["difference"]["queues"]["support"]["p_wait"]["mean"] == pytest.approx(0.05)
    assert found["difference"]["queues"]["support"]["asa_s"] == {"mean": None, "half_width": None}
    json.dumps(found, allow_nan=False)


def test_replications_without_a_partner_are_left_out() -> None:
    a = queue_result((100, 20), (300, 90), (500, 400))
    b = queue_result((100, 10), (300, 80))
    found = Comparison(a, b)
    assert len(found.a.replications) == len(found.b.replications) == 2
    assert found.b is b
    assert Comparison(b, a).b.to_dict() == found.a.to_dict()
    assert found.a.queues["support"].p_wait.mean == pytest.approx(110 / 400)
    assert (
        found.queues["support"].p_wait
        == Comparison(queue_result((100, 20), (300, 90)), b).queues["support"].p_wait
    )


def test_only_names_of_both_are_compared() -> None:
    one = [replication(0, [counted("queue", {"offered": 1})])]
    two = [replication(0, [counted("queue", {"offered": 2}), counted("queue", {"offered": 5})])]
    found = Comparison(Result("a", 1, one, queues=["x"]), Result("b", 1, two, queues=["y", "x"]))
    assert list(found.queues) == ["x", "all"]
    assert found.queues["x"].offered.mean == -4.0


@given(
    st.lists(
        st.tuples(*[st.lists(st.integers(0, 30), min_size=1, max_size=12) for _ in "ab"]),
        min_size=2,
        max_size=8,
    )
)
def test_a_percentile_differs_from_itself_by_nothing(waits: list[tuple[list[int], list[int]]]) -> None:
    def of(which: int) -> Result:
        each = [
            replication(number, [counted("queue", {}, waits=pair[which])])
            for number, pair in enumerate(waits)
        ]
        return Result("waits", 1, each, queues=["q"])

    a, b = of(0), of(1)
    for key in ("wait_s.p50", "wait_s.p99"):
        same = Comparison(a, of(0)).queues["q"][key]
        assert same.mean in (0.0, None)
        assert same.half_width in (0.0, None)
        there, back = Comparison(a, b).queues["q"][key], Comparison(b, a).queues["q"][key]
        assert there.half_width == pytest.approx(back.half_width)
        if there.mean is not None and back.mean is not None:
            assert there.mean == -back.mean


def test_nothing_heavy_is_imported() -> None:
    heavy = "{'json', 'pandas', 'polars', 'numpy', 'statistics', 'msgspec', 'rich', 'click', 'difflib'}"
    code = f"import sys, callfloor.sim.result; print(sorted({heavy} & set(sys.modules)))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
