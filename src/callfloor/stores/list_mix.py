"""Which list gives the next lead, where several give in given shares; kept exactly, not by chance.

Whenever a list gives a lead, each of those that have one is owed its share of it more, and the giver a whole
one less. The next to give is the one that is owed most. So the shares hold over any stretch of leads, however
small the claims, and go on across restarts, as what is owed is kept. A list that has none due is owed nothing
meanwhile: the others give, and it does not catch up.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

DIGITS = 9
"""To so many digits debts are compared: sums of shares are not exact beyond."""


class ListMix:
    """The lists of a campaign's mix by name, with their weights and what each is owed, in leads."""

    def __init__(self, weights: Mapping[str, float], owed: Mapping[str, float]) -> None:
        self.weights = weights
        self.owed = {name: owed.get(name, 0.0) for name in weights}

    def next_of(self, able: Collection[str]) -> str:
        """The list to give the next lead, of those that have one; of equals the one named first."""
        total = self.total(able)
        return max(
            (name for name in self.weights if name in able),
            key=lambda name: round(self.owed[name] + self.weights[name] / total, DIGITS),
        )

    def give(self, name: str, able: Collection[str]) -> None:
        """The list has given a lead, when these had one."""
        total = self.total(able)
        for each in able:
            self.owed[each] += self.weights[each] / total
        self.owed[name] -= 1.0

    def total(self, able: Collection[str]) -> float:
        """The weights of those lists together."""
        return sum(self.weights[name] for name in self.weights if name in able)
