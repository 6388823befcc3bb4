"""The agent's state table, cell by cell, and how the group's line and counts follow it."""

from __future__ import annotations

import pytest

from callfloor.abnormal import CONDITIONS
from callfloor.floor.agents import AGENT_TABLE, agent_may_be_chosen, move_agent
from callfloor.floor.vocabulary import (
    ACCEPT,
    AGENT_ACCEPTED,
    AGENT_GONE,
    AGENT_INPUT_NAMES,
    AGENT_INPUTS,
    AGENT_LOGGED_IN,
    AGENT_LOGGED_IN_TWICE,
    AGENT_LOGGED_OUT,
    AGENT_LOGGED_OUT_TWICE,
    AGENT_NOT_LOGGED_IN,
    AGENT_NOT_PREVIEWING,
    AGENT_PAUSED,
    AGENT_RESUMED,
    AGENT_SILENT,
    AGENT_SKIPPED,
    AGENT_STATE_NAMES,
    AGENT_STATES,
    AGENT_UNKNOWN,
    FALL_SILENT,
    FINISH,
    FINISH_AT_ONCE,
    LOG_IN,
    LOG_OUT,
    LOSE_PHONE,
    OFFLINE,
    PAUSE,
    PAUSED,
    PREVIEWING,
    READY,
    RESERVED,
    RESUME,
    SKIP,
    TAKE,
    TALKING,
    UNKNOWN,
    WRAP_UP,
)

from .floors import Scene, add_group, dialling, reach_agent_state
from .sights import ready_of, state_of

FROM_OUTSIDE = {
    LOG_IN: AGENT_LOGGED_IN,
    LOG_OUT: AGENT_LOGGED_OUT,
    PAUSE: AGENT_PAUSED,
    RESUME: AGENT_RESUMED,
    FALL_SILENT: AGENT_SILENT,
    LOSE_PHONE: AGENT_GONE,
    ACCEPT: AGENT_ACCEPTED,
    SKIP: AGENT_SKIPPED,
}
CELLS = [(given, state) for given in range(AGENT_INPUTS) for state in range(AGENT_STATES)]


def cell_name(cell: tuple[int, int]) -> str:
    return f"{AGENT_INPUT_NAMES[cell[0]]}-{AGENT_STATE_NAMES[cell[1]]}"


def test_the_table_has_a_row_for_every_input_and_a_column_for_every_state() -> None:
    assert len(AGENT_TABLE) == AGENT_INPUTS == len(AGENT_INPUT_NAMES)
    assert {len(row) for row in AGENT_TABLE} == {AGENT_STATES} == {len(AGENT_STATE_NAMES)}


@pytest.mark.parametrize("cell", CELLS, ids=cell_name)
def test_every_cell_is_a_state_or_a_condition_that_is_described(cell: tuple[int, int]) -> None:
    found = AGENT_TABLE[cell[0]][cell[1]]
    assert 0 <= found < AGENT_STATES or found in CONDITIONS


@pytest.mark.parametrize("cell", [c for c in CELLS if c[0] in FROM_OUTSIDE], ids=cell_name)
def test_an_event_does_what_its_cell_says(cell: tuple[int, int]) -> None:
    given, state = cell
    scene = reach_agent_state(state)
    scene.tell(FROM_OUTSIDE[given], agent=0)
    wanted = AGENT_TABLE[given][state]
    if wanted < AGENT_UNKNOWN:
        assert scene.agent().state == wanted
        assert scene.reported() == []
    else:
        assert scene.reported() == [wanted]
        (report,) = [said for said in scene.said if said.code == wanted]
        assert (report.agent, report.event, report.found) == (0, FROM_OUTSIDE[given], state)


@pytest.mark.parametrize("cell", [c for c in CELLS if c[0] not in FROM_OUTSIDE], ids=cell_name)
def test_a_step_of_the_floor_s_own_does_what_its_cell_says(cell: tuple[int, int]) -> None:
    given, state = cell
    scene = reach_agent_state(state)
    agent, floor = scene.agent(), scene.floor
    before, floor.sent = agent.since, 0
    abnormal = move_agent(floor, agent, given, scene.now)
    wanted = AGENT_TABLE[given][state]
    if wanted < AGENT_UNKNOWN:
        assert (abnormal, agent.state, floor.sent) == (0, wanted, 0)
        assert agent.since == (before if wanted == state else scene.now)
    else:
        assert (abnormal, agent.state, agent.since) == (wanted, state, before)
        (report,) = floor.commands[: floor.sent]
        assert (report.code, report.agent, report.found) == (wanted, agent, state)


def test_only_a_ready_agent_takes_a_call_that_is_bridged_at_once_or_calls_back() -> None:
    states = [state for state in range(AGENT_STATES) if AGENT_TABLE[TAKE][state] < AGENT_UNKNOWN]
    assert states == [READY]
    assert AGENT_TABLE[TAKE][READY] == TALKING


def test_only_one_who_talks_finishes_a_call_and_the_wrap_up_is_left_out_where_there_is_none() -> None:
    for given, after in ((FINISH, WRAP_UP), (FINISH_AT_ONCE, READY)):
        states = [state for state in range(AGENT_STATES) if AGENT_TABLE[given][state] < AGENT_UNKNOWN]
        assert states == [TALKING]
        assert AGENT_TABLE[given][TALKING] == after


