"""Scenario documents for the tests."""

from __future__ import annotations

from typing import Any

import pytest

from callfloor.scenario import Scenario, ScenarioError

OUTCOME = {"human": 0.3, "machine": 0.25, "busy": 0.05, "no_answer": 0.35, "disconnected": 0.05}


def document() -> dict[str, Any]:
    """A scenario with everything in it that messages may have to name."""
    return {
        "run": {"duration": "8h"},
        "groups": [
            {"name": "tier 1", "agents": 100, "skills": {"support": 1, "sales": 2}},
            {"name": "tier2", "agents": 20, "skills": {"sales": 1, "renewals": 2}},
        ],
        "inbound": [
            {"name": "support", "arrivals": {"rate_per_h": 1000}, "talk_s": 170},
            {
                "name": "sales",
                "arrivals": {"rate_per_h": 100},
                "talk_s": {"dist": "exponential", "mean": 170},
                "patience_s": 60,
            },
        ],
        "campaigns": [{"name": "renewals", "leads": 1000, "outcome": dict(OUTCOME), "talk_s": 120}],
    }


def one_queue(**queue: Any) -> dict[str, Any]:
    """One queue and ten agents, with these keys for the queue."""
    about = {"name": "q", "arrivals": {"count": 100, "gap_s": 1}, "talk_s": 10} | queue
    return {"run": {"duration": "1h"}, "groups": [{"name": "g", "agents": 10}], "inbound": [about]}


def refusal(raw: dict[str, Any]) -> str:
    """What is said about a document that is refused: one line."""
    with pytest.raises(ScenarioError) as caught:
        Scenario.from_dict(raw)
    assert "\n" not in str(caught.value)
    return str(caught.value)
