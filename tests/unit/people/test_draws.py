"""Draws have the distributions that they say, do not know each other, and are the same in every runtime.

Everything is drawn from fixed words: what passes once passes always. Bounds are such that all checks of a
kind together would fail by chance less than once in a hundred other seeds.
"""

from __future__ import annotations

import math
import random
import struct
from array import array
from collections import Counter
from collections.abc import Callable, Iterable
from decimal import Decimal, localcontext
from typing import Any

import pytest

from callfloor.people import draws as plain
from callfloor.people.random import mix, uniform
from callfloor.runtimes import Name, available, load
from callfloor.scenario.distributions import (
    NEVER,
    Constant,
    Distribution,
    Empirical,
    Erlang,
    Exponential,
    Gamma,
    Hyperexponential,
    Lognormal,
    Triangular,
    Uniform,
    Weibull,
)

NAMES: tuple[Name, ...] = ("plain", "compiled", "fast")
RUNTIMES: dict[str, Any] = {name: load(name) for name in NAMES if name in available()}
QUICKEST = list(RUNTIMES.values())[-1]
LARGEST = 2**64 - 1
DRAWS = 30_000
STREAM = plain.stream_of(2026, 0)

RECORDED_MIX = 0xD0734750FDE362B3
RECORDED_UNIFORM = 0.6460399270946923
RECORDED_WORD = 0x49703E60510EE367
RECORDED_GAMMA = 143.01668324916903

RANDOM: dict[str, Distribution] = {
    "exponential": Exponential(mean=180.0),
    "uniform": Uniform(low=5.0, high=25.0),
    "lognormal": Lognormal(mean=170.0, sd=120.0),
    "gamma, shape 0.04": Gamma(mean=10.0, sd=50.0),
    "gamma, shape 0.9": Gamma(mean=9.0, sd=90**0.5),
    "gamma, shape 1": Gamma(mean=30.0, sd=30.0),
    "gamma, shape 1.6": Gamma(mean=100.0, sd=79.0),
    "gamma, shape 10,000": Gamma(mean=100.0, sd=1.0),
    "erlang, 1": Erlang(mean=60.0, k=1),
    "erlang, 3": Erlang(mean=60.0, k=3),
    "erlang, 40": Erlang(mean=60.0, k=40),
    "weibull, falling": Weibull(shape=0.7, scale=100.0),
    "weibull, rising": Weibull(shape=3.0, scale=100.0),
    "triangular": Triangular(low=10.0, mode=20.0, high=70.0),
    "triangular, to the left": Triangular(low=10.0, mode=10.0, high=70.0),
    "triangular, to the right": Triangular(low=10.0, mode=70.0, high=70.0),
    "hyperexponential": Hyperexponential(p=0.8, mean1=20.0, mean2=300.0),
}
EMPIRICAL = Empirical(values=(1.5, 2.5, 2.5, 40.0, 0.0, 7.0, 11.0))
ALL = RANDOM | {"empirical": EMPIRICAL, "constant": Constant(12.5), "never": NEVER}


def law_of(found: Distribution, runtime: Any = QUICKEST) -> Any:
    """The law of a distribution, by the table in the module's text."""
    match found:
        case Exponential():
            return runtime.Law(plain.LAW_EXPONENTIAL, found.mean)
        case Uniform():
            return runtime.Law(plain.LAW_UNIFORM, found.low, found.high)
        case Lognormal():
            return runtime.Law(plain.LAW_LOGNORMAL, found.mu, found.sigma)
        case Gamma():
            return runtime.Law(plain.LAW_GAMMA, found.shape, found.scale)
        case Erlang():
            return runtime.Law(plain.LAW_ERLANG, found.mean, found.k)
        case Weibull():
            return runtime.Law(plain.LAW_WEIBULL, found.shape, found.scale)
        case Triangular():
            return runtime.Law(plain.LAW_TRIANGULAR, found.low, found.mode, found.high)
        case Hyperexponential():
            return runtime.Law(plain.LAW_HYPEREXPO, found.p, found.mean1, found.mean2)
        case Empirical():
            return runtime.Law(plain.LAW_EMPIRICAL, values=found.sample)
        case Constant():
            return runtime.Law(plain.LAW_CONSTANT, found.value)
    return runtime.Law(plain.LAW_NEVER)


