"""The call's state table, cell by cell."""

from __future__ import annotations

import pytest

from callfloor.abnormal import CONDITIONS
from callfloor.floor.calls import CALL_TABLE
from callfloor.floor.vocabulary import (
    AGENT_UNKNOWN,
    ANSWER,
    ANSWER_BY_MACHINE,
    ANSWERED,
    BRIDGED,
    BUSY,
    CALL_ANSWERED,
    CALL_BRIDGED,
    CALL_BRIDGED_UNASKED,
    CALL_ENDED,
    CALL_EVENT_AFTER_END,
    CALL_EVENT_DOUBLED,
    CALL_EVENT_LATE,
    CALL_FAILED,
    CALL_INPUT_NAMES,
    CALL_INPUTS,
    CALL_LOST,
    CALL_NOT_SENT,
    CALL_NOT_SENT_YET_LIVE,
    CALL_PLAYED,
    CALL_RINGING,
    CALL_STATE_NAMES,
    CALL_STATES,
    CALL_WITHHELD,
    CONNECTED,
    CONNECTING,
    END,
    ENDED,
    ENDING,
    FAIL,
    LOSE,
    LOSE_AGENT,
    MACHINE,
    MESSAGE,
    NOT_SENT,
    NUMBER_KEEPS_FAILING,
    PLACED,
    PLAYED,
    RING,
    RINGING,
    TIME_OUT,
    TIMER_DUE,
)

from .floors import dialling, reach_call_state
from .sights import state_of

FROM_OUTSIDE = {
    RING: (CALL_RINGING, 0),
    ANSWER: (CALL_ANSWERED, 0),
    ANSWER_BY_MACHINE: (CALL_ANSWERED, MACHINE),
    FAIL: (CALL_FAILED, BUSY),
    BRIDGED: (CALL_BRIDGED, 0),
    PLAYED: (CALL_PLAYED, 0),
    END: (CALL_ENDED, 0),
    NOT_SENT: (CALL_NOT_SENT, 0),
    LOSE: (CALL_LOST, 0),
}
CELLS = [(given, state) for given in range(CALL_INPUTS) for state in range(CALL_STATES)]


def cell_name(cell: tuple[int, int]) -> str:
    return f"{CALL_INPUT_NAMES[cell[0]]}-{CALL_STATE_NAMES[cell[1]]}"


def test_the_table_has_a_row_for_every_input_and_a_column_for_every_state() -> None:
    assert len(CALL_TABLE) == CALL_INPUTS == len(CALL_INPUT_NAMES)
    assert {len(row) for row in CALL_TABLE} == {CALL_STATES} == {len(CALL_STATE_NAMES)}


@pytest.mark.parametrize("cell", CELLS, ids=cell_name)
def test_every_cell_is_a_state_or_a_condition_that_is_described(cell: tuple[int, int]) -> None:
    found = CALL_TABLE[cell[0]][cell[1]]
    assert 0 <= found < CALL_STATES or found in CONDITIONS


@pytest.mark.parametrize("cell", [c for c in CELLS if c[0] in FROM_OUTSIDE], ids=cell_name)
def test_an_event_does_what_its_cell_says(cell: tuple[int, int]) -> None:
    given, state = cell
    scene = reach_call_state(state)
    kind, code = FROM_OUTSIDE[given]
    scene.tell(kind, call=0, code=code)
    wanted = CALL_TABLE[given][state]
    told = [c for c in scene.reported() if c not in (CALL_WITHHELD, NUMBER_KEEPS_FAILING)]
    if wanted < AGENT_UNKNOWN:
        # Who is answered while an agent is ready is connected in the same instant.
        assert scene.call().state == (CONNECTING if given == ANSWER else wanted)
        assert told == []
    else:
        assert told == [wanted]
        (report,) = [said for said in scene.said if said.code == wanted]
        assert (report.call, report.event, report.found) == (0, kind, state)


@pytest.mark.parametrize("state", [s for s in range(CALL_STATES) if s != ENDED])
def test_every_call_that_lives_has_a_timer_that_ends_its_state(state: int) -> None:
    scene = reach_call_state(state)
    scene.call_timer()
    assert scene.call().state in (ENDING, ENDED, MESSAGE)
    assert scene.call().state != state


def test_an_ended_call_has_no_timer() -> None:
    scene = reach_call_state(ENDED)
    before = state_of(scene.floor)
    scene.after(1e6).tell(TIMER_DUE, call=0)
    assert state_of(scene.floor) == before


NOTHING_TO_RECOVER = (
    CALL_EVENT_DOUBLED,
    CALL_EVENT_LATE,
    CALL_EVENT_AFTER_END,
    CALL_BRIDGED_UNASKED,
    CALL_NOT_SENT_YET_LIVE,
)


@pytest.mark.parametrize(
    "cell",
    [c for c in CELLS if c[0] in FROM_OUTSIDE and CALL_TABLE[c[0]][c[1]] in NOTHING_TO_RECOVER],
    ids=cell_name,
)
def test_an_illegal_event_changes_nothing_at_all(cell: tuple[int, int]) -> None:
    scene = reach_call_state(cell[1])
    before = state_of(scene.floor)
    kind, code = FROM_OUTSIDE[cell[0]]
    scene.tell(kind, call=0, code=code)
    assert state_of(scene.floor) == before
    assert len(scene.said) == 1


@pytest.mark.parametrize("state", [PLACED, RINGING, ANSWERED, MESSAGE, ENDING])
def test_losing_its_agent_means_nothing_to_a_call_that_has_none(state: int) -> None:
    assert CALL_TABLE[LOSE_AGENT][state] == CALL_EVENT_LATE
    assert CALL_TABLE[LOSE_AGENT][CONNECTED] == ANSWERED


@pytest.mark.parametrize("state", range(CALL_STATES))
def test_every_state_has_a_way_out_by_time(state: int) -> None:
    found = CALL_TABLE[TIME_OUT][state]
    assert found >= AGENT_UNKNOWN or found in (ENDING, ENDED)


def test_lines_are_counted_while_they_are_placed_or_ringing_only() -> None:
    scene = dialling(agents=2, leads=10, dial_ratio=2.0, wrap_up_s=60.0)
    assert (scene.campaign.placed, scene.campaign.live) == (4, 4)
    scene.ring(0)
    assert scene.campaign.placed == 4
    scene.answer(0)
    scene.answer(1)
    assert (scene.campaign.placed, scene.campaign.live) == (2, 4)
    scene.end(0)
    assert scene.campaign.live == 3 + len(scene.placed())
