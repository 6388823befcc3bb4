"""The variables by which the ranges of consumers may be set: those of the simulation that came before."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from callfloor.failures import UsageError
from callfloor.scenario.consumers import Consumers
from callfloor.scenario.errors import shown
from callfloor.scenario.section import keys_of

RANGES = {"age": ("age_low", "age_high"), "income": ("income_low", "income_high")}
"""The variables for the lowest and the highest, by key of [consumers]."""


def consumer_variables(environment: Mapping[str, str], folder: Path) -> dict[str, str]:
    """Return those of the variables that are set, in an environment or else in a file `.env` of a folder.

    Raises UsageError for such a file that cannot be read.
    """
    from dotenv import dotenv_values

    names = [name for both in RANGES.values() for name in both]
    file = folder / ".env"
    # Of lines that are none it would warn: they are other programs', and so is the warning.
    logging.getLogger("dotenv").setLevel(logging.ERROR)
    try:
        written = dotenv_values(file, interpolate=False)
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{file}: cannot be read: {getattr(error, 'strerror', None) or error}") from None
    found = {name: environment.get(name) or written.get(name) for name in names}
    return {name: value for name, value in found.items() if value}


def fill_in(document: dict[str, Any], variables_of: Callable[[], Mapping[str, str]]) -> None:
    """Set the ranges that a scenario with consumers leaves open to what the variables say, in place.

    They are not looked for where there are no consumers. Raises UsageError, which names the variable, for
    what is no whole number.
    """
    consumers = document.get("consumers")
    if not isinstance(consumers, dict):
        return
    variables = variables_of()
    for key in keys_of(Consumers):
        if key.name in RANGES and key.name not in consumers:
            names = RANGES[key.name]
            if any(name in variables for name in names):
                consumers[key.name] = [
                    _whole(name, variables[name]) if name in variables else default
                    for name, default in zip(names, key.default, strict=True)
                ]


def _whole(name: str, text: str) -> int:
    try:
        return int(text.replace("_", "").replace(",", ""))
    except ValueError:
        raise UsageError(f"{name}: expected a whole number in this variable, found {shown(text)}") from None
