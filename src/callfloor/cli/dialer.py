"""The parts of `callfloor dial` put together: store, carrier, floor, logs, and the run that they serve."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import signal
import time
from collections.abc import Callable, Coroutine, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from callfloor.carriers.faults import Faults, FaultyCarrier
from callfloor.carriers.port import Carrier
from callfloor.carriers.simulated import SimulatedCarrier
from callfloor.failures import RunError, UsageError
from callfloor.leads.area_codes import made_up_number
from callfloor.leads.do_not_call import REGISTER_MAX_AGE_DAYS, fresh_until
from callfloor.live.clocks import PacedClock
from callfloor.live.dial_run import DialRun
from callfloor.live.logs import AgentsLog, DialerLog
from callfloor.live.service import Service
from callfloor.live.settings import CampaignSettings, FloorSettings
from callfloor.live.step import Engine
from callfloor.live.terms import terms_of
from callfloor.people.behaviour import Behaviour, seconds_range
from callfloor.reports.live_run import LiveRun
from callfloor.runtimes import RuntimeMissing, is_plain, load
from callfloor.stores.errors import StoreLostError
from callfloor.stores.opening import lock_dialing, open_lists, open_store, open_wakes
from callfloor.stores.sql.store import SqlStore
from callfloor.stores.sqlite.connection import delete_database, is_ours
from callfloor.stores.urls import is_postgres, store_path

CAMPAIGN = "default"

ShowProgress = Callable[[DialRun], Coroutine[Any, Any, None]]


@dataclass(frozen=True, slots=True)
class DialOptions:
    """The options of `callfloor dial`, as the command line gives them."""

    num_agents: int
    call_fail: float
    call_length: float
    time_to_run: float
    clean_start: bool
    mode: str
    pacing: str
    pool: str
    dial_ratio: float
    ring_time: str
    seed: int
    plain: bool
    speed: float
    leads_file: Path | None
    url: str | None
    log_dir: Path
    faults: str | None
    hours: str
    rules: str
    do_not_call: tuple[str, ...]


class Dialer:
    """Everything that a run needs, opened in order and closed together."""

    def __init__(self, options: DialOptions) -> None:
        """Check every option before anything is touched, then open. Raises UsageError and StoreError."""
        self.options = options
        self.note = ""
        behaviour = people_of(options)
        faults = faults_of(options)
        self.settings = FloorSettings(
            name="main",
            agents=tuple(
                f"agent-{i:0{max(2, len(str(options.num_agents)))}d}"
                for i in range(1, options.num_agents + 1)
            ),
            campaigns=(
                CampaignSettings(
                    name=CAMPAIGN,
                    mode=options.mode,
                    pacing=options.pacing,
                    pool=options.pool,
                    dial_ratio=options.dial_ratio,
                    hours=options.hours,
                    rules=options.rules,
                    do_not_call=options.do_not_call,
                ),
            ),
        )
        terms_of(
            self.settings.campaigns[0]
        )  # rules that cannot be used are refused before anything is touched
        self.runtime = self.choose_runtime()
        if not options.log_dir.is_dir():
            raise UsageError(f"--log-dir: {options.log_dir}: is no directory; make it first")
        self.url = url = options.url or str(options.log_dir / "callfloor.db")
        if options.clean_start and is_postgres(url):
            raise UsageError(
                "--clean-start: expected a SQLite database: one on a server is not deleted; empty it "
                "yourself, or give another one"
            )
        self.closing = contextlib.ExitStack()
        self.counts = LiveRun()
        try:
            self.closing.callback(lock_dialing(url).close)
            if options.clean_start:
                if options.leads_file is not None:
                    refuse_bad_list(options.leads_file)
                clean(store_path(url), options.log_dir)
            if options.leads_file is not None:
                import_list(options.leads_file, url)
            # The carrier is simulated: what must survive is the death of the process, not of the machine.
            self.store = open_store(url, durable=False)
            self.closing.callback(self.store.close)
            refuse_stale_registers(self.store, options.do_not_call)
            self.carrier: Carrier = SimulatedCarrier(behaviour, options.seed)
            if faults is not None:
                self.carrier = FaultyCarrier(self.carrier, faults, options.seed)
            self.engine = self.build_engine()
        except BaseException:
            self.closing.close()
            raise

    def choose_runtime(self) -> Any:
        """The floor's module: the compiled one, unless the plain one is asked for or is all there is."""
        if self.options.plain:
            return load("plain")
        try:
            return load("compiled")
        except RuntimeMissing as reason:
            self.note = f"{reason} The plain floor is used: slower, the same decisions."
            return load("plain")

    def build_engine(self) -> Engine:
        """The engine with its observers."""
        try:
            dialer_log = DialerLog(self.options.log_dir / "dialer.log", self.settings.name)
            self.closing.callback(dialer_log.close)
            agents_log = AgentsLog(self.options.log_dir / "agents.log", self.settings.name)
            self.closing.callback(agents_log.close)
        except OSError as error:
            raise UsageError(f"--log-dir: {error.filename}: cannot be written: {error.strerror}") from error
        return Engine(
            self.store,
            self.carrier,
            self.settings,
            self.runtime,
            observers=[self.counts, dialer_log, agents_log],
            supply=self.number_supply(),
        )

    def number_supply(self) -> Callable[[int], list[int]] | None:
        """Made-up numbers, each once in this database; None where there are lists to dial."""
        campaign = self.store.campaign_id(CAMPAIGN)
        if self.store.has_lists(campaign):
            return None
        indexes = itertools.count(self.store.lead_count(campaign))
        return lambda count: [made_up_number(self.options.seed, next(indexes)) for _ in range(count)]

    def run(self, show_progress: ShowProgress) -> None:
        """Run to the end. Raises StoreError, and RunError where it was interrupted the hard way."""
        try:
            asyncio.run(self.run_with(show_progress))
        except TimeoutError as error:
            raise RunError(str(error)) from error
        except OSError as error:
            raise RunError(
                f"{self.options.log_dir}: a log cannot be written: {error.strerror or error}; "
                "what was committed to the database is safe"
            ) from error

    async def run_with(self, show_progress: ShowProgress) -> None:
        """Run beside its progress, with Ctrl-C asking for the end."""
        start = max(time.time(), self.engine.resident.floor.now)
        clock = PacedClock(start, self.options.speed)
        service = Service(self.engine, clock, [self.carrier])
        run = DialRun(service, self.settings.agents, self.options.time_to_run)
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, run.interrupt)
        progress = asyncio.create_task(show_progress(run))
        try:
            with self.hearing(service, loop):
                await run.run()
        finally:
            progress.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await progress

    @contextlib.contextmanager
    def hearing(self, service: Service, loop: asyncio.AbstractEventLoop) -> Iterator[None]:
        """Have the service look at once when the database tells of news; else it looks every second."""
        wakes = open_wakes(self.url)
        if wakes is None:
            yield
            return
        place = wakes.fileno()

        def heard() -> None:
            try:
                if self.engine.floor_id in wakes.take():
                    service.look_now()
            except StoreLostError:
                loop.remove_reader(place)

        loop.add_reader(place, heard)
        try:
            yield
        finally:
            loop.remove_reader(place)
            wakes.close()

    def told(self) -> str:
        """How far the run is, in a few words."""
        counts = self.counts
        return f"{counts.attempts:,} attempts, {sum(counts.calls.values()):,} calls taken"

    def figures(self) -> dict[str, Any]:
        """The report as one object."""
        options = self.options
        limit = self.settings.campaigns[0].abandon_rate_max
        return {
            "seed": options.seed,
            "time_to_run_s": options.time_to_run,
            "speed": options.speed,
            "runtime": "plain" if is_plain(self.runtime) else "compiled",
            **self.counts.figures(list(self.settings.agents), limit),
            "leads_held_back": self.held_back(),
        }

    def held_back(self) -> dict[str, int]:
        """How many leads are held back, by reason."""
        return dict(self.store.held_back(self.engine.campaign_ids[0]))

    def close(self) -> None:
        """Close logs and store."""
        self.closing.close()


