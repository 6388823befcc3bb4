"""A scenario's distributions as the laws that the world draws by (the table in ``people.draws``)."""

from __future__ import annotations

from typing import Any

from callfloor.people import draws
from callfloor.scenario import distributions as d


def law_of(runtime: Any, duration: d.Distribution) -> Any:
    """Return the law of a distribution, as a record of the runtime."""
    match duration:
        case d.Constant(value=value):
            return runtime.Law(draws.LAW_CONSTANT, value)
        case d.Exponential(mean=mean):
            return runtime.Law(draws.LAW_EXPONENTIAL, mean)
        case d.Uniform(low=low, high=high):
            return runtime.Law(draws.LAW_UNIFORM, low, high)
        case d.Lognormal():
            return runtime.Law(draws.LAW_LOGNORMAL, duration.mu, duration.sigma)
        case d.Gamma():
            return runtime.Law(draws.LAW_GAMMA, duration.shape, duration.scale)
        case d.Erlang(mean=mean, k=k):
            return runtime.Law(draws.LAW_ERLANG, mean, float(k))
        case d.Weibull(shape=shape, scale=scale):
            return runtime.Law(draws.LAW_WEIBULL, shape, scale)
        case d.Triangular(low=low, mode=mode, high=high):
            return runtime.Law(draws.LAW_TRIANGULAR, low, mode, high)
        case d.Hyperexponential(p=p, mean1=mean1, mean2=mean2):
            return runtime.Law(draws.LAW_HYPEREXPO, p, mean1, mean2)
        case d.Empirical():
            return runtime.Law(draws.LAW_EMPIRICAL, values=duration.sample)
        case d.Never():
            return runtime.Law(draws.LAW_NEVER)
    raise ValueError(f"no law for the distribution {duration.dist!r}")
