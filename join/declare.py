"""Writes what Cython needs beside the bodies: declarations, signatures, records, the end of the main file."""

from __future__ import annotations

import ast
import json
import textwrap

from join.arrays import TYPE_CODES
from join.constants import c_value
from join.kinds import NOTHING, ArrayOf, Kind, Number, Rows, c_type, local_type
from join.order import check_order
from join.program import Constant, Function, Program, Record
from join.rewrite import Body
from join.source import Edits, Source
from join.unsigned import check_words

PRELUDE = '''
cdef inline Py_ssize_t join_within(Py_ssize_t index, Py_ssize_t size) except -1:
    """The index of a cell, if the table has it. Negative ones are refused: no table is read from its end."""
    if not 0 <= index < size:
        raise IndexError("tuple index out of range")
    return index

cdef long long join_not_whole(double x) except? -4611686018427387904:
    if x != x:
        raise ValueError("cannot convert float NaN to integer")
    raise OverflowError(f"cannot convert {x} to a whole number")

cdef inline long long join_whole(double x) except? -4611686018427387904:
    """int(x), which C leaves undefined where the number is too large for it."""
    if -9.2e18 < x < 9.2e18:
        return <long long>x
    return join_not_whole(x)

cdef inline long long join_signed(unsigned long long x) except? -4611686018427387904:
    """int(x) of a word: what no signed number holds is refused."""
    if x > 9223372036854775807ULL:
        raise OverflowError(f"{x} is too large for a signed number of 64 bits")
    return <long long>x

cdef inline join_clear(list items):
    if items is None:
        raise AttributeError("'NoneType' object has no attribute 'clear'")
    PyList_SetSlice(items, 0, PyList_GET_SIZE(items), NULL)

cdef extern from "Python.h":
    Py_ssize_t PyList_GET_SIZE(list)
    int PyList_SetSlice(list, Py_ssize_t, Py_ssize_t, void*) except -1
'''

# A function signals an error by a value that it will hardly return, so that callers need not ask each time.
_ERROR_VALUES = {
    "double": "? -9.87654321e+200",
    "long long": "? -4611686018427387904",
    "unsigned long long": "? 16045690984503098046ULL",
    "int": "? -2147483647",
    "bint": " -1",
}


def signature(function: Function, program: Program, *, defaults: str = "") -> str:
    """Return the parameters' text and what follows them, as ``(Floor floor, double now) except? -1``.

    ``defaults``: "stated" where Python may call it, "*" in a declaration, empty where calls fill them in.
    """
    own = [function.node.args.args[0].arg] if function.record else []
    spelled = [f"{c_type(p.kind)} {p.name}".strip() for p in function.parameters]
    for at, parameter in enumerate(function.parameters):
        if defaults and parameter.default is not None:
            spelled[at] += "=*" if defaults == "*" else f"={parameter.default}"
    returns_nothing = is_silent(function, program)
    return f"({', '.join(own + spelled)}){' except -1' if returns_nothing else _error(function.returns)}"


def is_silent(function: Function, program: Program) -> bool:
    """Whether it returns None to C alone: then a C int is 0 for that, and no reference is counted."""
    public = function.record or function.name in program.public or function.qualified in program.cold
    return function.returns == NOTHING and not public


def _error(kind: Kind) -> str:
    return f" except{_ERROR_VALUES[c_type(kind)]}" if isinstance(kind, Number) else ""


def opening(function: Function, program: Program) -> str:
    """Return ``cdef`` or ``cpdef`` with the type of the result."""
    public = function.name in program.public if not function.record else not function.name.startswith("_")
    result = "int" if is_silent(function, program) else c_type(function.returns)
    return f"{'cpdef' if public else 'cdef'} {result}".rstrip()


def is_public(function: Function, program: Program) -> bool:
    """Whether Python may call it."""
    return opening(function, program).startswith("cpdef")


def write_source(source: Source, program: Program, *, checked: bool, made: set[str]) -> str:
    """Return one plain file as Cython text of as many lines."""
    edits = Edits(source)
    for node in source.tree.body:
        match node:
            case ast.ClassDef(name):
                _write_record(program.records[name], program, edits, checked=checked, made=made)
            case ast.FunctionDef(name):
                _write_function(program.functions[name], program, edits, checked=checked, made=made)
            case _:
                edits.replace(source.start(node), source.end(node), "")
    return edits.render()


def _write_function(
    function: Function, program: Program, edits: Edits, *, checked: bool, made: set[str]
) -> None:
    source, node = function.source, function.node
    body = Body(program, function, edits, checked, made)
    body.silent = is_silent(function, program)
    if not body.cold:
        check_words(body.kinds)
        check_order(body.kinds)
    first = node.body[0]
    has_docstring = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    for statement in node.body[1 if has_docstring else 0 :]:
        body.visit(statement)
    start = source.start(node)
    colon = _colon_after_signature(node, source)
    defaults = "stated" if is_public(function, program) else ""
    text = f"{opening(function, program)} {function.name}{signature(function, program, defaults=defaults)}"
    edits.replace(start, colon, text)
    if declared := body.local_kinds():
        spelled = ", ".join(f"{name}={local_type(kind)}" for name, kind in sorted(declared.items()))
        _write_above(function, f"{' ' * node.col_offset}@cython.locals({spelled})", edits)


def _colon_after_signature(node: ast.FunctionDef, source: Source) -> int:
    assert node.returns is not None
    return source.text.index(b":", source.end(node.returns))


