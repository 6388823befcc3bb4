"""Reads the plain files into a Program, and refuses what is not part of the floor's language."""

from __future__ import annotations

import ast

from join.annotations import constant_word, read_annotation
from join.constants import evaluate, kind_of, whole_text
from join.errors import JoinError
from join.kinds import ARRAYS, CODE, DOUBLE, FLAG, NOTHING, TEXT, WHOLE, WORD, ArrayOf, Number, Rows
from join.maths import CONSTANTS, FUNCTIONS
from join.order import changing
from join.program import Constant, Function, Parameter, Program, Record
from join.source import Source

_WORDS = {"float": DOUBLE, "int": WHOLE, "bool": FLAG}
_NARROW_WORDS = {"Code": CODE, "Word": WORD}
_FREE_IMPORTS = {"__future__", "typing", "dataclasses", "collections.abc"}


def read_words(units: Source) -> dict[str, Number | ArrayOf]:
    """Return the words of ``units.py`` with their kinds: ``Seconds = float`` is a double, Code a C int."""
    words: dict[str, Number | ArrayOf] = {}
    for node in units.tree.body:
        match node:
            case ast.Assign([ast.Name(word)], ast.Name("float" | "int" | "bool" as plain)):
                words[word] = _NARROW_WORDS.get(word, _WORDS[plain])
            case ast.AnnAssign(ast.Name(word), ast.Name("TypeAlias")) if word in ARRAYS:
                words[word] = ARRAYS[word]
    return words


def read_program(
    sources: list[Source], units: Source, public: tuple[str, ...], cold: frozenset[str]
) -> Program:
    """Read all files, in the order in which they import each other."""
    program = Program(sources=sources, public=public, cold=cold)
    program.words.update(read_words(units))
    modules = {s.module for s in sources} | {units.module}
    for source in sources:
        _read_top(source, program, modules)
    _check_maths(program)
    for record in program.records.values():
        _read_record(record, program)
    for function in program.functions.values():
        _read_signature(function, program)
    _check_overrides(program)
    program.changing = changing(program)
    return program


def _define(name: str, program: Program, source: Source, node: ast.AST) -> None:
    for group in (program.constants, program.records, program.functions):
        if name in group:
            other = group[name].source.name
            raise source.fault(
                node,
                f"`{name}` is defined here and in {other}",
                "The joined floor is one module: rename one of them",
            )


def _read_top(source: Source, program: Program, modules: set[str]) -> None:
    for node in source.tree.body:
        match node:
            case ast.Import() | ast.ImportFrom():
                _read_import(node, source, program, modules)
            case ast.If(ast.Name("TYPE_CHECKING"), body, []):
                for inner in body:
                    _read_import(inner, source, program, modules)
            case ast.Expr(ast.Constant(str())) | ast.Assign([ast.Name("__all__")]):
                pass
            case ast.Assign([ast.Name(name)], value):
                _read_constant(name, value, None, node, source, program)
            case ast.AnnAssign(ast.Name(name), annotation, ast.expr() as value):
                _read_constant(name, value, annotation, node, source, program)
            case ast.ClassDef():
                _read_class(node, source, program)
            case ast.FunctionDef():
                _define(node.name, program, source, node)
                program.functions[node.name] = Function(node.name, "", [], NOTHING, node, source)
            case _:
                raise source.fault(
                    node,
                    f"a {type(node).__name__} statement at the top of a module",
                    "Only imports, constants, records and functions belong there",
                )


def _read_import(node: ast.stmt, source: Source, program: Program, modules: set[str]) -> None:
    match node:
        case ast.ImportFrom(module="math", names=names, level=0) if all(n.asname is None for n in names):
            if unknown := [n.name for n in names if n.name not in {*CONSTANTS, *FUNCTIONS}]:
                known = ", ".join((*FUNCTIONS, *CONSTANTS))
                raise source.fault(node, f"`{unknown[0]}` of math", f"The join knows {known}")
            program.maths.update((source.name, n.name) for n in names)
            return
        case ast.ImportFrom(module=str() as module, names=names, level=0):
            if module in _FREE_IMPORTS or module in modules:
                if renamed := [n for n in names if n.asname not in (None, n.name)]:
                    raise source.fault(
                        node, f"`{renamed[0].name} as {renamed[0].asname}`", "Import it by its own name"
                    )
                return
            whole = [n for n in names if f"{module}.{n.name}" in modules]
            if len(whole) == len(names):
                program.aliases.update((source.name, n.asname or n.name) for n in whole)
                return
    raise source.fault(
        node,
        f"`{source.of(node)}`",
        "The floor imports only from typing and joined modules, as `from callfloor.floor.x import y`",
    )


def _read_constant(
    name: str, value: ast.expr, annotation: ast.expr | None, node: ast.stmt, source: Source, program: Program
) -> None:
    _define(name, program, source, node)
    found = evaluate(value, program, source)
    kind = kind_of(found, constant_word(annotation, program))
    if kind is None:
        raise source.fault(node, f"the rows of `{name}` differ in length", "Fill every cell of the table")
    if isinstance(kind, Rows):
        kind = Rows(name, kind.sizes, kind.element)
    program.constants[name] = Constant(name, found, kind, source)


