"""An event loop of asyncio in virtual time: each process has one, and the calendar drives them all.

It knows no input and output: tasks, futures and timers are what the live engine uses. Whatever is ready is
done in the order in which it became so, in no time; a process that is held up in the midst of it does
nothing more until that is over.
"""

from __future__ import annotations

import asyncio
from asyncio import events
from collections import deque
from collections.abc import Callable
from typing import Any, cast

from tests.faults.simulation.calendar import Calendar


class CalendarTimer:
    """Something that is to be done at a time, unless it is cancelled; see asyncio.TimerHandle."""

    __slots__ = ("args", "callback", "gone")

    def __init__(self, callback: Callable[..., object], args: tuple[Any, ...]) -> None:
        self.callback = callback
        self.args = args
        self.gone = False

    def cancel(self) -> None:
        """See asyncio.Handle."""
        self.gone = True

    def cancelled(self) -> bool:
        """See asyncio.Handle."""
        return self.gone


class CalendarLoop:
    """The loop of one life of one process: of asyncio.AbstractEventLoop what the engine uses."""

    def __init__(self, calendar: Calendar, check: Callable[[], None]) -> None:
        """`check` is called after whatever was done."""
        self.calendar = calendar
        self.check = check
        self.ready: deque[CalendarTimer] = deque()
        self.tasks: list[asyncio.Task[Any]] = []
        self.awaited = False
        self.runs = False
        self.began_at = calendar.now
        """When what is being done was begun; it may have been held up since."""
        self.over = False

    def time(self) -> float:
        """The calendar's time."""
        return self.calendar.now

    def call_soon(self, callback: Callable[..., object], *args: Any, context: Any = None) -> CalendarTimer:
        """Do something at this instant, after what is ready already."""
        timer = CalendarTimer(callback, args)
        self.have_ready(timer)
        return timer

    def call_later(
        self, delay: float, callback: Callable[..., object], *args: Any, context: Any = None
    ) -> CalendarTimer:
        """Do something after some seconds."""
        return self.call_at(self.calendar.now + delay, callback, *args)

    def call_at(
        self, when: float, callback: Callable[..., object], *args: Any, context: Any = None
    ) -> CalendarTimer:
        """Do something at a time."""
        timer = CalendarTimer(callback, args)
        self.calendar.at(when, lambda: self.have_ready(timer))
        return timer

    def have_ready(self, timer: CalendarTimer) -> None:
        """Something is to be done now."""
        if self.over or timer.gone:
            return
        self.ready.append(timer)
        if not self.awaited and not self.runs:
            self.awaited = True
            self.calendar.at(self.calendar.now, self.work_off)

    def work_off(self) -> None:
        """Do everything that is ready."""
        self.awaited = False
        if self.runs:
            return
        self.runs = True
        former = events._get_running_loop()
        try:
            while self.ready and not self.over:
                timer = self.ready.popleft()
                if timer.gone:
                    continue
                # Another process may be held up in the midst of something of its own.
                events._set_running_loop(cast(asyncio.AbstractEventLoop, self))
                self.began_at = self.calendar.now
                timer.callback(*timer.args)
                events._set_running_loop(former)
                self.check()
        finally:
            events._set_running_loop(former)
            self.runs = False

    def abandon(self, error: BaseException) -> None:
        """The process is gone: nothing is done any more; what waits is told `error` until it gives up."""
        self.over = True
        self.ready.clear()
        tasks, self.tasks = self.tasks, []
        former = events._get_running_loop()
        events._set_running_loop(cast(asyncio.AbstractEventLoop, self))
        try:
            for task in tasks:
                while not task.done():
                    try:
                        task.get_coro().throw(error)
                    except BaseException:
                        break
        finally:
            events._set_running_loop(former)

    def create_task(self, coro: Any, *, name: str | None = None, context: Any = None) -> asyncio.Task[Any]:
        """See asyncio.AbstractEventLoop."""
        task = asyncio.Task(coro, loop=cast(asyncio.AbstractEventLoop, self), name=name)
        self.tasks = [each for each in self.tasks if not each.done()]
        self.tasks.append(task)
        return task

    def create_future(self) -> asyncio.Future[Any]:
        """See asyncio.AbstractEventLoop."""
        return asyncio.Future(loop=cast(asyncio.AbstractEventLoop, self))

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        """What nobody has asked for: a task of a process that is gone, and its last words."""

    def get_debug(self) -> bool:
        """See asyncio.AbstractEventLoop."""
        return False

    def is_running(self) -> bool:
        """See asyncio.AbstractEventLoop."""
        return self.runs

    def is_closed(self) -> bool:
        """See asyncio.AbstractEventLoop."""
        return self.over
