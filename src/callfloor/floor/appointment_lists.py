"""Leads that wait for an agent of their own, with whom the person has an appointment."""

from __future__ import annotations

from callfloor.floor.commands import send_return_lead
from callfloor.floor.records import Agent, Campaign, Floor, Lead
from callfloor.floor.units import Count, Id, Seconds
from callfloor.floor.vocabulary import NEVER, NO_OUTCOME


def push_appointment(floor: Floor, agent: Agent, lead: Lead) -> None:
    """Put a claimed lead at the end of those that wait for an agent."""
    lead.next = None
    if agent.last_appointment is None:
        agent.first_appointment = lead
    else:
        agent.last_appointment.next = lead
    agent.last_appointment = lead
    floor.appointments += 1


def pop_appointment(floor: Floor, agent: Agent) -> Lead | None:
    """Take the first of the leads that wait for an agent, or None where there is none."""
    lead = agent.first_appointment
    if lead is not None:
        agent.first_appointment = lead.next
        if agent.first_appointment is None:
            agent.last_appointment = None
        lead.next = None
        floor.appointments -= 1
    return lead


def return_appointments(floor: Floor, campaign: Campaign) -> None:
    """Give back a campaign's appointments: they are kept when it goes on, or by another floor."""
    for agent in floor.agents:
        for _ in range(count_appointments(agent)):
            lead = pop_appointment(floor, agent)
            if lead is None:
                break
            if lead.campaign is campaign:
                send_return_lead(floor, lead, NO_OUTCOME, lead.appointment_at, False)
            else:
                push_appointment(floor, agent, lead)


def bar_appointments(floor: Floor, number: Id, now: Seconds) -> None:
    """Give back the appointments on a number that has been barred."""
    for agent in floor.agents:
        for _ in range(count_appointments(agent)):
            lead = pop_appointment(floor, agent)
            if lead is None:
                break
            if lead.number == number:
                lead.barred = True
                due_at = now if lead.other_numbers > 0 else NEVER
                send_return_lead(floor, lead, NO_OUTCOME, due_at, True)
            else:
                push_appointment(floor, agent, lead)


def count_appointments(agent: Agent) -> Count:
    """How many leads wait for an agent."""
    count: Count = 0
    lead = agent.first_appointment
    while lead is not None:
        count += 1
        lead = lead.next
    return count
