"""Do-not-call registers in SQLite: staged in short transactions, published by one row, asked in microseconds.

A row has the numbers that differ in their last four digits only, those digits as sorted 16-bit numbers: the
US register of 240 million numbers takes about half a gigabyte, of which a look-up reads one row.
"""

from __future__ import annotations

import time
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import apsw

from callfloor.stores.errors import StoreBusyError, StoreError
from callfloor.stores.sqlite.connection import explained, open_database, transaction
from callfloor.stores.sqlite.lists import DEAD_AFTER_S, importer_token, is_running

IN_A_BLOCK = 10_000
BLOCKS_AT_ONCE = 5_000
"""A transaction is this many rows, so that a dialer hardly waits for it."""


@dataclass(frozen=True, slots=True)
class Register:
    """A register as it is in force. `dated_at` is the start of the day as of which it is right (UTC)."""

    id: int
    name: str
    dated_at: float
    numbers: int
    file: str


def active_registers(db: apsw.Connection, names: Sequence[str]) -> list[int]:
    """The ids of the registers of those names that are in force."""
    sql = "SELECT id FROM registers WHERE status = 'active' AND name = ?"
    found = (db.execute(sql, (name,)).get for name in names)
    return [register for register in found if register is not None]


def in_register(db: apsw.Connection, register: int, e164: int) -> bool:
    """Whether a number is in a register."""
    block, ending = divmod(e164, IN_A_BLOCK)
    endings = db.execute(
        "SELECT endings FROM register_numbers WHERE register = ? AND block = ?", (register, block)
    ).get
    if endings is None:
        return False
    found = memoryview(endings).cast("H")
    place = bisect_left(found, ending)
    return place < len(found) and found[place] == ending


def registers_of(db: apsw.Connection) -> list[Register]:
    """Every register in force, by name."""
    sql = "SELECT id, name, dated_at, numbers, file FROM registers WHERE status = 'active' ORDER BY name"
    return [Register(*row) for row in db.execute(sql)]


class SqliteRegisters:
    """The do-not-call registers of one database, for one importer at a time."""

    def __init__(self, path: Path, *, now: Callable[[], float] = time.time) -> None:
        """Open or create the database; see ``open_database`` for the errors."""
        self.path = path
        self.now = now
        # A staged register need not survive a loss of power; publishing it sees to it that it does.
        self.connection = open_database(path, durable=False)

    def __enter__(self) -> SqliteRegisters:
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()

    def all(self) -> list[Register]:
        """Every register in force, by name."""
        with explained(self.path):
            return registers_of(self.connection)

    def lists_of(self, e164: int) -> list[str]:
        """The names of the registers that a number is in, and of the internal lists that bar it."""
        db = self.connection
        with explained(self.path):
            names = [each.name for each in registers_of(db) if in_register(db, each.id, e164)]
            found = db.execute("SELECT id, barred FROM numbers WHERE e164 = ?", (e164,)).fetchone()
            if found is not None and found[1]:
                sql = "SELECT DISTINCT list FROM bars WHERE number = ? ORDER BY list"
                names += [name for (name,) in db.execute(sql, (found[0],))] or ["internal"]
        return names

    def bar_all(self, numbers: Sequence[int], *, asked_at: float, asked_by: str, of_list: str) -> int:
        """Have numbers never called again, in one transaction; return how many were not barred before."""
        with explained(self.path), transaction(self.connection):
            return sum(bar_number(self.connection, e164, asked_at, asked_by, of_list)[1] for e164 in numbers)

    @contextmanager
    def begin(self, name: str, dated_at: float, file: str) -> Iterator[RegisterWriter]:
        """Begin a new version of a register; unless it is published, nothing is left of it.

        Raises
        ------
        StoreBusyError
            another import of the register is running.
        """
        db = self.connection
        importer = importer_token()
        with explained(self.path):
            self._remove_dead()
            with transaction(db):
                running = "SELECT 1 FROM registers WHERE name = ? AND status = 'staged'"
                if db.execute(running, (name,)).get is not None:
                    raise StoreBusyError(
                        f"{self.path}: {name}: another import of this register is running; wait for its end"
                    )
                register = db.execute(
                    "INSERT INTO registers "
                    "(name, status, dated_at, file, created_at, importer, heartbeat_at) "
                    "VALUES (?1, 'staged', ?2, ?3, ?4, ?5, ?4) RETURNING id",
                    (name, dated_at, file, self.now(), importer),
                ).get
        writer = RegisterWriter(self, name, register, importer)
        try:
            yield writer
        finally:
            with explained(self.path):
                self._remove_dead(writer)

    def _remove_dead(self, writer: RegisterWriter | None = None) -> None:
        """Remove versions that are replaced, that their importer has given up, or whose importer is gone."""
        db = self.connection
        sql = "SELECT id, status, importer, heartbeat_at FROM registers WHERE status != 'active'"
        rows: list[tuple[int, str, str, float]] = list(db.execute(sql))
        for register, status, importer, heartbeat_at in rows:
            own = writer is not None and writer.register == register
            dead = not is_running(importer) or self.now() - heartbeat_at > DEAD_AFTER_S
            if status == "staged" and not own and not dead:
                continue
            with transaction(db):
                db.execute("UPDATE registers SET status = 'discarded' WHERE id = ?", (register,))
            more = True
            while more:
                with transaction(db):
                    db.execute(
                        "DELETE FROM register_numbers WHERE register = ?1 AND block IN "
                        "(SELECT block FROM register_numbers WHERE register = ?1 LIMIT ?2)",
                        (register, BLOCKS_AT_ONCE),
                    )
                    more = db.changes() > 0
            with transaction(db):
                db.execute("DELETE FROM registers WHERE id = ?", (register,))


