"""Builds the compiled floor, if it can; everything else about the package is in pyproject.toml."""

from __future__ import annotations

import sys
from pathlib import Path

from setuptools import setup  # type: ignore[import-untyped]
from setuptools.command.sdist import sdist  # type: ignore[import-untyped]

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))  # A build front end does not put the project's own folder on the path.

from join.extension import command, extensions, wanted, warn  # noqa: E402
from join.recipe import Recipe  # noqa: E402

RECIPE = Recipe.of_callfloor(HERE / "src")


class SourceDistribution(sdist):  # type: ignore[misc]
    """Takes the join along: it is needed to build, and is not installed."""

    def make_release_tree(self, base_dir: str, files: list[str]) -> None:
        """Add the join's files to what setuptools finds by itself."""
        joined = {f"join/{p.name}" for p in (HERE / "join").glob("*.py")}
        super().make_release_tree(base_dir, sorted({*files, *joined}))


if not wanted():
    warn("CALLFLOOR_PURE is set")

setup(
    ext_modules=extensions(RECIPE),
    cmdclass={"build_ext": command(RECIPE, HERE / "build" / "join"), "sdist": SourceDistribution},
)
