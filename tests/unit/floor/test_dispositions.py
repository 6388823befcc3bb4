"""Dispositions: what an agent says of a call, before or after its end, and what becomes of the lead by it."""

from __future__ import annotations

from typing import Any

import pytest

from callfloor.floor.vocabulary import (
    AGENT_DISPOSITION_UNKNOWN,
    AGENT_NOTHING_TO_DISPOSE,
    AGENT_UNKNOWN,
    BUSY,
    CALL_BACK,
    DISPOSE,
    HANG_UP,
    HUMAN,
    JUST_NOTE,
    LEAD_AGAIN,
    LEAD_DONE,
    LONG_AGO,
    NEVER,
    NUMBER_BAR,
    NUMBER_DROP,
    OUTCOMES,
    READY,
    RETURN_LEAD,
    TALKING,
    WRAP_UP,
)

from .floors import Scene, dialling, talking

NOTE, DONE, AGAIN, DROP, BAR, BACK = range(6)
TABLE: dict[str, list[Any]] = {
    "disposed_does": [JUST_NOTE, LEAD_DONE, LEAD_AGAIN, NUMBER_DROP, NUMBER_BAR, CALL_BACK],
    "disposed_after_s": [0.0, 0.0, 900.0, 0.0, 0.0, 86400.0],
}


def in_call(agents: int = 1, leads: int = 20, **settings: Any) -> Scene:
    """Agent 0 talks on call 0."""
    return talking(agents, leads, **{"dial_ratio": 1.0, "wrap_up_s": 30.0, **TABLE, **settings})


def wrapping_up(**settings: Any) -> Scene:
    """Agent 0 has talked on call 0."""
    scene = in_call(**settings)
    scene.after(60.0).end()
    return scene


def human_again(wait_s: float) -> list[float]:
    """People who were talked to are called again."""
    waits = [-1.0] * OUTCOMES
    waits[HUMAN] = wait_s
    return waits


# While they talk.


@pytest.mark.parametrize(
    ("code", "due_in_s", "drop"),
    [
        (NOTE, NEVER, 0),
        (DONE, NEVER, 0),
        (AGAIN, 900.0, 0),
        (DROP, NEVER, 1),
        (BAR, NEVER, 1),
        (BACK, 7200.0, 0),
    ],
)
def test_what_is_said_in_mid_call_is_noted_at_once_and_done_to_the_lead_at_the_end(
    code: int, due_in_s: float, drop: int
) -> None:
    scene = in_call()
    back_at = scene.now + 60.0 + 7200.0
    scene.dispose(code, due_at=back_at)
    said = scene.one(DISPOSE)
    assert (said.agent, said.campaign, said.code, said.count, said.at) == (0, 0, code, 1, LONG_AGO)
    assert scene.all(RETURN_LEAD) == []
    assert scene.agent().state == TALKING
    scene.after(60.0).end()
    back = next(said for said in scene.all(RETURN_LEAD) if said.lead == 0)
    assert (back.at, back.count) == (scene.now + due_in_s, drop)
    assert scene.call().disposition == code


def test_the_last_word_counts() -> None:
    scene = in_call()
    scene.dispose(DONE)
    scene.dispose(AGAIN)
    scene.after(60.0).end()
    assert scene.one(RETURN_LEAD).at == scene.now + 900.0


def test_a_lead_that_has_had_all_its_attempts_is_not_called_again() -> None:
    scene = in_call(max_attempts=1)
    scene.dispose(AGAIN)
    scene.after(60.0).end()
    assert scene.one(RETURN_LEAD).at == NEVER


def test_a_dropped_number_leaves_the_others() -> None:
    scene = Scene(1, dial_ratio=1.0, **TABLE)
    scene.start()
    scene.log_in()
    scene.hand_over(count=1)
    scene.answer()
    scene.bridged()
    scene.dispose(DROP)
    scene.after(60.0).end()
    back = scene.one(RETURN_LEAD)
    assert (back.at, back.count) == (scene.now, 1)


def test_do_not_call_bars_the_number_at_once_for_every_lead_and_line() -> None:
    scene = in_call(2, leads=1)
    scene.hand_over(number=100)
    other = scene.call(1)
    assert other.lead is not None
    assert other.lead.number == 100
    scene.dispose(BAR)
    assert scene.one(HANG_UP).call == 1
    assert scene.agent().state == TALKING


# Afterwards.


