"""What an annotation or a default says about a kind."""

from __future__ import annotations

import ast

from join.kinds import DOUBLE, FLAG, NOTHING, TEXT, WHOLE, Kind, ListOf, Number, Reference
from join.program import Program
from join.source import Source

_BUILTIN: dict[str, Kind] = {"int": WHOLE, "float": DOUBLE, "bool": FLAG, "str": TEXT, "None": NOTHING}


def read_annotation(node: ast.expr, program: Program, source: Source) -> Kind:
    """Return the kind that an annotation names; refuses what has none."""
    match node:
        case ast.Constant(None):
            return NOTHING
        case ast.Constant(str() as quoted):
            return read_annotation(
                ast.copy_location(ast.parse(quoted, mode="eval").body, node), program, source
            )
        case ast.Name(name) | ast.Attribute(attr=name):
            known = _named(name, program)
            if known is not None:
                return known
        case ast.Subscript(ast.Name("list" | "List"), element):
            return ListOf(read_annotation(element, program, source))
        case ast.Subscript(ast.Name("Final"), inner):
            return read_annotation(inner, program, source)
        case ast.BinOp(left, ast.BitOr(), right):
            sides = [read_annotation(left, program, source), read_annotation(right, program, source)]
            match sides:
                case [Reference(record), other] | [other, Reference(record)] if other == NOTHING:
                    return Reference(record, optional=True)
    raise source.fault(
        node,
        f"the annotation `{source.of(node)}`",
        "The join knows the words of units.py, int, float, bool, records, `Record | None` and lists of them",
    )


def _named(name: str, program: Program) -> Kind | None:
    if name in program.words:
        return program.words[name]
    return Reference(name) if name in program.records else _BUILTIN.get(name)


def constant_word(node: ast.expr | None, program: Program) -> Number | None:
    """Return the number that a constant's annotation names, through Final and tuple; None without one."""
    match node:
        case ast.Subscript(ast.Name("Final" | "tuple"), ast.Tuple([inner, *_])):
            return constant_word(inner, program)
        case ast.Subscript(ast.Name("Final" | "tuple"), inner):
            return constant_word(inner, program)
        case ast.Name(name):
            known = _named(name, program)
            return known if isinstance(known, Number) else None
    return None
