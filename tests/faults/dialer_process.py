"""A live dialer on the UTC clock with its carrier in another process; made to be killed at any moment."""

from __future__ import annotations

import asyncio
import itertools
import signal
import sys

from callfloor.carriers.client import RemoteCarrier
from callfloor.leads.area_codes import made_up_number
from callfloor.live.clocks import UtcClock
from callfloor.live.dial_run import DialRun
from callfloor.live.service import Service
from callfloor.live.settings import CampaignSettings, FloorSettings
from callfloor.live.step import Engine
from callfloor.runtimes import load
from callfloor.stores.opening import open_store

AGENTS = tuple(f"agent-{i:02d}" for i in range(1, 11))
CAMPAIGN = CampaignSettings(
    name="kill", pool="agent", cooldown_s=5.0, ring_timeout_s=2.0, carrier_grace_s=2.0, max_attempts=5,
    retry_after_s={"busy": 5.0, "no_answer": 5.0, "congestion": 5.0},
)  # fmt: skip
NUMBERS = 5000
"""More than fifty lives can dial; those that are busy or unanswered come round after their cooldown."""


async def run(url: str, port: int) -> None:
    """Dial until SIGTERM, then end cleanly."""
    store = open_store(url, durable=True)
    carrier = RemoteCarrier("127.0.0.1", port)
    settings = FloorSettings(name="kill", agents=AGENTS, campaigns=(CAMPAIGN,))
    indexes = itertools.count(store.lead_count(store.campaign_id("kill")))

    def supply(count: int) -> list[int]:
        return [made_up_number(3, i) for i in itertools.islice(indexes, count) if i < NUMBERS]

    engine = Engine(store, carrier, settings, load("compiled"), supply=supply)
    service = Service(engine, UtcClock(), [carrier])
    loop = asyncio.get_running_loop()

    def wake() -> None:
        loop.call_soon_threadsafe(service.wake.set)

    carrier.on_arrival = wake
    dial_run = DialRun(service, AGENTS, 3600.0)
    loop.add_signal_handler(signal.SIGTERM, dial_run.interrupt)
    print("dialling", flush=True)
    try:
        await dial_run.run()
    finally:
        carrier.close()
        store.close()


if __name__ == "__main__":
    asyncio.run(run(sys.argv[1], int(sys.argv[2])))
