"""Random scenarios of a few minutes."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from callfloor.floor.setting_codes import PACING_NAMES
from callfloor.floor.vocabulary import DISPOSITION_DOES_NAMES
from tests.worlds import EVERY_OUTCOME, EVERY_RETRY, Document


def laws(mean: float) -> st.SearchStrategy[Any]:
    """Distributions of about this mean, seconds."""
    return st.sampled_from(
        (
            mean,
            {"dist": "exponential", "mean": mean},
            {"dist": "uniform", "low": 0, "high": 2 * mean},
            {"dist": "lognormal", "mean": mean, "sd": mean},
            {"dist": "gamma", "mean": mean, "sd": mean / 2},
            {"dist": "erlang", "mean": mean, "k": 2},
            {"dist": "hyperexponential", "p": 0.5, "mean1": mean / 2, "mean2": 1.5 * mean},
        )
    )


def periods(length: float) -> st.SearchStrategy[list[Document]]:
    """One or two periods one after the other within this time."""
    times = st.lists(st.integers(0, int(length)), min_size=4, max_size=4, unique=True).map(sorted)
    both = times.map(lambda t: [{"from": t[0], "to": t[1]}, {"from": t[2], "to": t[3]}])
    return st.one_of(both, both.map(lambda each: each[:1]))


@st.composite
def random_documents(draw: st.DrawFn) -> Document:
    """Any scenario of a few minutes. One in some is refused by the scenario's own checks."""
    length = draw(st.sampled_from((120, 400, 900)))
    queues = [f"q{place}" for place in range(draw(st.integers(0, 3)))]
    campaigns = [f"c{place}" for place in range(draw(st.integers(0 if queues else 1, 2)))]
    groups = []
    for place in range(draw(st.integers(1, 3))):
        group: Document = {"name": f"g{place}", "agents": draw(st.integers(1, 5))}
        if draw(st.booleans()):
            some = draw(st.lists(st.sampled_from((*queues, *campaigns)), min_size=1, unique=True))
            group["skills"] = {name: draw(st.integers(1, 3)) for name in some}
        if draw(st.booleans()):
            group["shifts"] = draw(periods(2.0 * length))
        if draw(st.booleans()):
            group["breaks"] = draw(periods(length))
        group["shrinkage"] = draw(st.sampled_from((0.0, 0.0, 0.4)))
        groups.append(group)
    document: Document = {
        "run": {
            "duration": length,
            "warm_up": draw(st.sampled_from((0, length // 4))),
            "seed": draw(st.integers(0, 2**63 - 1)),
        },
        "groups": groups,
        "inbound": [draw(random_queues(name)) for name in queues],
        "campaigns": [draw(random_campaigns(name)) for name in campaigns],
    }
    if len(queues) == 1 and draw(st.booleans()):
        document["consumers"] = draw(random_consumers())
        document["inbound"][0] |= {"routing": "direct", "arrivals": {"gap_s": draw(laws(4))}}
    return document


@st.composite
def random_consumers(draw: st.DrawFn) -> Document:
    """Any consumers."""
    attributes = st.sampled_from(("age", "income", "state"))
    return {
        "count": draw(st.sampled_from((1, 60, 400))),
        "kind": draw(st.sampled_from(("uniform", "realistic"))),
        "age": draw(ranges(0, 120)),
        "income": draw(ranges(0, 10_000_000)),
        "match": draw(st.sampled_from(("any", "all"))),
        "required": draw(st.lists(attributes, unique=True)),
        "weights": draw(random_weights()),
        "agent_states": draw(ranges(1, 50)),
    }


def random_weights() -> st.SearchStrategy[dict[str, float]]:
    """Weights of attributes, one at least over 0 (an attribute not named weighs 1)."""
    attributes = ("age", "income", "state")
    some = st.dictionaries(st.sampled_from(attributes), st.sampled_from((0, 0.25, 1, 7)))
    return some.filter(lambda weights: any(weights.get(name, 1) for name in attributes))


def ranges(low: int, high: int) -> st.SearchStrategy[list[int]]:
    """The first and the last of some whole numbers within these."""
    return st.lists(st.integers(low, high), min_size=2, max_size=2).map(sorted)


@st.composite
def random_queues(draw: st.DrawFn, name: str) -> Document:
    """Any queue."""
    arrivals = st.sampled_from(
        (
            {"rate_per_h": 240},
            {"profile_per_h": [0, 900, 60], "interval": 400},
            {"gap_s": {"dist": "gamma", "mean": 15, "sd": 20}},
            {"count": 25, "gap_s": {"dist": "exponential", "mean": 3}},
            {"count": 6, "gap_s": 0},
        )
    )
    return {
        "name": name,
        "arrivals": draw(arrivals),
        "talk_s": draw(laws(20)),
        "wrap_up_s": draw(st.one_of(st.just(0), laws(6))),
        "patience_s": draw(st.one_of(st.just("never"), st.just(0), laws(25))),
        "priority": draw(st.integers(0, 2)),
        "routing": draw(st.sampled_from(("longest_idle", "direct"))),
        "when_busy": draw(st.sampled_from(("queue", "queue", "voicemail", "block"))),
        "queue_limit": draw(st.sampled_from((0, 0, 1, 4))),
        "redial": {"probability": draw(st.sampled_from((0, 0.5))), "after_s": draw(laws(40))},
        "callback": {
            "reached": draw(st.sampled_from((0.2, 1))),
            "unreached_s": draw(st.sampled_from((0, 3))),
        },
    }


@st.composite
def random_campaigns(draw: st.DrawFn, name: str) -> Document:
    """Any campaign."""
    pool = draw(st.sampled_from(("campaign", "agent")))
    waits = st.dictionaries(
        st.sampled_from(tuple(EVERY_RETRY)), st.sampled_from((0, 10, 200)), max_size=len(EVERY_RETRY)
    )
    document: Document = {
        "name": name,
        "leads": draw(st.sampled_from((1, 30, 300))),
        "outcome": draw(st.sampled_from((EVERY_OUTCOME, {"human": 1}, {"human": 0.3, "no_answer": 0.7}))),
        "talk_s": draw(laws(20)),
        "wrap_up_s": draw(st.one_of(st.just(0), laws(6))),
        "patience_s": draw(st.one_of(st.just("never"), laws(3))),
        "ring_s": draw(laws(8)),
        "mode": draw(
            st.sampled_from(
                ("power", "progressive", "preview", "message", "predictive")[: 5 if pool == "campaign" else 4]
            )
        ),
        "pacing": draw(st.sampled_from(tuple(PACING_NAMES.values()))),
        "vicidial_ready": draw(st.booleans()),
        "machine": draw(st.sampled_from(("hang_up", "message", "connect"))),
        "machine_talk_s": draw(laws(5)),
        "message_s": draw(laws(15)),
        "preview_s": draw(st.sampled_from((0, 4, 15))),
        "preview_accept_s": draw(laws(6)),
        "preview_expires": draw(st.sampled_from(("dial", "skip"))),
        "preview_skip": draw(st.sampled_from((0, 0.3))),
        "skip_retry_s": draw(st.sampled_from((5, 200))),
        "pool": pool,
        "dial_ratio": draw(st.sampled_from((1, 1.5, 3))),
        "answer_within_s": draw(st.sampled_from((0, 2, 2, 10))),
        "ring_timeout_s": draw(st.sampled_from((6, 25))),
        "abandon_window": draw(st.sampled_from(("30d", "24h"))),
        "share": draw(st.sampled_from((1.0, 1.0, 0.5))),
        "reserve": draw(st.sampled_from((0, 0, 2))),
        "max_attempts": draw(st.integers(1, 4)),
        "retry_after_s": draw(waits),
        "cooldown_s": draw(st.sampled_from((0, 15))),
        "cooldown_after_s": draw(st.sampled_from(({}, {"busy": 40, "abandoned": 900}))),
        "attempts_per_day": draw(st.sampled_from((0, 0, 1, 2))),
        "no_call_after_talk_s": draw(st.sampled_from((0, 0, 100))),
        "do_not_call_share": draw(st.sampled_from((0, 0, 0.3))),
        "consent_required": draw(st.booleans()),
        "consent_share": draw(st.sampled_from((1, 0.5))),
        "attempts_per_24h": draw(st.sampled_from((0, 0, 1, 2))),
        "attempts_per_7d": draw(st.sampled_from((0, 0, 3))),
        "lines": draw(st.sampled_from((0, 0, 3, 3))),
        "calls_per_s": draw(st.sampled_from((0, 0, 0.5, 3))),
    }
    if draw(st.booleans()):
        document["answer_profile"] = {
            "factors": draw(st.lists(st.sampled_from((0, 0.5, 1, 1.7, 2.5)), min_size=1, max_size=3)),
            "interval": draw(st.sampled_from((7, 60, 1000))),
        }
    if draw(st.booleans()):
        document["dispositions"] = draw(random_dispositions())
        if draw(st.booleans()):
            document["appointment_human"] = draw(st.sampled_from((0, 0.8, 1)))
        document["appointment_grace_s"] = draw(st.sampled_from((0, 20, 300)))
    if draw(st.booleans()):
        document["hours"] = {"from": "08:00", "to": draw(st.sampled_from(("09:05", "21:00")))}
    if draw(st.booleans()):
        document["rules"] = "us"
    return document


@st.composite
def random_dispositions(draw: st.DrawFn) -> list[Document]:
    """What agents may say of conversations, up to three words."""
    found = []
    for place in range(draw(st.integers(1, 3))):
        does = draw(st.sampled_from(DISPOSITION_DOES_NAMES))
        word: Document = {
            "name": f"w{place}",
            "share": draw(st.sampled_from((0, 0.1, 0.33))),
            "does": does,
            "retry_after_s": draw(st.sampled_from((0, 30, 400))),
        }
        if does == "call_back" and draw(st.booleans()):
            word["call_back_after_s"] = draw(laws(60))
        found.append(word)
    return found
