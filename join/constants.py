"""The values of module constants, worked out without running the plain files."""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable

from join.kinds import CODE, DOUBLE, FLAG, TEXT, WHOLE, WORD, Kind, Number, Rows
from join.maths import CONSTANTS
from join.program import Program
from join.source import Source

_BINARY: dict[type[ast.operator], Callable[[object, object], object]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
    ast.LShift: operator.lshift,
    ast.RShift: operator.rshift,
    ast.BitOr: operator.or_,
    ast.BitAnd: operator.and_,
}
_LARGEST_CODE = 2**15


def evaluate(node: ast.expr, program: Program, source: Source) -> object:
    """Return the value of a constant expression; names are earlier constants.

    Numbers, texts, tuples, dictionaries of them, ``float("inf")``, ``len(TABLE)`` and arithmetic are known.
    """
    match node:
        case ast.Constant(value):
            return value
        case ast.Name(name) if name in program.constants:
            return program.constants[name].value
        case ast.Name(name) if name in CONSTANTS and (source.name, name) in program.maths:
            return CONSTANTS[name]
        case ast.Tuple(elements) | ast.List(elements):
            return tuple(evaluate(e, program, source) for e in elements)
        case ast.Dict(keys, values) if all(k is not None for k in keys):
            return {
                evaluate(k, program, source): evaluate(v, program, source)
                for k, v in zip(keys, values, strict=True)
                if k is not None
            }
        case ast.UnaryOp(ast.USub(), operand):
            return -evaluate(operand, program, source)  # type: ignore[operator]
        case ast.BinOp(left, op, right) if type(op) in _BINARY:
            return _BINARY[type(op)](evaluate(left, program, source), evaluate(right, program, source))
        case ast.Call(ast.Name("float"), [ast.Constant(str() as spelled)]):
            return float(spelled)
        case ast.Call(ast.Name("bytes"), [argument]):
            return bytes(evaluate(argument, program, source))  # type: ignore[call-overload]
        case ast.Call(ast.Name("len"), [argument]):
            return len(evaluate(argument, program, source))  # type: ignore[arg-type]
    raise source.fault(
        node,
        f"`{source.of(node)}` at the top of a module",
        "Constants are numbers, texts, tuples of them, and arithmetic with constants named before",
    )


def kind_of(value: object, word: Number | None) -> Kind | None:
    """Return the kind of a constant; Text for what no function may use, None for a ragged table.

    ``word`` is the annotated number where there is one: ``X: Seconds = 5`` is a double.
    """
    if isinstance(value, int | float):
        return word or _number(value)
    if isinstance(value, bytes):
        return Rows("", (len(value),), CODE)
    if isinstance(value, tuple):
        return _table(value, word)
    return TEXT


def _number(value: float) -> Number:
    if isinstance(value, bool):
        return FLAG
    if isinstance(value, int):
        # A larger one would overflow C's int when it is multiplied.
        return CODE if -_LARGEST_CODE <= value <= _LARGEST_CODE else WHOLE if value < 2**63 else WORD
    return DOUBLE


def _table(value: tuple[object, ...], word: Number | None) -> Kind | None:
    sizes = [len(value)]
    cells = list(value)
    while cells and all(isinstance(c, tuple) for c in cells):
        rows = [c for c in cells if isinstance(c, tuple)]
        if len({len(r) for r in rows}) > 1:
            return TEXT if _has_text(rows) else None
        sizes.append(len(rows[0]))
        cells = [c for r in rows for c in r]
    if not cells or not all(isinstance(c, int | float) for c in cells):
        return TEXT
    numbers = [_number(c) for c in cells if isinstance(c, int | float)]
    element = DOUBLE if DOUBLE in (*numbers, word) else WHOLE if WHOLE in numbers else CODE
    return Rows("", tuple(sizes), element)


def _has_text(rows: list[tuple[object, ...]]) -> bool:
    return any(not isinstance(c, int | float) for r in rows for c in r)


def whole_text(value: int) -> str:
    """Return a whole number as C and Cython read it alike."""
    if abs(value) <= _LARGEST_CODE:
        return str(value)
    return f"{value}LL" if value < 2**63 else f"{value}ULL"


def c_value(value: object) -> str:
    """Return a number or table as C text; a double has all its bits."""
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, int):
        return whole_text(value)
    if isinstance(value, float):
        if math.isnan(value):
            return "((double)NAN)"
        if math.isinf(value):
            return "((double)INFINITY)" if value > 0 else "(-(double)INFINITY)"
        return repr(value)
    if isinstance(value, tuple | bytes):
        return "{" + ", ".join(c_value(v) for v in value) + "}"
    raise TypeError(f"no C value for {type(value).__name__}")
