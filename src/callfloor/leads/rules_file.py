"""Rules of calling as files: read, checked, with errors that name file and key; see rules/us.toml."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

from callfloor.leads.errors import RulesUnusableError
from callfloor.leads.holidays import FORMS, OBSERVED, WEEKDAYS, Holiday
from callfloor.leads.places import PROVINCES, STATES, TERRITORIES

Span = tuple[int, int]
"""Opens and closes, in seconds since midnight by the local clock; (0, 0): never."""

NEVER_OPEN: Span = (0, 0)
WHOLE_DAY: Span = (0, 86400)
CHECKED = ("primary", "secondary", "memory")
_HOURS_KEYS = ("all", "weekdays", "weekends", *WEEKDAYS, "holidays")
_SPAN = re.compile(r"(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})", re.ASCII)
SPAN_FORM = "hours such as 08:00-21:00"


@dataclass(frozen=True, slots=True)
class Rule:
    """What holds in a country or a state. `place` is `US` or `US-FL`."""

    place: str
    name: str
    week: tuple[Span, ...]
    """Monday to Sunday."""
    on_holidays: Span | None = None
    """None: as on any other day."""
    holidays: tuple[Holiday, ...] = ()
    """All that count there, the country's included."""
    attempts_per_24h: int = 0
    """To one number; 0: no limit."""
    source: str = ""
    checked: str = "memory"


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of some countries, by place."""

    by_place: Mapping[str, Rule] = field(default_factory=dict)

    def of(self, place: str) -> tuple[Rule, ...]:
        """The rules that hold in a place such as `US-FL`, the country's first; empty: none are known."""
        country = self.by_place.get(place.partition("-")[0])
        if country is None:
            return ()
        own = self.by_place.get(place) if "-" in place else None
        return (country,) if own is None else (country, own)


def clock_span(text: str) -> Span:
    """Return hours such as `08:00-21:00` as seconds since midnight.

    Raises
    ------
    ValueError
        they are none, or end before they begin.
    """
    match = _SPAN.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"expected {SPAN_FORM}, found {text!r}")
    hour, minute, to_hour, to_minute = (int(part) for part in match.groups())
    opens, closes = hour * 3600 + minute * 60, to_hour * 3600 + to_minute * 60
    if minute > 59 or to_minute > 59 or closes > 86400 or closes <= opens:
        raise ValueError(f"expected {SPAN_FORM}, up to 24:00 and in this order, found {text!r}")
    return opens, closes


def built_in_rules() -> list[str]:
    """The names of the rules that come with Callfloor, sorted."""
    return sorted(
        each.name.removesuffix(".toml")
        for each in (resources.files("callfloor.leads") / "rules").iterdir()
        if each.name.endswith(".toml")
    )


def load_rules(names: str) -> Rules:
    """Return the rules of some countries: names or paths of files, with commas between them: `us,ca`.

    Raises
    ------
    RulesUnusableError
        a file cannot be read or used: the message names it, the key, what was expected and what was found.
    """
    return _loaded(tuple((name.strip(), _stamp(name)) for name in names.split(",")))


@lru_cache(maxsize=16)
def _loaded(names: tuple[tuple[str, float], ...]) -> Rules:
    """The rules of files, each with the time of its last change, so that a changed one is read anew."""
    found: dict[str, Rule] = {}
    for name, _ in names:
        for place, rule in _File(name).rules().items():
            if place in found and "-" not in place:
                raise RulesUnusableError(
                    f"rules: {name}: another file has rules of {place} too; name one of them"
                )
            found[place] = rule
    return Rules(found)


def _stamp(name: str) -> float:
    """When a file was last changed, seconds; 0 where it is none or comes with Callfloor."""
    path = Path(name.strip())
    return path.stat().st_mtime if path.suffix == ".toml" and path.exists() else 0.0


