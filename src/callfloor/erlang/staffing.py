"""The inverse of the formulas: the fewest agents that meet targets."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, fields

from callfloor.erlang.figures import SERVICE_LEVEL_S, Figures, require_positive
from callfloor.erlang.impatience import erlang_a
from callfloor.erlang.loss import blocking


@dataclass(frozen=True, slots=True, kw_only=True)
class Targets:
    """What a queue must keep to; None where anything will do. At least one must be given.

    Raises ValueError naming a target that is no share strictly between 0 and 1 or no time over 0.
    """

    service_level_min: float | None = None
    p_wait_max: float | None = None
    p_abandon_max: float | None = None
    p_blocked_max: float | None = None
    asa_s_max: float | None = None
    occupancy_max: float | None = None

    def __post_init__(self) -> None:
        given = {field.name: getattr(self, field.name) for field in fields(self)}
        if all(value is None for value in given.values()):
            raise ValueError(f"targets: expected at least one of {', '.join(given)}, found none")
        for name, value in given.items():
            if value is None:
                continue
            if name == "asa_s_max":
                require_positive(name, value)
            elif not 0.0 < value < 1.0:
                raise ValueError(f"{name}: expected a share between 0 and 1 such as 0.8, found {value!r}")

    def met_by(self, figures: Figures) -> bool:
        """Whether these figures keep to every target.

        A blocked call counts against `p_wait_max` and `p_abandon_max` as well: otherwise very few agents, who
        turn nearly every call away, would meet them.
        """
        asa_s = math.inf if figures.asa_s is None else figures.asa_s
        occupancy = math.inf if figures.occupancy is None else figures.occupancy
        return (
            (self.service_level_min is None or figures.service_level >= self.service_level_min)
            and (self.p_wait_max is None or figures.p_wait + figures.p_blocked <= self.p_wait_max)
            and (self.p_abandon_max is None or figures.p_abandon + figures.p_blocked <= self.p_abandon_max)
            and (self.p_blocked_max is None or figures.p_blocked <= self.p_blocked_max)
            and (self.asa_s_max is None or asa_s <= self.asa_s_max)
            and (self.occupancy_max is None or occupancy <= self.occupancy_max)
        )


def agents_needed(
    load_erlangs: float,
    targets: Targets,
    *,
    handle_s: float,
    patience_s: float = math.inf,
    queue_limit: int = 0,
    service_level_s: float = SERVICE_LEVEL_S,
) -> int:
    """Return the fewest agents that meet the targets by Erlang A; by Erlang C where nobody gives up.

    More agents never make any figure worse, so the search doubles its steps from the load and then halves
    them: about thirty computations of the figures, whatever the size. Raises ValueError naming a bad number.
    """
    require_positive("load_erlangs", load_erlangs)
    endless = math.isinf(patience_s) and not queue_limit

    def enough(agents: int) -> bool:
        if endless and agents <= load_erlangs:
            return False
        figures = erlang_a(
            load_erlangs,
            agents,
            handle_s,
            patience_s,
            queue_limit=queue_limit,
            service_level_s=service_level_s,
            percentiles=False,
        )
        return targets.met_by(figures)

    return _fewest(enough, max(1, math.ceil(load_erlangs)))


def agents_for_blocking(load_erlangs: float, p_blocked_max: float) -> int:
    """Return the fewest agents (or lines) that block at most this share of the calls, by Erlang B.

    Raises ValueError naming a bad number.
    """
    require_positive("load_erlangs", load_erlangs)
    if not 0.0 < p_blocked_max < 1.0:
        raise ValueError(
            f"p_blocked_max: expected a share between 0 and 1 such as 0.01, found {p_blocked_max!r}"
        )
    return _fewest(
        lambda agents: blocking(load_erlangs, agents) <= p_blocked_max, max(1, math.ceil(load_erlangs))
    )


def _fewest(enough: Callable[[int], bool], guess: int) -> int:
    """Return the least number from 1 on that is enough, where every greater one is as well."""
    few, step = 0, 1
    many = guess
    if enough(guess):
        while many - step > 0 and enough(many - step):
            many, step = many - step, 2 * step
        few = max(0, many - step)
    else:
        while not enough(many):
            few, many, step = many, many + step, 2 * step
    while many - few > 1:
        middle = (few + many) // 2
        if enough(middle):
            many = middle
        else:
            few = middle
    return many
