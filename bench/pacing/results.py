"""Results that are kept in a file, so that a long comparison goes on where it was broken off."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Iterator
from dataclasses import astuple
from pathlib import Path
from typing import Any

from bench.pacing.floors import Floor, document
from bench.pacing.rules import Rule
from bench.pacing.run import Outcome, outcome_of, run
from callfloor import runtimes

FILE = "results.jsonl"


def text_of(runtime: Any) -> str:
    """A hash of the text of the simulated world and its floor."""
    told = json.dumps(sorted(runtime.SOURCES.items()))
    return hashlib.sha256(told.encode()).hexdigest()[:16]


class Results:
    """What runs came to, one line of JSON each in a folder's file.

    A result is told by its floor, rule and seed, and by the text of the code that it was found with. With
    `any_text` that of rules that do not predict is taken whatever the text was. A longer run begins with all
    that a shorter one has, so the first windows of a kept one do as well.
    """

    def __init__(self, folder: Path, seed: int, *, any_text: bool = False) -> None:
        self.seed = seed
        self.any_text = any_text
        self.runtime = runtimes.load("fast")
        self.text = text_of(self.runtime)
        folder.mkdir(parents=True, exist_ok=True)
        self.file = folder / FILE
        self.kept: dict[str, Outcome] = {}
        for line in self._lines():
            self._keep(line)

    def _lines(self) -> Iterator[dict[str, Any]]:
        if not self.file.exists():
            return
        for line in self.file.read_text(encoding="utf-8").splitlines():
            try:
                yield json.loads(line)
            except json.JSONDecodeError:
                continue  # broken off while it was written

    def _keep(self, line: dict[str, Any]) -> None:
        if line["text"] != self.text and (line["predicts"] or not self.any_text):
            return
        before = self.kept.get(line["key"])
        if before is None or len(before.windows) < len(line["windows"]):
            self.kept[line["key"]] = outcome_of(line["windows"], line["took_s"])

    def key(self, floor: Floor, rule: Rule) -> str:
        """What tells a result, but for the text of the code and the number of windows."""
        told = json.dumps(document(floor, 1, self.seed, rule.campaign), sort_keys=True)
        if rule.risk is not None:
            told += f" knowing, {rule.risk!r}"
        return hashlib.sha256(told.encode()).hexdigest()[:24]

    def of(self, floor: Floor, rule: Rule, windows: int) -> Outcome:
        """Return what so many windows come to, from the file or else by running them."""
        key = self.key(floor, rule)
        kept = self.kept.get(key)
        if kept is not None and len(kept.windows) >= windows:
            return kept.first(windows)
        found = run(floor, rule, windows, self.seed, self.runtime)
        self.kept[key] = found
        line = {
            "key": key,
            "floor": floor.name,
            "rule": rule.name,
            "predicts": rule.predicts,
            "seed": self.seed,
            "text": self.text,
            "took_s": round(found.took_s, 2),
            "windows": [list(astuple(window)) for window in found.windows],
        }
        with self.file.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
        whole = found.whole
        print(
            f"{os.getpid()} {floor.name} {rule.name}: {windows} windows, {whole.occupancy:.2%} busy, "
            f"{whole.abandon_rate:.2%} abandoned, worst {found.worst:.2%}, {found.took_s:.1f} s",
            file=sys.stderr,
            flush=True,
        )
        return found