def sample(name: str) -> list[float]:
    """Draws of one purpose for one entity after another."""
    law, purpose = law_of(ALL[name]), list(ALL).index(name)
    draw, mix_words = QUICKEST.draw, QUICKEST.mix_words
    return [draw(law, mix_words(STREAM, entity, 1, purpose)) for entity in range(DRAWS)]


# Exact distribution functions.


def gamma_below(shape: float, x: float) -> float:
    """The regularised incomplete gamma function, by its series or its continued fraction (Lentz)."""
    if x <= 0.0:
        return 0.0
    front = math.exp(shape * math.log(x) - x - math.lgamma(shape))
    if x < shape + 1.0:
        term = total = 1.0 / shape
        n = shape
        while term > total * 1e-13:
            n += 1.0
            term *= x / n
            total += term
        return total * front
    b = x + 1.0 - shape
    c, d = 1e300, 1.0 / b
    h = d
    for i in range(1, 10_000):
        a = -i * (i - shape)
        b += 2.0
        d = 1.0 / (a * d + b)
        c = b + a / c
        h *= d * c
        if abs(d * c - 1.0) < 1e-13:
            break
    return 1.0 - front * h


def below(found: Distribution, x: float) -> float:
    """How probable a duration of x or less is."""
    match found:
        case Exponential():
            return -math.expm1(-x / found.mean)
        case Uniform():
            return (x - found.low) / (found.high - found.low)
        case Lognormal():
            return math.erfc((found.mu - math.log(x)) / found.sigma / math.sqrt(2.0)) / 2.0
        case Gamma():
            return gamma_below(found.shape, x / found.scale)
        case Erlang():
            return gamma_below(found.k, x * found.k / found.mean)
        case Weibull():
            return -math.expm1(-((x / found.scale) ** found.shape))
        case Triangular(low, mode, high):
            if x < mode:
                return (x - low) ** 2 / (high - low) / (mode - low)
            return 1.0 - ((high - x) ** 2 / (high - low) / (high - mode) if high > mode else 0.0)
        case Hyperexponential():
            return -found.p * math.expm1(-x / found.mean1) - (1 - found.p) * math.expm1(-x / found.mean2)
    raise AssertionError


def test_the_distribution_functions_of_this_test() -> None:
    assert gamma_below(1.0, 0.3) == pytest.approx(-math.expm1(-0.3), rel=1e-12)
    assert gamma_below(1.0, 5.0) == pytest.approx(-math.expm1(-5.0), rel=1e-12)
    assert gamma_below(0.5, 0.8) == pytest.approx(math.erf(math.sqrt(0.8)), rel=1e-12)
    assert gamma_below(3.0, 7.0) == pytest.approx(1 - math.exp(-7.0) * (1 + 7 + 24.5), rel=1e-12)


def largest_distance(values: list[float], cdf: Callable[[float], float]) -> float:
    """Kolmogorov's and Smirnov's."""
    n = len(values)
    heights = [cdf(x) for x in sorted(values)]
    return max(max((i + 1) / n - p, p - i / n) for i, p in enumerate(heights))


@pytest.mark.parametrize("name", RANDOM)
def test_distribution_mean_and_variance(name: str) -> None:
    found, values = ALL[name], sample(name)
    n = len(values)
    # Kolmogorov's limit, exceeded once in 1000 for all distributions together.
    bound = math.sqrt(math.log(2 * len(RANDOM) / 0.001) / 2 / n)
    assert largest_distance(values, lambda x: below(found, x)) < bound
    # 4 standard deviations: once in 500 for all of these 34 checks together.
    mean = math.fsum(values) / n
    assert abs(mean - found.mean) < 4 * math.sqrt(found.variance / n)
    squares = [(x - found.mean) ** 2 for x in values]
    variance = math.fsum(squares) / n
    spread = math.sqrt(math.fsum((s - variance) ** 2 for s in squares)) / n
    assert abs(variance - found.variance) < 4 * spread