class RegisterWriter:
    """A version of a register on its way into the store: dialers see nothing of it before it is published."""

    def __init__(self, registers: SqliteRegisters, name: str, register: int, importer: str) -> None:
        self.registers = registers
        self.name = name
        self.register = register
        self.importer = importer
        self.numbers = 0

    def add(self, numbers: Sequence[int]) -> None:
        """Stage numbers, in any order; those that are there already are left out."""
        ordered = sorted(numbers)
        place = 0
        with explained(self.registers.path):
            while place < len(ordered):
                place = self._add_some(ordered, place)

    def _add_some(self, ordered: Sequence[int], place: int) -> int:
        """Stage the blocks from a place on that fit into one transaction; return where to go on."""
        db = self.registers.connection
        with transaction(db):
            self._show_life()
            for _ in range(BLOCKS_AT_ONCE):
                if place == len(ordered):
                    break
                block = ordered[place] // IN_A_BLOCK
                end = bisect_left(ordered, (block + 1) * IN_A_BLOCK, place)
                first = block * IN_A_BLOCK
                endings = array("H", sorted({number - first for number in ordered[place:end]}))
                self._add_block(db, block, endings)
                place = end
        return place

    def _add_block(self, db: apsw.Connection, block: int, endings: array[int]) -> None:
        key = (self.register, block)
        db.execute(
            "INSERT INTO register_numbers VALUES (?, ?, ?) ON CONFLICT DO NOTHING", (*key, endings.tobytes())
        )
        if db.changes():
            self.numbers += len(endings)
            return
        find = "SELECT endings FROM register_numbers WHERE register = ? AND block = ?"
        there = array("H", db.execute(find, key).get)
        together = array("H", sorted({*there, *endings}))
        db.execute(
            "UPDATE register_numbers SET endings = ? WHERE register = ? AND block = ?",
            (together.tobytes(), *key),
        )
        self.numbers += len(together) - len(there)

    def _show_life(self) -> None:
        db = self.registers.connection
        db.execute(
            "UPDATE registers SET heartbeat_at = ? WHERE id = ? AND importer = ? AND status = 'staged'",
            (self.registers.now(), self.register, self.importer),
        )
        if not db.changes():
            raise StoreError(
                f"{self.registers.path}: this import gave no sign of life for {DEAD_AFTER_S:.0f} s, and "
                "another one has removed what it had staged; import the register again"
            )

    def publish(self) -> None:
        """Put this version in force instead of the one before, in a transaction that survives a power cut."""
        db = self.registers.connection
        with explained(self.registers.path):
            db.execute("PRAGMA synchronous = FULL")
            with transaction(db):
                self._show_life()
                db.execute(
                    "UPDATE registers SET status = 'discarded' WHERE name = ? AND status = 'active'",
                    (self.name,),
                )
                db.execute(
                    "UPDATE registers SET status = 'active', published_at = ?, numbers = ? WHERE id = ?",
                    (self.registers.now(), self.numbers, self.register),
                )
            db.execute("PRAGMA synchronous = NORMAL")


def bar_number(
    db: apsw.Connection, e164: int, asked_at: float, asked_by: str, of_list: str
) -> tuple[int, bool]:
    """Have a number never called again; return its id, and whether it was not barred before."""
    found = db.execute("SELECT id, barred FROM numbers WHERE e164 = ?", (e164,)).fetchone()
    if found is None:
        number = db.execute("INSERT INTO numbers (e164, barred) VALUES (?, 1) RETURNING id", (e164,)).get
    else:
        number = found[0]
        if not found[1]:
            db.execute("UPDATE numbers SET barred = 1 WHERE id = ?", (number,))
    db.execute(
        "INSERT INTO bars (number, asked_at, asked_by, list) VALUES (?, ?, ?, ?)",
        (number, asked_at, asked_by, of_list),
    )
    return number, found is None or not found[1]
