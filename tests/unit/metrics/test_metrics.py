"""Figures are those of the interface, and are made of the columns that are described."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from callfloor.metrics import (
    APPOINTMENT_COLUMNS,
    APPOINTMENTS,
    COLUMNS,
    FIGURES,
    SECTIONS,
    AnyFigure,
    Figure,
    Percentile,
    Subject,
    Total,
    figures_of,
)
from callfloor.sim.replication import Figures

KEYS: Mapping[Subject, str] = {
    "queue": "offered answered abandoned blocked unmatched voicemails p_wait p_abandon mean_wait_s asa_s"
    " wait_s.p50 wait_s.p90 wait_s.p95 wait_s.p99 service_level service_level_net mean_queue callbacks"
    " callbacks_per_voicemail",
    "group": "occupancy reserved agents_used calls_per_agent_h agent_wait_s",
    "campaign": "attempts human_answers connected abandoned hung_up_early abandon_rate attempts_per_h"
    " connects_per_agent_h reached",
}

ONE_EACH: Mapping[Subject, Mapping[str, float]] = {
    "queue": {
        "offered": 200, "answered": 150, "abandoned": 30, "blocked": 12, "unmatched": 5, "voicemails": 8,
        "waited": 80, "in_time": 120, "abandoned_in_time": 10, "callbacks": 20, "wait_s": 940,
        "wait_answered_s": 600, "queue_s": 940, "measured_s": 1880,
    },
    "group": {
        "offline_s": 10_000, "ready_s": 500, "reserved_s": 100, "talking_s": 2500, "wrap_up_s": 500,
        "paused_s": 400, "previewing_s": 200, "calls": 25, "agents": 8, "agents_used": 6, "measured_s": 1800,
    },
    "campaign": {
        "attempts": 900, "human_answers": 300, "connected": 285, "abandoned": 15, "hung_up_early": 2,
        "reached": 280, "leads": 560, "agent_s": 10_800, "measured_s": 1800,
    },
}  # fmt: skip

EXPECTED: Mapping[Subject, Mapping[str, float]] = {
    "queue": {
        "offered": 200, "answered": 150, "abandoned": 30, "blocked": 12, "unmatched": 5, "voicemails": 8,
        "p_wait": 0.4, "p_abandon": 0.15, "mean_wait_s": 5, "asa_s": 4, "service_level": 0.6,
        "service_level_net": 12 / 19, "mean_queue": 0.5, "callbacks": 20, "callbacks_per_voicemail": 2.5,
    },
    "group": {
        "occupancy": 3200 / 3800, "reserved": 100 / 4200, "agents_used": 0.75,
        "calls_per_agent_h": 25 / 3800 * 3600,
        "agent_wait_s": 20,
    },
    "campaign": {
        "attempts": 900, "human_answers": 300, "connected": 285, "abandoned": 15, "hung_up_early": 2,
        "abandon_rate": 0.05, "attempts_per_h": 1800, "connects_per_agent_h": 95, "reached": 0.5,
    },
}  # fmt: skip

EVERY = [figure for subject in SECTIONS for figure in FIGURES[subject]]


def named(figure: AnyFigure) -> str:
    return f"{figure.subject}.{figure.key}"


@pytest.mark.parametrize("subject", SECTIONS)
def test_the_figures_of_the_interface_and_no_others(subject: Subject) -> None:
    assert [figure.key for figure in FIGURES[subject]] == KEYS[subject].split()
    assert {figure.subject for figure in FIGURES[subject]} == {subject}


@pytest.mark.parametrize("figure", [each for each in EVERY if isinstance(each, Figure)], ids=named)
def test_figures_by_hand(figure: Figure) -> None:
    columns = ONE_EACH[figure.subject]
    expected = EXPECTED[figure.subject][figure.key]
    assert figure.numerator(columns) / figure.denominator(columns) == pytest.approx(expected, rel=1e-12)


def test_a_run_has_figures_of_what_its_agents_say() -> None:
    columns = {
        "disposition_sale": 12, "appointments": 9, "appointments_due": 8, "appointments_kept": 6,
        "appointment_late_s": 90,
    }  # fmt: skip
    assert columns.keys() - {"disposition_sale"} == APPOINTMENT_COLUMNS.keys()
    assert figures_of("campaign", ["attempts"]) == FIGURES["campaign"]
    assert figures_of("queue", columns) == FIGURES["queue"]
    word, *others = figures_of("campaign", columns)[len(FIGURES["campaign"]) :]
    assert word.key == "dispositions.sale"
    assert tuple(others) == APPOINTMENTS
    found = [
        each.numerator(columns) / each.denominator(columns)
        for each in (word, *others)
        if isinstance(each, Figure)
    ]
    assert found == [12, 9, 0.75, 15]


@pytest.mark.parametrize("subject", SECTIONS)
def test_figures_are_made_of_the_columns_that_are_described(subject: Subject) -> None:
    used = {"measured_s"}
    for figure in FIGURES[subject]:
        if isinstance(figure, Figure):
            for total in (figure.numerator, figure.denominator):
                used |= {*total.plus, *total.minus}
    assert used == {*COLUMNS[subject], "measured_s"}


@pytest.mark.parametrize("figure", EVERY, ids=named)
def test_figures_are_described(figure: AnyFigure) -> None:
    assert figure.help
    assert not figure.help.endswith(".")
    assert figure.unit in {
        "calls", "voicemails", "attempts", "share", "s", "calls/h", "attempts/h",
    }  # fmt: skip
    assert figure.formula
    if figure.key.endswith("_s"):
        assert figure.unit == "s"


def test_no_figure_hides_behind_a_method() -> None:
    taken = {name for name in dir(Figures) if not name.startswith("_")}
    assert not taken & {figure.key.partition(".")[0] for figure in EVERY}


@pytest.mark.parametrize(
    ("subject", "key", "formula"),
    [
        ("queue", "offered", "offered"),
        ("queue", "p_wait", "waited / offered"),
        ("queue", "mean_wait_s", "wait_s / (offered - blocked)"),
        ("queue", "mean_queue", "queue_s / measured_s"),
        ("queue", "wait_s.p95", "percentile 95 of the waits of the answered, pooled over replications"),
        (
            "group",
            "calls_per_agent_h",
            "calls / ((ready_s + reserved_s + talking_s + wrap_up_s + previewing_s) / 3600)",
        ),
        ("campaign", "attempts_per_h", "attempts / (measured_s / 3600)"),
        ("campaign", "abandon_rate", "abandoned / (connected + abandoned)"),
    ],
)
def test_formulas(subject: Subject, key: str, formula: str) -> None:
    assert next(figure.formula for figure in FIGURES[subject] if figure.key == key) == formula


def test_what_is_known_by_interval() -> None:
    whole = {named(figure) for figure in EVERY if not figure.by_interval}
    percentiles = {named(figure) for figure in EVERY if isinstance(figure, Percentile)}
    assert whole == percentiles | {"group.agents_used", "campaign.reached"}


def test_a_total_without_columns_is_one() -> None:
    assert Total()({}) == 1.0
    assert Total(("a", "b"), ("c",), per=2.0)({"a": 5.0, "b": 4.0, "c": 1.0}) == 4.0
    assert str(Total(("a", "b"), ("c",), per=2.0)) == "((a + b - c) / 2)"