@pytest.mark.parametrize(
    ("code", "due_in_s"),
    [(NOTE, LONG_AGO), (DONE, NEVER), (AGAIN, 900.0), (DROP, 0.0), (BAR, 0.0), (BACK, 7200.0)],
)
def test_what_is_said_in_wrap_up_corrects_what_has_become_of_the_lead(code: int, due_in_s: float) -> None:
    scene = wrapping_up()
    scene.after(5.0).dispose(code, due_at=scene.now + 7200.0)
    said = scene.one(DISPOSE)
    assert (said.agent, said.campaign, said.code, said.count) == (0, 0, code, 1)
    assert said.found == TABLE["disposed_does"][code]
    assert said.at == scene.now + due_in_s
    assert scene.agent().state == WRAP_UP


def test_where_nobody_says_when_to_call_back_it_is_after_the_usual_wait() -> None:
    scene = wrapping_up()
    scene.dispose(BACK)
    assert scene.one(DISPOSE).at == scene.now + 86400.0


def test_a_disposition_ends_wrap_up_where_that_is_set() -> None:
    scene = wrapping_up(disposing_rests=True)
    scene.dispose(DONE)
    assert scene.agent().state == READY
    assert len(scene.placed()) == 1


def test_not_in_mid_call() -> None:
    scene = in_call(disposing_rests=True)
    scene.dispose(DONE)
    assert scene.agent().state == TALKING


def test_something_may_be_said_of_the_last_call_while_the_next_one_rings() -> None:
    scene = wrapping_up()
    scene.resume()
    scene.dispose(AGAIN)
    assert scene.one(DISPOSE).count == 1


def test_and_while_it_is_talked_on_if_the_attempt_is_named() -> None:
    scene = wrapping_up()
    scene.resume()
    (call,) = scene.placed()
    assert call is not None
    scene.answer(call)
    scene.bridged(call)
    scene.dispose(DONE, attempts=1)
    assert (scene.one(DISPOSE).count, scene.call(call).disposition) == (1, -1)
    scene.dispose(AGAIN)
    assert (scene.one(DISPOSE).count, scene.call(call).disposition) == (2, AGAIN)


def test_do_not_call_after_the_call_bars_the_number() -> None:
    scene = in_call(leads=1)
    scene.after(60.0).end()
    scene.hand_over(number=100)
    scene.dispose(BAR)
    back = scene.one(RETURN_LEAD)
    assert (back.lead, back.at, back.count) == (1, NEVER, 1)


def test_a_lead_that_has_been_claimed_again_already_goes_by_what_is_said_too() -> None:
    scene = in_call(leads=1, retry_after_s=human_again(0.0), cooldown_s=0.0)
    scene.after(60.0).end()
    scene.hand_over(lead=0, number=100, attempts=1)
    assert scene.campaign.leads == 1
    scene.dispose(AGAIN)
    back = scene.one(RETURN_LEAD)
    assert (back.lead, back.at) == (0, scene.now + 900.0)
    assert scene.campaign.leads == 0


# What cannot be.


def test_a_code_that_the_campaign_does_not_have_is_reported() -> None:
    for scene in (in_call(), wrapping_up()):
        scene.dispose(6)
        assert scene.reported() == [AGENT_DISPOSITION_UNKNOWN]
        scene.dispose(-1)
        assert scene.reported() == [AGENT_DISPOSITION_UNKNOWN]
        assert scene.all(DISPOSE) == []


def test_so_is_a_disposition_of_no_call_or_of_another_agents() -> None:
    scene = dialling(1, 5, **TABLE)
    scene.dispose(DONE)
    assert scene.reported() == [AGENT_NOTHING_TO_DISPOSE]
    scene = wrapping_up()
    scene.dispose(DONE, attempts=99)
    assert scene.reported() == [AGENT_NOTHING_TO_DISPOSE]
    scene.dispose(DONE, agent=7)
    assert scene.reported() == [AGENT_UNKNOWN]


def test_nothing_can_be_said_of_a_call_that_reached_nobody() -> None:
    scene = dialling(1, 5, dial_ratio=1.0, **TABLE)
    scene.fail(0, BUSY)
    scene.dispose(DONE)
    assert scene.reported() == [AGENT_NOTHING_TO_DISPOSE]


def test_the_next_call_in_the_slot_begins_with_nothing_said_of_it() -> None:
    scene = in_call()
    scene.floor.linger_s = 0.0
    scene.dispose(AGAIN)
    scene.after(60.0).end()
    scene.after(60.0).resume()
    assert (scene.call(0).attempt, scene.call(0).disposition, scene.call(0).back_at) == (2, -1, NEVER)
