"""`callfloor simulate`: its table, its files, and that it fails in one line."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from callfloor import runtimes
from callfloor.cli import simulating
from callfloor.cli.figures import _duration, _shortened, _width
from callfloor.sim import runner
from callfloor.sim.result import shown as shown_estimate
from callfloor.sim.runner import simulate
from tests.unit.cli.commands import Outcome, run_command

SUPPORT = """
name = "support"
[run]
duration = "30m"
warm_up = "5m"
replications = 4
[[groups]]
name = "tier 1"
agents = 12
[[inbound]]
name = "calls"
arrivals = { rate_per_h = 800 }
talk_s = { dist = "exponential", mean = 50 }
patience_s = { dist = "exponential", mean = 60 }
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of its own with a scenario in it, and a terminal of 100 characters."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    (tmp_path / "support.toml").write_text(SUPPORT)
    return tmp_path


def run(*args: str) -> Outcome:
    return run_command("simulate", *args)


def prints(*args: str) -> str:
    result = run(*args)
    assert (result.exit_code, result.stderr) == (0, "")
    return result.stdout


def fails(*args: str, status: int = 2) -> str:
    """The one line on standard error."""
    result = run(*args)
    assert result.exit_code == status, result.output
    assert result.stdout == ""
    (line,) = result.stderr.splitlines()
    return line.removeprefix("callfloor: ")


def answer(*args: str) -> dict[str, Any]:
    found = json.loads(prints(*args, "--json", "-"))
    assert isinstance(found, dict)
    return found


def table(text: str, title: str) -> dict[str, list[str]]:
    """A table by figure: its unit, then what stands in the columns, the ± left out."""
    (part,) = [each for each in text.split("\n\n") if each.startswith(title)]
    rows = [line.split() for line in part.splitlines()[1:]]
    return {row[0]: [each for each in row[1:] if each != "±"] for row in rows}


# The table.


def test_the_table_has_the_figures_of_the_result() -> None:
    text = prints("support.toml")
    head, queues, groups, foot = text.strip().split("\n\n")
    assert head == "support: 25 min measured after 5 min of warm-up. Mean ± half of the 95 % interval."
    assert queues.splitlines()[0].split() == ["queues", "calls"]
    assert groups.splitlines()[0].split() == ["groups", "tier", "1"]
    result = simulate("support.toml")
    shown = table(text, "queues")
    figures = result.queues["calls"]
    assert list(shown) == [
        *("offered", "answered", "abandoned", "p_wait", "p_abandon", "mean_wait_s", "asa_s"),
        *("wait_s.p50", "wait_s.p90", "wait_s.p95", "wait_s.p99"),
        *("service_level", "service_level_net", "mean_queue"),
    ]
    unit, mean, half_width = shown["p_wait"]
    assert unit == "%"
    assert f"{mean} ± {half_width} %" == shown_estimate(figures.p_wait, "share")
    assert shown["asa_s"][0] == "s"
    assert shown["offered"][0] == "calls"
    assert table(text, "groups")["occupancy"][0] == "%"
    limit, work = foot.splitlines()
    assert limit == "service_level: within 20 s."
    assert re.fullmatch(
        rf"4 replications, {result.calls:,} calls, {result.events:,} events in \d+\.\d\d s, seed 1\.", work
    )


def test_figures_that_are_seldom_wanted_are_shown_where_there_are_any() -> None:
    assert "blocked" not in prints("support.toml")
    text = prints("support.toml", "--set", "inbound.calls.queue_limit=1")
    assert table(text, "queues")["blocked"][0] == "calls"
    text = prints("support.toml", "--set", "inbound.calls.when_busy='voicemail'")
    assert {"voicemails", "callbacks", "callbacks_per_voicemail"} <= set(table(text, "queues"))


def test_one_replication_has_no_interval() -> None:
    text = prints("support.toml", "--replications", "1")
    assert "±" not in text.partition("\n")[2]
    assert len(table(text, "queues")["p_wait"]) == 2
    assert "\n1 replication, " in text


