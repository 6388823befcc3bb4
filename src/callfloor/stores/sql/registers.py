"""Do-not-call registers: staged in short transactions, published by one row, asked in microseconds.

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
from typing import Self

from callfloor.stores.errors import StoreBusyError, StoreError
from callfloor.stores.sql.database import Database
from callfloor.stores.sql.importers import DEAD_AFTER_S, importer_token, is_running
from callfloor.stores.sql.numbers import find_numbers, number_ids

IN_A_BLOCK = 10_000
BLOCKS_AT_ONCE = 5_000
"""A transaction is this many rows, so that a dialer hardly waits for it."""

BLOCKS_ASKED_AT_ONCE = 256
"""Of up to 20 kB each."""


@dataclass(frozen=True, slots=True)
class Register:
    """A register as it is in force. `dated_at` is the start of the day as of which it is right (UTC)."""

    id: int
    name: str
    dated_at: float
    numbers: int
    file: str


def in_registers(db: Database, names: Sequence[str], numbers: Sequence[int]) -> set[int]:
    """Those of some numbers (E.164 without the plus) that are in any of the registers of these names."""
    asked: dict[int, list[int]] = {}
    for e164 in numbers:
        block, ending = divmod(e164, IN_A_BLOCK)
        asked.setdefault(block, []).append(ending)
    blocks = sorted(asked)
    # The version in force and its numbers in one question: they may be replaced at any time.
    sql = (
        "SELECT block, endings FROM register_numbers JOIN registers ON registers.id = register "
        f"WHERE registers.status = 'active' AND name = ? AND {db.among('block')}"
    )
    found: set[int] = set()
    for name in names:
        for place in range(0, len(blocks), BLOCKS_ASKED_AT_ONCE):
            some = db.listed(blocks[place : place + BLOCKS_ASKED_AT_ONCE])
            for block, endings in db.rows(sql, (name, some)):
                there = memoryview(endings).cast("H")
                first = block * IN_A_BLOCK
                found |= {first + ending for ending in asked[block] if is_among(there, ending)}
    return found


def is_among(endings: memoryview[int], ending: int) -> bool:
    """Whether a block has a number of this ending."""
    place = bisect_left(endings, ending)
    return place < len(endings) and endings[place] == ending


def registers_of(db: Database) -> list[Register]:
    """Every register in force, by name."""
    sql = "SELECT id, name, dated_at, numbers, file FROM registers WHERE status = 'active' ORDER BY name"
    return [Register(*row) for row in db.rows(sql)]


class Registers:
    """The do-not-call registers of one database, for one importer at a time."""

    def __init__(self, db: Database, *, now: Callable[[], float] = time.time) -> None:
        """Use an open database. A staged register need not survive a loss of power, a published one does."""
        self.db = db
        self.now = now

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.db.close()

    def all(self) -> list[Register]:
        """Every register in force, by name."""
        with self.db.explained():
            return registers_of(self.db)

    def lists_of(self, e164: int) -> list[str]:
        """The names of the registers that a number is in, and of the internal lists that bar it."""
        db = self.db
        with db.explained():
            names = [each.name for each in registers_of(db) if in_registers(db, [each.name], [e164])]
            found = find_numbers(db, [e164]).get(e164)
            if found is not None and found.barred:
                sql = "SELECT DISTINCT list FROM bars WHERE number = ? ORDER BY list"
                names += [name for (name,) in db.rows(sql, (found.id,))] or ["internal"]
        return names

    def bar_all(self, numbers: Sequence[int], *, asked_at: float, asked_by: str, of_list: str) -> int:
        """Have numbers never called again, in one transaction; return how many were not barred before."""
        with self.db.explained(), self.db.transaction():
            return bar_numbers(self.db, numbers, asked_at, asked_by, of_list)

    @contextmanager
    def begin(self, name: str, dated_at: float, file: str) -> Iterator[RegisterWriter]:
        """Begin a new version of a register; unless it is published, nothing is left of it.

        Raises
        ------
        StoreBusyError
            another import of the register is running.
        """
        db = self.db
        importer = importer_token()
        with db.explained():
            self._remove_dead()
            with db.transaction():
                db.one_at_a_time("imports")
                running = "SELECT 1 FROM registers WHERE name = ? AND status = 'staged'"
                if db.row(running, (name,)) is not None:
                    raise StoreBusyError(
                        f"{db.where}: {name}: another import of this register is running; wait for its end"
                    )
                now = self.now()
                register = db.value(
                    "INSERT INTO registers "
                    "(name, status, dated_at, file, created_at, importer, heartbeat_at) "
                    "VALUES (?, 'staged', ?, ?, ?, ?, ?) RETURNING id",
                    (name, dated_at, file, now, importer, now),
                )
        writer = RegisterWriter(self, name, register, importer)
        try:
            yield writer
        finally:
            with db.explained():
                self._remove_dead(writer)

    def _remove_dead(self, writer: RegisterWriter | None = None) -> None:
        """Remove versions that are replaced, that their importer has given up, or whose importer is gone."""
        db = self.db
        sql = "SELECT id, status, importer, heartbeat_at FROM registers WHERE status != 'active'"
        rows: list[tuple[int, str, str, float]] = db.rows(sql)
        for register, status, importer, heartbeat_at in rows:
            own = writer is not None and writer.register == register
            dead = not is_running(importer) or self.now() - heartbeat_at > DEAD_AFTER_S
            if status == "staged" and not own and not dead:
                continue
            with db.transaction():
                db.run("UPDATE registers SET status = 'discarded' WHERE id = ?", (register,))
            more = True
            while more:
                with db.transaction():
                    removed = db.changed(
                        "DELETE FROM register_numbers WHERE register = ? AND block IN "
                        "(SELECT block FROM register_numbers WHERE register = ? LIMIT ?)",
                        (register, register, BLOCKS_AT_ONCE),
                    )
                    more = removed > 0
            with db.transaction():
                db.run("DELETE FROM registers WHERE id = ?", (register,))


class RegisterWriter:
    """A version of a register on its way into the store: dialers see nothing of it before it is published."""

    def __init__(self, registers: Registers, name: str, register: int, importer: str) -> None:
        self.registers = registers
        self.name = name
        self.register = register
        self.importer = importer
        self.numbers = 0

    def add(self, numbers: Sequence[int]) -> None:
        """Stage numbers, in any order; those that are there already are left out."""
        ordered = sorted(numbers)
        place = 0
        with self.registers.db.explained():
            while place < len(ordered):
                place = self._add_some(ordered, place)

    def _add_some(self, ordered: Sequence[int], place: int) -> int:
        """Stage the blocks from a place on that fit into one transaction; return where to go on."""
        blocks: list[tuple[int, array[int]]] = []
        db = self.registers.db
        with db.transaction():
            self._show_life()
            for _ in range(BLOCKS_AT_ONCE):
                if place == len(ordered):
                    break
                block = ordered[place] // IN_A_BLOCK
                end = bisect_left(ordered, (block + 1) * IN_A_BLOCK, place)
                first = block * IN_A_BLOCK
                endings = array("H", sorted({number - first for number in ordered[place:end]}))
                blocks.append((block, endings))
                place = end
            self._add_blocks(db, blocks)
        return place

    def _add_blocks(self, db: Database, blocks: Sequence[tuple[int, array[int]]]) -> None:
        sql = f"SELECT block, endings FROM register_numbers WHERE register = ? AND {db.among('block')}"
        there = dict(db.rows(sql, (self.register, db.listed([block for block, _ in blocks]))))
        rows: list[tuple[int, int, bytes]] = []
        for block, endings in blocks:
            if block in there:
                before = array("H", there[block])
                together = array("H", sorted({*before, *endings}))
                self.numbers += len(together) - len(before)
            else:
                together = endings
                self.numbers += len(endings)
            rows.append((self.register, block, together.tobytes()))
        db.replace("register_numbers", ("register", "block", "endings"), rows)

    def _show_life(self) -> None:
        registers = self.registers
        alive = registers.db.changed(
            "UPDATE registers SET heartbeat_at = ? WHERE id = ? AND importer = ? AND status = 'staged'",
            (registers.now(), self.register, self.importer),
        )
        if not alive:
            raise StoreError(
                f"{registers.db.where}: this import gave no sign of life for {DEAD_AFTER_S:.0f} s, and "
                "another one has removed what it had staged; import the register again"
            )

    def publish(self) -> None:
        """Put this version in force instead of the one before, in a transaction that survives a power cut."""
        db = self.registers.db
        with db.explained(), db.flushed(), db.transaction():
            self._show_life()
            db.run(
                "UPDATE registers SET status = 'discarded' WHERE name = ? AND status = 'active'",
                (self.name,),
            )
            db.run(
                "UPDATE registers SET status = 'active', published_at = ?, numbers = ? WHERE id = ?",
                (self.registers.now(), self.numbers, self.register),
            )


def bar_numbers(db: Database, numbers: Sequence[int], asked_at: float, asked_by: str, of_list: str) -> int:
    """Have numbers never called again; return how many were not barred before."""
    found = number_ids(db, numbers)
    for e164 in sorted(found):
        db.run("UPDATE numbers SET barred = 1 WHERE id = ? AND barred = 0", (found[e164].id,))
    note_requests(db, [found[e164].id for e164 in numbers], asked_at, asked_by, of_list)
    return sum(not each.barred for each in found.values())


def bar_number(db: Database, e164: int, asked_at: float, asked_by: str, of_list: str) -> int:
    """Have a number never called again; return its id."""
    number = number_ids(db, [e164])[e164].id
    bar_id(db, number, asked_at, asked_by, of_list)
    return number


def bar_id(db: Database, number: int, asked_at: float, asked_by: str, of_list: str) -> None:
    """Have a number never called again, by its id."""
    db.run("UPDATE numbers SET barred = 1 WHERE id = ?", (number,))
    note_requests(db, [number], asked_at, asked_by, of_list)


def note_requests(db: Database, numbers: Sequence[int], asked_at: float, asked_by: str, of_list: str) -> None:
    """Keep who asked, and when; the floors that hold the numbers are to look."""
    # Whoever looks for requests after the last that they have seen must not find a smaller id later on.
    db.one_at_a_time("bars")
    db.insert(
        "bars",
        ("number", "asked_at", "asked_by", "list"),
        [(number, asked_at, asked_by, of_list) for number in numbers],
    )
    for floor in holders(db, numbers):
        db.notify(floor)


def holders(db: Database, numbers: Sequence[int]) -> list[int]:
    """The floors that hold any of some numbers, by their ids."""
    sql = f"SELECT DISTINCT held_by FROM numbers WHERE held_by IS NOT NULL AND {db.among('id')}"
    return [floor for (floor,) in db.rows(sql, (db.listed(numbers),))]
