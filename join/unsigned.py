"""Words: unsigned numbers of 64 bits, with which C counts round and Python does not.

A sum, difference, product or shift to the left of words is ``wide``: Python's is larger than 64 bits, C's has
wrapped. ``& MASK64`` makes both the same, so nothing else may be done with a wide number. A number that may
be negative takes part in wide sums and in ``&``, and in nothing else.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from join.kinds import DOUBLE, WIDE, WORD, Kind, Number
from join.source import Source

if TYPE_CHECKING:
    from join.infer import Kinds

_WRAPS = (ast.Add, ast.Sub, ast.Mult, ast.LShift, ast.BitAnd, ast.BitOr, ast.BitXor)
_SHIFTS = (ast.LShift, ast.RShift)
_MASK = "Write `& MASK64` (a constant of 64 ones): then both runtimes have the same bits"


def result(op: ast.operator, *, natural: tuple[bool, bool]) -> Number:
    """Return the kind of an operation of which a word is part; ``natural``: which side is 0 or more."""
    match op:
        case ast.BitAnd():
            return WORD if any(natural) else WIDE
        case ast.BitOr() | ast.BitXor():
            return WORD if all(natural) else WIDE
        case ast.Add() | ast.Sub() | ast.Mult() | ast.LShift():
            return WIDE
        case _:
            return WORD


def is_word(kind: Kind | None) -> bool:
    """Whether it is unsigned in C, wide or not."""
    return isinstance(kind, Number) and kind.c == WORD.c


def check_words(kinds: Kinds) -> None:
    """Refuse what would give other bits in C than in Python, in one function."""
    for node in ast.walk(kinds.function.node):
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr) and kinds.of(child) == WIDE and not _takes_wide(node):
                raise kinds.source.fault(
                    child, f"`{kinds.source.of(child)}` may be larger than 64 bits or negative", _MASK
                )
        match node:
            case ast.BinOp(left, op, right) | ast.AugAssign(left, op, right):
                _check_operation(node, left, op, right, kinds)
            case ast.Compare(left, _, others):
                _check_alike([left, *others], kinds)
            case ast.IfExp(_, body, orelse):
                _check_alike([body, orelse], kinds)
            case ast.BoolOp(_, values):
                _check_alike(values, kinds)
            case ast.Call(ast.Name("min" | "max"), values):
                _check_alike(values, kinds)
        _check_stores(node, kinds)


def _takes_wide(node: ast.AST) -> bool:
    match node:
        case ast.BinOp(op=op) | ast.AugAssign(op=op):
            return isinstance(op, _WRAPS)
        case ast.UnaryOp(op=op):
            return isinstance(op, ast.USub | ast.Invert)
    return False


def _check_operation(node: ast.AST, left: ast.expr, op: ast.operator, right: ast.expr, kinds: Kinds) -> None:
    sides = [kinds.of(left), kinds.of(right)]
    if not any(is_word(s) for s in sides):
        return
    both = kinds.natural(left) and kinds.natural(right)
    if DOUBLE in sides:
        if WIDE in sides:
            raise kinds.source.fault(node, "arithmetic of a float and a wide word", _MASK)
    elif isinstance(op, _SHIFTS):
        if not isinstance(right, ast.Constant) or not 0 <= int(str(right.value)) < 64:
            raise kinds.source.fault(node, "a word shifted by a variable", "Shift by a number from 0 to 63")
    elif isinstance(op, ast.Div | ast.Pow):
        raise kinds.source.fault(node, "`/` or `**` of words", "Write float(word) and go on with that")
    elif isinstance(op, ast.FloorDiv | ast.Mod) and not both:
        raise kinds.source.fault(node, "`//` or `%` of a word and what may be negative", _MASK)


def _check_alike(nodes: list[ast.expr], kinds: Kinds) -> None:
    if any(is_word(kinds.of(n)) for n in nodes):
        for one in nodes:
            if isinstance(kinds.of(one), Number) and not kinds.natural(one):
                raise kinds.source.fault(
                    one, f"a word beside `{kinds.source.of(one)}`, which may be negative", _MASK
                )


def _check_stores(node: ast.AST, kinds: Kinds) -> None:
    match node:
        case ast.Assign(targets, value):
            for target in targets:
                match target, value:
                    case ast.Tuple(ones), ast.Tuple(values) if len(ones) == len(values):
                        for one, its in zip(ones, values, strict=True):
                            check_store(kinds.of(one), its, kinds)
                    case _:
                        check_store(kinds.of(target), value, kinds)
        case ast.AnnAssign(target, _, ast.expr() as value) | ast.NamedExpr(target, value):
            check_store(kinds.of(target), value, kinds)
        case ast.AugAssign(target, op, value):
            kind = kinds.arithmetic(target, value, op)
            if is_word(kinds.of(target)) and kind != WORD:
                raise kinds.source.fault(node, f"`{kinds.source.of(target)}` may outgrow 64 bits", _MASK)
            if is_word(kind) and not is_word(kinds.of(target)):
                raise _mixed(value, kinds.source)
        case ast.Return(ast.expr() as value):
            check_store(kinds.function.returns, value, kinds)


def check_store(wanted: Kind | None, value: ast.expr, kinds: Kinds) -> None:
    """Refuse a number where a word is wanted, and a word where another number is."""
    kind = kinds.of(value)
    if not isinstance(wanted, Number) or not isinstance(kind, Number):
        return
    if is_word(wanted) and not kinds.natural(value):
        raise kinds.source.fault(
            value, f"`{kinds.source.of(value)}` is no Word: it may be negative or larger than 64 bits", _MASK
        )
    if is_word(kind) and not is_word(wanted):
        raise _mixed(value, kinds.source)


def _mixed(value: ast.expr, source: Source) -> Exception:
    return source.fault(
        value,
        f"the Word `{source.of(value)}` where another number is wanted",
        "Write int(word) or float(word)",
    )
