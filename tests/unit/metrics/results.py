"""Results made of columns that are written down."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence

from callfloor.metrics import COLUMNS, Subject
from callfloor.sim.replication import Columns, Replication
from callfloor.sim.result import Result

NAMES: Mapping[Subject, tuple[str, ...]] = {
    subject: (*columns, "talk_s") if subject == "queue" else tuple(columns)
    for subject, columns in COLUMNS.items()
}


def counted(subject: Subject, *rows: Mapping[str, float], waits: Sequence[int] = ()) -> Columns:
    numbers = [row.get(name, 0.0) for row in rows for name in NAMES[subject]]
    return Columns(array("d", numbers), NAMES[subject], array("q", waits))


def replication(
    number: int = 0,
    queues: Sequence[Columns] = (),
    groups: Sequence[Columns] = (),
    campaigns: Sequence[Columns] = (),
    measured_s: float = 3600.0,
    interval_s: float = 3600.0,
    outbound_agent_s: float = 0.0,
) -> Replication:
    return Replication(
        number,
        measured_s,
        100,
        10,
        interval_s,
        tuple(queues),
        tuple(groups),
        tuple(campaigns),
        outbound_agent_s,
    )


def queue_result(*offered_and_waited: tuple[float, float], seed: int = 1) -> Result:
    found = [
        replication(number, [counted("queue", {"offered": offered, "waited": waited})])
        for number, (offered, waited) in enumerate(offered_and_waited)
    ]
    return Result("plain", seed, found, queues=["support"])


def everything() -> Result:
    """Two queues, two groups, two campaigns, two replications of two intervals, the second one shorter."""
    found = []
    for number in range(2):
        support = counted(
            "queue",
            {"offered": 60 + number, "answered": 50, "waited": 30, "wait_s": 120, "queue_s": 100},
            {"offered": 40, "answered": 30, "waited": 20, "wait_s": 180, "queue_s": 200},
            waits=[50, 0, 0, 30],
        )
        sales = counted("queue", {"offered": 10, "answered": 10}, {"offered": 0}, waits=[10])
        tiers = [
            counted(
                "group",
                {
                    "ready_s": 900,
                    "talking_s": 2400,
                    "wrap_up_s": 300,
                    "calls": 20,
                    "agents": 2,
                    "agents_used": 1,
                },
                {"ready_s": 600, "talking_s": 1200, "calls": 10},
            )
            for _ in range(2)
        ]
        campaigns = [
            counted(
                "campaign",
                {
                    "attempts": 90,
                    "connected": 18,
                    "abandoned": 2,
                    "agent_s": 3600,
                    "reached": 20,
                    "leads": 100,
                },
                {"attempts": 30, "connected": 10, "agent_s": 1800},
            )
            for _ in range(2)
        ]
        found.append(
            replication(number, [support, sales], tiers, campaigns, 5400.0, 3600.0, outbound_agent_s=5400.0)
        )
    return Result(
        "support and sales",
        7,
        found,
        queues=["support", "sales & <more>"],
        groups=["tier 1", "tier.2"],
        campaigns=["renewals", "wins"],
        service_level_s={"support": 20.0},
        wall_s=0.5,
    )
