"""Counter-based random draws for the simulator: each a pure function of what it is for, without any state.

A draw begins with a word of 64 bits, ``mix_words(stream, entity, attempt, purpose)``, where the stream is
that of a seed and a replication. So results do not depend on the order of events, and two policies meet the
same people. The multipliers of the three numbers are the powers of 1/1.2207..., the root of x^4 = x + 1, in
64 bits: no small numbers of them add up to nearly the same (M. Roberts, "The unreasonable effectiveness of
quasirandom sequences", 2018). The sum goes through the finaliser of SplitMix64 (Steele, Lea and Flood, "Fast
splittable pseudorandom number generators", OOPSLA 2014; Stafford's variant 13), which turns on average half
of the bits over when one is changed.

A draw that needs more than one word makes them from the first (``further``). Durations are in seconds.

How the distributions of a scenario (``callfloor.scenario.distributions``) become a ``Law``:

================  ==================  ===========  =======  =======
distribution      kind                a            b        c
================  ==================  ===========  =======  =======
Constant          LAW_CONSTANT        value
Exponential       LAW_EXPONENTIAL     mean
Uniform           LAW_UNIFORM         low          high
Lognormal         LAW_LOGNORMAL       mu           sigma
Gamma             LAW_GAMMA           shape        scale
Erlang            LAW_ERLANG          mean         k
Weibull           LAW_WEIBULL         shape        scale
Triangular        LAW_TRIANGULAR      low          mode     high
Hyperexponential  LAW_HYPEREXPO       p            mean1    mean2
Empirical         LAW_EMPIRICAL       (the sample in ``values``)
Never             LAW_NEVER
================  ==================  ===========  =======  =======
"""

from __future__ import annotations

from dataclasses import field
from math import exp, inf, log, pow, sqrt  # noqa: A004

from callfloor.floor.units import Code, Count, Rate, Seconds, Times, Word, new_times, record
from callfloor.people.ziggurat import LAYERS, TAIL

__all__ = [
    "LAW_CONSTANT",
    "LAW_EMPIRICAL",
    "LAW_ERLANG",
    "LAW_EXPONENTIAL",
    "LAW_GAMMA",
    "LAW_HYPEREXPO",
    "LAW_LOGNORMAL",
    "LAW_NEVER",
    "LAW_TRIANGULAR",
    "LAW_UNIFORM",
    "LAW_WEIBULL",
    "MASK64",
    "Law",
    "draw",
    "empirical_of",
    "erlang_of",
    "exponential_of",
    "finalise",
    "further",
    "gamma_of",
    "hyperexponential_of",
    "lognormal_of",
    "mix_words",
    "normal_of",
    "normal_quantile",
    "pick",
    "stream_of",
    "take_in",
    "triangular_of",
    "uniform_between",
    "uniform_of",
    "weibull_of",
]

MASK64: Word = 0xFFFF_FFFF_FFFF_FFFF

GOLDEN: Word = 0x9E37_79B9_7F4A_7C15
"""2**64 over the golden ratio, odd: SplitMix64's own step."""

ENTITY_STEP: Word = 0xD1B5_4A32_D192_ED03
ATTEMPT_STEP: Word = 0xABC9_8388_FB8F_AC03
PURPOSE_STEP: Word = 0x8CB9_2BA7_2F3D_8DD7

LAW_CONSTANT = 0
LAW_EXPONENTIAL = 1
LAW_UNIFORM = 2
LAW_LOGNORMAL = 3
LAW_GAMMA = 4
LAW_ERLANG = 5
LAW_WEIBULL = 6
LAW_TRIANGULAR = 7
LAW_HYPEREXPO = 8
LAW_EMPIRICAL = 9
LAW_NEVER = 10

GAMMA_TRIES = 100
"""At least 95 of 100 tries succeed, so that nobody will ever see the last of them."""


@record
class Law:
    """How long something takes: a kind of distribution and its numbers, as the table above says."""

    kind: Code = LAW_CONSTANT
    a: Rate = 0.0
    b: Rate = 0.0
    c: Rate = 0.0
    values: Times = field(default_factory=new_times)


# Words.


def finalise(bits: Word) -> Word:
    """Return 64 well-mixed bits that depend on every one of `bits`; different for different ones."""
    bits = ((bits ^ (bits >> 30)) * 0xBF58_476D_1CE4_E5B9) & MASK64
    bits = ((bits ^ (bits >> 27)) * 0x94D0_49BB_1331_11EB) & MASK64
    return bits ^ (bits >> 31)


def take_in(bits: Word, number: Word) -> Word:
    """Return well-mixed bits of what was taken in so far and one number more; the order counts."""
    return finalise(((bits ^ number) + GOLDEN) & MASK64)


