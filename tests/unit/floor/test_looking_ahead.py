"""Looking ahead: how likely is it that the answer of one more line finds no agent?"""

from __future__ import annotations

import itertools
import math
import random

import pytest

from callfloor.floor import Outlook
from callfloor.floor.busy_sums import chance_to_reach, one_more
from callfloor.floor.learning import (
    PAUSE_S,
    WARY_ATTEMPTS,
    learn_attempt,
    probability,
    probability_at_most,
)
from callfloor.floor.looking_ahead import (
    add_up_lines,
    count_agents,
    lines_to_add,
    lines_to_add_for_few,
    look_around,
    risk_of_one_more,
)
from callfloor.floor.outlook import AGES, FEW, HORIZONS
from callfloor.floor.units import new_times
from callfloor.floor.vocabulary import PREDICTIVE, RESERVED, TALKING, WRAP_UP

from .floors import Scene

SEEING = {"mode": PREDICTIVE, "abandon_rate_max": 0.03}


def exactly(chances: list[float], count: int) -> float:
    """The chance that `count` or more of independent events happen."""
    shares = [1.0]
    for chance in chances:
        shares = [
            (shares[n] if n < len(shares) else 0.0) * (1 - chance) + (shares[n - 1] * chance if n else 0.0)
            for n in range(len(shares) + 1)
        ]
    return sum(shares[count:])


def seeing(agents: int, **settings: object) -> tuple[Scene, Outlook]:
    """A scene that looks ahead, with the risk held fast."""
    scene = Scene(agents, **{**SEEING, **settings})
    outlook = Outlook(steers=False)
    scene.campaign.outlook = outlook
    scene.floor.foresees = True
    return scene, outlook


def begun(agents: int, leads: int = 60, **settings: object) -> tuple[Scene, Outlook]:
    scene, outlook = seeing(agents, **settings)
    scene.start()
    scene.log_in(*range(agents))
    scene.leads(leads)
    return scene, outlook


@pytest.mark.parametrize("seed", range(20))
def test_the_chance_to_reach_a_number_is_near_the_exact_one(seed: int) -> None:
    draw = random.Random(seed)
    chances = [draw.uniform(0.6, 1.0) for _ in range(25)] + [draw.uniform(0.0, 0.4) for _ in range(30)]
    mean = math.fsum(chances)
    variance = math.fsum(p * (1 - p) for p in chances)
    third = math.fsum(p * (1 - p) * (1 - 2 * p) for p in chances)
    for count in range(int(mean) - 4, int(mean) + 10):
        assert chance_to_reach(count, mean, variance, third) == pytest.approx(
            exactly(chances, count), abs=0.003
        )


def test_what_is_certain_is_told_without_a_law() -> None:
    assert chance_to_reach(3.0, 2.0, 0.0, 0.0) == 0.0
    assert chance_to_reach(3.0, 3.0, 0.0, 0.0) == 1.0
    assert chance_to_reach(500.0, 2.0, 1.0, 0.1) == 0.0
    assert chance_to_reach(2.0, 500.0, 1.0, 0.1) == 1.0


@pytest.mark.parametrize("seed", range(5))
def test_one_by_one_the_number_of_the_busy_is_exact(seed: int) -> None:
    draw = random.Random(seed)
    chances = [draw.random() for _ in range(12)]
    shares = new_times(FEW + 1)
    shares[0] = 1.0
    for chance in chances:
        one_more(shares, 0, 5, chance)
    assert shares[5] == pytest.approx(exactly(chances, 5))
    assert math.fsum(shares[:6]) == pytest.approx(1.0)


