"""How the people of the United States are spread over states, ages, incomes, children, cars and homes.

They make plausible consumers, and are no statistics. States are the resident population of the 2020 Census
in thousands. The other shapes are set by hand, to the eye like published tables, and nobody has checked them
digit by digit: ages in millions (2020 Census, Demographic and Housing Characteristics), household incomes in
per cent (American Community Survey 2022, S1901; what is beyond 200,000 dollars is one band there and three
here), children under 18 in the household (Current Population Survey), vehicles (ACS, B08201), owned homes
(ACS, DP04).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

STATES = {
    "AL": 5024, "AK": 733, "AZ": 7152, "AR": 3012, "CA": 39538, "CO": 5774, "CT": 3606, "DE": 990,
    "FL": 21538, "GA": 10712, "HI": 1455, "ID": 1839, "IL": 12813, "IN": 6786, "IA": 3190, "KS": 2938,
    "KY": 4506, "LA": 4658, "ME": 1362, "MD": 6177, "MA": 7030, "MI": 10077, "MN": 5706, "MS": 2961,
    "MO": 6155, "MT": 1084, "NE": 1962, "NV": 3105, "NH": 1378, "NJ": 9289, "NM": 2118, "NY": 20201,
    "NC": 10439, "ND": 779, "OH": 11799, "OK": 3959, "OR": 4237, "PA": 13003, "RI": 1097, "SC": 5118,
    "SD": 887, "TN": 6911, "TX": 29146, "UT": 3272, "VT": 643, "VA": 8631, "WA": 7705, "WV": 1794,
    "WI": 5894, "WY": 577,
}  # fmt: skip
"""The 50 states by postal code. A state's place here is its number."""

STATE_CODES = tuple(STATES)

Band = tuple[int, int, float]
"""The first value, the one after the last, and how many there are."""

AGES: Sequence[Band] = (
    *((0, 18, 73.0), (18, 20, 8.5), (20, 25, 22.0), (25, 30, 23.0), (30, 35, 23.0), (35, 40, 22.0)),
    *((40, 45, 21.0), (45, 50, 20.0), (50, 55, 21.0), (55, 60, 22.0), (60, 65, 21.0), (65, 70, 18.0)),
    *((70, 75, 14.0), (75, 80, 10.0), (80, 85, 6.0), (85, 91, 5.0), (91, 101, 1.2), (101, 121, 0.02)),
)
INCOMES: Sequence[Band] = (
    *((0, 15_000, 8.5), (15_000, 25_000, 7.0), (25_000, 35_000, 7.3), (35_000, 50_000, 10.8)),
    *((50_000, 75_000, 16.0), (75_000, 100_000, 12.6), (100_000, 150_000, 17.2), (150_000, 200_000, 9.3)),
    *((200_000, 500_000, 10.0), (500_000, 1_000_000, 1.0), (1_000_000, 10_000_001, 0.3)),
)
KIDS = (73.0, 11.0, 10.0, 4.0, 1.2, 0.5, 0.2, 0.05, 0.03, 0.02)
CARS = (8.3, 33.0, 37.0, 14.7, 5.0, 1.4, 0.4, 0.1, 0.06, 0.04)
OWNS = (34.8, 65.2)

AGE_MOST = AGES[-1][1] - 1
INCOME_MOST = INCOMES[-1][1] - 1

Bands = tuple[list[int], list[float]]
"""The first value of each band and the one after the last; the probabilities added up."""


def alike(low: int, high: int) -> Bands:
    """Return the bands of whole numbers from `low` to `high`, both included, each as likely."""
    return [low, high + 1], [1.0]


def within(bands: Sequence[Band], low: int, high: int) -> Bands:
    """Return the bands between `low` and `high`, both included. Raises ValueError where nobody is left."""
    kept = [
        (max(first, low), min(end, high + 1), count / (end - first))
        for first, end, count in bands
        if first <= high and end > low
    ]
    if not kept:
        raise ValueError(f"nobody from {low:,} to {high:,}")
    return [kept[0][0], *(end for _, end, _ in kept)], _upto(
        [(end - first) * each for first, end, each in kept]
    )


def by_share(shares: Sequence[float]) -> Bands:
    """Return the bands of 0, 1, 2, ..., which are as likely as these shares say."""
    return list(range(len(shares) + 1)), _upto(shares)


def _upto(shares: Sequence[float]) -> list[float]:
    total = sum(shares)
    upto = [part / total for part in accumulate(shares)]
    upto[-1] = 1.0
    return upto
