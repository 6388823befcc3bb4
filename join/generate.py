"""Writes the joined text and runs Cython on it. What has not changed is left alone."""

from __future__ import annotations

import contextlib
import hashlib
import importlib
import io
import re
from pathlib import Path
from typing import Any

from join.arrays import array_text
from join.declare import PRELUDE, write_declarations, write_exports, write_makers, write_source
from join.errors import JoinError, ToolMissing
from join.hot import Finding, find_object_work
from join.lines import FILE_NAMES, name_plain_files
from join.maths import math_text
from join.program import Program
from join.recipe import DIRECTIVES, Build, Recipe
from join.uncounted import PIN, RELEASE, links_of, without_counting

_MESSAGE = re.compile(r"^(?:\./)?(?P<file>[^\s:]+)\.pxi:(?P<line>\d+):\d+: (?P<text>.*)$", re.MULTILINE)
_MAY_BE_UNSET = re.compile(
    r"^warning: (?:\./)?(?P<file>[^\s:]+)\.pxi:(?P<line>\d+):\d+: "
    r"(?P<text>local variable '\w+' (?:might be )?referenced before assignment)$",
    re.MULTILINE,
)


def write_texts(recipe: Recipe, build: Build, program: Program) -> dict[str, str]:
    """Return the files that Cython reads, by path: one for every plain file, a .pxd and the main .pyx."""
    made: set[str] = set()
    texts = {
        _included(s.name): write_source(s, program, checked=build.checked, made=made) for s in program.sources
    }
    for tail in recipe.tails:
        texts[_included(tail)] = (recipe.root / tail).read_text(encoding="utf-8")
    main = f"{recipe.package.replace('.', '/')}/{build.name}"
    texts[f"{main}.pxd"] = write_declarations(program)
    directives = ", ".join((*DIRECTIVES, *build.directives))
    includes = "\n".join(
        f'include "{_included(name)}"' for name in [*(s.name for s in program.sources), *recipe.tails]
    )
    texts[f"{main}.pyx"] = "\n".join(
        (
            f"# cython: {directives}",
            f'"""The floor of {recipe.floor}, compiled ({build.name}) by join/ from the plain files."""',
            "cimport cython",
            PRELUDE,
            math_text(),
            array_text(checked=build.checked),
            FILE_NAMES,
            "" if build.checked else PIN,
            write_makers(made, program, checked=build.checked),
            includes,
            "" if build.checked else f"_LINKS = {links_of(program)!r}\n{RELEASE}",
            write_exports(program, recipe.digests(), recipe.package, build.name),
        )
    )
    return texts


def _included(name: str) -> str:
    # Cython reads files called .py as Python proper, without `cdef`.
    return f"{name.rsplit('.', 1)[0]}.pxi"


def generate(recipe: Recipe, build: Build, folder: Path) -> Path:
    """Write the C file of one build below ``folder`` and return its path.

    Raises JoinError where the plain text cannot be compiled or works on Python objects, and ToolMissing where
    there is no Cython.
    """
    program = recipe.read()
    texts = write_texts(recipe, build, program)
    place = folder / build.name
    c_file = place / f"{build.name}.c"
    stamp = place / "stamp"
    fingerprint = hashlib.sha256(repr((sorted(texts.items()), _tool_version())).encode()).hexdigest()
    if c_file.exists() and stamp.exists() and stamp.read_text(encoding="ascii") == fingerprint:
        return c_file
    stamp.unlink(missing_ok=True)
    for name, text in texts.items():
        path = place / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    _run_cython(recipe, build, place)
    plain = [*(s.name for s in program.sources), *recipe.tails]
    c_text = name_plain_files(
        c_file.read_text(encoding="utf-8"), [_included(n) for n in plain], plain, program
    )
    c_file.write_text(c_text, encoding="utf-8")
    if findings := find_object_work(c_text, program):
        c_file.unlink()
        raise _object_work(findings)
    if not build.checked:
        c_text = without_counting(c_text, f"{recipe.package}.{build.name}", program)
        c_file.write_text(c_text, encoding="utf-8")
    stamp.write_text(fingerprint, encoding="ascii")
    return c_file


def _tool_version() -> str:
    join = Path(__file__).parent
    own = "".join(p.read_text(encoding="utf-8") for p in sorted(join.glob("*.py")))
    return f"{_cython_version()} {own}"


def _cython_version() -> str:
    try:
        import Cython
    except ImportError as error:
        raise ToolMissing("Cython is not installed") from error
    return str(Cython.__version__)  # type: ignore[attr-defined]


def _run_cython(recipe: Recipe, build: Build, place: Path) -> None:
    main_module: Any = importlib.import_module("Cython.Compiler.Main")  # it has no types

    main = f"{recipe.package.replace('.', '/')}/{build.name}.pyx"
    # Paths in tracebacks are those that Cython is given: it runs in the folder, so that they are short.
    said = io.StringIO()
    with contextlib.chdir(place), contextlib.redirect_stderr(said):
        options = main_module.CompilationOptions(
            main_module.default_options, include_path=["."], output_file=f"{build.name}.c"
        )
        failed = main_module.compile_single(main, options, f"{recipe.package}.{build.name}").num_errors
    if failed or _MAY_BE_UNSET.search(said.getvalue()):
        raise _cython_error(said.getvalue(), recipe)


def _cython_error(said: str, recipe: Recipe) -> JoinError:
    if found := _MAY_BE_UNSET.search(said):
        return JoinError(
            f"{found['file']}.py",
            int(found["line"]),
            found["text"],
            "Assign it before: C would read what lies there",
        )
    if found := _MESSAGE.search(said):
        return JoinError(
            f"{found['file']}.py", int(found["line"]), f"Cython says: {found['text']}", "See the line"
        )
    return JoinError(recipe.floor, 1, f"Cython says: {said.strip()}", "This is a fault of the join")


def _object_work(findings: list[Finding]) -> JoinError:
    first, *others = findings
    listed = "".join(f"\n  {f}" for f in others)
    return JoinError(
        first.file,
        first.line,
        f"Python-object work: {first.reason}",
        f"Decide with numbers and records{listed}",
    )
