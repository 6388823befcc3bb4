"""The sheets of a workbook say what the result says."""

from __future__ import annotations

import datetime
import io
import re
import zipfile
from typing import Any

import pytest

from callfloor.metrics import FIGURES, SECTIONS
from callfloor.reports import workbook, workbook_calls, workbook_consumers, workbook_intervals
from callfloor.reports.workbook_consumers import phone_text
from callfloor.scenario import Scenario
from callfloor.sim.call_rows import calls_of
from callfloor.sim.consumers import consumers_of, specialists_of
from callfloor.sim.result import Result
from callfloor.sim.runner import simulate
from tests.unit.reports.pages import BLENDED, campaigns, document, inbound, made_up
from tests.unit.reports.workbooks import PLAIN, book_of, bytes_of, consumers, rows, use_plain_floor


@pytest.fixture(autouse=True)
def _plain_floor(monkeypatch: pytest.MonkeyPatch) -> None:
    use_plain_floor(monkeypatch)


def at(hour: int, minute: int) -> datetime.datetime:
    return datetime.datetime(2026, 11, 23, hour, minute)  # noqa: DTZ001 - cells have no time zone


# What there is.


def test_the_sheets_of_any_scenario() -> None:
    book = book_of(made_up(BLENDED), BLENDED)
    assert book.sheetnames == ["KPIs", "Intervals"]
    assert book.properties.title == "an hour"
    assert book.properties.created == workbook.CREATED
    assert [len(sheet._charts) for sheet in book] == [3, 6]


def test_the_sheets_of_consumers_and_calls() -> None:
    scenario = consumers()
    book = book_of(simulate(scenario, workers=1), scenario, calls=True)
    assert book.sheetnames == ["Customers", "Agents", "Reports", "KPIs", "Intervals", "Calls"]
    assert book.active.title == "Customers"
    heads = {sheet.title: rows(sheet)[0] for sheet in book}
    assert heads["Customers"] == (
        *("id", "age", "state", "phone number", "number of kids", "number of cars"),
        *("housing status", "household income"),
    )
    assert heads["Agents"] == ("id", "age", "state", "housing status", "household income")
    assert heads["Reports"] == (
        *("customer_id", "call received", None, None, None),
        *("agent_id", "call received", "voicemail left"),
    )
    assert [book[name].dimensions for name in ("Customers", "Agents", "Reports")] == [
        *("A1:H61", "A1:E6", "A1:H61")
    ]
    for name, pane in {
        "Customers": "A2",
        "Agents": "A2",
        "Reports": "A2",
        "KPIs": "D6",
        "Calls": "A2",
    }.items():
        assert book[name].freeze_panes == pane
        assert book[name].column_dimensions["A"].width > 5
    assert book["Customers"].auto_filter.ref == "A1:H61"
    assert all(cell.font.b for cell in book["Customers"][1])


def test_consumers_and_agents_are_those_of_the_first_replication() -> None:
    scenario = consumers()
    book = book_of(simulate(scenario, workers=1), scenario)
    expected = [
        (
            *(each.id, each.age, each.state, phone_text(each.number), each.kids, each.cars),
            *("own" if each.owns else "rent", each.income),
        )
        for each in consumers_of(PLAIN, scenario, 0)
    ]
    assert rows(book["Customers"])[1:] == expected
    assert {cell.data_type for cell in book["Customers"]["D"]} == {"s"}
    assert re.fullmatch(r"\+1 [2-9]\d\d [2-9]\d\d \d{4}", book["Customers"]["D2"].value)
    assert phone_text(12125550100) == "+1 212 555 0100"
    agents = rows(book["Agents"])[1:]
    for row, each in zip(agents, specialists_of(PLAIN, scenario, 0), strict=True):
        low, high = (int(age) for age in row[1].split("-"))
        poor, rich = (int(income) for income in row[4].split("-"))
        assert (low, high, poor, rich) == (*each.age, *each.income)
        assert tuple(row[2].split(", ")) == each.states
        assert row[3] == ("own" if each.owns else "rent")


