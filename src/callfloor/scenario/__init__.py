"""The scenario file: what a simulation is told, validated."""

from __future__ import annotations

from callfloor.scenario.arrivals import Gaps, Profile, Rate, Trace
from callfloor.scenario.campaigns import Campaign, Hours
from callfloor.scenario.catalogue import builtin_names, builtin_summary, builtin_text
from callfloor.scenario.consumers import Consumers
from callfloor.scenario.environment import consumer_variables
from callfloor.scenario.errors import ScenarioError
from callfloor.scenario.keys import apply_set, set_key
from callfloor.scenario.memory import check_fits_memory
from callfloor.scenario.model import Scenario
from callfloor.scenario.reading import load_scenario
from callfloor.scenario.sections import Callback, Group, Inbound, Period, Redial, Run

__all__ = [
    "Callback",
    "Campaign",
    "Consumers",
    "Gaps",
    "Group",
    "Hours",
    "Inbound",
    "Period",
    "Profile",
    "Rate",
    "Redial",
    "Run",
    "Scenario",
    "ScenarioError",
    "Trace",
    "apply_set",
    "builtin_names",
    "builtin_summary",
    "builtin_text",
    "check_fits_memory",
    "consumer_variables",
    "load_scenario",
    "set_key",
]
