"""Importing: what is published, what is reported, and that it is all or nothing."""

from __future__ import annotations

import csv
import errno
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import apsw
import pytest

from callfloor.leads import importing
from callfloor.leads.errors import LeadListError, ListUnusableError
from callfloor.leads.importing import (
    IN_CAMPAIGN,
    IN_FILE,
    NUMBER_ONLY,
    ImportReport,
    check_leads,
    import_leads,
)
from callfloor.leads.rejects import protected, rejects_path, unprotected
from callfloor.stores.sqlite.lists import SqliteLeadLists
from callfloor.stores.sqlite.seen import SqliteSeenNumbers

HEADER = "phone,mobile,state,zip,time zone,priority,id,first name,colour"
GOOD = "212-555-0100,,NY,10001,America/New_York,3,A1,Ann,red"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "BATCH_ROWS", 3)


def write(folder: Path, *lines: str, header: str = HEADER, name: str = "leads.csv") -> Path:
    path = folder / name
    path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    return path


def run(path: Path, **options: Any) -> ImportReport:
    with SqliteLeadLists(path.parent / "test.db") as lists:
        return import_leads(path, lists, **options)


def stored(folder: Path, sql: str) -> list[Any]:
    connection = apsw.Connection(str(folder / "test.db"))
    try:
        return list(connection.execute(sql))
    finally:
        connection.close()


def rejects(path: Path) -> list[list[str]]:
    with rejects_path(path).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def phones(first: int, count: int) -> Iterator[str]:
    return (f"21255{number:05d},,,,,,,," for number in range(first, first + count))


def test_a_lead_is_stored_with_all_that_its_row_says(folder: Path) -> None:
    report = run(write(folder, GOOD, '(646) 555-0101 x12,6465550102,New York,501,,,,,"a, b"'))
    assert (report.rows, report.leads, report.numbers, report.published) == (2, 2, 3, True)
    leads = stored(
        folder,
        "SELECT e164, json_array_length(other_numbers), priority, external_id, state, postal_code, "
        "time_zone, leads.attributes FROM leads JOIN numbers ON numbers.id = number ORDER BY leads.id",
    )
    assert leads[0] == (
        12125550100, None, 3, "A1", "NY", "10001", "America/New_York", '{"first_name":"Ann","colour":"red"}'
    )  # fmt: skip
    assert leads[1][:7] == (16465550101, 1, 100, None, "NY", "00501", None)
    assert json.loads(leads[1][7]) == {"colour": "a, b", "phone extension": "12"}
    assert stored(folder, "SELECT name, status FROM lists") == [("leads.csv", "active")]


def test_one_rejected_row_keeps_all_out_and_leaves_nothing_behind(folder: Path) -> None:
    path = write(folder, *phones(1000, 7), "2.12736E+09,,,,,,,,")
    report = run(path)
    assert not report.published
    assert report.rejected == {"phone: cut by Excel: scientific notation that lacks the last digits": 1}
    for table in ("lists", "leads", "numbers", "lead_numbers", "campaigns"):
        assert stored(folder, f"SELECT * FROM {table}") == []


def test_skip_bad_imports_the_others(folder: Path) -> None:
    report = run(write(folder, GOOD, "911,,,,,,,,"), skip_bad=True)
    assert (report.published, report.leads, report.rows_rejected) == (True, 1, 1)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (",,,,,,,Ann,", "no phone number"),
        ("n/a,None,,,,,,Ann,", "no phone number"),
        ("2125550100,12,,,,,,,", "mobile: too short"),
        ("2125550100,,XX,,,,,,", "state: is no US state and no Canadian province"),
        ("2125550100,,,123456,,,,,", "zip: is no US ZIP code and no Canadian postal code"),
        ("2125550100,,,,EST,,,,", "time zone: is no IANA time zone such as America/New_York"),
        ("2125550100,,,,,high,,,", "priority: is no whole number from 0 to 999999"),
        ('2125550100,,,,,,,"a"b,', "a quote inside a quoted field is not doubled"),
        ("2125550100,,,,,,,,,x", "more fields than the header"),
    ],
)
def test_every_rejected_row_is_reported_with_line_and_reason(folder: Path, row: str, reason: str) -> None:
    path = write(folder, GOOD.replace("0100", "0199"), row)
    report = run(path)
    assert report.rejected == {reason: 1}
    assert report.examples == [(3, reason)]
    assert report.rejects_path == rejects_path(path)
    header, rejected = rejects(path)
    assert header == ["line", "reason", *HEADER.split(",")]
    assert rejected[:2] == ["3", reason]
    if "quote" not in reason:
        assert rejected[2:] == row.split(",")


