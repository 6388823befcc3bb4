"""Appointments: a person is called at the time that they wanted, by the agent whom they talked to.

The lead waits for that agent beside the campaign's other leads, and goes before all of them when the agent is
ready. Who is not ready for too long loses it to whoever is.
"""

from __future__ import annotations

from callfloor.floor.agents import move_agent
from callfloor.floor.appointment_lists import pop_appointment
from callfloor.floor.commands import touch_campaign, touch_lead
from callfloor.floor.dialing import refuse_lead, wake_at
from callfloor.floor.eligibility import eligibility
from callfloor.floor.previews import line_free_at, ring_for, show_lead
from callfloor.floor.records import Agent, Floor, Lead
from callfloor.floor.units import Flag, Seconds
from callfloor.floor.vocabulary import ELIGIBLE, NEVER, PREVIEW, READY, RESERVE


def keep_appointments(floor: Floor, now: Seconds) -> None:
    """Have every ready agent call the first person who waits for them; give away who waits too long."""
    for agent in floor.agents:
        while agent.first_appointment is not None and keep_first(floor, agent, agent.first_appointment, now):
            pass


def keep_first(floor: Floor, agent: Agent, lead: Lead, now: Seconds) -> Flag:
    """Do what is due about an agent's first appointment; whether the next one is to be looked at."""
    campaign = lead.campaign
    if campaign is None or not campaign.running:
        return False
    lost_at = lead.appointment_at + campaign.appointment_grace_s
    if now >= lost_at:
        pop_appointment(floor, agent)
        lead.owner = None
        lead.appointment_at = NEVER
        campaign.push_lead_first(lead)
        # It may be the only lead, and nothing else would have the campaign look at it.
        campaign.thirsty = True
        touch_lead(floor, lead)
        touch_campaign(floor, campaign)
        return True
    free_at = line_free_at(campaign, now) if now < campaign.registry_until else lost_at
    if agent.state != READY or free_at > now:
        wake_at(floor, campaign, lost_at if agent.state != READY else min(free_at, lost_at))
        return False
    pop_appointment(floor, agent)
    refusal = eligibility(campaign, lead, now)
    if refusal != ELIGIBLE:
        refuse_lead(floor, campaign, lead, refusal, now)
        return True
    if campaign.mode == PREVIEW:
        show_lead(floor, campaign, agent, lead, now)
    elif move_agent(floor, agent, RESERVE, now) == 0:
        ring_for(floor, campaign, agent, lead, now)
    return True
