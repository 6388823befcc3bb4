"""A run that failed, made smaller: fewer faults, shorter ones, as long as it fails in the same way."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from tests.faults.simulation.plan import Fault, Plan
from tests.faults.simulation.running import run_plan

TRIES_MOST = 120


def kind_of(violation: str) -> str:
    """What went wrong, whomever and whenever it struck."""
    lines = violation.splitlines()
    told = lines[0] + lines[-1] if len(lines) > 1 else violation
    return re.sub(r"[\d.,]+|'[^']*'", "", re.sub(r"\(.*\)|\[.*\]", "", told))[:60]


class Shrinker:
    """Looks for a smaller plan that fails in the same way."""

    def __init__(self, runtime: Any, violation: str, tries: int = TRIES_MOST) -> None:
        self.runtime = runtime
        self.kind = kind_of(violation)
        self.tries = tries

    def fails(self, plan: Plan) -> bool:
        """Whether a plan fails as the first one did."""
        if self.tries <= 0:
            return False
        self.tries -= 1
        violation = run_plan(plan, self.runtime).violation
        return bool(violation) and kind_of(violation) == self.kind

    def shrink(self, plan: Plan) -> Plan:
        """The smallest plan that was found."""
        plan = self.with_fewer_faults(plan)
        plan = self.with_less(plan, self.shorter)
        return self.with_less(plan, self.smaller)

    def with_fewer_faults(self, plan: Plan) -> Plan:
        """Take away faults: half of them, then a quarter, down to one at a time."""
        part = max(1, len(plan.faults) // 2)
        while True:
            removed = False
            place = 0
            while place < len(plan.faults):
                fewer = plan.without(plan.faults[place : place + part])
                if self.fails(fewer):
                    plan, removed = fewer, True
                else:
                    place += part
            if part == 1 and not removed:
                return plan
            part = max(1, part // 2)

    def with_less(self, plan: Plan, ways: Callable[[Plan], Sequence[Plan]]) -> Plan:
        """Try every way once, and keep those that still fail."""
        place = 0
        while place < len(ways(plan)):
            less = ways(plan)[place]
            if less != plan and self.fails(less):
                plan = less
            place += 1
        return plan

    @staticmethod
    def shorter(plan: Plan) -> list[Plan]:
        """Each fault for a tenth of its time."""
        plans: list[Plan] = []
        for fault in plan.faults:
            short: Fault = replace(fault, for_s=round(fault.for_s / 10, 3))
            plans.append(replace(plan, faults=tuple(short if f is fault else f for f in plan.faults)))
        return plans

    @staticmethod
    def smaller(plan: Plan) -> list[Plan]:
        """A simpler setting."""
        setting = plan.setting
        wanted: list[dict[str, Any]] = [
            {"processes": 1},
            {"agents": 2},
            {"told_to_all": False},
            {"shared": 0.0},
            {"hours_end_s": 0.0},
            {"bridge_s": 0.1},
        ]
        if setting.workers:
            wanted += [{"workers": 1}, {"one_lock": False}, {"told_of_news": True}]
        return [replace(plan, setting=replace(setting, **change)) for change in wanted]