@pytest.mark.parametrize("width", [60, 80, 100, 200])
@pytest.mark.parametrize("name", ["erlang-a", "multi-skill", "blended", "power-dialer"])
def test_tables_fit_the_terminal(name: str, width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    text = prints(name, "--replications", "2", "--set", "run.duration='2h'")
    tables = text.split("\n\n")[1:-1]
    lines = [line for part in tables for line in part.splitlines()]
    assert max(map(len, lines)) <= width
    for part in tables:
        places = {line.rfind("±") for line in part.splitlines() if "±" in line}
        assert len(places) == 1, part
    assert "all" in text if name == "multi-skill" else "all" not in text.split() or name == "blended"


def test_several_queues_have_their_own_limits_and_all_together() -> None:
    text = prints("multi-skill", "--replications", "2", "--set", "run.duration='2h'")
    assert "service_level: within 20 s in support, 15 s in sales, 30 s in billing.\n" in text
    (head,) = [line for line in text.splitlines() if line.startswith("queues")]
    assert head.split() == ["queues", "support", "sales", "billing", "all"]


def test_names_of_any_kind(folder: Path) -> None:
    long = "an exceptionally long-winded name of a queue"
    (folder / "odd.toml").write_text(
        SUPPORT.replace('name = "calls"', f'name = "{long}"').replace("tier 1", "顧客サービス")
    )
    text = prints("odd.toml")
    assert "an exceptionally long-w…\n" in text
    assert "顧客サービス\n" in text
    assert _width("顧客") == 4
    assert _width("e\u0301") == 1
    assert _shortened("顧客サービス", 6) == "顧客…"
    assert _shortened("a\x1b[1m\nb", 20) == "a [1m b"


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(300, "5 min"), (5400, "1.5 h"), (97_200, "27 h"), (90, "1.5 min"), (100, "100 s"), (0.5, "0.5 s")],
)
def test_durations(seconds: float, shown: str) -> None:
    assert _duration(seconds) == shown


def test_until_drained() -> None:
    leads = ("--set", "campaigns.leads.leads=300", "--set", "campaigns.leads.retry_after_s={}")
    text = prints("power-dialer", "--set", "run.until='drained'", *leads)
    assert text.startswith("power dialer: until all is done. Mean")


def test_quiet_prints_nothing() -> None:
    assert prints("support.toml", "--quiet") == ""


# Settings.


def test_json_is_the_result() -> None:
    found = answer("support.toml")
    expected = simulate("support.toml").to_dict()
    assert found.pop("wall_s") > 0
    assert expected.pop("wall_s") > 0
    assert found == expected


def test_json_in_a_file_and_a_table_beside_it(folder: Path) -> None:
    text = prints("support.toml", "--json", "out.json")
    assert text.startswith("support: ")
    assert json.loads((folder / "out.json").read_text())["calls"] > 0
    assert {each.name for each in folder.iterdir()} == {"support.toml", "out.json"}


def test_settings_change_the_run() -> None:
    base = answer("support.toml")
    more = answer("support.toml", "--set", "groups.'tier 1'.agents=20", "--set", "run.service_level_s=5")
    assert more["queues"]["calls"]["offered"] == base["queues"]["calls"]["offered"]
    assert more["queues"]["calls"]["p_wait"]["mean"] < base["queues"]["calls"]["p_wait"]["mean"]
    other = answer("support.toml", "--seed", "5", "--replications", "3", "--workers", "1")
    assert (other["seed"], other["replications"]) == (5, 3)
    assert other["queues"]["calls"]["offered"] != base["queues"]["calls"]["offered"]


def test_workers_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    here = answer("support.toml", "--workers", "1")
    monkeypatch.setattr(runner._Run, "_goes_on_here", lambda self, done: False)
    there = answer("support.toml", "--workers", "2")
    assert here | {"wall_s": 0} == there | {"wall_s": 0}


def test_a_trace(folder: Path) -> None:
    text = prints("support.toml", "--trace", "trace.jsonl", "--replications", "2")
    lines = [json.loads(line) for line in (folder / "trace.jsonl").read_text().splitlines()]
    events = int(re.search(r"([\d,]+) events", text)[1].replace(",", ""))  # type: ignore[index]
    assert len(lines) == events
    assert {line["replication"] for line in lines} == {0, 1}


def test_a_trace_on_standard_output_has_it_alone() -> None:
    lines = prints("support.toml", "--trace", "-", "--replications", "1").splitlines()
    assert all(json.loads(line)["commands"] is not None for line in lines)


def test_a_page(folder: Path) -> None:
    prints("support.toml", "--html", "page.html", "--replications", "2")
    page = (folder / "page.html").read_text(encoding="utf-8")
    assert page.startswith("<!DOCTYPE html>")
    assert "<title>support</title>" in page
    assert prints("support.toml", "--html", "-", "--replications", "2").startswith("<!DOCTYPE html>")
    assert {each.name for each in folder.iterdir()} == {"support.toml", "page.html"}


