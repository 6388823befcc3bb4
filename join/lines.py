"""Makes tracebacks of the compiled floor name the plain files: their full paths and their lines."""

from __future__ import annotations

import re

from join.program import Program

FILE_NAMES = '''
cdef extern from *:
    """
    static int join_name_files(const char *root);
    """
    int join_name_files(const char *root) except -1
'''

# Cython keeps the names of files as constants, relative to where it ran. Where the module lies is known when
# it is imported; from then on a traceback shows the plain file as Python would, with the text of the line.
_DEFINITION = """
static int join_name_files(const char *root) {
  static const int plain[] = {PLAIN};
  size_t i;
  for (i = 0; i < sizeof(plain) / sizeof(plain[0]); i++) {
    const char **name = &__pyx_f[plain[i]];
    size_t length = strlen(root) + strlen(*name) + 2;
    char *path = (char *) malloc(length);  /* kept as long as the process */
    if (!path) { PyErr_NoMemory(); return -1; }
    snprintf(path, length, "%s/%s", root, *name);
    *name = path;
  }
  return 0;
}
"""
_TABLE = re.compile(r"static const char\* const (__pyx_f\[\] = \{(?P<names>[^}]*)\};)")
_ERROR = re.compile(r"__PYX_ERR\((?P<file>\d+), (?P<line>\d+),")


def name_plain_files(c_text: str, included: list[str], plain: list[str], program: Program) -> str:
    """Return the C text with the plain files' names and lines where it has those of the ``included`` ones."""
    for old, new in zip(included, plain, strict=True):
        c_text = c_text.replace(f'"{old}"', f'"{new}"')
    table = _TABLE.search(c_text)
    assert table is not None, "Cython has changed its table of file names"
    names = re.findall(r'"([^"]*)"', table["names"])
    c_text = _TABLE.sub(r"static const char* \1", c_text, count=1)
    above = _lines_above(program)

    def on_definition(match: re.Match[str]) -> str:
        name, line = names[int(match["file"])], int(match["line"])
        return f"__PYX_ERR({match['file']}, {above.get((name, line), line)},"

    numbers = ", ".join(str(i) for i, name in enumerate(names) if name in plain)
    return _ERROR.sub(on_definition, c_text) + _DEFINITION.replace("PLAIN", numbers or "0")


def _lines_above(program: Program) -> dict[tuple[str, int], int]:
    """Return the lines above functions, where declarations stand, with the lines of their ``def``."""
    methods = [m for r in program.records.values() for m in r.methods.values()]
    functions = [*program.functions.values(), *methods]
    return {(f.source.name, f.node.lineno - 1): f.node.lineno for f in functions}
