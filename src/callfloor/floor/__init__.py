"""The floor: every decision of a contact centre, pure. Plain here; compiled from the same text by the join.

``handle(floor, event, now) -> commands`` is the one entrance. No clock, no randomness, no input or output,
no logging, no import from outside.
"""

from __future__ import annotations

from callfloor.floor.commands import Command
from callfloor.floor.decisions import Decision
from callfloor.floor.handle import decide, handle
from callfloor.floor.learnt import Spans
from callfloor.floor.legal_window import Ledger, open_window
from callfloor.floor.lines import Line, Voicemail
from callfloor.floor.looking_ahead import reopen_outlook, restore_outlook
from callfloor.floor.matching import open_matching, open_trait, specialise
from callfloor.floor.outlook import Ages, Outlook, Sum
from callfloor.floor.published_pacing import pace_by
from callfloor.floor.published_state import PublishedPace
from callfloor.floor.records import (
    Agent,
    Call,
    Campaign,
    Event,
    Floor,
    Group,
    Lead,
    Queue,
)
from callfloor.floor.routing import let_serve, open_queue
from callfloor.floor.specialities import Matching, Trait

__all__ = [
    "Agent",
    "Ages",
    "Call",
    "Campaign",
    "Command",
    "Decision",
    "Event",
    "Floor",
    "Group",
    "Lead",
    "Ledger",
    "Line",
    "Matching",
    "Outlook",
    "PublishedPace",
    "Queue",
    "Spans",
    "Sum",
    "Trait",
    "Voicemail",
    "decide",
    "handle",
    "let_serve",
    "open_matching",
    "open_queue",
    "open_trait",
    "open_window",
    "pace_by",
    "reopen_outlook",
    "restore_outlook",
    "specialise",
]