def _read_class(node: ast.ClassDef, source: Source, program: Program) -> None:
    _define(node.name, program, source, node)
    match node.decorator_list, node.bases, node.keywords:
        case [ast.Name("record")], [], []:
            base = ""
        case [ast.Name("record")], [ast.Name(base)], []:
            pass
        case _:
            raise source.fault(
                node,
                f"class `{node.name}` is not a plain @record",
                "Use @record and at most one record as its base",
            )
    if base and base not in program.records:
        raise source.fault(
            node, f"the base `{base}` of `{node.name}` is not known yet", "Define the base before it"
        )
    program.records[node.name] = Record(node.name, base, node, source)


def _read_record(record: Record, program: Program) -> None:
    source = record.source
    for node in record.node.body:
        match node:
            case ast.Expr(ast.Constant()) | ast.Pass():
                pass
            case ast.AnnAssign(ast.Name(), ast.expr()):
                record.fields.append(_read_field(node, source, program))
            case ast.FunctionDef(name):
                method = Function(name, record.name, [], NOTHING, node, source)
                _read_signature(method, program)
                record.methods[name] = method
            case _:
                raise source.fault(
                    node,
                    f"`{source.of(node).splitlines()[0]}` in a record",
                    "Records hold annotated fields and methods",
                )


def _read_field(node: ast.AnnAssign, source: Source, program: Program) -> Parameter:
    assert isinstance(node.target, ast.Name)
    kind = read_annotation(node.annotation, program, source)
    match node.value:
        case None:
            return Parameter(node.target.id, kind, None)
        case ast.Call(ast.Name("field"), [], [ast.keyword("default_factory", ast.Name(factory))]):
            if factory.removeprefix("new_").title() in program.words:
                return Parameter(node.target.id, kind, f"join_{factory}(0)", factory=True)
            if factory != "list" and factory not in program.records:
                raise source.fault(
                    node, f"default_factory={factory}", "Use `list`, a record, or new_times and its like"
                )
            return Parameter(
                node.target.id, kind, "[]" if factory == "list" else f"{factory}()", factory=True
            )
        case ast.Constant(None):
            return Parameter(node.target.id, kind, "None")
        case value:
            return Parameter(node.target.id, kind, default_text(value, source, program))


def default_text(value: ast.expr, source: Source, program: Program) -> str:
    """Return a default as text that stands in the compiled source too."""
    if isinstance(value, ast.Name) and value.id in program.constants:
        return value.id
    found = evaluate(value, program, source)
    if found is None or isinstance(found, bool | str):
        return repr(found)
    if isinstance(found, int):
        return whole_text(found)
    if isinstance(found, float):
        return repr(found) if found - found == 0.0 else f'float("{found}")'
    raise source.fault(
        value,
        f"the default `{source.of(value)}`",
        "A default is a number, None, or field(default_factory=...)",
    )


def _read_signature(function: Function, program: Program) -> None:
    node, source = function.node, function.source
    arguments = node.args
    if arguments.vararg or arguments.kwarg or node.decorator_list:
        raise source.fault(
            node,
            f"`{function.qualified}` has a decorator, *args or **kwargs",
            "Name every parameter, use no decorator",
        )
    positional = [*arguments.posonlyargs, *arguments.args]
    defaults: list[ast.expr | None] = [None] * (len(positional) - len(arguments.defaults))
    pairs = list(zip(positional, [*defaults, *arguments.defaults], strict=True))
    pairs += list(zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True))
    for argument, default in pairs[1 if function.record else 0 :]:
        if argument.annotation is None:
            raise source.fault(
                argument, f"`{argument.arg}` of `{function.qualified}` has no annotation", "Annotate it"
            )
        kind = read_annotation(argument.annotation, program, source)
        text = None if default is None else default_text(default, source, program)
        function.parameters.append(Parameter(argument.arg, kind, text))
    if node.returns is None:
        raise source.fault(
            node, f"`{function.qualified}` does not say what it returns", "Annotate the result, or `-> None`"
        )
    function.returns = read_annotation(node.returns, program, source)
    if function.returns == TEXT and function.qualified not in program.cold:
        raise source.fault(
            node, f"`{function.qualified}` returns a str", "Return a Code; texts belong outside the floor"
        )


def _check_maths(program: Program) -> None:
    for name in {name for _, name in program.maths}:
        for group in (program.constants, program.records, program.functions):
            if name in group:
                one = group[name]
                raise JoinError(
                    one.source.name,
                    getattr(getattr(one, "node", None), "lineno", 1),
                    f"`{name}` is defined here and imported from math elsewhere",
                    "The joined floor is one module: rename it",
                )


def _check_overrides(program: Program) -> None:
    for record in program.records.values():
        for method in record.methods.values():
            inherited = program.member(record.base, method.name) if record.base else None
            if inherited is None:
                continue
            if not isinstance(inherited, Function) or (
                [p.kind for p in inherited.parameters] != [p.kind for p in method.parameters]
                or inherited.returns != method.returns
            ):
                raise JoinError(
                    record.source.name,
                    method.node.lineno,
                    f"`{method.qualified}` does not have the parameters and result of what it overrides",
                    "Give both the same signature",
                )
