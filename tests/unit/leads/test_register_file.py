"""Reading do-not-call registers: forms, whole chunks at once, and the line that is no number."""

from __future__ import annotations

from pathlib import Path

import pytest

from callfloor.leads import register_file
from callfloor.leads.errors import ListUnusableError
from callfloor.leads.register_file import RegisterFile

A, B = 12125550100, 12125550101


def written(tmp_path: Path, content: str | bytes) -> Path:
    path = tmp_path / "dnc.txt"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def read(tmp_path: Path, content: str | bytes, region: str = "US", *, skip_bad: bool = False) -> list[int]:
    file = RegisterFile(written(tmp_path, content), region, skip_bad=skip_bad)
    return [number for batch in file.numbers() for number in batch]


@pytest.mark.parametrize(
    "content",
    [
        "2125550100\n2125550101\n",
        "2125550100\r\n\r\n2125550101",
        "12125550100\n+12125550101\n",
        "\ufeff2125550100\n2125550101\n",
        "(212) 555-0100\n212-555-0101\n",
        "2125550100\n(212) 555-0101\n",
        "212,5550100\n212,5550101\n",
        '"212","5550100"\n"212","5550101"\n',
        "212;5550100\r\n212;5550101\r\n",
        "phone\n212-555-0100\n2125550101\n",
        "name,mobile,phone\nAnn,2125550100,\nBob,n/a,2125550101\n",
        "area code,number\n212,5550100\n212,555-0101\n",
        "Area_Code;Phone Number\n212;5550100\n212;5550101\n",
    ],
)
def test_every_usual_form_is_understood(tmp_path: Path, content: str) -> None:
    assert read(tmp_path, content) == [A, B]


def test_numbers_of_other_countries_are_read_by_their_region(tmp_path: Path) -> None:
    assert read(tmp_path, "020 7123 4567\n+12125550100\n", "GB") == [442071234567, A]


def test_one_that_is_not_in_use_is_barred_all_the_same(tmp_path: Path) -> None:
    assert read(tmp_path, "2121110100\n(212) 555-0100\n") == [12121110100, A]


def test_a_long_file_is_read_in_chunks_and_lines_are_counted_over_all_of_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(register_file, "CHUNK_BYTES", 64)
    lines = [f"212555{i:04d}" for i in range(1000)]
    path = written(tmp_path, "\n".join(lines))
    file = RegisterFile(path)
    batches = list(file.numbers())
    assert len(batches) > 100
    assert [number for batch in batches for number in batch] == [12125550000 + i for i in range(1000)]
    assert (file.rows, file.bytes_read) == (1000, path.stat().st_size)
    lines[700] = "212555"
    with pytest.raises(ListUnusableError, match=r"dnc\.txt: line 701: expected a phone number"):
        read(tmp_path, "\n".join(lines))


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("", r"dnc\.txt: is empty, expected phone numbers"),
        ("\n \n", r"dnc\.txt: is empty"),
        ("2125550100\n\nnonsense\n", r"dnc\.txt: line 3: expected a phone number, found none: "),
        ("212,5550100\n212\n", r"dnc\.txt: line 2: expected a phone number, found none: too short"),
        (
            "phone,x\n2125550100,1\n12,2\n",
            r"dnc\.txt: line 3: expected a phone number, found none: too short",
        ),
        ("nonsense\n2125550100\n", r"no column with phone numbers"),
        ("phone\n\n", r"has no rows below its header"),
        ("phone\nn/a\n", r"dnc\.txt: expected phone numbers, found none"),
        (b"PK\x03\x04" + b"\0" * 40, r"is an Excel workbook or a zip archive"),
        (b"\x1f\x8b" + b"\0" * 40, r"is compressed by gzip"),
    ],
)
def test_what_is_no_register_is_refused_with_its_line(
    tmp_path: Path, content: str | bytes, complaint: str
) -> None:
    with pytest.raises(ListUnusableError, match=complaint):
        read(tmp_path, content)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ListUnusableError, match="cannot be read: No such file"):
        RegisterFile(tmp_path / "none.txt")


def test_no_message_has_a_whole_number(tmp_path: Path) -> None:
    with pytest.raises(ListUnusableError) as error:
        read(tmp_path, "2125550100\n21255501011234567\n")
    assert "2125550" not in str(error.value)


def test_bad_lines_can_be_left_out_and_are_told(tmp_path: Path) -> None:
    file = RegisterFile(written(tmp_path, "2125550100\nx\n2125550101\n12\n"), skip_bad=True)
    assert [number for batch in file.numbers() for number in batch] == [A, B]
    assert file.skipped == 2
    assert [line for line, _ in file.examples] == [2, 4]
