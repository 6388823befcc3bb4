"""Comparing two scenarios on the same people."""

from __future__ import annotations

import pytest

import callfloor
from callfloor.failures import UsageError
from callfloor.scenario import Scenario
from callfloor.sim import runner
from callfloor.sim.runner import compare, simulate
from tests.unit.sim.small import interrupt_at, small


def test_both_arms_meet_the_same_people() -> None:
    more = small().to_dict()
    more["groups"][0]["agents"] = 13
    found = compare(small(), Scenario.from_dict(more))
    offered = found.queues["q"].offered
    assert (offered.mean, offered.half_width) == (0.0, 0.0)
    assert found.queues["q"].p_wait.mean > found.queues["q"].p_wait.half_width > 0
    alone = simulate(small()).queues["q"].p_wait
    assert found.a.queues["q"].p_wait == alone
    assert found.queues["q"].p_wait.half_width < alone.half_width
    nothing = compare(small(), small())
    assert {each.mean for each in nothing.queues["q"].values()} <= {0.0, None}


def test_arms_with_seeds_of_their_own_are_refused() -> None:
    with pytest.raises(UsageError, match=r"run\.seed: expected the same in both, .* found 1 and 2"):
        compare(small(), small(seed=2))
    assert len(compare(small(), small(seed=2), seed=3).a.replications) == 7


def test_a_comparison_that_is_interrupted_has_the_pairs_that_are_finished(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(runner, "TELL_S", 0.0)
    told: list[float] = []

    def progress(done: float) -> None:
        told.append(done)
        if done > 0.75:
            raise KeyboardInterrupt

    scenario = small(duration=100_000, replications=20)
    found = compare(scenario, scenario, workers=1, progress=progress)
    assert found.b.interrupted
    assert 5 < len(found.b.replications) == len(found.a.replications) < 20
    assert told == sorted(told)
    with pytest.raises(KeyboardInterrupt):
        compare(scenario, scenario, workers=1, progress=interrupt_at(0.2))


def test_python_has_it_by_names() -> None:
    found = callfloor.compare("power-dialer", "power-dialer", replications=2)
    assert found.campaigns["leads"].attempts.mean == 0.0
