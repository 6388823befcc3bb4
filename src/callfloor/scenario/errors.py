"""What is wrong with a scenario: the file, the key, what was expected and what was found."""

from __future__ import annotations

import re
from collections.abc import Iterable

from callfloor.failures import UsageError

_BARE = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)
_LONGEST_SHOWN = 60
_LONGEST_NAME = 200


class ScenarioError(UsageError):
    """A scenario that cannot be used. `key` is the full path of the key, `source` the file or built-in."""

    def __init__(self, key: str, complaint: str, source: str = "") -> None:
        super().__init__(key, complaint, source)
        self.key = key
        self.complaint = complaint
        self.source = source

    def __str__(self) -> str:
        """`support.toml: groups.'tier 1'.agents: expected a whole number from 0, found "many"`."""
        return ": ".join(part for part in (self.source, self.key, self.complaint) if part)

    def within(self, name: str) -> ScenarioError:
        """The same complaint, seen from one level further out."""
        return ScenarioError(
            path_of(name) + (f".{self.key}" if self.key else ""), self.complaint, self.source
        )

    def of(self, source: str) -> ScenarioError:
        """The same complaint, with the file or built-in scenario that it is about."""
        return ScenarioError(self.key, self.complaint, source)


def wrong(expected: str, found: object) -> ScenarioError:
    """The error of a value that is not what it should be; its key is added on the way out."""
    return ScenarioError("", f"expected {expected}, found {shown(found)}")


def path_of(*names: str) -> str:
    """A KEY path, with quotes where a name needs them: `groups.'tier 1'.agents`."""
    return ".".join(_quoted(name) for name in names)


def _quoted(name: str) -> str:
    if _BARE.fullmatch(name):
        return name
    quote = '"' if "'" in name else "'"
    return f"{quote}{_on_one_line(name, _LONGEST_NAME)}{quote}"


def _on_one_line(text: str, longest: int) -> str:
    """The text, shortened, with escapes for what is not to be printed."""
    if len(text) > longest:
        text = text[: longest - 1] + "…"
    return "".join(each if each.isprintable() else repr(each)[1:-1] for each in text)


def shown(value: object) -> str:
    """A value as it stands in the file, shortened to fit into a message."""
    if isinstance(value, str):
        return f'"{_on_one_line(value, _LONGEST_SHOWN)}"'
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, list | tuple):
        return "a list" if value else "an empty list"
    text = str(value) if not _is_huge(value) else "a number of many digits"
    return _on_one_line(text, _LONGEST_SHOWN)


def _is_huge(value: object) -> bool:
    """Whether a whole number is one that Python refuses to write out."""
    return isinstance(value, int) and abs(value) >= 10**_LONGEST_SHOWN


def nearest(name: str, names: Iterable[str]) -> str:
    """The name that was most likely meant; "" if none is near."""
    import difflib

    by_lower = {known.lower(): known for known in names}
    close = difflib.get_close_matches(name[:_LONGEST_NAME].lower(), by_lower, n=1, cutoff=0.6)
    return by_lower[close[0]] if close else ""


def no_such(what: str, name: str, names: Iterable[str]) -> str:
    """A complaint about a name that is not known: with the nearest one, or all of them."""
    known = list(names)
    if close := nearest(name, known):
        return f'no such {what}; did you mean "{close}"?'
    listed = ", ".join(path_of(each) for each in known[:40]) or "none"
    return f"no such {what}; expected one of {listed}"
