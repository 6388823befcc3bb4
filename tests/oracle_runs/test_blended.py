"""Floors that call and are called, against the chain of ready agents, ringing lines and both queues."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from callfloor.scenario import Inbound
from callfloor.scenario.distributions import Exponential
from tests.oracle_runs.chains import Blend, blended
from tests.oracle_runs.checking import Case, Check, campaign, figures, hours, little, quotient
from tests.oracle_runs.worlds import OUT_OF_REACH_S, agents, calls, people, world


def blend_of(name: str, blend: Blend, most_calling: int = 0, narrow: float = 0.08) -> Case:
    """Check every figure of the chain. `most_calling`: a length of callers' queue that is out of reach."""
    inbound = blend.arrivals_per_h > 0.0

    def checks() -> Iterator[Check]:
        exact = blended(blend, most_calling)
        yield from figures("campaigns.people", attempts_per_h=exact.attempts_per_h, abandon_rate=0.0)
        yield quotient("connected / h", exact.connected_per_h, campaign("connected"), hours)
        early = campaign("hung_up_early")
        yield quotient("hung up early / h", exact.hung_up_early_per_h, early, hours, narrow=narrow)
        yield from figures("groups.agents", occupancy=exact.occupancy, narrow=0.015)
        per_h = blend.arrivals_per_h * (1.0 - exact.p_abandon) + exact.connected_per_h
        yield from figures("groups.agents", calls_per_agent_h=per_h / blend.agents)
        if inbound:
            of = "queues.calls"
            yield from figures(of, p_wait=exact.p_wait, p_abandon=exact.p_abandon, narrow=narrow)
            wait_s = 3600.0 * exact.mean_queue / blend.arrivals_per_h
            yield from figures(of, mean_queue=exact.mean_queue, mean_wait_s=wait_s, narrow=narrow)
            yield little(narrow=0.002)

    called = people(
        blend.ring_s,
        blend.talk_s,
        outcome={"human": blend.human, "no_answer": 1.0 - blend.human},
        dial_ratio=blend.dial_ratio,
        reserve=blend.reserve,
        patience_s=Exponential(mean=blend.called_patience_s),
        answer_within_s=OUT_OF_REACH_S,
    )
    coming: list[Inbound] = []
    if inbound:
        patience = Exponential(mean=blend.patience_s)
        coming = [calls(blend.arrivals_per_h, blend.talk_s, patience_s=patience)]
    return Case(f"blended, {name}", world(agents(blend.agents), called, *coming, hours=6.0), checks)


CASES = [
    blend_of(
        "people who have answered wait",
        Blend(agents=8, talk_s=40.0, dial_ratio=3.0, ring_s=12.0, human=0.4, called_patience_s=4.0),
    ),
    blend_of(
        "calls in and out",
        Blend(
            agents=6,
            talk_s=30.0,
            dial_ratio=1.5,
            ring_s=12.0,
            human=0.4,
            called_patience_s=6.0,
            arrivals_per_h=400.0,
            patience_s=15.0,
        ),
        most_calling=40,
    ),
    blend_of(
        "one agent left to inbound",
        Blend(
            agents=7,
            talk_s=30.0,
            dial_ratio=3.0,
            ring_s=10.0,
            human=0.4,
            called_patience_s=4.0,
            arrivals_per_h=500.0,
            patience_s=20.0,
            reserve=1,
        ),
        most_calling=40,
    ),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_blended_floors(case: Case) -> None:
    case.verify()
