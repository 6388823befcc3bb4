"""The simulated carrier in a process of its own: ``python -m callfloor.carriers.server``.

It runs on the UTC clock, and prints the port it listens on as its first line. What happens while nobody is
connected is lost, as with real carriers; every connected engine is told everything. Its log is the witness of
what it was asked and of what happened: JSON lines, each written out before the engine can know of it.
"""

from __future__ import annotations

import asyncio
import math
import signal
import sys
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, TextIO

import click
import msgspec

from callfloor.carriers.port import CarrierEvent
from callfloor.carriers.simulated import SimulatedCarrier
from callfloor.carriers.wire import (
    LONGEST_LINE,
    AskLiveCalls,
    Bridge,
    Farewell,
    HangUp,
    LiveCalls,
    LoseAgentLine,
    Order,
    PlaceCall,
    Play,
    Told,
    Welcome,
    WireError,
    decode_order,
    encode,
)
from callfloor.floor.vocabulary import CALL_ANSWERED, CALL_FAILED, EVENT_NAMES, OUTCOME_NAMES
from callfloor.people.behaviour import MESSAGE_S, Behaviour, seconds_range

MOST_UNREAD = 8 * 1024 * 1024
"""Bytes that a client may leave unread before its connection is cut; Asterisk cuts stalled readers too."""
CALLS_PER_ANSWER = 500
"""Live calls in one line of an answer, so that no line is longer than can be read."""