NOTHING_TO_RECOVER = (
    *(AGENT_LOGGED_OUT_TWICE, AGENT_NOT_LOGGED_IN, AGENT_LOGGED_IN_TWICE),
    AGENT_NOT_PREVIEWING,
)


@pytest.mark.parametrize(
    "cell",
    [c for c in CELLS if c[0] in FROM_OUTSIDE and AGENT_TABLE[c[0]][c[1]] in NOTHING_TO_RECOVER],
    ids=cell_name,
)
def test_an_illegal_event_changes_nothing_at_all(cell: tuple[int, int]) -> None:
    scene = reach_agent_state(cell[1])
    before = state_of(scene.floor)
    scene.tell(FROM_OUTSIDE[cell[0]], agent=0)
    assert state_of(scene.floor) == before
    assert len(scene.said) == 1


def test_system_a_agents_go_from_offline_to_idle_to_busy_and_back() -> None:
    scene = Scene(1, dial_ratio=1.0)
    assert scene.agent().state == OFFLINE
    scene.start()
    scene.log_in()
    assert scene.agent().state == READY
    scene.leads(1)
    scene.answer()
    scene.bridged()
    assert scene.agent().state == TALKING
    scene.end()
    assert scene.agent().state == READY
    scene.log_out()
    assert scene.agent().state == OFFLINE


def test_who_becomes_ready_goes_to_the_end_of_the_line() -> None:
    scene = Scene(3)
    scene.log_in(2, 0, 1)
    assert [a.id for a in ready_of(scene.group)] == [2, 0, 1]
    scene.pause(0)
    scene.pause(2)
    scene.resume(2)
    assert [a.id for a in ready_of(scene.group)] == [1, 2]
    assert (scene.group.ready, scene.group.logged_in) == (2, 3)


@pytest.mark.parametrize("state", range(AGENT_STATES))
def test_only_a_ready_agent_may_be_chosen(state: int) -> None:
    assert agent_may_be_chosen(reach_agent_state(state).agent()) == (state == READY)


@pytest.mark.parametrize("state", [READY, RESERVED, TALKING, WRAP_UP, PAUSED, PREVIEWING])
def test_an_agent_counts_as_logged_in_in_every_state_but_offline(state: int) -> None:
    scene = reach_agent_state(state)
    assert scene.group.logged_in == 1
    assert scene.group.ready == (state == READY)


# Who is at work, and how a group's agents spend their time.


def test_the_group_knows_who_is_logged_in_whoever_comes_and_goes() -> None:
    scene = Scene(4)
    at_work: set[int] = set()
    for agent, comes in ((2, True), (0, True), (3, True), (2, False), (1, True), (3, False), (2, True)):
        if comes:
            scene.log_in(agent)
            at_work.add(agent)
        else:
            scene.log_out(agent)
            at_work.remove(agent)
        members = scene.group.members
        assert {member.id for member in members} == at_work
        assert len(members) == scene.group.logged_in == len(at_work)
        assert [member.place for member in members] == list(range(len(at_work)))
        assert all((a.place == UNKNOWN) == (a.id not in at_work) for a in scene.floor.agents)


def test_the_time_that_agents_spend_in_each_state_is_added_up_when_they_leave_it() -> None:
    scene = dialling(1, 5, dial_ratio=1.0, wrap_up_s=10.0)
    spent = scene.group.time_s
    scene.after(7).answer()
    scene.after(2).bridged()
    scene.after(60).end()
    assert list(spent) == pytest.approx([0.0, 7.0, 2.0, 60.0, 0.0, 0.0, 0.0])
    scene.after(4).pause()
    scene.after(300).resume()
    assert list(spent) == pytest.approx([0.0, 7.0, 2.0, 60.0, 4.0, 300.0, 0.0])
    scene.after(5).log_out()
    scene.after(1000).log_in()
    scene.after(3).log_out()
    assert list(spent) == pytest.approx([0.0, 15.0, 2.0, 60.0, 4.0, 300.0, 0.0])


def test_the_times_are_those_of_all_agents_of_the_group_and_of_no_other() -> None:
    scene = Scene(2)
    other = add_group(scene.floor, 1)
    scene.log_in(0, 1, 2)
    scene.after(10)
    for agent in (0, 1, 2):
        scene.pause(agent)
    assert scene.group.time_s[READY] == pytest.approx(20.0)
    assert other.time_s[READY] == pytest.approx(10.0)


def test_members_are_in_the_order_of_their_ids_whoever_comes_and_goes() -> None:
    scene = Scene(4)
    [group] = scene.floor.groups
    scene.log_in(2, 0, 3, 1)
    assert [(agent.id, agent.place) for agent in group.members] == [(0, 0), (1, 1), (2, 2), (3, 3)]
    scene.log_out(1)
    assert [(agent.id, agent.place) for agent in group.members] == [(0, 0), (2, 1), (3, 2)]
    scene.log_out(3)
    scene.log_in(1)
    assert [(agent.id, agent.place) for agent in group.members] == [(0, 0), (1, 1), (2, 2)]
