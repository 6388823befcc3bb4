"""Edits calls: arguments in their places, records built and list elements read without Python's machinery."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from join.arrays import CALLS
from join.infer import Kinds
from join.kinds import DOUBLE, ArrayOf, Kind, ListOf, Number, Reference, c_type
from join.program import Function, Parameter, Program
from join.source import Edits
from join.unsigned import check_store, is_word

_CASTS = {"int": "long long", "float": "double", "bool": "bint"}


class Calls(ast.NodeVisitor):
    """Rewrites the calls in one function. ``checked``: the safe build; ``made``: C functions to write."""

    def __init__(
        self, program: Program, function: Function, edits: Edits, checked: bool, made: set[str]
    ) -> None:
        self.program = program
        self.source = function.source
        self.kinds = Kinds(program, function)
        self.edits = edits
        self.checked = checked
        self.made = made
        self.cold = function.qualified in program.cold
        self.silent = False
        self.borrowed: ast.expr | None = None
        self.matches = 0
        self.extra_locals: dict[str, Kind] = {}

    def visit_Call(self, node: ast.Call) -> None:
        """Make calls C calls: arguments in their places, records built without Python's machinery."""
        for argument in node.args:
            self.visit(argument)
        for keyword in node.keywords:
            self.visit(keyword.value)
        self.visit(node.func)
        called = self.kinds.callee(node)
        name = self.kinds.global_name(node.func)
        if called is not None:
            self._place(node, called.parameters, called.qualified)
        elif name in self.program.records and not self.cold:
            self._place(node, self.program.all_fields(name), name)
            self.made.add(name)
            self.edits.replace(self.source.start(node.func), self.source.end(node.func), f"join_new_{name}")
        elif self.kinds.math_name(node.func):
            self._rename(node, f"join_{name}")
        elif name in CALLS:
            self._array_call(node, name)
        elif name == "len" and isinstance(self.kinds.of(node.args[0]), ArrayOf):
            inner = self.pointer(node.args[0])
            self.edits.replace(self.source.start(node), self.source.end(node), f"join_length({inner})")
        elif name == "len" and self.is_plain_list(node.args[0]):
            inner = self.pointer(node.args[0])
            self.edits.replace(self.source.start(node), self.source.end(node), f"join_size({inner})")
        elif name in _CASTS and len(node.args) == 1:
            self._number(node, name)
        elif isinstance(node.func, ast.Attribute):
            self._list_call(node, node.func)

    def _number(self, node: ast.Call, name: str) -> None:
        kind = self.kinds.of(node.args[0])
        if isinstance(kind, Number):
            cast = f"<{_CASTS[name]}>"
            if name == "int" and (kind == DOUBLE or is_word(kind)):
                cast = "join_whole" if kind == DOUBLE else "join_signed"
            self._rename(node, cast)
            self.edits.wrap(node, "(", ")")

    def _rename(self, node: ast.Call, name: str) -> None:
        self.edits.replace(self.source.start(node.func), self.source.end(node.func), name)

    def _array_call(self, node: ast.Call, name: str) -> None:
        self._rename(node, f"join_{name}")
        if node.keywords or len(node.args) > 2:
            raise self.source.fault(node, f"`{self.source.of(node)}`", "Pass its arguments by their places")
        if not name.startswith("new"):
            self.check_array(CALLS[name], node.args[0])
        elif not node.args:
            self.edits.insert(self.source.end(node) - 1, "0")

    def check_array(self, wanted: Kind | None, given: ast.expr) -> None:
        """Refuse an array of one kind where one of another kind is wanted."""
        kind = self.kinds.of(given)
        if kind != wanted and (isinstance(kind, ArrayOf) or isinstance(wanted, ArrayOf)):
            raise self.source.fault(
                given, f"`{self.source.of(given)}` is not the kind of array wanted", "Keep to one word for it"
            )

    def is_plain_list(self, node: ast.expr) -> bool:
        """Whether it is a list with a name, in the fast build: it is looked at as it lies."""
        inner = node
        while isinstance(inner, ast.Attribute):
            inner = inner.value
        known = isinstance(self.kinds.of(node), ListOf) and isinstance(inner, ast.Name)
        return known and not self.checked and not self.cold

    def pointer(self, node: ast.expr) -> str:
        """Return an array as a pointer: no reference is counted."""
        inner = node
        while isinstance(inner, ast.Attribute):
            inner = inner.value
        if not isinstance(inner, ast.Name):
            raise self.source.fault(node, "an array that has no name", "Give it one, in a line of its own")
        return f"<join_object*>{self.edits.render(self.source.start(node), self.source.end(node))}"

    def _list_call(self, node: ast.Call, func: ast.Attribute) -> None:
        owner = self.kinds.of(func.value)
        if isinstance(owner, ArrayOf):
            raise self.source.fault(node, f"`{self.source.of(node)}`", "Arrays have cells and len()")
        if not isinstance(owner, ListOf):
            return
        if func.attr == "pop":
            self._cast(node, owner.element)
        elif func.attr == "clear" and not node.args:
            inner = self.edits.render(self.source.start(func.value), self.source.end(func.value))
            self.edits.replace(self.source.start(node), self.source.end(node), f"join_clear({inner})")

    def _place(self, node: ast.Call, parameters: Sequence[Parameter], name: str) -> None:
        """Put every argument in its parameter's place, defaults included."""
        given: dict[str, ast.expr] = dict(zip((p.name for p in parameters), node.args, strict=False))
        given.update((k.arg, k.value) for k in node.keywords if k.arg)
        wanted = [p.name for p in parameters]
        missing = [p.name for p in parameters if p.name not in given and p.default is None]
        if missing or len(node.args) > len(wanted) or not set(given) <= set(wanted):
            what = f"without `{missing[0]}`" if missing else "with an argument that it does not have"
            raise self.source.fault(node, f"`{name}` called {what}", "Pass what it declares")
        for parameter in parameters:
            if parameter.name in given:
                check_store(parameter.kind, given[parameter.name], self.kinds)
                if isinstance(self.kinds.of(given[parameter.name]), ArrayOf):
                    self.check_array(parameter.kind, given[parameter.name])
        if not node.keywords and len(node.args) == len(wanted):
            return
        in_order = sorted(given.values(), key=self.source.start) == [given[w] for w in wanted if w in given]
        if not in_order and any(isinstance(n, ast.Call) for a in given.values() for n in ast.walk(a)):
            raise self.source.fault(
                node,
                f"`{name}` called with calls as keywords in another order",
                "Put them in the declared order",
            )
        texts = [self._argument(p, given.get(p.name)) for p in parameters]
        start = self.source.text.index(b"(", self.source.end(node.func))
        self.edits.replace(start, self.source.end(node), f"({', '.join(texts)})")

    def _argument(self, parameter: Parameter, given: ast.expr | None) -> str:
        if given is not None:
            return self.edits.render(self.source.start(given), self.source.end(given))
        return self.default(parameter, self.program, self.made)

    @classmethod
    def default(cls, parameter: Parameter, program: Program, made: set[str]) -> str:
        """Return a parameter's default as C text; a record's own defaults are filled in."""
        assert parameter.default is not None
        if not parameter.factory or parameter.default == "[]":
            return parameter.default
        if isinstance(parameter.kind, ArrayOf):
            return parameter.default
        record = parameter.default.removesuffix("()")
        made.add(record)
        fields = ", ".join(cls.default(f, program, made) for f in program.all_fields(record))
        return f"join_new_{record}({fields})"

    def _cast(self, node: ast.expr, kind: Kind | None) -> None:
        spelled = c_type(kind)
        if not spelled:
            return
        if isinstance(kind, Reference) and kind.optional:
            self.made.add(f"maybe {kind.record}")
            self.edits.wrap(node, f"join_maybe_{kind.record}(", ")")
        else:
            sure = "?" if self.checked and not isinstance(kind, Number) else ""
            self.edits.wrap(node, f"(<{spelled}{sure}>", ")")
