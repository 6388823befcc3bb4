"""Reading scenarios: from a TOML file or by the name of a built-in one, with `--set` applied."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from callfloor.failures import UsageError
from callfloor.scenario.catalogue import builtin_names, builtin_text
from callfloor.scenario.environment import fill_in
from callfloor.scenario.errors import ScenarioError, nearest
from callfloor.scenario.keys import apply_set
from callfloor.scenario.memory import check_fits_memory
from callfloor.scenario.model import Scenario

LARGEST_FILE = 64 * 2**20
"""No scenario is larger, in bytes; large data belong into a trace or a file of values."""

_PLACE = re.compile(r"(.*) \(at (?:line (\d+), column (\d+)|end of document)\)", re.DOTALL)


def load_scenario(
    name: str | os.PathLike[str],
    sets: Sequence[str] = (),
    variables: Callable[[], Mapping[str, str]] | None = None,
) -> Scenario:
    """Return the scenario of a TOML file or of a built-in name, with each KEY=VALUE of `sets` applied.

    `variables`, where there are any, say what consumers are like where neither does: see
    `callfloor.scenario.environment`.

    A built-in name comes before a file of the same name in the current folder; write ``./name`` for that.

    Raises
    ------
    ScenarioError
        the file or one of its keys cannot be used, or the scenario does not fit in memory.
    UsageError
        there is no such file or built-in scenario, it cannot be read, or it is not TOML.
    """
    source, text, folder = read_source(name)
    document = parse(text, source)
    for each in sets:
        try:
            apply_set(document, each)
        except ScenarioError as error:
            raise error.of(source) from None
    if variables is not None:
        fill_in(document, variables)
    scenario = Scenario.from_dict(document, source=source, folder=folder)
    try:
        check_fits_memory(scenario)
    except ScenarioError as error:
        raise error.of(source) from None
    return scenario


def read_source(name: str | os.PathLike[str]) -> tuple[str, str, Path]:
    """Return what messages call the scenario, its text, and the folder that its files are named from."""
    if isinstance(name, str) and name in builtin_names():
        return name, builtin_text(name), Path.cwd()
    path = Path(name)
    return str(path), _file_text(path), path.absolute().parent


def _file_text(path: Path) -> str:
    """The text of a scenario file; raises UsageError if it has none."""
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_FILE + 1)
    except FileNotFoundError:
        raise UsageError(_no_scenario(str(path))) from None
    except (OSError, ValueError) as error:
        raise UsageError(f"{path}: cannot be read: {getattr(error, 'strerror', None) or error}") from None
    if len(content) > LARGEST_FILE:
        raise UsageError(f"{path}: expected a scenario file of at most {LARGEST_FILE >> 20} MiB, found more")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise UsageError(f"{path}:{line}: expected TOML in UTF-8, found bytes that are not") from None


def _no_scenario(name: str) -> str:
    """The message about a name that is neither a file nor a built-in scenario."""
    names = builtin_names()
    meant = nearest(name.removesuffix(".toml"), names)
    hint = f'did you mean "{meant}"?' if meant else f"built-in are {', '.join(names)}"
    return f"{name}: no such file or built-in scenario; {hint}"


def parse(text: str, source: str) -> dict[str, Any]:
    """Return the document of a TOML text. Raises UsageError with line and column."""
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise UsageError(f"{source}: expected TOML, found lists or tables nested too deep") from None
    except ValueError as error:
        placed = _PLACE.fullmatch(str(error))
        if placed is None:
            raise UsageError(f"{source}: expected TOML: {error}") from None
        lines = text.split("\n")
        line, column = placed[2] or len(lines), placed[3] or len(lines[-1]) + 1
        raise UsageError(f"{source}:{line}:{column}: expected TOML: {placed[1]}") from None
