"""How much risk a line may bear."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from callfloor.floor import Outlook
from callfloor.floor.steering import must_brake, risk_allowed, spare_calls, steer

rooms = st.floats(-200.0, 2000.0)
allowances = st.floats(0.0, 100_000.0)


@given(rooms, rooms, allowances, st.floats(0.002, 0.6))
def test_less_head_room_never_allows_more_risk(one: float, other: float, allowed: float, risk: float) -> None:
    outlook = Outlook(risk_max=risk)
    less, more = sorted((one, other))
    assert risk_allowed(outlook, less, allowed) <= risk_allowed(outlook, more, allowed)
    assert must_brake(outlook, less) or not must_brake(outlook, more)


@given(rooms, rooms, allowances)
def test_less_head_room_never_teaches_to_bear_more(one: float, other: float, allowed: float) -> None:
    less, more = Outlook(), Outlook()
    steer(less, min(one, other), allowed, 0.03)
    steer(more, max(one, other), allowed, 0.03)
    assert less.risk_max <= more.risk_max


def test_with_just_the_spare_calls_left_what_is_learnt_stays() -> None:
    outlook = Outlook(risk_max=0.05)
    steer(outlook, spare_calls(400.0), 400.0, 0.03)
    assert outlook.risk_max == 0.05
    assert risk_allowed(outlook, spare_calls(400.0), 400.0) == 0.05


def test_it_brakes_before_the_limit_is_reached() -> None:
    assert must_brake(Outlook(), 0.0)
    assert must_brake(Outlook(), 1.4)
    assert not must_brake(Outlook(), 1.6)


def test_without_steering_the_risk_stays_as_it_is() -> None:
    outlook = Outlook(steers=False, risk_max=0.07)
    steer(outlook, -50.0, 100.0, 0.03)
    assert risk_allowed(outlook, -50.0, 100.0) == 0.07
    assert not must_brake(outlook, -50.0)
