"""What agents say of conversations in the simulated world, and the appointments that they make."""

from __future__ import annotations

import json
import math
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from callfloor import compare, simulate
from callfloor.reports.page import page_text
from callfloor.scenario import Scenario
from callfloor.sim.replication import Figures
from callfloor.sim.result import Result
from tests.unit.reports.workbooks import book_of, rows

Document = dict[str, Any]

CALL_BACK = {"name": "call back", "share": 1, "does": "call_back"}


def outbound(*dispositions: Document, agents: int = 10, **campaign: Any) -> Document:
    """One campaign of a day; everybody answers after 10 s and talks for 100 s unless told otherwise."""
    about: Document = {
        "name": "c",
        "leads": 100_000,
        "outcome": {"human": 1},
        "talk_s": 100,
        "ring_s": 10,
        "mode": "progressive",
        "dispositions": list(dispositions),
    } | campaign
    return {
        "run": {"duration": "24h", "replications": 3},
        "groups": [{"name": "g", "agents": agents}],
        "campaigns": [about],
    }


def run(document: Document) -> Result:
    return simulate(Scenario.from_dict(document))


def events(document: Document, folder: Path) -> list[Document]:
    """The events of one replication."""
    file = folder / "trace.jsonl"
    document["run"] |= {"replications": 1}
    simulate(Scenario.from_dict(document), trace=file)
    return [json.loads(line) for line in file.read_text().splitlines()]


def mean(figures: Figures, key: str) -> float:
    """What a figure is that has a meaning in the run."""
    found = figures[key].mean
    assert found is not None
    return found


class TestWords:
    def test_agents_say_each_as_often_as_the_scenario_tells(self) -> None:
        found = run(outbound({"name": "sale", "share": 0.1}, {"name": "no", "share": 0.6})).campaigns["c"]
        connected = found.connected.mean
        for word, share in (("sale", 0.1), ("no", 0.6)):
            sd = math.sqrt(share * (1 - share) / (3 * connected))
            assert found[f"dispositions.{word}"].mean / connected == pytest.approx(share, abs=4 * sd)
        assert found.dispositions.sale == found["dispositions.sale"]

    def test_results_name_them(self) -> None:
        result = run(outbound({"name": "do not call", "share": 1}))
        assert mean(result.campaigns["c"], "dispositions.do not call") > 0
        assert (
            result.figure("campaigns.c.dispositions.'do not call'")
            == result.campaigns["c"]["dispositions.do not call"]
        )
        written = result.to_dict()["campaigns"]
        assert written["c"]["dispositions"]["do not call"] == written["all"]["dispositions"]["do not call"]
        assert "appointments" not in written["c"]
        assert result.units["campaigns"]["dispositions.do not call"] == "calls"

    def test_those_of_one_name_count_together_in_all(self) -> None:
        document = outbound({"name": "sale", "share": 1})
        document["campaigns"].append(document["campaigns"][0] | {"name": "d"})
        document["campaigns"].append(
            document["campaigns"][0] | {"name": "e", "dispositions": [{"name": "no", "share": 1}]}
        )
        found = run(document).campaigns
        sales = [mean(found[name], "dispositions.sale") for name in ("c", "d", "e", "all")]
        assert sales[2] == 0
        assert sales[3] == sales[0] + sales[1]
        assert sales[3] > 0

    def test_without_them_there_are_no_such_figures(self) -> None:
        found = run(outbound()).campaigns["c"]
        assert not [key for key in found if key.startswith(("dispositions", "appointments"))]

    def test_other_policies_hear_the_same_of_the_same_people(self, tmp_path: Path) -> None:
        said = []
        for ratio in (1, 2):
            document = outbound(
                {"name": "sale", "share": 0.3},
                mode="power",
                dial_ratio=ratio,
                outcome={"human": 0.5, "busy": 0.5},
            )
            document["run"]["duration"] = 7200
            attempts: Counter[int] = Counter()
            attempt_of: dict[int, tuple[int, int]] = {}
            words: dict[tuple[int, int], str] = {}
            for event in events(document, tmp_path):
                for command in event["commands"]:
                    if command["do"] == "place_call":
                        attempts[command["lead"]] += 1
                        attempt_of[command["call"]] = command["lead"], attempts[command["lead"]]
                    elif command["do"] == "bridge":
                        words[attempt_of[command["call"]]] = ""
                if event["event"] == "agent_disposed":
                    words[attempt_of[event["call"]]] = event["disposition"]
            said.append(words)
        one, other = said
        both = one.keys() & other.keys()
        assert len(both) > 200
        assert [one[each] for each in both] == [other[each] for each in both]
        assert 0.2 < sum(one[each] == "sale" for each in both) / len(both) < 0.4

    def test_of_machines_nothing_is_said(self) -> None:
        found = run(outbound({"name": "sale", "share": 1}, outcome={"machine": 1}, machine="connect"))
        assert found.groups["g"].calls_per_agent_h.mean > 0
        assert found.campaigns["c"]["dispositions.sale"].mean == 0