def test_the_distance_would_tell_them_apart() -> None:
    bound = math.sqrt(math.log(2 * len(RANDOM) / 0.001) / 2 / DRAWS)
    assert largest_distance(sample("gamma, shape 1"), lambda x: below(Gamma(mean=30.0, sd=31.0), x)) > bound
    assert largest_distance(sample("exponential"), lambda x: below(Exponential(mean=190.0), x)) > bound


def test_observed_values_come_alike() -> None:
    counts = Counter(sample("empirical"))
    expected = Counter(EMPIRICAL.sample)
    assert counts.keys() == expected.keys()
    size = len(EMPIRICAL.sample)
    chi = sum((counts[x] - DRAWS * k / size) ** 2 / (DRAWS * k / size) for x, k in expected.items())
    assert chi < chi_bound(len(expected) - 1)


def test_what_is_not_random() -> None:
    assert set(sample("constant")) == {12.5}
    assert set(sample("never")) == {math.inf}


# The same in every runtime.


def some_words() -> list[int]:
    rng = random.Random(5)
    edges = [0, 1, 2**12 - 1, 2**12, 2**63 - 1, 2**63, LARGEST - 1, LARGEST]
    return [*edges, *(rng.getrandbits(64) for _ in range(3000))]


@pytest.mark.parametrize("name", ALL)
def test_laws_have_the_same_bits(name: str) -> None:
    seen = []
    for runtime in RUNTIMES.values():
        law = law_of(ALL[name], runtime)
        values = [runtime.draw(law, word) for word in some_words()]
        assert all(value >= 0.0 for value in values)
        seen.append(struct.pack(f"<{len(values)}d", *values))
    assert all(one == seen[0] for one in seen)


def test_words_have_the_same_bits() -> None:
    rng = random.Random(6)
    cases = [(word, rng.randrange(2**40), rng.randrange(-3, 9), rng.randrange(20)) for word in some_words()]
    cases.append((LARGEST, 2**63 - 1, 2**63 - 1, -(2**63)))
    seen = [
        [
            (
                runtime.mix_words(*case),
                runtime.stream_of(case[0], case[1]),
                runtime.further(case[0], case[3]),
                runtime.uniform_of(case[0]),
                runtime.normal_of(case[0]),
                runtime.pick(case[0], 1 + case[1] % 2**31),
            )
            for case in cases
        ]
        for runtime in RUNTIMES.values()
    ]
    assert all(one == seen[0] for one in seen)


@pytest.mark.parametrize("name", RUNTIMES)
def test_a_law_of_no_kind(name: str) -> None:
    runtime = RUNTIMES[name]
    with pytest.raises(ValueError, match="no known kind"):
        runtime.draw(runtime.Law(99), 1)


# Words.


def test_the_finaliser_is_that_of_splitmix64() -> None:
    """The first numbers of the published generator, from seed 0."""
    known = [0xE220A8397B1DCDAF, 0x6E789E6AA1B965F4, 0x06C45D188009454F]
    assert [plain.further(0, number) for number in (1, 2, 3)] == known


def test_draws_do_not_change_between_versions() -> None:
    assert mix(1, 2, 3) == RECORDED_MIX
    assert uniform(2**64 + 1, -1) == RECORDED_UNIFORM
    assert plain.mix_words(plain.stream_of(1, 0), 2, 3, 4) == RECORDED_WORD
    assert plain.draw(law_of(RANDOM["gamma, shape 1.6"], plain), RECORDED_WORD) == RECORDED_GAMMA


def test_streams_are_mixed_as_other_draws_are() -> None:
    assert plain.stream_of(7, 3) == mix(7, 3)
    assert len({plain.stream_of(seed, r) for seed in range(100) for r in range(100)}) == 10_000


def test_no_two_draws_have_one_word() -> None:
    words = {
        QUICKEST.mix_words(STREAM, entity, attempt, purpose)
        for entity in range(2000)
        for attempt in range(8)
        for purpose in range(8)
    }
    assert len(words) == 2000 * 64


