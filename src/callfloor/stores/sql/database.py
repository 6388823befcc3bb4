"""What the statements of this folder ask of a database: one text for all, and the few things that differ.

Parameters are marked by `?`. Statements without a result (`run`, `insert`, `replace`, `update`, `delete`) may
be sent together with what follows them: a failure is told at the latest when the transaction commits.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

Row = Sequence[Any]


class Database(Protocol):
    """One connection. Every method may raise a StoreError."""

    @property
    def where(self) -> str:
        """The database as messages name it, without a password."""

    @property
    def lock(self) -> str:
        """The end of a SELECT whose rows are to be changed: it waits for others who are changing them."""

    @property
    def lock_free(self) -> str:
        """The same without waiting: rows that others are changing are left out."""

    @property
    def clock(self) -> str:
        """The database's time as an expression, in UTC seconds."""

    def rows(self, sql: str, values: Row = ()) -> list[Any]:
        """Every row that a statement gives."""

    def row(self, sql: str, values: Row = ()) -> Any:
        """The first row, None where there is none."""

    def value(self, sql: str, values: Row = ()) -> Any:
        """The first row's first column, None where there is none."""

    def run(self, sql: str, values: Row = ()) -> None:
        """Run a statement that gives nothing."""

    def changed(self, sql: str, values: Row = ()) -> int:
        """Run a statement; how many rows it has changed."""

    def insert(
        self, table: str, columns: Sequence[str], rows: Sequence[Row], *, unless_there: bool = False
    ) -> None:
        """Add rows; `unless_there` leaves out those that a unique column forbids."""

    def replace(self, table: str, columns: Sequence[str], rows: Sequence[Row]) -> None:
        """Add rows in the place of those with the same primary key. Of two in `rows` the last counts."""

    def update(self, table: str, columns: Sequence[str], set_: str, rows: Sequence[Row]) -> None:
        """Change rows by their key, the first of the columns.

        `set_` is the text behind SET, with the new values as the columns' names in braces.
        """

    def delete(self, table: str, columns: Sequence[str], rows: Sequence[Row]) -> None:
        """Delete the rows that have these values in these columns."""

    def among(self, column: str) -> str:
        """The condition that a column is among the values of one parameter, which `listed` makes."""

    def listed(self, values: Sequence[int]) -> Any:
        """Integers as one parameter."""

    def expect_version(self, floor: int, version: int) -> None:
        """Keep others from committing to a floor from here to the transaction's end.

        Raises StaleVersionError where it is at another version, at the latest when the transaction commits.
        """

    def new_ids(self, table: str, count: int) -> Sequence[int]:
        """So many ids that no other row of the table has or gets, counting up."""

    def one_at_a_time(self, what: str) -> None:
        """Wait until nobody else has said so of the same thing; it holds until the transaction's end."""

    def beside_others(self, what: str) -> None:
        """Wait until nobody does this thing one at a time; any number may say this at once."""

    def notify(self, floor: int) -> None:
        """Tell the process that looks after a floor, where the database can, once this is committed."""

    def explained(self) -> AbstractContextManager[None]:
        """Turn the database's own errors into a StoreError."""

    def transaction(self) -> AbstractContextManager[None]:
        """One write transaction: committed whole, or rolled back whole if anything raises."""

    def snapshot(self) -> AbstractContextManager[None]:
        """Several reads that see the database at one instant."""

    def flushed(self) -> AbstractContextManager[None]:
        """What is committed within, and all before it, survives a loss of power."""

    def close(self) -> None:
        """Let go of the database."""
