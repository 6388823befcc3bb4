"""What a function that is woken by queues asks of a database beside its floors' steps."""

from __future__ import annotations

from collections.abc import Sequence

from callfloor.stores.sql import floors, poison
from callfloor.stores.sql.database import Database


class QueueTables:
    """Floors by their names, and messages that were set aside; part of SqlStore."""

    db: Database

    def find_floor(self, name: str) -> int | None:
        """The id of the floor of that name; None where there is none, and none is made."""
        with self.db.explained():
            return floors.find_floor(self.db, name)

    def latest_settings(self, floor: int) -> tuple[int, str] | None:
        """The place in the journal of the floor's latest settings and their text; None: never configured."""
        with self.db.explained():
            return floors.latest_settings(self.db, floor)

    def has_unsent(self, floor: int) -> bool:
        """Whether the floor has commands whose sending is not known to be over."""
        with self.db.explained():
            return floors.has_unsent(self.db, floor)

    def set_aside(self, message: poison.SetAside) -> None:
        """Keep a message that could not be taken, once for each source."""
        with self.db.explained(), self.db.transaction():
            poison.set_aside(self.db, message)

    def set_aside_of(self, sources: Sequence[str]) -> list[poison.SetAside]:
        """Those messages, by their sources, that were set aside."""
        with self.db.explained():
            return poison.set_aside_of(self.db, sources)

    def drop_set_aside(self, sources: Sequence[str]) -> None:
        """Delete messages that were set aside."""
        with self.db.explained(), self.db.transaction():
            poison.drop_set_aside(self.db, sources)

    def begin_try(self, source: str) -> int:
        """Note that a message is begun; return how often it has been, this time included, and never ended."""
        with self.db.explained(), self.db.transaction():
            return poison.begin_try(self.db, source)

    def end_try(self, source: str) -> None:
        """Note that a message was ended, however that went."""
        with self.db.explained(), self.db.transaction():
            poison.end_try(self.db, source)

    def all_set_aside(self) -> list[poison.SetAside]:
        """Every message that was set aside, in order."""
        with self.db.explained():
            return poison.all_set_aside(self.db)
