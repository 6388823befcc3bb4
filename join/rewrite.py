"""Edits the body of a function: what Python leaves to run time is said in C terms, line by line.

What is not part of the floor's language (closures, generators, try, dictionaries, ...) is refused here; what
would be Python-object work for another reason is found in the generated C, by ``hot.py``.
"""

from __future__ import annotations

import ast

from join.calls import Calls
from join.constants import evaluate, whole_text
from join.kinds import CODE, DOUBLE, FLAG, NOTHING, ArrayOf, Kind, ListOf, Number, Reference, Rows, c_type
from join.maths import CONSTANTS
from join.program import Constant

_NO_PLACE: dict[type[ast.AST], str] = {
    ast.FunctionDef: "a function inside a function",
    ast.Lambda: "a lambda",
    ast.ListComp: "a comprehension",
    ast.SetComp: "a comprehension",
    ast.DictComp: "a comprehension",
    ast.GeneratorExp: "a generator",
    ast.Yield: "a generator",
    ast.YieldFrom: "a generator",
    ast.Await: "await",
    ast.Try: "try",
    ast.With: "with",
    ast.Dict: "a dictionary",
    ast.Set: "a set",
    ast.JoinedStr: "an f-string",
    ast.Global: "global",
    ast.Nonlocal: "nonlocal",
    ast.Import: "an import inside a function",
    ast.ImportFrom: "an import inside a function",
    ast.ClassDef: "a class inside a function",
    ast.Starred: "a starred expression",
}


