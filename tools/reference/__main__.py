"""`python -m tools.reference DIR`: write every page below the documentation folder."""

from __future__ import annotations

import sys
from pathlib import Path

from tools.reference import commands, figures, scenario, states


def pages() -> dict[str, str]:
    """Every page and picture: path below the documentation folder, and text."""
    return states.pages() | commands.pages() | {scenario.PAGE: scenario.page(), figures.PAGE: figures.page()}


def main(arguments: list[str]) -> int:
    """Write the pages into the folder that is named; return the exit status."""
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m tools.reference DIR\n")
        return 2
    for name, text in pages().items():
        path = Path(arguments[0]) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
