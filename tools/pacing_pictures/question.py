"""One decision: how many agents will be busy when somebody answers, and how many lines may be added."""

from __future__ import annotations

from collections.abc import Sequence

from callfloor.floor.looking_ahead import chance_busy
from callfloor.floor.outlook import AGES, HORIZONS, Outlook
from callfloor.floor.records import Campaign
from callfloor.floor.vocabulary import READY, WRAP_UP
from callfloor.reports.ticks import Tick, percent_ticks
from callfloor.runtimes import load
from callfloor.scenario import load_scenario
from callfloor.sim.build import build, plan_of
from tools.pacing_pictures.panels import Panel, picture
from tools.pacing_pictures.runs import risk_allowed_now

AGENTS = 20
TAKEN_AT_S = 1800.0
LINES_TRIED = 9
PLACED = (3, 5)
"""So many lines are placed at the moment."""

RISK_TO_SEE = 0.004
"""With none of them an answer bears so much risk at least: a part of the picture that can be seen."""

BAR = 0.42
"""Half the width of a bar."""


def question() -> str:
    """The picture."""
    campaign, placed = a_moment()
    outlook = campaign.outlook
    assert outlook is not None
    risks = risks_of_lines(campaign, outlook, placed)
    allowed = risk_allowed_now(campaign)
    ready = outlook.agents - len(busy_agents(campaign))
    panels = [now_busy(busy_by_lines(campaign, outlook, placed, 0), outlook.agents), lines(risks, allowed)]
    description = (
        f"{outlook.agents} agents, {ready} of them ready, {campaign.placed - placed} lines ring. With no "
        f"more lines an answer finds all agents busy with a chance of {risks[0]:.2%}; with each line more "
        f"that grows. {allowed:.2%} is allowed, so {placed} lines are placed."
    )
    return picture("question", "One decision of predictive pacing", description, panels)


def a_moment() -> tuple[Campaign, int]:
    """A floor in full swing that has just placed some lines at once, and how many.

    A moment is taken at which the approximation for many agents and the exact law come to the same number.
    """
    runtime = load("plain")
    sets = [f"groups.agents.agents={AGENTS}", "campaigns.leads.leads=100000"]
    world = build(runtime, plan_of(load_scenario("predictive", sets)), 0)
    campaign: Campaign = world.floor.campaigns[0]
    while True:
        before = campaign.attempts
        runtime.run_on(world, 1)
        outlook, placed = campaign.outlook, campaign.attempts - before
        if world.now < TAKEN_AT_S or outlook is None or not PLACED[0] <= placed <= PLACED[1]:
            continue
        risks, allowed = risks_of_lines(campaign, outlook, placed), risk_allowed_now(campaign)
        if risks[0] >= RISK_TO_SEE and sum(risk <= allowed for risk in risks) == placed:
            return campaign, placed


def risks_of_lines(campaign: Campaign, outlook: Outlook, placed: int) -> list[float]:
    """The risk of one more line after none, one, two... of those that were placed, and some more."""
    return [
        sum(busy_by_lines(campaign, outlook, placed, more)[outlook.agents :]) for more in range(LINES_TRIED)
    ]


def busy_by_lines(campaign: Campaign, outlook: Outlook, placed: int, added: int) -> list[float]:
    """The chance of each number of busy people, with so many lines `added` instead of those `placed`."""
    horizons = []
    for horizon in range(HORIZONS):
        new_line = outlook.chance_of_line[horizon * AGES]
        chances = busy_chances(campaign, outlook, horizon)
        for _ in range(placed):
            chances.remove(new_line)
        horizons.append(chances + [new_line] * added)
    return mixture(horizons)


def busy_agents(campaign: Campaign) -> list[tuple[int, float]]:
    """The state of each busy agent, and since when."""
    assert campaign.queue is not None
    members = [agent for group in campaign.queue.groups for agent in group.members]
    return [(agent.state, agent.since) for agent in members if READY < agent.state <= WRAP_UP]


def busy_chances(campaign: Campaign, outlook: Outlook, horizon: int) -> list[float]:
    """The chance of each busy agent, and of each line that rings, to keep an agent busy at a horizon."""
    found = [
        chance_busy(outlook, state, outlook.decided_at - since, horizon)
        for state, since in busy_agents(campaign)
    ]
    for age in range(AGES):
        ringing = outlook.lines[(outlook.slot - age) & (AGES - 1)]
        found += [outlook.chance_of_line[horizon * AGES + age]] * ringing
    return found


def mixture(horizons: Sequence[Sequence[float]]) -> list[float]:
    """The chance of each number of busy people, in the mean over the horizons."""
    most = max(len(chances) for chances in horizons)
    laws = [law_of(chances) for chances in horizons]
    return [sum(law[busy] for law in laws if busy < len(law)) / len(laws) for busy in range(most + 1)]


def law_of(chances: Sequence[float]) -> list[float]:
    """The exact law of a sum of independent yes-or-no events."""
    law = [1.0]
    for chance in chances:
        kept = [share * (1.0 - chance) for share in law] + [0.0]
        law = [kept[busy] + (law[busy - 1] * chance if busy else 0.0) for busy in range(len(kept))]
    return law


def now_busy(shares: Sequence[float], agents: int) -> Panel:
    """How many will be busy, if no line is added."""
    last = max(agents + 3, len(shares) - 1)
    across = [Tick(busy, str(busy)) for busy in range(0, last + 1, 2)]
    panel = Panel(
        0,
        "How many will be busy when a line that is placed now is answered",
        f"people who keep an agent busy, of {agents} agents",
        "chance",
        across,
        percent_ticks(max(shares)),
        first=-1.0,
        last=last + 1.0,
    )
    for busy, share in enumerate(shares):
        panel.bar(busy - BAR, busy + BAR, share, "alarm" if busy >= agents else "blue")
    panel.name("all agents are busy: the risk", "alarm")
    return panel


def lines(risks: Sequence[float], allowed: float) -> Panel:
    """The risk of one more line after so many."""
    panel = Panel(
        1,
        "How many lines are added",
        "lines added already",
        "risk of one more",
        [Tick(more, str(more)) for more in range(len(risks))],
        percent_ticks(max(risks)),
        first=-0.5,
        last=len(risks) - 0.5,
    )
    panel.line(list(enumerate(risks)), "muted")
    for more, risk in enumerate(risks):
        panel.dot(more, risk, "green" if risk <= allowed else "alarm")
    panel.limit(allowed)
    panel.name("placed", "green")
    panel.name("over what the ledger allows (dashed)", "alarm")
    return panel
