"""`--set KEY=VALUE`: setting any key of a scenario by its path.

A path goes down the file by keys, and by names through lists: ``groups.'tier 1'.agents=90``. It is applied to
the document before it is checked, so that what is wrong is told as if the file said it.
"""

from __future__ import annotations

import copy
import re
import tomllib
from typing import Any

from callfloor.failures import UsageError
from callfloor.scenario.errors import ScenarioError, no_such, path_of, shown
from callfloor.scenario.kinds import Kind
from callfloor.scenario.model import Scenario
from callfloor.scenario.section import Section, Table, Tables, keys_of

_SEGMENT = re.compile(r"""\s*(?:'([^']*)'|"([^"]*)"|([^\s.='"][^.='"]*))\s*""")
_LIST_OR_TABLE = ("[", "{", '"', "'")


def apply_set(document: dict[str, Any], setting: str) -> None:
    """Set a key of a document to a value, in place, from a text KEY=VALUE.

    Raises UsageError for a text that is no KEY=VALUE, ScenarioError for a path that leads nowhere.
    """
    path, value = read_setting(setting)
    set_key(document, path, value)


def read_setting(setting: str) -> tuple[list[str], Any]:
    """Return the path and the value of KEY=VALUE. Raises UsageError."""
    path, place = [], 0
    while True:
        segment = _SEGMENT.match(setting, place)
        if segment is None:
            raise UsageError(
                f"--set {setting}: expected KEY=VALUE, where KEY is a path such as groups.'tier 1'.agents"
            )
        path.append(next(each for each in segment.groups() if each is not None).strip())
        place = segment.end() + 1
        following = setting[segment.end() : place]
        if following == "=":
            return path, read_value(setting[place:], path_of(*path))
        if following != ".":
            raise UsageError(f"--set {setting}: expected KEY=VALUE, found {shown(setting)}")


def read_value(text: str, key: str) -> Any:
    """Return a value written in TOML; bare words are a text. Raises UsageError."""
    text = text.strip()
    if not text or "\n" in text:
        raise UsageError(
            f"--set {key}: expected KEY=VALUE, found {'no value' if not text else 'several lines'}"
        )
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except RecursionError:
        raise UsageError(
            f"--set {key}: expected a value in TOML, found one that is nested too deep"
        ) from None
    except ValueError as error:
        if text.startswith(_LIST_OR_TABLE):
            reason = str(error).partition(" (at ")[0]
            raise UsageError(
                f"--set {key}: expected a value in TOML, found {shown(text)}: {reason}"
            ) from None
        return text


def set_key(document: dict[str, Any], path: list[str], value: Any) -> None:
    """Set the key at a path of a document, in place. Tables that are missing are made.

    Raises ScenarioError for a list member that is not there, or a path through what is no table.
    """
    node: Any = document
    section: type[Section] | None = Scenario
    kind: Kind | None = None
    for depth, name in enumerate(path[:-1]):
        if isinstance(node, list):
            node = node[_member(node, kind, path, depth)]
        else:
            _check_table(node, path, depth)
            kind, default = _about(section, name)
            if name not in node:
                node[name] = default
            node = node[name]
        section = kind.section if isinstance(kind, Table | Tables) else None
    last, depth = path[-1], len(path) - 1
    if isinstance(node, list):
        node[_member(node, kind, path, depth)] = value
        return
    _check_table(node, path, depth)
    for other in section.alternatives if section is not None and last in section.alternatives else ():
        node.pop(other, None)
    node[last] = value


def _about(section: type[Section] | None, name: str) -> tuple[Kind | None, Any]:
    """A key's kind, and its default as a file would have it: what a path into it starts from."""
    for each in keys_of(section) if section is not None else ():
        if each.name == name:
            default = each.default if not each.required and each.default is not None else {}
            written = each.kind.write(default) if default != {} else {}
            return each.kind, copy.deepcopy(written)
    return None, {}


def _member(members: list[Any], kind: Kind | None, path: list[str], depth: int) -> int:
    """The place of the member of a list that a path names: by its name, or by its number from 1."""
    labels = [
        kind.label(each, place) if isinstance(kind, Tables) else str(place)
        for place, each in enumerate(members, 1)
    ]
    if path[depth] not in labels:
        what = "name" if isinstance(kind, Tables) and kind.named else "number, counted from 1"
        raise ScenarioError(path_of(*path[: depth + 1]), no_such(what, path[depth], labels))
    return labels.index(path[depth])


def _check_table(node: Any, path: list[str], depth: int) -> None:
    """Refuse a path into something that has no keys."""
    if not isinstance(node, dict):
        raise ScenarioError(
            path_of(*path), f"{path_of(*path[:depth])} is {shown(node)}, not a table; set it as a whole"
        )
