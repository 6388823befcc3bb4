"""The compiled floor for tests that need it."""

from __future__ import annotations

import os
from types import ModuleType
from typing import Literal

import pytest

from callfloor import runtimes


def compiled(name: Literal["compiled", "fast"]) -> ModuleType:
    """A compiled floor; without it the test is skipped, or fails where it is required."""
    try:
        return runtimes.load(name)
    except runtimes.RuntimeMissing as missing:
        if os.environ.get("CALLFLOOR_REQUIRE_COMPILED", "") not in ("", "0"):
            raise
        pytest.skip(str(missing))
