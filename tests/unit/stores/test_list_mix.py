"""Shares of lists are kept exactly over any stretch of leads."""

from __future__ import annotations

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from callfloor.stores.list_mix import ListMix

WEIGHTS = st.lists(st.integers(1, 20), min_size=1, max_size=5)


def mix_of(weights: list[int]) -> ListMix:
    return ListMix({f"list {place}": float(weight) for place, weight in enumerate(weights)}, {})


@given(WEIGHTS)
@settings(max_examples=50, deadline=None)
def test_after_as_many_leads_as_the_weights_add_up_to_each_has_given_its_weight(weights: list[int]) -> None:
    mix = mix_of(weights)
    given_by: Counter[str] = Counter()
    for _ in range(2 * sum(weights)):
        name = mix.next_of(mix.weights)
        mix.give(name, mix.weights)
        given_by[name] += 1
    assert [given_by[name] for name in mix.weights] == [2 * weight for weight in weights]


@given(WEIGHTS, st.data())
@settings(max_examples=50, deadline=None)
def test_what_is_owed_stays_within_a_few_leads_whoever_has_none_due(
    weights: list[int], data: st.DataObject
) -> None:
    mix = mix_of(weights)
    names = list(mix.weights)
    for _ in range(60):
        able = data.draw(st.lists(st.sampled_from(names), min_size=1, unique=True))
        # What is kept between claims is all that the next one knows.
        mix = ListMix(mix.weights, dict(mix.owed))
        name = mix.next_of(able)
        assert name in able
        mix.give(name, able)
        assert abs(sum(mix.owed.values())) < 1e-6
        assert all(abs(owed) < 2.0 for owed in mix.owed.values())


def test_of_equals_the_list_named_first_gives_first() -> None:
    mix = ListMix({"b": 1.0, "a": 1.0}, {})
    order = []
    for _ in range(4):
        order.append(mix.next_of(("a", "b")))
        mix.give(order[-1], ("a", "b"))
    assert order == ["b", "a", "b", "a"]
