"""The benchmarks still run; how fast is not asserted."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.__main__ import ENTRIES, main
from bench.table import Figure, markdown


@pytest.mark.parametrize("name", ENTRIES)
def test_runs(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "benchmarks.md"

    main([name, "--quick", "--write", str(page)])

    printed = capsys.readouterr().out
    assert printed.startswith("| what ")
    assert printed.split("\n\n")[0] in page.read_text(encoding="utf-8")


def test_table() -> None:
    table = markdown([Figure("a", "1 s", "2 s", True), Figure("bc", "3 s", "2 s", False), Figure("d", "4 s")])

    assert table.splitlines() == [
        "| what | measured | aim | met    |",
        "|------|----------|-----|--------|",
        "| a    | 1 s      | 2 s | yes    |",
        "| bc   | 3 s      | 2 s | **no** |",
        "| d    | 4 s      |     |        |",
    ]
