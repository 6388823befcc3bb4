"""`python -m tools.alarms`: write deploy/prometheus."""

from __future__ import annotations

import sys
from pathlib import Path

from tools.alarms.rules import operator_file, rules_file

FOLDER = Path(__file__).parents[2] / "deploy" / "prometheus"


def files() -> dict[Path, str]:
    """Every file with its text."""
    return {FOLDER / "alarms.yaml": rules_file(), FOLDER / "prometheus-rule.yaml": operator_file()}


def main() -> int:
    """Write the files; return the exit status."""
    FOLDER.mkdir(exist_ok=True)
    for path, text in files().items():
        path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
