"""Takes the counting of references out of the fast build's functions, and checks that cannot fail there.

Half of what a compiled decision does is counting references to records that are not going away: every
record of a floor is held by one of its lists or by another record for as long as the floor lives. So in the
fast build hot functions do not count. Records are born with a count so high that what Python itself counts
never frees them (``join_pin``), and ``release`` frees all that hang together when nobody needs them any more.
In turn a floor that is not released stays in memory.

Arrays are not pinned: what makes one, or is given a new one, goes on counting, so that it is freed when the
function returns. Such a function must be given no record by a hot one, which has not counted it.

Cython also asks of each element of a list whether it is of the declared class, and of each list whether it is
None. The safe build keeps asking; in the fast one only the join's own text and that of ``build`` fill lists.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from itertools import chain

from join.arrays import CALLS
from join.errors import JoinError
from join.kinds import ArrayOf, ListOf, Reference
from join.program import Function, Program

MAKES = frozenset(name for name in CALLS if not name.startswith("grow"))
"""The functions of units.py that make arrays."""

PIN = '''
cdef extern from *:
    """
    #define JOIN_PIN (1 << 20)
    static CYTHON_INLINE void join_pin(PyObject *record) {
      record->ob_refcnt += JOIN_PIN;
      /* Nothing is ever garbage by itself, and links that are not counted would mislead the collector. */
      if (PyObject_IS_GC(record)) PyObject_GC_UnTrack(record);
    }
    static CYTHON_INLINE void join_unpin(PyObject *record) { record->ob_refcnt -= JOIN_PIN; }
    static void join_own_once(PyObject *records, PyObject *root) {
      Py_ssize_t place;
      for (place = 0; place < PyList_GET_SIZE(records); place++) {
        PyObject *record = PyList_GET_ITEM(records, place);
        if (record != root) record->ob_refcnt = 1;
      }
    }
    static CYTHON_INLINE void join_hold_none(void) { Py_INCREF(Py_None); }
    """
    void join_pin(object)
    void join_unpin(object)
    void join_own_once(list, object)
    void join_hold_none()
'''

RELEASE = '''
def release(root):
    """Free a record that was made here and all that it leads to. Nobody else may still hold any of them."""
    found, seen, place = [root], {id(root)}, 0
    while place < len(found):
        record = found[place]
        place += 1
        one, many = _LINKS[type(record).__name__]
        inner = [getattr(record, name) for name in one]
        for name in many:
            inner.extend(getattr(record, name))
        for each in inner:
            if each is not None and id(each) not in seen:
                seen.add(id(each))
                found.append(each)
    for record in found:
        one, many = _LINKS[type(record).__name__]
        for name in many:
            getattr(record, name).clear()  # hot code may have left it a count too many, and so alive
        for name in one:
            join_hold_none()
            setattr(record, name, None)
    record = inner = each = None
    join_unpin(root)
    # From here on each is held by this list alone.
    join_own_once(found, root)
    found.clear()
'''

_COUNTING = {
    "__Pyx_INCREF": "JOIN_UNCOUNTED",
    "__Pyx_XINCREF": "JOIN_UNCOUNTED",
    "__Pyx_DECREF": "JOIN_UNCOUNTED",
    "__Pyx_XDECREF": "JOIN_UNCOUNTED",
    "__Pyx_DECREF_SET": "JOIN_SET",
    "__Pyx_XDECREF_SET": "JOIN_SET",
    "__Pyx_CLEAR": "JOIN_FORGET",
}
_COUNTING_CALL = re.compile(r"\b(__Pyx_X?(?:INCREF|DECREF)(?:_SET)?|__Pyx_CLEAR)\(")
_MACROS = """
#define JOIN_UNCOUNTED(r) ((void)0)
#define JOIN_SET(r, v) ((r) = (v))
#define JOIN_FORGET(r) ((r) = 0)
"""
_LIST_ITEM = re.compile(r"__Pyx_PyList_GET_ITEM_REF\((\w+), (\w+), \w+\)")
_IS_A = re.compile(r"__Pyx_TypeTest\([^;()]+\)")
_IS_NO_LIST = re.compile(r"^(\s*if \()unlikely\([^;=&|]+ == Py_None\)(\) \{)$")
_AFTER = "#define __Pyx_MODULE_NAME"


def links_of(program: Program) -> dict[str, tuple[list[str], list[str]]]:
    """Return for each record the names of its fields that point at a record, and of those with many."""
    found = {}
    for name in program.records:
        fields = program.all_fields(name)
        one = [f.name for f in fields if isinstance(f.kind, Reference)]
        many = [
            f.name for f in fields if isinstance(f.kind, ListOf) and isinstance(f.kind.element, Reference)
        ]
        found[name] = (one, many)
    return found


def without_counting(c_text: str, module: str, program: Program) -> str:
    """Return the C text whose hot functions count no references; `module` is the module's full name.

    Raises JoinError where a function that must count is given a record or list by one that does not.
    """
    prefix = "".join(f"_{len(part)}{part}" for part in module.split("."))[1:]
    counting = {_c_name(function) for function in makers_of_arrays(program)}
    hot = "|".join(sorted(map(re.escape, map(_c_name, _hot(program))), key=len, reverse=True))
    start = re.compile(rf"^static [^\n;]*\b__pyx_f_{prefix}_(?P<name>{hot})\([^;{{]*\) \{{$", re.MULTILINE)
    pieces, at = [], 0
    for match in start.finditer(c_text):
        end = c_text.index("\n}\n", match.end())
        pieces.append(c_text[at : match.start()])
        head, body = match[0], c_text[match.end() : end]
        pieces.append(head.replace("static ", "static CYTHON_INLINE ", 1) if "INLINE" not in head else head)
        counts = match["name"] in counting
        pieces.append(body if counts else "\n".join(map(_uncounted, body.split("\n"))))
        at = end
    pieces.append(c_text[at:])
    return "".join(pieces).replace(_AFTER, f"{_MACROS}{_AFTER}", 1)


def makers_of_arrays(program: Program) -> list[Function]:
    """Return the hot functions that make arrays, or are given new ones.

    Raises JoinError for one that asks another hot function for a record or a list.
    """
    hot = list(_hot(program))
    arrays = {function.name for function in hot if isinstance(function.returns, ArrayOf)}
    others = {function.name for function in hot if isinstance(function.returns, Reference | ListOf)}
    makers = []
    for function in hot:
        calls = {_called(node): node for node in ast.walk(function.node) if isinstance(node, ast.Call)}
        if not (calls.keys() & (arrays | MAKES) or isinstance(function.returns, ArrayOf)):
            continue
        makers.append(function)
        for name in sorted(calls.keys() & others):
            raise JoinError(
                function.source.name,
                calls[name].lineno,
                f"{function.name} makes an array, and {name} gives it a record or list that is not counted",
                "Make the array in a function of its own",
            )
    return makers


def _called(call: ast.Call) -> str:
    """The name of what is called, without what it belongs to."""
    function = call.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _uncounted(line: str) -> str:
    """A line that counts no references, but for that to None which a caller in Python gets."""
    if "__pyx_r = Py_None" in line:
        return line
    line = _LIST_ITEM.sub(r"PyList_GET_ITEM(\1, \2)", line)
    line = _IS_NO_LIST.sub(r"\g<1>0\2", _IS_A.sub("1", line))
    return _COUNTING_CALL.sub(lambda m: f"{_COUNTING[m[1]]}(", line)


def _hot(program: Program) -> Iterator[Function]:
    """The functions and methods that do no work on Python objects."""
    methods = (record.methods.values() for record in program.records.values())
    for function in chain(program.functions.values(), *methods):
        if function.qualified not in program.cold:
            yield function


def _c_name(function: Function) -> str:
    """The name that Cython gives to a function or method, without the module's."""
    record = function.record
    return f"{len(record)}{record}_{function.name}" if record else function.name
