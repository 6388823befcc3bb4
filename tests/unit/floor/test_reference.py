"""The reference pages are what the code says, and the pictures show every change of state that there is."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Callable
from typing import Any

import pytest

from callfloor.abnormal import CONDITIONS
from callfloor.floor import Agent, Call, Floor, agents, calls, conversations, transitions
from callfloor.floor.vocabulary import MESSAGE, OFFLINE, PAUSED, RESERVED, TALKING
from tests.streams import World, begin, steps
from tools.reference.machines import AGENT, CALL, MACHINES, Machine
from tools.reference.states import pages

from .floors import reach_call_state, talking

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


def test_the_arrows_are_the_changes_that_happen_and_no_others(changes: dict[str, set[Pair]]) -> None:
    for seed in range(40):
        world = World(seed)
        begin(world)
        numbers = steps(seed)
        for _ in range(600):
            world.step(*next(numbers))
    # What chance brings about too seldom.
    reach_call_state(MESSAGE).end()
    for bridged in (False, True):
        scene = talking(1, 9)
        if not bridged:
            scene.end(0)
            scene.answer(1)
        scene.log_out()
        scene.gone()
    for machine in (AGENT, CALL):
        assert changes[machine.name] == set(machine.edges()) | set(machine.own_steps)
    assert {(RESERVED, OFFLINE), (TALKING, PAUSED)} <= changes["agent"]
