"""Calls whose end was lost are found, and one dialer at a time has a database."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from callfloor.live.patrol import Patrol
from callfloor.stores.errors import StoreBusyError
from callfloor.stores.sqlite.lock import DialerLock
from tests.unit.cli.commands import run_command
from tests.unit.live.rig import Rig


def test_a_patrol_that_has_not_begun_is_never_due(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    assert Patrol(rig.engine).next_due() == math.inf
    rig.close()


def test_with_lost_events_no_agent_sticks_in_a_call(tmp_path: Path) -> None:
    """Calls last 12.5 s at most; a lost end is found within 30 s and what the last events took."""
    result = run_command(
        "dial", "-n", "20", "-t", "300", "--speed", "100000", "--log-dir", str(tmp_path),
        "--faults", "lose=0.02", "--json", str(tmp_path / "out.json"),
    )  # fmt: skip
    assert result.exit_code == 0, result.stderr
    figures = json.loads((tmp_path / "out.json").read_text())
    assert figures["abnormal_conditions"]["call_lost_by_carrier"]["count"] > 5
    assert figures["average_call_s"] < 14.0
    assert "call_never_ends" not in figures["abnormal_conditions"]


def test_without_faults_a_patrol_finds_nothing(tmp_path: Path) -> None:
    result = run_command(
        "dial",
        "-n",
        "10",
        "-t",
        "200",
        "--speed",
        "100000",
        "--mode",
        "progressive",
        "--log-dir",
        str(tmp_path),
    )
    assert result.exit_code == 0
    assert "No abnormal conditions." in result.stdout


def test_one_dialer_at_a_time_on_a_database(tmp_path: Path) -> None:
    database = tmp_path / "a.db"
    with DialerLock(database):
        with pytest.raises(StoreBusyError, match="another process is dialling on this database"):
            DialerLock(database)
        result = run_command("dial", "--db", str(database), "-t", "1", "--log-dir", str(tmp_path))
        assert result.exit_code == 2
        assert result.stderr.count("\n") == 1
    DialerLock(database).close()
