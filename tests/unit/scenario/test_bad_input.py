"""What cannot be meant is refused in one line that names the key, what was expected and what was found."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callfloor.failures import WRONG_USE, exit_status
from callfloor.scenario import Scenario, ScenarioError, load_scenario, set_key
from callfloor.scenario.errors import path_of
from tests.unit.scenario.documents import document, one_queue, refusal

GONE = object()
"""For a value: the key is taken away."""

PROFILE = {"profile_per_h": [100] * 7, "interval": "1h"}

WRONG: list[tuple[str, Any, str]] = [
    # Unknown and misspelt keys.
    ("grups", [], ': no such key; did you mean "groups"?'),
    ("xyz", 1, ": no such key; expected one of run, groups, name, inbound, campaigns"),
    ("consumerz", {}, ": no such key"),
    ("run.sede", 1, ': no such key; did you mean "seed"?'),
    ("groups/tier 1/agnets", 1, ": no such key; did you mean \"agents\"?"),
    ("groups/tier 1/Agents", 1, ": no such key; did you mean \"agents\"?"),
    ("inbound.support.arrivals", {"rate_per_hour": 3},
     '.rate_per_hour: no such key; did you mean "rate_per_h"?'),
    ("inbound.support.redial", {"probabilty": 0.1}, '.probabilty: no such key; did you mean "probability"?'),
    ("campaigns.renewals.outcome.humans", 0, ': no such outcome; did you mean "human"?'),
    ("campaigns.renewals.outcome", {"abandoned": 1}, ".abandoned: no such outcome"),
    ("campaigns.renewals.retry_after_s", {"bussy": 1}, '.bussy: no such outcome; did you mean "busy"?'),
    ("campaigns.renewals.preview", 15, ": no such key"),
    # What is missing.
    ("run", GONE, ": is missing"),
    ("run", {}, ': expected either duration or until = "drained", found neither'),
    ("groups", GONE, ": is missing"),
    ("groups", [], ": expected at least one [[groups]], found none"),
    ("groups/tier 1/agents", GONE, ": is missing; expected a whole number from 0"),
    ("groups/tier 1/name", GONE, "groups.1.name: is missing; expected a name"),
    ("inbound.support.talk_s", GONE, ": is missing; expected a duration"),
    ("campaigns.renewals.outcome", GONE, ": is missing"),
    # Wrong types and ranges.
    ("run", 3, ": expected a table, found 3"),
    ("groups", {"name": "x"}, ": expected a list of tables, found a table"),
    ("groups", ["x"], '.1: expected a table, found "x"'),
    ("groups/tier 1/agents", "many", ": expected a whole number from 0, found \"many\""),
    ("groups/tier 1/agents", 2.5, ": expected a whole number from 0, found 2.5"),
    ("groups/tier 1/agents", True, "expected a whole number from 0, found true"),
    ("groups/tier 1/agents", 10**5000,
     "expected a whole number from 0 to 2147483647, found a number of many digits"),
    ("groups/tier 1/agents", -(10**5000), "expected a whole number from 0, found a number of many digits"),
    ("groups/tier 1/shrinkage", 1, ": expected a number from 0 under 1, found 1"),
    ("groups/tier 1/skills", {}, ": expected a table"),
    ("groups/tier 1/skills.support", 0, ": expected a whole number from 1, found 0"),
    ("groups/tier 1/shifts", [], ": expected at least one shift"),
    ("groups/tier 1/shifts", [{"from": 0, "to": 0}], ".1.to: expected seconds over 0"),
    ("groups/tier 1/shifts", [{"from": "2h", "to": "1h"}],
     ".1.to: expected later than from (7200 s), found 3600"),
    ("groups/tier 1/breaks", [{"from": 0, "to": 60}, {"from": 30, "to": 90}],
     ".2.from: expected from 60 s, the end of the one before, or later, found 30"),
    ("groups/tier 1/breaks", [{"from": 0}], ".1.to: is missing"),
    ("run.duration", "8 hours", ': expected seconds over 0, as a number or a text such as "90s"'),
    ("run.duration", 0, ": expected seconds over 0"),
    ("run.duration", 1e11, ": expected at most 1e+10 seconds, found 100000000000.0"),
    ("run.duration", "-8h", 'found "-8h"'),
    ("run.warm_up", "9h", ": expected less than the duration (28800 s), found 32400"),
    ("run.replications", 0, ": expected a whole number from 1 to 1000000, found 0"),
    ("run.seed", -1, ": expected a whole number from 0 to 9223372036854775807, found -1"),
    ("run.starts_at", "2026-11-23T09:00:00", ": expected a date and time with its offset"),
    ("run.starts_at", "soon", ": expected a date and time with its offset"),
    ("inbound.support.arrivals", 5,
     ": expected a table with one of rate_per_h, profile_per_h, gap_s, trace, found 5"),
    ("inbound.support.arrivals", {},
     "expected just one of rate_per_h, profile_per_h, gap_s, trace, found none"),
    ("inbound.support.arrivals", {"rate_per_h": 1, "gap_s": 1}, "found rate_per_h and gap_s"),
    ("inbound.support.arrivals", {"count": 1}, "profile_per_h, gap_s, trace, found count"),
    ("inbound.support.arrivals", {"rate_per_h": -5}, "arrivals.rate_per_h: expected a number from 0"),
    ("inbound.support.arrivals", {"rate_per_h": float("inf")},
     "arrivals.rate_per_h: expected a number from 0"),
    ("inbound.support.arrivals", {"profile_per_h": []}, "arrivals.profile_per_h: expected a list"),
    ("inbound.support.arrivals", {"profile_per_h": [1, "x"]},
     "arrivals.profile_per_h.2: expected a number from 0"),
    ("inbound.support.arrivals", PROFILE,
     ".profile_per_h: expected intervals for the whole run (28800 s), found 7 of 3600 s, 25200 s in all"),
    ("inbound.support.arrivals", {"gap_s": 0}, "arrivals.gap_s: calls without end would come in no time"),
    ("inbound.support.arrivals", {"gap_s": "never"}, "arrivals.gap_s: expected a duration that ends"),
    ("inbound.support.arrivals", {"count": 0, "gap_s": 1},
     "arrivals.count: expected a whole number from 1, found 0"),
    ("inbound.support.talk_s", "never", ': expected a duration that ends, found "never"'),
    ("inbound.support.routing", "random", ': expected one of longest_idle, direct, found "random"'),
    ("inbound.support.when_busy", "hang up", ": expected one of queue, voicemail, block"),
    ("inbound.support.groups", "tier 1", ": expected a list of names, found \"tier 1\""),
    ("inbound.support.groups", ["tier 1", "tier 1"], ": expected each name once"),
    ("campaigns.renewals.mode", "manual",
     ': expected one of power, progressive, predictive, preview, message, found "manual"'),
    ("campaigns.renewals.mode", "message", 'renewals.lines: expected 1 or more with mode = "message"'),
    ("campaigns.renewals.machine", "beep", ': expected one of hang_up, message, connect, found "beep"'),
    ("campaigns.renewals.preview_skip", 1, ": expected a number from 0 under 1, found 1"),
    ("campaigns.renewals.preview_expires", "drop", ': expected one of dial, skip, found "drop"'),
    ("campaigns.renewals.mode", "predictable", ': expected one of power, progressive, predictive'),
    ("campaigns.renewals.pacing", "luck", ": expected one of callfloor, ratio, vicidial, vicidial_average"),
    ("campaigns.renewals.vicidial_ready", 1, ": expected true or false, found 1"),
    ("campaigns.renewals.pool", "floor", ": expected one of campaign, agent"),
    ("campaigns.renewals.dial_ratio", 0, ": expected a number over 0 to 100, found 0"),
    ("campaigns.renewals.share", 1.5, ": expected a number over 0 to 1, found 1.5"),
    ("campaigns.renewals.leads", 0, ": expected a whole number from 1, or the name"),
    ("campaigns.renewals.leads", "/no/such.csv", ': expected a file that is there, found "/no/such.csv"'),
    ("campaigns.renewals.ring_s", 0, ": expected a mean of 0.1 s or more, found 0"),
    ("campaigns.renewals.hours", {"from": "08:00"}, ".to: is missing"),
    ("campaigns.renewals.hours", {"from": "8", "to": "21:00"}, ".from: expected a time of day"),
    ("campaigns.renewals.hours", {"from": "08:00", "to": "24:01"}, ".to: expected a time of day"),
    ("campaigns.renewals.hours", {"from": "21:00", "to": "08:00"},
     '.to: expected later than from ("21:00"), found "08:00"'),
    # Probabilities that do not add up.
    ("campaigns.renewals.outcome.human", 0.4,
     "campaigns.renewals.outcome: expected probabilities that add up to 1, found 1.1 (human 0.4,"),
    ("campaigns.renewals.dispositions", [{"name": "sale", "share": 1.1}],
     '.sale.share: expected a number from 0 to 1, found 1.1'),
    ("campaigns.renewals.dispositions", [{"name": "sale"}], ".sale.share: is missing"),
    ("campaigns.renewals.dispositions", [{"name": "sale", "share": 0.1, "does": "sell"}],
     '.sale.does: expected one of '),
    ("campaigns.renewals.dispositions", [{"name": "sale", "share": 0.1}, {"name": "sale", "share": 0.1}],
     ".sale: another one has this name"),
    ("campaigns.renewals.dispositions", [{"name": "sale", "share": 0.7}, {"name": "no", "share": 0.4}],
     ": expected shares that add up to 1 at most, found 1.1 (sale 0.7, no 0.4)"),
    ("campaigns.renewals.dispositions", [{"name": "sale", "share": 0.7, "call_back_after_s": 60}],
     '.sale.call_back_after_s: expected does = "call_back" beside it, found "done"'),
    ("campaigns.renewals.do_not_call", ["dnc.txt"], ": expected leads from a list, whose numbers"),
    ("campaigns.renewals.do_not_call_share", 1.5, ": expected a number from 0 to 1, found 1.5"),
    ("campaigns.renewals.consent_share", -0.5, ": expected a number from 0 to 1, found -0.5"),
    ("campaigns.renewals.consent_required", "yes", ': expected true or false, found "yes"'),
    ("campaigns.renewals.attempts_per_day", -1, ": expected a whole number from 0, found -1"),
    ("campaigns.renewals.no_call_after_talk_s", -1, ": expected seconds from 0"),
    ("campaigns.renewals.answer_profile", {"factors": []},
     ".factors: expected a list, each of it a number"),
    ("campaigns.renewals.answer_profile", {"factors": [1, -1]},
     ".factors.2: expected a number from 0, found -1"),
    ("campaigns.renewals.answer_profile", {"factors": [1], "interval": 0.5},
     ".interval: expected seconds from 1"),
    ("campaigns.renewals.answer_profile", {"factors": [1, 4]},
     ".factors.2: expected at most 3.33333, since 0.3 of outcomes are human, found 4"),
    ("campaigns.renewals.outcome.human", 1.4, ": expected a number from 0 to 1"),
    # Names.
    ("groups/tier 1/name", "all", 'groups.all.name: expected a name other than "all"'),
    ("groups/tier 1/name", "", 'groups.1.name: expected a name, found ""'),
    ("groups/tier 1/name", "a\nb", "expected a name"),
    ("groups/tier 1/name", "tier2", "groups.tier2: another one has this name"),
    ("campaigns.renewals.name", "support", "campaigns.support.name: a queue has this name"),
    ("groups/tier 1/skills.suport", 1, ": no such queue or campaign; did you mean \"support\"?"),
    ("inbound.support.groups", ["tier1"], ': no such group "tier1"; did you mean "tier'),
    ("inbound.support.groups", ["tier2"],
     ': "tier2": expected a group with this skill; groups.tier2.skills.support is missing'),
    # No agent for it.
    ("groups/tier 1/skills", {"sales": 1},
     "inbound.support: no agent for it; expected a group with skills.support"),
    ("groups/tier 1/agents", 0,
     "inbound.support: no agent for it; expected 1 or more in groups.'tier 1'.agents"),
    # Round for ever in no time.
    ("inbound.support.redial", {"probability": 1, "after_s": 0},
     ".after_s: a sure redial after 0 s goes round for ever"),
    ("inbound.support.callback", {"reached": 0},
     ".unreached_s: with reached = 0 and unreached_s = 0 callbacks go round for ever"),
    ("inbound.support.callback", {"reached": 0, "unreached_s": {"dist": "empirical", "values": [0, 0]}},
     ".unreached_s: with reached = 0"),
]  # fmt: skip


def path(text: str) -> list[str]:
    return text.replace(".", "/").split("/")


@pytest.mark.parametrize(("key", "value", "said"), WRONG, ids=[f"{k}: {said[:30]}" for k, _, said in WRONG])
def test_refused(key: str, value: Any, said: str) -> None:
    raw = document()
    set_key(raw, path(key), value)
    if value is GONE:
        remove(raw, GONE)
    text = refusal(raw)
    if said.startswith((": ", ".")):
        assert text.startswith(path_of(*path(key)) + said), text
    else:
        assert said in text


def remove(node: Any, value: object) -> None:
    """Take a value out of a document, wherever it stands."""
    for each in node.values() if isinstance(node, dict) else node:
        if isinstance(each, dict | list):
            remove(each, value)
    if isinstance(node, dict):
        for name in [name for name, each in node.items() if each is value]:
            del node[name]


def test_the_document_of_these_tests_is_a_scenario() -> None:
    Scenario.from_dict(document())


def test_two_ends_of_a_run() -> None:
    raw = document()
    raw["run"]["until"] = "drained"
    assert refusal(raw) == 'run: expected either duration or until = "drained", found both'


JUNK = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.text(max_size=9),
        st.sampled_from([0, 1, 10**400, "never", "8h", 1e308, 5e-324, "2026-01-01", "x" * 5000]),
        st.dates(),
        st.datetimes(),
        st.times(),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(["dist", "mean", "from", "gap_s", "a b", "\n"]), inner, max_size=3),
    ),
    max_leaves=5,
)


@settings(max_examples=300, deadline=None)
@given(st.integers(0), JUNK)
def test_whatever_stands_at_a_key_it_is_taken_or_refused_in_one_line(place: int, junk: Any) -> None:
    raw = load_scenario("blended").to_dict()
    spots = list(places(raw))
    node, key = spots[place % len(spots)]
    node[key] = junk
    try:
        Scenario.from_dict(raw)
    except ScenarioError as error:
        assert len(str(error).splitlines()) == 1  # noqa: PT017


def places(node: Any) -> Iterator[tuple[Any, Any]]:
    """Every place of a document: the table or list, and the key or index in it."""
    for key, value in list(node.items() if isinstance(node, dict) else enumerate(node)):
        yield node, key
        if isinstance(value, dict | list):
            yield from places(value)


def test_tables_nested_without_end() -> None:
    raw: dict[str, Any] = {}
    set_key(raw, ["a"] * 5000, 1)
    assert refusal(raw) == "expected a scenario, found tables nested too deep"


def test_no_work_at_all() -> None:
    assert refusal({"run": {"duration": 1}, "groups": [{"name": "g", "agents": 1}]}) == (
        "expected at least one [[inbound]] or [[campaigns]], found neither"
    )


@pytest.mark.parametrize("raw", [[], 3, "text", None])
def test_a_document_must_be_a_table(raw: Any) -> None:
    assert refusal(raw).startswith("expected a table, found ")


def test_people_who_are_called_back_can_only_miss_it_where_somebody_can_miss_a_call() -> None:
    raw = document()
    raw["campaigns"][0] |= {"outcome": {"human": 1}, "appointment_human": 0.8}
    assert refusal(raw).startswith("campaigns.renewals.appointment_human: expected 1, since all outcomes are")
    raw["campaigns"][0]["appointment_human"] = 1
    Scenario.from_dict(raw)


def test_agents_with_whole_lines_of_their_own_need_one_at_least() -> None:
    raw = document()
    raw["campaigns"][0] |= {"pool": "agent", "dial_ratio": 0.5}
    assert refusal(raw).startswith('campaigns.renewals.dial_ratio: expected 1 or more with pool = "agent"')
    raw["campaigns"][0]["mode"] = "progressive"
    Scenario.from_dict(raw)


def test_a_duration_and_its_neighbours_that_are_just_right_are_taken() -> None:
    raw = document()
    raw["inbound"][0] |= {
        "arrivals": {"profile_per_h": [100.0] * 16},
        "redial": {"probability": 1, "after_s": 1},
        "callback": {"reached": 0, "unreached_s": 1},
    }
    raw["groups"][0]["agents"] = 1e2
    raw["campaigns"][0]["hours"] = {"from": "00:00", "to": "24:00"}
    scenario = Scenario.from_dict(raw)
    assert scenario.groups[0].agents == 100
    assert scenario.campaigns[0].hours is not None
    assert scenario.campaigns[0].hours.closes_s == 86400


def test_the_error_names_file_key_and_complaint_apart() -> None:
    with pytest.raises(ScenarioError) as caught:
        Scenario.from_dict(one_queue(priority=-1), source="support.toml")
    error = caught.value
    assert (error.source, error.key) == ("support.toml", "inbound.q.priority")
    assert error.complaint == "expected a whole number from 0, found -1"
    assert str(error) == "support.toml: inbound.q.priority: expected a whole number from 0, found -1"
    assert exit_status(error) == WRONG_USE


TRACES = [
    ("", ":1: expected a line of column names: at_s or at, and talk_s if known"),
    ("at_s\n", ": expected at least one call, found none"),
    ("at_s\n\n\n", ": expected at least one call, found none"),
    ("time\n1\n", ':1: "time": no such column'),
    ("at_s,talk\n1,2\n", ':1: "talk": no such column; did you mean "talk_s"?'),
    ("talk_s\n1\n", ":1: expected a line of column names"),
    ("at_s,at\n1,2\n", ":1: expected a line of column names"),
    ("at_s\n1\nx\n", ':3: at_s: expected seconds from 0, found "x"'),
    ("at_s\n-1\n", ':2: at_s: expected seconds from 0, found "-1"'),
    ("at_s\nnan\n", ':2: at_s: expected seconds from 0, found "nan"'),
    ("at_s\n5\n4\n", ':3: expected calls in order of time, found an earlier time than the line before ("4")'),
    ("at_s,talk_s\n5\n", ":2: expected 2 fields, found 1"),
    ("at_s,talk_s\n5,-1\n", ':2: talk_s: expected seconds from 0, found "-1"'),
    ("at\nyesterday\n", ":2: at: expected a date and time such as 2026-11-23T09:00:00"),
    ("at\n2026-11-23T10:00\n2026-11-23T16:00Z\n", ":3: expected times all with an offset or all without"),
    ("at\n2026-11-23T08:59:50\n",
     "expected calls from run.starts_at (2026-11-23T09:00:00-05:00) on, found the first 10 s before it"),
]  # fmt: skip


@pytest.mark.parametrize(("content", "said"), TRACES)
def test_a_trace_that_cannot_be_used(content: str, said: str, tmp_path: Path) -> None:
    file = tmp_path / "calls.csv"
    file.write_text(content)
    text = refusal(one_queue(arrivals={"trace": str(file)}))
    assert text.startswith("inbound.q.arrivals.trace: ")
    assert said in text


def test_a_trace_that_is_no_text_or_no_file(tmp_path: Path) -> None:
    (tmp_path / "calls.csv").write_bytes(b"at_s\n\xff\xfe\n")
    assert "expected a text file in UTF-8" in refusal(
        one_queue(arrivals={"trace": str(tmp_path / "calls.csv")})
    )
    assert "cannot be read: Is a directory" in refusal(one_queue(arrivals={"trace": str(tmp_path)}))
    assert "expected the name of a file" in refusal(one_queue(arrivals={"trace": 5}))
    assert "expected the name of a file" in refusal(one_queue(arrivals={"trace": "a\0b"}))


def test_a_profile_of_answers_needs_people_who_answer_and_others() -> None:
    raw = document()
    raw["campaigns"][0] |= {"outcome": {"machine": 1}, "answer_profile": {"factors": [1]}}
    assert refusal(raw).startswith("campaigns.renewals.outcome.human: expected over 0, for answer_profile")
    raw["campaigns"][0] |= {"outcome": {"human": 1}, "answer_profile": {"factors": [1, 0.5]}}
    assert refusal(raw).startswith("campaigns.renewals.answer_profile.factors.2: expected 1, since all")


def test_leads_that_are_looked_at_for_longer_than_they_are_shown_must_be_called_then() -> None:
    raw = document()
    raw["campaigns"][0] |= {"mode": "preview", "preview_s": 20, "preview_expires": "skip"}
    Scenario.from_dict(raw)
    raw["campaigns"][0]["preview_accept_s"] = 21
    assert refusal(raw) == (
        "campaigns.renewals.preview_accept_s: expected no more than preview_s (20 s) with "
        'preview_expires = "skip", or no lead is ever called, found 21'
    )
    raw["campaigns"][0]["preview_expires"] = "dial"
    Scenario.from_dict(raw)


def test_a_campaign_without_agents_cannot_connect_machines_and_needs_none() -> None:
    raw = document()
    raw["campaigns"][0] |= {"mode": "message", "lines": 3, "machine": "connect"}
    assert refusal(raw).startswith('campaigns.renewals.machine: expected "hang_up" or "message"')
    raw["campaigns"][0]["machine"] = "message"
    del raw["groups"][1]["skills"]["renewals"]
    Scenario.from_dict(raw)
