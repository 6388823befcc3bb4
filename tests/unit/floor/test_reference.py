"""The reference pages are what the code says, and the pictures show every change of state that there is."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Callable
from typing import Any

import pytest

from callfloor.abnormal import CONDITIONS
from callfloor.floor import Agent, Call, Floor, agents, calls, conversations, transitions
from callfloor.floor.vocabulary import (
    ANSWERED,
    CONNECTED,
    CONNECTING,
    ENDED,
    ENDING,
    MESSAGE,
    OFFLINE,
    PAUSED,
    PLACED,
    PLAY_MACHINE_MESSAGE,
    PREVIEWING,
    READY,
    RESERVED,
    RINGING,
    TALKING,
    WRAP_UP,
)
from tests.streams import World, begin, steps
from tools.reference.machines import MACHINES, Machine
from tools.reference.states import pages

from .floors import Scene, reach_agent_state, reach_call_state

PAGES = pages()


@pytest.mark.parametrize("machine", MACHINES, ids=lambda m: m.name)
def test_a_picture_has_every_state_and_every_arrow(machine: Machine) -> None:
    drawing = ET.fromstring(PAGES[f"diagrams/{machine.name}-states.svg"])
    texts = [element.text for element in drawing.iter("{http://www.w3.org/2000/svg}text")]
    assert set(machine.states) <= set(texts)
    arrows = [e for e in drawing.iter("{http://www.w3.org/2000/svg}path") if e.get("marker-end")]
    assert len(arrows) == len(machine.edges()) + len(machine.own_steps)


def test_every_condition_has_its_paragraph() -> None:
    page = PAGES["reference/abnormal-conditions.md"]
    for condition in CONDITIONS.values():
        assert f"\n## {condition.name}\n" in page
        assert condition.meaning in page


@pytest.mark.parametrize("machine", MACHINES, ids=lambda m: m.name)
def test_every_input_is_explained(machine: Machine) -> None:
    page = PAGES[f"reference/{machine.name}-states.md"]
    assert len(machine.meanings) == len(machine.inputs) == len(machine.table)
    assert all(f"- `{name}`: " in page for name in machine.inputs)


Pair = tuple[int, int]


def bridging_at_once(scene: Scene) -> None:
    """From now on the carrier confirms no bridge, as in a simulation."""
    scene.floor.bridges_at_once = True


@pytest.fixture
def changes(monkeypatch: pytest.MonkeyPatch) -> dict[str, set[Pair]]:
    """Every change of state, whoever makes it."""
    seen: dict[str, set[Pair]] = {"agent": set(), "call": set()}

    def watched(name: str, real: Callable[..., None]) -> Callable[..., None]:
        def change(floor: Floor, record: Agent | Call, state: int, now: float) -> None:
            if record.state != state:
                seen[name].add((record.state, state))
            real(floor, record, state, now)

        return change

    modules: tuple[Any, ...] = (agents, calls, conversations, transitions)
    watchers = {
        "set_agent_state": watched("agent", agents.set_agent_state),
        "set_call_state": watched("call", calls.set_call_state),
    }
    for module in modules:
        for name, watcher in watchers.items():
            if hasattr(module, name):
                monkeypatch.setattr(module, name, watcher)
    return seen


Do = Callable[[Scene], object]

AGENT_SCENES: dict[Pair, tuple[int, dict[str, Any], tuple[Do, ...]]] = {
    (OFFLINE, READY): (OFFLINE, {}, (Scene.log_in,)),
    (READY, OFFLINE): (READY, {}, (Scene.log_out,)),
    (READY, RESERVED): (READY, {}, (Scene.answer,)),
    (READY, TALKING): (READY, {}, (bridging_at_once, Scene.answer)),
    (READY, PAUSED): (READY, {}, (Scene.pause,)),
    (READY, PREVIEWING): (PREVIEWING, {}, ()),
    (RESERVED, OFFLINE): (RESERVED, {}, (Scene.log_out, Scene.gone)),
    (RESERVED, READY): (RESERVED, {}, (Scene.end,)),
    (RESERVED, TALKING): (RESERVED, {}, (Scene.bridged,)),
    (RESERVED, PAUSED): (RESERVED, {}, (Scene.gone,)),
    (TALKING, OFFLINE): (TALKING, {}, (Scene.log_out, Scene.gone)),
    (TALKING, READY): (TALKING, {"wrap_up_s": 0.0}, (Scene.end,)),
    (TALKING, WRAP_UP): (TALKING, {}, (Scene.end,)),
    (TALKING, PAUSED): (TALKING, {}, (Scene.gone,)),
    (WRAP_UP, OFFLINE): (WRAP_UP, {}, (Scene.log_out,)),
    (WRAP_UP, READY): (WRAP_UP, {}, (Scene.agent_timer,)),
    (WRAP_UP, PAUSED): (WRAP_UP, {}, (Scene.pause,)),
    (PAUSED, OFFLINE): (PAUSED, {}, (Scene.log_out,)),
    (PAUSED, READY): (PAUSED, {}, (Scene.resume,)),
    (PREVIEWING, OFFLINE): (PREVIEWING, {}, (Scene.log_out,)),
    (PREVIEWING, READY): (PREVIEWING, {}, (Scene.skip,)),
    (PREVIEWING, RESERVED): (PREVIEWING, {}, (Scene.accept,)),
    (PREVIEWING, PAUSED): (PREVIEWING, {}, (Scene.pause,)),
}
"""For each arrow a state to begin in, with what settings, and what happens then."""

SILENT: dict[str, Any] = {"plays_message": False}
TO_MACHINES: dict[str, Any] = {"machine": PLAY_MACHINE_MESSAGE}

CALL_SCENES: dict[Pair, tuple[int, dict[str, Any], tuple[Do, ...]]] = {
    (PLACED, RINGING): (PLACED, {}, (Scene.ring,)),
    (PLACED, ANSWERED): (PLACED, {}, (Scene.answer,)),
    (PLACED, MESSAGE): (PLACED, TO_MACHINES, (Scene.machine,)),
    (PLACED, ENDING): (PLACED, {}, (Scene.machine,)),
    (PLACED, ENDED): (PLACED, {}, (Scene.fail,)),
    (RINGING, ANSWERED): (RINGING, {}, (Scene.answer,)),
    (RINGING, MESSAGE): (RINGING, TO_MACHINES, (Scene.machine,)),
    (RINGING, ENDING): (RINGING, {}, (Scene.machine,)),
    (RINGING, ENDED): (RINGING, {}, (Scene.fail,)),
    (ANSWERED, CONNECTING): (ANSWERED, {}, (Scene.resume,)),
    (ANSWERED, CONNECTED): (ANSWERED, {}, (bridging_at_once, Scene.resume)),
    (ANSWERED, MESSAGE): (ANSWERED, {}, (Scene.call_timer,)),
    (ANSWERED, ENDING): (ANSWERED, SILENT, (Scene.call_timer,)),
    (ANSWERED, ENDED): (ANSWERED, {}, (Scene.end,)),
    (CONNECTING, ANSWERED): (CONNECTING, {}, (Scene.gone,)),
    (CONNECTING, CONNECTED): (CONNECTING, {}, (Scene.bridged,)),
    (CONNECTING, MESSAGE): (CONNECTING, {}, (Scene.call_timer,)),
    (CONNECTING, ENDING): (CONNECTING, SILENT, (Scene.call_timer,)),
    (CONNECTING, ENDED): (CONNECTING, {}, (Scene.end,)),
    (CONNECTED, ANSWERED): (CONNECTED, {}, (Scene.gone,)),
    (CONNECTED, ENDING): (CONNECTED, {}, (Scene.hangs_up,)),
    (CONNECTED, ENDED): (CONNECTED, {}, (Scene.end,)),
    (MESSAGE, ENDING): (MESSAGE, {}, (Scene.played,)),
    (MESSAGE, ENDED): (MESSAGE, {}, (Scene.end,)),
    (ENDING, ENDED): (ENDING, {}, (Scene.end,)),
}

ARROWS = {machine.name: set(machine.edges()) | set(machine.own_steps) for machine in MACHINES}


@pytest.mark.parametrize("arrow", sorted(ARROWS["agent"]))
def test_every_arrow_of_an_agent_is_a_change_that_happens(arrow: Pair, changes: dict[str, set[Pair]]) -> None:
    state, settings, acts = AGENT_SCENES[arrow]
    scene = reach_agent_state(state, **settings)
    for act in acts:
        act(scene)
    assert arrow in changes["agent"]


@pytest.mark.parametrize("arrow", sorted(ARROWS["call"]))
def test_every_arrow_of_a_call_is_a_change_that_happens(arrow: Pair, changes: dict[str, set[Pair]]) -> None:
    state, settings, acts = CALL_SCENES[arrow]
    scene = reach_call_state(state, **settings)
    for act in acts:
        act(scene)
    assert arrow in changes["call"]


def test_no_change_happens_that_is_no_arrow(changes: dict[str, set[Pair]]) -> None:
    for seed in range(10):
        world = World(seed)
        begin(world)
        numbers = steps(seed)
        for _ in range(600):
            world.step(*next(numbers))
    for name, arrows in ARROWS.items():
        assert changes[name] <= arrows
        assert len(changes[name]) > len(arrows) / 2