class _File:
    """One file of rules, while it is read."""

    def __init__(self, name: str, within: tuple[str, ...] = ()) -> None:
        self.name = name
        if name in within:
            raise RulesUnusableError(f"{within[0]}: extends: {name} extends itself")
        self.raw = self._parsed(self._text())
        self.base: dict[str, Rule] = {}
        base = self._of_kind(self.raw, "extends", str, "", "")
        if base.endswith(".toml"):
            # As the file that names it sees it.
            base = str(Path(name).parent / base)
        if base:
            self.base = _File(base, (*within, name)).rules()

    def _text(self) -> str:
        if not self.name.endswith(".toml"):
            if self.name not in built_in_rules():
                known = ", ".join(built_in_rules())
                raise RulesUnusableError(
                    f"rules: expected {known} or the path of a .toml file, found {self.name!r}"
                )
            file = resources.files("callfloor.leads") / "rules" / f"{self.name}.toml"
            return file.read_text(encoding="utf-8")
        try:
            return Path(self.name).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            reason = "is no UTF-8" if isinstance(error, UnicodeDecodeError) else error.strerror
            raise RulesUnusableError(f"{self.name}: cannot be read: {reason}") from error

    def _parsed(self, text: str) -> dict[str, Any]:
        try:
            return tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise RulesUnusableError(f"{self.name}: is no TOML: {error}") from error

    def rules(self) -> dict[str, Rule]:
        """Its rules by place, with those of the file that it extends."""
        self._known(self.raw, ("extends", "country", "hours", "holidays", "states"), "")
        country = self._country()
        base = self.base.get(country)
        holidays = (*(base.holidays if base else ()), *self._holidays(self.raw, ""))
        if "hours" in self.raw:
            table = self._of_kind(self.raw, "hours", dict, {}, "")
            about = {"source": table.get("source"), "checked": table.get("checked", "memory")}
            hours = {name: each for name, each in table.items() if name not in about}
            found = {country: self._rule(country, country, {"hours": hours, **about}, holidays, "")}
        elif base is not None:
            found = {country: _with_holidays(base, holidays)}
        else:
            raise self._wrong("hours", "a table of hours", None)
        states = self._of_kind(self.raw, "states", dict, {}, "")
        for state, about in states.items():
            key = f"states.{state}"
            if state not in _states_of(country):
                raise self._wrong(key, f"a state of {country}", state)
            if not isinstance(about, dict):
                raise self._wrong(key, "a table", about)
            self._known(about, ("name", "hours", "holidays", "attempts_per_24h", "source", "checked"), key)
            place = f"{country}-{state}"
            kept = (*holidays, *self._holidays(about, key))
            found[place] = self._rule(place, about.get("name", state), about, kept, key)
        for place, rule in self.base.items():
            if place not in found:
                own = rule.holidays[len(base.holidays) if base else 0 :]
                found[place] = _with_holidays(rule, (*holidays, *own))
        return found

    def _country(self) -> str:
        country: str = self._of_kind(self.raw, "country", str, "", "")
        if self.base:
            inherited = next(iter(self.base)).partition("-")[0]
            if country not in ("", inherited):
                raise self._wrong("country", f"{inherited}, as in the file that it extends", country)
            return inherited
        if re.fullmatch(r"[A-Z]{2}", country) is None:
            raise self._wrong("country", "two capital letters such as US", country or None)
        return country

    def _rule(
        self, place: str, name: str, about: Mapping[str, Any], holidays: tuple[Holiday, ...], key: str
    ) -> Rule:
        hours = self._of_kind(about, "hours", dict, {}, key)
        where = _path(key, "hours")
        self._known(hours, _HOURS_KEYS, where)
        spans = {day: self._span(hours[day], _path(where, day)) for day in hours}
        everyday = spans.get("all", WHOLE_DAY)
        week = tuple(
            spans.get(day, spans.get("weekdays" if number < 5 else "weekends", everyday))
            for number, day in enumerate(WEEKDAYS)
        )
        limit = self._of_kind(about, "attempts_per_24h", int, 0, key)
        if limit < 0 or isinstance(limit, bool):
            raise self._wrong(_path(key, "attempts_per_24h"), "a whole number from 0", limit)
        source = about.get("source")
        if not isinstance(source, str) or not source.strip():
            raise self._wrong(_path(key or "hours", "source"), "where the rule is from, in words", source)
        checked = about.get("checked", "memory")
        if checked not in CHECKED:
            raise self._wrong(_path(key or "hours", "checked"), f"one of {', '.join(CHECKED)}", checked)
        return Rule(place, str(name), week, spans.get("holidays"), holidays, limit, source, checked)

    def _span(self, value: object, key: str) -> Span:
        if value == "never":
            return NEVER_OPEN
        if isinstance(value, str):
            try:
                return clock_span(value)
            except ValueError:
                pass
        raise self._wrong(key, f'{SPAN_FORM}, or "never"', value)

    def _holidays(self, about: Mapping[str, Any], key: str) -> tuple[Holiday, ...]:
        found: list[Holiday] = []
        for number, each in enumerate(self._of_kind(about, "holidays", list, [], key), 1):
            where = _path(key, f"holidays.{number}")
            if not isinstance(each, dict):
                raise self._wrong(where, "a table", each)
            self._known(each, ("name", "date", "observed"), where)
            for part in ("name", "date"):
                if not isinstance(each.get(part), str):
                    raise self._wrong(_path(where, part), "text", each.get(part))
            observed = each.get("observed", "")
            if observed not in OBSERVED:
                raise self._wrong(_path(where, "observed"), "nearest or after, or no such key", observed)
            try:
                found.append(Holiday(each["name"], each["date"].strip().lower(), observed))
            except ValueError:
                raise self._wrong(_path(where, "date"), FORMS, each["date"]) from None
        return tuple(found)

    def _of_kind(self, about: Mapping[str, Any], name: str, kind: type, default: Any, key: str) -> Any:
        value = about.get(name, default)
        if not isinstance(value, kind):
            words = {str: "text", dict: "a table", list: "a list of tables", int: "a whole number"}
            raise self._wrong(_path(key, name), words[kind], value)
        return value

    def _known(self, about: Mapping[str, Any], names: tuple[str, ...], key: str) -> None:
        for name in about:
            if name not in names:
                raise self._wrong(_path(key, name), f"one of the keys {', '.join(names)}", name)

    def _wrong(self, key: str, expected: str, found: object) -> RulesUnusableError:
        shown = "nothing" if found is None else repr(found)[:60]
        return RulesUnusableError(f"{self.name}: {key}: expected {expected}, found {shown}")


def _path(key: str, name: str) -> str:
    return f"{key}.{name}" if key else name


def _with_holidays(rule: Rule, holidays: tuple[Holiday, ...]) -> Rule:
    return Rule(
        rule.place,
        rule.name,
        rule.week,
        rule.on_holidays,
        holidays,
        rule.attempts_per_24h,
        rule.source,
        rule.checked,
    )


def _states_of(country: str) -> Mapping[str, str]:
    return {"US": {**STATES, **TERRITORIES}, "CA": PROVINCES}.get(country, {})
