"""Makes the compiled floor out of the plain one: the same text, with C types for the words of ``units.py``.

``recipe.py`` says which files are joined, ``read.py`` reads them into a ``Program``, ``infer.py`` tells the
kind of every expression, ``rewrite.py`` edits a function's text, ``declare.py`` writes the declarations,
``generate.py`` runs Cython, ``lines.py`` mends the names of files in tracebacks, ``hot.py`` looks for
Python-object work in the C, ``extension.py`` is the build step.

Every plain file becomes one file of as many lines, so that a traceback of the compiled floor names the plain
file and its line.
"""
