"""The counts that pacing rests on: agents who are ready or logged in, answers that wait, whole lines."""

from __future__ import annotations

from callfloor.floor.records import Campaign
from callfloor.floor.units import Count, Rate


def agents_ready(campaign: Campaign) -> Count:
    """Agents who could take an answer now, in all groups that serve the campaign."""
    ready: Count = 0
    if campaign.queue is not None:
        for group in campaign.queue.groups:
            ready += group.ready
    return ready


def agents_logged_in(campaign: Campaign) -> Count:
    """Agents who are at work, in all groups that serve the campaign."""
    logged_in: Count = 0
    if campaign.queue is not None:
        for group in campaign.queue.groups:
            logged_in += group.logged_in
    return logged_in


def answers_waiting(campaign: Campaign) -> Count:
    """People who have answered and wait for an agent."""
    return 0 if campaign.queue is None else campaign.queue.waiting


def whole(lines: Rate) -> Count:
    """Whole lines of a product of rates: 4.35 x 100 is 435, though doubles make it a little less."""
    return int(lines + 1e-9)