class TestWhatBecomesOfTheLead:
    @pytest.mark.parametrize(
        ("does", "attempts"),
        [("note", 3), ("done", 1), ("retry", 3), ("drop_number", 1), ("bar_number", 1), ("call_back", 3)],
    )
    def test_it_goes_by_what_is_said(self, does: str, attempts: int) -> None:
        word = {"name": "w", "share": 1, "does": does, "retry_after_s": 600}
        found = run(outbound(word, leads=50, retry_after_s={"human": 1800})).campaigns["c"]
        assert found.attempts.mean == 50 * attempts
        assert found.reached.mean == 1.0

    def test_where_nothing_is_said_it_goes_by_the_outcome(self) -> None:
        word = {"name": "w", "share": 0, "does": "done"}
        found = run(outbound(word, leads=50, retry_after_s={"human": 1800})).campaigns["c"]
        assert found.attempts.mean == 150

    def test_a_retry_waits_for_its_own_time(self, tmp_path: Path) -> None:
        word = {"name": "w", "share": 1, "does": "retry", "retry_after_s": 5000}
        placed: dict[int, list[float]] = {}
        for event in events(outbound(word, leads=5, retry_after_s={"human": 60}), tmp_path):
            for command in event["commands"]:
                if command["do"] == "place_call":
                    placed.setdefault(command["lead"], []).append(event["t_s"])
        waits = [later - sooner for times in placed.values() for sooner, later in pairwise(times)]
        assert len(waits) == 10
        assert all(wait_s == pytest.approx(10 + 100 + 5000, abs=1) for wait_s in waits)

    def test_a_barred_number_is_nobody_elses_in_another_campaign(self) -> None:
        document = outbound({"name": "never again", "share": 1, "does": "bar_number"}, leads=40)
        document["campaigns"].append(
            document["campaigns"][0] | {"name": "d", "dispositions": [], "retry_after_s": {"human": 600}}
        )
        document["groups"] = [{"name": name, "agents": 5, "skills": {name: 1}} for name in ("c", "d")]
        found = run(document).campaigns
        assert found["c"].attempts.mean == 40
        assert found["d"].attempts.mean == 3 * 40


