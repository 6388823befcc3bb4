"""The published rules do their sums: each case is worked out by hand from the rule's own words."""

from __future__ import annotations

import math

import pytest

from callfloor.erlang.loss import blocking
from callfloor.floor import Outlook, PublishedPace
from callfloor.floor.looking_ahead import open_outlook
from callfloor.floor.published_pacing import (
    adapt_level,
    begin_day,
    calls_of_issabel,
    calls_of_level,
    load_at_loss,
    loss,
    take_sample,
)
from callfloor.floor.records import Campaign
from callfloor.floor.setting_codes import (
    PACING_CALLFLOOR,
    PACING_ERLANG,
    PACING_ISSABEL,
    PACING_RATIO,
    PACING_VICIDIAL_AVERAGE,
    PACING_VICIDIAL_HARD,
    PACING_VICIDIAL_TAPERED,
    SET_ABANDON_RATE_MAX,
    SET_PACING,
)
from callfloor.floor.vocabulary import (
    PLACE_CALL,
    PREDICTIVE,
)

from .floors import START, Scene

HARD, AVERAGE, TAPERED = PACING_VICIDIAL_HARD, PACING_VICIDIAL_AVERAGE, PACING_VICIDIAL_TAPERED


def knowing(outlook: Outlook, answer_rate: float, talk_s: float, wrap_up_s: float = 0.0) -> None:
    """So much has been learnt that the guesses at the beginning count no more."""
    outlook.answers, outlook.attempts = 1e12 * answer_rate, 1e12
    outlook.talk.total, outlook.talk.sum_s = 1e12, 1e12 * talk_s
    outlook.wrap_up.total, outlook.wrap_up.sum_s = 1e12, 1e12 * wrap_up_s


def scene_of(pacing: int, agents: int, **settings: object) -> Scene:
    """A team at work on a predictive campaign with plenty of leads, by a published rule."""
    scene = Scene(agents, mode=PREDICTIVE, pacing=pacing, wrap_up_s=0.0, **settings)
    scene.floor.foresees = True
    campaign = scene.campaign
    campaign.outlook, campaign.published = Outlook(), PublishedPace()
    open_outlook(campaign.outlook, campaign, 0.0)
    knowing(campaign.outlook, 0.25, 120.0)
    campaign.outlook.learns = False
    scene.start()
    scene.log_in(*range(agents))
    scene.leads(400)
    return scene


def ticks(scene: Scene, seconds: int) -> list[int]:
    """Let so many seconds pass; how many calls were placed in each."""
    found = []
    for _ in range(seconds):
        scene.after(1.0).campaign_timer()
        found.append(len(scene.all(PLACE_CALL)))
    return found


def ringing(scene: Scene) -> int:
    """How many lines ring."""
    return scene.campaign.placed


# A fixed ratio.


def test_a_ratio_rings_so_many_lines_for_each_ready_agent() -> None:
    scene = scene_of(PACING_RATIO, 3, dial_ratio=2.5)
    assert ringing(scene) == 7
    scene.answer(0)
    assert ringing(scene) == 6
    scene.fail(1)
    assert ringing(scene) == 5  # two agents are left


# VICIdial.


def sampled(ready: float, waiting: float, agents: float, **settings: float) -> PublishedPace:
    """Fifteen samples of the same."""
    pace = PublishedPace(samples=15, **settings)  # type: ignore[arg-type]
    pace.ready.extend([ready] * 15)
    pace.answers_waiting.extend([waiting] * 15)
    pace.agents.extend([agents] * 15)
    return pace


@pytest.mark.parametrize(
    ("ready", "waiting", "level", "target", "intensity", "adapted"),
    [
        (3, 0, 1.0, 0.0, 0.0, 1.3),  # three of ten agents are idle: 1 + 3/10
        (3, 0, 2.0, 0.0, 0.0, 2.6),
        (3, 1, 1.0, 0.0, 0.0, 1.2),  # one caller waits
        (3, 0, 1.0, 2.0, 0.0, 1.5),  # (3 + 2)/10
        (3, 0, 1.0, -3.0, 0.0, 1.0),
        (3, 0, 1.0, 0.0, 0.4, 1.42),  # 0.3 x (1 + 0.4)
        (0, 2, 2.0, 0.0, 0.0, 1.6),
        (0, 2, 2.0, 0.0, 0.4, 1.76),  # -0.2 x |0.4 - 1|
        (0, 2, 2.0, 0.0, -0.4, 1.44),
        (0, 9, 2.0, 0.0, 0.0, 1.0),  # never under one line
        (9, 0, 2.0, 0.0, 0.0, 3.0),  # never over the most
    ],
)
def test_the_level_follows_idle_agents_and_waiting_callers(
    ready: float, waiting: float, level: float, target: float, intensity: float, adapted: float
) -> None:
    pace = sampled(ready, waiting, 10, level=level, target=target, intensity=intensity)
    adapt_level(Campaign(pacing=HARD), pace, START)
    assert pace.level == pytest.approx(adapted)


