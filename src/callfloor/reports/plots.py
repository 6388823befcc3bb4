"""The plots of a result: of all together, and of each queue, group and campaign with something to show."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import add

from callfloor.reports.charts import Limit, Line, Panel, TimeAxis, time_chart
from callfloor.reports.drawing import WIDE, Drawing
from callfloor.reports.markup import percent
from callfloor.reports.timelines import Timelines
from callfloor.reports.waits_chart import Waits, waits_chart
from callfloor.scenario import Scenario
from callfloor.scenario.sections import QUEUE
from callfloor.sim.result import Result

STATES = (
    ("talking_s", "talking", "blue"),
    ("wrap_up_s", "wrap-up", "sky"),
    ("previewing_s", "previewing", "purple"),
    ("reserved_s", "reserved", "amber"),
    ("ready_s", "ready", "green"),
    ("paused_s", "paused", "grey"),
)
"""The states of agents who are logged in: column, name and colour, in the order in which they are stacked."""

TALL = 232.0
"""The height of a plot alone that stands beside two, one above the other."""

LOGGED_IN = tuple(column for column, _, _ in STATES)
BUSY = ("talking_s", "wrap_up_s", "previewing_s")


@dataclass(frozen=True, slots=True)
class Plot:
    """A drawing under its title."""

    title: str
    drawing: Drawing


class Plots:
    """The plots of one result. Without replications, or without a measured time, there are none over time."""

    def __init__(self, result: Result, scenario: Scenario, axis: TimeAxis, timelines: Timelines) -> None:
        self._result = result
        self._scenario = scenario
        self._axis = axis
        self._over_time = timelines

    def overview(self) -> Iterator[Plot]:
        """Return how many wait and how many agents are busy, and what agents do, all taken together."""
        if not self._over_time.count:
            return
        average = self._over_time.on_average
        groups = range(len(self._scenario.groups))
        queues = self._queues_that_wait()
        panels = [self._waiting(queues)] if queues else []
        alone = not panels
        if groups:
            panels.append(
                Panel(
                    "Agents",
                    "agents",
                    [
                        Line("busy", "blue", average("group", groups, *BUSY), steps=True, filled=True),
                        Line("logged in", "ink", average("group", groups, *LOGGED_IN), steps=True),
                    ],
                    least=1.0,
                    height=TALL if alone else 96.0,
                )
            )
        if panels:
            title = "Calls waiting and agents busy" if queues else "Agents busy"
            yield Plot(title, time_chart(self._axis, panels, WIDE))
        states = self._states(groups, TALL)
        if states.layers:
            yield Plot("What agents do", time_chart(self._axis, [states], WIDE))

    def group(self, place: int) -> Iterator[Plot]:
        """Return what the agents of a group do."""
        panel = self._states([place], 132.0)
        if panel.layers:
            yield Plot(self._scenario.groups[place].name, time_chart(self._axis, [panel]))

    def queue(self, places: Sequence[int], limit_s: float | None) -> Iterator[Plot]:
        """Return calls and service, waiting and abandonment, and waits, of a queue or of several together."""
        total = self._over_time.total
        offered = total("queue", places, "offered")
        if not offered:
            return
        if self._over_time.count:
            yield Plot("Calls and service level", time_chart(self._axis, self._service(places)))
            those = [place for place in places if place in self._queues_that_wait()]
            if those:
                share = self._over_time.share("queue", places, "abandoned", ("offered",))
                abandoned = Panel("Abandoned", "share", [Line("abandoned", "red", share, filled=True)])
                yield Plot("Waiting and giving up", time_chart(self._axis, [self._waiting(those), abandoned]))
        if total("queue", places, "waited") and total("queue", places, "answered"):
            in_time = 0.0 if limit_s is None else total("queue", places, "in_time")
            waits = Waits(self._waits(places), offered, limit_s, in_time)
            yield Plot("Time to answer", waits_chart(waits))

    def _service(self, places: Sequence[int]) -> list[Panel]:
        """How many calls come and are answered, and which share of them in time."""
        per_hour, total = self._over_time.per_hour, self._over_time.total
        flows = [
            Line("answered", "blue", per_hour("queue", places, "answered"), filled=True),
            Line("offered", "ink", per_hour("queue", places, "offered")),
        ]
        for name, colour in (("blocked", "purple"), ("voicemails", "amber")):
            if total("queue", places, name):
                flows.append(Line(name, colour, per_hour("queue", places, name)))
        level = self._over_time.share("queue", places, "in_time", ("offered",))
        return [
            Panel("Calls an hour", "calls/h", flows),
            Panel("Service level", "share", [Line("service level", "green", level, filled=True)], top=1.0),
        ]

    def campaign(self, place: int) -> Iterator[Plot]:
        """Return attempts and connects, and the abandon rate with its limit."""
        if not self._over_time.count:
            return
        campaign = self._scenario.campaigns[place]
        per_hour = self._over_time.per_hour
        flows = [
            Line("connected", "blue", per_hour("campaign", [place], "connected"), filled=True),
            Line("attempts", "ink", per_hour("campaign", [place], "attempts")),
        ]
        rates = self._over_time.share("campaign", [place], "abandoned", ("connected", "abandoned"))
        limit = Limit(campaign.abandon_rate_max, f"limit {percent(campaign.abandon_rate_max)}")
        panels = [
            Panel("Attempts an hour", "attempts/h", flows),
            Panel("Abandon rate", "share", [Line("abandon rate", "red", rates, filled=True)], limit=limit),
        ]
        yield Plot("Attempts and abandonment", time_chart(self._axis, panels))

    def _queues_that_wait(self) -> list[int]:
        """The queues in which somebody may wait."""
        return [
            place
            for place, queue in enumerate(self._scenario.inbound)
            if queue.when_busy == QUEUE and self._over_time.total("queue", [place], "offered")
        ]

    def _waiting(self, queues: Sequence[int]) -> Panel:
        waiting = self._over_time.on_average("queue", queues, "queue_s")
        return Panel("Calls waiting", "calls", [Line("waiting", "purple", waiting, filled=True)])

    def _states(self, groups: Sequence[int], height: float) -> Panel:
        """What agents do, of those states that there are."""
        layers = []
        for column, name, colour in STATES:
            found = self._over_time.on_average("group", groups, column)
            if any(point.mean for point in found):
                layers.append(Line(name, colour, found))
        return Panel("Agents", "agents", layers=layers, least=1.0, height=height)

    def _waits(self, places: Sequence[int]) -> list[int]:
        """The waits of answered calls in all replications, by bucket."""
        every = [each.queues[place].waits for each in self._result.replications for place in places]
        found = [0] * max(map(len, every), default=0)
        for waits in every:
            found[: len(waits)] = map(add, found, waits)
        return found
