"""The built-in scenarios: TOML files beside this module."""

from __future__ import annotations

from pathlib import Path

from callfloor.failures import UsageError
from callfloor.scenario.errors import no_such

_FOLDER = Path(__file__).with_name("builtin")


def builtin_names() -> list[str]:
    """Return the names of the built-in scenarios."""
    return sorted(each.stem for each in _FOLDER.glob("*.toml"))


def builtin_text(name: str) -> str:
    """Return a built-in scenario as a file to start from. Raises UsageError if there is none of the name."""
    names = builtin_names()
    if name not in names:
        raise UsageError(f"{name}: {no_such('built-in scenario', name, names)}")
    return (_FOLDER / f"{name}.toml").read_text(encoding="utf-8")


def builtin_summary(name: str) -> str:
    """Return what a built-in scenario is, in one line: the first line of its file."""
    return builtin_text(name).partition("\n")[0].removeprefix("#").strip()
