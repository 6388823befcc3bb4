"""Which files are joined into which modules."""

from __future__ import annotations

import ast
import hashlib
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from join.errors import JoinError
from join.program import Program
from join.read import read_program
from join.source import Source

DIRECTIVES = (
    "language_level=3",
    "auto_pickle=False",
    "binding=False",
    "annotation_typing=False",
    "cdivision=False",
    "wraparound=True",
    "warn.maybe_uninitialized=True",
)


@dataclass(frozen=True, slots=True)
class Build:
    """One of the compiled modules. ``checked``: tables, casts and None are checked at run time."""

    name: str
    checked: bool
    directives: tuple[str, ...]


BUILDS = (
    Build(
        "floor_safe", checked=True, directives=("nonecheck=True", "boundscheck=True", "initializedcheck=True")
    ),
    Build(
        "floor_fast",
        checked=False,
        directives=("nonecheck=False", "boundscheck=False", "initializedcheck=False"),
    ),
)


@dataclass(frozen=True, slots=True)
class Recipe:
    """What is joined.

    ``root`` is the source root; names are paths below it. ``floor`` is the package whose modules are joined;
    its ``__init__.py`` lists in ``__all__`` what Python may call; ``more`` are plain files joined with it,
    each with an ``__all__`` of its own; ``tails`` are hand-written ``.pyx`` files put at the end of the
    module. ``cold`` names functions that may work on Python objects, and ``package`` is where the compiled
    modules live.
    """

    root: Path
    floor: str = "callfloor/floor"
    package: str = "callfloor.compiled"
    more: tuple[str, ...] = ()
    tails: tuple[str, ...] = ()
    cold: frozenset[str] = frozenset()

    @classmethod
    def of_callfloor(cls, root: Path) -> Recipe:
        """Return the recipe of the package: the floor and what ``runtimes.JOINED`` names besides."""
        return cls(root, more=_joined(root))

    def read(self) -> Program:
        """Read every plain file; raises JoinError for what cannot be joined."""
        names = self.modules()
        sources = [Source.read(self.root, n) for n in names]
        units = Source.read(self.root, f"{self.floor}/units.py")
        ordered = _by_imports([*sources, *(Source.read(self.root, n) for n in self.more)])
        public = [*self._public(f"{self.floor}/__init__.py")]
        for name in self.more:
            public += [n for n in self._public(name) if n not in public]
        return read_program(ordered, units, tuple(public), self.cold)

    def modules(self) -> list[str]:
        """Return the floor's modules, by name, without units.py and __init__.py."""
        folder = self.root / self.floor
        return sorted(
            f"{self.floor}/{p.name}" for p in folder.glob("*.py") if p.name not in ("units.py", "__init__.py")
        )

    def digests(self) -> dict[str, str]:
        """Return the SHA-256 of every file that goes into the modules, by its name below the root."""
        names = [
            *self.modules(),
            f"{self.floor}/units.py",
            f"{self.floor}/__init__.py",
            *self.more,
            *self.tails,
        ]
        return {
            n: hashlib.sha256((self.root / n).read_bytes().replace(b"\r\n", b"\n")).hexdigest() for n in names
        }

    def _public(self, name: str) -> tuple[str, ...]:
        source = Source.read(self.root, name)
        listed = _literal(source, "__all__")
        if listed is None:
            raise JoinError(name, 1, "no __all__", "List in it what Python may call of the compiled floor")
        return listed


def _literal(source: Source, name: str) -> tuple[str, ...] | None:
    for node in source.tree.body:
        match node:
            case ast.Assign([ast.Name(found)], value) | ast.AnnAssign(
                ast.Name(found), _, ast.expr() as value
            ) if found == name:
                return tuple(ast.literal_eval(value))
    return None


def _joined(root: Path) -> tuple[str, ...]:
    listed = _literal(Source.read(root, "callfloor/runtimes.py"), "JOINED") or ()
    names = [f"{module.replace('.', '/')}.py" for module in listed]
    return tuple(n for n in names if (root / n).exists())


def _by_imports(sources: list[Source]) -> list[Source]:
    """Put every file after those that it imports."""
    known = {s.module: s for s in sources}
    graph: dict[str, list[str]] = {}
    for source in sources:
        graph[source.module] = sorted(_imported(source) & known.keys())
    try:
        return [known[m] for m in TopologicalSorter(graph).static_order()]
    except CycleError as error:
        circle = " -> ".join(error.args[1])
        first = known[error.args[1][0]]
        raise JoinError(
            first.name, 1, f"imports go round: {circle}", "Import under TYPE_CHECKING for types"
        ) from error


def _imported(source: Source) -> set[str]:
    found: set[str] = set()
    for node in source.tree.body:
        if isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
            found.update(f"{node.module}.{n.name}" for n in node.names)
    return found