def test_an_address_elsewhere_is_kept_as_it_is(folder: Path) -> None:
    run(write(folder, "+44 20 7183 8750,,Greater London,SW1A 1AA,Europe/London,,,,"))
    assert stored(folder, "SELECT state, postal_code FROM leads") == [("Greater London", "SW1A 1AA")]


def test_duplicates_are_dropped_counted_and_reported_but_are_no_rejections(folder: Path) -> None:
    run(write(folder, "2125550100,,,,,,,,", name="earlier.csv"))
    path = write(
        folder,
        "+1 212 555 0100,,,,,,,in an earlier list,",
        "2125550101,2125550101,,,,,,twice in one row is one number,",
        "2125550102,,,,,,,,",
        "2125550103,,,,,,,,",
        "2125550101,2125550104,,,,,,one new number,",
        "2125550102,,,,,,,in a batch before,",
        "2125550105,,,,,,,,",
        "2125550105,,,,,,,in the same batch,",
    )
    report = run(path)
    assert report.published
    assert (report.rows, report.leads, report.numbers, report.duplicate_leads) == (8, 5, 5, 3)
    assert report.duplicates == {IN_CAMPAIGN: 1, IN_FILE: 3}
    assert [row[:2] for row in rejects(path)[1:]] == [
        ["2", IN_CAMPAIGN],
        ["6", IN_FILE + NUMBER_ONLY],
        ["7", IN_FILE],
        ["9", IN_FILE],
    ]
    assert len(stored(folder, "SELECT number FROM lead_numbers")) == 6


def test_the_same_number_may_stand_in_another_campaign(folder: Path) -> None:
    path = write(folder, GOOD)
    assert run(path, campaign="one").leads == 1
    assert run(path, campaign="two").leads == 1
    assert len(stored(folder, "SELECT * FROM numbers")) == 1


def test_a_list_that_the_campaign_has_already_brings_nothing(folder: Path) -> None:
    path = write(folder, GOOD)
    run(path)
    report = run(path)
    assert (report.leads, report.published, report.duplicate_leads) == (0, False, 1)
    assert len(stored(folder, "SELECT * FROM lists")) == 1


def test_barred_numbers_are_imported_and_counted(folder: Path) -> None:
    run(write(folder, GOOD))
    connection = apsw.Connection(str(folder / "test.db"))
    connection.execute("UPDATE numbers SET barred = 1")
    connection.close()
    assert run(write(folder, GOOD, *phones(0, 1)), campaign="other").barred == 1


def test_rejects_are_safe_to_open_in_a_spreadsheet_and_can_be_mended_and_imported(folder: Path) -> None:
    path = write(folder, '+1 212 555 010,,,,,,-5,"=HYPERLINK(""x"")",@a')
    run(path)
    assert rejects(path)[1][2:] == ["'+1 212 555 010", "", "", "", "", "", "'-5", '\'=HYPERLINK("x")', "'@a"]
    mended = folder / "mended.csv"
    mended.write_bytes(rejects_path(path).read_bytes().replace(b"555 010", b"555 0100"))
    assert run(mended).leads == 1
    assert stored(folder, "SELECT external_id, attributes FROM leads") == [
        ("-5", '{"first_name":"=HYPERLINK(\\"x\\")","colour":"@a"}')
    ]


def test_protecting_a_field_can_be_undone() -> None:
    for field in ("", "a", "=a", "+1", "'a", "-", "@", "\tx"):
        assert unprotected(protected(field)) == field


def test_the_file_of_an_earlier_import_goes_when_nothing_is_rejected(folder: Path) -> None:
    path = write(folder, "12,,,,,,,,")
    run(path)
    assert rejects_path(path).exists()
    report = run(write(folder, GOOD))
    assert report.rejects_path is None
    assert sorted(p.name for p in folder.iterdir()) == ["leads.csv", "test.db"]


def test_what_a_killed_import_left_half_written_goes(folder: Path) -> None:
    path = write(folder, GOOD)
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    dead = folder / f"leads.csv.rejects.csv.{ended.pid}.tmp"
    running = folder / f"leads.csv.rejects.csv.{os.getppid()}.tmp"
    dead.touch()
    running.touch()
    run(path)
    assert not dead.exists()
    assert running.exists()


