"""Both databases have the same tables and columns, so that one page describes them."""

from __future__ import annotations

from pathlib import Path

from callfloor.stores.postgres.connection import migrations
from callfloor.stores.postgres.store import PostgresStore
from callfloor.stores.sqlite.store import SqliteStore
from tests.contract.stores import postgres_url


def test_tables_columns_and_keys_are_the_same(tmp_path: Path) -> None:
    sqlite = SqliteStore(tmp_path / "x.db")
    postgres = PostgresStore(postgres_url())
    ours = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
    tables = [name for (name,) in sqlite.db.rows(ours)]
    expected = {
        table: [row[0] for row in sqlite.db.rows("SELECT name FROM pragma_table_info(?)", (table,))]
        for table in tables
    }
    found = {table: list(columns) for table, columns in postgres.db.columns.items()}
    del found["schema_version"]
    assert {table: sorted(columns) for table, columns in found.items()} == {
        table: sorted(columns) for table, columns in expected.items()
    }
    sqlite.close()
    postgres.close()


def test_migrations_are_numbered_without_a_gap() -> None:
    assert [version for version, _ in migrations()] == list(range(1, len(migrations()) + 1))
