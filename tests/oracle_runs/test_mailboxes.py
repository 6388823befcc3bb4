"""Voicemails and the callbacks that return them, and calls that are made again."""

from __future__ import annotations

import math
from collections.abc import Iterator

import pytest

from callfloor.scenario import Callback, Gaps, Period, Redial
from callfloor.scenario.distributions import Distribution, Exponential, Gamma, Lognormal, Uniform
from tests.oracle_runs.chains import mailbox, redialled
from tests.oracle_runs.checking import (
    Amount,
    Case,
    Check,
    blocked,
    figures,
    group,
    little,
    mean,
    queue,
    quotient,
)
from tests.oracle_runs.worlds import agents, calls, constant, times, world


def with_mailbox(
    name: str,
    per_h: float,
    talk_s: Distribution,
    callback_s: Distribution,
    *,
    wrap_up_s: Distribution,
    reached: float,
    unreached_s: Distribution,
    count: int = 1,
) -> Case:
    """Direct routing: each agent's callers and mailbox are a world of their own, `per_h` callers in each."""

    def checks() -> Iterator[Check]:
        exact = mailbox(
            arrivals_per_h=per_h,
            talk_s=talk_s.mean,
            wrap_up_s=wrap_up_s.mean,
            reached=reached,
            callback_s=callback_s.mean,
            unreached_s=unreached_s.mean,
        )
        of = "queues.calls"
        yield from figures(of, callbacks_per_voicemail=1.0 / reached)
        yield quotient("voicemails / offered", exact.p_voicemail, queue("voicemails"), queue("offered"))
        yield from figures(of, service_level=1.0 - exact.p_voicemail, p_wait=0.0, mean_wait_s=0.0)
        at_work = group("ready_s", "reserved_s", "talking_s", "wrap_up_s")
        yield quotient("talking_s", exact.talking, group("talking_s"), at_work)
        yield quotient("wrap_up_s", exact.wrapping_up, group("wrap_up_s"), at_work)
        yield from figures("groups.agents", occupancy=exact.p_voicemail, reserved=0.0)

    queue_ = calls(
        count * per_h,
        talk_s,
        routing="direct",
        when_busy="voicemail",
        wrap_up_s=wrap_up_s,
        callback=Callback(reached=reached, talk_s=callback_s, unreached_s=unreached_s),
    )
    return Case(f"mailbox, {name}", world(agents(count), queue_, hours=5.0), checks)


MAILBOXES = [
    with_mailbox(
        "one in five is reached, at once",
        900.0,
        Exponential(mean=2.0),
        constant(0.5),
        wrap_up_s=constant(0.0),
        reached=0.2,
        unreached_s=constant(0.0),
    ),
    with_mailbox(
        "everything takes a time",
        500.0,
        Gamma(mean=2.0, sd=3.0),
        Uniform(low=0.2, high=1.4),
        wrap_up_s=Exponential(mean=1.0),
        reached=0.4,
        unreached_s=Exponential(mean=0.8),
    ),
    with_mailbox(
        "three agents",
        400.0,
        constant(3.0),
        Lognormal(mean=1.0, sd=0.7),
        wrap_up_s=constant(0.6),
        reached=0.5,
        unreached_s=constant(1.2),
        count=3,
    ),
]


def direct_block() -> Case:
    """Direct routing without a queue: each of four agents blocks load / (1 + load), whatever the talk."""

    def checks() -> Iterator[Check]:
        load = 500.0 / 3600.0 * 6.0
        yield blocked(load / (1.0 + load))
        yield from figures("groups.agents", occupancy=load / (1.0 + load))

    queue_ = calls(2000.0, Gamma(mean=6.0, sd=9.0), routing="direct", when_busy="block")
    return Case("direct routing, blocked", world(agents(4), queue_, hours=5.0), checks)


