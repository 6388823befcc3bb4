"""How much risk a line may bear."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callfloor.floor import Outlook
from callfloor.floor.outlook import FEW, HORIZONS
from callfloor.floor.steering import (
    PURSE_MOST,
    RISK_MOST_OF_MANY,
    fill_purse,
    must_brake,
    risk_allowed,
    room_to_spend,
    spare_calls,
    steer,
)

rooms = st.floats(-200.0, 2000.0)
allowances = st.floats(0.0, 100_000.0)


@given(rooms, rooms, allowances, st.floats(0.002, 0.6))
def test_less_head_room_never_allows_more_risk(one: float, other: float, allowed: float, risk: float) -> None:
    outlook = Outlook(risk_max=risk)
    less, more = sorted((one, other))
    assert risk_allowed(outlook, less, allowed) <= risk_allowed(outlook, more, allowed)
    assert must_brake(outlook, less, allowed) or not must_brake(outlook, more, allowed)


@given(rooms, rooms, allowances)
def test_less_head_room_never_teaches_to_bear_more(one: float, other: float, allowed: float) -> None:
    less, more = Outlook(), Outlook()
    steer(less, min(one, other), allowed, 0.03)
    steer(more, max(one, other), allowed, 0.03)
    assert less.risk_max <= more.risk_max


def test_with_just_the_spare_calls_left_what_is_learnt_stays() -> None:
    outlook = Outlook(risk_max=0.05)
    steer(outlook, spare_calls(outlook, 400.0), 400.0, 0.03)
    assert outlook.risk_max == 0.05
    assert risk_allowed(outlook, spare_calls(outlook, 400.0), 400.0) == 0.05


def test_it_brakes_before_the_limit_is_reached() -> None:
    assert must_brake(Outlook(), 0.0, 10.0)
    assert must_brake(Outlook(), 1.4, 10.0)
    assert not must_brake(Outlook(), 1.6, 10.0)


def test_with_much_traffic_it_brakes_sooner_for_more_lines_ring() -> None:
    assert must_brake(Outlook(), 8.0, 6400.0)
    assert not must_brake(Outlook(), 9.0, 6400.0)


def test_without_steering_the_risk_stays_as_it_is() -> None:
    outlook = Outlook(steers=False, risk_max=0.07)
    steer(outlook, -50.0, 100.0, 0.03)
    assert risk_allowed(outlook, -50.0, 100.0) == 0.07
    assert not must_brake(outlook, -50.0, 100.0)


class TestPurse:
    """Pacing spends from a purse into which each answer puts its allowance, less a little that is put by."""

    def filled(self, outlook: Outlook, answers: int, abandoned: int, headroom: float = 50.0) -> float:
        for answer in range(answers):
            fill_purse(outlook, headroom, 180.0, 0.03, answer < abandoned, True)
        return outlook.purse

    def test_before_anything_leaves_the_window_it_is_the_head_room(self) -> None:
        outlook = Outlook()
        fill_purse(outlook, 7.5, 30.0, 0.03, False, False)
        assert outlook.purse == room_to_spend(outlook, 7.5) == 7.5

    def test_later_what_old_days_take_with_them_does_not_matter(self) -> None:
        outlook = Outlook(purse=9.0)
        fill_purse(outlook, 3.0, 180.0, 0.03, False, True)
        assert outlook.purse == pytest.approx(9.0, abs=0.03)
        assert room_to_spend(outlook, 20.0) == outlook.purse

    def test_with_little_head_room_there_is_little_to_spend(self) -> None:
        assert room_to_spend(Outlook(purse=9.0), 2.0) == 4.0
        assert room_to_spend(Outlook(purse=9.0), -1.0) == -2.0

    def test_what_is_put_by_in_a_window_is_what_is_to_spare(self) -> None:
        spare = spare_calls(Outlook(), 180.0)
        outlook = Outlook(purse=0.0)
        self.filled(outlook, 1000, 0)
        assert outlook.purse == pytest.approx(1000 * 0.03 * (1.0 - spare / 180.0))

    def test_an_abandoned_call_takes_one_and_it_never_holds_too_much(self) -> None:
        outlook = Outlook(purse=5.0)
        assert self.filled(outlook, 1, 1) == pytest.approx(4.0, abs=0.03)
        assert self.filled(outlook, 100_000, 0) == PURSE_MOST * spare_calls(Outlook(), 180.0)

    def test_who_begins_to_predict_in_the_middle_has_no_more_than_is_to_spare(self) -> None:
        outlook = Outlook()
        assert self.filled(outlook, 1, 0, headroom=100.0) == pytest.approx(
            spare_calls(Outlook(), 180.0), abs=0.03
        )


class TestWithManyAgents:
    def test_more_is_to_spare_at_first_and_as_much_as_ever_later(self) -> None:
        many = Outlook(agents=2000)
        assert spare_calls(many, 10.0) == pytest.approx(60.0)
        assert spare_calls(many, 1e6) == spare_calls(Outlook(), 1e6)
        assert spare_calls(Outlook(agents=100), 0.0) == spare_calls(Outlook(), 0.0)

    def test_it_learns_more_slowly_at_first(self) -> None:
        few, many = Outlook(agents=100), Outlook(agents=4000)
        for outlook in (few, many):
            steer(outlook, 1000.0, 50.0, 0.03)
        assert 0.025 < many.risk_max < few.risk_max

    def test_a_line_bears_less_than_one_horizon_that_is_lost(self) -> None:
        for agents, most in ((FEW, 0.6), (FEW + 1, 0.45)):
            assert risk_allowed(Outlook(agents=agents, risk_max=0.6), 1e6, 100.0) == most
        assert RISK_MOST_OF_MANY < 1.0 / HORIZONS
