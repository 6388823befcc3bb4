"""What one step changes: events handed to the floor, their commands turned into rows and things to say."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from callfloor.floor.eligibility import number_free_at
from callfloor.floor.vocabulary import (
    ABANDONED,
    AGENT_SKIPPED,
    BRIDGE,
    CALL_BACK,
    CALL_BRIDGED,
    CLAIM_LEADS,
    DISPOSE,
    EXPLAIN,
    HANG_UP,
    HELD_NAMES,
    LEAD_CLAIMED,
    LEADS_CLAIMED,
    LONG_AGO,
    NUMBER_BAR,
    NUMBER_DROP,
    PLACE_CALL,
    PLAY,
    RECORD,
    REPORT,
    RETURN_LEAD,
    SET_TIMER,
    SHOW_LEAD,
)
from callfloor.live.image import call_text, floor_text
from callfloor.live.observer import DialDecision
from callfloor.live.resident import OF_AGENT, OF_CALL, OF_CAMPAIGN, Resident
from callfloor.live.rows import AGENT, CAMPAIGN, LEAD, command_values, encode, event_text
from callfloor.live.settings import FloorSettings
from callfloor.live.supply import Supply, made_up
from callfloor.stores.port import (
    CallRecord,
    Changes,
    Claim,
    ClaimTerms,
    DisposedCall,
    FloorTransaction,
    JournalEntry,
    OutboxEntry,
    ReturnedLead,
)

Note = tuple[str, tuple[Any, ...]]
"""A method of Observer and its arguments, to be called once the step is committed."""

CLAIMED_AT_ONCE = 32
"""Leads of a step's first claim, for which every call waits. It claims as many again, where it needs more."""

CONFIGURED = -1
"""The kind of a journal entry that holds settings."""


def finite(value: float) -> float | None:
    """A time as a column has it: None where it has not come."""
    return value if math.isfinite(value) else None


