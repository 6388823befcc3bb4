"""A floor that people call: a scene with queues for them, and who calls in told in a line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from callfloor.floor import Group, Queue
from callfloor.floor.vocabulary import CALL_ARRIVED

from .floors import Said, Scene, add_group, add_queue


class Hotline(Scene):
    """A scene with one queue for people who call in, served by the one group; its campaign stands still."""

    def __init__(self, agents: int = 1, **settings: Any) -> None:
        super().__init__(agents)
        self.inbound: list[Queue] = []
        self.add_queue(**settings)

    def add_queue(self, served_by: Mapping[Group, int] | None = None, **settings: Any) -> Queue:
        """One more queue; the groups that serve it, in the order in which a call asks them, by preference."""
        groups = {self.group: 1} if served_by is None else served_by
        self.inbound.append(add_queue(self.floor, Queue(**settings), list(groups.items())))
        return self.inbound[-1]

    def add_group(self, agents: int = 1) -> Group:
        """One more group, with agents of its own."""
        return add_group(self.floor, agents)

    @property
    def queue(self) -> Queue:
        return self.inbound[0]

    def arrives(self, caller: int = 7, queue: int = 0, redials: int = 0, draw: float = 0.0) -> list[Said]:
        """A person calls in."""
        at = self.inbound[queue].id
        return self.tell(CALL_ARRIVED, queue=at, number=caller, count=redials, draw=draw)

    def put_through(self, call: int = 0) -> list[Said]:
        """The carrier has bridged the call, a moment later."""
        return self.after(0.1).bridged(call)


def open_hotline(agents: int = 1, **settings: Any) -> Hotline:
    """A hotline whose agents are all ready."""
    scene = Hotline(agents, **settings)
    scene.log_in(*range(agents))
    return scene


def busy_hotline(agents: int = 1, **settings: Any) -> Hotline:
    """A hotline whose agents all talk, agent i on call i."""
    scene = open_hotline(agents, **settings)
    for call in range(agents):
        scene.arrives(100 + call, draw=(call + 0.5) / agents)
        scene.put_through(call)
    assert [agent.call for agent in scene.floor.agents] == scene.floor.calls
    return scene