def test_few_agents_are_counted_as_an_exact_sum_over_people_says() -> None:
    scene, outlook = begun(3)
    scene.after(4.0).answer(0)
    scene.bridged(0)
    look_around(outlook, scene.campaign, scene.now)
    outlook.decided_at = scene.now
    age = int((scene.now - scene.agent(0).since) / outlook.talking.step_s + 0.5)
    placed = int(scene.campaign.placed)
    assert placed > 0
    expected = 0.0
    for horizon in range(HORIZONS):
        busy = [outlook.busy_by_talk[horizon * (len(outlook.busy_by_talk) // HORIZONS) + age]]
        lines = [
            outlook.chance_of_line[horizon * AGES + outlook.slot - int(call.placed_at / outlook.slot_s)]
            for call in scene.floor.calls
            if call.state <= 1
        ]
        assert len(lines) == placed
        expected += exactly(busy + lines, 3) / HORIZONS
    lines_to_add_for_few(outlook, scene.campaign, 3, 0.0, 9)
    assert outlook.risk == pytest.approx(expected)


def test_a_line_for_each_idle_agent_bears_no_risk() -> None:
    scene, outlook = begun(4)
    scene.after(1.0).campaign_timer()
    for lines in (0, 1, 2, 3):
        for slot in range(len(outlook.lines)):
            outlook.lines[slot] = 0
        outlook.lines[outlook.slot & (AGES - 1)] = lines
        assert lines_to_add_for_few(outlook, scene.campaign, 4, 0.0, 9) == 4 - lines


@pytest.mark.parametrize("agents", [3, 30])
def test_sums_kept_in_step_are_those_of_counting_anew(agents: int) -> None:
    scene, outlook = begun(agents, leads=400, wrap_up_s=20.0)
    draw = random.Random(agents)
    for _ in range(600):
        for agent in [a.id for a in scene.floor.agents if a.due_at <= scene.now]:
            scene.agent_timer(agent)
        if scene.campaign.leads < 20:
            scene.leads(100)
        ringing = [call.id for call in scene.floor.calls if call.state <= 1]
        talking = [call.id for call in scene.floor.calls if call.state == 4]
        scene.after(draw.choice((0.0, 0.3, 2.0)))
        if ringing and draw.random() < 0.6:
            call = draw.choice(ringing)
            if draw.random() < 0.4:
                scene.answer(call)
                scene.bridged(call)
            else:
                scene.fail(call)
        elif talking:
            scene.end(draw.choice(talking))
        else:
            scene.campaign_timer()
    scene.after(3.0).campaign_timer()
    kept = outlook.busy_lines, outlook.busy_talking, outlook.busy_wrapping_up
    found = [[*busy.means, *busy.variances, *busy.thirds] for busy in kept]
    assert sum(outlook.lines) == scene.campaign.placed
    assert not outlook.stale
    for ages, states in ((outlook.talking, (RESERVED, TALKING)), (outlook.wrapping_up, (WRAP_UP,))):
        assert min(ages.slots) >= 0
        assert sum(ages.slots) + ages.older == ages.people
        assert ages.people == sum(a.state in states for a in scene.floor.agents)
    add_up_lines(outlook, scene.campaign, outlook.slot, scene.now)
    assert [*kept[0].means, *kept[0].variances, *kept[0].thirds] == pytest.approx(found[0], abs=1e-9)
    # Ages are of the slots that passed when agents were last added up.
    counted = [(ages, ages.slot) for ages in (outlook.talking, outlook.wrapping_up) if ages.people > 0]
    count_agents(outlook, scene.campaign, scene.now)
    assert all(ages.slot == slot for ages, slot in counted)
    for busy, before in zip(kept[1:], found[1:], strict=True):
        assert [*busy.means, *busy.variances, *busy.thirds] == pytest.approx(before, abs=1e-9)


def test_more_lines_are_placed_the_more_risk_may_be_borne() -> None:
    scene, outlook = begun(40, leads=0)
    look_around(outlook, scene.campaign, scene.now)
    placed = [lines_to_add(outlook, 40.0, 1.0, risk, 1000) for risk in (0.001, 0.01, 0.05, 0.2, 0.5)]
    assert placed == sorted(placed)
    assert placed[0] >= 40


@pytest.mark.parametrize("agents", [20, 40, 120])
@pytest.mark.parametrize("expected", [0, 1, 7, 60])
def test_the_number_of_lines_is_the_first_that_bears_too_much_wherever_it_is_sought_from(
    agents: int, expected: int
) -> None:
    scene, outlook = begun(agents, leads=30)
    look_around(outlook, scene.campaign, scene.now)
    for risk in (0.0005, 0.02, 0.3):
        outlook.added = expected
        found = lines_to_add(outlook, 1.0 * agents, 1.0, risk, 1000)
        risk_of_next = outlook.risk
        tried = (risk_of_one_more(outlook, 1.0 * agents, lines) for lines in range(1001))
        assert found == next(lines for lines, borne in enumerate(tried) if borne > risk)
        assert risk_of_next == risk_of_one_more(outlook, 1.0 * agents, found)


class TestAfterAPause:
    """Nobody knows whether people answer in the morning as they did in the evening."""

    def rested(self, answer_rate: float) -> tuple[Scene, Outlook]:
        scene, outlook = begun(30)
        draw = random.Random(4)
        for _ in range(5000):
            learn_attempt(outlook, draw.random() < answer_rate, 10.0)
        look_around(outlook, scene.campaign, scene.now + PAUSE_S + 60.0)
        return scene, outlook

    def test_a_higher_answer_rate_is_reckoned_with(self) -> None:
        scene, outlook = self.rested(0.3)
        again = scene.now + PAUSE_S + 61.0
        assert probability(outlook) == pytest.approx(0.3, abs=0.02)
        assert probability_at_most(outlook, again) == 2.0 * probability(outlook)
        assert outlook.chance_for == pytest.approx(0.6, abs=0.04)

    def test_what_is_seen_then_narrows_it_down(self) -> None:
        scene, outlook = self.rested(0.3)
        again = scene.now + PAUSE_S + 61.0
        for attempt in range(40):
            learn_attempt(outlook, attempt % 10 < 3, 10.0)
        assert 0.3 < probability_at_most(outlook, again) < 0.45

    def test_a_rate_that_has_doubled_is_taken_over(self) -> None:
        _, outlook = self.rested(0.3)
        for attempt in range(60):
            learn_attempt(outlook, attempt % 10 < 6, 10.0)
        assert probability(outlook) == pytest.approx(0.6, abs=0.1)

    def test_it_ends_by_itself(self) -> None:
        scene, outlook = self.rested(0.3)
        assert probability_at_most(outlook, scene.now + PAUSE_S + 200.0) == probability(outlook)
        for attempt in range(WARY_ATTEMPTS):
            learn_attempt(outlook, attempt % 10 < 3, 10.0)
        assert probability_at_most(outlook, scene.now + PAUSE_S + 61.0) == probability(outlook)

    def test_who_has_just_placed_a_line_knows(self) -> None:
        scene, outlook = begun(30)
        look_around(outlook, scene.campaign, scene.now + PAUSE_S - 60.0)
        assert outlook.wary == 0


class TestLearning:
    def test_the_answer_rate_comes_near_the_true_one(self) -> None:
        _, outlook = begun(1)
        draw = random.Random(1)
        for _ in range(3000):
            learn_attempt(outlook, draw.random() < 0.2, draw.uniform(5, 25))
        assert probability(outlook) == pytest.approx(0.2, abs=0.02)

    @pytest.mark.parametrize(("before", "after"), [(0.15, 0.3), (0.4, 0.2)])
    def test_a_rate_that_changes_is_followed_within_some_hundred_attempts(
        self, before: float, after: float
    ) -> None:
        _, outlook = begun(1)
        draw = random.Random(2)
        for _ in range(5000):
            learn_attempt(outlook, draw.random() < before, 10.0)
        for _ in range(400):
            learn_attempt(outlook, draw.random() < after, 10.0)
        assert probability(outlook) == pytest.approx(after, abs=0.06)

    def test_at_first_it_takes_answers_to_be_likely(self) -> None:
        assert probability(Outlook()) == 0.5

    def test_the_horizons_lie_where_answers_come(self) -> None:
        scene, outlook = begun(1)
        draw = random.Random(3)
        for _ in range(3000):
            learn_attempt(outlook, draw.random() < 0.5, draw.uniform(15, 25))
        outlook.seen = 1000
        look_around(outlook, scene.campaign, scene.now)
        assert list(outlook.ahead_s) == pytest.approx([17.5, 22.5], abs=0.8)
        assert all(one < other for one, other in itertools.pairwise(outlook.ahead_s))


def test_lines_that_still_ring_are_not_taken_for_lines_that_nobody_answers() -> None:
    """A hundred lines have rung for two slots, and five were answered: the others may be answered later."""
    scene, outlook = begun(100, leads=200)
    assert scene.campaign.placed == 100
    scene.after(2.4 * outlook.slot_s)
    for call in range(5):
        scene.answer(call)
    outlook.seen = 1
    look_around(outlook, scene.campaign, scene.now)
    assert outlook.ahead_s[HORIZONS - 1] > 10 * outlook.slot_s
    assert 0.02 < 1.0 - outlook.ringing_on[3] < 0.2
