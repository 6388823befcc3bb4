"""kill -9 of the dialer in mid-run, at random moments; the carrier, a process of its own, is the witness.

A few kills here; `make kill` does fifty.
"""

from __future__ import annotations

import itertools
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from callfloor.floor.vocabulary import LOST, OUTCOME_NAMES, WITHHELD
from callfloor.live.replay import replay_journal
from callfloor.runtimes import load
from callfloor.stores.opening import open_store
from callfloor.stores.sql.store import SqlStore
from tests.contract.stores import empty_database
from tests.faults.dialer_process import CAMPAIGN

KILLS = int(os.environ.get("CALLFLOOR_KILLS", "6"))
SEED = int(os.environ.get("CALLFLOOR_SEED", "1"))
LONGEST_LIFE_S = 1.5


class Carrier:
    """The simulated carrier in its own process, with its log."""

    def __init__(self, log: Path) -> None:
        self.log = log
        options = ["--call-fail", "50", "--call-length", "0.6", "--ring-time", "0.1-0.4"]
        options += ["--log", str(log), "--run-for", str(60 + 4 * KILLS)]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "callfloor.carriers.server", *options], stdout=subprocess.PIPE, text=True
        )
        assert self.process.stdout is not None
        self.port = self.process.stdout.readline().strip()

    def witnessed(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.log.read_text().splitlines()]

    def end(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.communicate(timeout=20)


@pytest.fixture
def carrier(tmp_path: Path) -> Iterator[Carrier]:
    made = Carrier(tmp_path / "witness.log")
    yield made
    made.end()


def start_dialer(url: str, port: str) -> subprocess.Popen[str]:
    """Start the dialer and wait until it has loaded its floor."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.faults.dialer_process", url, port],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "dialling\n"
    return process


@pytest.mark.parametrize("database", ["postgres", "sqlite"])
def test_nothing_is_lost_or_doubled_by_kill_9(tmp_path: Path, carrier: Carrier, database: str) -> None:
    url = empty_database() if database == "postgres" else str(tmp_path / "kill.db")
    draw = random.Random(SEED)
    for _ in range(KILLS):
        dialer = start_dialer(url, carrier.port)
        time.sleep(draw.uniform(0.0, LONGEST_LIFE_S))
        dialer.kill()
        dialer.communicate(timeout=20)
    dialer = start_dialer(url, carrier.port)
    time.sleep(LONGEST_LIFE_S)
    dialer.send_signal(signal.SIGTERM)
    _, errors = dialer.communicate(timeout=60)
    assert dialer.returncode == 0, errors

    witnessed = carrier.witnessed()
    store = open_store(url)
    try:
        check_attempts(store, witnessed)
        check_exclusion_window(witnessed)
        check_ledger(store)
        check_journal(store)
    finally:
        store.close()


def check_attempts(store: SqlStore, witnessed: list[dict[str, Any]]) -> None:
    """Every attempt on record was rung once or is known not to have been; every ring is on record."""
    key = store.db.value("SELECT call_key FROM floors")
    sql = "SELECT attempt, e164, outcome, ended_at FROM call_records JOIN numbers ON numbers.id = number"
    records = {
        f"{key}{attempt:016x}": (e164, outcome, end) for attempt, e164, outcome, end in store.db.rows(sql)
    }
    rung = {w["call_id"]: w["number"] for w in witnessed if w["what"] == "originate" and not w["repeated"]}
    assert len(rung) == sum(w["what"] == "originate" and not w["repeated"] for w in witnessed)
    assert len(rung) > 5 * KILLS
    assert {call_id: number for call_id, (number, _, _) in records.items() if call_id in rung} == rung
    for call_id, (_, outcome, ended_at) in records.items():
        assert ended_at is not None, f"{call_id} is left open"
        if call_id not in rung:
            assert outcome in (WITHHELD, LOST), f"{call_id} was never rung: {OUTCOME_NAMES[outcome]}"
    answered = {w["call_id"] for w in witnessed if w["what"] == "call_answered"}
    assert answered <= set(records)
    attempts = sorted(int(call_id[16:], 16) for call_id in records)
    assert attempts == list(range(1, len(attempts) + 1))


def check_exclusion_window(witnessed: list[dict[str, Any]]) -> None:
    """No number was rung twice within its cooldown."""
    times: dict[int, list[float]] = defaultdict(list)
    for w in witnessed:
        if w["what"] == "originate" and not w["repeated"]:
            times[w["number"]].append(w["at"])
    gaps = [later - earlier for rings in times.values() for earlier, later in itertools.pairwise(rings)]
    # The carrier's clock stamps an order when it arrives: the gap between two arrivals may be a little less
    # than that between the decisions.
    assert min(gaps, default=CAMPAIGN.cooldown_s) > CAMPAIGN.cooldown_s - 0.5


def check_ledger(store: SqlStore) -> None:
    """The floor's count of abandoned and connected calls is what the records say."""
    image = store.load(store.floor_id("kill"))
    from callfloor.live.image import load_floor

    (campaign,) = load_floor(load("plain"), image).campaigns
    outcomes = dict(store.db.rows("SELECT outcome, count(*) FROM call_records GROUP BY outcome"))
    assert campaign.abandoned == outcomes.get(OUTCOME_NAMES.index("abandoned"), 0)
    assert campaign.connected == outcomes.get(OUTCOME_NAMES.index("human"), 0)
    assert campaign.live == campaign.placed == 0


def check_journal(store: SqlStore) -> None:
    """The journal gives the same commands and the same state again, in both runtimes."""
    for runtime in ("compiled", "plain"):
        result = replay_journal(store, store.floor_id("kill"), "kill", load(runtime))
        assert result.difference is None
        assert result.entries > 100
