"""The reference page of the scenario file, made from the model."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from callfloor.scenario.answer_profile import AnswerProfile
from callfloor.scenario.arrivals import FORMS, ArrivalForm
from callfloor.scenario.campaigns import Campaign, Hours
from callfloor.scenario.clock_kinds import ClockTime, Moment
from callfloor.scenario.consumers import Consumers, Pair
from callfloor.scenario.dispositions import Disposition
from callfloor.scenario.distributions import DISTRIBUTIONS, Durations
from callfloor.scenario.kinds import (
    ByName,
    Choice,
    Kind,
    LeadSource,
    Names,
    Numbers,
    Span,
    Text,
    YesNo,
)
from callfloor.scenario.model import Scenario
from callfloor.scenario.section import Key, Section, Table, Tables, keys_of
from callfloor.scenario.sections import Callback, Group, Inbound, Period, Redial, Run
from callfloor.scenario.writing import toml_value

PAGE = "reference/scenario-file.md"
MADE = "<!-- Made by `make docs`: change the code, not this page. -->"

LEAD = (
    "Every key that a scenario file may have. Those marked so are required; any other key is an error. "
    'A *time* is seconds as a number, or a text such as `"90s"`, `"30m"` or `"8h"`. A *duration* is random: '
    "a time (always the same), or a table (see [Durations](#durations)). How to write a file, and how to set "
    "keys on the command line, is in the [guide](../guides/scenarios.md)."
)

DURATIONS = (
    "A duration is never negative. It is a time (always the same), or a table `{ dist = NAME, … }` with the "
    'keys of that name. `"never"` is for patience only.'
)

DURATION_OR_NEVER = 'duration or `"never"`'

HEADINGS: tuple[tuple[str, type[Section], str], ...] = (
    (
        "The file",
        Scenario,
        "`name` stands at the top, before any heading in brackets. The others are sections of their own.",
    ),
    ("`[run]`", Run, "One of `duration` and `until` is required."),
    ("`[[groups]]`", Group, "Agents. Each group has a name of its own."),
    (
        "Shifts and breaks",
        Period,
        "The members of `shifts` and of `breaks`, in order of time, without overlap.",
    ),
    ("`[[inbound]]`", Inbound, "A queue of people who call in."),
    ("`redial`", Redial, "A table in `[[inbound]]`."),
    ("`callback`", Callback, "A table in `[[inbound]]`."),
    ("`[[campaigns]]`", Campaign, "People who are called. A campaign and a queue cannot have the same name."),
    (
        "`[[campaigns.dispositions]]`",
        Disposition,
        (
            "What agents say of conversations. Those of one campaign have names that differ, and shares that "
            "add up to 1 at most."
        ),
    ),
    ("`answer_profile`", AnswerProfile, "A table in `[[campaigns]]`."),
    (
        "`[consumers]`",
        Consumers,
        (
            "Who calls in, each with an age, a household income and a state. The one queue, with `gap_s` and "
            "direct routing, takes its callers from it, and its agents what they specialise in."
        ),
    ),
    ("`[campaigns.hours]`", Hours, "A table in `[[campaigns]]`. Both keys are required."),
)


def page() -> str:
    """Return the page."""
    lines = [MADE, "# The scenario file", "", LEAD]
    for heading, section, introduction in HEADINGS:
        lines += ["", f"## {heading}", "", introduction, "", *key_table(keys_of(section))]
    lines += ["", "## Arrivals", "", "`arrivals` is a table of one of these forms.", "", *form_table()]
    lines += [
        "",
        "## Durations",
        "",
        DURATIONS,
        "",
        *duration_table(),
    ]
    return "\n".join(lines) + "\n"


def key_table(keys: Iterable[Key]) -> list[str]:
    """Return the table of a section's keys."""
    rows = [(f"`{key.name}`", type_words(key.kind), default_words(key), sentence(key.help)) for key in keys]
    return markdown(("key", "type and unit", "default", "meaning"), rows)


def sentence(text: str) -> str:
    """Return the text with a capital and a full stop, unless it begins with code."""
    return f"{text[:1].upper()}{text[1:]}."


def type_words(kind: Kind) -> str:
    """Return what a key holds, with its unit, in few words."""
    match kind:
        case Span():
            return f"time, {span_range(kind)}{kind.unit}"
        case Durations():
            return f"{DURATION_OR_NEVER if kind.never else 'duration'}, {kind.unit}"
        case Choice():
            return " or ".join(f'`"{word}"`' for word in kind.words)
        case ByName():
            return f"table: {kind.what} = {type_words(kind.each)}"
        case Pair():
            return f"`[lowest, highest]`, each {type_words(kind.each)}"
        case Numbers():
            return f"list of: {type_words(kind.each)}"
        case Tables():
            return "list of tables"
        case YesNo() | Text() | Names() | Table() | ArrivalForm() | Moment() | ClockTime() | LeadSource():
            return bare(kind.expected)
    unit = f", {kind.unit}" if kind.unit else ""
    return f"{bare(kind.expected)}{unit}"


def span_range(kind: Span) -> str:
    """Return the least time where it is not 0."""
    return f"over {kind.low:g} " if kind.over else (f"from {kind.low:g} " if kind.low else "")


def bare(text: str) -> str:
    """Return the text without its article."""
    return text.removeprefix("a ").removeprefix("an ").removeprefix("the ")


def default_words(key: Key) -> str:
    """Return a key's default, or what holds when it is left out."""
    if key.required:
        return "required"
    if key.default is None:
        return key.otherwise
    if isinstance(key.kind, Tables):
        return "none"
    if isinstance(key.kind, Table):
        return "as below"
    return f"`{toml_value(key.kind.write(key.default))}`"


def form_table() -> list[str]:
    """Return the table of the forms of arrivals."""
    rows = [
        (written(form), sentence(form.meaning), " ".join(key_words(key) for key in keys_of(form)))
        for form in FORMS.values()
    ]
    return markdown(("form", "meaning", "keys"), rows)


def written(section: type[Section]) -> str:
    """Return a table with the section's keys."""
    inner = ", ".join(key.name if key.required else f"[{key.name}]" for key in keys_of(section))
    return f"`{{ {inner} }}`"


def key_words(key: Key) -> str:
    """Return a key with its type, default and meaning in a sentence."""
    default = "" if key.required else f"; default {default_words(key)}"
    return f"`{key.name}`: {key.help} ({type_words(key.kind)}{default})."


def duration_table() -> list[str]:
    """Return the table of the distributions."""
    rows = []
    for name, distribution in DISTRIBUTIONS.items():
        keys = keys_of(distribution)
        what = " ".join(f"`{key.name}`: {key.help} ({type_words(key.kind)})." for key in keys) or "none"
        rows.append((f'`"{name}"`', sentence(distribution.meaning), what))
    return markdown(("`dist`", "meaning", "keys"), rows)


def markdown(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Return the lines of a Markdown table."""
    return [
        f"| {' | '.join(head)} |",
        "|" + "---|" * len(head),
        *(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |" for row in rows),
    ]