def test_uniform_numbers_keep_off_the_ends() -> None:
    for word in (0, 1, LARGEST - 1, LARGEST):
        assert 0.0 < plain.uniform_of(word) < 1.0
        assert all(math.isfinite(draw_at(name, word)) for name in RANDOM)


def draw_at(name: str, word: int) -> float:
    found: float = QUICKEST.draw(law_of(ALL[name]), word)
    return found


def chi_bound(freedom: int) -> float:
    """What chi-square exceeds once in 31,000 times (4 standard deviations; Wilson and Hilferty)."""
    part = 2.0 / 9.0 / freedom
    return float(freedom * (1.0 - part + 4.0 * math.sqrt(part)) ** 3)


def pairs_chi(pairs: Iterable[tuple[int, int]], parts: int = 16) -> float:
    """Chi-square of pairs of words in a square of that many parts a side."""
    counts = [0] * (parts * parts)
    total = 0
    for one, other in pairs:
        counts[QUICKEST.pick(one, parts) * parts + QUICKEST.pick(other, parts)] += 1
        total += 1
    expected = total / parts**2
    return sum((count - expected) ** 2 / expected for count in counts)


@pytest.mark.parametrize(
    "neighbours",
    [
        lambda w, i: (w(STREAM, i, 0, 1), w(STREAM, i + 1, 0, 1)),
        lambda w, i: (w(STREAM, i, 0, 1), w(STREAM, i, 1, 1)),
        lambda w, i: (w(STREAM, i, 0, 1), w(STREAM, i, 0, 2)),
        lambda w, i: (w(STREAM, 5, i, 1), w(STREAM, 6, i, 1)),
        lambda w, i: (w(STREAM, 5, 1, i), w(STREAM, 5, 1, i + 1)),
        lambda w, i: (w(plain.stream_of(1, i), 5, 1, 1), w(plain.stream_of(1, i + 1), 5, 1, 1)),
        lambda w, i: (w(plain.stream_of(i, 0), 5, 1, 1), w(plain.stream_of(i + 1, 0), 5, 1, 1)),
        lambda w, i: (w(STREAM, i, 0, 1), QUICKEST.further(w(STREAM, i, 0, 1), 1)),
        lambda w, i: (w(i, 0, 0, 0), w(i + 1, 0, 0, 0)),
        lambda w, i: (w(STREAM, i, 0, 1) << 40 & LARGEST, w(STREAM, i + 1, 0, 1) << 40 & LARGEST),
    ],
    ids=[
        "entities",
        "attempts of an entity",
        "purposes of an entity",
        "entities at many attempts",
        "purposes",
        "replications",
        "seeds",
        "further words",
        "seeds unmixed",
        "last bits",
    ],
)
def test_neighbours_do_not_know_each_other(neighbours: Callable[..., tuple[int, int]]) -> None:
    chi = pairs_chi(neighbours(QUICKEST.mix_words, i) for i in range(DRAWS))
    assert chi < chi_bound(255)
    assert chi > 255 - 4 * math.sqrt(2 * 255), "more even than chance"


def test_draws_of_neighbours_are_not_correlated() -> None:
    values = [math.log(x) for x in sample("exponential")]
    mean = math.fsum(values) / DRAWS
    spread = math.fsum((x - mean) ** 2 for x in values)
    for lag in range(1, 20):
        together = math.fsum(
            (one - mean) * (other - mean) for one, other in zip(values, values[lag:], strict=False)
        )
        assert abs(together / spread) < 4 / math.sqrt(DRAWS)


def test_one_bit_more_turns_half_of_the_bits_over() -> None:
    rng = random.Random(8)
    seeds = [rng.getrandbits(64) for _ in range(400)]
    changes: list[Callable[[int], int]] = [
        *(lambda seed, bit=bit: QUICKEST.mix_words(seed ^ 1 << bit, 9, 1, 2) for bit in range(64)),
        lambda seed: QUICKEST.mix_words(seed, 10, 1, 2),
        lambda seed: QUICKEST.mix_words(seed, 9, 2, 2),
        lambda seed: QUICKEST.mix_words(seed, 9, 1, 3),
    ]
    before = [QUICKEST.mix_words(seed, 9, 1, 2) for seed in seeds]
    for change in changes:
        turned = sum((one ^ change(seed)).bit_count() for seed, one in zip(seeds, before, strict=True))
        # The bits are known not to be quite independent: within 1 % of a half.
        assert abs(turned / len(seeds) / 64 - 0.5) < 0.01


