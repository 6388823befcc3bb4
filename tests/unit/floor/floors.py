"""A floor to try things on: built in a line, told what happens in a line, asked what it said in a line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

from callfloor.floor import (
    Agent,
    Call,
    Campaign,
    Command,
    Event,
    Floor,
    Group,
    Queue,
    handle,
    let_serve,
    open_queue,
)
from callfloor.floor.vocabulary import (
    AGENT_ACCEPTED,
    AGENT_DISPOSED,
    AGENT_GONE,
    AGENT_HUNG_UP,
    AGENT_LOGGED_IN,
    AGENT_LOGGED_OUT,
    AGENT_PAUSED,
    AGENT_RESUMED,
    AGENT_SILENT,
    AGENT_SKIPPED,
    BUSY,
    CALL_ANSWERED,
    CALL_BRIDGED,
    CALL_ENDED,
    CALL_FAILED,
    CALL_LOST,
    CALL_NOT_SENT,
    CALL_PLAYED,
    CALL_RINGING,
    CAMPAIGN_CHANGED,
    CAMPAIGN_STARTED,
    CAMPAIGN_STOPPED,
    CONGESTION,
    EXPLAIN,
    HUMAN,
    LEAD_CLAIMED,
    LEADS_CLAIMED,
    LONG_AGO,
    MACHINE,
    NO_ANSWER,
    NUMBER_BARRED,
    OUTCOMES,
    PREVIEW,
    REPORT,
    TIMER_DUE,
)

from .sights import fields_of

START = 1_000_000.0


@dataclass(frozen=True)
class Said:
    """A command, copied before the floor uses its record again; references as ids."""

    do: int
    call: int | None
    agent: int | None
    campaign: int | None
    lead: int | None
    code: int
    event: int
    found: int
    count: int
    at: float
    outcome: int | None
    decision: dict[str, Any] | None


def id_of(record: Any) -> int | None:
    return None if record is None else record.id


def copied(command: Command) -> Said:
    return Said(
        command.do,
        id_of(command.call),
        id_of(command.agent),
        id_of(command.campaign),
        id_of(command.lead),
        command.code,
        command.event,
        command.found,
        command.count,
        command.at,
        None if command.call is None else command.call.outcome,
        None if command.decision is None else fields_of(command.decision),
    )


def new_campaign(index: int, group: Group, **settings: Any) -> Campaign:
    """A campaign that tries again after a busy signal and the like, unless told otherwise."""
    waits = [-1.0] * OUTCOMES
    waits[BUSY] = 600.0
    waits[NO_ANSWER] = 3600.0
    waits[CONGESTION] = 30.0
    settings.setdefault("retry_after_s", waits)
    return Campaign(id=index, group=group, **settings)


def add_group(floor: Floor, agents: int = 0) -> Group:
    """One more group of a floor, with so many agents who are offline."""
    group = Group(id=len(floor.groups))
    floor.groups.append(group)
    for _ in range(agents):
        floor.agents.append(Agent(id=len(floor.agents), group=group))
    return group


def add_campaign(floor: Floor, group: Group, **settings: Any) -> Campaign:
    """One more campaign of a floor."""
    campaign = new_campaign(len(floor.campaigns), group, **settings)
    floor.campaigns.append(campaign)
    campaign.queue = Queue(campaign=campaign)
    add_queue(floor, campaign.queue, [(group, 1)])
    return campaign


def add_queue(floor: Floor, queue: Queue, served_by: Sequence[tuple[Group, int]]) -> Queue:
    """One more queue of a floor, and the groups that serve it, each with its preference."""
    open_queue(floor, queue)
    for group, preference in served_by:
        queue.groups.append(group)
        let_serve(group, queue, preference)
    return queue


class Scene:
    """A floor with one group, some agents and one campaign or more, and a clock."""

    def __init__(self, agents: int = 1, *others: dict[str, Any], **settings: Any) -> None:
        self.floor = Floor()
        self.group = add_group(self.floor, agents)
        for given in (settings, *others):
            add_campaign(self.floor, self.group, **given)
        self.now = START
        self.said: list[Said] = []
        self.leads_given = 0

    @property
    def campaign(self) -> Campaign:
        return self.floor.campaigns[0]

    def agent(self, index: int = 0) -> Agent:
        return self.floor.agents[index]

    def call(self, index: int = 0) -> Call:
        return self.floor.calls[index]

    def after(self, seconds: float) -> Self:
        """Let time pass; nothing happens by itself."""
        self.now += seconds
        return self

    def tell(self, kind: int, **fields: Any) -> list[Said]:
        """Something happens; what the floor said to it."""
        self.said = [copied(command) for command in handle(self.floor, Event(kind=kind, **fields), self.now)]
        return self.said

    def all(self, do: int) -> list[Said]:
        """The commands of that kind among what was said last."""
        return [said for said in self.said if said.do == do]

    def one(self, do: int) -> Said:
        """The command of that kind, of which there must be exactly one."""
        (said,) = self.all(do)
        return said

    def said_besides_explaining(self) -> list[Said]:
        """What was said last, without why the floor dialled or held back."""
        return [said for said in self.said if said.do != EXPLAIN]

    def reported(self) -> list[int]:
        """The abnormal conditions that were reported last."""
        return [said.code for said in self.all(REPORT)]

    def placed(self, do: int = 1) -> list[int | None]:
        """The calls that were placed last."""
        return [said.call for said in self.all(do)]

    # What happens to campaigns and leads.

    def start(self, campaign: int = 0) -> list[Said]:
        return self.tell(CAMPAIGN_STARTED, campaign=campaign)

    def stop(self, campaign: int = 0, cut: bool = False) -> list[Said]:
        return self.tell(CAMPAIGN_STOPPED, campaign=campaign, code=int(cut))

    def lead(self, campaign: int = 0, **fields: Any) -> list[Said]:
        """The store hands over one more lead, with a number of its own unless told."""
        fields.setdefault("lead", self.leads_given)
        fields.setdefault("number", 100 + self.leads_given)
        self.leads_given += 1
        return self.tell(LEAD_CLAIMED, campaign=campaign, **fields)

    def leads_done(self, campaign: int = 0, due_at: float = LONG_AGO) -> list[Said]:
        return self.tell(LEADS_CLAIMED, campaign=campaign, due_at=due_at)

    def leads(self, count: int, campaign: int = 0) -> list[Said]:
        """The store answers a claim with so many leads; everything that the floor said to that."""
        said = [s for _ in range(count) for s in self.lead(campaign)]
        self.said = said + self.leads_done(campaign)
        return self.said

    def hand_over(self, campaign: int = 0, **fields: Any) -> list[Said]:
        """The store answers a claim with this lead; everything that the floor said to that."""
        said = self.lead(campaign, **fields)
        self.said = said + self.leads_done(campaign)
        return self.said

    def bar(self, number: int) -> list[Said]:
        return self.tell(NUMBER_BARRED, number=number)

    def change(self, setting: int, value: float, campaign: int = 0) -> list[Said]:
        return self.tell(CAMPAIGN_CHANGED, campaign=campaign, code=setting, value=value)

    # What happens to agents.

    def log_in(self, *agents: int) -> list[Said]:
        return self.agents(AGENT_LOGGED_IN, agents)

    def log_out(self, *agents: int) -> list[Said]:
        return self.agents(AGENT_LOGGED_OUT, agents)

    def pause(self, agent: int = 0, reason: int = 0) -> list[Said]:
        return self.tell(AGENT_PAUSED, agent=agent, code=reason)

    def resume(self, agent: int = 0) -> list[Said]:
        return self.tell(AGENT_RESUMED, agent=agent)

    def silent(self, agent: int = 0) -> list[Said]:
        return self.tell(AGENT_SILENT, agent=agent)

    def gone(self, agent: int = 0) -> list[Said]:
        return self.tell(AGENT_GONE, agent=agent)

    def accept(self, agent: int = 0, **fields: Any) -> list[Said]:
        return self.tell(AGENT_ACCEPTED, agent=agent, **fields)

    def skip(self, agent: int = 0, **fields: Any) -> list[Said]:
        return self.tell(AGENT_SKIPPED, agent=agent, **fields)

    def dispose(self, code: int, agent: int = 0, **fields: Any) -> list[Said]:
        return self.tell(AGENT_DISPOSED, agent=agent, code=code, **fields)

    def hangs_up(self, agent: int = 0) -> list[Said]:
        return self.tell(AGENT_HUNG_UP, agent=agent)

    def agents(self, kind: int, agents: tuple[int, ...]) -> list[Said]:
        said = [s for agent in agents or (0,) for s in self.tell(kind, agent=agent)]
        self.said = said
        return said

    # What the carrier says of a call.

    def ring(self, call: int = 0) -> list[Said]:
        return self.tell(CALL_RINGING, call=call)

    def answer(self, call: int = 0, by: int = HUMAN, **fields: Any) -> list[Said]:
        return self.tell(CALL_ANSWERED, call=call, code=by, **fields)

    def machine(self, call: int = 0) -> list[Said]:
        return self.answer(call, MACHINE)

    def fail(self, call: int = 0, outcome: int = BUSY) -> list[Said]:
        return self.tell(CALL_FAILED, call=call, code=outcome)

    def bridged(self, call: int = 0) -> list[Said]:
        return self.tell(CALL_BRIDGED, call=call)

    def played(self, call: int = 0) -> list[Said]:
        return self.tell(CALL_PLAYED, call=call)

    def end(self, call: int = 0, **fields: Any) -> list[Said]:
        return self.tell(CALL_ENDED, call=call, **fields)

    def not_sent(self, call: int = 0) -> list[Said]:
        return self.tell(CALL_NOT_SENT, call=call)

    def lose(self, call: int = 0) -> list[Said]:
        return self.tell(CALL_LOST, call=call)

    # Timers come when they are due; the clock goes there.

    def call_timer(self, call: int = 0) -> list[Said]:
        self.now = max(self.now, self.floor.calls[call].due_at)
        return self.tell(TIMER_DUE, call=call)

    def agent_timer(self, agent: int = 0) -> list[Said]:
        self.now = max(self.now, self.floor.agents[agent].due_at)
        return self.tell(TIMER_DUE, agent=agent)

    def campaign_timer(self, campaign: int = 0) -> list[Said]:
        self.now = max(self.now, self.floor.campaigns[campaign].due_at)
        return self.tell(TIMER_DUE, campaign=campaign)


def dialling(agents: int = 1, leads: int = 20, *others: dict[str, Any], **settings: Any) -> Scene:
    """A floor on which every agent is ready and the campaigns have leads: lines are ringing.

    `said` holds everything that was said to the last agent's logging in and to the leads.
    """
    scene = Scene(agents, *others, **settings)
    for campaign in range(len(scene.floor.campaigns)):
        scene.start(campaign)
    said = scene.log_in(*range(agents)) if agents else []
    for campaign in range(len(scene.floor.campaigns)):
        said = said + scene.leads(leads, campaign)
    scene.said = said
    return scene


def talking(agents: int = 1, leads: int = 20, **settings: Any) -> Scene:
    """A floor where agent 0 talks on call 0."""
    scene = dialling(agents, leads, **settings)
    scene.answer(0)
    scene.after(0.1).bridged(0)
    return scene


def reach_call_state(state: int, **settings: Any) -> Scene:
    """A floor whose call 0 is in that state; a message is played to those whom nobody took."""
    settings.setdefault("plays_message", True)
    settings.setdefault("dial_ratio", 1.0)
    scene = dialling(1, 3, **settings)
    if state == 1:
        scene.ring()
    elif state in (2, 5):
        scene.pause()
        scene.answer()
        if state == 5:
            scene.call_timer()
    elif state in (3, 4):
        scene.answer()
        if state == 4:
            scene.after(0.1).bridged()
    elif state == 6:
        scene.machine()
    elif state == 7:
        scene.pause()
        scene.fail(0, BUSY)
    scene.after(0.1)
    assert scene.call().state == state
    return scene


def reach_agent_state(state: int, **settings: Any) -> Scene:
    """A floor whose agent 0 is in that state."""
    settings.setdefault("wrap_up_s", 10.0)
    settings.setdefault("dial_ratio", 1.0)
    if state == 6:
        settings["mode"] = PREVIEW
    scene = Scene(1, **settings)
    scene.start()
    if state:
        scene.log_in()
        scene.leads(1 if state == 6 else 3)
    if state in (2, 3, 4):
        scene.answer()
        if state > 2:
            scene.after(0.1).bridged()
            if state == 4:
                scene.after(30.0).end()
    elif state == 5:
        scene.pause()
    scene.after(0.1)
    assert scene.agent().state == state
    return scene
