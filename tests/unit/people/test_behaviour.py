"""People behave as configured, the same in every run, and wrong settings are named."""

from __future__ import annotations

import math
import pickle
from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callfloor.floor.vocabulary import (
    ABANDONED,
    BUSY,
    CONGESTION,
    DISCONNECTED,
    HUMAN,
    LOST,
    MACHINE,
    NO_ANSWER,
    OUTCOME_NAMES,
    REJECTED,
    UNDETERMINED,
    WITHHELD,
)
from callfloor.people.behaviour import (
    DIAL_FAILURES,
    NETWORK_OUTCOMES,
    Behaviour,
    attempt_key,
    seconds_range,
)

NUMBER = 12125550100
RECORDED_OUTCOMES = [
    "human",
    "no_answer",
    "human",
    "busy",
    "human",
    "human",
    "human",
    "human",
    "human",
    "human",
    "no_answer",
    "human",
]
RECORDED_RING_S = 21.11019236579438
RECORDED_TALK_S = 10.812372613269572
words = st.integers(min_value=0, max_value=2**64 - 1)
seconds = st.floats(min_value=0.1, max_value=1e6, allow_nan=False)
ranges = st.tuples(seconds, seconds).map(lambda pair: (min(pair), max(pair)))


def people(**changes: Any) -> Behaviour:
    settings: dict[str, Any] = {"outcomes": {HUMAN: 1.0}, "ring_s": (1.0, 2.0), "talk_s": (3.0, 4.0)}
    return Behaviour(**{**settings, **changes})


def assert_frequencies(behaviour: Behaviour, expected: dict[int, float], draws: int = 20_000) -> None:
    """Every outcome comes as often as it should, within 5 standard deviations of a binomial count."""
    counts = Counter(behaviour.outcome(7, NUMBER + n, n) for n in range(draws))
    assert set(counts) <= {code for code, share in expected.items() if share > 0}
    for code, share in expected.items():
        bound = 5 * math.sqrt(draws * share * (1 - share))
        assert abs(counts[code] - draws * share) <= bound, OUTCOME_NAMES[code]


@pytest.mark.parametrize("call_fail", [0.0, 3.0, 50.0, 100.0])
def test_dial_options_fail_as_often_as_asked_by_the_documented_mix(call_fail: float) -> None:
    behaviour = Behaviour.of_dial_options(call_fail, 10.0, (0.1, 0.1))
    expected = {code: call_fail / 100 * share for code, share in DIAL_FAILURES.items()}
    assert_frequencies(behaviour, {HUMAN: 1 - call_fail / 100, **expected})


def test_the_mix_of_failures_is_what_is_documented() -> None:
    assert DIAL_FAILURES == {
        BUSY: 0.25,
        NO_ANSWER: 0.45,
        MACHINE: 0.15,
        DISCONNECTED: 0.10,
        CONGESTION: 0.03,
        REJECTED: 0.02,
    }


def test_outcomes_come_as_often_as_they_should() -> None:
    shares = {HUMAN: 0.3, MACHINE: 0.25, BUSY: 0.05, NO_ANSWER: 0.3, UNDETERMINED: 0.1, REJECTED: 0.0}
    assert_frequencies(people(outcomes=shares), shares)


def test_dial_options_calls_last_from_0_9_to_1_25_times_the_call_length() -> None:
    behaviour = Behaviour.of_dial_options(0, 10.0, (0.1, 0.1))
    assert behaviour.talk_s == (9.0, 12.5)
    times = [behaviour.talk_time_s(1, NUMBER, n) for n in range(20_000)]
    assert 9.0 <= min(times) < 9.01
    assert 12.49 < max(times) <= 12.5
    # The mean of a uniform distribution, within 5 standard errors.
    assert abs(sum(times) / len(times) - 10.75) < 5 * 3.5 / math.sqrt(12 * len(times))


@given(seed=words, number=words, attempt=words, ring_s=ranges, talk_s=ranges)
def test_times_are_within_their_ranges(
    seed: int, number: int, attempt: int, ring_s: tuple[float, float], talk_s: tuple[float, float]
) -> None:
    behaviour = people(ring_s=ring_s, talk_s=talk_s)
    assert ring_s[0] <= behaviour.ring_time_s(seed, number, attempt) <= ring_s[1]
    assert talk_s[0] <= behaviour.talk_time_s(seed, number, attempt) <= talk_s[1]


@given(
    seed=words,
    number=words,
    attempt=words,
    weights=st.dictionaries(st.sampled_from(sorted(NETWORK_OUTCOMES)), st.integers(0, 5), min_size=1),
)
def test_an_outcome_is_one_of_those_that_can_be(
    seed: int, number: int, attempt: int, weights: dict[int, int]
) -> None:
    total = sum(weights.values())
    outcomes = {code: weight / total for code, weight in weights.items()} if total else {HUMAN: 1.0}
    behaviour = people(outcomes=outcomes)
    drawn = behaviour.outcome(seed, number, attempt)
    assert outcomes[drawn] > 0
    assert people(outcomes=dict(reversed(outcomes.items()))).outcome(seed, number, attempt) == drawn