def test_reports_count_the_calls_of_the_first_replication() -> None:
    scenario = consumers()
    result = simulate(scenario, workers=1)
    table = rows(book_of(result, scenario)["Reports"])[1:]
    every = list(calls_of(scenario, PLAIN))
    for person, received in (row[:2] for row in table):
        reached = [c for c in every if c.way == "callback" and c.connected_s is not None]
        assert received == sum(call.person == person for call in reached)
    agents = [row[5:8] for row in table if row[5] is not None]
    assert [row[0] for row in agents] == [1, 2, 3, 4, 5]
    counted = result.replications[0].queues[0]
    assert sum(row[1] for row in agents) == counted.total("answered")
    assert sum(row[2] for row in agents) == counted.total("voicemails") > 0
    assert sum(row[1] for row in table) == counted.total("callbacks_reached") == counted.total("voicemails")


def test_reports_say_what_they_count() -> None:
    scenario = consumers()
    sheet = book_of(simulate(scenario, workers=1), scenario)["Reports"]
    notes = {cell.coordinate: cell.comment.text for cell in sheet[1] if cell.comment}
    assert set(notes) == {"B1", "G1", "H1"}
    assert all(text.startswith("Of the first replication.") for text in notes.values())
    assert sheet.auto_filter.ref is None, "a filter would hide rows of the other table"


def test_the_first_replication_is_the_first_that_is_finished() -> None:
    scenario = consumers()
    whole = simulate(scenario, workers=1)
    table = rows(book_of(whole.only({1}), scenario)["Customers"])
    assert table[1][3] == phone_text(next(consumers_of(PLAIN, scenario, 1)).number)
    empty = book_of(whole.only(set()), scenario)
    assert empty["KPIs"]["B3"].value == 0
    assert len(rows(empty["Intervals"])) == 2


# Figures.


def kpis(sheet: Any) -> dict[tuple[str, str, str], tuple[Any, ...]]:
    return {row[:3]: row[3:7] for row in rows(sheet)[5:] if row[2] and row[6]}


def test_every_figure_of_the_result() -> None:
    result = made_up(BLENDED)
    sheet = book_of(result, BLENDED)["KPIs"]
    assert rows(sheet)[4][:7] == ("of", "name", "figure", "mean", "± 95 %", "unit", "what it is")
    found = kpis(sheet)
    wanted = {
        (subject, name, figure.key): (figures[figure.key], figure)
        for subject in SECTIONS
        for name, figures in result.section(subject).items()
        for figure in FIGURES[subject]
    }
    assert list(found) == list(wanted)
    for key, (estimate, figure) in wanted.items():
        mean, half_width, unit, text = found[key]
        for cell, value in ((mean, estimate.mean), (half_width, estimate.half_width)):
            assert cell == (value if value is None else pytest.approx(value, rel=1e-14, abs=1e-300)), key
        assert unit == ("%" if figure.unit == "share" else figure.unit)
        assert text.startswith(figure.help)
    assert found["queue", "support", "callbacks_per_voicemail"][:2] == (None, None)
    assert found["queue", "support", "service_level"][3].endswith("service_level_s: 20 s")


def test_the_formats_of_figures() -> None:
    sheet = book_of(made_up(BLENDED), BLENDED)["KPIs"]
    formats = {row[2].value: row[3].number_format for row in sheet.iter_rows(min_row=6) if row[2].value}
    assert formats["service_level"] == "0.00%"
    assert formats["asa_s"] == "#,##0.000"
    assert formats["offered"] == "#,##0.00"


def test_what_was_run() -> None:
    result = made_up(BLENDED, interrupted=True)
    top = rows(book_of(result, BLENDED)["KPIs"])[:3]
    assert top[0][0] == "an hour"
    assert top[1][6] == "Interrupted: only 3 of 3 replications."
    assert top[1][:5] == ("seed", "replications", "calls", "measured [s]", "measured from")
    assert top[2][:5] == (7, 3, result.calls, 3600, at(9, 0))
    long = Scenario.from_dict(document(inbound=inbound("support")))
    seed = 2**63 - 1
    found = Result(long.name, seed, made_up(long).replications, queues=["support"], groups=["tier 1"])
    assert rows(book_of(found, long)["KPIs"])[2][0] == str(seed)


