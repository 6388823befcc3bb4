"""Durations as people write them."""

from __future__ import annotations

import math
from typing import Any

import pytest

from callfloor.durations import seconds


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (90, 90.0),
        (1.5, 1.5),
        (0, 0.0),
        ("90", 90.0),
        ("90s", 90.0),
        ("30m", 1_800.0),
        ("8h", 28_800.0),
        ("1.5 h", 5_400.0),
        (" .5M ", 30.0),
        ("0", 0.0),
    ],
)
def test_what_is_a_duration(written: str | float, expected: float) -> None:
    found = seconds(written)
    assert found == expected
    assert type(found) is float


@pytest.mark.parametrize(
    "written",
    [
        "",
        "s",
        "-3s",
        "90 sec",
        "1h30m",
        "1e3",
        "nan",
        "inf",
        "٣s",
        "9" * 400,
        -1,
        math.nan,
        math.inf,
        10**400,
        True,
        None,
        [3],
    ],
    ids=lambda written: repr(written)[:12],
)
def test_what_is_none(written: Any) -> None:
    with pytest.raises(
        ValueError, match=r'^expected seconds as a number, or a text such as "90s", "30m" or "8h", found'
    ):
        seconds(written)