class Body(Calls, ast.NodeVisitor):
    """Rewrites one function's body. ``checked``: the safe build."""

    def visit(self, node: ast.AST) -> None:
        """Visit a node, unless it has no place in a decision."""
        if type(node) in _NO_PLACE and not self.cold:
            raise self.source.fault(
                node, f"{_NO_PLACE[type(node)]} in a decision", "Write it with loops, conditions and records"
            )
        super().visit(node)

    def visit_Raise(self, node: ast.Raise) -> None:
        """Leave what is raised as it is: an error may cost what it likes."""

    def visit_Name(self, node: ast.Name) -> None:
        """Refuse constants that have no C value; spell out those of the math module."""
        if (name := self.kinds.math_name(node)) in CONSTANTS and not self.cold:
            spelled = (
                "join_inf" if name == "inf" else "join_math.nan" if name == "nan" else repr(CONSTANTS[name])
            )
            self.edits.replace(self.source.start(node), self.source.end(node), spelled)
        self._check_constant(self.program.constants.get(self.kinds.global_name(node)), node)

    def _check_constant(self, constant: Constant | None, node: ast.expr) -> None:
        if constant and not self.cold and not isinstance(constant.kind, Number | Rows):
            raise self.source.fault(
                node,
                f"`{constant.name}` is text, used in a decision",
                "Decide by numbers; texts are for people",
            )

    def visit_Attribute(self, node: ast.Attribute) -> None:
        """Say ``READY`` for ``vocabulary.READY``; refuse unknown attributes."""
        if name := self.kinds.global_name(node):
            self._check_constant(self.program.constants.get(name), node)
            self.edits.replace(self.source.start(node), self.source.end(node), name)
            return
        self.visit(node.value)
        owner = self.kinds.of(node.value)
        if isinstance(owner, Reference) and self.program.member(owner.record, node.attr) is None:
            raise self.source.fault(
                node,
                f"`{owner.record}` has no `{node.attr}`",
                "Name a field or method that the record declares",
            )

    def visit_Constant(self, node: ast.Constant) -> None:
        """Say how wide a large number is: Cython would make a Python int of it."""
        if type(node.value) is int and node.value >= 2**31 and not self.cold:
            self.edits.replace(self.source.start(node), self.source.end(node), whole_text(node.value))

    def visit_Assign(self, node: ast.Assign) -> None:
        """Refuse one kind of array in the place of another; count no reference to None twice."""
        if isinstance(node.targets[0], ast.Name) and len(node.targets) == 1:
            self.borrowed = node.value
        self.generic_visit(node)
        for target in node.targets:
            self.check_array(self.kinds.of(target), node.value)
        match node:
            case ast.Assign([ast.Attribute() as field], ast.Constant(None)) if (
                self.checked and self._has_its_line(node)
            ):
                # Setting None where None is would count its references up and down: 2 ns a field.
                self.edits.insert(self.source.start(node), f"if {self.source.of(field)} is not None: ")

    def _has_its_line(self, node: ast.stmt) -> bool:
        line = self.source.line(node.lineno)
        return line.strip() == self.source.of(node) and not self.cold

    def visit_Return(self, node: ast.Return) -> None:
        """Refuse one kind of array in the place of another; 0 is None to C."""
        self.borrowed = node.value
        self.generic_visit(node)
        if self.silent and (node.value is None or isinstance(node.value, ast.Constant)):
            self.edits.replace(self.source.start(node), self.source.end(node), "return 0")
        elif node.value is not None:
            self.check_array(self.kinds.function.returns, node.value)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        """Drop the annotation: the type is declared above the function."""
        if node.value is None:
            self.edits.replace(self.source.start(node), self.source.end(node), "pass")
            return
        self.edits.replace(self.source.end(node.target), self.source.end(node.annotation), "")
        self.visit(node.target)
        self.visit(node.value)
        self.check_array(self.kinds.of(node.target), node.value)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        """Widen products of C ints; refuse what C and Python would round differently."""
        self.generic_visit(node)
        if self._power(node):
            return
        left, right = self.kinds.of(node.left), self.kinds.of(node.right)
        self._check_operator(node, node.op, left, right)
        if {left, right} <= {CODE, FLAG, *self._literals(left, right)} and not isinstance(node.op, ast.Div):
            self.edits.wrap(node.left, "(<long long>", ")")

    def _power(self, node: ast.BinOp) -> bool:
        """Work out ``2.0**-53`` here: in C it would be a call, and the compiler's last bit may differ."""
        match node:
            case ast.BinOp(ast.Constant(float()), ast.Pow(), ast.Constant() | ast.UnaryOp(_, ast.Constant())):
                value = evaluate(node, self.program, self.source)
                self.edits.replace(self.source.start(node), self.source.end(node), repr(value))
                return True
        return False

    @staticmethod
    def _literals(*kinds: Kind | None) -> set[Kind | None]:
        return {k for k in kinds if isinstance(k, Number) and k.c == "literal"}

    def _check_operator(self, node: ast.AST, op: ast.operator, left: Kind | None, right: Kind | None) -> None:
        if isinstance(op, ast.FloorDiv | ast.Mod) and DOUBLE in (left, right):
            raise self.source.fault(
                node, "`//` or `%` of seconds or rates", "Write int(a / b): its bits are sure"
            )
        if isinstance(op, ast.Pow) and DOUBLE not in (left, right):
            raise self.source.fault(node, "`**` of whole numbers", "Write the product")

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        """Check the operator as in a sum or product; no call may move an array whose cell is at hand."""
        self.generic_visit(node)
        is_cell = isinstance(node.target, ast.Subscript) and isinstance(
            self.kinds.of(node.target.value), ArrayOf
        )
        calls = [n for n in ast.walk(node.value) if isinstance(n, ast.Call)]
        if is_cell and any(self.kinds.callee(n) or isinstance(n.func, ast.Attribute) for n in calls):
            raise self.source.fault(
                node, "a cell changed by the result of a call", "Give the result a name first"
            )
        self._check_operator(node, node.op, self.kinds.of(node.target), self.kinds.of(node.value))

    def visit_Subscript(self, node: ast.Subscript) -> None:
        """Give a list's element its type; check a table's index in the safe build."""
        self.visit(node.slice)
        self.visit(node.value)
        match self.kinds.of(node.value):
            case ListOf(element) if isinstance(node.ctx, ast.Load) and not isinstance(node.slice, ast.Slice):
                # In the fast build nothing is counted, so that the list's reference will do.
                if isinstance(element, Reference) and self.is_plain_list(node.value):
                    index = self.edits.render(self.source.start(node.slice), self.source.end(node.slice))
                    text = f"(<{c_type(element)}>join_item({self.pointer(node.value)}, {index}))"
                    self.edits.replace(self.source.start(node), self.source.end(node), text)
                else:
                    self._cast(node, element)
            case ArrayOf(word, _):
                self._cell(node, word)
            case Rows(_, sizes, _) if self.checked:
                self.edits.wrap(node.slice, "join_within(", f", {sizes[0]})")

    def _cell(self, node: ast.Subscript, word: str) -> None:
        match node.slice:
            case ast.Slice() | ast.UnaryOp(ast.USub(), ast.Constant()):
                raise self.source.fault(
                    node, f"`{self.source.of(node)}` of an array", "Write a[len(a) - 1], and loops for parts"
                )
        index = self.edits.render(self.source.start(node.slice), self.source.end(node.slice))
        text = f"join_cell_{word}({self.pointer(node.value)}, {index})[0]"
        self.edits.replace(self.source.start(node), self.source.end(node), text)

    def visit_Compare(self, node: ast.Compare) -> None:
        """Spell a table out where membership in it is asked."""
        self.generic_visit(node)
        for op, right in zip(node.ops, node.comparators, strict=True):
            if not isinstance(op, ast.In | ast.NotIn):
                continue
            constant = self.program.constants.get(self.kinds.global_name(right))
            if constant and isinstance(constant.kind, Rows) and isinstance(constant.value, tuple | bytes):
                spelled = ", ".join(map(repr, constant.value))
                self.edits.replace(self.source.start(right), self.source.end(right), f"({spelled},)")

    def visit_Match(self, node: ast.Match) -> None:
        """Turn a match on numbers into conditions; C makes a switch of them."""
        self.matches += 1
        subject = f"join_match_{self.matches}"
        kind = self.kinds.of(node.subject)
        if not isinstance(kind, Number):
            raise self.source.fault(node, "a match on something other than a number", "Use if and elif")
        self.extra_locals[subject] = kind
        self.visit(node.subject)
        start, end = self.source.start(node), self.source.end(node.subject)
        spelled = self.edits.render(self.source.start(node.subject), end)
        colon = self.source.text.index(b":", end)
        self.edits.replace(start, colon, f"if ({subject} := {spelled}) or True")
        for number, case in enumerate(node.cases):
            self._case(case, subject, first=number == 0)
        for case in node.cases:
            for statement in case.body:
                self.visit(statement)

    def _case(self, case: ast.match_case, subject: str, *, first: bool) -> None:
        start = self.source.starts[case.pattern.lineno - 1]
        start += len(self.source.line(case.pattern.lineno)) - len(
            self.source.line(case.pattern.lineno).lstrip()
        )
        if not self.source.text.startswith(b"case", start):
            raise self.source.fault(
                case.pattern, "a case over several lines", "Begin the pattern beside `case`"
            )
        last = case.guard or case.pattern
        assert last.end_lineno is not None
        assert last.end_col_offset is not None
        end = self.source.starts[last.end_lineno - 1] + last.end_col_offset
        test = self._pattern(case.pattern, subject)
        if case.guard:
            self.visit(case.guard)
            guard = self.edits.render(self.source.start(case.guard), end)
            test = f"({test}) and ({guard})" if test else guard
        colon = self.source.text.index(b":", end)
        opening = "if" if first else "elif"
        self.edits.replace(start, colon, f"{opening} {test}" if test else ("if True" if first else "else"))

    def _pattern(self, pattern: ast.pattern, subject: str) -> str:
        match pattern:
            case ast.MatchValue(value):
                self.visit(value)
                return f"{subject} == {self.edits.render(self.source.start(value), self.source.end(value))}"
            case ast.MatchOr(patterns):
                return " or ".join(self._pattern(p, subject) for p in patterns)
            case ast.MatchAs(None, None):
                return ""
        raise self.source.fault(
            pattern, "a case other than numbers, names with a dot, `|` and `_`", "Use if and elif"
        )

    def local_kinds(self) -> dict[str, Kind]:
        """Return the locals to declare; refuses one whose kind is not known."""
        parameters = {a.arg for a in self._arguments()}
        found: dict[str, Kind] = dict(self.extra_locals)
        for name, kind in self.kinds.locals.items():
            if name in parameters:
                continue
            if kind is not None and c_type(kind):
                found[name] = kind
            elif not self.cold:
                self._refuse_local(name, kind)
        return found

    def _arguments(self) -> list[ast.arg]:
        arguments = self.kinds.function.node.args
        return [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]

    def _refuse_local(self, name: str, kind: Kind | None) -> None:
        for node in ast.walk(self.kinds.function.node):
            if isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Store):
                what = "is only ever None" if kind == NOTHING else "has no one kind that the join can tell"
                raise self.source.fault(
                    node, f"the local `{name}` {what}", f"Annotate it, as `{name}: Count = ...`"
                )
