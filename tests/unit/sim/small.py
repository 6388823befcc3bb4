"""A small scenario, and a user who interrupts its run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from callfloor.scenario import Scenario


def small(**run: Any) -> Scenario:
    """One queue, ten agents."""
    return Scenario.from_dict(
        {
            "name": "small",
            "run": {"duration": 1000, "replications": 7, "service_level_s": 15} | run,
            "groups": [{"name": "g", "agents": 10}],
            "inbound": [
                {
                    "name": "q",
                    "arrivals": {"rate_per_h": 700},
                    "talk_s": {"dist": "exponential", "mean": 50},
                    "patience_s": 60,
                }
            ],
        }
    )


def interrupt_at(share: float) -> Callable[[float], None]:
    """A user who has seen enough when so much is done."""

    def progress(done: float) -> None:
        if done >= share:
            raise KeyboardInterrupt

    return progress
