"""The people whom a campaign calls: whether they answer, how long it rings, how long they wait and talk."""

from __future__ import annotations

from dataclasses import field

from callfloor.floor.records import Campaign
from callfloor.floor.units import (
    Code,
    Codes,
    Count,
    Flag,
    Rate,
    Seconds,
    Times,
    Word,
    new_codes,
    new_times,
    record,
)
from callfloor.floor.vocabulary import NEVER, NO_ANSWER
from callfloor.people.draws import Law, draw, mix_words, uniform_of
from callfloor.sim.lead_list import LeadList
from callfloor.sim.words import Words

__all__ = ["PeopleCalled"]

# Purposes of draws, beside those of callers.py and lead_list.py.
DRAW_OUTCOME: Code = 20
DRAW_RING: Code = 21
DRAW_TALK_CALLED: Code = 22
DRAW_PATIENCE_CALLED: Code = 23
DRAW_WRAP_UP_CALLED: Code = 24
DRAW_ACCEPT: Code = 25
DRAW_SKIP: Code = 26
DRAW_MESSAGE: Code = 27
DRAW_MACHINE_TALK: Code = 28
DRAW_WORD: Code = 29
DRAW_CALL_BACK: Code = 31

SHORTEST_RING: Seconds = 0.1
"""Every attempt takes at least this long, so that no loop of dialling closes within an instant."""


@record
class PeopleCalled:
    """Whom a campaign calls. `upto` are the probabilities added up, `codes` the outcomes beside them."""

    campaign: Campaign = field(default_factory=Campaign)
    stream: Word = 0
    leads: LeadList = field(default_factory=LeadList)
    upto: Times = field(default_factory=new_times)
    codes: Codes = field(default_factory=new_codes)
    factors: Times = field(default_factory=new_times)  # of the first outcome's share; none: always the same
    expecting_share: Rate = -1.0  # of the first outcome, where an appointment is kept; under 0: as always
    factor_for_s: Seconds = NEVER  # how long each of them holds
    ring: Law = field(default_factory=Law)
    talk: Law = field(default_factory=Law)
    patience: Law = field(default_factory=Law)
    wrap_up: Law = field(default_factory=Law)
    accept: Law = field(default_factory=Law)  # how long an agent looks at a lead before deciding
    skipped: Rate = 0.0  # the share of leads that agents skip
    message: Law = field(default_factory=Law)
    machine_talk: Law = field(default_factory=Law)  # until an agent has hung up on a machine
    disposes: Flag = False  # agents say something of conversations
    words: Words = field(default_factory=Words)
    asked: Count = 0  # leads that the floor has asked for and not got yet
    ring_s: Seconds = 0.0
    outcome: Code = 0

    def ring_out(self, lead: Count, attempt: Count, now: Seconds, expected: Flag) -> None:
        """Draw what an attempt placed now comes to and after how long, into `outcome` and `ring_s`.

        A person who has an appointment has `expected` the call.
        """
        draw_at = uniform_of(mix_words(self.stream, lead, attempt, DRAW_OUTCOME))
        if expected and self.expecting_share >= 0.0:
            draw_at = self.among_outcomes(draw_at, self.expecting_share)
        elif len(self.factors) > 0:
            place_in_time = int(now / self.factor_for_s) % len(self.factors)
            draw_at = self.among_outcomes(draw_at, self.upto[0] * self.factors[place_in_time])
        place: Count = 0
        last = len(self.codes) - 1
        while place < last and draw_at >= self.upto[place]:
            place += 1
        self.outcome = self.codes[place]
        ring_s = max(draw(self.ring, mix_words(self.stream, lead, attempt, DRAW_RING)), SHORTEST_RING)
        if ring_s > self.campaign.ring_timeout_s:
            ring_s = self.campaign.ring_timeout_s
            self.outcome = NO_ANSWER
        self.ring_s = ring_s

    def among_outcomes(self, draw_at: Rate, share_now: Rate) -> Rate:
        """Return where a draw lies among the outcomes when the first of them has another share just now.

        Below that share it lies in the first outcome, above it as far among the others as without a factor.
        """
        share = self.upto[0]
        if draw_at < share_now or share_now >= 1.0:
            return 0.0
        return share + (draw_at - share_now) * ((1.0 - share) / (1.0 - share_now))
