"""A carrier in another process, spoken to over a TCP connection (see ``server.py``).

A thread of its own reads what the carrier says; the engine fetches it with ``take``. There is no
reconnecting in here: a connection that is broken stays broken, and whoever owns it makes another one and
asks which calls live, for nothing is told again.
"""

from __future__ import annotations

import socket
import threading
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress

from callfloor.carriers.port import CarrierEvent, LiveCall, Originate
from callfloor.carriers.wire import (
    AskLiveCalls,
    Bridge,
    Farewell,
    HangUp,
    LiveCalls,
    LoseAgentLine,
    News,
    Order,
    PlaceCall,
    Play,
    Told,
    Welcome,
    WireError,
    decode_news,
    encode,
)
from callfloor.floor.vocabulary import LONG_AGO, NEVER
from callfloor.people.behaviour import attempt_key

MOST_ARRIVED = 100_000
"""Events that may wait to be taken. Beyond that nothing is read, and the carrier cuts who does not read."""


class CarrierUnreachableError(ConnectionError):
    """The carrier cannot be spoken to; the message says why and what to do."""


class RemoteCarrier:
    """The simulated carrier that listens on `host` and `port`.

    `on_arrival`, where given, is called whenever ``take`` or ``live_calls`` may have something new, the loss
    of the connection included. It is called from the reading thread: in asyncio, hand over
    ``lambda: loop.call_soon_threadsafe(wake.set)``. It may be set later too; take once after that.

    The carrier remembers attempts for as long as its process lives; since when it does it says first.

    `timeout_s` is how long connecting, its first word, or a command that it does not read may take (seconds).

    Raises
    ------
    CarrierUnreachableError
        nobody listens there, or no carrier. Commands, `live_calls` and `take` raise it once the connection is
        broken, `take` not before it has handed over what had arrived.
    """

    def __init__(
        self, host: str, port: int, on_arrival: Callable[[], None] | None = None, timeout_s: float = 5.0
    ) -> None:
        self.reaches_people = False
        self.on_arrival = on_arrival
        self._peer = f"{host}:{port}"
        try:
            self._socket = socket.create_connection((host, port), timeout=timeout_s)
        except OSError as error:
            raise self._unreachable(f"cannot be reached ({error})") from error
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._rest = b""
        self.remembers_since = self._welcome()
        self._lock = threading.Lock()
        self._room = threading.Condition(self._lock)
        self._sending = threading.Lock()
        self._arrived: deque[CarrierEvent] = deque()
        self._broken = ""
        self._query = 0
        self._answer: list[LiveCall] = []
        self._live: list[LiveCall] | None = None
        self._reader = threading.Thread(target=self._read, name=f"carrier {self._peer}", daemon=True)
        try:
            self.ask_live_calls()
        except CarrierUnreachableError:
            self._socket.close()
            raise
        self._reader.start()

    def _welcome(self) -> float:
        """Read the first message: since when the carrier remembers attempts."""
        try:
            while b"\n" not in self._rest:
                chunk = self._socket.recv(65_536)
                if not chunk:
                    raise OSError("it has closed the connection")
                self._rest += chunk
            line, _, self._rest = self._rest.partition(b"\n")
            first = decode_news(line)
            if not isinstance(first, Welcome):
                raise WireError("its first word is no welcome")
        except (OSError, WireError) as error:
            self._socket.close()
            raise self._unreachable(f"says nothing that a carrier says ({error})") from error
        return first.since

    def originate(self, order: Originate) -> None:
        """Place a call.

        Raises
        ------
        ValueError
            the call id is not 32 hexadecimal digits.
        """
        attempt_key(order.call_id)
        self._send(PlaceCall(order))

    def bridge(self, call_id: str, agent_id: str, at: float) -> None:
        """Connect an answered call to an agent's line."""
        self._send(Bridge(call_id, agent_id, at))

    def hang_up(self, call_id: str, at: float) -> None:
        """End a call; no error where it has ended already."""
        self._send(HangUp(call_id, at))

    def play(self, call_id: str, message: str, at: float) -> None:
        """Play a recorded message to an answered call."""
        self._send(Play(call_id, message, at))

    def lose_agent_line(self, agent_id: str, at: float) -> None:
        """Have the carrier lose an agent's line, as a test of the engine."""
        self._send(LoseAgentLine(agent_id, at))

    def ask_live_calls(self) -> None:
        """Ask the carrier which calls live; ``live_calls`` is None until it has answered."""
        with self._lock:
            self._query += 1
            self._live = None
            self._answer = []
            query = self._query
        self._send(AskLiveCalls(query))

    def live_calls(self) -> Sequence[LiveCall] | None:
        """The answer to the latest question (the first is asked on connecting), or None: not answered yet.

        Every event from before that answer has arrived, though it may not have been taken yet.
        """
        with self._lock:
            if self._broken:
                raise self._unreachable(self._broken)
            return self._live

    def next_due(self) -> float:
        """The time of the first event that has arrived; infinity: only the carrier can tell."""
        with self._lock:
            if self._arrived:
                return self._arrived[0].at
            return LONG_AGO if self._broken else NEVER

    def take(self, now: float) -> list[CarrierEvent]:
        """Everything that has arrived and was not taken yet, in order of arrival, whatever `now` is."""
        with self._lock:
            events = list(self._arrived)
            self._arrived.clear()
            self._room.notify()
            if self._broken and not events:
                raise self._unreachable(self._broken)
        return events

    def close(self) -> None:
        """Close the connection; calls that live go on. Closing twice does no harm."""
        self._break("was closed by this program")
        if self._reader is not threading.current_thread():
            self._reader.join()
        self._socket.close()

    def _send(self, order: Order) -> None:
        """Send a command, or find that the connection is broken."""
        if self._broken:
            raise self._unreachable(self._broken)
        try:
            # One at a time: a line that is cut by another one is none.
            with self._sending:
                self._socket.sendall(encode(order))
        except OSError as error:
            self._break(f"took no command ({error})")
            raise self._unreachable(self._broken) from error

    def _read(self) -> None:
        """Read what the carrier says until the connection breaks; runs in a thread of its own."""
        reason = "has closed the connection"
        try:
            while True:
                *lines, self._rest = self._rest.split(b"\n")
                self._hear([decode_news(line) for line in lines])
                self._await_room()
                try:
                    chunk = self._socket.recv(65_536)
                except TimeoutError:
                    continue
                if not chunk:
                    break
                self._rest += chunk
        except (OSError, WireError) as error:
            reason = f"was lost ({error})"
        if self._break(reason):
            self._wake()

    def _await_room(self) -> None:
        """Read no further while too much waits to be taken."""
        with self._room:
            self._room.wait_for(lambda: bool(self._broken) or len(self._arrived) < MOST_ARRIVED)

    def _hear(self, news: list[News]) -> None:
        """Take in what the carrier has said and tell the engine that it has."""
        with self._lock:
            for message in news:
                if isinstance(message, Told):
                    self._arrived.append(message.event)
                elif isinstance(message, LiveCalls):
                    self._hear_live_calls(message)
                elif isinstance(message, Farewell):
                    self._hear_farewell(message)
        if news:
            self._wake()

    def _hear_live_calls(self, message: LiveCalls) -> None:
        """Take in a part of an answer; one to an earlier question is too old."""
        if message.query != self._query:
            return
        self._answer.extend(message.calls)
        if not message.more:
            self._live = self._answer

    def _hear_farewell(self, message: Farewell) -> None:
        """The carrier ends the connection and says why."""
        if not self._broken:
            self._broken = f"has closed the connection ({message.reason})"

    def _wake(self) -> None:
        """Tell the engine that there is something new."""
        if self.on_arrival is None:
            return
        try:
            self.on_arrival()
        except Exception as error:
            # In this thread nobody would hear of it; with the next command or take the engine does.
            self._break(f"was given up, as on_arrival failed ({error!r})")

    def _break(self, reason: str) -> bool:
        """The connection is over; whether this is news. The first reason is the one that counts."""
        with self._lock:
            news = not self._broken
            self._broken = self._broken or reason
            self._room.notify()
        with suppress(OSError):
            # It may be gone already.
            self._socket.shutdown(socket.SHUT_RDWR)
        return news

    def _unreachable(self, reason: str) -> CarrierUnreachableError:
        """The error, with what to do."""
        return CarrierUnreachableError(
            f"the carrier at {self._peer} {reason}; see that it runs "
            "(python -m callfloor.carriers.server), then connect again and ask for its live calls"
        )
