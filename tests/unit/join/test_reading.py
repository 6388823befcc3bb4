"""What the join tells of plain text, what it makes of it, and what it refuses."""

from __future__ import annotations

from pathlib import Path

import pytest

from callfloor.runtimes import JOINED
from join.errors import JoinError
from join.generate import generate, write_texts
from join.infer import Kinds
from join.kinds import ARRAYS, CODE, DOUBLE, FLAG, LITERAL, WHOLE, WORD, ListOf, Reference, c_type
from join.program import Program
from join.recipe import BUILDS, Recipe

HEADER = '''"""A module."""

from __future__ import annotations

from dataclasses import field
from math import log

from tiny.floor.units import Code, Count, Counts, Flag, Id, Rate, Seconds, Times, Word, new_times, record

NEVER: Seconds = float("inf")
READY = 1
TABLE: tuple[Code, ...] = (1, 2, 3)
NAMES = ("a", "b")


@record
class Agent:
    """An agent."""

    state: Code = READY
    since: Seconds = NEVER
    free: Flag = True
    next: Agent | None = None
    friends: list[Agent] = field(default_factory=list)
    at: Times = field(default_factory=new_times)
    of: Counts = field(default_factory=new_counts)
    seed: Word = 1


'''

OTHER = """def wait(agent: Agent) -> Seconds:
    return 1.0


def change(agent: Agent) -> Count:
    agent.state += 1
    return 1


"""

ABOVE = (HEADER + OTHER).count("\n")


@pytest.fixture
def floor(tmp_path: Path, sample_root: Path) -> Recipe:
    """An empty floor with the sample's units."""
    folder = tmp_path / "src" / "tiny" / "floor"
    folder.mkdir(parents=True)
    (folder / "units.py").write_text((sample_root / "tiny/floor/units.py").read_text())
    (folder / "__init__.py").write_text("__all__ = []\n")
    return Recipe(tmp_path / "src", floor="tiny/floor", package="tiny.compiled")


def write(floor: Recipe, text: str, name: str = "a.py") -> Recipe:
    (floor.root / floor.floor / name).write_text(text)
    return floor


def function(body: str, result: str = "None") -> str:
    lines = "\n".join(f"    {line}" for line in body.splitlines())
    return f"{HEADER}{OTHER}def decide(agent: Agent, now: Seconds, n: Count) -> {result}:\n{lines}\n"


def kinds(floor: Recipe, body: str) -> Kinds:
    program = write(floor, function(body)).read()
    return Kinds(program, program.functions["decide"])


def test_kinds_of_locals(floor: Recipe) -> None:
    told = kinds(
        floor,
        """friend = agent.friends[0]
waited = now - friend.since
late = waited > 5.0 and not agent.free
other = None
other = friend.next
for each in agent.friends:
    count = 0
    count += n * 2
    for i in range(count):
        entry = TABLE[i]
share = n / 3
state = agent.state if late else READY
one = 1
both = min(waited, 3)
(left, right) = (now, n)
size = len(agent.friends)
if (seen := agent.next) is None:
    whole = int(waited)
last = agent.friends.pop()
bits = (agent.seed * 5 ^ n) & 0xFFFF_FFFF_FFFF_FFFF
times = agent.at
cell = agent.of[0]
long = log(now)
shown = agent.friends[:2]""",
    ).locals
    assert told["friend"] == told["each"] == told["last"] == Reference("Agent")
    assert told["other"] == told["seen"] == Reference("Agent", optional=True)
    assert told["waited"] == told["share"] == told["both"] == told["left"] == DOUBLE
    assert told["count"] == told["i"] == told["right"] == told["size"] == told["whole"] == WHOLE
    assert told["state"] == told["entry"] == CODE
    assert (told["bits"], told["times"]) == (WORD, ARRAYS["Times"])
    assert (told["cell"], told["long"]) == (WHOLE, DOUBLE)
    assert told["late"] == FLAG
    assert told["one"] == LITERAL
    assert c_type(LITERAL) == "long long"
    assert told["shown"] == ListOf(Reference("Agent"))


def test_subclasses_meet_in_their_base(floor: Recipe) -> None:
    text = HEADER.rstrip() + "\n\n\n@record\nclass One(Agent):\n    a: Count = 0\n\n\n"
    text += "@record\nclass Two(Agent):\n    b: Count = 0\n\n\n"
    text += "def decide(one: One, two: Two, first: Flag) -> None:\n"
    text += "    it = one if first else two\n    it.state = 0\n"
    program = write(floor, text).read()
    assert Kinds(program, program.functions["decide"]).locals["it"] == Reference("Agent")
    assert [f.name for f in program.all_fields("One")][-2:] == ["seed", "a"]