def after_a_day(pacing: int, attempts: int, answers: int, abandoned: int) -> tuple[Campaign, PublishedPace]:
    """An hour after the day began, a minute ago already as many: level 2, nobody idle, nobody waiting."""
    campaign = Campaign(pacing=pacing, attempts=100, human_answers=50, abandoned=50)
    pace = sampled(0, 0, 10)
    begin_day(pace, campaign, START)
    pace.samples, pace.level = 15, 2.0
    campaign.attempts += attempts
    campaign.human_answers += answers
    campaign.abandoned += abandoned
    pace.adapted = 4
    for counts, now in (
        (pace.minute_attempts, campaign.attempts),
        (pace.minute_answers, campaign.human_answers),
        (pace.minute_abandoned, campaign.abandoned),
    ):
        counts.extend([now] * 4)
    return campaign, pace


@pytest.mark.parametrize(
    ("pacing", "level"),
    [(HARD, 1.0), (AVERAGE, 1.0), (TAPERED, 2.0 * 7 / 10)],
)
def test_the_brakes_of_the_day(pacing: int, level: float) -> None:
    campaign, pace = after_a_day(pacing, 400, 100, 4)
    adapt_level(campaign, pace, START + 3600.0)
    assert pace.level == pytest.approx(level)


def test_average_takes_half_of_the_level() -> None:
    campaign, pace = after_a_day(AVERAGE, 400, 100, 4)
    pace.level = 2.8
    adapt_level(campaign, pace, START + 3600.0)
    assert pace.level == pytest.approx(1.4)


@pytest.mark.parametrize(
    ("attempts", "answers", "abandoned"),
    [(400, 100, 3), (50, 20, 10), (0, 0, 0)],
    ids=["at the limit", "too few calls to tell", "none"],
)
def test_the_day_does_not_brake(attempts: int, answers: int, abandoned: int) -> None:
    campaign, pace = after_a_day(HARD, attempts, answers, abandoned)
    adapt_level(campaign, pace, START + 3600.0)
    assert pace.level == pytest.approx(2.0)


@pytest.mark.parametrize(
    ("attempts", "answers", "abandoned", "level"),
    [(21, 10, 6, 1.2), (21, 10, 5, 2.4), (20, 10, 9, 2.4)],
    ids=["over half", "half", "too few calls"],
)
def test_the_brake_of_a_minute_halves_the_level(
    attempts: int, answers: int, abandoned: int, level: float
) -> None:
    campaign, pace = after_a_day(HARD, 10_000, 9_000, 0)
    pace.level = 2.4
    campaign.attempts += attempts
    campaign.human_answers += answers
    campaign.abandoned += abandoned
    adapt_level(campaign, pace, START + 3600.0)
    assert pace.level == pytest.approx(level)


def test_a_minute_is_four_times_of_adapting() -> None:
    campaign, pace = after_a_day(HARD, 10_000, 9_000, 0)
    pace.level = 2.4
    campaign.attempts += 40
    campaign.human_answers += 10
    campaign.abandoned += 10
    for _ in range(4):
        adapt_level(campaign, pace, START + 3600.0)
        assert pace.level < 2.4
        pace.level = 2.4
    adapt_level(campaign, pace, START + 3600.0)
    assert pace.level == pytest.approx(2.4)


def test_a_new_day_begins_after_a_night_and_forgets_the_old_one() -> None:
    campaign, pace = after_a_day(HARD, 400, 100, 40)
    begin_day(pace, campaign, START + 3600.0)
    begin_day(pace, campaign, START + 3600.0 + 3 * 3600.0)
    assert pace.day_began == START
    begin_day(pace, campaign, START + 16 * 3600.0)
    assert pace.day_began == START + 16 * 3600.0
    pace.level, pace.samples = 2.0, 15
    adapt_level(campaign, pace, pace.day_began + 15.0)
    assert pace.level == pytest.approx(2.0)


