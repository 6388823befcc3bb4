"""The state tables, with what is needed to explain and to draw them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from callfloor.floor import vocabulary as v
from callfloor.floor.agents import AGENT_TABLE
from callfloor.floor.calls import CALL_TABLE

Edge = tuple[int, int]
"""A change of state: from, to."""


@dataclass(frozen=True, slots=True)
class Box:
    """A state in the picture: its middle and its size."""

    x: float
    y: float
    width: float = 132.0
    height: float = 44.0


@dataclass(frozen=True, slots=True)
class Machine:
    """A state table with what is needed to explain and to draw it."""

    name: str
    table: tuple[tuple[int, ...], ...]
    states: Sequence[str]
    inputs: Sequence[str]
    meanings: Sequence[str]
    """What each input is, in the table's order."""
    own_steps: Mapping[Edge, str]
    """Changes that follow from no cell: the floor's own steps and its recoveries."""
    boxes: Sequence[Box]
    size: tuple[int, int]
    bends: Mapping[Edge, float] = field(default_factory=dict)
    """How far an edge swings out to the left of its direction, in pixels."""
    label_at: Mapping[Edge, float] = field(default_factory=dict)
    """Where along an edge its words stand, 0 to 1."""

    def edges(self) -> dict[Edge, list[str]]:
        """Every change of state that the table has: the inputs that make it."""
        found: dict[Edge, list[str]] = {}
        for given, row in enumerate(self.table):
            for state, cell in enumerate(row):
                if cell < v.AGENT_UNKNOWN and cell != state:
                    found.setdefault((state, cell), []).append(self.inputs[given])
        return found


AGENT = Machine(
    name="agent",
    table=AGENT_TABLE,
    states=v.AGENT_STATE_NAMES,
    inputs=v.AGENT_INPUT_NAMES,
    meanings=(
        "The agent logs in.",
        "The agent logs out.",
        "The agent pauses. In mid-call it is a wish, fulfilled after the call.",
        "The agent is back, or ends wrap-up early. In mid-call it takes back the wish to pause or leave.",
        "Nothing has been heard from the agent's desk for too long.",
        "The agent's own line is gone.",
        "The floor has chosen the agent for a call.",
        "The carrier has bridged the call.",
        "The call was over before it was bridged.",
        "The call that was talked on is over.",
        "Wrap-up time is over.",
        "The agent gets a call that is bridged at once, or calls a person back.",
        "The call that was talked on is over, and there is no wrap-up.",
        "The agent is shown a lead before it is called.",
        "The agent wants the lead called, or the time to decide is over.",
        "The agent wants another lead, or the lead may not be called any more.",
    ),
    own_steps={
        (v.RESERVED, v.PAUSED): "phone lost",
        (v.TALKING, v.PAUSED): "phone lost",
        (v.RESERVED, v.OFFLINE): "phone lost while leaving",
        (v.TALKING, v.OFFLINE): "phone lost while leaving",
    },
    boxes=(
        Box(140, 470),
        Box(480, 120),
        Box(800, 120),
        Box(1060, 330),
        Box(800, 600),
        Box(480, 360),
        Box(150, 120),
    ),
    size=(1180, 670),
    bends={
        (v.OFFLINE, v.READY): 60,
        (v.READY, v.OFFLINE): 25,
        (v.PAUSED, v.OFFLINE): 0,
        (v.READY, v.PAUSED): 30,
        (v.PAUSED, v.READY): 30,
        (v.READY, v.RESERVED): 28,
        (v.READY, v.TALKING): -40,
        (v.TALKING, v.READY): 90,
        (v.RESERVED, v.READY): 28,
        (v.WRAP_UP, v.READY): -20,
        (v.WRAP_UP, v.OFFLINE): 60,
        (v.TALKING, v.OFFLINE): 90,
        (v.RESERVED, v.OFFLINE): -30,
        (v.READY, v.PREVIEWING): 24,
        (v.PREVIEWING, v.READY): 24,
        (v.PREVIEWING, v.RESERVED): 80,
        (v.PREVIEWING, v.OFFLINE): -35,
    },
    label_at={
        (v.WRAP_UP, v.READY): 0.32,
        (v.READY, v.OFFLINE): 0.3,
        (v.TALKING, v.OFFLINE): 0.72,
        (v.RESERVED, v.OFFLINE): 0.74,
        (v.PREVIEWING, v.PAUSED): 0.25,
    },
)

CALL = Machine(
    name="call",
    table=CALL_TABLE,
    states=v.CALL_STATE_NAMES,
    inputs=v.CALL_INPUT_NAMES,
    meanings=(
        "The line rings.",
        "A person has answered, or somebody of whom detection is not sure.",
        "A machine has answered.",
        "Busy, no answer, disconnected and the like.",
        "The carrier has connected person and agent.",
        "The message is over.",
        "The call is over.",
        "The command to place the call was stale, or refused.",
        "The carrier does not have the call.",
        "The agent's phone is gone; the person is still there.",
        "The timer of the state is due.",
        "A machine has answered, and is left the message.",
    ),
    own_steps={
        (v.ANSWERED, v.CONNECTING): "an agent is free",
        (v.ANSWERED, v.MESSAGE): "no agent",
        (v.ANSWERED, v.ENDING): "nobody in time",
        (v.CONNECTING, v.ENDING): "not bridged",
        (v.CONNECTED, v.ENDING): "hung up",
        (v.ANSWERED, v.CONNECTED): "bridged at once",
    },
    boxes=(
        Box(120, 250),
        Box(340, 250),
        Box(580, 250),
        Box(880, 250),
        Box(1130, 250),
        Box(785, 410),
        Box(670, 570, 1240),
        Box(670, 60, 1240),
    ),
    size=(1340, 630),
    bends={
        (v.PLACED, v.ANSWERED): -80,
        (v.CONNECTING, v.ANSWERED): -42,
        (v.ANSWERED, v.CONNECTED): 110,
        (v.CONNECTED, v.ANSWERED): -84,
    },
    label_at={
        (v.ANSWERED, v.CONNECTING): 0.4,
        (v.CONNECTED, v.ANSWERED): 0.3,
        (v.CONNECTING, v.ENDED): 0.78,
        (v.CONNECTING, v.ENDING): 0.75,
        (v.ANSWERED, v.ENDING): 0.75,
        (v.MESSAGE, v.ENDED): 0.87,
        (v.PLACED, v.MESSAGE): 0.3,
        (v.RINGING, v.MESSAGE): 0.62,
    },
)
MACHINES = (AGENT, CALL)