def like_calls() -> Case:
    """Callbacks as long as calls, all of them reached: the agent is busy for the share of the load."""

    def checks() -> Iterator[Check]:
        yield quotient("voicemails / offered", 0.4, queue("voicemails"), queue("offered"))
        yield from figures("groups.agents", occupancy=0.4, narrow=0.015)
        yield from figures("queues.calls", callbacks_per_voicemail=1.0)

    queue_ = calls(600.0, 2.4, when_busy="voicemail", callback=Callback(reached=1.0))
    return Case("mailbox, callbacks like calls", world(agents(1), queue_), checks)


# Calls that are made again.


def again(
    name: str,
    count: int,
    load: float,
    talk_s: float,
    probability: float,
    after_s: float,
    patience_s: float | None,
) -> Case:
    """Who is blocked, or gives up, calls again with a probability that is drawn anew each time."""
    per_h = 3600.0 * load / talk_s

    def checks() -> Iterator[Check]:
        exact = redialled(
            agents=count,
            arrivals_per_h=per_h,
            talk_s=talk_s,
            again=probability,
            after_s=after_s,
            patience_s=patience_s,
            most_calls=count + 60,
            most_away=60,
        )
        yield quotient(
            "offered / h", exact.offered_per_h, queue("offered"), lambda run: run.measured_s / 3600.0
        )
        yield blocked(exact.p_block)
        yield from figures("queues.calls", p_wait=exact.p_wait, p_abandon=exact.p_abandon)
        yield from figures("queues.calls", mean_queue=exact.mean_queue, narrow=0.04)
        yield from figures("groups.agents", occupancy=exact.occupancy)
        if patience_s is not None:
            yield little(narrow=0.002)

    waits = {"when_busy": "block"} if patience_s is None else {"patience_s": times(patience_s)}
    redial = Redial(probability=probability, after_s=times(after_s))
    scene = world(agents(count), calls(per_h, talk_s, redial=redial, **waits), hours=7.0)
    return Case(f"redials, {name}", scene, checks)


def nobody_there() -> Case:
    """No agent ever comes: 50 callers call until they do not call again, and wait anew each time.

    Calls of one caller are geometric, 1 / (1 - p) on average, of variance p / (1 - p)²; the sum of n callers'
    waits has the variance n patience² / (1 - p)², more if the same patience were taken twice.
    """
    callers, again_, patience_s = 50, 0.6, 30.0
    most = callers / (1.0 - again_)

    def checks() -> Iterator[Check]:
        yield from figures("queues.calls", offered=most, abandoned=most, p_abandon=1.0, service_level=0.0)
        yield from figures("queues.calls", mean_wait_s=patience_s)
        calls_s = most * patience_s
        yield mean(
            "variance of offered",
            callers * again_ / (1.0 - again_) ** 2,
            squared(queue("offered"), most),
            narrow=0.4,
        )
        yield mean(
            "variance of waits",
            callers * (patience_s / (1.0 - again_)) ** 2,
            squared(queue("wait_s"), calls_s),
            narrow=0.4,
        )
        early = 1.0 - math.exp(-20.0 / patience_s)
        yield quotient("abandoned in time", early, queue("abandoned_in_time"), queue("offered"))

    queue_ = calls(
        0.0,
        5.0,
        arrivals=Gaps(gap_s=constant(10.0), count=callers),
        patience_s=times(patience_s),
        redial=Redial(probability=again_, after_s=Uniform(low=0.0, high=90.0)),
    )
    gone = agents(1, shifts=[Period(start_s=0.0, end_s=1.0)])
    return Case("redials, nobody there", world(gone, queue_, replications=1000, until="drained"), checks)


def squared(of: Amount, expected: float) -> Amount:
    """The square of how far an amount is from what is expected."""
    return lambda run: (of(run) - expected) ** 2


CASES = [
    *MAILBOXES,
    direct_block(),
    like_calls(),
    again("blocked, one agent", 1, 0.8, 3.0, 0.7, 4.0, None),
    again("blocked, five agents", 5, 4.0, 12.0, 0.5, 20.0, None),
    again("given up", 3, 3.0, 8.0, 0.4, 10.0, 6.0),
    nobody_there(),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_mailboxes_and_redials(case: Case) -> None:
    case.verify()
