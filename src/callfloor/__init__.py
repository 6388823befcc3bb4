"""Callfloor: a power dialer and a call-centre simulator that run the same decision code."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from callfloor.version import __version__

if TYPE_CHECKING:
    from callfloor.power_dialer import PowerDialer
    from callfloor.scenario import Scenario
    from callfloor.sim.runner import compare, simulate

__all__ = ["PowerDialer", "Scenario", "__version__", "compare", "simulate"]

_LATE = {
    "PowerDialer": "callfloor.power_dialer",
    "Scenario": "callfloor.scenario",
    "compare": "callfloor.sim.runner",
    "simulate": "callfloor.sim.runner",
}
"""What is heavy to import is imported when it is first asked for."""


def __getattr__(name: str) -> Any:
    """Import what is asked for."""
    if name in _LATE:
        return getattr(import_module(_LATE[name]), name)
    raise AttributeError(f"module 'callfloor' has no attribute {name!r}")
