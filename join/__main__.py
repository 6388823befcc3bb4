"""``python -m join --check`` reads and checks the floor; ``python -m join build`` compiles it in place.

``--print NAME`` shows what the join makes of one plain file, as ``--print pacing``.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from setuptools.errors import BaseError  # type: ignore[import-untyped]

from join.errors import JoinError, ToolMissing
from join.extension import build_in_place
from join.generate import generate, write_texts
from join.recipe import BUILDS, Recipe

_HERE = Path(__file__).resolve().parent.parent


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; return 0, or 1 where the floor cannot be joined."""
    parser = argparse.ArgumentParser(
        prog="python -m join", description="Makes the compiled floor out of the plain one."
    )
    parser.add_argument("do", nargs="?", choices=["check", "build"], default="check")
    parser.add_argument("--check", dest="do", action="store_const", const="check", help="only read and check")
    parser.add_argument("--print", dest="shown", metavar="NAME", help="print what becomes of a plain file")
    parser.add_argument("--root", type=Path, default=_HERE / "src", help="the source root (default: src)")
    chosen = parser.parse_args(arguments)
    recipe = Recipe.of_callfloor(chosen.root)
    try:
        if chosen.shown:
            return _show(recipe, chosen.shown)
        return _build(recipe, _HERE / "build" / "join") if chosen.do == "build" else _check(recipe)
    except (JoinError, ToolMissing, BaseError) as error:
        sys.stderr.write(f"{error}\n")
        return 1


def _check(recipe: Recipe) -> int:
    with tempfile.TemporaryDirectory() as folder:
        for build in BUILDS:
            generate(recipe, build, Path(folder))
    program = recipe.read()
    methods = sum(len(r.methods) for r in program.records.values())
    sys.stdout.write(
        f"{len(program.sources)} files, {len(program.records)} records, {methods} methods, "
        f"{len(program.functions)} functions: no Python-object work.\n"
    )
    return 0


def _show(recipe: Recipe, name: str) -> int:
    for path, text in write_texts(recipe, BUILDS[0], recipe.read()).items():
        if Path(path).stem == name.removesuffix(".py"):
            sys.stdout.write(f"# {path}\n{text}")
    return 0


def _build(recipe: Recipe, folder: Path) -> int:
    build_in_place(recipe, folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