def stream_of(seed: Word, replication: Count) -> Word:
    """Return the stream of a replication (0 or more): what ``mix_words`` takes for its seed."""
    return take_in(take_in(0, seed), replication & MASK64)


def mix_words(seed: Word, entity: Count, attempt: Count, purpose: Count) -> Word:
    """Return the word of a draw: whose it is, at which attempt, and what it is to decide."""
    bits = (seed + entity * ENTITY_STEP + attempt * ATTEMPT_STEP + purpose * PURPOSE_STEP) & MASK64
    return finalise(bits)


def further(word: Word, number: Count) -> Word:
    """Return another word of the same draw; `number` is 1, 2, ..."""
    return finalise((word + number * GOLDEN) & MASK64)


def uniform_of(word: Word) -> Rate:
    """Return a number of the open interval (0, 1), from its first 52 bits: both its logs are finite."""
    # 52 bits and a half: with 53 the largest would be rounded up to 1.
    return ((word >> 12) + 0.5) * 2.0**-52


def pick(word: Word, count: Count) -> Count:
    """Return one of 0, 1, ..., `count` - 1 (below 2**31), all alike to within `count` / 2**32."""
    return int(word >> 32) * count >> 32


# Samplers: one word each.


def exponential_of(word: Word, mean: Seconds) -> Seconds:
    """Without memory, by the ziggurat: ``people.ziggurat`` has its source."""
    layer = int(word & 255)
    x = uniform_of(word) * LAYERS[layer]
    if x < LAYERS[layer + 1]:
        return mean * x
    return mean * at_the_edge(word, layer, x)


def at_the_edge(word: Word, layer: Count, x: Rate) -> Rate:
    """Return the exponential number of mean 1 where the point of a layer may lie outside the curve."""
    number: Count = 1
    while layer > 0:
        low = exp(-LAYERS[layer])
        high = exp(-LAYERS[layer + 1])
        if low + uniform_of(further(word, number)) * (high - low) < exp(-x):
            return x
        other = further(word, number + 1)
        number += 2
        layer = int(other & 255)
        x = uniform_of(other) * LAYERS[layer]
        if x < LAYERS[layer + 1]:
            return x
    return TAIL - log(uniform_of(further(word, number)))


def uniform_between(word: Word, low: Seconds, high: Seconds) -> Seconds:
    """Anything between two ends, all alike."""
    return low + (high - low) * uniform_of(word)


def lognormal_of(word: Word, mu: Rate, sigma: Rate) -> Seconds:
    """Its logarithm is normal with mean `mu` and standard deviation `sigma`."""
    return exp(mu + sigma * normal_quantile(uniform_of(word)))


def gamma_of(word: Word, shape: Rate, scale: Seconds) -> Seconds:
    """By Marsaglia and Tsang ("A simple method for generating gamma variables", ACM TOMS 26, 2000).

    A shape under 1 is that of one more, times a uniform number to the power of 1 / shape (same source).
    """
    if shape < 1.0:
        boost = pow(uniform_of(word), 1.0 / shape)
        return boost * gamma_of(further(word, 2 * GAMMA_TRIES + 1), shape + 1.0, scale)
    d = shape - 1.0 / 3.0
    c = 1.0 / sqrt(9.0 * d)
    for number in range(1, 2 * GAMMA_TRIES, 2):
        x = normal_of(further(word, number))
        v = 1.0 + c * x
        if v > 0.0:
            v = v * v * v
            u = uniform_of(further(word, number + 1))
            if u < 1.0 - 0.0331 * (x * x) * (x * x) or log(u) < 0.5 * x * x + d * (1.0 - v + log(v)):
                return d * v * scale
    return shape * scale


def erlang_of(word: Word, mean: Seconds, k: Rate) -> Seconds:
    """The sum of `k` exponential phases, of `mean` together: a gamma of that shape."""
    return gamma_of(word, k, mean / k)


def weibull_of(word: Word, shape: Rate, scale: Seconds) -> Seconds:
    """By its inverse."""
    return scale * pow(-log(uniform_of(word)), 1.0 / shape)


def triangular_of(word: Word, low: Seconds, mode: Seconds, high: Seconds) -> Seconds:
    """By its inverse; always `low` where all three are the same."""
    u = uniform_of(word)
    width = high - low
    rise = mode - low
    if u * width < rise:
        return low + sqrt(u * width * rise)
    return high - sqrt((1.0 - u) * width * (high - mode))


def hyperexponential_of(word: Word, p: Rate, mean1: Seconds, mean2: Seconds) -> Seconds:
    """Exponential with the first mean by probability `p`, with the second one otherwise."""
    return exponential_of(further(word, 1), mean1 if uniform_of(word) < p else mean2)


def empirical_of(word: Word, values: Times) -> Seconds:
    """One of the values (at least one), all alike."""
    return values[pick(word, len(values))]


