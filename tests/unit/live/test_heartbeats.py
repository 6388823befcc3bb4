"""Agents who fall silent are told once, and told back."""

from __future__ import annotations

import math
from collections.abc import Sequence

from callfloor.floor.vocabulary import AGENT_RESUMED, AGENT_SILENT
from callfloor.live.arrivals import Arrival, Incoming
from callfloor.live.heartbeats import Heartbeats


def told(arrivals: Sequence[Incoming]) -> list[tuple[int, str]]:
    return [(a.kind, a.agent) for a in arrivals if isinstance(a, Arrival)]


def test_nobody_is_watched_before_their_first_beat() -> None:
    assert Heartbeats().next_due() == math.inf


def test_an_agent_who_beats_is_not_silent() -> None:
    beats = Heartbeats(silent_after_s=30.0)
    for now in (0.0, 20.0, 40.0, 60.0):
        beats.beat("ann", now)
        assert told(beats.take(now)) == []
    assert beats.next_due() <= 90.0


def test_silence_is_told_once() -> None:
    beats = Heartbeats(silent_after_s=30.0)
    beats.beat("ann", 0.0)
    assert beats.next_due() == 30.0
    assert told(beats.take(29.9)) == []
    assert told(beats.take(30.0)) == [(AGENT_SILENT, "ann")]
    assert told(beats.take(300.0)) == []


def test_who_beats_again_is_back_and_watched_anew() -> None:
    beats = Heartbeats(silent_after_s=30.0)
    beats.beat("ann", 0.0)
    beats.take(30.0)
    beats.beat("ann", 50.0)
    assert beats.next_due() == -math.inf
    assert told(beats.take(50.0)) == [(AGENT_RESUMED, "ann")]
    assert told(beats.take(80.0)) == [(AGENT_SILENT, "ann")]


def test_who_has_logged_out_is_not_missed() -> None:
    beats = Heartbeats(silent_after_s=30.0)
    beats.beat("ann", 0.0)
    beats.forget("ann")
    assert told(beats.take(100.0)) == []


def test_a_beat_shortly_before_the_watch_moves_it() -> None:
    beats = Heartbeats(silent_after_s=30.0)
    beats.beat("ann", 0.0)
    beats.beat("ann", 29.0)
    assert told(beats.take(30.0)) == []
    assert beats.next_due() == 59.0
