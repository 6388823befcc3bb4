"""A backup of a PostgreSQL database, taken while a floor is in the middle of its day, and restored."""

from __future__ import annotations

import subprocess
from pathlib import Path

from callfloor.stores.postgres.store import PostgresStore
from callfloor.stores.sql.store import SqlStore
from tests.contract.stores import Listed, SqlBackend, empty_database
from tests.contract.test_stores import A, B, claim, entry, record, write
from tests.unit.cli.commands import run_command
from tools.postgres import program, shared_server


def contents(store: SqlStore) -> dict[str, list[object]]:
    assert isinstance(store, PostgresStore)
    return {table: sorted(store.db.rows(f"SELECT * FROM {table}"), key=repr) for table in store.db.columns}


def test_a_restored_database_has_every_row_and_goes_on(tmp_path: Path) -> None:
    url = empty_database()
    for _ in range(2):
        outcome = run_command(
            "dial", "-n", "3", "-t", "30", "--speed", "1000", "--log-dir", str(tmp_path), "--db", url
        )
        assert outcome.exit_code == 0, outcome.output
    backend = SqlBackend(url)
    store = backend.first
    floor, campaign = store.floor_id("second"), store.campaign_id("renewals")
    [lead] = backend.add_list(campaign, [Listed([A])])
    [found] = claim(store, floor, campaign).leads
    write(store, floor, leads=[(lead, "[1]")], journal=[entry(1)], records=[record(1, lead, found.number, 1)])
    store.erase(B)
    before = contents(store)

    file = tmp_path / "callfloor.dump"
    dump = [program("pg_dump"), "--format=custom", "--schema=callfloor", f"--file={file}", url]
    subprocess.run(dump, check=True)
    restored_url = shared_server().new_database()
    subprocess.run(
        [program("pg_restore"), "--exit-on-error", f"--dbname={restored_url}", str(file)], check=True
    )

    restored = PostgresStore(restored_url)
    assert contents(restored) == before
    assert restored.load(floor) == store.load(floor)
    assert restored.campaign_id("new") == store.campaign_id("new")
    assert restored.bar(B) == store.bar(B), "the key of erased numbers is there"
    restored.close()
    backend.close()
    told = run_command("replay", restored_url, "--floor", "main")
    assert "every command and the state at the end are the same" in told.stdout
    again = run_command(
        "dial", "-n", "3", "-t", "30", "--speed", "1000", "--log-dir", str(tmp_path), "--db", restored_url
    )
    assert again.exit_code == 0, again.output
    assert run_command("replay", restored_url, "--floor", "main").exit_code == 0