def test_calls_are_counted_against_all_agents_or_against_those_who_are_ready() -> None:
    scene = scene_of(HARD, 10)
    ticks(scene, 3)
    campaign, pace = scene.campaign, scene.campaign.published
    assert pace is not None
    for call in range(4):
        scene.answer(call)
    assert (campaign.live, campaign.placed, scene.group.ready) == (10, 6, 6)
    pace.level = 1.55
    assert calls_of_level(campaign, pace) == 6  # 15.5 is 16 lines, ten live
    campaign.vicidial_ready = True
    assert calls_of_level(campaign, pace) == 3  # 9.3 is 9 lines, six of them ring
    campaign.share = 0.5
    assert calls_of_level(campaign, pace) == 0


def test_it_dials_every_two_and_a_half_seconds_and_adapts_every_fifteen() -> None:
    scene = scene_of(HARD, 4)
    pace = scene.campaign.published
    assert pace is not None
    assert ringing(scene) == 1  # the first of them has come, the others come a moment later
    assert ticks(scene, 6) == [0, 0, 3, 0, 0, 0]
    scene.fail(0)
    assert ringing(scene) == 3
    assert ticks(scene, 2) == [0, 1]
    levels = []
    for _ in range(24):
        ticks(scene, 1)
        levels.append(pace.level)
    assert levels[0] == 1.0
    assert len(set(levels)) == 3  # all are idle: twice as much, and then the most
    assert levels[-1] == 3.0
    assert ringing(scene) == 12


# Issabel.


@pytest.mark.parametrize(
    ("rate", "talked_s", "calls"),
    [
        (0.5, 0.0, 4),  # three agents are free, one line rings: 2 / 0.5
        (0.5, 400.0, 4),  # 1 - exp(-(400 + 10) / 120) = 0.967
        (0.5, 412.0, 6),  # 1 - exp(-(412 + 10) / 120) = 0.970: one more is as good as free
        (0.1, 0.0, 10),  # reckoned with 0.2
    ],
)
def test_issabel_reckons_with_those_who_are_nearly_sure_to_free_up(
    rate: float, talked_s: float, calls: int
) -> None:
    scene = scene_of(PACING_ISSABEL, 4)
    outlook = scene.campaign.outlook
    assert outlook is not None
    scene.answer(0)
    scene.bridged(0)
    for call in range(1, len(scene.floor.calls) - 1):
        scene.fail(call)
    assert (scene.group.ready, ringing(scene)) == (3, 1)
    knowing(outlook, rate, 120.0)
    outlook.answer_times[8] = 1.0
    ring_s = 8.5 * outlook.slot_s
    now = scene.now + talked_s + 10.0 - ring_s
    assert calls_of_issabel(scene.campaign, outlook, now) == calls


def test_issabel_leaves_calls_that_are_on_their_way_out_of_account() -> None:
    scene = scene_of(PACING_ISSABEL, 3)
    assert ringing(scene) == 4  # for the first who came: 1 / 0.25
    assert ticks(scene, 3) == [0, 0, 0]  # four lines for three agents: none is missing
    scene.fail(0)
    scene.fail(1)
    assert ticks(scene, 2) == [4, 0]  # (3 - 2) / 0.25


# Erlang.


@pytest.mark.parametrize("agents", [1, 2, 10, 50, 500])
@pytest.mark.parametrize("share", [0.001, 0.03, 0.5])
def test_the_load_is_that_of_erlangs_formula(agents: int, share: float) -> None:
    load = load_at_loss(agents, share)
    assert blocking(load, agents) == pytest.approx(share, rel=1e-9)
    assert loss(agents, load) == pytest.approx(share, rel=1e-9)


@pytest.mark.parametrize(("agents", "erlangs"), [(1, 0.0309), (5, 1.875), (10, 5.53), (50, 41.9)])
def test_the_load_at_three_per_cent_is_that_of_the_tables(agents: int, erlangs: float) -> None:
    assert load_at_loss(agents, 0.03) == pytest.approx(erlangs, rel=0.003)