def test_a_workbook(folder: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    text = prints("support.toml", "--xlsx", "book.xlsx", "--replications", "2")
    assert text.startswith("support: ")
    assert openpyxl.load_workbook(folder / "book.xlsx").sheetnames == ["KPIs", "Intervals"]
    whole = ("--xlsx", "all.xlsx", "--calls", "--json", "-", "--replications", "2")
    found = json.loads(prints("support.toml", *whole))
    book = openpyxl.load_workbook(folder / "all.xlsx")
    assert book.sheetnames == ["KPIs", "Intervals", "Calls"]
    assert book["KPIs"]["D6"].value == found["queues"]["calls"]["offered"]["mean"]
    assert {each.name for each in folder.iterdir()} == {"support.toml", "book.xlsx", "all.xlsx"}


def test_a_workbook_on_standard_output(folder: Path) -> None:
    pytest.importorskip("xlsxwriter")
    command = [sys.executable, "-c", "from callfloor.cli import main; main()"]
    short = ("support.toml", "--replications", "1", "--xlsx")
    done = subprocess.run([*command, "simulate", *short, "-"], capture_output=True, check=True)
    prints(*short, "book.xlsx")
    assert done.stdout == (folder / "book.xlsx").read_bytes()


# What goes wrong.


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("support.toml", "--calls"), "--calls: expected --xlsx FILE with it, found none"),
        (("support.toml", "--xlsx", "no/book.xlsx"), "--xlsx: no/book.xlsx: expected a file in a directory"),
        (
            ("support.toml", "--xlsx", "-", "--html", "-"),
            "--xlsx: expected a file where --html is standard output, found -",
        ),
        ((), "Missing argument 'SCENARIO'"),
        (("erlang-q",), 'erlang-q: no such file or built-in scenario; did you mean "erlang-a"?'),
        (("support.toml", "--set", "x"), "--set x: expected KEY=VALUE"),
        (
            ("support.toml", "--set", "groups.tier.agents=3"),
            'support.toml: groups.tier: no such name; did you mean "tier 1"?',
        ),
        (
            ("support.toml", "--set", "groups.'tier 1'.agents=many"),
            "support.toml: groups.'tier 1'.agents: expected a whole number from 0",
        ),
        (("support.toml", "--replications", "0"), "Invalid value for '--replications'"),
        (("support.toml", "--seed", "x"), "Invalid value for '--seed'"),
        (("support.toml", "--workers", "0"), "Invalid value for '--workers'"),
        (("support.toml", "--json", "no/out.json"), "--json: no/out.json: expected a file in a directory"),
        (("support.toml", "--trace", "."), "--trace: .: expected a file in a directory that exists"),
        (("support.toml", "--html", "no/page.html"), "--html: no/page.html: expected a file in a directory"),
        (
            ("support.toml", "--trace", "-", "--json", "-"),
            "--trace: expected a file where --json is standard output, found -",
        ),
    ],
)
def test_wrong_use_is_one_line(arguments: tuple[str, ...], said: str) -> None:
    assert fails(*arguments).startswith(said)


