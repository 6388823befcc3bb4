"""The sheet of calls: every call of the first replication, in the order in which they end."""

from __future__ import annotations

from callfloor.reports.workbook_sheet import ROWS_MOST, SECONDS, TEXT, WHOLE, Book, tell_cut
from callfloor.scenario import Scenario
from callfloor.sim.call_rows import CallRow

COLUMNS = (
    ("way", TEXT, 10, "in: it came in. callback: a voicemail was returned. out: an attempt of a campaign."),
    ("queue or campaign", TEXT, 22, ""),
    ("person", WHOLE, 10, "The number of the caller or the lead, from 1."),
    ("attempt", WHOLE, 10, "How often they have called, or been called, with this one."),
    ("agent", TEXT, 22, "Group and number, from 1: who talked, or whose the voicemail or the attempt is."),
    ("outcome", TEXT, 16, ""),
    ("placed [s]", SECONDS, 14, "When it came in or was placed, from the run's start."),
    ("answered [s]", SECONDS, 14, "When an agent and the person were connected."),
    ("ended [s]", SECONDS, 14, ""),
    ("wait [s]", SECONDS, 12, "From when it came in or was placed until it was answered, or else ended."),
    ("talk [s]", SECONDS, 12, ""),
)
ROOM = ROWS_MOST - 1
KINDS = tuple(kind for _, kind, _, _ in COLUMNS)


class CallsSheet:
    """The sheet, which takes call by call as long as there is room."""

    def __init__(self, book: Book, scenario: Scenario) -> None:
        self.sheet = book.sheet("Calls")
        self.agents = [
            f"{group.name}/{number}" for group in scenario.groups for number in range(1, group.agents + 1)
        ]
        self.cut = False
        self.sheet.fit()
        self.sheet.widths(*(width for _, _, width, _ in COLUMNS))
        self.sheet.head([name for name, _, _, _ in COLUMNS], KINDS)
        for column, (_, _, _, text) in enumerate(COLUMNS):
            if not column:
                text = (
                    f"Calls of the first replication in the order in which they end, those of the warm-up "
                    f"too, up to {ROOM:,}: a sheet has no room for more. {text}"
                )
            if text:
                self.sheet.note(column, text)
        self.sheet.freeze()

    def take(self, call: CallRow) -> None:
        """Write a call."""
        if self.sheet.full:
            self.cut = True
            return
        until_s = call.ended_s if call.connected_s is None else call.connected_s
        values = (
            *(call.way, call.queue, call.person, call.attempt),
            None if call.agent is None else self.agents[call.agent],
            *(call.outcome, call.placed_s, call.connected_s, call.ended_s, until_s - call.placed_s),
            None if call.connected_s is None else call.ended_s - call.connected_s,
        )
        self.sheet.add(zip(values, KINDS, strict=True))

    def close(self) -> None:
        """All calls have been taken."""
        self.sheet.filter(0, len(COLUMNS))
        if self.cut:
            tell_cut(self.sheet.name, f"the first {ROOM:,} calls")