class CarrierServer:
    """Serves one simulated carrier to whoever connects."""

    def __init__(self, carrier: SimulatedCarrier, log: TextIO) -> None:
        self._carrier = carrier
        self._log = log
        self._since = time.time()
        self._clients: set[asyncio.StreamWriter] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._stopped: asyncio.Future[str]

    async def run(self, host: str, port: int, run_for_s: float) -> None:
        """Serve until SIGTERM or SIGINT comes or `run_for_s` seconds have passed; infinity: for ever.

        Raises
        ------
        OSError
            the port is taken, or the log cannot be written.
        """
        loop = asyncio.get_running_loop()
        self._stopped = loop.create_future()
        loop.set_exception_handler(self._fail)
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop, signal.Signals(number).name)
        if run_for_s < math.inf:
            loop.call_later(run_for_s, self._stop, "its time is over")
        server = await asyncio.start_server(self._serve, host, port, limit=LONGEST_LINE)
        port = server.sockets[0].getsockname()[1]
        self._note("started", time.time(), port=port)
        click.echo(port)
        sys.stdout.flush()
        try:
            reason = await self._stopped
            self._note("stopped", time.time(), reason=reason)
        finally:
            server.close()
            if self._timer is not None:
                self._timer.cancel()
            await self._dismiss(list(self._clients))

    def _stop(self, reason: str) -> None:
        """Let `run` come to its end."""
        if not self._stopped.done():
            self._stopped.set_result(reason)

    def _fail(self, _loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """An error in a callback ends the process: a witness that goes on half alive is none."""
        error = context.get("exception")
        if not self._stopped.done():
            self._stopped.set_exception(error or RuntimeError(str(context["message"])))

    async def _dismiss(self, clients: list[asyncio.StreamWriter]) -> None:
        """Say farewell to everybody; those who do not listen are cut off."""
        for writer in clients:
            writer.write(encode(Farewell("it stops")))
            writer.close()
        for writer in clients:
            with suppress(OSError, TimeoutError):
                await asyncio.wait_for(writer.wait_closed(), 1.0)
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Do what a client says until it goes away or says something that is no order."""
        self._clients.add(writer)
        self._note("connected", time.time(), clients=len(self._clients))
        writer.write(encode(Welcome(self._since)))
        try:
            while True:
                line = await reader.readline()
                if not line.endswith(b"\n"):
                    # The client has gone, perhaps in mid-word.
                    break
                self._obey(decode_order(line), writer)
                self._tell()
        except WireError as error:
            self._refuse(writer, str(error))
        except ValueError as error:
            self._refuse(writer, f"an order that cannot be carried out: {error}")
        except ConnectionError:
            # The client was killed: what its floor makes of that is not the carrier's business.
            pass
        finally:
            self._clients.discard(writer)
            writer.close()
            if not self._stopped.done():
                self._note("disconnected", time.time(), clients=len(self._clients))

    def _refuse(self, writer: asyncio.StreamWriter, reason: str) -> None:
        """Say why the connection ends."""
        self._note("refused", time.time(), reason=reason)
        writer.write(encode(Farewell(reason)))

    def _obey(self, order: Order, writer: asyncio.StreamWriter) -> None:
        """Carry out one order. Its time is that of its arrival here."""
        now = time.time()
        if isinstance(order, PlaceCall):
            self._originate(order, now)
        elif isinstance(order, Bridge):
            known = self._carrier.knows(order.call_id)
            self._note("bridge", now, call_id=order.call_id, agent_id=order.agent_id, known=known)
            self._carrier.bridge(order.call_id, order.agent_id, now)
        elif isinstance(order, HangUp):
            self._note("hang_up", now, call_id=order.call_id, known=self._carrier.knows(order.call_id))
            self._carrier.hang_up(order.call_id, now)
        elif isinstance(order, Play):
            known = self._carrier.knows(order.call_id)
            self._note("play", now, call_id=order.call_id, message=order.message, known=known)
            self._carrier.play(order.call_id, order.message, now)
        elif isinstance(order, LoseAgentLine):
            self._note("lose_agent_line", now, agent_id=order.agent_id)
            self._carrier.lose_agent_line(order.agent_id, now)
        else:
            # What has happened by now is told before the answer, so that the two agree.
            self._tell()
            self._answer(order, writer)

    def _originate(self, order: PlaceCall, now: float) -> None:
        """Place a call, and note whether its id had been used before."""
        asked = order.order
        repeated = self._carrier.knows(asked.call_id)
        self._note(
            "originate",
            now,
            call_id=asked.call_id,
            number=asked.number,
            asked_at=asked.at,
            repeated=repeated,
        )
        self._carrier.originate(replace(asked, at=now))

    def _answer(self, question: AskLiveCalls, writer: asyncio.StreamWriter) -> None:
        """Tell which calls live, in as many lines as it takes."""
        calls = list(self._carrier.live_calls())
        self._note("ask_live_calls", time.time(), calls=len(calls))
        for start in range(0, max(1, len(calls)), CALLS_PER_ANSWER):
            end = start + CALLS_PER_ANSWER
            writer.write(encode(LiveCalls(question.query, calls[start:end], more=end < len(calls))))

    def _tell(self) -> None:
        """Tell everybody what has happened, and wake up again when something more is due."""
        for event in self._carrier.take(time.time()):
            line = encode(Told(event))
            self._note_event(event)
            for writer in list(self._clients):
                writer.write(line)
                if writer.transport.get_write_buffer_size() > MOST_UNREAD:
                    self._clients.discard(writer)
                    writer.transport.abort()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        due_at = self._carrier.next_due()
        if due_at < float("inf"):
            # The UTC clock and the loop's differ by a little: not too early, or it would spin.
            wait_s = max(0.001, due_at - time.time())
            self._timer = asyncio.get_running_loop().call_later(wait_s, self._tell)

    def _note_event(self, event: CarrierEvent) -> None:
        """Write an event to the log; `told` is the number of engines that are being told."""
        fields: dict[str, Any] = {"call_id": event.call_id, "event_id": event.event_id}
        if event.kind in (CALL_ANSWERED, CALL_FAILED):
            fields["outcome"] = OUTCOME_NAMES[event.code]
        if event.agent_id:
            fields["agent_id"] = event.agent_id
        self._note(EVENT_NAMES[event.kind], event.at, **fields, told=len(self._clients))

    def _note(self, what: str, at: float, **fields: Any) -> None:
        """Write a line to the log and have it out of this process at once."""
        self._log.write(msgspec.json.encode({"at": at, "what": what, **fields}).decode() + "\n")
        self._log.flush()


def read_range(_ctx: click.Context, _param: click.Parameter, value: str) -> tuple[float, float]:
    """Read an option that is seconds, or LOW-HIGH for anything between."""
    try:
        return seconds_range(value)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


@click.command()
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    help="Address to listen at. Whoever reaches it may give orders.",
)
@click.option(
    "--port",
    type=click.IntRange(0, 65_535),
    default=0,
    show_default=True,
    help="Port to listen at; 0: any free one.",
)
@click.option("--log", type=click.Path(path_type=Path), required=True, help="Witness log, appended to.")
@click.option("--seed", default=1, show_default=True, help="Seed of the people's behaviour.")
@click.option("--call-fail", default=50.0, show_default=True, help="Per cent of attempts that fail.")
@click.option("--call-length", default=10.0, show_default=True, help="Seconds; times 0.9 to 1.25.")
@click.option(
    "--ring-time", callback=read_range, default="0.1", show_default=True, help="Seconds, or LOW-HIGH."
)
@click.option("--patience", default=float("inf"), show_default=True, help="Seconds that a person waits.")
@click.option("--message-time", default=MESSAGE_S, show_default=True, help="Seconds that a message plays.")
@click.option(
    "--run-for", default=600.0, show_default=True, help="Seconds until it stops by itself; inf: never."
)
def main(
    host: str,
    port: int,
    log: Path,
    seed: int,
    call_fail: float,
    call_length: float,
    ring_time: tuple[float, float],
    patience: float,
    message_time: float,
    run_for: float,
) -> None:
    """Serve a simulated carrier; prints the port it listens on."""
    try:
        behaviour = Behaviour.of_dial_options(
            call_fail, call_length, ring_time, patience_s=patience, message_s=message_time
        )
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    try:
        with log.open("a", encoding="utf-8") as witness:
            asyncio.run(CarrierServer(SimulatedCarrier(behaviour, seed), witness).run(host, port, run_for))
    except (OSError, RuntimeError) as error:
        raise click.ClickException(str(error)) from None


if __name__ == "__main__":
    main()
