"""The live answers of a legal window."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callfloor.floor import Campaign, Ledger, open_window
from callfloor.floor.ledger import allowance, enter, headroom, headroom_to_keep
from callfloor.floor.legal_window import pass_on

DAY = 86400.0


def counts(campaign: Campaign, now: float) -> tuple[int, int]:
    pass_on(campaign.ledger, now)
    return campaign.ledger.connected_in_all, campaign.ledger.abandoned_in_all


def test_what_is_thirty_days_old_counts_no_more() -> None:
    campaign = Campaign()
    enter(campaign, True, 100 * DAY)
    enter(campaign, False, 101 * DAY)
    assert counts(campaign, 129.9 * DAY) == (1, 1)
    assert counts(campaign, 130.0 * DAY) == (1, 0)
    assert counts(campaign, 131.0 * DAY) == (0, 0)
    assert (campaign.connected, campaign.abandoned) == (1, 1), "the figures of the whole time stay"


def test_a_window_may_be_a_day_in_hours() -> None:
    campaign = Campaign(ledger=Ledger(parts=24, part_s=3600.0))
    enter(campaign, False, 10.5 * 3600)
    assert counts(campaign, 33.9 * 3600) == (1, 0)
    assert counts(campaign, 34.0 * 3600) == (0, 0)


@given(
    st.lists(st.tuples(st.floats(0, 20 * DAY), st.booleans()), max_size=60),
    st.sampled_from(((30, DAY), (24, 3600.0), (31, DAY), (1, DAY))),
)
def test_it_is_what_counting_anew_gives(steps: list[tuple[float, bool]], window: tuple[int, float]) -> None:
    parts, part_s = window
    campaign = Campaign(ledger=Ledger(parts=parts, part_s=part_s), abandon_rate_max=0.03)
    now, seen = 1_700_000_000.0, []
    for wait_s, abandoned in steps:
        now += wait_s
        enter(campaign, abandoned, now)
        seen.append((int(now / part_s), abandoned))
        inside = [gone for part, gone in seen if part > int(now / part_s) - parts]
        assert counts(campaign, now) == (inside.count(False), inside.count(True))
        assert allowance(campaign) == 0.03 * len(inside)
        assert headroom(campaign) == 0.03 * len(inside) - inside.count(True)


def test_another_window_counts_from_nothing_and_the_same_goes_on() -> None:
    campaign = Campaign()
    enter(campaign, True, 100 * DAY)
    open_window(campaign.ledger, 0)
    assert counts(campaign, 100 * DAY) == (0, 1)
    open_window(campaign.ledger, 1)
    assert counts(campaign, 100 * DAY) == (0, 0)
    enter(campaign, False, 100 * DAY)
    assert counts(campaign, 101.1 * DAY) == (0, 0)


def test_what_leaves_with_an_old_day_is_not_there_to_be_spent() -> None:
    campaign = Campaign(abandon_rate_max=0.03)
    for _ in range(1000):
        enter(campaign, False, 100 * DAY)
    for answer in range(1000):
        enter(campaign, answer < 30, 110 * DAY)
    assert headroom(campaign) == pytest.approx(30.0)
    assert headroom_to_keep(campaign) == pytest.approx(30.0), "that day does not leave for long"
    pass_on(campaign.ledger, 128.5 * DAY)
    assert headroom_to_keep(campaign) == pytest.approx(30.0)
    pass_on(campaign.ledger, 129.5 * DAY)
    assert headroom(campaign) == pytest.approx(30.0)
    assert headroom_to_keep(campaign) == pytest.approx(0.0)


def test_a_bad_day_that_leaves_gives_nothing_before_it_has_left() -> None:
    campaign = Campaign(abandon_rate_max=0.03)
    for answer in range(1000):
        enter(campaign, answer < 60, 100 * DAY)
    for _ in range(1000):
        enter(campaign, False, 110 * DAY)
    pass_on(campaign.ledger, 129.5 * DAY)
    assert headroom_to_keep(campaign) == headroom(campaign) == pytest.approx(0.0)
    pass_on(campaign.ledger, 130.5 * DAY)
    assert headroom_to_keep(campaign) == headroom(campaign) == pytest.approx(30.0)
