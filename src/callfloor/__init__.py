"""Callfloor: a power dialer and a call-centre simulator that run the same decision code."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from callfloor.version import __version__

if TYPE_CHECKING:
    from callfloor.power_dialer import PowerDialer

__all__ = ["PowerDialer", "__version__"]


def __getattr__(name: str) -> Any:
    """Import what is heavy when it is first asked for."""
    if name == "PowerDialer":
        from callfloor.power_dialer import PowerDialer

        return PowerDialer
    raise AttributeError(f"module 'callfloor' has no attribute {name!r}")
