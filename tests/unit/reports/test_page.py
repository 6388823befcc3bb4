"""The page: figures and plots of what the scenario has."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from callfloor import runtimes
from callfloor.metrics import FIGURES, SECTIONS
from callfloor.reports import page_tables
from callfloor.reports.page import page_text
from callfloor.scenario import Scenario
from callfloor.sim.build import build, plan_of
from callfloor.sim.collect import collect
from callfloor.sim.result import Result, shown
from tests.unit.reports.pages import (
    BLENDED,
    EVIL,
    ROWS,
    campaigns,
    document,
    found,
    inbound,
    made_up,
    page_of,
    parsed,
    words,
)


def simulated(scenario: Scenario) -> Result:
    runtime, plan = runtimes.load("plain"), plan_of(scenario)
    replications = []
    for number in range(scenario.run.replications):
        world = build(runtime, plan, number)
        while not runtime.run_on(world, 10_000):
            pass
        replications.append(collect(world, plan, number))
    return Result(
        scenario.name,
        scenario.run.seed,
        replications,
        queues=[queue.name for queue in scenario.inbound],
        groups=[group.name for group in scenario.groups],
        campaigns=[campaign.name for campaign in scenario.campaigns],
        service_level_s={queue.name: scenario.service_level_s(queue) for queue in scenario.inbound},
    )


def test_a_simulated_hour() -> None:
    scenario = Scenario.from_dict(
        document(
            groups=[
                {"name": "early", "agents": 4, "shifts": [{"from": 0, "to": 1800}]},
                {"name": "late", "agents": 5, "breaks": [{"from": 600, "to": 900}], "shrinkage": 0.1},
            ],
            inbound=[
                *inbound("support"),
                *inbound("box", routing="direct", when_busy="voicemail", callback={"reached": 0.5}),
            ],
            campaigns=campaigns("renewals"),
        )
    )
    result = simulated(scenario)
    page = page_text(result, scenario)
    plots = found(page, "figcaption")
    assert plots[:2] == ["Calls waiting and agents busy", "What agents do"]
    assert {"early", "late", "Calls and service level", "Waiting and giving up", "Time to answer"} <= set(
        plots
    )
    assert {"Attempts and abandonment", "From attempts to conversations", "Attempts by outcome"} <= set(plots)
    assert plots.count("Waiting and giving up") == 2, "of both together, and of the one where callers wait"
    cells = found(page, "td")
    for name in ("support", "box", "all"):
        for figure in FIGURES["queue"]:
            text = shown(result.queues[name][figure.key], figure.unit)
            assert ("–" if text == "-" else text) in cells, (name, figure.key)  # noqa: RUF001
    steps = [row for row in parsed(page).iter("tr") if words(row).startswith("answered by a person")]
    assert f"{result.campaigns['renewals'].human_answers.mean:,.1f}".removesuffix(".0") in words(steps[0])


# What stands in it.


def test_the_first_lines_say_what_was_measured() -> None:
    scenario = Scenario.from_dict(
        document(
            run={**document()["run"], "duration": "90m", "warm_up": "30m"},
            inbound=inbound("support"),
            name=EVIL,
        )
    )
    page = page_of(scenario)
    assert found(page, "h1") == [EVIL] == found(page, "title")[:1]
    assert [words(line) for line in parsed(page).iter("p") if line.get("class") == "measured"] == [
        "1 queue, 1 group with 10 agents.",
        "Measured for 1 h, after a warm-up of 30 min: Mon 23 Nov 2026, 9:30 to 10:30 (UTC−05:00).",  # noqa: RUF001
        "3 replications of seed 7, 30 calls.",
    ]
    assert "Interrupted" not in page


def test_a_run_that_was_interrupted_says_so() -> None:
    assert "Interrupted: only 2 replications finished" in page_of(BLENDED, replications=2, interrupted=True)


def test_until_drained() -> None:
    run = {"until": "drained", "replications": 3}
    scenario = Scenario.from_dict(
        document(run=run, inbound=inbound("support", arrivals={"count": 10, "gap_s": 5}))
    )
    assert "Measured until all is done: Mon 23 Nov 2026, 9:00 to 10:00" in page_of(scenario)


def test_all_figures_stand_in_tables() -> None:
    result = made_up(BLENDED)
    cells = found(page_text(result, BLENDED), "td")
    for subject in SECTIONS:
        for name, figures in result.section(subject).items():
            for figure in FIGURES[subject]:
                text = shown(figures[figure.key], figure.unit)
                text = "–" if text == "-" else text  # noqa: RUF001
                assert figure.key in page_tables.SELDOM or text in cells, (name, figure.key)


def test_each_figure_has_its_column_once() -> None:
    for subject, blocks in page_tables.BLOCKS.items():
        keys = [key for _, block in blocks for key in block]
        assert len(keys) == len(set(keys))
        assert set(keys) <= {figure.key for figure in FIGURES[subject]}


def test_what_has_no_meaning_is_a_dash() -> None:
    scenario = Scenario.from_dict(document(inbound=inbound("quiet"), campaigns=campaigns("c")))
    page = page_text(Result("none", 1, [], queues=["quiet"], groups=["tier 1"], campaigns=["c"]), scenario)
    cells = [cell for cell in parsed(page).iter("td") if cell.get("class") == "number"]
    assert {words(cell) for cell in cells} == {"–"}  # noqa: RUF001
    assert {words(tile) for tile in parsed(page).iter("dd") if not tile.get("class")} == {"–"}  # noqa: RUF001
    assert not list(parsed(page).iter("svg"))
    some = page_of(Scenario.from_dict(document(inbound=inbound("quiet"))), offered=0.0)
    assert "–" in found(some, "td")  # noqa: RUF001


def test_tables_are_read_by_their_heads() -> None:
    for each in parsed(page_of(BLENDED)).iter("th"):
        assert each.get("scope") in ("col", "row")


def test_keys_stand_where_words_are_others() -> None:
    codes = found(page_of(BLENDED), "code")
    assert {"service_level", "p_wait", "wait_s.p90", "abandon_rate", "service_level_s"} <= set(codes)
    assert "offered" not in codes


def test_the_limit_of_the_service_level() -> None:
    queues = [*inbound("a", service_level_s=15), *inbound("b")]
    page = page_of(Scenario.from_dict(document(inbound=queues)))
    assert {"15 s", "20 s", "each its own"} <= set(found(page, "td"))
    assert "offered calls answered within each queue’s limit" in page  # noqa: RUF001
    same = page_of(BLENDED)
    assert "each its own" not in same
    assert "within 20\u00a0s" in same
    texts = found(same, "text")
    assert texts.count("within 20 s") == 3, "at the limit of both queues, and of both together"
    expected = sum(part.total("in_time") for each in made_up(BLENDED).replications for part in each.queues)
    offered = sum(part.total("offered") for each in made_up(BLENDED).replications for part in each.queues)
    assert texts.count(f"{100 * expected / offered:.1f}\u00a0%") == 3


@pytest.mark.parametrize(
    ("abandoned", "names", "remark", "alarm"),
    [
        (0.1, ["c"], "within the limit of 3\u00a0%", False),
        (5.0, ["c"], "over the limit of 3\u00a0%", True),
        (5.0, ["c", "d"], "over the limit: c, d", True),
        (0.1, ["c", "d"], "each within its limit", False),
    ],
)
def test_the_abandon_rate_is_held_against_its_limit(
    abandoned: float, names: list[str], remark: str, alarm: bool
) -> None:
    page = page_of(Scenario.from_dict(document(campaigns=campaigns(*names))), abandoned=abandoned)
    tiles = {
        words(tile[0]): tile for tile in parsed(page).iter("div") if tile.get("class", "").startswith("tile")
    }
    assert words(tiles["Abandon rate"][2]) == remark
    assert (tiles["Abandon rate"].get("class") == "tile alarm") == alarm
    assert found(page, "text").count("limit 3\u00a0%") == len(names)


def test_a_rate_near_its_limit_is_not_called_within_it() -> None:
    scenario = Scenario.from_dict(document(campaigns=campaigns("c", abandon_rate_max=0.1)))
    result = made_up(scenario, abandoned=1.9)
    rows = result.replications[0].campaigns[0]
    rows.rows[rows.columns.index("abandoned")] = 9.0  # one replication is unlike the others
    page = page_text(result, scenario)
    estimate = result.campaigns["c"].abandon_rate
    assert abs(estimate.mean - 0.1) < estimate.half_width
    assert "too close to tell from the limit of 10\u00a0%" in page


# Plots of what there is.


def test_inbound_alone() -> None:
    page = page_of(Scenario.from_dict(document(inbound=inbound("support"))))
    assert found(page, "h2") == ["Overview", "Queues", "Agents", "Scenario"]
    assert found(page, "h3") == ["support"], "one queue is all queues"
    assert found(page, "figcaption") == [
        *("Calls waiting and agents busy", "What agents do"),
        *("Calls and service level", "Waiting and giving up", "Time to answer"),
    ]
    assert "Abandon rate" not in found(page, "dt")


def test_outbound_alone() -> None:
    page = page_of(Scenario.from_dict(document(campaigns=campaigns("renewals", "wins"))))
    assert found(page, "h2") == ["Overview", "Agents", "Campaigns", "Scenario"]
    assert found(page, "h3") == ["renewals", "wins"]
    own = ["Attempts and abandonment", "From attempts to conversations", "Attempts by outcome"]
    assert found(page, "figcaption") == ["Agents busy", "What agents do", *own, *own]
    assert "Service level" not in found(page, "dt")


def test_several_of_each() -> None:
    groups = [{"name": "tier 1", "agents": 10}, {"name": "tier 2", "agents": 5}]
    page = page_of(Scenario.from_dict(document(groups=groups, inbound=inbound("a", "b", "c"))))
    assert found(page, "h3") == ["All queues", "a", "b", "c"]
    assert {"tier 1", "tier 2"} <= set(found(page, "figcaption"))


def test_outcomes_are_told_by_how_many_they_are() -> None:
    page = page_of(Scenario.from_dict(document(campaigns=campaigns("c"))), abandoned=3.0)
    figure = next(
        each for each in parsed(page).iter("figure") if words(each).startswith("Attempts by outcome")
    )
    rows = [words(row[0]) for row in figure.iter("tr")][1:]
    assert rows == ["no answer", "human", "abandoned"]


def test_voicemail_leaves_no_queue_to_plot() -> None:
    scenario = Scenario.from_dict(document(inbound=inbound("box", when_busy="voicemail")))
    plots = found(page_of(scenario), "figcaption")
    assert "Agents busy" in plots
    assert "Waiting and giving up" not in plots


def test_one_replication_has_no_bands() -> None:
    page = page_of(BLENDED, replications=1)
    assert 'class="band' not in page
    assert "its 95 % interval takes two replications or more" in page
    assert 'class="band' in page_of(BLENDED)


def test_what_the_script_shows() -> None:
    body = next(parsed(page_of(BLENDED)).iter("body"))
    bins, edges = json.loads(body.get("data-bins", "")), json.loads(body.get("data-edges", ""))
    assert bins[:2] == ["9:00 to 9:10", "9:10 to 9:20"]
    assert len(edges) == len(bins) + 1 == ROWS + 1
    assert (edges[0], edges[-1]) == (0.0, 1.0)
    charts = [svg for svg in body.iter("svg") if svg.get("data-tip")]
    assert len(charts) == 2 + 3 * 2 + 1
    for svg in charts:
        left, right, lines = json.loads(svg.get("data-tip", ""))
        assert 0 < left < right
        assert all(len(values) == len(bins) for _, _, _, values in lines)
        assert [path for path in svg.iter("path") if path.get("class") == "cursor"]


def test_the_scenario_in_words() -> None:
    scenario = Scenario.from_dict(
        document(
            groups=[
                {
                    "name": "late",
                    "agents": 5,
                    "skills": {"support": 1, "c": 2},
                    "shifts": [{"from": "1h", "to": "9h"}, {"from": "23h", "to": "24h"}],
                    "shrinkage": 0.1,
                }
            ],
            inbound=inbound(
                "support",
                arrivals={"profile_per_h": [10, 40.5], "interval": "30m"},
                talk_s={"dist": "hyperexponential", "p": 0.3, "mean1": 10, "mean2": 1200},
                wrap_up_s={"dist": "empirical", "values": [1, 2, 3]},
                patience_s="never",
                queue_limit=5,
                redial={"probability": 0.25},
            ),
            campaigns=campaigns(
                "c",
                reserve=1,
                lines=30,
                dial_ratio=1,
                hours={"from": "08:00", "to": "21:00"},
                answer_profile={"factors": [1, 0.5, 2], "interval": "4h"},
            ),
        )
    )
    cells = found(page_of(scenario), "td")
    for expected in (
        *("10 to 40.5 calls/h, by 30 min", "hyperexponential, p 0.3, mean1 10 s, mean2 1,200 s"),
        *(
            "empirical, 3 values",
            "for ever",
            "it waits, 5 at most; 25\u00a0% call again",
            "support (1), c (2)",
        ),
        *("10:00–18:00, Tue 24 Nov 8:00–Tue 24 Nov 9:00", "10\u00a0%", "8:00–21:00 local"),  # noqa: RUF001
        "power, 1 line for each ready agent, 1 agent left to inbound, 30 trunk lines, 3 attempts at most",
        "human 50\u00a0%, no answer 50\u00a0%; human times 0.5 to 2, by 4 h",
        "after 2 s; limit 3\u00a0%",
    ):
        assert expected in cells, expected


def test_files_are_told_by_their_names_alone(tmp_path: Path) -> None:
    (tmp_path / "calls.csv").write_text("at_s,talk_s\n1,2\n3,4\n")
    (tmp_path / "talks.txt").write_text("1\n2\n3\n")
    scenario = Scenario.from_dict(
        document(
            inbound=inbound(
                "support",
                arrivals={"trace": "calls.csv"},
                wrap_up_s={"dist": "empirical", "file": "talks.txt"},
            )
        ),
        folder=tmp_path,
    )
    page = page_of(scenario)
    assert "as in calls.csv" in page
    assert str(tmp_path) not in page
