"""The catalogue of abnormal conditions is complete, and a log line says what was expected and found."""

from __future__ import annotations

import pytest

from callfloor.abnormal import CONDITIONS, condition, describe
from callfloor.floor import vocabulary


def codes_of_the_vocabulary() -> dict[str, int]:
    prefixes = ("AGENT_", "CALL_", "NUMBER_", "LEAD_", "CAMPAIGN_", "EVENT_", "QUEUE_", "SETTING_")
    return {
        name.lower(): value
        for name, value in vars(vocabulary).items()
        if name.startswith(prefixes) and isinstance(value, int) and value >= vocabulary.AGENT_UNKNOWN
    }


def test_the_catalogue_and_the_vocabulary_have_the_same_conditions_by_the_same_names() -> None:
    assert {c.name: c.code for c in CONDITIONS.values()} == codes_of_the_vocabulary()


def test_codes_and_names_are_given_once() -> None:
    codes = codes_of_the_vocabulary()
    assert len(set(codes.values())) == len(codes) == len(CONDITIONS)


@pytest.mark.parametrize("code", CONDITIONS, ids=lambda code: CONDITIONS[code].name)
def test_every_condition_says_what_was_expected_what_it_means_and_what_is_done(code: int) -> None:
    found = condition(code)
    assert found.severity in ("info", "warning", "error")
    assert found.expected
    assert not found.expected.endswith(".")
    for text in (found.meaning, found.recovery):
        assert text.endswith(".")
        assert text[0].isupper()
        assert "  " not in text


def test_a_code_that_is_no_condition_is_refused() -> None:
    with pytest.raises(KeyError):
        condition(vocabulary.TALKING)


def test_a_log_line_names_the_call_s_state() -> None:
    line = describe(vocabulary.CALL_EVENT_LATE, vocabulary.CALL_RINGING, vocabulary.CONNECTED)
    assert line == {
        "abnormal": "call_event_late",
        "code": 203,
        "severity": "info",
        "expected": "the events of a call in their order",
        "found": "connected",
        "event": "call_ringing",
        "recovery": "None is needed: the later stage holds.",
    }


@pytest.mark.parametrize(
    ("code", "found", "said"),
    [
        (vocabulary.AGENT_LOGGED_IN_TWICE, vocabulary.TALKING, "talking"),
        (vocabulary.CALL_ABANDONED, vocabulary.ANSWERED, "answered"),
        (vocabulary.CALL_UNKNOWN, vocabulary.UNKNOWN, "unknown"),
        (vocabulary.EVENT_UNKNOWN, 77, "event_77"),
        (vocabulary.NUMBER_KEEPS_FAILING, vocabulary.RINGING, "ringing"),
        (vocabulary.NUMBER_KEEPS_FAILING, vocabulary.UNKNOWN, "unknown"),
    ],
)
def test_a_log_line_says_in_which_state_the_event_found_things(code: int, found: int, said: str) -> None:
    assert describe(code, vocabulary.TIMER_DUE, found)["found"] == said


def test_a_log_line_can_be_written_for_an_event_of_a_kind_that_nobody_knows() -> None:
    assert describe(vocabulary.EVENT_UNKNOWN, 77, 77)["event"] == "event_77"
