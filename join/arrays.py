"""What typed arrays become: cells in memory, reached without a Python object in between.

A cell is a pointer's target: checked in the safe build (the kind of array, its length, no index below 0), and
plain arithmetic in the fast one. A pointer is taken of the array where it lies, so that no reference has to
be counted.
"""

from __future__ import annotations

from join.kinds import ARRAYS, ArrayOf

TYPE_CODES = {"times": "d", "counts": "q", "codes": "i"}

_HEAD = '''
from cpython.array cimport array as join_array
from cpython.ref cimport PyObject as join_object
import array as join_arrays

cdef extern from *:
    """
    #define join_size(a) ((long long)Py_SIZE(a))
    #define join_data(a) (__Pyx_PyArray_Data((arrayobject *)(a)).as_voidptr)
    """
    long long join_size(join_object *) noexcept
    void *join_data(join_object *) noexcept

cdef extern from *:
    """
    static CYTHON_INLINE PyObject *join_item(PyObject *list, long long index) {
      return PyList_GET_ITEM(list, index < 0 ? index + PyList_GET_SIZE(list) : index);
    }
    """
    join_object *join_item(join_object *, long long) noexcept

cdef join_array join_kind(join_array values, str code):
    """The array itself, if it is of that kind."""
    if values is None or values.typecode != code:
        raise TypeError(f"expected an array of type code {code!r}, found {values!r:.60}")
    return values

cdef join_array join_zeros(str code, long long count):
    cdef join_array made = join_arrays.array(code)
    made.frombytes(bytes(count * made.itemsize))
    return made

cdef join_lengthen(join_array values, long long count):
    values.frombytes(bytes((count - len(values)) * values.itemsize))
'''

_CHECKED = """
cdef int join_no_cell(join_object *values, long long index) except -1:
    if <object>values is None:
        raise TypeError("'NoneType' object is not subscriptable")
    raise IndexError("array index out of range")

cdef inline long long join_length(join_object *values) except -1:
    if <object>values is None:
        raise TypeError("object of type 'NoneType' has no len()")
    return join_size(values)
"""

_UNCHECKED = '''
cdef extern from *:
    """
    #define join_length(a) join_size(a)
    """
    long long join_length(join_object *) noexcept
'''

_EACH = """
cdef join_array join_new_{word}(long long count):
    return join_zeros("{code}", count)

cdef join_array join_copy_{word}(join_array values):
    return join_kind(values, "{code}")[:]

cdef inline join_grow_{word}(join_array values, long long count):
    if join_length(<join_object*>values) < count:
        join_lengthen(join_kind(values, "{code}"), count)
"""

_CELL_CHECKED = """
cdef inline {c} *join_cell_{word}(join_object *values, long long index) except NULL:
    if <object>values is None or not 0 <= index < join_size(values):
        join_no_cell(values, index)
    if (<join_array>values).ob_descr.typecode != {byte}:
        join_kind(<join_array>values, "{code}")
    return <{c} *>join_data(values) + index
"""

_CELL_UNCHECKED = '''
cdef extern from *:
    """
    #define join_cell_{word}(a, i) (({c} *)join_data(a) + (i))
    """
    {c} *join_cell_{word}(join_object *, long long) noexcept
'''

CALLS: dict[str, ArrayOf] = {
    f"{do}_{kind.word}": kind for kind in ARRAYS.values() for do in ("new", "grow", "copy")
}
"""The functions of units.py that make, lengthen and copy arrays."""


def array_text(*, checked: bool) -> str:
    """Return the C functions, as Cython text."""
    parts = [_HEAD, _CHECKED if checked else _UNCHECKED]
    for kind in ARRAYS.values():
        code = TYPE_CODES[kind.word]
        text = (_CELL_CHECKED if checked else _CELL_UNCHECKED) + _EACH
        parts.append(text.format(word=kind.word, c=kind.element.c, code=code, byte=ord(code)))
    return "".join(parts)