def test_limits_that_queues_have_of_their_own() -> None:
    queues = [*inbound("support"), *inbound("sales", service_level_s=10)]
    scenario = Scenario.from_dict(document(inbound=queues))
    found = kpis(book_of(made_up(scenario), scenario)["KPIs"])
    texts = [found["queue", name, "service_level"][3] for name in ("support", "sales", "all")]
    assert [text.partition("service_level_s: ")[2] for text in texts] == ["20 s", "10 s", "each queue's own"]


def test_one_replication_has_no_intervals() -> None:
    result = made_up(BLENDED, replications=1)
    sheet = book_of(result, BLENDED)["KPIs"]
    assert {row[1] for row in kpis(sheet).values()} == {None}
    assert all(series.errBars is None for chart in sheet._charts for series in chart.ser)


def test_charts_draw_the_figures() -> None:
    result = made_up(BLENDED)
    sheet = book_of(result, BLENDED)["KPIs"]
    service, occupancy, outcomes = sheet._charts
    names = [point.v for point in service.ser[0].cat.strRef.strCache.pt]
    assert names == ["support", "sales", "all"]
    levels = [float(point.v) for point in service.ser[0].val.numRef.numCache.pt]
    assert levels == pytest.approx([result.queues[name].service_level.mean for name in names])
    cells = sheet[service.ser[0].val.numRef.f.partition("!")[2].replace("$", "")]
    assert [cell.value for (cell,) in cells] == pytest.approx(levels)
    assert service.ser[0].errBars.errBarType == "both"
    assert [point.v for point in occupancy.ser[0].cat.strRef.strCache.pt] == ["tier 1"]
    words = [point.v for point in outcomes.ser[0].cat.strRef.strCache.pt]
    assert words == ["no answer", "human", "abandoned"]
    assert outcomes.ser[0].tx.strRef.strCache.pt[0].v == "renewals"


# Intervals.


def test_intervals_are_sums_over_sums() -> None:
    scenario = Scenario.from_dict(document(inbound=inbound("support"), campaigns=campaigns("renewals")))
    result = made_up(scenario, rows=7)
    sheet = book_of(result, scenario)["Intervals"]
    whose, heads, *found = rows(sheet)
    assert whose == (
        *(None, None, "queue support", None, None, None, None),
        *("group tier 1", "campaign renewals", None, None),
    )
    assert heads == (
        *("start", "length [s]", "offered", "answered", "abandoned", "service level", "mean queue"),
        *("occupancy", "attempts", "connected", "abandoned"),
    )
    starts = [at(9, minutes) for minutes in (0, 30)]
    assert [row[0] for row in found] == [*starts, at(10, 0)]
    assert [row[1] for row in found] == [1800, 1800, 600]
    assert sheet["A3"].number_format == "yyyy-mm-dd hh:mm"
    offered = 3 * (60 + 61 + 62) / 3
    assert found[0][2:7] == pytest.approx((offered, 150, 33, 120 / offered, 3 * 410 / 1800))
    assert found[2][2:7] == pytest.approx((61, 50, 11, 40 / 61, 410 / 600))
    assert found[0][7:] == pytest.approx((4001 / 6000, 123, 57, 3))
    (service,) = (chart for chart in sheet._charts if "Service" in str(chart.title.tx.rich.p[0].r[0].t))
    assert service.ser[0].cat.numRef.f == "Intervals!$A$3:$A$5"
    assert service.ser[0].tx.strRef.f == "Intervals!$C$1"


def test_times_are_no_dates_to_charts() -> None:
    """Excel puts all times of a day at one place of an axis of dates."""
    with zipfile.ZipFile(io.BytesIO(bytes_of(made_up(BLENDED), BLENDED))) as archive:
        charts = [archive.read(name).decode() for name in archive.namelist() if "charts/chart" in name]
    assert len(charts) == 9
    for chart in charts:
        assert "<c:catAx>" in chart
        assert "c:auto " not in chart


def test_a_short_run_has_the_intervals_that_there_are() -> None:
    scenario = Scenario.from_dict(document(inbound=inbound("support")))
    result = made_up(scenario, rows=5)
    found = rows(book_of(result, scenario)["Intervals"])[2:]
    assert [row[1] for row in found] == [600] * 5
    for column, key in enumerate(workbook_intervals.SHOWN["queue"], 2):
        assert [row[column] for row in found] == pytest.approx(result.queues["support"].by_interval(key))
    assert [row[7] for row in found] == pytest.approx(result.groups["tier 1"].by_interval("occupancy"))


