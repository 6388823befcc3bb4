"""The people who call in to a queue: when they come, how long they wait and talk, whether they call again."""

from __future__ import annotations

from dataclasses import field
from math import inf

from callfloor.floor.records import Event, Queue
from callfloor.floor.units import Code, Count, Rate, Seconds, Times, Word, new_times, record
from callfloor.people.draws import Law, draw, exponential_of, mix_words
from callfloor.people.population import DRAW_AGE, DRAW_INCOME, DRAW_STATE, Population, consumer_value

__all__ = ["ARRIVE_BY_GAPS", "ARRIVE_BY_PROFILE", "ARRIVE_BY_TRACE", "Callers"]

ARRIVE_BY_GAPS = 0
ARRIVE_BY_PROFILE = 1
ARRIVE_BY_TRACE = 2

# Purposes of draws. A number once given is never given to another purpose, or runs change.
DRAW_GAP: Code = 1
DRAW_TALK: Code = 2
DRAW_PATIENCE: Code = 3
DRAW_WRAP_UP: Code = 4
DRAW_REDIAL: Code = 5
DRAW_REDIAL_AFTER: Code = 6
DRAW_REACHED: Code = 7
DRAW_CALLBACK_TALK: Code = 8
DRAW_UNREACHED: Code = 9
DRAW_CHOICE: Code = 10

TRIES_ROOM: Count = 0x10_0000
"""A caller's attempts are their redials, and within one the tries to call them back."""


@record
class Callers:
    """Who calls in to a queue. `stream` is the replication's and the queue's own, shared with no other."""

    queue: Queue = field(default_factory=Queue)
    stream: Word = 0
    arrive_by: Code = ARRIVE_BY_GAPS
    gap: Law = field(default_factory=Law)
    count: Count = -1  # how many come in all; -1: no end of them
    rates: Times = field(default_factory=new_times)  # ARRIVE_BY_PROFILE: calls a second by interval
    interval_s: Seconds = 0.0
    times: Times = field(default_factory=new_times)  # ARRIVE_BY_TRACE: when they come
    talks: Times = field(default_factory=new_times)  # ARRIVE_BY_TRACE: how long they talk; empty: drawn
    talk: Law = field(default_factory=Law)
    wrap_up: Law = field(default_factory=Law)
    patience: Law = field(default_factory=Law)
    redial_probability: Rate = 0.0
    redial_after: Law = field(default_factory=Law)
    reached: Rate = 0.0
    callback_talk: Law = field(default_factory=Law)
    unreached: Law = field(default_factory=Law)
    population: Population | None = None  # who they are, where agents specialise
    came: Count = 0  # so far, first calls only
    last_at: Seconds = 0.0

    def next_at(self) -> Seconds:
        """Return when the next caller calls for the first time, seconds; infinity where no more come."""
        number = self.came
        if self.arrive_by == ARRIVE_BY_TRACE:
            return self.times[number] if number < len(self.times) else inf
        if number == self.count:
            return inf
        word = mix_words(self.stream, number, 0, DRAW_GAP)
        if self.arrive_by == ARRIVE_BY_GAPS:
            self.last_at += draw(self.gap, word)
        else:
            self.last_at = self.after_in_profile(exponential_of(word, 1.0))
        return self.last_at

    def after_in_profile(self, expected: Rate) -> Seconds:
        """Return when that many more calls are expected than at the last one: the time of the next in a
        Poisson stream whose rate changes (Cinlar, "Introduction to stochastic processes", 1975, ch. 4.7).
        """
        at = self.last_at
        place = int(at / self.interval_s)
        while place < len(self.rates):
            ends = (place + 1) * self.interval_s
            rate = self.rates[place]
            room = (ends - at) * rate
            if expected < room:
                return at + expected / rate
            expected -= room
            at = ends
            place += 1
        return inf

    def describe(self, caller: Count, event: Event) -> None:
        """Say who a caller is, as far as agents specialise in that."""
        population = self.population
        if population is not None:
            event.age = consumer_value(population, caller, DRAW_AGE)
            event.income = consumer_value(population, caller, DRAW_INCOME)
            event.state = consumer_value(population, caller, DRAW_STATE)

    def talk_time_s(self, caller: Count, redials: Count) -> Seconds:
        """Return how long a call is talked on."""
        if len(self.talks) > 0:
            return self.talks[caller]
        return draw(self.talk, mix_words(self.stream, caller, redials * TRIES_ROOM, DRAW_TALK))