def test_line_counts_are_kept(recipe: Recipe) -> None:
    program = recipe.read()
    for build in BUILDS:
        texts = write_texts(recipe, build, program)
        for source in program.sources:
            made = texts[source.name.replace(".py", ".pxi")]
            assert made.count("\n") == source.text.count(b"\n"), source.name


def test_statements_stay_on_their_lines(recipe: Recipe) -> None:
    texts = write_texts(recipe, BUILDS[1], recipe.read())
    plain = (recipe.root / "tiny/floor/choose.py").read_text().splitlines()
    made = texts["tiny/floor/choose.pxi"].splitlines()
    same = [line for line, text in enumerate(plain) if text.strip() and made[line] == text]
    for text in (
        "    rule = floor.rule",
        "        score = rule.weighted(worker, now)",
        "            highest = score",
    ):
        assert plain.index(text) in same


def test_files_come_after_those_they_import(recipe: Recipe) -> None:
    order = [s.name.rsplit("/", 1)[1] for s in recipe.read().sources]
    assert order.index("words.py") < order.index("records.py") < order.index("tidy.py")


def refusal(floor: Recipe) -> JoinError:
    with pytest.raises(JoinError) as caught:
        write_texts(floor, BUILDS[0], floor.read())
    return caught.value


def test_two_definitions_of_one_name(floor: Recipe) -> None:
    write(floor, "READY = 1\n", "a.py")
    write(floor, '"""B."""\n\nREADY = 1\n', "b.py")
    error = refusal(floor)
    assert (error.path, error.line) == ("tiny/floor/b.py", 3)
    assert str(error) == (
        "tiny/floor/b.py:3: `READY` is defined here and in tiny/floor/a.py. "
        "The joined floor is one module: rename one of them."
    )


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("try:\n    pass\nfinally:\n    pass", "try"),
        ("x = [a for a in agent.friends]", "a comprehension"),
        ("x = lambda: 1", "a lambda"),
        ("x = {1: 2}", "a dictionary"),
        ("x = f'{n}'", "an f-string"),
        ("x = NAMES[0]", "`NAMES` is text"),
        ("x = agent.nickname", "`Agent` has no `nickname`"),
        ("x = None", "only ever None"),
        ("x = agent if n > 1 else 3", "no one kind"),
        ("x = now // 2.0", "`//` or `%` of seconds"),
        ("x = n ** 2", "`**` of whole numbers"),
        ("x = Agent(nickname=1)", "called with an argument that it does not have"),
        ("decide(agent, now)", "called without `n`"),
        ("x: dict[str, int] = {}", "the annotation `dict[str, int]`"),
        ("for x in agent.at:\n    pass", "a loop over an array"),
        ("agent.at = agent.of", "`agent.of` is not the kind of array wanted"),
        ("agent.at[0] += wait(agent)", "a cell changed by the result of a call"),
        ("x = agent.state + change(agent)", "a field read before a call that changes something"),
        ("agent.since += change(agent)", "a field read before a call that changes something"),
        ("agent.at.append(now)", "`agent.at.append(now)`"),
        ("x = agent.at[-1]", "`agent.at[-1]` of an array"),
        ("x = agent.at[:2]", "`agent.at[:2]` of an array"),
        ("x = new_times(2)[0]", "an array that has no name"),
        ("agent.seed = agent.seed * 3", "`agent.seed * 3` may be larger than 64 bits"),
        ("agent.seed += 1", "`agent.seed` may outgrow 64 bits"),
        ("agent.seed = n", "`n` is no Word"),
        ("agent.seed = -1", "`-1` is no Word"),
        ("x = (agent.seed * 3) >> 5", "may be larger than 64 bits"),
        ("x = agent.seed >> n", "a word shifted by a variable"),
        ("x = agent.seed / 2", "`/` or `**` of words"),
        ("x = agent.seed % n", "what may be negative"),
        ("agent.free = agent.seed < n", "a word beside `n`, which may be negative"),
        ("agent.since = agent.seed * 3 + now", "arithmetic of a float and a wide word"),
        ("agent.state = agent.seed", "the Word `agent.seed` where another number is wanted"),
        ("match agent:\n    case _:\n        pass", "a match on something other than a number"),
    ],
)
def test_what_has_no_place_in_a_decision(floor: Recipe, body: str, found: str) -> None:
    error = refusal(write(floor, function(body)))
    assert found in error.found
    assert error.path == "tiny/floor/a.py"
    assert error.line > ABOVE


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("import os\n", "`import os`"),
        ("from math import gamma\n", "`gamma` of math"),
        ("from math import log\ndef log(x: float) -> float:\n    return x\n", "imported from math elsewhere"),
        ("from pathlib import Path\n", "`from pathlib import Path`"),
        ("class Agent:\n    pass\n", "not a plain @record"),
        ("def f(x) -> None:\n    pass\n", "`x` of `f` has no annotation"),
        ("def f(x: int):\n    pass\n", "does not say what it returns"),
        ("def f(*x: int) -> None:\n    pass\n", "a decorator, *args or **kwargs"),
        ("TABLE = ((1, 2), (3,))\n", "the rows of `TABLE` differ in length"),
        ("X = object()\n", "`object()` at the top of a module"),
        ("for i in (1, 2):\n    pass\n", "a For statement at the top of a module"),
        ("def f(: pass\n", "not Python"),
    ],
)
def test_what_has_no_place_in_a_module(floor: Recipe, text: str, found: str) -> None:
    error = refusal(write(floor, text))
    assert found in error.found
    assert error.path == "tiny/floor/a.py"
    assert error.line == (2 if "def log" in text else 1)


