"""The order of evaluation: C reads a field when it needs it, Python when it comes to it.

In ``floor.sent + send(floor)`` Python reads the field first, C after the call that changes it. So a field,
cell or element may not stand before a call that changes anything, in one expression.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from join.kinds import Number
from join.program import Function, Program

if TYPE_CHECKING:
    from join.infer import Kinds

_CHANGES = {"append", "pop", "insert", "clear", "extend", "remove", "reverse", "sort"}


def changing(program: Program) -> frozenset[str]:
    """Return the names of what changes a record, list or array, itself or by what it calls."""
    methods = [m for r in program.records.values() for m in r.methods.values()]
    functions = [*program.functions.values(), *methods]
    called = {id(f): _called(f) for f in functions}
    found = {f.name for f in functions if _stores(f) or any(n.startswith("grow_") for n in called[id(f)])}
    while more := {f.name for f in functions if called[id(f)] & (found | _CHANGES)} - found:
        found |= more
    return frozenset(found | _CHANGES)


def _called(function: Function) -> set[str]:
    calls = [n.func for n in ast.walk(function.node) if isinstance(n, ast.Call)]
    return {
        c.attr if isinstance(c, ast.Attribute) else c.id
        for c in calls
        if isinstance(c, ast.Attribute | ast.Name)
    }


def _stores(function: Function) -> bool:
    return any(
        isinstance(n, ast.Attribute | ast.Subscript) and isinstance(n.ctx, ast.Store)
        for n in ast.walk(function.node)
    )


def check_order(kinds: Kinds) -> None:
    """Refuse a field that is read before a call that may change it, in one function."""
    for node in ast.walk(kinds.function.node):
        parts: list[ast.expr] = []
        match node:
            case ast.BinOp(left, _, right):
                parts = [left, right]
            case ast.Compare(left, _, others):
                parts = [left, *others]
            case ast.Call(_, arguments, keywords):
                parts = [*arguments, *(k.value for k in keywords)]
            case ast.AugAssign(target, _, value) if not isinstance(target, ast.Name):
                parts = [target, value]
        for at, part in enumerate(parts):
            if _reads(part, kinds) and any(_changes(p, kinds.program) for p in parts[at + 1 :]):
                raise kinds.source.fault(
                    node,
                    "a field read before a call that changes something",
                    "Give the call's result a name first",
                )


def _reads(node: ast.expr, kinds: Kinds) -> bool:
    return any(
        isinstance(n, ast.Attribute | ast.Subscript) and isinstance(kinds.of(n), Number)
        for n in ast.walk(node)
    )


def _changes(node: ast.expr, program: Program) -> bool:
    for one in ast.walk(node):
        match one:
            case ast.Call(ast.Name(name) | ast.Attribute(attr=name)) if name in program.changing:
                return True
    return False
