"""Reading lists: delimiters, encodings, quotes, line numbers, and files that are damaged."""

from __future__ import annotations

import codecs
import csv
import io
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callfloor.leads.errors import ListUnusableError
from callfloor.leads.reading import NUL, STRAY_QUOTE, TOO_MANY_FIELDS, Row, open_lead_file


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "leads.csv"


def rows(path: Path, data: bytes | str) -> list[Row]:
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    with open_lead_file(path) as file:
        return list(file.rows())


def refusal(path: Path, data: bytes | str) -> str:
    with pytest.raises(ListUnusableError) as caught:
        rows(path, data)
    message = str(caught.value)
    assert message.startswith(f"{path}: ")
    assert "\n" not in message
    return message


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_by_the_header(path: Path, delimiter: str) -> None:
    text = (
        delimiter.join(["name", "phone"]) + "\n" + delimiter.join(['"Ann, Lee; M|d\tX"', "2125550100"]) + "\n"
    )
    assert [row.fields for row in rows(path, text)] == [["Ann, Lee; M|d\tX", "2125550100"]]


def test_excel_may_name_the_delimiter_in_the_first_line(path: Path) -> None:
    assert rows(path, "sep=;\nphone;a,b\n1;2\n") == [Row(3, ["1", "2"])]


@pytest.mark.parametrize(
    "encoding",
    ["utf-8", "utf-8-sig", "utf-16", "cp1252"],
    ids=["UTF-8", "with a mark", "UTF-16", "Windows-1252"],
)
def test_encodings(path: Path, encoding: str) -> None:
    text = "phone,name\n1,Zoë Müller\n"
    assert rows(path, text.encode(encoding)) == [Row(2, ["1", "Zoë Müller"])]


def test_utf_16_with_its_high_byte_first(path: Path) -> None:
    assert rows(path, codecs.BOM_UTF16_BE + "phone\n1\n".encode("utf-16-be")) == [Row(2, ["1"])]


def test_a_byte_of_windows_1252_far_down_is_seen(path: Path) -> None:
    data = b"phone,name\n" + b"1,Ann\n" * 300_000 + "1,Zoë\n".encode("cp1252")
    assert rows(path, data)[-1] == Row(300_002, ["1", "Zoë"])


def test_a_file_of_two_encodings_is_refused_with_the_line(path: Path) -> None:
    data = "phone,name\n1,Zoë\n".encode() + "2,Zoë\n".encode("cp1252")
    assert "line 3: is not UTF-8, though line 2 is" in refusal(path, data)


def test_a_byte_of_no_encoding_is_refused_with_the_line(path: Path) -> None:
    assert "line 2: byte 0x81" in refusal(path, b"phone\n\x81\n")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])
def test_line_numbers_are_physical_lines_where_the_row_begins(path: Path, end: str) -> None:
    text = end.join(["phone,note", '1,"a', "b", '"', "", "2,c", ",", '"3","d"', ""])
    found = rows(path, text)
    assert [(row.line, row.fields[0]) for row in found] == [(2, "1"), (6, "2"), (8, "3")]
    assert found[0].fields[1] == f"a{end}b{end}"


@given(
    st.lists(
        st.tuples(st.from_regex(r"[1-9]{3}", fullmatch=True), st.text("ab ,;\"'\n\r|\té", max_size=8)),
        min_size=1,
    )
)
def test_what_a_csv_writer_writes_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, table: list[tuple[str, str]]
) -> None:
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerow(["phone", "note"])
    starts = []
    for row in table:
        starts.append(text.getvalue().replace("\r\n", "\n").replace("\r", "\n").count("\n") + 1)
        writer.writerow(row)
    found = rows(tmp_path_factory.mktemp("read") / "leads.csv", text.getvalue())
    assert [(row.line, tuple(row.fields)) for row in found] == list(zip(starts, table, strict=True))


def test_missing_fields_are_empty_and_counted_since_excel_leaves_them_out(path: Path) -> None:
    path.write_text("phone,zip,notes\n1,2,3\n4\n")
    with open_lead_file(path) as file:
        assert [row.fields for row in file.rows()] == [["1", "2", "3"], ["4", "", ""]]
        assert file.short_rows == 1


def test_more_fields_than_headers_are_a_fault_unless_they_are_empty(path: Path) -> None:
    found = rows(path, "phone,zip\n1,2,,\n1,2,3\n")
    assert found == [Row(2, ["1", "2"]), Row(3, ["1", "2", "3"], TOO_MANY_FIELDS)]


def test_a_stray_quote_is_the_fault_of_its_row_alone(path: Path) -> None:
    found = rows(path, 'phone,name\n1,"Joe "Jo" Doe"\n2,Ann\n')
    assert found == [Row(2, ['1,"Joe "Jo" Doe"'], STRAY_QUOTE), Row(3, ["2", "Ann"])]


def test_a_nul_further_down_is_the_fault_of_its_row(path: Path) -> None:
    data = b"phone,name\n" + b"1,Ann\n" * 200_000 + b"2,A\0nn\n"
    assert rows(path, data)[-1] == Row(200_002, ["2", "Ann"], NUL)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is empty"),
        (b"\n\n", "is empty"),
        (b"\xef\xbb\xbf", "is empty"),
        (b"phone,name\n", "has no rows"),
        (b"phone,name\n,\n\n", "has no rows"),
        (b"name,city\nAnn,Rome\n", "line 1: no column with phone numbers"),
        (b"Ann,2125550100\nJoe,2125550101\n", "line 1: is a lead, expected a header"),
        (b'phone,name\n1,Ann\n2,"Jo', "line 3: is cut off: the file ends inside a quoted field"),
        (b"phone,name,zip\n1,Ann,10001\n2,Jo", "line 3: is cut off: the file ends in this row after 2 of 3"),
        (b'phone,name\n1,"' + b"x" * 140_000, "line 2: a field of this row is longer than 131072"),
        (b"phone\n" + b"1" * 1_100_000, "line 2: is longer than 1048576"),
        (b"p\0h\0o\0n\0e\0\n\0", "NUL bytes"),
        (b"PK\x03\x04abc", "Excel workbook"),
        (b"\x1f\x8b\x08", "gzip"),
        (codecs.BOM_UTF16_LE + b"p\0h\0o", "UTF-16"),
    ],
)
def test_what_is_no_list_is_refused_in_one_line(path: Path, data: bytes, words: str) -> None:
    assert words in refusal(path, data)


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for name, words in [
        ("absent.csv", "No such file"),
        (".", "is a directory"),
        ("pipe", "no ordinary file"),
    ]:
        with pytest.raises(ListUnusableError, match=words), open_lead_file(tmp_path / name):
            pass


def test_an_unreadable_file_is_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path.write_text("phone\n1\n")

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(ListUnusableError, match="cannot be read: Permission denied"), open_lead_file(path):
        pass