@pytest.mark.parametrize("count", [1, 2, 3, 7, 1000])
def test_one_of_many_is_picked_alike(count: int) -> None:
    words = [QUICKEST.mix_words(STREAM, entity, 0, 30) for entity in range(DRAWS)]
    counts = Counter(plain.pick(word, count) for word in words)
    assert set(counts) <= set(range(count))
    chi = sum((counts[i] - DRAWS / count) ** 2 / (DRAWS / count) for i in range(count))
    assert chi < (chi_bound(count - 1) if count > 1 else 1.0)
    assert plain.pick(LARGEST, count) == count - 1
    assert plain.pick(LARGEST, 2**31 - 1) == 2**31 - 2


# The normal distribution.


def relative_error(p: float, x: float) -> float:
    """How far a quantile is from the true one, by 60 digits of the distribution function."""
    with localcontext() as context:
        context.prec = 60
        exact = Decimal(x)
        pi = Decimal("3.14159265358979323846264338327950288419716939937510582097494459230781640628621")
        density = (-exact * exact / 2).exp() / (2 * pi).sqrt()
        term = total = exact
        odd = 1
        while abs(term) > abs(total) * Decimal("1e-58"):
            odd += 2
            term *= exact * exact / odd
            total += term
        return float((Decimal("0.5") + density * total - Decimal(p)) / density / exact)


def test_normal_quantiles_are_right_to_the_last_digits() -> None:
    rng = random.Random(9)
    tails = [2.0**-power * (1 + rng.random()) for power in range(2, 54)]
    middle = [rng.random() for _ in range(100)]
    edges = [plain.uniform_of(0), plain.uniform_of(LARGEST), 0.075, 0.925, 0.4999, math.exp(-25.0)]
    errors = [
        relative_error(p, plain.normal_quantile(p))
        for p in (*tails, *(1.0 - p for p in tails), *middle, *edges)
    ]
    assert max(map(abs, errors)) < 1e-15
    assert plain.normal_quantile(0.5) == 0.0


def test_published_normal_quantiles() -> None:
    """The checks of AS 241, and the best known of all."""
    for p, x in (
        (0.25, -0.6744897501960817),
        (0.001, -3.090232306167814),
        (1e-20, -9.262340089798408),
        (0.975, 1.959963984540054),
    ):
        assert plain.normal_quantile(p) == pytest.approx(x, rel=5e-16)


def test_normal_numbers() -> None:
    values = [QUICKEST.normal_of(QUICKEST.mix_words(STREAM, entity, 0, 31)) for entity in range(DRAWS)]
    bound = math.sqrt(math.log(2 / 0.0001) / 2 / DRAWS)
    assert largest_distance(values, lambda x: math.erfc(-x / math.sqrt(2.0)) / 2.0) < bound


# Odd numbers.


def test_a_gamma_always_ends() -> None:
    for shape in (1e-9, 1e-3, 1.0, 1e9, 1e19):
        value = plain.gamma_of(STREAM, shape, 2.0)
        assert 0.0 <= value < math.inf
    assert math.isnan(plain.gamma_of(STREAM, math.nan, 2.0))


def test_a_triangle_without_width() -> None:
    assert {plain.triangular_of(word, 5.0, 5.0, 5.0) for word in some_words()} == {5.0}
    assert {plain.uniform_between(word, 5.0, 5.0) for word in some_words()} == {5.0}


def test_draws_keep_to_their_ends() -> None:
    for word in some_words():
        assert 5.0 <= plain.uniform_between(word, 5.0, 25.0) <= 25.0
        assert 10.0 <= plain.triangular_of(word, 10.0, 20.0, 70.0) <= 70.0
        assert plain.empirical_of(word, array("d", [4.0])) == 4.0