def people_of(options: DialOptions) -> Behaviour:
    """How the simulated people behave. Raises UsageError that names the option."""
    try:
        ring_s = seconds_range(options.ring_time)
    except ValueError as error:
        raise UsageError(f"--ring-time: {error}") from error
    try:
        return Behaviour.of_dial_options(options.call_fail, options.call_length, ring_s)
    except ValueError as error:
        raise UsageError(f"--ring-time: {error}") from error


def faults_of(options: DialOptions) -> Faults | None:
    """The carrier's faults, None where none are asked for. Raises UsageError."""
    if options.faults is None:
        return None
    try:
        return Faults.parse(options.faults)
    except ValueError as error:
        raise UsageError(f"--faults: {error}") from error


def clean(database: Path, log_dir: Path) -> None:
    """Delete what earlier runs left: the database, if it is ours, and the logs.

    Raises StoreError, and UsageError where a file cannot be deleted.
    """
    if database.exists() and is_ours(database):
        delete_database(database)
    for file in (log_dir / "dialer.log", log_dir / "agents.log"):
        try:
            file.unlink(missing_ok=True)
        except OSError as error:
            raise UsageError(
                f"--clean-start: {file}: cannot be deleted: {error.strerror or error}"
            ) from error


def refuse_stale_registers(store: SqlStore, names: Sequence[str]) -> None:
    """Raise UsageError for a register that is missing or too old: nobody would be dialled."""
    dates = store.register_dates(names)
    for name in names:
        if name not in dates:
            raise UsageError(
                f"--do-not-call: {store.db.where} has no register {name!r}; import it with `callfloor dnc "
                "import`"
            )
        if fresh_until(dates[name]) <= time.time():
            raise UsageError(
                f"--do-not-call: register {name!r} is older than {REGISTER_MAX_AGE_DAYS} days; import a "
                "newer one with `callfloor dnc import`"
            )


def refuse_bad_list(file: Path) -> None:
    """Raise UsageError or LeadListError for a list that could not be imported, before anything is deleted."""
    from callfloor.leads.importing import check_leads
    from callfloor.stores.sqlite.seen import SqliteSeenNumbers

    with SqliteSeenNumbers() as seen:
        report = check_leads(file, seen)
    if report.rejected:
        raise UsageError(
            f"{file}: {report.rows_rejected} rows would be rejected; see `callfloor leads check`"
        )


def import_list(file: Path, url: str) -> None:
    """Import a list of leads into the campaign, all of it or nothing. Raises UsageError and StoreError."""
    from callfloor.cli.leads import progress_bar, rows_of
    from callfloor.leads.importing import import_leads

    with open_lists(url) as lists, progress_bar(file) as progress:
        report = import_leads(file, lists, campaign=CAMPAIGN, progress=progress)
    if report.rejected:
        raise UsageError(
            f"{file}: {rows_of(report.rows_rejected)} rejected, see {report.rejects_path}; mend the list, or "
            "import the others with `callfloor leads import --skip-bad` and dial without --leads"
        )
