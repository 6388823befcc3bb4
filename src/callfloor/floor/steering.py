"""How much risk a line may bear, so that the ledger comes out at its limit and not over it.

The head-room of the ledger is what earlier answers have left to spend. More of it lets a line bear more
risk; with less than is safe the campaign dials as a progressive one does. Around that the risk which spends
what comes in is learnt, for what pacing expects is never quite what happens.
"""

from __future__ import annotations

from math import exp, sqrt

from callfloor.floor.outlook import FEW, Outlook
from callfloor.floor.units import Flag, Rate
from callfloor.floor.vocabulary import LONG_AGO

SPARE_CALLS: Rate = 4.0
SPARE_GROWTH: Rate = 0.5
SPARE_OF_AGENT: Rate = 0.03
"""Abandoned calls that the head-room should have room for; that grows with the root of the allowance. With
many agents it is so many for each at least, since answers that are on their way are as many."""

PATIENCE: Rate = 15.0
PATIENCE_GROWTH: Rate = 0.2
PATIENCE_MOST: Rate = 500.0
PATIENCE_OF_AGENT: Rate = 0.1
"""Abandoned calls over which the learnt risk moves by a factor of e: few at first, more with experience.
With many agents it is so many for each at least: by the time that lines placed now have come to something,
each agent may have had an answer."""

BRAKE: Rate = 1.5
BRAKE_SHARE: Rate = 0.2
"""With less head-room than this, and than this share of what is to spare, no line is placed without an agent
for it: lines that ring already may bring some more."""

PURSE_MOST: Rate = 3.0
"""What is to spare, so many times, is the most that the purse holds."""

RISK_LEAST: Rate = 0.002
RISK_MOST: Rate = 0.6
RISK_MOST_OF_MANY: Rate = 0.45
"""The least and the most that a line may bear. With many agents it is less than a risk of one horizon of two:
where all are busy at the one for certain and free at the other, thousands of lines would bear no more."""


def spare_calls(outlook: Outlook, allowed: Rate) -> Rate:
    """The head-room at which what is learnt holds as it is: chance brings some abandoned calls at once.

    `allowed` are the calls that may be abandoned in the legal window, by the answers so far.
    """
    return max(SPARE_CALLS + SPARE_GROWTH * sqrt(allowed), SPARE_OF_AGENT * outlook.agents)


def fill_purse(
    outlook: Outlook, headroom: Rate, allowed: Rate, abandon_rate_max: Rate, abandoned: Flag, rolls: Flag
) -> None:
    """A live answer has been written down: what it adds to what may be spent, or takes from it.

    While nothing has left the legal window that is the head-room. From then on (`rolls`) what old days take
    with them is left out of account: a day on which little was spent would else have to be followed by one
    like it a window later, and days would differ more and more. Of each answer's allowance so much is put by
    that in the end the head-room is what is to spare.
    """
    spare = spare_calls(outlook, allowed)
    if not rolls:
        outlook.purse = headroom
        return
    if outlook.purse == LONG_AGO:
        outlook.purse = min(headroom, spare)
    put_by = min(spare / max(allowed, spare), 1.0)
    spent = 1.0 if abandoned else 0.0
    outlook.purse = min(outlook.purse + abandon_rate_max * (1.0 - put_by) - spent, PURSE_MOST * spare)


def room_to_spend(outlook: Outlook, headroom: Rate) -> Rate:
    """The head-room that pacing goes by: what is in the purse, and less where there is little head-room."""
    if outlook.purse == LONG_AGO:
        return headroom
    return min(outlook.purse, 2.0 * headroom)


def steer(outlook: Outlook, headroom: Rate, allowed: Rate, abandon_rate_max: Rate) -> None:
    """A live answer has been written down: learn from the head-room that is left."""
    if not outlook.steers:
        return
    spare = spare_calls(outlook, allowed)
    off = min(max((headroom - spare) / spare, -2.0), 2.0)
    patience = max(
        min(PATIENCE + PATIENCE_GROWTH * allowed, PATIENCE_MOST), PATIENCE_OF_AGENT * outlook.agents
    )
    risk = outlook.risk_max * exp(off * abandon_rate_max / patience)
    outlook.risk_max = min(max(risk, RISK_LEAST), RISK_MOST)


def risk_allowed(outlook: Outlook, headroom: Rate, allowed: Rate) -> Rate:
    """The risk that a line may bear at a head-room."""
    if not outlook.steers:
        return outlook.risk_max
    spare = spare_calls(outlook, allowed)
    off = min(max((headroom - spare) / spare, -4.0), 2.0)
    return min(outlook.risk_max * exp(off), RISK_MOST if outlook.agents <= FEW else RISK_MOST_OF_MANY)


def must_brake(outlook: Outlook, headroom: Rate, allowed: Rate) -> Flag:
    """Whether there is so little head-room that no line may be placed without an agent for it."""
    return outlook.steers and headroom < max(BRAKE, BRAKE_SHARE * spare_calls(outlook, allowed))