class Batch:
    """The changes of one step of a resident floor, gathered until they are written."""

    def __init__(
        self,
        resident: Resident,
        settings: FloorSettings,
        campaign_ids: list[int],
        terms: Sequence[ClaimTerms],
        transaction: FloorTransaction,
        supply: Supply | None,
    ) -> None:
        self.resident = resident
        self.settings = settings
        self.campaign_ids = campaign_ids
        self.terms = terms
        self.transaction = transaction
        self.supply = supply
        self.changes = Changes()
        self.notes: list[Note] = []
        self.claims: list[tuple[int, int]] = []
        self.claimed = 0
        self.event_ids: dict[str, None] = {}
        # By identity: a lead given back may be claimed again in the same step, as another record. The records
        # are kept, or the new one could be where the old one was.
        self.gone: dict[int, Any] = {}

    def take(self, event: Any, event_id: str | None, now: float) -> None:
        """Hand one event to the floor; a claim that it makes is answered at once, in the same transaction."""
        self.decide(event, event_id, now)
        while self.claims:
            campaign, count = self.claims.pop(0)
            self.answer_claim(campaign, count, now)

    def decide(self, event: Any, event_id: str | None, now: float) -> None:
        """Ask the floor, journal the question and the answer, and turn the answer into rows."""
        resident = self.resident
        floor = resident.floor
        resident.runtime.decide(floor, event, now)
        kind = event.kind
        self.notes.append(("about", (resident.seq + 1, event_id)))
        if kind <= AGENT_SKIPPED and event.agent >= 0:
            agent = resident.agent_names[event.agent]
            self.notes.append(("agent_event", (floor.now, agent, kind, event.code)))
        commands = floor.commands
        values = []
        for i in range(floor.sent):
            command = commands[i]
            values.append(command_values(command))
            OBEY[command.do](self, command)
        resident.seq += 1
        self.changes.journal.append(
            JournalEntry(
                resident.seq, floor.now, event.kind, event_text(event), encode(values).decode(), event_id
            )
        )
        if kind == CALL_BRIDGED and event.call >= 0:
            self.note_connection(floor.calls[event.call], floor.now)

    def note_connection(self, call: Any, now: float) -> None:
        """Tell of a conversation that has just begun."""
        if call.connected_at == now and call.agent is not None:
            name = self.resident.agent_name(call.agent)
            self.notes.append(("connected", (now, call.attempt, self.e164_of(call.lead), name)))

    def e164_of(self, lead: Any) -> int:
        """The digits of a lead's number."""
        return self.resident.e164.get(lead.number, 0)

    def ask_for_leads(self, command: Any) -> None:
        """Note a claim; it is answered when the event has been dealt with."""
        self.claims.append((command.campaign.id, command.count))

    def report(self, command: Any) -> None:
        """Tell of an abnormal condition."""
        attempt = 0 if command.call is None else command.call.attempt
        agent = self.resident.agent_name(command.agent)
        now = self.resident.floor.now
        found = (now, command.code, command.event, command.found, attempt, agent)
        self.notes.append(("abnormal", found))

    def set_timer(self, command: Any) -> None:
        """Remember when the floor wants to be asked again."""
        if command.call is not None:
            self.resident.set_timer(command.at, OF_CALL, command.call.id)
        elif command.agent is not None:
            self.resident.set_timer(command.at, OF_AGENT, command.agent.id)
        elif command.campaign is not None:
            self.resident.set_timer(command.at, OF_CAMPAIGN, command.campaign.id)

    def post(self, command: Any) -> None:
        """Put a command for the carrier into the outbox, and tell of a hang-up."""
        call, bridges = command.call, command.do == BRIDGE
        agent = self.resident.agent_name(command.agent)
        # One that comes late would take the person from whoever has them by then, or an agent from their next
        # call. It is stale well before the floor gives it up: clocks of processes differ.
        not_after = self.resident.floor.now + call.campaign.bridge_within_s / 2 if bridges else math.inf
        self.add_to_outbox(call.attempt, [command.do, call.id, agent, call.campaign.id], not_after)
        if command.do == HANG_UP:
            now = self.resident.floor.now
            self.notes.append(("hung_up", (now, call.attempt, self.e164_of(call.lead))))

    def place(self, command: Any) -> None:
        """Put the dial into the outbox and the attempt on record."""
        call, lead, campaign = command.call, command.lead, command.campaign
        self.resident.name_call(call)
        e164 = self.e164_of(lead)
        self.add_to_outbox(call.attempt, [PLACE_CALL, call.id, campaign.id, e164, lead.number], command.at)
        free_at = call.placed_at + campaign.cooldown_s
        self.changes.placed.append((lead.number, call.placed_at, free_at))
        self.changes.records.append(self.record_of(call))
        agent = self.resident.agent_name(command.agent)
        self.notes.append(("placed", (call.placed_at, call.attempt, e164, agent)))

    def show(self, command: Any) -> None:
        """Tell that an agent is shown a lead."""
        self.notes.append(
            (
                "lead_shown",
                (
                    self.resident.floor.now,
                    self.resident.agent_name(command.agent),
                    command.lead.id,
                    self.e164_of(command.lead),
                    self.settings.campaigns[command.campaign.id].name,
                    command.at,
                ),
            )
        )

    def add_to_outbox(self, attempt: int, values: list[Any], not_after: float) -> None:
        """Add a command for the carrier."""
        self.resident.outbox_seq += 1
        entry = OutboxEntry(self.resident.outbox_seq, attempt, encode(values).decode(), not_after)
        self.changes.outbox.append(entry)

    def give_back(self, command: Any) -> None:
        """Note what becomes of a lead."""
        lead, campaign = command.lead, command.campaign
        self.gone[id(lead)] = lead
        free_at = 0.0
        if command.code >= 0 and campaign.cooldown_after_s:
            free_at = number_free_at(campaign, lead, command.code, self.resident.floor.now)
        self.changes.returned.append(
            ReturnedLead(
                lead.id,
                lead.number,
                lead.attempts,
                lead.failures,
                command.code,
                command.at,
                command.count == 1,
                free_at,
                None if command.agent is None else command.agent.id,
                lead.other_numbers > 0,
            )
        )

    def record(self, command: Any) -> None:
        """Write down a finished attempt."""
        call = command.call
        record = self.record_of(call)
        self.changes.records.append(record)
        if call.outcome == ABANDONED:
            # The number may have been given back already: a person can answer when the call is closed.
            free_at = number_free_at(call.campaign, call.lead, ABANDONED, self.resident.floor.now)
            self.changes.rested.append((call.lead.number, free_at))
        agent = self.resident.agent_name(command.agent)
        self.notes.append(("recorded", (record, self.e164_of(call.lead), agent)))

    def dispose(self, command: Any) -> None:
        """Write down what an agent has said of a call."""
        disposition = self.name_of_disposition(command.campaign.id, command.code)
        disposed = DisposedCall(
            attempt=command.count,
            disposition=disposition,
            due_at=None if command.at == LONG_AGO else command.at,
            drop_number=command.found in (NUMBER_DROP, NUMBER_BAR),
            bar_number=command.found == NUMBER_BAR,
            said_at=self.resident.floor.now,
            said_by=self.resident.agent_name(command.agent),
            agent=command.agent.id if command.found == CALL_BACK else None,
        )
        self.changes.disposed.append(disposed)
        agent = self.resident.agent_name(command.agent)
        self.notes.append(("disposed", (self.resident.floor.now, command.count, agent, disposition)))

    def name_of_disposition(self, campaign: int, code: int) -> str:
        """A disposition by its name in the settings, where they have it still."""
        known = self.settings.campaigns[campaign].dispositions
        return known[code].name if code < len(known) else str(code)

    def record_of(self, call: Any) -> CallRecord:
        """The attempt's row as it stands."""
        return CallRecord(
            attempt=call.attempt,
            campaign=self.campaign_ids[call.campaign.id],
            lead=call.lead.id,
            number=call.lead.number,
            agent=None if call.agent is None else call.agent.id,
            outcome=call.outcome,
            placed_at=call.placed_at,
            answered_at=finite(call.answered_at),
            connected_at=finite(call.connected_at),
            ended_at=finite(call.ended_at),
            disposition=(
                None if call.disposition < 0 else self.name_of_disposition(call.campaign.id, call.disposition)
            ),
        )

    def explain(self, command: Any) -> None:
        """Tell why a campaign dialled or held back."""
        told = command.decision
        decision = DialDecision(
            campaign=self.settings.campaigns[command.campaign.id].name,
            ready=told.ready,
            ringing=told.ringing,
            wanted=told.wanted,
            placed=told.placed,
            held_by=HELD_NAMES[told.held_by],
            leads=told.leads,
            expected_answers=told.expected_answers,
            headroom=told.headroom,
            risk=told.risk,
            risk_max=told.risk_max,
            answer_rate=told.answer_rate,
        )
        self.notes.append(("decided", (self.resident.floor.now, decision)))

    def answer_claim(self, campaign: int, count: int, now: float) -> None:
        """Claim leads in the store and tell the floor; both are of one transaction, so none can be lost."""
        resident = self.resident
        # The floor asks again for what is still missing, as long as it is less than half of what it wants.
        at_once = max(CLAIMED_AT_ONCE, self.claimed)
        claim = self.claim(campaign, min(count, at_once), resident.floor.now)
        self.claimed += len(claim.leads)
        for found in claim.leads:
            resident.e164[found.number] = found.e164
            event = resident.runtime.Event(
                kind=LEAD_CLAIMED,
                campaign=campaign,
                lead=found.lead,
                number=found.number,
                attempts=found.attempts,
                failures=found.failures,
                last_attempt_at=found.last_attempt_at,
                count=found.other_numbers,
                agent=found.agent,
                due_at=found.appointment_at,
                lawful_from=found.lawful_from,
                lawful_until=found.lawful_until,
                allowed_from=found.allowed_from,
                attempts_left=found.attempts_left,
            )
            self.decide(event, None, now)
        event = resident.runtime.Event(
            kind=LEADS_CLAIMED,
            campaign=campaign,
            count=len(claim.leads),
            due_at=claim.due_at,
            value=claim.appointment_at if math.isfinite(claim.appointment_at) else 0.0,
        )
        self.decide(event, None, now)

    def claim(self, campaign: int, count: int, now: float) -> Claim:
        """Claim leads; where there are too few and numbers can be made up, make some up first."""
        # Leads given back in this very step must be there to be claimed.
        self.flush_returned()
        stored, terms = self.campaign_ids[campaign], self.terms[campaign]
        claim = self.transaction.claim(stored, count, now, terms)
        missing = count - len(claim.leads)
        if not missing or self.supply is None:
            return claim
        self.transaction.add_leads(stored, made_up(self.supply, missing, terms, now))
        more = self.transaction.claim(stored, missing, now, terms)
        return Claim([*claim.leads, *more.leads], more.due_at, more.appointment_at)

    def flush_returned(self) -> None:
        """Write the leads given back so far."""
        if self.changes.returned:
            self.transaction.give_back(self.changes.returned)
            self.changes.returned = []

    def close(self, sent_up_to: int) -> Changes:
        """Add the rows of every record that has changed; the changes are complete then."""
        floor, names, changes = self.resident.floor, self.resident.agent_names, self.changes
        changes.state = floor_text(floor)
        changes.sent_up_to = sent_up_to
        for agent in floor.changed_agents:
            agent.changed = False
            changes.agents.append((agent.id, names[agent.id], AGENT.text(agent)))
        for campaign in floor.changed_campaigns:
            campaign.changed = False
            row = CAMPAIGN.text(campaign)
            changes.campaigns.append((campaign.id, self.campaign_ids[campaign.id], row))
            changes.arrays += self.resident.pieces_changed(campaign)
        for call in floor.changed_calls:
            call.changed = False
            changes.calls.append((call.id, call_text(call)))
        for lead in floor.changed_leads:
            lead.changed = False
            if id(lead) not in self.gone:
                changes.leads.append((lead.id, LEAD.text(lead)))
        for records in (
            floor.changed_agents,
            floor.changed_campaigns,
            floor.changed_calls,
            floor.changed_leads,
        ):
            records.clear()
        return changes

    def touch(self, record: Any, changed: list[Any]) -> None:
        """Have a record's row written although no event has changed it."""
        if not record.changed:
            record.changed = True
            changed.append(record)


OBEY: Mapping[int, Callable[[Batch, Any], None]] = {
    SET_TIMER: Batch.set_timer,
    BRIDGE: Batch.post,
    HANG_UP: Batch.post,
    PLAY: Batch.post,
    EXPLAIN: Batch.explain,
    PLACE_CALL: Batch.place,
    RETURN_LEAD: Batch.give_back,
    RECORD: Batch.record,
    DISPOSE: Batch.dispose,
    CLAIM_LEADS: Batch.ask_for_leads,
    REPORT: Batch.report,
    SHOW_LEAD: Batch.show,
}
"""What is done for each command: it is turned into what must be written, sent or told."""