def draw(law: Law, word: Word) -> Seconds:
    """Return how long it takes by a law, in seconds; infinity for never."""
    kind = law.kind
    if kind == LAW_EXPONENTIAL:
        return exponential_of(word, law.a)
    if kind == LAW_CONSTANT:
        return law.a
    if kind == LAW_UNIFORM:
        return uniform_between(word, law.a, law.b)
    if kind == LAW_LOGNORMAL:
        return lognormal_of(word, law.a, law.b)
    if kind == LAW_GAMMA:
        return gamma_of(word, law.a, law.b)
    if kind == LAW_ERLANG:
        return erlang_of(word, law.a, law.b)
    if kind == LAW_WEIBULL:
        return weibull_of(word, law.a, law.b)
    if kind == LAW_TRIANGULAR:
        return triangular_of(word, law.a, law.b, law.c)
    if kind == LAW_HYPEREXPO:
        return hyperexponential_of(word, law.a, law.b, law.c)
    if kind == LAW_EMPIRICAL:
        return empirical_of(word, law.values)
    if kind == LAW_NEVER:
        return inf
    raise ValueError("a law of no known kind")


# The normal distribution.


def normal_of(word: Word) -> Rate:
    """Return a number of the standard normal distribution."""
    return normal_quantile(uniform_of(word))


def normal_quantile(p: Rate) -> Rate:
    """Return what a standard normal number is below with probability `p`, with a relative error under 1e-15.

    Wichura, "Algorithm AS 241: the percentage points of the normal distribution", Applied Statistics 37
    (1988), PPND16.
    """
    q = p - 0.5
    if -0.425 <= q <= 0.425:
        return q * central_ratio(0.180625 - q * q)
    r = sqrt(-log(p if q < 0.0 else 1.0 - p))
    x = tail_ratio(r - 1.6) if r <= 5.0 else far_ratio(r - 5.0)
    return -x if q < 0.0 else x


def central_ratio(r: Rate) -> Rate:
    """Return the ratio of polynomials that is for probabilities from 0.075 to 0.925."""
    top = 2.5090809287301226727e3 * r + 3.3430575583588128105e4
    top = top * r + 6.7265770927008700853e4
    top = top * r + 4.5921953931549871457e4
    top = top * r + 1.3731693765509461125e4
    top = top * r + 1.9715909503065514427e3
    top = top * r + 1.3314166789178437745e2
    top = top * r + 3.3871328727963666080
    bottom = 5.2264952788528545610e3 * r + 2.8729085735721942674e4
    bottom = bottom * r + 3.9307895800092710610e4
    bottom = bottom * r + 2.1213794301586595867e4
    bottom = bottom * r + 5.3941960214247511077e3
    bottom = bottom * r + 6.8718700749205790830e2
    bottom = bottom * r + 4.2313330701600911252e1
    bottom = bottom * r + 1.0
    return top / bottom


def tail_ratio(r: Rate) -> Rate:
    """Return that for probabilities down to exp(-25); r is the root of minus their log, less 1.6."""
    top = 7.74545014278341407640e-4 * r + 2.27238449892691845833e-2
    top = top * r + 2.41780725177450611770e-1
    top = top * r + 1.27045825245236838258
    top = top * r + 3.64784832476320460504
    top = top * r + 5.76949722146069140550
    top = top * r + 4.63033784615654529590
    top = top * r + 1.42343711074968357734
    bottom = 1.05075007164441684324e-9 * r + 5.47593808499534494600e-4
    bottom = bottom * r + 1.51986665636164571966e-2
    bottom = bottom * r + 1.48103976427480074590e-1
    bottom = bottom * r + 6.89767334985100004550e-1
    bottom = bottom * r + 1.67638483018380384940
    bottom = bottom * r + 2.05319162663775882187
    bottom = bottom * r + 1.0
    return top / bottom


def far_ratio(r: Rate) -> Rate:
    """Return that for probabilities under exp(-25); r is the root of minus their log, less 5."""
    top = 2.01033439929228813265e-7 * r + 2.71155556874348757815e-5
    top = top * r + 1.24266094738807843860e-3
    top = top * r + 2.65321895265761230930e-2
    top = top * r + 2.96560571828504891230e-1
    top = top * r + 1.78482653991729133580
    top = top * r + 5.46378491116411436990
    top = top * r + 6.65790464350110377720
    bottom = 2.04426310338993978564e-15 * r + 1.42151175831644588870e-7
    bottom = bottom * r + 1.84631831751005468180e-5
    bottom = bottom * r + 7.86869131145613259100e-4
    bottom = bottom * r + 1.48753612908506148525e-2
    bottom = bottom * r + 1.36929880922735805310e-1
    bottom = bottom * r + 5.99832206555887937690e-1
    bottom = bottom * r + 1.0
    return top / bottom
