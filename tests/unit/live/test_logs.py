"""Logs: one JSON object a line, phone numbers masked."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callfloor.abnormal import CONDITIONS, condition
from callfloor.floor.vocabulary import AGENT_LOGGED_IN, AGENT_PAUSED, CALL_ENDED, HUMAN, RINGING
from callfloor.live.logs import AgentsLog, DialerLog, masked, time_of
from callfloor.live.observer import DialDecision
from callfloor.stores.port import CallRecord

NUMBER = 12125550142
AT = 1_800_000_000.25
TIME = "2027-01-15T08:00:00.250Z"
RECORD = CallRecord(7, 1, 2, 3, 0, HUMAN, AT - 9.0, AT - 6.0, AT - 5.0, AT)


@given(st.integers(10**6, 10**15 - 1))
def test_a_number_is_masked_but_for_its_beginning_and_its_end(number: int) -> None:
    text = masked(number)
    digits = str(number)
    assert len(text) == len(digits) + 1
    assert re.fullmatch(r"\+\d{4}\**\d\d", text)
    assert (text[1:5], text[-2:]) == (digits[:4], digits[-2:])
    assert text.count("*") == len(digits) - 6


def test_a_time_is_utc_with_milliseconds() -> None:
    assert time_of(AT) == TIME


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_bytes().splitlines()]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "some.log"


def test_the_dialers_log(path: Path) -> None:
    log = DialerLog(path, "main")
    log.decided(AT, DialDecision("renewals", 3, 2, 6, 4, "", 9, 1.23456, -0.5))
    log.placed(AT, 7, NUMBER, "")
    log.connected(AT, 7, NUMBER, "ann")
    log.hung_up(AT, 7, NUMBER)
    log.recorded(RECORD, NUMBER, "ann")
    log.close()
    decision, placed, connected, hung_up, ended = lines(path)
    assert decision == {
        "event": "dial_decision",
        "level": "info",
        "floor": "main",
        "at": TIME,
        "campaign": "renewals",
        "placed": 4,
        "held_by": None,
        "ready": 3,
        "ringing": 2,
        "wanted": 6,
        "leads": 9,
        "expected_answers": 1.235,
        "headroom": -0.5,
    }
    assert (placed["event"], placed["attempt"], placed["agent"]) == ("call_placed", 7, None)
    assert (connected["event"], connected["agent"]) == ("call_connected", "ann")
    assert hung_up["event"] == "hang_up"
    assert (ended["event"], ended["outcome"], ended["agent"]) == ("call_ended", "human", "ann")
    assert (ended["lasted_s"], ended["talk_s"]) == (9.0, 5.0)
    assert {entry["number"] for entry in (placed, connected, hung_up, ended)} == {"+1212*****42"}


@pytest.mark.parametrize("code", sorted(CONDITIONS))
def test_every_abnormal_condition_is_told_with_its_severity(path: Path, code: int) -> None:
    log = DialerLog(path, "main")
    log.abnormal(AT, code, CALL_ENDED, RINGING, 0, "")
    log.close()
    [entry] = lines(path)
    assert entry["event"] == "abnormal_condition"
    assert entry["level"] == condition(code).severity
    assert entry["attempt"] is entry["agent"] is None
    assert str(condition(code).name) in entry.values()


def test_the_agents_log(path: Path) -> None:
    log = AgentsLog(path, "main")
    log.agent_event(AT, "ann", AGENT_LOGGED_IN, 0)
    log.agent_event(AT, "ann", AGENT_PAUSED, 12)
    log.connected(AT, 7, NUMBER, "ann")
    log.recorded(RECORD, NUMBER, "ann")
    log.recorded(RECORD, NUMBER, "")
    log.disposed(AT, 7, "ann", "sale")
    log.lead_shown(AT, "ann", 3, NUMBER, "renewals", AT + 15.0)
    log.lead_shown(AT, "ann", 4, NUMBER, "renewals", math.inf)
    log.close()
    entries = lines(path)
    assert [entry["event"] for entry in entries] == [
        "agent_logged_in",
        "agent_paused",
        "call_started",
        "call_ended",
        "call_disposed",
        "lead_shown",
        "lead_shown",
    ]
    assert [entry.get("reason") for entry in entries[:2]] == [None, 12]
    assert entries[3]["talk_s"] == 5.0
    assert (entries[4]["attempt"], entries[4]["disposition"]) == (7, "sale")
    assert [entry["preview_s"] for entry in entries[5:]] == [15.0, None]
    assert str(NUMBER) not in path.read_text()


def test_lines_are_there_as_soon_as_they_are_written_and_appended_to_those_before(path: Path) -> None:
    path.write_text('{"event": "before"}\n')
    log = DialerLog(path, "main")
    log.placed(AT, 7, NUMBER, "ann")
    assert [entry["event"] for entry in lines(path)] == ["before", "call_placed"]
    log.close()


def test_a_log_that_cannot_be_written_says_so_and_closes_all_the_same() -> None:
    log = DialerLog(Path("/dev/full"), "main")
    with pytest.raises(OSError, match="No space left on device"):
        log.placed(AT, 7, NUMBER, "ann")
    log.close()