def test_replications_of_different_lengths() -> None:
    scenario = consumers()
    result = simulate(scenario, workers=1)
    found = rows(book_of(result, scenario)["Intervals"])[2:]
    assert sum(row[1] for row in found) == pytest.approx(max(each.measured_s for each in result.replications))
    assert [row[2] for row in found] == pytest.approx(result.queues["calls"].by_interval("offered"))
    assert [row[5] for row in found] == [
        value if value is None else pytest.approx(value)
        for value in result.queues["calls"].by_interval("service_level")
    ]
    assert sum(row[2] for row in found) == pytest.approx(60)


def test_more_queues_than_there_is_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook_intervals, "COLUMNS_MOST", 52)
    scenario = Scenario.from_dict(document(inbound=inbound(*(f"q{number}" for number in range(12)))))
    with pytest.warns(
        RuntimeWarning, match=r"Intervals: has room for 50 of 61 columns: the rest is left out"
    ):
        sheet = book_of(made_up(scenario), scenario)["Intervals"]
    assert sheet.max_column == 52
    assert [len(chart.ser) for chart in sheet._charts] == [8, 8, 8]
    assert sheet._charts[0].title.tx.rich.p[0].r[0].t == "Calls offered, the first 8 of 10"


def test_times_before_spreadsheets_begin_are_text() -> None:
    run = {"duration": 3600, "replications": 2, "starts_at": "1899-12-30T09:00:00Z"}
    scenario = Scenario.from_dict(document(run=run, inbound=inbound("support")))
    assert book_of(made_up(scenario), scenario)["Intervals"]["A3"].value == "1899-12-30 09:00:00"


# Calls.


def test_every_call() -> None:
    scenario = Scenario.from_dict(document(inbound=inbound("support"), campaigns=campaigns("renewals")))
    result = simulate(scenario, workers=1)
    head, *found = rows(book_of(result, scenario, calls=True)["Calls"])
    assert head[:6] == ("way", "queue or campaign", "person", "attempt", "agent", "outcome")
    every = list(calls_of(scenario, PLAIN))
    assert len(found) == len(every) > 100
    for row, call in zip(found, every, strict=True):
        assert row[:4] == (call.way, call.queue, call.person, call.attempt)
        assert row[4] == (None if call.agent is None else f"tier 1/{call.agent + 1}")
        assert row[5] == call.outcome
        assert row[6:9] == tuple(
            value if value is None else pytest.approx(value)
            for value in (call.placed_s, call.connected_s, call.ended_s)
        )
        if call.connected_s is None:
            assert row[9:] == (pytest.approx(call.ended_s - call.placed_s), None)
        else:
            assert row[9] == pytest.approx(call.connected_s - call.placed_s)
            assert row[10] == pytest.approx(call.ended_s - call.connected_s)


def test_a_sheet_that_is_full_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("callfloor.reports.workbook_sheet.ROWS_MOST", 21)
    for module in (workbook_calls, workbook_consumers):
        monkeypatch.setattr(module, "ROOM", 20)
    scenario = consumers()
    result = simulate(scenario, workers=1)
    with pytest.warns(RuntimeWarning) as told:
        book = book_of(result, scenario, calls=True)
    assert [str(each.message) for each in told] == [
        "the workbook: Customers: has room for 20 of 60 consumers: the rest is left out",
        "the workbook: Calls: has room for the first 20 calls: the rest is left out",
    ]
    assert [len(rows(book[name])) for name in ("Customers", "Reports", "Calls")] == [21, 21, 21]
    counted = result.replications[0].queues[0]
    assert sum(row[6] for row in rows(book["Reports"])[1:6]) == counted.total("answered")
    assert "a sheet has no room for more" in book["Calls"]["A1"].comment.text
    other = Scenario.from_dict(document(inbound=inbound("support")))
    with pytest.warns(RuntimeWarning, match="Calls"):
        assert len(rows(book_of(simulate(other, workers=1), other, calls=True)["Calls"])) == 21
