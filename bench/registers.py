"""Do-not-call registers and lawful hours: how long an import, a look-up and a claim take, in how much room.

`python -m bench registers`. The register has made-up numbers, as scattered as in the US; the look-ups are of
numbers that are in it and of others, by turns, in random order. The claim is of leads from the whole country,
under the rules of the US with all limits on attempts, beside the same claim without any of it.
"""

from __future__ import annotations

import random
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from bench.leads import IMPORT, peak_mb
from bench.table import Figure
from callfloor.leads.area_codes import made_up_number
from callfloor.leads.attempt_limits import AttemptLimits
from callfloor.leads.lawful_hours import LawfulHours
from callfloor.leads.rules_file import load_rules
from callfloor.stores.port import Changes, ClaimTerms
from callfloor.stores.sql.registers import in_registers
from callfloor.stores.sqlite.connection import open_database
from callfloor.stores.sqlite.database import SqliteDatabase
from callfloor.stores.sqlite.store import SqliteStore

WITHIN_S, WITHIN_BYTES, LOOK_UP_US, CLAIM_MS = 60.0, 5.0, 20.0, 200.0
DNC = IMPORT.replace('["leads", "import", ', '["dnc", "import", ')
NOON = datetime(2026, 11, 24, 20, tzinfo=UTC).timestamp()


def measure(quick: bool = False) -> list[Figure]:
    """Import, look-ups, claims."""
    numbers = 20_000 if quick else 5_000_000
    with tempfile.TemporaryDirectory() as folder:
        return [*import_and_look_up(Path(folder), numbers), claims(Path(folder), 200 if quick else 1000)]


def import_and_look_up(folder: Path, numbers: int) -> list[Figure]:
    """A register imported by a fresh process, and asked."""
    path, database, memory = folder / "dnc.txt", folder / "bench.db", folder / "memory"
    with path.open("w", encoding="ascii") as file:
        for digits in sorted(made_up_number(1, i) - 10_000_000_000 for i in range(numbers)):
            file.write(f"{digits // 10_000_000},{digits % 10_000_000:07d}\n")
    today = datetime.now(UTC).date().isoformat()
    options = ["--list", "federal", "--date", today, "--db", str(database)]
    began = time.perf_counter()
    subprocess.run(
        [sys.executable, "-c", DNC, str(memory), str(path), *options], check=True, stdout=subprocess.DEVNULL
    )
    wall_s = time.perf_counter() - began
    mb = peak_mb(memory, resource.getrusage(resource.RUSAGE_CHILDREN))
    db = SqliteDatabase(open_database(database, durable=False), database)
    each = database.stat().st_size / numbers
    asked = [made_up_number(1, i % numbers if i % 2 else numbers + i) for i in range(20_000)]
    random.Random(1).shuffle(asked)
    for number in asked[:2_000]:
        in_registers(db, ["federal"], [number])
    began = time.perf_counter()
    found = sum(len(in_registers(db, ["federal"], [number])) for number in asked)
    look_up_us = (time.perf_counter() - began) / len(asked) * 1e6
    db.close()
    if found != len(asked) // 2:
        raise RuntimeError(f"{found} of {len(asked)} numbers were found, half of them are there")
    return [
        Figure(
            f"`callfloor dnc import`, {numbers:,} numbers",
            f"{wall_s:.1f} s ({numbers / wall_s:,.0f} a second), {mb:.0f} MB at most",
            f"under {WITHIN_S:g} s",
            wall_s < WITHIN_S,
        ),
        Figure(
            "… in the database",
            f"{each:.2f} bytes a number",
            f"under {WITHIN_BYTES:g} bytes",
            each < WITHIN_BYTES,
        ),
        Figure("… a look-up", f"{look_up_us:.1f} µs", f"under {LOOK_UP_US:g} µs", look_up_us < LOOK_UP_US),
    ]


def claims(folder: Path, leads: int) -> Figure:
    """A claim of many leads by the law, and without it."""
    limits = AttemptLimits(per_day=3, per_24h=3, per_7d=7, after_talk_s=604_800.0)
    law = ClaimTerms(hours=LawfulHours(load_rules("us")), limits=limits, registers=("federal",))
    by_law_s = min(claim_s(folder / f"law-{turn}.db", leads, law) for turn in range(3))
    bare_s = min(claim_s(folder / f"bare-{turn}.db", leads, ClaimTerms()) for turn in range(3))
    return Figure(
        f"a claim of {leads:,} leads by the law of the US",
        f"{by_law_s * 1e3:.0f} ms; without it {bare_s * 1e3:.0f} ms",
        f"under {CLAIM_MS:g} ms",
        by_law_s < CLAIM_MS / 1e3,
    )


def claim_s(database: Path, leads: int, terms: ClaimTerms) -> float:
    """How long one claim takes, seconds."""
    store = SqliteStore(database, durable=False)
    floor, campaign = store.floor_id("main"), store.campaign_id("default")
    with store.transaction(floor, 0) as transaction:
        transaction.add_leads(campaign, (made_up_number(3, i) for i in range(leads)))
        transaction.write(Changes())
    with store.transaction(floor, 1) as transaction:
        began = time.perf_counter()
        claimed = transaction.claim(campaign, leads, NOON, terms)
        taken_s = time.perf_counter() - began
        transaction.write(Changes())
    store.close()
    if len(claimed.leads) < leads // 2:
        raise RuntimeError(f"only {len(claimed.leads)} of {leads} leads were claimed")
    return taken_s
