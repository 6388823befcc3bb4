"""Trace files: what each line says, and that a file is whole or not there."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from callfloor.failures import RunError, UsageError
from callfloor.floor.vocabulary import COMMAND_NAMES, EVENT_NAMES, OUTCOME_NAMES
from callfloor.scenario import Scenario
from callfloor.sim import runner, trace_file
from callfloor.sim.runner import simulate
from tests.worlds import NAMES, scenario_of

Line = dict[str, Any]


def of(document: dict[str, Any]) -> Scenario:
    return Scenario.from_dict({"run": {"duration": 100, "replications": 1}} | document)


def traced(scenario: Scenario, path: Path) -> list[Line]:
    """The lines that a run writes."""
    simulate(scenario, trace=path)
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def told(lines: list[Line]) -> list[str]:
    """Lines in short."""
    return [
        " ".join(
            [
                f"{line['t_s']:g}",
                *(str(line[key]) for key in ("event", "call", "agent", "lead", "outcome") if key in line),
                "->",
                *(
                    " ".join(str(each[key]) for key in ("do", "call", "agent", "outcome") if key in each)
                    for each in line["commands"]
                ),
            ]
        )
        for line in lines
    ]


ONE_AGENT = {"groups": [{"name": "tier 1", "agents": 1}]}
THREE_CALLS = {
    "inbound": [
        {
            "name": "café",
            "arrivals": {"count": 3, "gap_s": 10},
            "talk_s": 15,
            "wrap_up_s": 2,
            "patience_s": 6,
        }
    ]
}


def test_calls_that_come_in(tmp_path: Path) -> None:
    lines = traced(of({**ONE_AGENT, **THREE_CALLS}), tmp_path / "trace.jsonl")
    assert told(lines) == [
        "0 agent_logged_in tier 1/1 ->",
        "10 call_arrived 1 -> bridge 1 tier 1/1",
        "20 call_arrived 2 -> hold 2",
        "25 call_ended 1 tier 1/1 -> record 1 tier 1/1 answered",
        "26 call_ended 2 -> record 2 gave_up",
        "27 agent_resumed tier 1/1 ->",
        "30 call_arrived 3 -> bridge 3 tier 1/1",
        "45 call_ended 3 tier 1/1 -> record 3 tier 1/1 answered",
        "47 agent_resumed tier 1/1 ->",
    ]
    assert lines[1] == {
        "replication": 0,
        "t_s": 10.0,
        "event": "call_arrived",
        "queue": "café",
        "call": 1,
        "commands": [{"do": "bridge", "call": 1, "agent": "tier 1/1", "queue": "café"}],
    }
    assert list(lines[1]) == ["replication", "t_s", "event", "queue", "call", "commands"]


def test_calls_that_are_placed(tmp_path: Path) -> None:
    campaign = {
        "name": "renewals",
        "leads": 2,
        "outcome": {"human": 1},
        "ring_s": 4,
        "talk_s": 6,
        "answer_within_s": 1,
        "retry_after_s": {},
    }
    lines = traced(of({**ONE_AGENT, "campaigns": [campaign]}), tmp_path / "trace.jsonl")
    calls = [line for line in lines if line["event"].startswith("call_") or line["event"] == "timer_due"]
    assert told(calls) == [
        "4 call_answered 1 tier 1/1 human -> bridge 1 tier 1/1",
        "4 call_answered 2 human -> set_timer 2",
        "5 timer_due 2 -> report 2 hang_up 2",
        "5 call_ended 2 -> return_lead record 2 abandoned",
        "10 call_ended 1 tier 1/1 -> return_lead record 1 tier 1/1 human",
    ]
    assert {line["campaign"] for line in calls} == {"renewals"}
    claimed = [line for line in lines if line["event"] == "lead_claimed"]
    assert [line["lead"] for line in claimed] == [0, 1]
    (placing,) = [line for line in lines if any(c["do"] == "place_call" for c in line["commands"])]
    assert [c for c in placing["commands"] if c["do"] == "place_call"] == [
        {"do": "place_call", "call": 1, "campaign": "renewals", "lead": 0},
        {"do": "place_call", "call": 2, "campaign": "renewals", "lead": 1},
    ]
    (timer,) = [c for line in calls for c in line["commands"] if c["do"] == "set_timer"]
    assert timer == {"do": "set_timer", "call": 2, "campaign": "renewals", "lead": 1, "due_s": 5.0}


def test_replications_come_one_after_the_other(tmp_path: Path) -> None:
    scenario = scenario_of("blended", tmp_path)
    path = tmp_path / "trace.jsonl"
    result = simulate(scenario, replications=3, workers=2, trace=path)
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert Counter(line["replication"] for line in lines) == {
        each.number: each.events for each in result.replications
    }
    order = [(line["replication"], line["t_s"]) for line in lines]
    assert order == sorted(order)
    alone = simulate(scenario, replications=3)
    assert alone.replications == result.replications


@pytest.mark.parametrize("name", NAMES)
def test_lines_speak_the_scenarios_words(name: str, tmp_path: Path) -> None:
    scenario = scenario_of(name, tmp_path)
    path = tmp_path / "trace.jsonl"
    result = simulate(scenario, replications=1, trace=path)
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert len(lines) == result.events
    agents = {f"{group.name}/{number}" for group in scenario.groups for number in range(1, group.agents + 1)}
    queues = {queue.name for queue in scenario.inbound}
    campaigns = {campaign.name for campaign in scenario.campaigns}
    seen: set[int] = set()
    for line in lines:
        assert line["event"] in EVENT_NAMES.values()
        if line["event"] in ("call_answered", "call_failed"):
            assert line["outcome"] in OUTCOME_NAMES
        if line["event"].startswith("call_"):
            assert line["call"] > 0
            assert ("queue" in line) != ("campaign" in line)
        for each in (line, *line["commands"]):
            assert each.get("agent", "") in agents | {""}
            assert each.get("queue", "") in queues | {""}
            assert each.get("campaign", "") in campaigns | {""}
            assert None not in each.values()
            assert -1 not in each.values()
        for command in line["commands"]:
            assert command["do"] in COMMAND_NAMES.values()
            if command["do"] == "record":
                assert command["outcome"]
            seen.add(command.get("call", 0))
    assert seen - {0} == set(range(1, max(seen) + 1))


def test_a_long_trace_is_written_as_it_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept: list[int] = []
    take = trace_file.TraceLines.take

    def noted(self: trace_file.TraceLines, world: Any, replication: int) -> Any:
        kept.append(world.traces.lines)
        return take(self, world, replication)

    monkeypatch.setattr(trace_file.TraceLines, "take", noted)
    scenario = of(
        {
            "run": {"duration": 20_000, "replications": 1},
            "groups": [{"name": "g", "agents": 20}],
            "inbound": [{"name": "q", "arrivals": {"rate_per_h": 3600}, "talk_s": 10}],
        }
    )
    assert len(traced(scenario, tmp_path / "t")) > 39_000
    assert len(kept) > 3
    assert max(kept) < 21_000


# Whole or not there.


def names_in(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir())


def test_a_failed_run_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "trace.jsonl"
    path.write_text("an older one")
    late = {
        "groups": [{"name": "g", "agents": 1, "shifts": [{"from": 0, "to": 5}]}],
        "inbound": [{"name": "q", "arrivals": {"count": 2, "gap_s": 10}, "talk_s": 1}],
    }
    with pytest.raises(RunError, match="can never end"):
        simulate(of(late), trace=path)
    assert path.read_text() == "an older one"
    assert names_in(tmp_path) == ["trace.jsonl"]


def test_an_interrupted_run_leaves_no_trace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def enough(done: float) -> None:
        if done > 0.5:
            raise KeyboardInterrupt

    monkeypatch.setattr(runner, "TELL_S", 0.0)
    scenario = of({"run": {"duration": 100, "replications": 40}, **ONE_AGENT, **THREE_CALLS})
    result = simulate(scenario, trace=tmp_path / "t", progress=enough)
    assert result.interrupted
    assert names_in(tmp_path) == []


@pytest.mark.parametrize("name", ["missing/trace.jsonl", "."])
def test_a_file_that_cannot_be_written_is_told_before_the_run(name: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"^trace: .*: (cannot be written: No such file|expected a file)"):
        simulate("erlang-a", trace=tmp_path / name)


class Full:
    """A file on a disk without room."""

    def write(self, text: str) -> None:
        raise OSError(28, "No space left on device")

    flush = close = lambda self: None


def test_a_disk_that_is_full_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begin = trace_file.TraceFile.__enter__

    def begin_on_a_full_disk(self: trace_file.TraceFile) -> trace_file.TraceFile:
        self.file.close()
        self.file = Full()  # type: ignore[assignment]
        return begin(self)

    monkeypatch.setattr(trace_file.TraceFile, "__enter__", begin_on_a_full_disk)
    with pytest.raises(UsageError, match=r"trace: .*/t: cannot be written: No space left on device$"):
        simulate(of({**ONE_AGENT, **THREE_CALLS}), trace=tmp_path / "t")
    assert names_in(tmp_path) == []


def test_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    simulate(of({**ONE_AGENT, **THREE_CALLS}), trace="-")
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 9
    assert json.loads(lines[-1])["event"] == "agent_resumed"