def _write_above(function: Function, text: str, edits: Edits) -> None:
    """Put a line of declarations where the plain file has a blank or comment line."""
    source, line = function.source, function.node.lineno - 1
    plain = source.line(line) if line else "-"
    if plain.strip() and not plain.strip().startswith("#"):
        raise source.fault(
            function.node, f"no blank line above `{function.qualified}`", "Leave one: declarations go there"
        )
    edits.replace(source.starts[line - 1], source.starts[line] - 1, text)


def _write_record(record: Record, program: Program, edits: Edits, *, checked: bool, made: set[str]) -> None:
    source, node = record.source, record.node
    decorator = node.decorator_list[0]
    final = "@cython.final" if program.is_leaf(record.name) else ""
    edits.replace(source.start(decorator) - 1, source.end(decorator), final)
    edits.insert(source.start(node), "cdef ")
    written = False
    for inner in node.body:
        match inner:
            case ast.FunctionDef(name):
                _write_function(record.methods[name], program, edits, checked=checked, made=made)
            case ast.AnnAssign():
                text = "" if written else _init(record, program, checked=checked)
                edits.replace(source.start(inner), source.end(inner), text)
                written = True


def _init(record: Record, program: Program, *, checked: bool) -> str:
    """Return ``__init__`` in one line: positional and by keyword, with the plain record's defaults."""
    parameters, assignments = ["self"], []
    for f in program.all_fields(record.name):
        made = "" if not f.factory else f"{f.default} if {f.name} is None else "
        default = "" if f.default is None else "=None" if f.factory else f"={f.default}"
        parameters.append(f"{c_type(f.kind)} {f.name}{default}".strip())
        code = f"join_kind({f.name}, {TYPE_CODES[f.kind.word]!r})" if isinstance(f.kind, ArrayOf) else f.name
        assignments.append(f"self.{f.name} = {made}{code}")
    if not checked:
        assignments.append("join_pin(self)")
    return f"def __init__({', '.join(parameters)}): {'; '.join(assignments)}"


def write_declarations(program: Program) -> str:
    """Return the .pxd: constants, tables, and records with their fields and methods."""
    lines = ["cimport cython", "from cpython.array cimport array as join_array", *_constants(program)]
    lines += [f"cdef class {r.name}{f'({r.base})' if r.base else ''}" for r in program.records.values()]
    for record in program.records.values():
        lines += ["", *(["@cython.final"] if program.is_leaf(record.name) else [])]
        lines.append(f"cdef class {record.name}{f'({record.base})' if record.base else ''}:")
        body = [f"    cdef public {c_type(f.kind) or 'object'} {f.name}" for f in record.fields]
        for method in record.methods.values():
            defaults = "*" if is_public(method, program) else ""
            shown = signature(method, program, defaults=defaults)
            body.append(f"    {opening(method, program)} {method.name}{shown}")
        lines += body or ["    pass"]
    return "\n".join(lines) + "\n"


def _constants(program: Program) -> list[str]:
    enums, macros, externs = [], [], []
    for constant in program.constants.values():
        match constant.kind:
            case Number("int"):
                enums.append(f"    {constant.name} = {constant.value}")
            case Number(c):
                macros.append(f"#define CALLFLOOR_{constant.name} (({c}){c_value(constant.value)})")
                externs.append(f'    const {c} {constant.name} "CALLFLOOR_{constant.name}"')
            case Rows():
                macros.append(_table(constant))
                externs.append(_table_name(constant))
    lines = ["cdef enum:", *enums] if enums else []
    if macros:
        lines += [
            "cdef extern from *:",
            '    """',
            *textwrap.indent("\n".join(macros), "    ").splitlines(),
            '    """',
        ]
        lines += externs
    return lines


def _table(constant: Constant) -> str:
    assert isinstance(constant.kind, Rows)
    sizes = "".join(f"[{n}]" for n in constant.kind.sizes)
    cells = c_value(constant.value)
    return f"static const {constant.kind.element.c} CALLFLOOR_{constant.name}{sizes} = {cells};"


def _table_name(constant: Constant) -> str:
    assert isinstance(constant.kind, Rows)
    sizes = "".join(f"[{n}]" for n in constant.kind.sizes)
    return f'    const {constant.kind.element.c} {constant.name} "CALLFLOOR_{constant.name}"{sizes}'


def write_makers(made: set[str], program: Program, *, checked: bool) -> str:
    """Return the C functions by which the floor makes records and reads lists with None in them."""
    lines: list[str] = []
    for name in sorted(made):
        if name.startswith("maybe "):
            record = name.removeprefix("maybe ")
            lines += [f"cdef inline {record} join_maybe_{record}(object it):", "    return it", ""]
            continue
        fields = program.all_fields(name)
        lines.append(
            f"cdef {name} join_new_{name}({', '.join(f'{c_type(f.kind)} {f.name}' for f in fields)}):"
        )
        lines.append(f"    cdef {name} made = {name}.__new__({name})")
        lines += [f"    made.{f.name} = {f.name}" for f in fields]
        lines += ["    return made", ""] if checked else ["    join_pin(made)", "    return made", ""]
    return "\n".join(lines)


def write_exports(program: Program, digests: dict[str, str], package: str, build: str) -> str:
    """Return the end of the main file: public constants, and of what text the module was made."""
    up = package.count(".") + 1
    lines = [
        "import os, pathlib",
        f"join_name_files(os.fsencode(pathlib.Path(__file__).absolute().parents[{up}]))",
        "del os, pathlib",
        f"BUILD = {build!r}",
        f"SOURCES = {json.dumps(digests, sort_keys=True)}",
    ]
    constants = {n: program.constants[n].value for n in program.public if n in program.constants}
    lines += [f"globals()[{name!r}] = {_python(value)}" for name, value in constants.items()]
    return "\n".join(lines) + "\n"


def _python(value: object) -> str:
    return f'float("{value}")' if isinstance(value, float) else repr(value)