def test_a_workbook_without_the_library(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    monkeypatch.setitem(sys.modules, "xlsxwriter", None)
    said = fails("support.toml", "--xlsx", "book.xlsx")
    assert said == "--xlsx: expected XlsxWriter to be installed; pip install 'callfloor[xlsx]'"


@pytest.mark.parametrize(
    ("error", "said", "status"),
    [
        (
            OSError(28, "No space left on device"),
            "--xlsx: b.xlsx: cannot be written: No space left on device",
            2,
        ),
        (KeyboardInterrupt(), "interrupted: the workbook is not written", 1),
    ],
)
def test_a_workbook_that_is_not_written(
    error: BaseException, said: str, status: int, monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    pytest.importorskip("xlsxwriter")

    def broken(*_: Any) -> None:
        raise error

    monkeypatch.setattr("callfloor.reports.workbook.write_intervals", broken)
    assert fails("support.toml", "--xlsx", "b.xlsx", "--replications", "1", status=status) == said
    assert {each.name for each in folder.iterdir()} == {"support.toml"}


def test_a_scenario_that_needs_too_much_memory_for_so_many_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    from callfloor.scenario import memory

    monkeypatch.setattr(memory, "machine_memory_bytes", lambda: 30_000)
    said = fails("support.toml", "--workers", "4")
    assert said.startswith("groups.'tier 1'.agents: too many to fit in memory: about 0.0 GB in 4 workers")


def test_a_run_that_can_never_end_is_a_failure(folder: Path) -> None:
    late = SUPPORT.replace("agents = 12", "agents = 12\nshifts = [{ from = 0, to = '20m' }]")
    patient = late.replace('patience_s = { dist = "exponential", mean = 60 }', "")
    (folder / "late.toml").write_text(patient.replace("agents = 12", "agents = 40"))
    said = fails("late.toml", "--json", "out.json", status=1)
    assert re.match(r"support: the run can never end: \d+ calls in inbound\.calls wait for an agent", said)
    assert not (folder / "out.json").exists()


def test_the_plain_floor_is_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    load = runtimes.load

    def without_fast(name: Any = "auto") -> Any:
        if name == "fast":
            raise runtimes.RuntimeMissing("The fast floor is not installed.")
        return load(name)

    monkeypatch.setattr(runtimes, "load", without_fast)
    short = ("--replications", "2", "--set", "run.duration='10m'")
    for command in (("simulate",), ("compare", "--b", "groups.'tier 1'.agents=9")):
        result = run_command(*command, "support.toml", *short)
        assert result.exit_code == 0
        assert result.stderr == (
            "callfloor: The fast floor is not installed. The plain floor is used: slower, "
            "the same decisions.\n"
        )


def interrupt_at(share: float) -> Any:
    def progress(self: object, done: float) -> None:
        if done >= share:
            raise KeyboardInterrupt

    return progress


def test_interrupted_runs_show_what_is_finished(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    monkeypatch.setattr(runner, "TELL_S", 0.0)
    monkeypatch.setattr(runner._Run, "tell", interrupt_at(3))
    result = run("support.toml", "--json", "out.json", "--workers", "1")
    assert result.exit_code == 1
    assert result.stderr == "callfloor: interrupted: 3 of 4 replications are finished\n"
    assert "\n3 replications, " in result.stdout
    found = json.loads((folder / "out.json").read_text())
    assert (found["replications"], found["interrupted"]) == (3, True)
    monkeypatch.setattr(runner._Run, "tell", interrupt_at(0))
    assert fails("support.toml", status=1) == "interrupted before the first replication was finished"


# A real terminal, a real Ctrl-C.


class Terminal:
    """A command on a terminal of its own."""

    def __init__(self, *args: str) -> None:
        self.end, theirs = pty.openpty()
        command = [sys.executable, "-c", "from callfloor.cli import main; main()", *args]
        self.process = subprocess.Popen(
            command, stdin=theirs, stdout=subprocess.PIPE, stderr=theirs, start_new_session=True
        )
        os.close(theirs)
        self.shown = b""

    def read_until(self, text: bytes) -> None:
        until = time.monotonic() + 30
        while text not in self.shown and time.monotonic() < until:
            try:
                self.shown += os.read(self.end, 4096)
            except OSError:
                break
        assert text in self.shown, self.shown

    def ends(self) -> tuple[int, str]:
        """The exit status and standard output."""
        out, _ = self.process.communicate(timeout=30)
        os.close(self.end)
        return self.process.returncode, out.decode()


@pytest.mark.skipif(sys.platform == "win32", reason="needs a terminal of Unix")
@pytest.mark.parametrize("workers", ["1", "2"])
def test_ctrl_c_ends_all_processes_and_shows_the_bar_until_then(workers: str) -> None:
    long = ("--set", "run.duration='2000h'", "--replications", "4000", "--workers", workers)
    terminal = Terminal("simulate", "support.toml", *long)
    terminal.read_until(b"s left")
    os.killpg(terminal.process.pid, signal.SIGINT)
    terminal.read_until(b"callfloor: interrupted")
    status, _ = terminal.ends()
    assert status == 1
    assert b"simulating" in terminal.shown
    assert b"Traceback" not in terminal.shown
    with pytest.raises(ProcessLookupError):
        os.killpg(terminal.process.pid, 0)


def test_the_bar_waits_until_it_is_worth_it(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    shown: list[dict[str, Any]] = []

    class Drawn:
        task_ids = (0,)

        def update(self, task: int, **fields: Any) -> None:
            shown.append(fields)

        def stop(self) -> None:
            shown.append({})

    monkeypatch.setattr(simulating.Bar, "_start", lambda self: Drawn())
    bar = simulating.Bar()
    for clock[0], done in ((100.1, 0.01), (100.6, 0.5), (101.0, 0.8)):
        bar(done)
    bar.close()
    assert shown == []
    for clock[0], done in ((100.6, 0.1), (103.0, 0.25), (104.0, 1.0)):
        bar(done)
    bar.close()
    assert [each.get("told") for each in shown] == [
        "10 %, 5 s left",
        "25 %, 9 s left",
        "100 %, 0 s left",
        None,
    ]
