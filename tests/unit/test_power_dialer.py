"""The façade of the first power dialer, over the real engine."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from callfloor import PowerDialer
from callfloor.abnormal import condition
from callfloor.failures import UsageError
from callfloor.leads.area_codes import made_up_number
from callfloor.leads.importing import import_leads
from callfloor.live.observer import Observer
from callfloor.stores.errors import StoreUnusableError
from callfloor.stores.sqlite.lists import SqliteLeadLists
from callfloor.stores.sqlite.store import SqliteStore

NOW = 1_800_000_000.0


class Conditions(Observer):
    """Names of the abnormal conditions met."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def abnormal(self, at: float, code: int, event: int, found: int, attempt: int, agent: str) -> None:
        self.names.append(condition(code).name)

    def taken(self) -> list[str]:
        names, self.names = self.names, []
        return names


class Bench:
    """A database with leads, and dialers on it that share a clock."""

    def __init__(self, folder: Path, leads: int) -> None:
        self.db = folder / "leads.db"
        self.now = NOW
        self.rung: list[str] = []
        self.let_go: list[str] = []
        self.conditions = Conditions()
        self.open: list[PowerDialer] = []
        lines = "\n".join(str(made_up_number(7, i)) for i in range(leads))
        (folder / "leads.csv").write_text(f"phone\n{lines}\n")
        with SqliteLeadLists(self.db) as lists:
            import_leads(folder / "leads.csv", lists)

    def dialer(self, agent: str = "ann", dial_ratio: float = 2, **options: Any) -> PowerDialer:
        dialer = PowerDialer(
            agent,
            dial_ratio,
            db=self.db,
            dial=lambda _, number: self.rung.append(number),
            hang_up=lambda _, number: self.let_go.append(number),
            observers=[self.conditions],
            clock=lambda: self.now,
            **options,
        )
        self.open.append(dialer)
        return dialer


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path, leads=60)
    yield made
    for dialer in made.open:
        dialer.close()


def test_a_login_rings_as_many_leads_as_the_ratio_says(bench: Bench) -> None:
    dialer = bench.dialer(dial_ratio=3)
    assert not dialer.numbers
    dialer.on_agent_login()
    assert len(dialer.numbers) == 3
    assert bench.rung == list(dialer.numbers)


def test_the_default_ratio_is_two(bench: Bench) -> None:
    with PowerDialer("bob", db=bench.db) as dialer:
        dialer.on_agent_login()
        assert len(dialer.numbers) == 2


def test_a_second_login_is_reported_and_rings_nobody(bench: Bench) -> None:
    dialer = bench.dialer()
    dialer.on_agent_login()
    before = dialer.numbers
    dialer.on_agent_login()
    assert dialer.numbers == before
    assert bench.conditions.names == ["agent_logged_in_twice"]


def test_a_failed_number_is_replaced_while_the_agent_is_idle(bench: Bench) -> None:
    dialer = bench.dialer()
    dialer.on_agent_login()
    first, second = dialer.numbers
    dialer.on_call_failed(first, "busy")
    assert dialer.numbers[0] == second
    assert len(dialer.numbers) == 2
    assert first not in dialer.numbers


def test_a_failed_number_is_not_replaced_while_the_agent_talks(bench: Bench) -> None:
    dialer = bench.dialer()
    dialer.on_agent_login()
    first, second = dialer.numbers
    dialer.on_call_started(first)
    dialer.on_call_failed(second)
    assert dialer.numbers == (first,)
    assert bench.conditions.names == []


def test_the_end_of_a_call_is_recorded_and_rings_the_next_leads(bench: Bench) -> None:
    dialer = bench.dialer()
    dialer.on_agent_login()
    first, second = dialer.numbers
    dialer.on_call_started(first)
    dialer.on_call_failed(second)
    bench.now += 90.0
    dialer.on_call_ended(first)
    assert len(dialer.numbers) == 2
    assert not {first, second} & set(dialer.numbers)
    store = SqliteStore(bench.db)
    sql = "SELECT ended_at - connected_at FROM call_records WHERE connected_at IS NOT NULL"
    assert store.connection.execute(sql).get == pytest.approx(90.0)
    store.close()


def test_a_second_lead_who_answers_is_an_abandoned_call_and_let_go(bench: Bench) -> None:
    dialer = bench.dialer()
    dialer.on_agent_login()
    first, second = dialer.numbers
    dialer.on_call_started(first)
    dialer.on_call_started(second)
    assert dialer.numbers == (first,)
    assert bench.let_go == [second]
    assert dialer.abandoned == 1
    assert bench.conditions.names == ["agent_not_idle_at_call_start", "call_abandoned"]


def test_a_logout_rings_nobody_more(bench: Bench) -> None:
    dialer = bench.dialer()
    dialer.on_agent_login()
    first, second = dialer.numbers
    dialer.on_agent_logout()
    dialer.on_call_failed(first)
    dialer.on_call_failed(second)
    assert not dialer.numbers
    assert len(bench.rung) == 2


def test_a_logout_in_a_call_takes_effect_after_it(bench: Bench) -> None:
    dialer = bench.dialer(dial_ratio=1)
    dialer.on_agent_login()
    (number,) = dialer.numbers
    dialer.on_call_started(number)
    dialer.on_agent_logout()
    assert dialer.numbers == (number,)
    assert bench.conditions.taken() == ["agent_logged_out_in_call"]
    dialer.on_call_ended(number)
    assert not dialer.numbers


