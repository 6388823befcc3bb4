"""`python -m tools.pacing_pictures FOLDER`: write the pictures of predictive pacing."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from tools.pacing_pictures.month import month
from tools.pacing_pictures.question import question
from tools.pacing_pictures.shift import shift

PICTURES: Mapping[str, Callable[[], str]] = {
    "pacing-question.svg": question,
    "pacing-month.svg": month,
    "pacing-shift.svg": shift,
}


def main(words: Sequence[str] | None = None) -> None:
    """Write every picture into a folder."""
    parser = argparse.ArgumentParser(prog="python -m tools.pacing_pictures", description=__doc__)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args(words).folder
    for name, draw in PICTURES.items():
        (folder / name).write_text(draw(), encoding="utf-8")


if __name__ == "__main__":
    main()