def test_an_override_of_another_signature(floor: Recipe) -> None:
    text = HEADER.rstrip() + "\n\n    def rate(self) -> Rate:\n        return 1.0\n\n\n"
    text += '@record\nclass Sub(Agent):\n    """Sub."""\n\n    def rate(self) -> Count:\n        return 1\n'
    assert "does not have the parameters and result" in refusal(write(floor, text)).found


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("if agent.next:\n    agent.free = True", "the truth of an object is asked"),
        ("agent.free = agent == agent.next", "objects are compared by value"),
        ("agent.free = agent in agent.friends", "in `decide`"),
        ("agent.since = sum([now, now])", "in `decide`"),
        ("print(n)", "in `decide`"),
    ],
)
def test_python_object_work_fails_the_build(floor: Recipe, body: str, found: str, tmp_path: Path) -> None:
    write(floor, function(body))
    with pytest.raises(JoinError) as caught:
        generate(floor, BUILDS[0], tmp_path / "build")
    assert "Python-object work" in str(caught.value)
    assert found in str(caught.value)
    assert caught.value.line == ABOVE + 2


def test_a_cold_function_may_work_on_objects(floor: Recipe, tmp_path: Path) -> None:
    write(floor, function("print(n)"))
    cold = Recipe(floor.root, floor.floor, floor.package, cold=frozenset({"decide"}))
    assert generate(cold, BUILDS[0], tmp_path / "build").exists()


def test_a_local_that_may_be_unset(floor: Recipe, tmp_path: Path) -> None:
    write(floor, function("if now > 1.0:\n    left = n\nagent.state = left"))
    with pytest.raises(JoinError, match=r"'left' might be referenced before assignment") as caught:
        generate(floor, BUILDS[0], tmp_path / "build")
    assert caught.value.line == ABOVE + 4


def test_nothing_is_made_twice(floor: Recipe, tmp_path: Path) -> None:
    write(floor, function("agent.state = 0"))
    made = generate(floor, BUILDS[1], tmp_path / "build")
    before = made.stat().st_mtime_ns
    assert generate(floor, BUILDS[1], tmp_path / "build").stat().st_mtime_ns == before
    write(floor, function("agent.state = 1"))
    assert generate(floor, BUILDS[1], tmp_path / "build").stat().st_mtime_ns > before


def test_an_annotation_beside_a_comment_is_read(floor: Recipe) -> None:
    program: Program = write(floor, function("x: Seconds = n  # a comment\nagent.since = x")).read()
    assert Kinds(program, program.functions["decide"]).locals["x"] == DOUBLE


def test_files_beside_the_floor_say_what_is_public(recipe: Recipe, floor: Recipe) -> None:
    program = recipe.read()
    assert {"push", "mix", "Calendar", "BUSY", "hire"} <= set(program.public)
    assert "next_place" not in program.public
    (floor.root / "more.py").write_text("X = 1\n")
    with pytest.raises(JoinError, match="no __all__"):
        Recipe(floor.root, floor.floor, floor.package, more=("more.py",)).read()


def test_the_package_s_recipe_takes_what_exists_of_the_joined_modules() -> None:
    recipe = Recipe.of_callfloor(Path(__file__).parents[3] / "src")
    assert all((recipe.root / name).exists() for name in recipe.more)
    assert set(recipe.more) <= {f"{module.replace('.', '/')}.py" for module in JOINED}
