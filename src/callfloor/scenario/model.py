"""A scenario: what happens in a simulated contact centre, checked, with what follows from it."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import field
from pathlib import Path
from typing import Any, Self

from callfloor.scenario.arrivals import Arrivals, Gaps, Trace
from callfloor.scenario.campaigns import Campaign
from callfloor.scenario.checks import check_scenario
from callfloor.scenario.consumers import Consumers
from callfloor.scenario.errors import ScenarioError
from callfloor.scenario.kinds import Text
from callfloor.scenario.section import Section, Table, Tables, a_section, key
from callfloor.scenario.sections import Group, Inbound, Run

FILE_KEYS = ("trace", "file", "leads", "do_not_call")
"""Keys whose texts are names of files."""

RULES_KEY = "rules"
"""Its text names rules that come with Callfloor, and files."""


@a_section
class Scenario(Section):
    """Everything a simulation is told. Raises ScenarioError, which names the key, for what cannot be meant.

    Built from `load_scenario`, from `Scenario.from_dict`, or from its sections in Python.
    """

    run: Run = field(metadata=key(Table(Run), "how long, how often and from which seed"))
    groups: Sequence[Group] = field(metadata=key(Tables(Group), "groups of agents"))
    name: str = field(default="scenario", metadata=key(Text(), "what the scenario is called in results"))
    inbound: Sequence[Inbound] = field(
        default=(), metadata=key(Tables(Inbound), "queues of people who call in")
    )
    campaigns: Sequence[Campaign] = field(
        default=(), metadata=key(Tables(Campaign), "campaigns that call people")
    )
    consumers: Consumers | None = field(
        default=None,
        metadata=key(
            Table(Consumers),
            "who calls in on the one queue, and whom its agents specialise in",
            otherwise="callers have no attributes",
        ),
    )

    def check(self) -> None:
        """Refuse sections that do not go together."""
        check_scenario(self)

    @classmethod
    def from_dict(cls, document: Mapping[str, Any], *, source: str = "", folder: Path | None = None) -> Self:
        """Return the scenario of a document as TOML or JSON has it.

        Names of files are taken from `folder` (default: the current one) and kept as absolute paths.
        Raises ScenarioError, which names `source`, for what is wrong.
        """
        try:
            return cls.from_raw(_anchored(document, folder or Path.cwd()))
        except ScenarioError as error:
            raise error.of(source) from None
        except RecursionError:
            raise ScenarioError("", "expected a scenario, found tables nested too deep", source) from None

    def to_dict(self) -> dict[str, Any]:
        """Return the scenario as TOML or JSON has it, with every key that has a value."""
        return self.to_raw()

    def to_toml(self) -> str:
        """Return the scenario as a TOML file."""
        from callfloor.scenario.writing import toml_text

        return toml_text(self.to_raw())

    # What follows from the sections. Queues and campaigns are told by their names, groups by their places.

    def preference(self, group: int, name: str) -> int:
        """Return the preference of a group's agents for a queue or campaign: 1 first; 0: not theirs."""
        skills = self.groups[group].skills
        return 1 if skills is None else skills.get(name, 0)

    def groups_with(self, name: str) -> tuple[int, ...]:
        """Return the groups whose agents take a queue or campaign, by preference, then as in the file."""
        fit = [place for place in range(len(self.groups)) if self.preference(place, name)]
        return tuple(sorted(fit, key=lambda place: self.preference(place, name)))

    def groups_for(self, name: str) -> tuple[int, ...]:
        """Return the groups in which a call looks for a ready agent, in this order."""
        queue = next((each for each in self.inbound if each.name == name), None)
        if queue is None or queue.groups is None:
            return self.groups_with(name)
        places = {group.name: place for place, group in enumerate(self.groups)}
        return tuple(places[each] for each in queue.groups)

    def arrivals_of(self, queue: Inbound) -> Arrivals:
        """Return when calls come into a queue: those of consumers are counted."""
        if self.consumers is None or not isinstance(queue.arrivals, Gaps):
            return queue.arrivals
        return Gaps(queue.arrivals.gap_s, self.consumers.count)

    def service_level_s(self, queue: Inbound) -> float:
        """Return within how many seconds an answer in a queue is in time."""
        return self.run.service_level_s if queue.service_level_s is None else queue.service_level_s

    def trace_times_s(self, trace: Trace) -> array[float]:
        """Return when the calls of a trace come, in seconds from the run's start."""
        return trace.rows.times_s(self.run.starts_at)


def _anchored(value: Any, folder: Path, name: str = "") -> Any:
    """The document with the names of its files made absolute."""
    if isinstance(value, Mapping):
        return {each: _anchored(inner, folder, str(each)) for each, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_anchored(each, folder, name) for each in value]
    if name in FILE_KEYS and isinstance(value, str) and value and "\0" not in value:
        return str((folder / value).absolute())
    if name == RULES_KEY and isinstance(value, str) and "\0" not in value:
        return ",".join(
            str((folder / each.strip()).absolute()) if names_rules_file(each) else each
            for each in value.split(",")
        )
    return value


def names_rules_file(text: str) -> bool:
    """Whether one of the rules of a campaign is a file of the user's."""
    return text.strip().endswith(".toml")
