"""A workbook as a file: text stays text, the same bytes twice, whole or not at all, in little memory."""

from __future__ import annotations

import gc
import io
import re
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from callfloor.failures import RunError, UsageError
from callfloor.reports import workbook
from callfloor.reports.workbook import write_workbook
from callfloor.scenario import Scenario
from callfloor.sim.call_rows import calls_of
from callfloor.sim.runner import simulate
from tests.unit.reports.pages import BLENDED, campaigns, document, inbound, made_up
from tests.unit.reports.workbooks import PLAIN, bytes_of, consumers, openpyxl, rows, use_plain_floor


@pytest.fixture(autouse=True)
def _plain_floor(monkeypatch: pytest.MonkeyPatch) -> None:
    use_plain_floor(monkeypatch)


# Text is text.


@pytest.mark.parametrize(
    "name",
    [
        *("=1+1", "{=1+1}", "+1", "-1", "@SUM(A1)", '=HYPERLINK("http://x")', "http://example.com", "12"),
        *("<r><t>x</t></r>", "_x0041_", "a & <b>", "'quoted'", " spaces ", "=Sheet1!$A$1", "顧客"),
    ],
)
def test_names_never_become_formulas(name: str) -> None:
    parts = document(inbound=inbound(name), campaigns=campaigns(f"{name}s"))
    parts["groups"] = [{"name": name, "agents": 10}]
    scenario = Scenario.from_dict(parts | {"name": name})
    file = bytes_of(simulate(scenario, workers=1, replications=1), scenario, calls=True)
    with zipfile.ZipFile(io.BytesIO(file)) as archive:
        for part in archive.namelist():
            text = archive.read(part).decode()
            if part.startswith("xl/worksheets/"):
                assert "<f>" not in text
                assert "hyperlink" not in text
    book = openpyxl.load_workbook(io.BytesIO(file))
    kept = f"{name} " if name.startswith("<r>") else name
    if name.startswith("_x"):
        kept = f"_x005F{name}"  # as Excel wants it; openpyxl leaves it as it is
    assert book.properties.title == (kept.rstrip() if name.startswith("<r>") else kept)
    assert book["KPIs"]["A1"].value == kept
    assert book["KPIs"]["A1"].data_type == "s"
    assert {row[1] for row in rows(book["KPIs"])[5:24]} == {kept}
    assert book["Intervals"]["C1"].value == f"queue {name}".replace("_x", "_x005F_x")
    assert {row[1] for row in rows(book["Calls"])[1:]} == {kept, f"{name}s".replace("_x", "_x005F_x")}
    charts = [series for sheet in book for chart in sheet._charts for series in chart.ser]
    formulas = [series.tx.strRef.f for series in charts if series.tx.strRef is not None]
    assert all(re.fullmatch(r"(KPIs|Intervals)!\$[A-Z]+\$\d+", formula) for formula in formulas)


# Files.


def test_the_same_result_makes_the_same_bytes(tmp_path: Path) -> None:
    scenario = consumers()
    result = simulate(scenario, workers=1)
    again = simulate(scenario, workers=1)
    assert again.wall_s != result.wall_s
    assert bytes_of(result, scenario, calls=True) == bytes_of(again, scenario, calls=True)
    write_workbook(result, scenario, tmp_path / "a.xlsx", calls=True)
    assert (tmp_path / "a.xlsx").read_bytes() == bytes_of(result, scenario, calls=True)
    assert [each.name for each in tmp_path.iterdir()] == ["a.xlsx"]


def test_progress_goes_up_to_the_end() -> None:
    scenario = consumers(consumers={"count": 3000})
    result = simulate(scenario, workers=1, replications=1)
    told: list[float] = []
    bytes_of(result, scenario, progress=told.append)
    assert told == sorted(told)
    assert len(told) > 3
    assert told[-1] == 1.0
    told.clear()
    bytes_of(made_up(BLENDED), BLENDED, progress=told.append)
    assert told == [1.0]


def failing_after(good: int) -> Any:
    class Full(io.BytesIO):
        left = good

        def write(self, data: Any) -> int:
            self.left -= len(data)
            if self.left < 0:
                raise OSError(28, "No space left on device")
            return super().write(data)

    return Full()


@pytest.mark.parametrize("good", [0, 2000])
def test_a_full_disk_leaves_what_was_there(
    good: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path, temporary = tmp_path / "a.xlsx", tmp_path / "scratch"
    temporary.mkdir()
    path.write_bytes(b"old")
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    with monkeypatch.context() as patched:
        patched.setattr(Path, "open", lambda self, mode: failing_after(good))
        with pytest.raises(OSError, match="No space left on device"):
            write_workbook(made_up(BLENDED), BLENDED, path)
    gc.collect()
    assert path.read_bytes() == b"old"
    assert {each.name for each in tmp_path.iterdir()} == {"a.xlsx", "scratch"}
    assert list(temporary.iterdir()) == []
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("error", [RunError("stuck"), KeyboardInterrupt()])
def test_what_fails_on_the_way_leaves_nothing(
    error: BaseException, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> Any:
        yield from list(calls_of(scenario, PLAIN))[:10]
        raise error

    scenario = consumers()
    result = simulate(scenario, workers=1)
    monkeypatch.setattr(workbook, "calls_of", broken)
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    file = io.BytesIO()
    for target in (tmp_path / "a.xlsx", file):
        with pytest.raises(type(error)):
            write_workbook(result, scenario, target, calls=True)
    assert [each.name for each in tmp_path.rglob("*")] == ["tmp"]
    assert file.getvalue() == b""


def test_a_file_that_cannot_be_made(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        write_workbook(made_up(BLENDED), BLENDED, tmp_path / "no" / "a.xlsx")


def test_too_large_for_the_format(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zipfile, "ZIP64_LIMIT", 1000)
    with pytest.raises(RunError, match="workbook: too large: expected a sheet of less than 2 GB"):
        bytes_of(made_up(BLENDED), BLENDED)


def test_without_the_library(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "xlsxwriter", None)
    with pytest.raises(UsageError) as told:
        write_workbook(made_up(BLENDED), BLENDED, tmp_path / "a.xlsx")
    assert str(told.value) == ("workbook: expected XlsxWriter to be installed; pip install 'callfloor[xlsx]'")
    assert list(tmp_path.iterdir()) == []


def test_rows_are_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """While rows are written a sheet has one in memory, whatever their number."""
    from callfloor.reports.workbook_sheet import Sheet

    most = [0]
    add = Sheet.add

    def watched(self: Any, *args: Any) -> None:
        add(self, *args)
        most[0] = max(most[0], len(self.page.table))

    monkeypatch.setattr(Sheet, "add", watched)
    scenario = consumers(consumers={"count": 500})
    bytes_of(simulate(scenario, workers=1, replications=1), scenario, calls=True)
    assert most[0] == 1