@pytest.mark.parametrize(
    ("tell", "expected"),
    [
        (lambda d, _: d.on_agent_logout(), "agent_logged_out_twice"),
        (lambda d, _: d.on_call_started("+12125550100"), "call_unknown"),
        (lambda d, _: d.on_call_failed("no number"), "call_unknown"),
        (lambda d, _: d.on_call_ended("+12125550100"), "call_unknown"),
    ],
)
def test_what_cannot_be_is_reported_and_changes_nothing(bench: Bench, tell: object, expected: str) -> None:
    dialer = bench.dialer()
    tell(dialer, None)  # type: ignore[operator]
    assert bench.conditions.names == [expected]
    assert not dialer.numbers


def test_the_end_of_a_call_that_is_not_in_progress_is_reported(bench: Bench) -> None:
    dialer = bench.dialer()
    dialer.on_agent_login()
    first, second = dialer.numbers
    dialer.on_call_ended(first)
    assert bench.conditions.taken() == ["agent_not_on_call"]
    dialer.on_call_started(first)
    dialer.on_call_ended(second)
    assert bench.conditions.taken() == ["agent_on_other_call"]
    assert dialer.numbers == (first, second)


def test_every_event_may_come_twice(bench: Bench) -> None:
    dialer = bench.dialer()
    dialer.on_agent_login()
    first, second = dialer.numbers
    dialer.on_call_started(first)
    dialer.on_call_started(first)
    dialer.on_call_failed(second)
    dialer.on_call_failed(second)
    assert dialer.numbers == (first,)
    dialer.on_call_ended(first)
    after = dialer.numbers
    dialer.on_call_ended(first)
    assert dialer.numbers == after
    assert dialer.abandoned == 0


def test_numbers_are_written_as_people_write_them(bench: Bench) -> None:
    dialer = bench.dialer(dial_ratio=1)
    dialer.on_agent_login()
    (number,) = dialer.numbers
    dialer.on_call_started(f"({number[2:5]}) {number[5:8]}-{number[8:]}")
    assert bench.conditions.names == []


def test_no_number_is_rung_again_within_the_exclusion_window(tmp_path: Path) -> None:
    bench = Bench(tmp_path, leads=2)
    dialer = bench.dialer(cooldown_s=60.0)
    dialer.on_agent_login()
    first, second = dialer.numbers
    dialer.on_call_failed(first, "congestion")
    assert dialer.numbers == (second,)
    bench.now += 61.0
    dialer.on_call_failed(second, "busy")
    assert dialer.numbers == (first,)
    dialer.close()


@pytest.mark.parametrize(("options", "lines"), [({"rules": "us"}, 0), ({"hours": "00:00-24:00"}, 2)])
def test_people_are_called_in_their_hours_only(bench: Bench, options: dict[str, Any], lines: int) -> None:
    dialer = bench.dialer(**options)
    dialer.on_agent_login()  # three in the morning in New York
    assert len(dialer.numbers) == lines


def test_two_agents_never_ring_the_same_number(bench: Bench) -> None:
    ann, bob = bench.dialer("ann", 5), bench.dialer("bob", 5)
    ann.on_agent_login()
    bob.on_agent_login()
    assert len({*ann.numbers, *bob.numbers}) == 10


def test_two_instances_for_one_agent_see_the_same_and_ring_once(bench: Bench) -> None:
    one, other = bench.dialer(), bench.dialer()
    one.on_agent_login()
    other.on_agent_login()
    assert one.numbers == other.numbers
    assert len(bench.rung) == 2
    other.on_call_started(one.numbers[0])
    one.on_call_ended(other.numbers[0])
    assert one.numbers == other.numbers
    assert len(bench.rung) == len(set(bench.rung))


IN_ANOTHER_PROCESS = """
import sys
from callfloor import PowerDialer
with PowerDialer("ann", 2, db=sys.argv[1], dial=lambda agent, number: print(number)) as dialer:
    for _ in range(15):
        dialer.on_agent_login()
        for number in dialer.numbers:
            dialer.on_call_failed(number, "busy")
"""


def test_two_processes_for_one_agent_do_no_harm(bench: Bench) -> None:
    command = [sys.executable, "-c", IN_ANOTHER_PROCESS, str(bench.db)]
    running = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(2)
    ]
    rung: list[str] = []
    for process in running:
        out, _ = process.communicate(timeout=60)
        assert process.returncode == 0
        rung += out.split()
    assert len(rung) == len(set(rung))
    store = SqliteStore(bench.db)
    assert store.connection.execute("SELECT count(*) FROM call_records").get == len(rung)
    store.close()


def test_wrong_values_are_refused_by_name(bench: Bench, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="agent_id: expected a name"):
        PowerDialer("", db=bench.db)
    with pytest.raises(UsageError, match="dial_ratio: expected over 0"):
        PowerDialer("ann", 0, db=bench.db)
    with pytest.raises(UsageError, match="outcome: expected one of human, machine"):
        bench.dialer().on_call_failed("+12125550100", "bussy")
    with pytest.raises(StoreUnusableError, match="is a directory"):
        PowerDialer("ann", db=tmp_path)