class TestAppointments:
    def test_the_agent_who_made_it_calls_at_that_time(self, tmp_path: Path) -> None:
        word = CALL_BACK | {"call_back_after_s": {"dist": "uniform", "low": 1000, "high": 9000}}
        document = outbound(word, leads=60, max_attempts=2, appointment_grace_s=3600)
        made: dict[int, tuple[float, str]] = {}
        kept: list[tuple[float, bool]] = []
        for event in events(document, tmp_path):
            for command in event["commands"]:
                if command["do"] == "return_lead" and "agent" in command and "due_s" in command:
                    made.setdefault(command["lead"], (command["due_s"], command["agent"]))
                if command["do"] == "bridge" and command["lead"] in made:
                    due_s, agent = made[command["lead"]]
                    kept.append((event["t_s"] - 10 - due_s, command["agent"] == agent))
        assert len(kept) == 60
        assert all(own and 0 <= late_s < 3600 for late_s, own in kept)

    def test_how_many_are_kept_and_how_late_is_told(self) -> None:
        word = CALL_BACK | {"call_back_after_s": 1800}
        found = run(outbound(word, agents=2, leads=400, max_attempts=2)).campaigns["c"]
        # Each lead but those of the last half hour is talked to twice, with an appointment after either.
        assert found.appointments.mean == found.connected.mean
        assert found["appointments_kept"].mean == pytest.approx(0.5, abs=0.05)
        # The agent is on a call of 110 s: half of that is left on average.
        assert 20 < mean(found, "appointment_delay_s") < 110

    def test_an_agent_who_has_gone_home_loses_it_to_whoever_is_there(self) -> None:
        word = CALL_BACK | {"call_back_after_s": 3600}
        document = outbound(word, leads=30, max_attempts=2)
        document["groups"] = [
            {"name": "early", "agents": 2, "shifts": [{"from": 0, "to": 3600}]},
            {"name": "late", "agents": 2, "shifts": [{"from": 3601, "to": 86400}]},
        ]
        found = run(document).campaigns["c"]
        assert found.attempts.mean == 60
        assert found["appointments_kept"].mean == 0
        assert found["appointment_delay_s"].mean is None

    def test_one_that_is_due_after_the_end_is_not_measured(self) -> None:
        word = CALL_BACK | {"call_back_after_s": "30h"}
        found = run(outbound(word, leads=30)).campaigns["c"]
        assert found.appointments.mean == 30
        assert found["appointments_kept"].mean is None

    def test_until_all_is_done_they_are_kept_too(self) -> None:
        word = CALL_BACK | {"call_back_after_s": 7200}
        document = outbound(word, leads=50, max_attempts=2)
        document["run"] = {"until": "drained", "replications": 2}
        assert run(document).campaigns["c"].attempts.mean == 100

    def test_in_preview_the_agent_is_shown_the_person(self) -> None:
        word = CALL_BACK | {"call_back_after_s": 1800}
        found = run(outbound(word, leads=50, max_attempts=2, mode="preview", preview_accept_s=5)).campaigns[
            "c"
        ]
        assert found.attempts.mean == 100
        assert mean(found, "appointments_kept") > 0.4

    @pytest.mark.parametrize("share", [0.0, 0.9])
    def test_people_may_answer_more_often_or_less_when_they_are_called_in_time(self, share: float) -> None:
        word = CALL_BACK | {"call_back_after_s": 1800}
        found = run(
            outbound(
                word,
                outcome={"human": 0.5, "busy": 0.5},
                leads=400,
                max_attempts=2,
                retry_after_s={},
                appointment_human=share,
                appointment_grace_s=3600,
            )
        ).campaigns["c"]
        again = mean(found, "attempts") - 400
        assert again == pytest.approx(200, abs=30)
        assert (mean(found, "human_answers") - again) / again == pytest.approx(share, abs=0.08)
        assert mean(found, "appointments_kept") > 0.45

    def test_limits_on_attempts_hold_for_them_as_well(self) -> None:
        word = CALL_BACK | {"call_back_after_s": 1800}
        found = run(outbound(word, leads=50, max_attempts=2, attempts_per_24h=1)).campaigns["c"]
        assert found.attempts.mean == 50


def test_two_runs_of_which_one_has_them_are_compared_by_what_both_have() -> None:
    with_word, without = outbound({"name": "sale", "share": 1}), outbound()
    found = compare(Scenario.from_dict(with_word), Scenario.from_dict(without))
    counted = Counter(key.partition(".")[0] for key in found.campaigns["c"])
    assert "dispositions" not in counted
    assert "attempts" in counted


def test_the_page_and_the_workbook_tell_them() -> None:
    word = CALL_BACK | {"share": 0.5, "call_back_after_s": 600}
    scenario = Scenario.from_dict(outbound(word, leads=200, do_not_call_share=0.1))
    result = simulate(scenario)
    page = page_text(result, scenario)
    for title in ("Dispositions", "Appointments", "Held back"):
        assert f">{title}<" in page
    for words in ("call back", "appointments kept", "in a register"):
        assert words in page
    told = {row[2]: row[3] for row in rows(book_of(result, scenario)["KPIs"]) if row[1] == "c"}
    for key in ("dispositions.call back", "appointments_kept", "held_back.do_not_call"):
        assert told[key] == pytest.approx(mean(result.campaigns["c"], key))
