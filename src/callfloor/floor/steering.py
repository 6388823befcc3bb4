"""How much risk a line may bear, so that the ledger comes out at its limit and not over it.

The head-room of the ledger is what earlier answers have left to spend. More of it lets a line bear more
risk; with less than is safe the campaign dials as a progressive one does. Around that the risk which spends
what comes in is learnt, for what pacing expects is never quite what happens.
"""

from __future__ import annotations

from math import exp, sqrt

from callfloor.floor.outlook import Outlook
from callfloor.floor.units import Flag, Rate
from callfloor.floor.vocabulary import LONG_AGO

SPARE_CALLS: Rate = 4.0
SPARE_GROWTH: Rate = 0.5
"""Abandoned calls that the head-room should have room for; that grows with the root of the allowance."""

PATIENCE: Rate = 15.0
PATIENCE_GROWTH: Rate = 0.2
PATIENCE_MOST: Rate = 500.0
"""Abandoned calls over which the learnt risk moves by a factor of e: few at first, more with experience."""

BRAKE: Rate = 1.5
BRAKE_SHARE: Rate = 0.2
"""With less head-room than this, and than this share of what is to spare, no line is placed without an agent
for it: lines that ring already may bring some more."""

PURSE_MOST: Rate = 3.0
"""What is to spare, so many times, is the most that the purse holds."""

RISK_LEAST: Rate = 0.002
RISK_MOST: Rate = 0.6


def spare_calls(allowed: Rate) -> Rate:
    """The head-room at which what is learnt holds as it is: chance brings some abandoned calls at once.

    `allowed` are the calls that may be abandoned in the legal window, by the answers so far.
    """
    return SPARE_CALLS + SPARE_GROWTH * sqrt(allowed)


def fill_purse(
    outlook: Outlook, headroom: Rate, allowed: Rate, abandon_rate_max: Rate, abandoned: Flag, rolls: Flag
) -> None:
    """A live answer has been written down: what it adds to what may be spent, or takes from it.

    While nothing has left the legal window that is the head-room. From then on (`rolls`) what old days take
    with them is left out of account: a day on which little was spent would else have to be followed by one
    like it a window later, and days would differ more and more. Of each answer's allowance so much is put by
    that in the end the head-room is what is to spare.
    """
    spare = spare_calls(allowed)
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
    spare = spare_calls(allowed)
    off = min(max((headroom - spare) / spare, -2.0), 2.0)
    patience = min(PATIENCE + PATIENCE_GROWTH * allowed, PATIENCE_MOST)
    risk = outlook.risk_max * exp(off * abandon_rate_max / patience)
    outlook.risk_max = min(max(risk, RISK_LEAST), RISK_MOST)


def risk_allowed(outlook: Outlook, headroom: Rate, allowed: Rate) -> Rate:
    """The risk that a line may bear at a head-room."""
    if not outlook.steers:
        return outlook.risk_max
    spare = spare_calls(allowed)
    off = min(max((headroom - spare) / spare, -4.0), 2.0)
    return min(outlook.risk_max * exp(off), RISK_MOST)


def must_brake(outlook: Outlook, headroom: Rate, allowed: Rate) -> Flag:
    """Whether there is so little head-room that no line may be placed without an agent for it."""
    return outlook.steers and headroom < max(BRAKE, BRAKE_SHARE * spare_calls(allowed))
