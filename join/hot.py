"""Looks for Python-object work in the C that Cython has made of the floor's functions.

Cython writes above every piece of C the plain line that it stands for. In the pieces that belong to the body
of a decision only known calls are allowed: reading, storing and appending in lists, counting references,
checking types, and raising. Anything else (attributes by name, boxed numbers, calls through Python, look-ups
of globals) is work that the plain text did not ask for.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from join.program import Function, Program
from join.source import Source

_MARK = re.compile(r'\s*/\* "(?P<file>[^"]+)":(?P<line>\d+)$')
_CALLED = re.compile(r"\b(_*Pyx?_?\w+|PyErr_\w+)\s*\(")
_ALLOWED = re.compile(
    r"""_*Py(?:x)?_?(?:
      X?(?:INCREF|DECREF|GOTREF|GIVEREF|CLEAR|NewRef)(?:_SET)? | RefNanny\w+ | TypeTest | TypeCheck
    | PyList_(?:GET_SIZE|GET_ITEM\w*|Append|Pop\w*|SET_ITEM\w*|GetSlice) | ListComp_Append
    | SetItemInt\w* | DelItemInt\w* | GetItemInt_List\w* | List_Pop\w*
    | List_(?:CheckExact|New|GET_SIZE|GET_ITEM|SET_ITEM|Append|Insert|SetSlice)
    | PyLong_As_\w+ | PyFloat_AsDouble | PyFloat_AS_DOUBLE | PyObject_IsTrue_bool
    | Err_\w+ | Raise\w* | AddTraceback | WriteUnraisable | div_\w+ | mod_\w+ | pow_\w+ | is_valid_index
    | CHECK_FLOAT_EXCEPTION | PYX_CHECK_FLOAT_EXCEPTION | PYX_ERR | UNARY_NEG_WOULD_OVERFLOW | CAST_\w+
    | PySequence_ListKeepNew | PyObject_Append | GetBuiltinName_raise | TYPE
    )""",
    re.VERBOSE,
)
_HINTS = (
    ("GetAttr", "an attribute is looked up by name"),
    ("SetAttr", "an attribute is set by name"),
    ("FromDouble", "a number of seconds or a rate is made a Python float"),
    ("PyLong_From", "a whole number is made a Python int"),
    ("PyBool_From", "a truth value is made a Python bool"),
    ("RichCompare", "objects are compared by value: use `is`"),
    ("IsTrue", "the truth of an object is asked: compare with None"),
    ("GlobalName", "a global is looked up by name"),
    ("Contains", "membership is asked of an object"),
    ("Call", "a call goes through Python"),
    ("Number_", "arithmetic on Python objects"),
    ("GetIter", "a loop over something other than a list or range"),
    ("Tuple", "a tuple is built"),
    ("Dict", "a dictionary is used"),
    ("Unicode", "text is built"),
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of a decision that works on Python objects, and by what call in C."""

    file: str
    line: int
    function: str
    call: str
    plain: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.reason}"

    @property
    def reason(self) -> str:
        """Why the line is refused, and the line."""
        why = next((why for part, why in _HINTS if part in self.call), "it works on Python objects")
        return f"in `{self.function}` {why} ({self.call}): {self.plain}"


def find_object_work(c_text: str, program: Program) -> list[Finding]:
    """Return what the C does with Python objects in the bodies of hot functions, file by file."""
    owners = {s.name: _owners(s, program) for s in program.sources}
    sources = {s.name: s for s in program.sources}
    found: dict[Finding, None] = {}
    for name, line, piece in _pieces(c_text):
        function = owners.get(name, {}).get(line)
        if function is None:
            continue
        for call in _object_calls(piece):
            found[Finding(name, line, function, call, sources[name].line(line).strip())] = None
    return sorted(found, key=lambda f: (f.file, f.line))


def _object_calls(piece: str) -> Iterator[str]:
    for match in _CALLED.finditer(piece):
        if not _ALLOWED.fullmatch(match[1]):
            yield match[1]


def _owners(source: Source, program: Program) -> dict[int, str]:
    """Return the hot lines: line number to the name of the function whose body it is in."""
    lines: dict[int, str] = {}
    methods = [m for r in program.records.values() for m in r.methods.values()]
    for function in [*program.functions.values(), *methods]:
        if function.source is source and function.qualified not in program.cold:
            lines.update(dict.fromkeys(_body_lines(function), function.qualified))
    return lines


def _body_lines(function: Function) -> set[int]:
    first, last = function.node.body[0], function.node.body[-1]
    assert last.end_lineno is not None
    lines = set(range(first.lineno, last.end_lineno + 1))
    for node in ast.walk(function.node):
        if isinstance(node, ast.Raise):
            assert node.end_lineno is not None
            lines -= set(range(node.lineno, node.end_lineno + 1))
    return lines


def _pieces(c_text: str) -> Iterator[tuple[str, int, str]]:
    """Yield (file, line, C text) for every piece of C that stands below a mark."""
    name, number, piece = "", 0, list[str]()
    in_comment = False
    for row in c_text.splitlines():
        mark = _MARK.match(row)
        if mark or row == "}" or "/* function exit code */" in row:
            yield name, number, "\n".join(piece)
            piece = []
            name, number = (mark["file"], int(mark["line"])) if mark else ("", 0)
            in_comment = mark is not None
        elif in_comment:
            in_comment = not row.startswith("*/")
        else:
            piece.append(row)
    yield name, number, "\n".join(piece)
