"""Files of rules: those that come with Callfloor, a user's own, and what is wrong with one."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from callfloor.leads.errors import RulesUnusableError
from callfloor.leads.rules_file import NEVER_OPEN, Rules, built_in_rules, clock_span, load_rules

HOUR = 3600


def rules_of(tmp_path: Path, text: str) -> Rules:
    path = tmp_path / "own.toml"
    path.write_text(text, encoding="utf-8")
    return load_rules(str(path))


def test_every_built_in_file_is_good_and_says_where_its_rules_are_from() -> None:
    assert built_in_rules() == ["ca", "gb", "us"]
    rules = load_rules("us,ca,gb")
    assert all(rule.source for rule in rules.by_place.values())


def test_florida_is_stricter_than_the_country() -> None:
    country, florida = load_rules("us").of("US-FL")
    assert country.week[0] == (8 * HOUR, 21 * HOUR)
    assert florida.week[0] == (8 * HOUR, 20 * HOUR)
    assert florida.attempts_per_24h == 3


def test_a_state_without_rules_of_its_own_has_the_countrys() -> None:
    assert [rule.place for rule in load_rules("us").of("US-CO")] == ["US"]
    assert load_rules("us").of("CA-ON") == ()


def test_days_of_the_week_go_before_weekdays_and_those_before_all(tmp_path: Path) -> None:
    rules = rules_of(
        tmp_path,
        'country = "DE"\n[hours]\nsource = "a"\nall = "09:00-20:00"\nweekends = "10:00-18:00"\n'
        'sunday = "never"\nholidays = "never"\n',
    )
    (rule,) = rules.of("DE")
    assert rule.week == (*[(9 * HOUR, 20 * HOUR)] * 5, (10 * HOUR, 18 * HOUR), NEVER_OPEN)
    assert rule.on_holidays == NEVER_OPEN


def test_a_file_of_ones_own_extends_another(tmp_path: Path) -> None:
    rules = rules_of(
        tmp_path,
        'extends = "us"\n[[holidays]]\nname = "Our day"\ndate = "03-03"\n'
        '[states.CO]\nsource = "ours"\nhours = { all = "10:00-19:00" }\nattempts_per_24h = 2\n',
    )
    assert rules.of("US-CO")[1].week[0] == (10 * HOUR, 19 * HOUR)
    assert rules.of("US-FL")[1].attempts_per_24h == 3
    names = [holiday.name for holiday in rules.of("US-LA")[1].holidays]
    assert "Our day" in names
    assert "Mardi Gras" in names
    assert len(names) == len(set(names))


def test_a_file_that_is_extended_is_looked_for_beside_the_one_that_names_it(tmp_path: Path) -> None:
    (tmp_path / "base.toml").write_text('extends = "us"\n[[holidays]]\nname = "Our day"\ndate = "03-03"\n')
    rules = rules_of(tmp_path, 'extends = "base.toml"\n')
    assert rules.by_place["US"].holidays[-1].name == "Our day"


def test_a_changed_file_is_read_anew(tmp_path: Path) -> None:
    head = 'country = "DE"\n[hours]\nsource = "a"\n'
    rules_of(tmp_path, head + 'all = "09:00-20:00"\n')
    path = tmp_path / "own.toml"
    path.write_text(head + 'all = "10:00-20:00"\n', encoding="utf-8")
    os.utime(path, (1, 1))
    assert load_rules(str(path)).of("DE")[0].week[0][0] == 10 * HOUR


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("country = 1", r"country: expected text, found 1"),
        ("", r"country: expected two capital letters such as US, found nothing"),
        ('country = "US"', r"hours: expected a table of hours, found nothing"),
        ('country = "US"\n[hours]\nall = "08:00-21:00"', r"hours\.source: expected where the rule is from"),
        (
            'country = "US"\n[hours]\nsource = "s"\nall = "8-21"',
            r"hours\.all: expected hours such as 08:00-21:00, or ",
        ),
        ('country = "US"\n[hours]\nsource = "s"\nall = "21:00-08:00"', r"hours\.all: expected hours"),
        ('country = "US"\n[hours]\nsource = "s"\nmonday = 8', r"hours\.monday: expected hours"),
        (
            'country = "US"\n[hours]\nsource = "s"\nmunday = "never"',
            r"hours\.munday: expected one of the keys all, ",
        ),
        ('extends = "us"\nstate = 1', r"state: expected one of the keys extends, "),
        ('extends = "us"\n[states.XX]\nsource = "s"', r"states\.XX: expected a state of US, found 'XX'"),
        ('extends = "us"\n[states]\nFL = 1', r"states\.FL: expected a table, found 1"),
        ('extends = "us"\n[states.FL]\nhours = {}', r"states\.FL\.source: expected where the rule is from"),
        (
            'extends = "us"\n[states.FL]\nsource = "s"\nattempts_per_24h = -1',
            r"states\.FL\.attempts_per_24h: expected a whole number from 0, found -1",
        ),
        (
            'extends = "us"\n[states.FL]\nsource = "s"\nchecked = "no"',
            r"states\.FL\.checked: expected one of primary",
        ),
        (
            'extends = "us"\n[[holidays]]\nname = "x"\ndate = "99-99"',
            r"holidays\.1\.date: expected 07-04, third",
        ),
        ('extends = "us"\n[[holidays]]\ndate = "01-01"', r"holidays\.1\.name: expected text, found nothing"),
        (
            'extends = "us"\n[[holidays]]\nname = "x"\ndate = "01-01"\nobserved = "x"',
            r"holidays\.1\.observed: expected nearest or after",
        ),
        (
            'extends = "us"\ncountry = "CA"',
            r"country: expected US, as in the file that it extends, found 'CA'",
        ),
        ('extends = "xx"', r"rules: expected ca, gb, us or the path of a \.toml file, found 'xx'"),
        ("[[[", r"own\.toml: is no TOML"),
    ],
)
def test_what_is_wrong_is_told_with_its_key(tmp_path: Path, text: str, complaint: str) -> None:
    with pytest.raises(RulesUnusableError, match=complaint):
        rules_of(tmp_path, text)


def test_a_file_that_extends_itself_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    with pytest.raises(RulesUnusableError, match="extends itself"):
        rules_of(tmp_path, f'extends = "{path}"\n')


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RulesUnusableError, match=r"none\.toml: cannot be read: No such file"):
        load_rules(str(tmp_path / "none.toml"))


def test_two_files_of_one_country_are_refused() -> None:
    with pytest.raises(RulesUnusableError, match="another file has rules of US too"):
        load_rules("us,us")


@pytest.mark.parametrize("text", ["", "8", "08:00", "08:00-25:00", "08:60-09:00", "09:00-09:00"])
def test_hours_of_a_campaign_are_checked(text: str) -> None:
    with pytest.raises(ValueError, match="expected hours such as 08:00-21:00"):
        clock_span(text)
