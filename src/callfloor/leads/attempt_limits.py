"""How often a number may be called: in a calendar day, in 24 hours, in 7 days, and after a conversation."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

DAY_S = 86400.0
WEEK_S = 7 * DAY_S
NO_LIMIT = -1


@dataclass(frozen=True, slots=True)
class AttemptLimits:
    """Attempts to one number in all campaigns of a store; 0: no limit.

    `per_day` is by the calendar of the person called, `per_24h` and `per_7d` roll. `after_talk_s` is how long
    a number is left alone after a conversation, as by Regulation F of the US in debt collection.
    """

    per_day: int = 0
    per_24h: int = 0
    per_7d: int = 0
    after_talk_s: float = 0.0

    @property
    def looks_back_s(self) -> float:
        """How far back attempts must be known, seconds; 0: nothing is limited."""
        spans = [(self.per_day, 2 * DAY_S), (self.per_24h, DAY_S), (self.per_7d, WEEK_S)]
        return max(self.after_talk_s, *(span for limit, span in spans if limit > 0), 0.0)

    def with_per_24h(self, limit: int) -> AttemptLimits:
        """These limits and another one for 24 hours, whichever is stricter; 0: none."""
        if limit <= 0 or 0 < self.per_24h <= limit:
            return self
        return replace(self, per_24h=limit)


@dataclass(frozen=True, slots=True)
class Allowance:
    """`from_s`: when the next attempt is allowed (UTC seconds). `left`: how many are from then on.

    `left` is NO_LIMIT where nothing limits it. More may be left later; that is for a later question.
    """

    from_s: float = -math.inf
    left: int = NO_LIMIT


UNLIMITED = Allowance()


def allowance(
    limits: AttemptLimits,
    attempts: Sequence[float],
    talked_at: float,
    day: tuple[float, float],
    now: float,
) -> Allowance:
    """When a number may be called again, and how often.

    `attempts` are the times of those in the last `looks_back_s`, in any order, `talked_at` when the last
    conversation ended (-inf: never), `day` the calendar day there that `now` is in; all UTC seconds.
    """
    made = sorted(attempts, reverse=True)
    from_s = talked_at + limits.after_talk_s if limits.after_talk_s > 0.0 else -math.inf
    left = NO_LIMIT
    if limits.per_day > 0:
        begins_s, ends_s = day
        today = sum(at >= begins_s for at in made)
        left = _fewer(left, max(0, limits.per_day - today))
        if today >= limits.per_day:
            from_s = max(from_s, ends_s)
    for limit, span_s in ((limits.per_24h, DAY_S), (limits.per_7d, WEEK_S)):
        if limit <= 0:
            continue
        left = _fewer(left, max(0, limit - sum(at > now - span_s for at in made)))
        if len(made) >= limit:
            from_s = max(from_s, made[limit - 1] + span_s)
    # Where a limit is reached, one attempt is left when it no longer is: the oldest has dropped out.
    return Allowance(from_s, max(left, 1) if left != NO_LIMIT else NO_LIMIT)


def _fewer(one: int, other: int) -> int:
    return other if one == NO_LIMIT else min(one, other)
