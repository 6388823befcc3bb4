"""Writing a scenario as TOML."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

_BARE = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)
_EXACT = 1e15


def toml_text(document: Mapping[str, Any]) -> str:
    """Return the text of a document whose tables stand at the top or in lists at the top."""
    lines = [_line(name, value) for name, value in document.items() if not _stands_alone(value)]
    for name, value in document.items():
        if isinstance(value, Mapping):
            lines += ["", f"[{_key(name)}]", *(_line(each, inner) for each, inner in value.items())]
        elif _stands_alone(value):
            for member in value:
                lines += ["", f"[[{_key(name)}]]", *(_line(each, inner) for each, inner in member.items())]
    return "\n".join(lines).lstrip("\n") + "\n"


def _stands_alone(value: Any) -> bool:
    """Whether a value gets a heading of its own: a table, or a list of tables."""
    return isinstance(value, Mapping) or (
        isinstance(value, list) and value != [] and all(isinstance(v, Mapping) for v in value)
    )


def _line(name: str, value: Any) -> str:
    return f"{_key(name)} = {toml_value(value)}"


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else _text(name)


def _text(text: str) -> str:
    """A basic string of TOML: JSON's, with the one character escaped that JSON leaves."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def toml_value(value: Any) -> str:
    """Return a value in TOML on one line."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < _EXACT else repr(value)
    if isinstance(value, Mapping):
        inner = ", ".join(_line(name, each) for name, each in value.items())
        return f"{{ {inner} }}" if inner else "{}"
    if isinstance(value, list):
        return f"[{', '.join(toml_value(each) for each in value)}]"
    return str(value)
