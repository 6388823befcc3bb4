"""What a decision to dial rests on, as a supervisor reads it."""

from __future__ import annotations

from callfloor.floor.units import Code, Count, Rate, record
from callfloor.floor.vocabulary import NOT_HELD


@record
class Decision:
    """Why a campaign dialled or held back at an instant, in numbers."""

    ready: Count = 0
    ringing: Count = 0
    wanted: Count = 0
    placed: Count = 0
    held_by: Code = NOT_HELD
    leads: Count = 0
    expected_answers: Rate = 0.0
    headroom: Rate = 0.0
    risk: Rate = 0.0  # PREDICTIVE: that the answer of one more line finds no agent
    risk_max: Rate = 0.0  # what the ledger allows
    answer_rate: Rate = 0.0  # as learnt