def test_no_agents_no_load_and_a_limit_of_nothing_none_either() -> None:
    assert load_at_loss(0, 0.03) == 0.0
    assert load_at_loss(10, 0.0) == 0.0
    assert math.isfinite(load_at_loss(10, 1.0))


def test_erlang_places_calls_at_a_rate_whoever_is_ready() -> None:
    """5.53 erlangs for ten agents, calls of 144 s with wrap-up, a quarter answered: 0.1536 calls a second."""
    scene = scene_of(PACING_ERLANG, 10)
    outlook = scene.campaign.outlook
    assert outlook is not None
    knowing(outlook, 0.25, 120.0, 24.0)
    for agent in range(5):
        scene.pause(agent)
        scene.resume(agent)
    before = scene.campaign.attempts
    ticks(scene, 200)
    assert scene.campaign.attempts - before == pytest.approx(200 * 5.53 / (144.0 * 0.25), abs=1.0)


def test_erlang_makes_up_for_two_seconds_and_no_more() -> None:
    scene = scene_of(PACING_ERLANG, 10)
    before = scene.campaign.attempts
    scene.after(3600.0).campaign_timer()
    assert scene.campaign.attempts - before <= 2


# All of them.


def test_agents_who_talk_to_others_do_not_count() -> None:
    """Two campaigns of one team: whoever has a call of the other is not at work on this one."""
    scene = Scene(4, {"dial_ratio": 1.0, "wrap_up_s": 0.0}, mode=PREDICTIVE, pacing=HARD, wrap_up_s=0.0)
    campaign, outlook, pace = scene.campaign, Outlook(), PublishedPace()
    campaign.outlook, campaign.published = outlook, pace
    scene.start(1)
    scene.log_in(0, 1, 2, 3)
    scene.leads(20, 1)
    scene.answer(0)
    scene.answer(1)
    outlook.agents = 4
    take_sample(campaign, outlook, pace)
    assert pace.team == 2
    campaign.reserve = 1
    take_sample(campaign, outlook, pace)
    assert pace.team == 1


EVERY = (PACING_RATIO, HARD, AVERAGE, TAPERED, PACING_ISSABEL, PACING_ERLANG)


@pytest.mark.parametrize("pacing", EVERY)
def test_with_nobody_at_work_no_line_is_wanted(pacing: int) -> None:
    scene = scene_of(pacing, 3)
    for agent in range(3):
        scene.pause(agent)
    before = scene.campaign.attempts
    scene.after(60.0).campaign_timer()
    scene.log_out(0, 1, 2)
    scene.after(60.0).tell(30, campaign=0)
    assert scene.campaign.attempts == before


@pytest.mark.parametrize("pacing", EVERY)
def test_whom_dialling_leaves_to_inbound_is_not_counted(pacing: int) -> None:
    scene = scene_of(pacing, 3, reserve=3)
    ticks(scene, 20)
    assert scene.campaign.attempts == 0


def test_the_rule_may_be_changed_while_the_campaign_runs() -> None:
    scene = scene_of(PACING_RATIO, 3, dial_ratio=1.0)
    campaign = scene.campaign
    campaign.published, campaign.pacing = None, HARD
    ticks(scene, 3)
    assert ringing(scene) == 3
    assert scene.floor.campaigns[0].published is not None
    campaign.pacing, campaign.dial_ratio = PACING_RATIO, 2.0
    ticks(scene, 1)
    assert ringing(scene) == 6


def test_a_rule_that_is_named_anew_begins_as_on_a_new_day() -> None:
    scene = scene_of(HARD, 3)
    ticks(scene, 20)
    pace = scene.campaign.published
    assert pace is not None
    pace.level = 2.5
    scene.change(SET_PACING, PACING_CALLFLOOR)
    ticks(scene, 60)
    scene.change(SET_PACING, AVERAGE)
    assert scene.campaign.published is pace
    assert (pace.level, pace.day_began, pace.samples) == (1.0, scene.now, 1)


def test_erlangs_load_is_that_of_the_limit_as_it_is_now() -> None:
    scene = scene_of(PACING_ERLANG, 5, abandon_rate_max=0.03)
    ticks(scene, 2)
    pace = scene.campaign.published
    assert pace is not None
    assert pace.load == pytest.approx(load_at_loss(5, 0.03))
    scene.change(SET_ABANDON_RATE_MAX, 0.10)
    ticks(scene, 2)
    assert pace.load == pytest.approx(load_at_loss(5, 0.10))
