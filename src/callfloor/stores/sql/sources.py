"""Where a claim takes its leads from, one after the other. Every function runs inside a transaction."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from callfloor.stores.list_mix import ListMix
from callfloor.stores.sql.database import Database
from callfloor.stores.sql.judging import DueLead
from callfloor.stores.sql.ordering import ActiveList

Look = Callable[[Sequence[int], int], list[DueLead]]
"""Given lists, the first so many of their due leads."""


class Source(Protocol):
    """Leads that are due, in the order in which they are to be claimed."""

    def next(self, wanted: int) -> DueLead | None:
        """The next lead, or None where none is due; `wanted` more are asked for, this one counted."""

    def taken(self) -> None:
        """The lead that came last has been claimed."""

    def close(self) -> None:
        """The claim is over: keep what the next one needs to know."""


class Due:
    """The due leads of some lists. Whatever comes out is claimed or put off before more are looked for."""

    def __init__(self, lists: Sequence[int], look: Look) -> None:
        self.lists = lists
        self.look_for = look
        self.found: deque[DueLead] = deque()
        self.dry = False  # nothing becomes due in mid-claim

    def look(self, wanted: int) -> bool:
        """Whether there is a lead; so many are looked for at once."""
        if not self.found and not self.dry:
            self.found.extend(self.look_for(self.lists, wanted))
            self.dry = not self.found
        return bool(self.found)

    def next(self, wanted: int) -> DueLead | None:
        """See Source."""
        return self.found.popleft() if self.look(wanted) else None

    def taken(self) -> None:
        """See Source."""

    def close(self) -> None:
        """See Source."""


class Mixed:
    """The due leads of a campaign's mix, each list's in its share; then those of lists that are not in it."""

    def __init__(
        self,
        db: Database,
        campaign: int,
        lists: Sequence[ActiveList],
        weights: Mapping[str, float],
        look: Look,
    ) -> None:
        self.db = db
        self.campaign = campaign
        # The campaign's next claim, another floor's too, is to know what is owed after this one.
        sql = f"SELECT list, owed FROM list_mix WHERE campaign = ? {db.lock}"
        self.mix = ListMix(weights, dict(db.rows(sql, (campaign,))))
        self.sources = {name: Due([each.id for each in lists if each.name == name], look) for name in weights}
        self.others = Due([each.id for each in lists if each.name not in weights], look)
        self.able: list[str] = []
        self.giver: str | None = None
        self.given = False

    def next(self, wanted: int) -> DueLead | None:
        """See Source."""
        self.able = [name for name, source in self.sources.items() if source.look(wanted)]
        self.giver = self.mix.next_of(self.able) if self.able else None
        return (self.others if self.giver is None else self.sources[self.giver]).next(wanted)

    def taken(self) -> None:
        """See Source."""
        if self.giver is not None:
            self.mix.give(self.giver, self.able)
            self.given = True

    def close(self) -> None:
        """See Source."""
        if self.given:
            rows = [(self.campaign, name, owed) for name, owed in self.mix.owed.items()]
            self.db.replace("list_mix", ("campaign", "list", "owed"), rows)


def source_of(
    db: Database, campaign: int, lists: Sequence[ActiveList], weights: Mapping[str, float], look: Look
) -> Source:
    """Where a campaign's leads come from; `weights` of its list mix, none where it has none."""
    if weights:
        return Mixed(db, campaign, lists, weights, look)
    return Due([each.id for each in lists], look)
