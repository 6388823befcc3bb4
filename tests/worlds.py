"""Small scenarios that have every key of the scenario file between them, and how to run them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from callfloor.floor.setting_codes import PACING_NAMES
from callfloor.scenario import Scenario
from callfloor.sim.build import Plan, build
from callfloor.sim.collect import collect
from callfloor.sim.replication import Replication
from callfloor.sim.trace_file import COLUMNS

Document = dict[str, Any]

SLICE = 500
EVENTS = 6000
"""A run is cut off about here: the plain floor is slow."""

EVERY_OUTCOME = {
    "human": 0.4, "machine": 0.1, "undetermined": 0.05, "busy": 0.1, "no_answer": 0.1, "disconnected": 0.05,
    "congestion": 0.05, "rejected": 0.05, "refused": 0.02, "trunk": 0.04, "configuration": 0.04,
}  # fmt: skip
EVERY_RETRY = {"human": 90, "machine": 40, "busy": 20, "no_answer": 30, "congestion": 0, "abandoned": 60}

LAWS: tuple[Any, ...] = (
    7,
    {"dist": "constant", "value": 8},
    {"dist": "exponential", "mean": 12},
    {"dist": "uniform", "low": 5, "high": 20},
    {"dist": "lognormal", "mean": 12, "sd": 15},
    {"dist": "gamma", "mean": 12, "sd": 5},
    {"dist": "gamma", "mean": 6, "sd": 12},
    {"dist": "erlang", "mean": 10, "k": 3},
    {"dist": "weibull", "shape": 0.7, "scale": 9},
    {"dist": "triangular", "low": 2, "mode": 4, "high": 20},
    {"dist": "hyperexponential", "p": 0.3, "mean1": 3, "mean2": 15},
    {"dist": "empirical", "values": [3, 4, 4, 9, 30]},
)
"""Every distribution, about a dozen seconds long."""


def documents(folder: Path) -> dict[str, Document]:
    """The scenarios by name. The files that they name are written into the folder."""
    (folder / "timed.csv").write_text("at_s,talk_s\n0,5\n0,7.5\n3.25,0\n10,60\n" + "20,4\n" * 30)
    (folder / "dated.csv").write_text(
        "at\n" + "".join(f"2026-11-23T09:{minute:02}:30\n" for minute in range(0, 20, 2))
    )
    (folder / "values.txt").write_text("4\n9\n\n2.5\n30\n")
    (folder / "leads.csv").write_text(
        "phone,state\n"
        + "".join(f"212555{number:04},NY\n415555{number:04},CA\n" for number in range(100, 140))
        + "nonsense,NY\n"
    )
    (folder / "register.txt").write_text("".join(f"212555{number:04}\n" for number in range(95, 105)))
    (folder / "agreed.csv").write_text(
        "phone,consent\n"
        + "".join(f"212555{number:04},{'yes' if number % 3 else ''}\n" for number in range(100, 250))
    )
    return {
        "distributions": _distributions(),
        "patience": _patience(),
        "arrivals": _arrivals(folder),
        "voicemail": _voicemail(),
        "blocking": _blocking(),
        "teams": _teams(),
        "campaign pool": _campaigns("campaign", folder),
        "agents' pool": _campaigns("agent", folder),
        "foreseen": _foreseen(),
        "published rules": _published_rules(),
        "blended": _blended(),
        "drained": _drained(),
        "previews": _previews(),
        "messages": _messages(),
        "dispositions": _dispositions(),
        "held back": _held_back(folder),
        "consumers": _consumers(),
        "consumers who weigh": _consumers_who_weigh(),
        "consumers who want it all": _consumers_who_want_it_all(),
    }


NAMES = (
    *("distributions", "patience", "arrivals", "voicemail", "blocking", "teams"),
    *("campaign pool", "agents' pool", "foreseen", "published rules", "blended", "drained"),
    *("previews", "messages", "dispositions", "held back"),
    *("consumers", "consumers who weigh", "consumers who want it all"),
)


def scenario_of(name: str, folder: Path) -> Scenario:
    """One of the scenarios."""
    return Scenario.from_dict(documents(folder)[name], folder=folder)


def _distributions() -> Document:
    """Each distribution as talk, wrap-up, gap and redial time of some queue."""
    queues = [
        {
            "name": f"q{place}",
            "arrivals": {"gap_s": LAWS[place - 1]},
            "talk_s": law,
            "wrap_up_s": LAWS[(place + 3) % len(LAWS)],
            "patience_s": LAWS[(place + 5) % len(LAWS)],
            "redial": {"probability": 0.3, "after_s": LAWS[(place + 7) % len(LAWS)]},
        }
        for place, law in enumerate(LAWS)
    ]
    return {
        "name": "every distribution",
        "run": {"duration": 400, "warm_up": 60, "replications": 2, "seed": 11, "service_level_s": 3},
        "groups": [{"name": "g", "agents": 18}],
        "inbound": queues,
    }


def _patience() -> Document:
    """Some wait for ever, some not at all; durations from a file."""
    return {
        "run": {"duration": 900, "replications": 1},
        "groups": [{"name": "g", "agents": 3}],
        "inbound": [
            {
                "name": "patient",
                "arrivals": {"rate_per_h": 300},
                "talk_s": {"dist": "empirical", "file": "values.txt"},
                "patience_s": {"dist": "never"},
                "service_level_s": 30,
            },
            {"name": "in a hurry", "arrivals": {"rate_per_h": 300}, "talk_s": 10, "patience_s": 0},
        ],
    }


def _arrivals(folder: Path) -> Document:
    """Every form of arrivals."""
    forms: tuple[Document, ...] = (
        {"rate_per_h": 200},
        {"rate_per_h": 0},
        {"profile_per_h": [0, 600, 100, 0, 900], "interval": "4m"},
        {"gap_s": {"dist": "uniform", "low": 0, "high": 40}},
        {"count": 40, "gap_s": 0},
        {"trace": str(folder / "timed.csv")},
        {"trace": str(folder / "dated.csv")},
    )
    return {
        "run": {"duration": "20m", "seed": 5, "starts_at": "2026-11-23T09:00:00-05:00"},
        "groups": [{"name": "g", "agents": 6}],
        "inbound": [
            {"name": f"q{place}", "arrivals": form, "talk_s": 20, "patience_s": 90}
            for place, form in enumerate(forms)
        ],
    }


def _voicemail() -> Document:
    """Who finds no agent leaves a message, and is called back by the agent it was left for."""
    return {
        "run": {"duration": 1500, "seed": 3},
        "groups": [
            {"name": "g", "agents": 4, "skills": {"own": 1, "any": 2}, "shifts": [{"from": 30, "to": 1e6}]},
            {"name": "h", "agents": 2, "skills": {"any": 1}},
        ],
        "inbound": [
            {
                "name": "own",
                "arrivals": {"rate_per_h": 400},
                "talk_s": {"dist": "exponential", "mean": 15},
                "routing": "direct",
                "when_busy": "voicemail",
                "callback": {"reached": 0.3, "unreached_s": 4},
            },
            {
                "name": "any",
                "arrivals": {"rate_per_h": 300},
                "talk_s": 15,
                "wrap_up_s": 5,
                "when_busy": "voicemail",
                "callback": {"reached": 0.5, "talk_s": {"dist": "exponential", "mean": 4}},
            },
        ],
    }


def _blocking() -> Document:
    """Lines of limited length, calls that are turned away, and people who call again."""
    again = {"probability": 0.6, "after_s": {"dist": "exponential", "mean": 30}}
    return {
        "run": {"duration": 1200, "warm_up": 100},
        "groups": [{"name": "g", "agents": 4}],
        "inbound": [
            {
                "name": "limited",
                "arrivals": {"rate_per_h": 900},
                "talk_s": 20,
                "patience_s": 40,
                "queue_limit": 2,
                "redial": again,
            },
            {"name": "turned away", "arrivals": {"rate_per_h": 200}, "talk_s": 9, "when_busy": "block"},
            {
                "name": "their own",
                "arrivals": {"rate_per_h": 200},
                "talk_s": 9,
                "routing": "direct",
                "patience_s": 25,
                "redial": again,
            },
            {
                "name": "their own or nobody",
                "arrivals": {"rate_per_h": 200},
                "talk_s": 9,
                "routing": "direct",
                "when_busy": "block",
            },
        ],
    }


def _teams() -> Document:
    """Groups with preferences, shifts, breaks and absences; queues with priorities and an order of groups."""
    return {
        "run": {"duration": 1800, "warm_up": 120, "seed": 8},
        "groups": [
            {"name": "early", "agents": 5, "skills": {"a": 1, "b": 2}, "shifts": [{"from": 0, "to": 900}]},
            {
                "name": "late",
                "agents": 5,
                "skills": {"b": 1, "a": 3},
                "shifts": [{"from": 600, "to": 1200}, {"from": 1300, "to": 4000}],
                "breaks": [{"from": 800, "to": 1000}, {"from": 1290, "to": 1400}],
                "shrinkage": 0.3,
            },
            {"name": "everyone", "agents": 2, "breaks": [{"from": 60, "to": 240}], "shrinkage": 0.1},
        ],
        "inbound": [
            {
                "name": "a",
                "arrivals": {"rate_per_h": 700},
                "talk_s": {"dist": "exponential", "mean": 25},
                "wrap_up_s": {"dist": "uniform", "low": 0, "high": 9},
                "patience_s": {"dist": "exponential", "mean": 30},
                "groups": ["everyone", "early", "late"],
            },
            {
                "name": "b",
                "arrivals": {"rate_per_h": 400},
                "talk_s": 30,
                "wrap_up_s": 4,
                "patience_s": {"dist": "exponential", "mean": 60},
                "priority": 0,
            },
            {"name": "c", "arrivals": {"rate_per_h": 60}, "talk_s": 30, "patience_s": 200, "priority": 5},
        ],
    }


def _campaigns(pool: str, folder: Path) -> Document:
    """Campaigns in both modes with every limit, on made-up leads and on a list."""
    common = {"pool": pool, "outcome": EVERY_OUTCOME, "ring_s": {"dist": "uniform", "low": 0, "high": 12}}
    return {
        "run": {"duration": 1500, "warm_up": 60, "seed": 4, "starts_at": "2026-11-23T10:50:00-05:00"},
        "groups": [
            {"name": "g", "agents": 4, "skills": {"list": 1, "made up": 2}},
            {"name": "h", "agents": 3, "skills": {"made up": 1, "one by one": 1}},
            {"name": "i", "agents": 2, "breaks": [{"from": 300, "to": 700}], "shrinkage": 0.2},
        ],
        "campaigns": [
            {
                **common,
                "name": "list",
                "leads": str(folder / "leads.csv"),
                "talk_s": {"dist": "exponential", "mean": 20},
                "wrap_up_s": 3,
                "dial_ratio": 2.5,
                "patience_s": {"dist": "exponential", "mean": 1.5},
                "ring_timeout_s": 9,
                "max_attempts": 4,
                "retry_after_s": EVERY_RETRY,
                "cooldown_s": 15,
                "hours": {"from": "08:00", "to": "11:10"},
            },
            {
                **common,
                "name": "made up",
                "leads": 300,
                "talk_s": 25,
                "wrap_up_s": {"dist": "exponential", "mean": 5},
                "dial_ratio": 1.5,
                "share": 0.5,
                "reserve": 1,
                "lines": 6,
                "calls_per_s": 0.5,
                "answer_within_s": 0,
                "abandon_rate_max": 0.05,
                "hours": {"from": "08:00", "to": "12:00"},
                "rules": "us",
                "attempts_per_24h": 2,
                "attempts_per_7d": 3,
                "cooldown_after_s": {"busy": 30},
            },
            {
                **common,
                "name": "one by one",
                "leads": 80,
                "talk_s": 12,
                "answer_profile": {"factors": [1, 2, 0.5], "interval": "2m"},
                "mode": "progressive",
                "retry_after_s": {"busy": 5},
                "cooldown_s": 0,
            },
        ],
    }


def _foreseen() -> Document:
    """A campaign that looks ahead, for few agents and for many, beside one that does not."""
    common = {"outcome": EVERY_OUTCOME, "ring_s": {"dist": "uniform", "low": 1, "high": 12}}
    return {
        "run": {"duration": 3000, "seed": 6},
        "groups": [
            {"name": "few", "agents": 5, "skills": {"ahead": 1}},
            {"name": "many", "agents": 20, "skills": {"farther": 1, "beside": 2}},
        ],
        "campaigns": [
            {
                **common,
                "name": "ahead",
                "leads": 4000,
                "mode": "predictive",
                "talk_s": {"dist": "gamma", "mean": 30, "sd": 9},
                "wrap_up_s": {"dist": "exponential", "mean": 5},
                "abandon_rate_max": 0.1,
            },
            {
                **common,
                "name": "farther",
                "leads": 9000,
                "mode": "predictive",
                "talk_s": {"dist": "exponential", "mean": 30},
                "share": 0.5,
                "reserve": 1,
                "abandon_window": "24h",
            },
            {**common, "name": "beside", "leads": 4000, "talk_s": 12, "share": 0.5},
        ],
    }


def _published_rules() -> Document:
    """A campaign for each rule that predicts, with a team of its own that goes to lunch."""
    rules: list[Document] = [{"pacing": name} for name in PACING_NAMES.values()]
    rules.append({"pacing": "vicidial", "vicidial_ready": True})
    return {
        "run": {"duration": 600, "seed": 3},
        "groups": [
            {
                "name": f"g{place}",
                "agents": 3,
                "skills": {f"c{place}": 1},
                "shifts": [{"from": 10, "to": 500}],
                "breaks": [{"from": 200, "to": 230}],
            }
            for place in range(len(rules))
        ],
        "campaigns": [
            {
                **rule,
                "name": f"c{place}",
                "leads": 2000,
                "mode": "predictive",
                "outcome": {"human": 0.3, "busy": 0.2, "no_answer": 0.5},
                "talk_s": {"dist": "exponential", "mean": 20},
                "wrap_up_s": {"dist": "exponential", "mean": 4},
                "dial_ratio": 1.5,
            }
            for place, rule in enumerate(rules)
        ],
    }


def _blended() -> Document:
    """One team for people who call in and people who are called."""
    return {
        "run": {"duration": 1200, "warm_up": 60, "seed": 2},
        "groups": [
            {"name": "both", "agents": 6, "skills": {"service": 1, "sales": 2}},
            {"name": "out", "agents": 2, "skills": {"sales": 1}},
        ],
        "inbound": [
            {
                "name": "service",
                "arrivals": {"rate_per_h": 350},
                "talk_s": {"dist": "lognormal", "mean": 30, "sd": 20},
                "wrap_up_s": 5,
                "patience_s": {"dist": "exponential", "mean": 60},
                "redial": {"probability": 0.4, "after_s": 120},
            }
        ],
        "campaigns": [
            {
                "name": "sales",
                "leads": 2000,
                "outcome": {"human": 0.5, "busy": 0.2, "no_answer": 0.3},
                "talk_s": {"dist": "exponential", "mean": 25},
                "wrap_up_s": {"dist": "exponential", "mean": 6},
                "dial_ratio": 1.8,
                "reserve": 2,
                "patience_s": 5,
            }
        ],
    }


def _drained() -> Document:
    """Until all is done: everybody who will call has called, every lead is done with."""
    return {
        "run": {"until": "drained", "seed": 6, "replications": 3},
        "groups": [{"name": "g", "agents": 5, "shifts": [{"from": 10, "to": 100_000}]}],
        "inbound": [
            {
                "name": "counted",
                "arrivals": {"count": 150, "gap_s": {"dist": "exponential", "mean": 5}},
                "talk_s": {"dist": "exponential", "mean": 12},
                "redial": {"probability": 0.2, "after_s": 60},
                "patience_s": 30,
            },
            {
                "name": "messages",
                "arrivals": {"profile_per_h": [600, 300], "interval": 120},
                "talk_s": 10,
                "when_busy": "voicemail",
            },
        ],
        "campaigns": [
            {
                "name": "leads",
                "leads": 150,
                "outcome": {"human": 0.4, "no_answer": 0.5, "machine": 0.1},
                "talk_s": 15,
                "max_attempts": 2,
                "retry_after_s": {"no_answer": 60},
            }
        ],
    }


def _previews() -> Document:
    """Agents look at leads of two campaigns in turn, call some, skip some, and take calls that come in."""
    common = {
        "mode": "preview",
        "leads": 60,
        "outcome": {"human": 0.4, "no_answer": 0.3, "machine": 0.3},
        "talk_s": {"dist": "exponential", "mean": 25},
        "retry_after_s": {"no_answer": 60, "machine": 30},
    }
    return {
        "run": {"duration": 1500, "warm_up": 100, "seed": 12},
        "groups": [
            {"name": "g", "agents": 4, "skills": {"slow": 1, "quick": 1, "service": 2}},
            {
                "name": "h",
                "agents": 2,
                "shifts": [{"from": 50, "to": 900}],
                "breaks": [{"from": 300, "to": 500}],
            },
        ],
        "inbound": [{"name": "service", "arrivals": {"rate_per_h": 100}, "talk_s": 30, "patience_s": 60}],
        "campaigns": [
            {
                **common,
                "name": "slow",
                "share": 0.7,
                "preview_s": 20,
                "preview_accept_s": {"dist": "exponential", "mean": 15},
                "preview_expires": "skip",
                "preview_skip": 0.2,
                "skip_retry_s": 120,
                "machine": "connect",
                "machine_talk_s": {"dist": "uniform", "low": 5, "high": 15},
                "wrap_up_s": 5,
                "lines": 3,
            },
            {**common, "name": "quick", "share": 0.5, "calls_per_s": 0.1, "reserve": 1},
        ],
    }


def _messages() -> Document:
    """A campaign without agents, and one that leaves machines a message, until every lead is done with."""
    return {
        "run": {"until": "drained", "seed": 13, "replications": 2},
        "groups": [{"name": "g", "agents": 3, "skills": {"both": 1}}],
        "campaigns": [
            {
                "name": "message",
                "mode": "message",
                "leads": 200,
                "outcome": EVERY_OUTCOME,
                "talk_s": 1,
                "machine": "message",
                "message_s": {"dist": "uniform", "low": 15, "high": 25},
                "lines": 5,
                "calls_per_s": 0.5,
                "max_attempts": 2,
                "retry_after_s": {"busy": 30, "machine": 60},
            },
            {
                "name": "both",
                "leads": 60,
                "outcome": {"human": 0.5, "machine": 0.5},
                "talk_s": 20,
                "machine": "message",
                "dial_ratio": 2,
                "patience_s": 1,
                "retry_after_s": {},
            },
        ],
    }


def _dispositions() -> Document:
    """Agents who say something of every conversation, and call people back at the time that they want."""
    every: list[Document] = [
        {"name": "as usual", "share": 0.1, "does": "note"},
        {"name": "sale", "share": 0.1},
        {"name": "thinks about it", "share": 0.1, "does": "retry", "retry_after_s": 90},
        {"name": "wrong number", "share": 0.1, "does": "drop_number"},
        {"name": "do not call", "share": 0.1, "does": "bar_number"},
        {
            "name": "call back",
            "share": 0.3,
            "does": "call_back",
            "call_back_after_s": {"dist": "uniform", "low": 20, "high": 400},
        },
        {"name": "tomorrow", "share": 0.1, "does": "call_back", "retry_after_s": 500},
    ]
    common = {
        "outcome": {"human": 0.6, "machine": 0.1, "no_answer": 0.3},
        "ring_s": {"dist": "uniform", "low": 2, "high": 12},
        "talk_s": {"dist": "exponential", "mean": 25},
        "retry_after_s": {"human": 300, "no_answer": 60},
        "max_attempts": 4,
        "cooldown_s": 30,
        "dispositions": every,
        "appointment_grace_s": 40,
        "appointment_human": 0.9,
    }
    return {
        "run": {"duration": 1500, "warm_up": 100, "seed": 14},
        "groups": [
            {
                "name": "g",
                "agents": 4,
                "skills": {"dialled": 1, "shown": 2},
                "shifts": [{"from": 0, "to": 1200}],
            },
            {"name": "h", "agents": 3, "breaks": [{"from": 300, "to": 500}]},
        ],
        "campaigns": [
            {**common, "name": "dialled", "leads": 200, "wrap_up_s": 4, "machine": "connect"},
            {
                **common,
                "name": "shown",
                "leads": 150,
                "mode": "preview",
                "preview_accept_s": {"dist": "exponential", "mean": 8},
                "preview_skip": 0.2,
                "skip_retry_s": 50,
                "dispositions": every[4:6],
            },
            {
                **common,
                "name": "in hours",
                "leads": 150,
                "hours": {"from": "08:00", "to": "09:20"},
                "attempts_per_24h": 2,
                "dispositions": every[5:],
            },
        ],
    }


def _held_back(folder: Path) -> Document:
    """People who are in registers, have not agreed, or have been called or talked to often enough."""
    common = {
        "outcome": {"human": 0.5, "no_answer": 0.5},
        "ring_s": {"dist": "uniform", "low": 2, "high": 12},
        "talk_s": {"dist": "exponential", "mean": 25},
        "retry_after_s": {"human": 30, "no_answer": 40},
        "max_attempts": 5,
        "cooldown_s": 0,
        "consent_required": True,
    }
    return {
        "run": {"duration": 1500, "seed": 15, "starts_at": "2026-11-23T23:50:00-05:00"},
        "groups": [{"name": "g", "agents": 6}],
        "campaigns": [
            {
                **common,
                "name": "listed",
                "leads": str(folder / "agreed.csv"),
                "do_not_call": [str(folder / "register.txt")],
                "attempts_per_day": 2,
                "no_call_after_talk_s": 700,
            },
            {
                **common,
                "name": "made up",
                "leads": 400,
                "do_not_call_share": 0.2,
                "consent_share": 0.7,
                "attempts_per_day": 1,
                "rules": "us",
            },
            {**common, "name": "anywhere", "leads": 150, "consent_share": 0.9, "attempts_per_day": 2},
        ],
    }


def _consumers() -> Document:
    """Consumers of whom each calls an agent who fits, and is called back; until all messages are returned."""
    return {
        "run": {"until": "drained", "seed": 7, "replications": 2},
        "consumers": {"count": 400},
        "groups": [{"name": "g", "agents": 24}, {"name": "no skill for it", "agents": 2, "skills": {"x": 1}}],
        "inbound": [
            {
                "name": "calls",
                "arrivals": {"gap_s": {"dist": "uniform", "low": 0, "high": 0.03}},
                "talk_s": {"dist": "uniform", "low": 0.05, "high": 0.3},
                "routing": "direct",
                "when_busy": "voicemail",
                "callback": {"reached": 0.2, "talk_s": 0.05, "unreached_s": 0},
            }
        ],
        "campaigns": [{"name": "x", "leads": 20, "outcome": {"human": 1}, "talk_s": 5, "ring_s": 1}],
    }


def _consumers_who_weigh() -> Document:
    """Consumers like those of the United States, who wait for one of forty agents; these come and go."""
    return {
        "run": {"duration": 900, "warm_up": 60, "seed": 9},
        "consumers": {
            "count": 700,
            "kind": "realistic",
            "age": [21, 60],
            "income": [20_000, 150_000],
            "required": ["state"],
            "weights": {"age": 2.5, "state": 0.5},
            "agent_states": [5, 30],
        },
        "groups": [
            {"name": "early", "agents": 15, "shifts": [{"from": 0, "to": 500}], "shrinkage": 0.2},
            {
                "name": "late",
                "agents": 25,
                "shifts": [{"from": 100, "to": 300}, {"from": 400, "to": 2000}],
                "breaks": [{"from": 450, "to": 600}],
            },
        ],
        "inbound": [
            {
                "name": "calls",
                "arrivals": {"gap_s": {"dist": "exponential", "mean": 1.5}},
                "talk_s": {"dist": "exponential", "mean": 30},
                "wrap_up_s": {"dist": "uniform", "low": 0, "high": 8},
                "patience_s": {"dist": "exponential", "mean": 20},
                "routing": "direct",
                "redial": {"probability": 0.5, "after_s": 40},
            }
        ],
    }


def _consumers_who_want_it_all() -> Document:
    """Consumers for whom an agent must fit by everything, and must be free."""
    return {
        "run": {"duration": 600},
        "consumers": {"count": 300, "match": "all", "age": [30, 39], "agent_states": [20, 50]},
        "groups": [{"name": "g", "agents": 33, "shifts": [{"from": 0, "to": 400}]}],
        "inbound": [
            {
                "name": "calls",
                "arrivals": {"gap_s": 2},
                "talk_s": {"dist": "gamma", "mean": 25, "sd": 10},
                "routing": "direct",
                "when_busy": "block",
                "redial": {"probability": 0.4, "after_s": 15},
            }
        ],
    }


# Running them.


@dataclass(frozen=True)
class Run:
    """What a world wrote, and what it counted if it came to its end."""

    columns: tuple[list[float], ...]
    events: int
    over: bool
    stuck: bool
    replication: Replication | None

    @property
    def lines(self) -> Iterator[dict[str, float]]:
        """The lines of its trace, without the scenario's names."""
        return (dict(zip(COLUMNS, line, strict=True)) for line in zip(*self.columns, strict=True))


def run(runtime: Any, plan: Plan, number: int = 0, events: int = EVENTS) -> Run:
    """Run a replication with its trace, to its end or to about so many events."""
    world = build(runtime, plan, number, trace=True)
    columns: tuple[list[float], ...] = tuple([] for _ in COLUMNS)
    over = False
    while not over and world.events < events:
        over = runtime.run_on(world, SLICE)
        lines = world.traces.lines
        for column, name in zip(columns, COLUMNS, strict=True):
            column.extend(getattr(world.traces, name)[:lines].tolist())
        world.traces.lines = 0
    found = Run(columns, world.events, over, world.stuck, collect(world, plan, number) if over else None)
    if hasattr(runtime, "release"):
        runtime.release(world)
    return found
