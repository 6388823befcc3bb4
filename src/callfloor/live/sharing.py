"""Which floors a process should look after, given who else is there. Everybody decides by the same rule."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from callfloor.stores.port import FloorPlan, Lease, Worker


@dataclass(frozen=True, slots=True)
class Shares:
    """Who is there, and how many floors each of them looks after."""

    me: str
    free: list[int]
    total: int
    floors_of: dict[str, int]

    @classmethod
    def of(
        cls, me: str, plans: Sequence[FloorPlan], leases: Sequence[Lease], workers: Sequence[Worker]
    ) -> Shares:
        """What the database says now."""
        owner_of = {lease.floor: lease.owner for lease in leases}
        counts = Counter(owner_of.get(plan.floor, "") for plan in plans)
        free = [plan.floor for plan in plans if not owner_of.get(plan.floor)]
        takers = {worker.name: counts[worker.name] for worker in workers if worker.takes_floors}
        return cls(me, free, len(plans), takers)

    def to_take(self, left_alone: Collection[int] = (), stranded: Collection[int] = ()) -> list[int]:
        """Free floors to take now, up to this process's share of all, rounded up.

        Not those to be `left_alone`: they failed here just now. Of those that are `stranded`, free for long
        although there are others to take them, any number.
        """
        if self.me not in self.floors_of:
            return []
        share = math.ceil(self.total / len(self.floors_of))
        room = share - self.floors_of[self.me]
        wanted = [floor for floor in self.free if floor not in left_alone]
        first = [floor for floor in wanted if floor in stranded]
        return [*first, *[floor for floor in wanted if floor not in first][: max(0, room - len(first))]]

    def hands_over(self) -> bool:
        """Whether to hand one floor over: somebody has two fewer, and nobody has more.

        Nothing moves while there are free floors, which are for those who have the fewest.
        """
        mine = self.floors_of.get(self.me, 0)
        if self.free or not self.floors_of or mine - min(self.floors_of.values()) < 2:
            return False
        most = max(self.floors_of.values())
        return mine == most and self.me == min(n for n, count in self.floors_of.items() if count == most)
