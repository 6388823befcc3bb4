"""Which of the carrier's events have been committed lately: the journal is asked only about old ones."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

KEPT_S = 120.0
"""For how long ids of events are remembered: an event that comes twice comes again soon."""

CARRIER_AHEAD_S = 60.0
"""How far a carrier's clock may be ahead of ours, when its time stamps are compared with ours."""


class RecentEvents:
    """Ids of events that were committed, and up to which time the journal may have others.

    Forgotten a few at a time, with every commit: dropping very many at once would keep the floor waiting.
    """

    def __init__(self) -> None:
        self.ids: set[str] = set()
        self.commits: deque[tuple[float, list[str]]] = deque()
        self.complete_from = 0.0

    def forget_before(self, now: float) -> None:
        """Of events from before now others may have been committed, by another process or long ago."""
        self.complete_from = max(self.complete_from, now + CARRIER_AHEAD_S)

    def remember(self, event_ids: Iterable[str], now: float) -> None:
        """These have been committed at `now` (UTC seconds)."""
        ids = list(event_ids)
        if ids:
            self.ids.update(ids)
            self.commits.append((now, ids))
        while self.commits and self.commits[0][0] < now - KEPT_S:
            at, old = self.commits.popleft()
            self.ids.difference_update(old)
            self.forget_before(at)
