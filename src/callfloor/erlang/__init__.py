"""Exact formulas that a planner expects: Erlang B, C and A, with their inverse.

Calls arrive at random (Poisson) and their handle times are exponential. The models differ in what a call does
that finds every agent busy: it is lost (B), waits for as long as it takes (C), or waits until its patience,
which is exponential as well, runs out (A: Palm's model, also with a limited queue).

Figures have the names and the meaning that the simulator gives them, so that they can be compared.
"""

from __future__ import annotations

from callfloor.erlang.delay import erlang_c
from callfloor.erlang.figures import Figures, WaitPercentiles, offered_load
from callfloor.erlang.impatience import erlang_a
from callfloor.erlang.loss import blocking, erlang_b
from callfloor.erlang.staffing import Targets, agents_for_blocking, agents_needed

__all__ = [
    "Figures",
    "Targets",
    "WaitPercentiles",
    "agents_for_blocking",
    "agents_needed",
    "blocking",
    "erlang_a",
    "erlang_b",
    "erlang_c",
    "offered_load",
]