def test_another_file_of_that_name_is_not_removed(folder: Path) -> None:
    path = write(folder, GOOD)
    rejects_path(path).write_text("mine\n")
    run(path)
    assert rejects_path(path).read_text() == "mine\n"


@pytest.mark.parametrize("broken", ["directory", "no right", "full disk"])
def test_nothing_is_imported_if_the_rejects_cannot_be_written(
    folder: Path, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    path = write(folder, *phones(0, 9), "12,,,,,,,,")
    if broken == "directory":
        rejects_path(path).mkdir()
    real_open = Path.open

    def failing_open(self: Path, *args: Any, **kwargs: Any) -> Any:
        if broken == "no right" and self.name.endswith(".tmp"):
            raise PermissionError(errno.EACCES, "Permission denied")
        return real_open(self, *args, **kwargs)

    def failing_replace(self: Path, _target: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "open", failing_open)
    if broken == "full disk":
        monkeypatch.setattr(Path, "replace", failing_replace)
    with pytest.raises(LeadListError, match=r"leads\.csv\.rejects\.csv: ") as caught:
        run(path, skip_bad=True)
    assert isinstance(caught.value, ListUnusableError) == (broken != "full disk")
    monkeypatch.undo()
    if broken != "directory":
        assert stored(folder, "SELECT * FROM lists") == stored(folder, "SELECT * FROM leads") == []
    assert not list(folder.glob("*.tmp"))


def test_a_file_that_is_cut_off_brings_nothing(folder: Path) -> None:
    path = write(folder, *phones(0, 9))
    path.write_text(path.read_text() + '2125550100,,,,,,,"An')
    with pytest.raises(ListUnusableError, match="line 11: is cut off"):
        run(path, skip_bad=True)
    assert stored(folder, "SELECT * FROM lists") == stored(folder, "SELECT * FROM leads") == []


def test_the_database_is_not_touched_before_the_file_is_known_to_be_a_list(folder: Path) -> None:
    with pytest.raises(ListUnusableError):
        run(folder / "absent.csv")
    assert list(folder.iterdir()) == []


def test_progress_is_told_by_bytes(folder: Path) -> None:
    path = write(folder, *phones(0, 10))
    told: list[tuple[int, int]] = []
    run(path, progress=lambda done, total: told.append((done, total)))
    assert len(told) == 4
    assert told == sorted(told)
    assert told[-1] == (path.stat().st_size, path.stat().st_size)


def test_an_unknown_region_is_refused(folder: Path) -> None:
    with pytest.raises(ValueError, match="region"):
        run(write(folder, GOOD), region="XX")


def test_a_check_tells_what_an_import_would_do_and_writes_nothing(folder: Path) -> None:
    rows = [*phones(0, 7), "12,,,,,,,,", *phones(3, 5), "2125500001,2125509999,,,,,,,"]
    path = write(folder, *rows)
    with SqliteSeenNumbers() as seen:
        checked = check_leads(path, seen)
    assert list(folder.iterdir()) == [path]
    imported = run(path, skip_bad=True)
    assert not checked.published
    for field in (
        "rows",
        "leads",
        "numbers",
        "duplicates",
        "duplicate_leads",
        "rejected",
        "examples",
        "duplicate_examples",
    ):
        assert getattr(checked, field) == getattr(imported, field), field


class TestConsent:
    @pytest.mark.parametrize(
        ("text", "consent_at"),
        [
            ("", None),
            ("no", None),
            ("N", None),
            ("yes", 0.0),
            ("TRUE", 0.0),
            ("2026-01-31T10:00:00+00:00", 1769853600.0),
            # A day that has begun everywhere on earth.
            ("2026-01-31", 1769860800.0),
        ],
    )
    def test_a_list_says_who_has_agreed_to_be_called_and_when(
        self, folder: Path, text: str, consent_at: float | None
    ) -> None:
        path = folder / "leads.csv"
        path.write_text(f"phone,consent,x\n2125550100,{text},1\n")
        with SqliteLeadLists(folder / "consent.db") as lists:
            import_leads(path, lists)
        connection = apsw.Connection(str(folder / "consent.db"))
        assert connection.execute("SELECT consent_at FROM leads").get == consent_at
        connection.close()

    def test_what_is_neither_rejects_the_row(self, folder: Path) -> None:
        path = folder / "leads.csv"
        path.write_text("phone,consent\n2125550100,perhaps\n")
        with SqliteSeenNumbers() as seen:
            report = check_leads(path, seen)
        assert report.rejected == {"consent: is no date such as 2026-01-31, no yes and no no": 1}
