"""The sheets about consumers: who they are, whom agents specialise in, and who talked to whom how often."""

from __future__ import annotations

from array import array
from itertools import islice
from typing import Any

from callfloor.reports.workbook_sheet import ROWS_MOST, TEXT, WHOLE, Book, Sheet, tell_cut
from callfloor.scenario import Scenario
from callfloor.sim.call_rows import CallRow
from callfloor.sim.consumers import consumers_of, specialists_of

CUSTOMER_HEADS = (
    *("id", "age", "state", "phone number"),
    *("number of kids", "number of cars", "housing status", "household income"),
)
AGENT_HEADS = ("id", "age", "state", "housing status", "household income")
CUSTOMER_REPORT_HEADS = ("customer_id", "call received")
AGENT_REPORT_HEADS = ("agent_id", "call received", "voicemail left")
AGENT_REPORT_AT = 5

ROOM = ROWS_MOST - 1
"""How many people have a row: the first one has the names of columns."""

FIRST = "Of the first replication."


class Received:
    """How often calls reached consumers and agents, counted call by call."""

    def __init__(self, scenario: Scenario) -> None:
        assert scenario.consumers is not None
        self.customers = array("q", bytes(8 * scenario.consumers.count))
        agents = sum(group.agents for group in scenario.groups)
        self.agents, self.voicemails = (array("q", bytes(8 * agents)) for _ in range(2))

    def take(self, call: CallRow) -> None:
        """Count a call that is over."""
        if call.way == "callback" and call.connected_s is not None:
            self.customers[call.person - 1] += 1
        elif call.way == "in" and call.agent is not None:
            if call.connected_s is not None:
                self.agents[call.agent] += 1
            elif call.outcome == "left_voicemail":
                self.voicemails[call.agent] += 1


def write_customers(book: Book, runtime: Any, scenario: Scenario, replication: int) -> None:
    """Write who calls in."""
    assert scenario.consumers is not None
    sheet = book.sheet("Customers")
    kinds = (WHOLE, WHOLE, TEXT, TEXT, WHOLE, WHOLE, TEXT, WHOLE)
    sheet.fit()
    sheet.widths(11, 9, 9, 19, 19, 19, 17, 22)
    sheet.head(CUSTOMER_HEADS, kinds)
    sheet.note(0, f"{FIRST} The numbers are made up: they may be somebody's.")
    sheet.freeze()
    for each in islice(consumers_of(runtime, scenario, replication), ROOM):
        values = (
            *(each.id, each.age, each.state, phone_text(each.number), each.kids, each.cars),
            *(_housing(each.owns), each.income),
        )
        sheet.add(zip(values, kinds, strict=True))
    sheet.filter(0, len(CUSTOMER_HEADS))
    if scenario.consumers.count > ROOM:
        tell_cut(sheet.name, f"{ROOM:,} of {scenario.consumers.count:,} consumers")


def write_agents(book: Book, runtime: Any, scenario: Scenario, replication: int) -> None:
    """Write whom agents specialise in."""
    sheet = book.sheet("Agents")
    kinds = (WHOLE, *(TEXT,) * 4)
    sheet.fit()
    sheet.widths(11, 11, 44, 17, 20)
    sheet.head(AGENT_HEADS, kinds)
    sheet.note(0, f"{FIRST} Whom an agent specialises in: ranges have both ends.")
    sheet.freeze()
    for each in islice(specialists_of(runtime, scenario, replication), ROOM):
        low, high = each.age
        poor, rich = each.income
        values = (
            *(each.id, f"{low}-{high}", ", ".join(each.states), _housing(each.owns)),
            f"{poor}-{rich}",
        )
        sheet.add(zip(values, kinds, strict=True))
    sheet.filter(0, len(AGENT_HEADS))


def write_reports(sheet: Sheet, received: Received) -> None:
    """Write how often each consumer and each agent was called. Two tables have no filter in common."""
    sheet.fit()
    sheet.widths(14, 16)
    sheet.widths(14, 16, 16, at=AGENT_REPORT_AT)
    sheet.head(CUSTOMER_REPORT_HEADS, (WHOLE,) * 2, filtered=False)
    sheet.head(AGENT_REPORT_HEADS, (WHOLE,) * 3, AGENT_REPORT_AT, filtered=False)
    sheet.note(1, f"{FIRST} Callbacks that reached the customer.")
    sheet.note(AGENT_REPORT_AT + 1, f"{FIRST} Calls that came in and that the agent answered.")
    sheet.note(AGENT_REPORT_AT + 2, f"{FIRST} Voicemails that were left for the agent.")
    sheet.freeze()
    customers, agents = len(received.customers), len(received.agents)
    for place in range(min(ROOM, max(customers, agents))):
        if place < agents:
            theirs = (place + 1, received.agents[place], received.voicemails[place])
            sheet.put(((value, WHOLE) for value in theirs), at=AGENT_REPORT_AT)
        if place < customers:
            sheet.put(((place + 1, WHOLE), (received.customers[place], WHOLE)))
        sheet.skip()


def phone_text(number: int) -> str:
    """Return an American number in its international form: "+1 212 555 0100"."""
    text = f"{number:011}"
    return f"+{text[0]} {text[1:4]} {text[4:7]} {text[7:]}"


def _housing(owns: bool) -> str:
    return "own" if owns else "rent"
