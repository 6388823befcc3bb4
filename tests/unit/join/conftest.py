"""The sample floor, compiled once for all tests."""

from __future__ import annotations

import importlib
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from join.extension import build_in_place
from join.recipe import Recipe

SAMPLE = Path(__file__).parent / "sample"


@pytest.fixture(scope="session")
def sample_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the sample's source root."""
    root = tmp_path_factory.mktemp("join") / "src"
    shutil.copytree(SAMPLE, root, ignore=shutil.ignore_patterns("__pycache__"))
    return root


@pytest.fixture(scope="session")
def recipe(sample_root: Path) -> Recipe:
    more = ("tiny/sim/calendar.py", "tiny/sim/draws.py")
    return Recipe(sample_root, floor="tiny/floor", package="tiny.compiled", more=more)


@pytest.fixture(scope="session")
def floors(recipe: Recipe, sample_root: Path) -> Iterator[dict[str, ModuleType]]:
    """The sample in its three runtimes: plain, safe, fast."""
    build_in_place(recipe, sample_root.parent / "build")
    sys.path.insert(0, str(sample_root))
    try:
        yield {
            "plain": together("tiny.floor", "tiny.sim.calendar", "tiny.sim.draws"),
            "safe": importlib.import_module("tiny.compiled.floor_safe"),
            "fast": importlib.import_module("tiny.compiled.floor_fast"),
        }
    finally:
        sys.path.remove(str(sample_root))


def together(*names: str) -> ModuleType:
    """One module with what several list in ``__all__``, as a compiled one is."""
    made = ModuleType(names[0])
    for module in map(importlib.import_module, names):
        vars(made).update((name, getattr(module, name)) for name in module.__all__)
    return made


@pytest.fixture(params=["plain", "safe", "fast"])
def tiny(request: pytest.FixtureRequest, floors: dict[str, ModuleType]) -> ModuleType:
    """The sample floor, in each runtime in turn."""
    return floors[request.param]


@pytest.fixture(params=["plain", "safe"])
def checked(request: pytest.FixtureRequest, floors: dict[str, ModuleType]) -> ModuleType:
    """The sample floor in the runtimes that check None and bounds."""
    return floors[request.param]
