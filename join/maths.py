"""The functions of Python's ``math`` that joined files may import: the same library's in C, the same errors.

Where an argument is ordinary the C library is called at once, as Python does. For any other (the log of 0,
infinity, what is no number) Python's own function is asked, so that it raises or answers as it always does.
"""

from __future__ import annotations

import math
from types import MappingProxyType

from join.kinds import DOUBLE, FLAG, WHOLE, Number

CONSTANTS = MappingProxyType({"inf": math.inf, "nan": math.nan, "pi": math.pi, "e": math.e, "tau": math.tau})
"""The constants, by name."""

_FINITE = "-join_inf < x < join_inf"
_SAFE = {
    "log": "0.0 < x < join_inf",
    "log2": "0.0 < x < join_inf",
    "log10": "0.0 < x < join_inf",
    "log1p": "-1.0 < x < join_inf",
    "exp": "-700.0 < x < 700.0",
    "expm1": "-700.0 < x < 700.0",
    "sqrt": "0.0 <= x < join_inf",
    "sin": _FINITE,
    "cos": _FINITE,
    "tan": _FINITE,
    "atan": _FINITE,
    "fabs": _FINITE,
}
"""Functions of one number, and where the C library may be asked without further thought."""

_WHOLE = ("floor", "ceil")
_QUESTIONS = ("isfinite", "isinf", "isnan")

FUNCTIONS: MappingProxyType[str, Number] = MappingProxyType(
    dict.fromkeys((*_SAFE, "pow"), DOUBLE) | dict.fromkeys(_WHOLE, WHOLE) | dict.fromkeys(_QUESTIONS, FLAG)
)
"""What the functions return, by name."""

BUILTINS_LEFT_ALONE = tuple(f for f in (*_SAFE, "pow") if f not in ("sqrt", "fabs"))
"""Functions that the C compiler may not work out by itself: its last bit may differ from the library's."""


def math_text() -> str:
    """Return the C functions, as Cython text."""
    questions = [f'    bint join_{name} "{name}" (double) noexcept' for name in _QUESTIONS]
    plain = [f'    double join_c_{name} "{name}" (double) noexcept' for name in (*_SAFE, *_WHOLE)]
    lines = [
        "import math as join_math",
        'cdef extern from "math.h":',
        '    double join_inf "((double)INFINITY)"',
        '    double join_c_pow "pow" (double, double) noexcept',
        *questions,
        *plain,
    ]
    for name, ordinary in _SAFE.items():
        lines += [
            f"cdef inline double join_{name}(double x) except? -9.87654321e+200:",
            f"    if {ordinary}:",
            f"        return join_c_{name}(x)",
            f"    return join_math.{name}(x)",
        ]
    for name in _WHOLE:
        lines += [
            f"cdef inline long long join_{name}(double x) except? -4611686018427387904:",
            f"    return join_whole(join_c_{name}(x))",
        ]
    lines += [
        "cdef inline double join_pow(double x, double y) except? -9.87654321e+200:",
        "    cdef double result = join_c_pow(x, y)",
        "    if join_isfinite(x) and join_isfinite(y) and join_isfinite(result):",
        "        return result",
        "    return join_math.pow(x, y)",
    ]
    return "\n".join(lines)