def test_draws_depend_on_seed_number_attempt_and_purpose_only() -> None:
    behaviour = people(outcomes={HUMAN: 0.5, BUSY: 0.5}, ring_s=(1.0, 2.0), talk_s=(1.0, 2.0))
    attempts = [(seed, NUMBER + n, key) for seed in (1, 2) for n in range(50) for key in (1, 2)]

    def all_draws(order: list[tuple[int, int, int]]) -> dict[tuple[int, int, int], tuple[int, float, float]]:
        return {
            a: (behaviour.outcome(*a), behaviour.ring_time_s(*a), behaviour.talk_time_s(*a)) for a in order
        }

    draws = all_draws(attempts)
    assert all_draws(attempts[::-1]) == draws
    assert len({ring for _, ring, _ in draws.values()}) == len(attempts)
    assert all(ring != talk for _, ring, talk in draws.values())


def test_draws_are_those_of_recorded_runs() -> None:
    """Changing them would change the people of every scenario with a seed."""
    behaviour = Behaviour.of_dial_options(50, 10, (5, 25))
    drawn = [behaviour.outcome(1, NUMBER, n) for n in range(12)]
    assert [OUTCOME_NAMES[code] for code in drawn] == RECORDED_OUTCOMES
    assert behaviour.ring_time_s(1, NUMBER, 0) == RECORDED_RING_S
    assert behaviour.talk_time_s(1, NUMBER, 0) == RECORDED_TALK_S


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"outcomes": {}}, "outcomes: expected probabilities that add up to 1, found 0"),
        (
            {"outcomes": {HUMAN: 0.5, BUSY: 0.4}},
            "outcomes: expected probabilities that add up to 1, found 0.9",
        ),
        ({"outcomes": {HUMAN: 1.0 + 2e-9}}, "outcomes: expected a probability from 0 to 1 for human"),
        ({"outcomes": {HUMAN: 1.5, BUSY: -0.5}}, "from 0 to 1 for human, found 1.5"),
        ({"outcomes": {HUMAN: math.nan}}, "from 0 to 1 for human, found nan"),
        ({"outcomes": {HUMAN: 0.5, LOST: 0.5}}, "outcomes: expected codes among .* found 11"),
        ({"outcomes": {ABANDONED: 1.0}}, "found 14"),
        ({"outcomes": {WITHHELD: 1.0}}, "found 13"),
        ({"ring_s": (0.05, 1.0)}, "ring_s: expected 0.1 <= low <= high seconds; found low 0.05 and high 1"),
        ({"ring_s": (2.0, 1.0)}, "ring_s: .* found low 2 and high 1"),
        ({"ring_s": (1.0, math.inf)}, "ring_s: .* high inf"),
        ({"ring_s": (math.nan, 1.0)}, "ring_s: .* low nan"),
        ({"talk_s": (-1.0, 1.0)}, "talk_s: expected 0 <= low"),
        ({"patience_s": -1.0}, "patience_s: expected 0 or more seconds, or infinity; found -1"),
        ({"patience_s": math.nan}, "patience_s: .* found nan"),
        ({"message_s": math.inf}, "message_s: expected 0 or more seconds, found inf"),
        ({"machine_s": -0.5}, "machine_s: expected 0 or more seconds, found -0.5"),
    ],
)
def test_wrong_values_are_named(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        people(**changes)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ((101, 10, (0.1, 0.1)), "call_fail_percent: expected 0 to 100, found 101"),
        ((math.nan, 10, (0.1, 0.1)), "call_fail_percent: .* found nan"),
        ((50, -1, (0.1, 0.1)), "call_length_s: expected 0 or more seconds, found -1"),
        ((50, 10, (0.0, 0.1)), "ring_s: expected 0.1 <= low"),
    ],
)
def test_wrong_dial_options_are_named(options: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Behaviour.of_dial_options(*options)


def test_a_sum_that_is_off_by_rounding_is_taken() -> None:
    shares = dict.fromkeys(sorted(NETWORK_OUTCOMES)[:10], 0.1)
    behaviour = people(outcomes=shares)
    assert {behaviour.outcome(1, NUMBER, n) for n in range(1_000)} == set(shares)


def test_behaviour_cannot_be_changed_from_outside_and_goes_to_other_processes() -> None:
    outcomes = {HUMAN: 1.0}
    behaviour = people(outcomes=outcomes)
    outcomes[BUSY] = 5.0
    assert behaviour == people()
    assert pickle.loads(pickle.dumps(behaviour)) == behaviour


@pytest.mark.parametrize(
    ("text", "limits"),
    [("0.1", (0.1, 0.1)), ("0.1-0.3", (0.1, 0.3)), (" 5 - 25 ", (5.0, 25.0)), (".5-1.", (0.5, 1.0))],
)
def test_seconds_are_read(text: str, limits: tuple[float, float]) -> None:
    assert seconds_range(text) == limits


@pytest.mark.parametrize("text", ["", "a", "-1", "1-2-3", "1--2", "inf", "nan", "1e3", "1,5", "٣"])
def test_what_is_no_seconds_is_refused(text: str) -> None:
    with pytest.raises(
        ValueError, match=r"expected seconds such as 0\.1, or LOW-HIGH such as 0\.1-0\.3; found "
    ):
        seconds_range(text)


def test_the_attempt_key_is_the_end_of_the_call_id() -> None:
    assert attempt_key("0123456789abcdef" + "00000000000000fF") == 255


@pytest.mark.parametrize("call_id", ["", "0" * 31, "0" * 33, "0x" + "0" * 30, "_" * 32, "0" * 31 + "\n"])
def test_what_is_no_call_id_has_no_attempt_key(call_id: str) -> None:
    with pytest.raises(ValueError, match="call_id: expected 32 hexadecimal digits, found "):
        attempt_key(call_id)
