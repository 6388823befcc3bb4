"""Chooses the runtime of the floor: plain Python, compiled and checked, or compiled and fast.

All three have the names of ``callfloor.floor`` and of ``JOINED``, and decide alike, event by event. The
checked one is for live calls, the fast one for simulation.
"""

from __future__ import annotations

import functools
import hashlib
import importlib
import warnings
from pathlib import Path
from types import ModuleType
from typing import Literal, TypeAlias

Name: TypeAlias = Literal["auto", "plain", "compiled", "fast"]

JOINED: tuple[str, ...] = (
    "callfloor.people.ziggurat",
    "callfloor.people.draws",
    "callfloor.people.population",
    "callfloor.sim.calendar",
    "callfloor.sim.call_log",
    "callfloor.sim.callers",
    "callfloor.sim.lead_list",
    "callfloor.sim.words",
    "callfloor.sim.people_called",
    "callfloor.sim.desks",
    "callfloor.sim.tallies",
    "callfloor.sim.traces",
    "callfloor.sim.world",
    "callfloor.sim.obeying",
    "callfloor.sim.marks",
    "callfloor.sim.telling",
    "callfloor.sim.running",
)
"""The plain modules that are compiled in one with the floor, those of them that exist. Each has its own
``__all__``: a runtime has these names beside the floor's. The join reads this list too."""

_MODULES = {"compiled": "callfloor.compiled.floor_safe", "fast": "callfloor.compiled.floor_fast"}
_FLOOR = "callfloor.floor"
_REINSTALL = "Install callfloor again where a C compiler and Python's headers are present"


class RuntimeMissing(ImportError):  # noqa: N818 - the runtime is missing; nothing has gone wrong
    """The compiled floor was asked for, and it is not installed or is of another text than the plain one."""


def load(name: Name = "auto") -> ModuleType:
    """Return the module with the floor's public names.

    ``auto`` takes the compiled and checked floor, or where that cannot be had the plain one with a warning.
    Raises RuntimeMissing where a compiled one is asked for and missing or stale, ValueError for another name.
    """
    if name == "plain":
        return _plain()
    if name in _MODULES:
        return _load_compiled(name)
    if name != "auto":
        raise ValueError(f"no runtime {name!r}: the names are auto, plain, compiled and fast")
    try:
        return _load_compiled("compiled")
    except RuntimeMissing as reason:
        warnings.warn(
            f"{reason} The plain floor is used: slower, the same decisions.", RuntimeWarning, stacklevel=2
        )
        return _plain()


def is_plain(runtime: ModuleType) -> bool:
    """Whether a runtime that ``load`` gave, or ``callfloor.floor`` itself, is interpreted."""
    return runtime.__name__ == _FLOOR


def available() -> tuple[str, ...]:
    """Return the names that ``load`` can give here, slowest first; ``plain`` is always there."""
    found = ["plain"]
    for name in _MODULES:
        try:
            _load_compiled(name)
        except RuntimeMissing:
            continue
        found.append(name)
    return tuple(found)


@functools.cache
def _plain() -> ModuleType:
    """Return one module with the names of all joined ones; it is called as the floor is."""
    floor = importlib.import_module(_FLOOR)
    root = Path(__file__).resolve().parent.parent
    present = [m for m in JOINED if (root / f"{m.replace('.', '/')}.py").exists()]
    modules = [floor, *(importlib.import_module(m) for m in present)]
    together = ModuleType(_FLOOR, floor.__doc__)
    for module in modules:
        vars(together).update((name, getattr(module, name)) for name in module.__all__)
    return together


def _load_compiled(name: str) -> ModuleType:
    path = _MODULES[name]
    try:
        module = importlib.import_module(path)
    except ImportError as error:
        raise RuntimeMissing(
            f"The {name} floor ({path}) is not installed. {_REINSTALL}.", name=path
        ) from error
    if changed := stale_files(module, Path(__file__).resolve().parent.parent):
        listed = ", ".join(changed)
        raise RuntimeMissing(
            f"The {name} floor ({path}) was built from another text of {listed}. "
            "Build it again: `python -m join build` in a checkout, or install callfloor again.",
            name=path,
        )
    return module


def stale_files(module: ModuleType, root: Path) -> list[str]:
    """Return the plain files below ``root`` that differ from what a compiled module was made of.

    Only what is there is compared: an installation without the plain files has nothing to be stale against.
    """
    built: dict[str, str] = module.SOURCES
    folder = root / "callfloor" / "floor"
    named = [*built, *(f"{m.replace('.', '/')}.py" for m in JOINED)]
    present = {f"callfloor/floor/{p.name}" for p in folder.glob("*.py")} | {
        n for n in named if (root / n).exists()
    }
    return sorted(n for n in present if _digest(root / n) != built.get(n))


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes().replace(b"\r\n", b"\n")).hexdigest()
