"""Pages of what might have been counted, and what stands in them."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from array import array
from collections.abc import Mapping
from typing import Any

from callfloor.reports.page import page_text
from callfloor.scenario import Scenario
from callfloor.sim.replication import Columns
from callfloor.sim.result import Result
from tests.unit.metrics.results import NAMES, counted, replication

ROWS = 6
INTERVAL_S = 600.0
OUTCOMES = ("human", "machine", "busy", "no_answer", "abandoned", "hung_up_early")
EVIL = "<script>alert('1')</script> \"&\" ]]>"


def document(**sections: Any) -> dict[str, Any]:
    run = {"duration": 3600, "replications": 3, "seed": 7, "starts_at": "2026-11-23T09:00:00-05:00"}
    return {"name": "an hour", "run": run, "groups": [{"name": "tier 1", "agents": 10}], **sections}


def inbound(*names: str, **keys: Any) -> list[dict[str, Any]]:
    patience = {"dist": "exponential", "mean": 120}
    own = {"arrivals": {"rate_per_h": 60}, "talk_s": 100, "patience_s": patience, **keys}
    return [{"name": name, **own} for name in names]


def campaigns(*names: str, **keys: Any) -> list[dict[str, Any]]:
    own = {"leads": 100, "talk_s": 60, "outcome": {"human": 0.5, "no_answer": 0.5}, **keys}
    return [{"name": name, **own} for name in names]


def outbound(*rows: Mapping[str, float]) -> Columns:
    names = (*NAMES["campaign"], *(f"outcome_{name}" for name in OUTCOMES))
    return Columns(array("d", (row.get(name, 0.0) for row in rows for name in names)), names)


def made_up(
    scenario: Scenario,
    *,
    replications: int = 3,
    rows: int = ROWS,
    offered: float = 60.0,
    abandoned: float = 1.0,
    wall_s: float = 0.5,
    interrupted: bool = False,
) -> Result:
    """What might have been counted. `abandoned` of 20 calls of a campaign that a person answers."""
    found = []
    answered = offered * 5 / 6
    for number in range(replications):
        queue = {
            "offered": offered + number,
            "answered": answered,
            "abandoned": offered / 6 + number,
            "in_time": answered * 0.8,
            "waited": offered / 2,
            "wait_s": 400,
            "wait_answered_s": 300,
            "queue_s": 400 + 10 * number,
        }
        group = {"ready_s": 2000 - number, "talking_s": 3400 + number, "wrap_up_s": 600, "calls": 40}
        campaign = {
            "attempts": 40 + number,
            "human_answers": 20,
            "connected": 20 - abandoned,
            "abandoned": abandoned,
            "leads": 100,
            "agent_s": 5000,
            "outcome_no_answer": 20 + number,
            "outcome_human": 20 - abandoned,
            "outcome_abandoned": abandoned,
        }
        waits = [int(answered * 0.6) * rows, *[0] * 1200, int(answered * 0.4) * rows]
        found.append(
            replication(
                number,
                [counted("queue", *[queue] * rows, waits=waits) for _ in scenario.inbound],
                [counted("group", *[group] * rows) for _ in scenario.groups],
                [outbound(*[campaign] * rows) for _ in scenario.campaigns],
                measured_s=rows * INTERVAL_S,
                interval_s=INTERVAL_S,
            )
        )
    return Result(
        scenario.name,
        scenario.run.seed,
        found,
        queues=[queue.name for queue in scenario.inbound],
        groups=[group.name for group in scenario.groups],
        campaigns=[campaign.name for campaign in scenario.campaigns],
        service_level_s={queue.name: scenario.service_level_s(queue) for queue in scenario.inbound},
        wall_s=wall_s,
        interrupted=interrupted,
    )


def page_of(scenario: Scenario, **keys: Any) -> str:
    return page_text(made_up(scenario, **keys), scenario)


def parsed(page: str) -> ET.Element:
    """The page as XML, which is stricter than browsers are: all is escaped, all that is opened is closed."""
    return ET.fromstring(page)


def words(element: ET.Element) -> str:
    return "".join(element.itertext())


def found(page: str, tag: str) -> list[str]:
    return [words(element) for element in parsed(page).iter(tag)]


BLENDED = Scenario.from_dict(document(inbound=inbound("support", "sales"), campaigns=campaigns("renewals")))
