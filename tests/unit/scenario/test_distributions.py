"""Distributions: what they are in the file, and exact means and variances."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callfloor.scenario.distributions import (
    DISTRIBUTIONS,
    NEVER,
    Constant,
    Distribution,
    Durations,
    Empirical,
    Exponential,
    Gamma,
    Lognormal,
)
from callfloor.scenario.errors import ScenarioError

ANY = Durations(never=True)

EXACT: list[tuple[Any, float, float]] = [
    (90, 90.0, 0.0),
    ("1.5m", 90.0, 0.0),
    ({"dist": "constant", "value": 4}, 4.0, 0.0),
    ({"dist": "exponential", "mean": 180}, 180.0, 32400.0),
    ({"dist": "uniform", "low": 5, "high": 25}, 15.0, 400 / 12),
    ({"dist": "lognormal", "mean": 200, "sd": 160}, 200.0, 25600.0),
    ({"dist": "gamma", "mean": 4, "sd": 6}, 4.0, 36.0),
    ({"dist": "erlang", "mean": "1m", "k": 3}, 60.0, 1200.0),
    ({"dist": "weibull", "shape": 1, "scale": 7}, 7.0, 49.0),
    ({"dist": "weibull", "shape": 2, "scale": 2}, math.sqrt(math.pi), 4 - math.pi),
    ({"dist": "triangular", "low": 0, "mode": 3, "high": 6}, 3.0, 1.5),
    ({"dist": "hyperexponential", "p": 0.25, "mean1": 2, "mean2": 10}, 8.0, 2 * (1 + 75) - 64),
    ({"dist": "empirical", "values": [1, 2, 6]}, 3.0, 14 / 3),
    ("never", math.inf, math.inf),
    ({"dist": "never"}, math.inf, math.inf),
]


@pytest.mark.parametrize(("written", "mean", "variance"), EXACT, ids=str)
def test_mean_and_variance_are_exact(written: Any, mean: float, variance: float) -> None:
    distribution = ANY.read(written)
    assert distribution.mean == pytest.approx(mean, rel=1e-12)
    assert distribution.variance == pytest.approx(variance, rel=1e-12)


def test_every_distribution_is_tried() -> None:
    assert {ANY.read(written).dist for written, _, _ in EXACT} == set(DISTRIBUTIONS)


@pytest.mark.parametrize(("written", "mean", "variance"), EXACT, ids=str)
def test_what_is_written_is_read_back(written: Any, mean: float, variance: float) -> None:
    distribution = ANY.read(written)
    assert ANY.read(ANY.write(distribution)) == distribution
    assert ANY.read(distribution) is distribution


def test_parameters_of_the_logarithm_and_of_the_gamma_give_mean_and_sd_back() -> None:
    lognormal, gamma = Lognormal(200, 160), Gamma(200, 160)
    assert math.exp(lognormal.mu + lognormal.sigma**2 / 2) == pytest.approx(200)
    assert math.expm1(lognormal.sigma**2) * 200**2 == pytest.approx(160**2)
    assert gamma.shape * gamma.scale == pytest.approx(200)
    assert gamma.shape * gamma.scale**2 == pytest.approx(160**2)


def test_a_distribution_built_in_python_is_the_same_as_in_the_file() -> None:
    assert Exponential(mean=180) == ANY.read({"dist": "exponential", "mean": "3m"})
    assert Constant(180) == ANY.read(180)
    assert ANY.read("never") is NEVER


def test_observed_values_come_from_a_file_with_one_a_line(tmp_path: Path) -> None:
    file = tmp_path / "talk.txt"
    file.write_text("10\n\n 20.5 \r\n1e2\n")
    assert list(Empirical(file=str(file)).sample) == [10.0, 20.5, 100.0]
    assert ANY.write(Empirical(file=str(file))) == {"dist": "empirical", "file": str(file)}


@pytest.mark.parametrize(
    ("written", "complaint"),
    [
        ("soon", 'expected a duration: seconds, "never", or a table such as { dist = "exponential"'),
        ("soon", 'found "soon"'),
        (-1, "found -1"),
        (True, "found true"),
        (math.nan, "found nan"),
        (math.inf, "found inf"),
        ([1], "found a list"),
        ({"dist": "exponental"}, 'dist: no such distribution "exponental"; did you mean "exponential"?'),
        ({"dist": "cauchy"}, "dist: no such distribution"),
        ({"dist": "a\x1eb"}, 'dist: no such distribution "a\\x1eb"; expected one of'),
        ({"dist": 3}, "dist: expected one of constant, exponential"),
        ({"mean": 3}, 'dist: is missing; expected one of constant, exponential, uniform'),
        ({"mean": 3, "sd": 2}, 'did you mean dist = "lognormal"?'),
        ({"dist": "exponential"}, "mean: is missing; expected seconds over 0"),
        ({"dist": "exponential", "mean": 0}, "mean: expected seconds over 0"),
        ({"dist": "exponential", "men": 0}, 'men: no such key; did you mean "mean"?'),
        ({"dist": "exponential", "mean": 1, "sd": 1}, "sd: no such key; expected one of mean"),
        ({"dist": "uniform", "low": 5, "high": 4}, "high: expected low or more (5), found 4"),
        ({"dist": "triangular", "low": 5, "mode": 4, "high": 6}, "mode: expected from low (5) to high (6)"),
        ({"dist": "erlang", "mean": 5, "k": 1.5}, "k: expected a whole number from 1 to 1000, found 1.5"),
        ({"dist": "weibull", "shape": 0.001, "scale": 1}, "shape: expected a number from 0.05 to 1000"),
        ({"dist": "hyperexponential", "p": 1.5, "mean1": 1, "mean2": 1}, "p: expected a number from 0 to 1"),
        ({"dist": "empirical"}, "expected either values or file, found neither"),
        ({"dist": "empirical", "values": [1], "file": "x"}, "expected either values or file, found both"),
        ({"dist": "empirical", "values": []}, "values: expected a list, each of it seconds from 0"),
        ({"dist": "empirical", "values": [1, "x"]}, "values.2: expected seconds from 0"),
        ({"dist": "empirical", "file": "/no/such"}, "file: /no/such: cannot be read: No such file"),
    ],
    ids=str,
)  # fmt: skip
def test_what_is_no_duration_is_refused_by_the_key(written: Any, complaint: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        ANY.read(written)
    assert complaint in str(caught.value)


def test_only_patience_may_be_without_end() -> None:
    with pytest.raises(ScenarioError, match='expected a duration that ends, found "never"'):
        Durations().read("never")


SPAN = st.floats(0.001, 1e6)


@given(
    st.one_of(
        st.builds(Exponential, SPAN),
        st.builds(Lognormal, SPAN, SPAN),
        st.builds(Gamma, SPAN, SPAN),
        st.builds(Empirical, st.lists(SPAN, min_size=1, max_size=5).map(tuple)),
    )
)
def test_means_and_variances_are_numbers(distribution: Distribution) -> None:
    assert 0 < distribution.mean < math.inf
    assert 0 <= distribution.variance < math.inf


@pytest.mark.parametrize("shape", [0.05, 0.5, 1, 30, 1000])
def test_the_whole_range_of_weibull_shapes_can_be_computed(shape: float) -> None:
    distribution = ANY.read({"dist": "weibull", "shape": shape, "scale": 1})
    assert math.isfinite(distribution.mean)
    assert distribution.variance > 0
