"""The kind of every expression in a function, and with it the C type of every local."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

from join.annotations import read_annotation
from join.arrays import CALLS
from join.kinds import (
    CODE,
    DOUBLE,
    FLAG,
    LITERAL,
    NOTHING,
    TEXT,
    WHOLE,
    WIDE,
    WORD,
    ArrayOf,
    Kind,
    ListOf,
    Number,
    Reference,
    Rows,
    arithmetic,
)
from join.maths import CONSTANTS, FUNCTIONS
from join.program import Function, Parameter, Program
from join.unsigned import is_word, result

_LIST_RESULTS: dict[str, Kind] = {"index": WHOLE, "count": WHOLE, "append": NOTHING, "insert": NOTHING}


class Kinds:
    """Tells the kind of expressions in one function."""

    def __init__(self, program: Program, function: Function) -> None:
        self.program = program
        self.function = function
        self.source = function.source
        self.locals: dict[str, Kind | None] = {p.name: p.kind for p in function.parameters}
        if function.record:
            self.locals[function.node.args.args[0].arg] = Reference(function.record)
        self.declared = set(self.locals)
        self.settled = False
        self._infer()
        self.settled = True

    def of(self, node: ast.expr) -> Kind | None:
        """Return the kind of an expression, None where it is not known."""
        read: Callable[[ast.expr], Kind | None] | None = getattr(
            self, f"_{type(node).__name__.lower()}", None
        )
        return read(node) if read else None

    def global_name(self, node: ast.expr) -> str:
        """Return the joined name that ``node`` stands for (``X`` or ``module.X``), empty for none."""
        match node:
            case ast.Name(name) if name not in self.locals:
                return name
            case ast.Attribute(ast.Name(module), name) if (self.source.name, module) in self.program.aliases:
                return name
        return ""

    def math_name(self, node: ast.expr) -> str:
        """Return what ``node`` is called in Python's math module, empty if it is not from there."""
        name = self.global_name(node)
        return name if (self.source.name, name) in self.program.maths else ""

    def natural(self, node: ast.expr) -> bool:
        """Whether it is a whole number of 64 bits that is never negative: a word, or a constant."""
        if isinstance(node, ast.Constant):
            return isinstance(node.value, int) and node.value >= 0
        if constant := self.program.constants.get(self.global_name(node)):
            return isinstance(constant.value, int) and constant.value >= 0
        kind = self.of(node)
        # While kinds are still being told, what has only been given literals may yet turn out a word.
        return kind in (WORD, FLAG) or (kind == LITERAL and not self.settled)

    def callee(self, node: ast.Call) -> Function | None:
        """Return the floor's function or method that is called, None for anything else."""
        if name := self.global_name(node.func):
            return self.program.functions.get(name)
        if isinstance(node.func, ast.Attribute):
            owner = self.of(node.func.value)
            if isinstance(owner, Reference):
                found = self.program.member(owner.record, node.func.attr)
                return found if isinstance(found, Function) else None
        return None

    # Locals: assignments are read again and again until nothing changes.

    def _infer(self) -> None:
        names = {
            n.id
            for n in ast.walk(self.function.node)
            if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
        }
        for name in names - self.declared:
            self.locals[name] = None
        for _ in range(20):
            before = dict(self.locals)
            for node in ast.walk(self.function.node):
                for target, kind in self._assigned(node):
                    self._assign(target, kind)
            if before == self.locals:
                return

    def _assigned(self, node: ast.AST) -> Iterator[tuple[ast.expr, Kind | None]]:
        match node:
            case ast.Assign(targets, value):
                for target in targets:
                    yield from self._unpacked(target, value)
            case ast.AnnAssign(ast.Name(name), annotation):
                self.declared.add(name)
                self.locals[name] = read_annotation(annotation, self.program, self.source)
            case ast.AugAssign(ast.Name() as target, op, value):
                yield target, self.arithmetic(target, value, op)
            case ast.NamedExpr(target, value):
                yield target, self.of(value)
            case ast.For(ast.Tuple([first, second]), ast.Call(ast.Name("enumerate"), [inner, *_])):
                yield first, WHOLE
                yield second, self.element(inner)
            case ast.For(target, over):
                yield target, self.element(over)

    def _unpacked(self, target: ast.expr, value: ast.expr) -> Iterator[tuple[ast.expr, Kind | None]]:
        match target, value:
            case ast.Tuple(targets), ast.Tuple(values) if len(targets) == len(values):
                for one, its in zip(targets, values, strict=True):
                    yield one, self.of(its)
            case ast.Name(), _:
                yield target, self.of(value)

    def _assign(self, target: ast.expr, kind: Kind | None) -> None:
        if isinstance(target, ast.Name) and target.id not in self.declared:
            self.locals[target.id] = self.program.merge(self.locals.get(target.id), kind)

    def element(self, over: ast.expr) -> Kind | None:
        """Return the kind of what a loop over ``over`` yields."""
        match over:
            case ast.Call(ast.Name("range")):
                return WHOLE
            case ast.Call(ast.Name("reversed"), [inner]):
                return self.element(inner)
            case ast.Tuple(elements):
                return self._merged(elements)
        match self.of(over):
            case ListOf(element):
                return element
            case ArrayOf():
                raise self.source.fault(over, "a loop over an array", "Loop over range(len(...))")
            case Rows(table, sizes, element):
                return Rows(table, sizes[1:], element) if len(sizes) > 1 else element
        return None

    # Expressions, by the name of their node.

    def _merged(self, nodes: list[ast.expr]) -> Kind | None:
        kind: Kind | None = None
        for node in nodes:
            kind = self.program.merge(kind, self.of(node))
        return kind

    def _constant(self, node: ast.Constant) -> Kind | None:
        match node.value:
            case bool():
                return FLAG
            case int() as value:
                return LITERAL if value < 2**63 else WORD
            case float():
                return DOUBLE
            case str():
                return TEXT
            case None:
                return NOTHING
        return None

    def _name(self, node: ast.Name) -> Kind | None:
        if node.id in self.locals:
            return self.locals[node.id]
        if self.math_name(node) in CONSTANTS:
            return DOUBLE
        constant = self.program.constants.get(node.id)
        return self._constant_kind(constant.kind) if constant else None

    @staticmethod
    def _constant_kind(kind: Kind) -> Kind:
        # A word says how wide a field must be; a constant takes the width of its neighbours.
        return LITERAL if kind in (CODE, WHOLE) else kind

    def _attribute(self, node: ast.Attribute) -> Kind | None:
        if name := self.global_name(node):
            constant = self.program.constants.get(name)
            return self._constant_kind(constant.kind) if constant else None
        owner = self.of(node.value)
        if not isinstance(owner, Reference):
            return None
        found = self.program.member(owner.record, node.attr)
        return found.kind if isinstance(found, Parameter) else None

    def _subscript(self, node: ast.Subscript) -> Kind | None:
        match self.of(node.value):
            case ListOf(element) as whole:
                return whole if isinstance(node.slice, ast.Slice) else element
            case ArrayOf(_, element):
                return element
            case Rows(table, sizes, element):
                return Rows(table, sizes[1:], element) if len(sizes) > 1 else element
        return None

    def _call(self, node: ast.Call) -> Kind | None:
        called = self.callee(node)
        if called is not None:
            return called.returns
        name = self.global_name(node.func)
        if name in self.program.records:
            return Reference(name)
        if self.math_name(node.func):
            return FUNCTIONS.get(name)
        if name in CALLS:
            return NOTHING if name.startswith("grow") else CALLS[name]
        match name:
            case "int" | "len":
                return WHOLE
            case "float":
                return DOUBLE
            case "bool":
                return FLAG
            case "min" | "max" | "abs":
                return self._merged(node.args)
        if isinstance(node.func, ast.Attribute):
            owner = self.of(node.func.value)
            if isinstance(owner, ListOf):
                return owner.element if node.func.attr == "pop" else _LIST_RESULTS.get(node.func.attr)
        return None

    def _binop(self, node: ast.BinOp) -> Kind | None:
        return self.arithmetic(node.left, node.right, node.op)

    def arithmetic(self, one: ast.expr, other: ast.expr, op: ast.operator) -> Kind | None:
        """Return the kind of an operation on two expressions."""
        left, right = self.of(one), self.of(other)
        if not isinstance(left, Number) or not isinstance(right, Number):
            return None
        if DOUBLE not in (left, right) and (is_word(left) or is_word(right)):
            return result(op, natural=(self.natural(one), self.natural(other)))
        return DOUBLE if isinstance(op, ast.Div) else arithmetic(left, right)

    def _unaryop(self, node: ast.UnaryOp) -> Kind | None:
        kind = self.of(node.operand)
        if isinstance(node.op, ast.Not):
            return FLAG
        if is_word(kind) and not isinstance(node.op, ast.UAdd):
            return WIDE
        return WHOLE if kind in (CODE, FLAG) else kind

    def _compare(self, _node: ast.Compare) -> Kind | None:
        return FLAG

    def _boolop(self, node: ast.BoolOp) -> Kind | None:
        return self._merged(node.values)

    def _ifexp(self, node: ast.IfExp) -> Kind | None:
        return self._merged([node.body, node.orelse])

    def _namedexpr(self, node: ast.NamedExpr) -> Kind | None:
        return self.of(node.value)

    def _list(self, node: ast.List) -> Kind | None:
        return ListOf(self._merged(node.elts))
