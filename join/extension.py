"""The build step: setuptools' ``build_ext`` with the join before it.

Without a C compiler or Cython the package is built pure, and says so. Faults in the floor's text always fail
the build. ``CALLFLOOR_REQUIRE_COMPILED=1`` makes a missing compiler fatal as well, ``CALLFLOOR_PURE=1``
leaves the compiled floor out.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
import tempfile
from pathlib import Path

from setuptools import Distribution, Extension  # type: ignore[import-untyped]
from setuptools.command.build_ext import build_ext  # type: ignore[import-untyped]
from setuptools.errors import BaseError, CompileError, LinkError, PlatformError  # type: ignore[import-untyped]

from join.errors import JoinError, ToolMissing
from join.generate import generate
from join.maths import BUILTINS_LEFT_ALONE
from join.recipe import BUILDS, Recipe

# The same bits as Python: no fused multiply-add, no reordering of sums.
_UNIX_FLAGS = ["-O3", "-g0", "-ffp-contract=off", "-fno-fast-math", "-fwrapv"]
_UNIX_FLAGS += [f"-fno-builtin-{name}" for name in BUILTINS_LEFT_ALONE]
_UNIX_FLAGS += ["-Wno-unused-function", "-Wno-unused-variable", "-Wno-unused-const-variable"]
_UNIX_FLAGS += ["-Wno-unused-but-set-variable"]
# For the fast build, where the compiler knows them: most functions of a decision are shorter than it takes to
# call them, and no exception of the processor is ever asked for.
_FAST_FLAGS = ["-O2", "-finline-functions", "-fno-trapping-math", "-fno-math-errno"]
_INLINING = {
    "max-inline-insns-single": 400,
    "max-inline-insns-auto": 100,
    "inline-unit-growth": 400,
    "large-function-growth": 3000,
    "large-stack-frame-growth": 4000,
    "inline-min-speedup": 5,
}
_FAST_FLAGS += [text for name, value in _INLINING.items() for text in ("--param", f"{name}={value}")]
_MSVC_FLAGS = ["/O2", "/fp:precise"]
_PROBE = "#include <Python.h>\nint callfloor_probe(void) { return PY_VERSION_HEX != 0; }\n"


def wanted() -> bool:
    """Whether the compiled floor is to be built at all (``CALLFLOOR_PURE`` is not set)."""
    return os.environ.get("CALLFLOOR_PURE", "") in ("", "0")


def extensions(recipe: Recipe) -> list[Extension]:
    """Return the extension modules to hand to ``setup``; their sources are made when they are built."""
    return [Extension(f"{recipe.package}.{b.name}", sources=[]) for b in BUILDS] if wanted() else []


def warn(reason: str) -> None:
    """Say on the console that the package goes without its compiled floor."""
    sys.stderr.write(
        f"\nWARNING: callfloor is being built WITHOUT its compiled floor: {reason}.\n"
        "WARNING: it decides the same, but far slower. Install a C compiler and Python's headers and install "
        "callfloor again.\n\n"
    )


class BuildFloor(build_ext):  # type: ignore[misc]
    """Builds the compiled floor. ``recipe`` and ``folder`` (of generated files) are set by setup.py."""

    recipe: Recipe
    folder: Path
    required = False
    fast_flags: list[str]
    extensions: list[Extension]

    def run(self) -> None:
        """Make the C text, then compile it; without the tools, go on without the modules."""
        try:
            self._generate()
            super().run()
        except JoinError as error:
            raise BaseError(f"the floor cannot be compiled: {error}") from error
        except ToolMissing as error:
            if self.required or os.environ.get("CALLFLOOR_REQUIRE_COMPILED", "") not in ("", "0"):
                raise BaseError(f"the compiled floor is required, and {error}") from error
            warn(str(error))
            self.extensions = []

    def _generate(self) -> None:
        for build in BUILDS:
            for extension in self.extensions:
                if extension.name == f"{self.recipe.package}.{build.name}":
                    extension.sources = [os.fspath(generate(self.recipe, build, self.folder))]

    def build_extensions(self) -> None:
        """See that there is a compiler before blaming anything on the floor's text."""
        try:
            self._probe([])
        except (CompileError, LinkError, PlatformError) as error:
            raise ToolMissing(f"no working C compiler with Python's headers ({error})") from error
        self.fast_flags = self._known_flags()
        super().build_extensions()

    def _probe(self, flags: list[str]) -> None:
        with tempfile.TemporaryDirectory() as folder:
            probe = Path(folder, "probe.c")
            probe.write_text(_PROBE, encoding="ascii")
            self.compiler.compile([os.fspath(probe)], output_dir=folder, extra_postargs=flags)

    def _known_flags(self) -> list[str]:
        """Return the flags for the fast build, none for a compiler that has others."""
        if self.compiler.compiler_type == "msvc":
            return []
        try:
            self._probe(_FAST_FLAGS)
        except CompileError:
            return []
        return _FAST_FLAGS

    def _flags(self, ext: Extension) -> list[str]:
        if self.compiler.compiler_type == "msvc":
            return _MSVC_FLAGS
        fast = any(ext.name.endswith(f".{build.name}") for build in BUILDS if not build.checked)
        return _UNIX_FLAGS + (self.fast_flags if fast else [])

    def build_extension(self, ext: Extension) -> None:
        """Compile one module, unless the very same has been compiled before."""
        ext.extra_compile_args = self._flags(ext)
        ext.libraries = [] if self.compiler.compiler_type == "msvc" else ["m"]
        target = Path(self.get_ext_fullpath(ext.name))
        kept = self.folder / target.name
        stamp = kept.with_suffix(".stamp")
        fingerprint = self._fingerprint(ext)
        if not (kept.exists() and stamp.exists() and stamp.read_text(encoding="ascii") == fingerprint):
            self.force = True
            super().build_extension(ext)
            shutil.copy2(target, kept)
            stamp.write_text(fingerprint, encoding="ascii")
        elif target.resolve() != kept.resolve():
            target.parent.mkdir(parents=True, exist_ok=True)
            whole = target.with_suffix(".new")
            shutil.copy2(kept, whole)
            whole.replace(target)  # processes that run the old one keep it

    def _fingerprint(self, ext: Extension) -> str:
        flags = (ext.extra_compile_args, getattr(self.compiler, "compiler_so", None), sys.version)
        text = repr(flags).encode() + b"".join(Path(s).read_bytes() for s in ext.sources)
        return hashlib.sha256(text).hexdigest()


def command(recipe: Recipe, folder: Path) -> type[BuildFloor]:
    """Return the build command for a recipe, with generated files below ``folder``."""
    return type("build_ext", (BuildFloor,), {"recipe": recipe, "folder": folder})


def build_in_place(recipe: Recipe, folder: Path) -> None:
    """Compile the modules into the source root, for development; raises where they cannot be built."""
    modules = [Extension(f"{recipe.package}.{b.name}", sources=[]) for b in BUILDS]
    distribution = Distribution(
        {
            "name": "floor",
            "ext_modules": modules,
            "package_dir": {"": os.fspath(recipe.root)},
            "script_name": "join",
        }
    )
    build = command(recipe, folder)(distribution)
    build.required = build.inplace = True
    build.build_temp = os.fspath(folder / "objects")
    build.build_lib = os.fspath(folder / "lib")
    build.ensure_finalized()
    build.run()
