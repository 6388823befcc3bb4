"""Which of the carrier's events have been committed lately: the journal is asked only about old ones."""

from __future__ import annotations

from collections.abc import Iterable

RECENT_EVENT_IDS = 200_000
"""How many ids are remembered."""

CARRIER_AHEAD_S = 60.0
"""How far a carrier's clock may be ahead of ours, when its time stamps are compared with ours."""


class RecentEvents:
    """Ids of events that were committed, and up to which time the journal may have others."""

    def __init__(self) -> None:
        self.ids: dict[str, None] = {}
        self.complete_from = 0.0

    def forget_before(self, now: float) -> None:
        """Of events from before now others may have been committed, by another process or long ago."""
        self.complete_from = now + CARRIER_AHEAD_S

    def remember(self, event_ids: Iterable[str], now: float) -> None:
        """These have been committed."""
        self.ids.update(dict.fromkeys(event_ids))
        if len(self.ids) > 2 * RECENT_EVENT_IDS:
            self.ids = dict.fromkeys(list(self.ids)[-RECENT_EVENT_IDS:])
            self.forget_before(now)
