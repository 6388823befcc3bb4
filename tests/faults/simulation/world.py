"""One run: the processes, their store and carrier, agents and people, in virtual time and from one seed."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

from callfloor.carriers.port import CarrierEvent
from callfloor.floor.vocabulary import (
    BUSY,
    CONGESTION,
    DISCONNECTED,
    HUMAN,
    MACHINE,
    NO_ANSWER,
    REJECTED,
)
from callfloor.leads.area_codes import made_up_number
from callfloor.live.arrivals import Arrival
from callfloor.live.observer import Observer
from callfloor.live.settings import CampaignSettings, FloorSettings
from callfloor.people.behaviour import Behaviour
from callfloor.people.random import mix, uniform
from callfloor.stores.port import Changes, OutboxEntry
from tests.faults.simulation.calendar import START, Calendar
from tests.faults.simulation.carrier import SILENT_S, Exchange
from tests.faults.simulation.desks import SimulatedAgent, Supervisor
from tests.faults.simulation.memory import Database, MemoryStore
from tests.faults.simulation.memory_rows import Undo
from tests.faults.simulation.plan import Fault, Plan
from tests.faults.simulation.posting import Postbox
from tests.faults.simulation.processes import Process, SimulatedProcess
from tests.faults.simulation.striking import Faults
from tests.faults.simulation.witness import Witness
from tests.faults.simulation.workers import WorkerProcess

FAILURES = {BUSY: 0.3, NO_ANSWER: 0.35, MACHINE: 0.2, DISCONNECTED: 0.05, CONGESTION: 0.05, REJECTED: 0.05}
MORE_LEADS = 30
LINGER_S = 12.0
"""Slots of calls are used again soon, so that what comes late meets another call."""


Taker = TypeVar("Taker")


class World:
    """Everything that there is in a run. `trace` is told what happens, where somebody listens."""

    def __init__(self, plan: Plan, runtime: Any, trace: Callable[[str], None] | None = None) -> None:
        self.plan = plan
        self.runtime = runtime
        self.trace = trace
        setting = plan.setting
        self.calendar = Calendar(plan.seed)
        self.faults = Faults(self.calendar, plan.faults)
        self.database = Database(plan.seed, lambda: self.calendar.now)
        self.database.one_lock = setting.one_lock
        self.store = MemoryStore(self.database)
        self.witness = Witness(self)
        self.observer = Observer()
        self.turns: dict[int, int] = {}
        self.asked = 0
        self.more_leads = 0
        self.floors: dict[str, int] = {}
        settings = [self.settings_of(place) for place in range(setting.floors)]
        self.place_within_s = settings[0].campaigns[0].place_within_s
        self.exchange = Exchange(self, people_of(plan), to_all=setting.workers > 0)
        self.workers = [WorkerProcess(self, number) for number in range(setting.workers)]
        self.processes: list[SimulatedProcess] = [*self.workers]
        self.takers: dict[int, list[Process]] = {}
        self.postbox = Postbox(self)
        self.agents: list[SimulatedAgent] = []
        self.supervisors: list[Supervisor] = []
        for place, each in enumerate(settings):
            floor = self.store.floor_id(each.name)
            self.floors[self.database.floor(floor).call_key] = floor
            self.add_leads(place, self.store.campaign_id(each.campaigns[0].name))
            self.have_looked_after(floor, each)
            for desk in range(setting.agents):
                self.agents.append(SimulatedAgent(self, floor, desk, len(self.agents)))
            self.supervisors.append(Supervisor(self, floor))
        self.begin()

    def have_looked_after(self, floor: int, settings: FloorSettings) -> None:
        """Have the workers look after a floor or, where there are none, processes of its own."""
        if self.workers:
            self.store.plan_floor(settings.name, settings.text())
            return
        count = self.plan.setting.processes
        places = range(len(self.processes), len(self.processes) + count)
        self.takers[floor] = [Process(self, place, floor, settings) for place in places]
        self.processes += self.takers[floor]

    def settings_of(self, place: int) -> FloorSettings:
        """A floor's settings."""
        setting = self.plan.setting
        hours = ""
        if setting.hours_end_s:
            minutes = round(setting.hours_end_s / 60)
            hours = f"02:00-03:{minutes:02d}"
        campaign = CampaignSettings(name=f"campaign-{place + 1}", hours=hours, **setting.campaign)
        agents = tuple(f"agent-{place + 1}-{desk}" for desk in range(setting.agents))
        return FloorSettings(f"floor-{place + 1}", agents, (campaign,), linger_s=LINGER_S)

    def add_leads(self, place: int, campaign: int) -> None:
        """A floor's leads, in New York; some have the numbers of the first floor's."""
        book, undo, setting = self.database.book, Undo(), self.plan.setting
        of_list = book.add_list(campaign, "active", undo)
        for i in range(setting.leads):
            shared = place > 0 and uniform(self.plan.seed, i, 0xD1) < setting.shared
            index = i if shared else place * 10_000 + i
            digits = 12_120_000_000 + made_up_number(7, index) % 10_000_000
            numbers = [digits]
            if uniform(self.plan.seed, place, i, 0xD2) < 0.1:
                numbers.append(12_120_000_000 + made_up_number(7, 50_000 + index) % 10_000_000)
            book.add_lead(of_list, numbers, undo)

    def add_more_leads(self) -> None:
        """More leads for every floor, so that there is something to do."""
        self.more_leads += MORE_LEADS
        for place, of_list in enumerate(self.database.book.lists):
            for i in range(self.more_leads, self.more_leads + MORE_LEADS):
                number = 12_120_000_000 + made_up_number(7, 100_000 + place * 20_000 + i) % 10_000_000
                self.database.book.add_lead(of_list, [number], Undo())

    def begin(self) -> None:
        """Put the first happenings into the calendar."""
        calendar = self.calendar
        for process in self.processes:
            calendar.at(START + 0.1 * process.number, process.start)
        for agent in self.agents:
            calendar.at(START + 1.0 + 0.1 * agent.number, agent.tick)
            calendar.at(START + 0.5 + 0.07 * agent.number, agent.beat)
        if self.workers:
            calendar.at(START + 2.0, self.postbox.tell_who_is_here)
        for supervisor in self.supervisors:
            calendar.at(START + 0.5, supervisor.tick)
        for fault in self.faults.timed:
            calendar.at(START + fault.at, partial(self.strike, fault))

    def strike(self, fault: Fault) -> None:
        """A fault strikes that waits for no occasion."""
        now = self.calendar.now
        until = min(now + fault.for_s, START + self.faults.last_s)
        self.faults.struck.append(fault)
        self.note("fault", fault)
        if fault.kind == "skew":
            self.processes[fault.process].skew_s = fault.for_s
        elif fault.kind == "drain":
            self.processes[fault.process].drain(fault.for_s)
        elif fault.kind == "restart_carrier":
            self.exchange.restart(until - now)
        elif fault.kind == "cut_carrier":
            self.cut_carrier(self.processes[fault.process], until)
        elif fault.kind == "cut_store":
            self.processes[fault.process].store_cut_until = until
        elif fault.kind == "lose_phone":
            agent = self.agents[fault.of]
            agent.no_phone_until = until
            agent.lost_phone_at.append(now)
            self.exchange.network.lose_agent_line(agent.name, now)
            self.exchange.look()
        elif fault.kind == "leave_desk":
            self.agents[fault.of].away_until = until
        elif fault.kind == "replan":
            self.replan(fault.of, fault.for_s)
        elif fault.kind == "bar":
            self.bar(fault.of)

    def replan(self, place: int, dial_ratio: float) -> None:
        """A floor's settings are imported anew, with another dial ratio, while it runs."""
        settings = self.settings_of(place)
        campaigns = tuple(replace(each, dial_ratio=dial_ratio) for each in settings.campaigns)
        self.store.plan_floor(settings.name, replace(settings, campaigns=campaigns).text())

    def bar(self, place: int) -> None:
        """Somebody asks not to be called: one whom a floor may be about to call, where there is one."""
        book = self.database.book
        numbers = [number for number in book.numbers if number.held_by is not None] or book.numbers
        book.bar(numbers[place % len(numbers)].e164, Undo())

    def cut_carrier(self, process: SimulatedProcess, until: float) -> None:
        """The network between a process and the carrier fails: unnoticed at first, then the line breaks."""
        process.carrier_cut_until = until
        line = process.line
        if line is not None:
            self.calendar.at(min(self.calendar.now + SILENT_S, until), line.break_off)

    def note(self, *what: Any) -> None:
        """Tell who listens what happens."""
        if self.trace is not None:
            told = " ".join(str(each) for each in what if each is not None)
            self.trace(f"{self.calendar.now - START:10.3f} {told}")

    def floor_of_call(self, call_id: str) -> int:
        """Whose call it is."""
        return self.floors.get(call_id[:16], 0)

    def concerns(self, process: SimulatedProcess, event: CarrierEvent) -> bool:
        """Whether a process is told of an event: by the first half of the call's id, or by the agent."""
        return process.hears_of(self.floor_of_call(event.call_id) if event.call_id else 0, event.agent_id)

    def committed(
        self, process: SimulatedProcess, floor: int, changes: Changes | None, before: dict[int, OutboxEntry]
    ) -> None:
        """A process has committed a step."""
        engine = process.engine_of(floor)
        if changes is None or engine is None:
            return
        stored = self.database.floor(floor)
        if self.trace is not None:
            kinds = [entry.kind for entry in changes.journal]
            self.note(process.name, "commits version", stored.version, "events", kinds)
        self.witness.struck_off(
            stored.call_key, [entry for seq, entry in before.items() if seq not in stored.outbox]
        )
        self.witness.committed(floor, engine.resident.floor, changes)
        if isinstance(process, WorkerProcess):
            self.witness.had_lease(process, floor)

    def new_turn(self, process: Process) -> int:
        """A number for a wait of a process; the latest counts."""
        self.turns[process.number] = self.turns.get(process.number, 0) + 1
        return self.turns[process.number]

    def ask(self, floor: int, arrival: Arrival) -> None:
        """An agent or supervisor asks something of whichever process of the floor takes it."""
        self.asked += 1
        fault = self.faults.of_message(1)
        self.note("asked", arrival, fault)
        if self.workers:
            self.postbox.ask(floor, arrival, fault)
            return
        takers = [process for process in self.takers[floor] if process.is_reachable()]
        if not takers or (fault is not None and fault.kind == "drop"):
            return
        [taker] = self.one_of(takers, -self.asked)
        at = self.calendar.now + 0.01 + 0.05 * uniform(self.plan.seed, self.asked, 0xE2)
        late_s = 0.0 if fault is None else fault.for_s
        times = [at, at + late_s] if fault is not None and fault.kind == "double" else [at + late_s]
        life = taker.lives
        for time in times:
            self.calendar.at(time, lambda: self.hand_over(taker, life, arrival))

    def one_of(self, takers: list[Taker], message: int) -> list[Taker]:
        """Whoever of those who can takes a message: mostly the first, or any."""
        if len(takers) < 2 or uniform(self.plan.seed, message, 0xE3) >= self.plan.setting.scattered:
            return takers[:1]
        place = mix(self.plan.seed, message, 0xE1) % len(takers)
        return takers[place : place + 1]

    def hand_over(self, taker: Process, life: int, arrival: Arrival) -> None:
        """What was asked arrives at the process, if it is still there."""
        if taker.lives == life and taker.is_reachable():
            taker.desk.asked.append(arrival)
            taker.wake()

    def events(self) -> int:
        """How many events the floors have decided on."""
        return sum(len(floor.journal) for floor in self.database.floors)

    def heal(self) -> None:
        """No fault strikes any more, and what was wrong is put right."""
        self.faults.last_s = min(self.faults.last_s, self.calendar.now - START)
        for process in self.processes:
            process.skew_s = 0.0
            process.store_cut_until = process.carrier_cut_until = -math.inf

    def close(self) -> None:
        """The run is over."""
        for worker in self.workers:
            worker.close()


def people_of(plan: Plan) -> Behaviour:
    """How the people of a run behave."""
    setting = plan.setting
    outcomes = {code: (1.0 - setting.answers) * share for code, share in FAILURES.items()}
    outcomes[HUMAN] = setting.answers
    return Behaviour(
        outcomes, (0.3, 9.0), (2.0, 20.0), patience_s=setting.patience_s, message_s=3.0, machine_s=8.0
    )
