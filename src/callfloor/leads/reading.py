"""Reading a list row by row: its delimiter, its header, its lines, and whether it is all there."""

from __future__ import annotations

import csv
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TextIO

from callfloor.leads.columns import REJECTS_HEADERS, Columns, NoPhoneColumnError, columns_of
from callfloor.leads.encodings import encoding_of
from callfloor.leads.errors import LeadListError, ListUnusableError
from callfloor.leads.phone_numbers import NumberRejected, parse_number
from callfloor.leads.rejects import unprotected

DELIMITERS = (",", ";", "\t", "|")
_NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe"}

_MAX_LINE_CHARS = 1 << 20
_SAMPLE_LINES = 50
_SEPARATOR_LINE = re.compile(r'"?sep=([,;\t|])"?\s*', re.IGNORECASE)
"""What Excel writes and takes as the first line, to say what the delimiter is."""

TOO_MANY_FIELDS = "more fields than the header"
STRAY_QUOTE = "a quote inside a quoted field is not doubled"
NUL = "a NUL character"


@dataclass(slots=True)
class Row:
    """A row that is not blank, as wide as the header."""

    line: int
    """Where it begins: a physical line of the file, from 1."""
    fields: list[str]
    fault: str = ""
    """Why it cannot be read; empty: it can. The fields of one that cannot are what there is of it."""


class LeadFile:
    """An open list."""

    def __init__(self, path: Path, file: TextIO, size_bytes: int) -> None:
        self.path = path
        self.size_bytes = size_bytes
        self.short_rows = 0
        """Rows so far that had fewer fields than the header: Excel leaves out empty ones at the end."""
        self._binary: IO[bytes] = file.buffer
        self._record: list[str] = []
        sample = self._sample(file)
        self.delimiter, skipped = _delimiter_of(sample)
        self._rows = csv.reader(self._lines(sample, file), delimiter=self.delimiter, strict=True,
                                skipinitialspace=True)  # fmt: skip
        for _ in range(skipped):
            next(self._rows)
        self.columns = self._header()
        self._is_rejects = tuple(self.columns.headers[:2]) == REJECTS_HEADERS

    def read_bytes(self) -> int:
        """How much of the file has been read, for a progress bar."""
        return self._binary.tell()

    def rows(self) -> Iterator[Row]:
        """Every row below the header that is not blank.

        Raises
        ------
        ListUnusableError
            the file is cut off, has no rows, or a line of it is no line of a CSV file.
        """
        found = False
        while (row := self._next_row()) is not None:
            if row.fault or any(row.fields):
                found = True
                yield row
        if not found:
            raise ListUnusableError(f"{self.path}: has no rows below its header")

    def _next_row(self) -> Row | None:
        self._record.clear()
        line = self._rows.line_num + 1
        try:
            fields = next(self._rows)
        except StopIteration:
            return None
        except csv.Error as error:
            return self._faulty(line, str(error))
        width = len(self.columns.headers)
        if len(fields) < width and fields:
            self._refuse_cut_off(line, len(fields))
            self.short_rows += any(fields)
            fields += [""] * (width - len(fields))
        elif len(fields) > width:
            if any(field.strip() for field in fields[width:]):
                return Row(line, fields, TOO_MANY_FIELDS)
            del fields[width:]
        for text in self._record:
            if "\0" in text:
                return Row(line, [field.replace("\0", "") for field in fields], NUL)
        if self._is_rejects:
            fields = [unprotected(field) for field in fields]
        return Row(line, fields)

    def _faulty(self, line: int, error: str) -> Row:
        """A row for a CSV error that concerns one row only."""
        if "unexpected end" in error:
            raise ListUnusableError(
                f"{self.path}: line {line}: is cut off: the file ends inside a quoted field of this row"
            )
        if "field limit" in error:
            raise ListUnusableError(
                f"{self.path}: line {line}: a field of this row is longer than {csv.field_size_limit()} "
                "characters; is a quote left open?"
            )
        return Row(line, ["".join(self._record).rstrip("\r\n").replace("\0", "")], STRAY_QUOTE)

    def _refuse_cut_off(self, line: int, fields: int) -> None:
        """The last row may end where a download or a copy broke off."""
        if not self._record[-1].endswith(("\n", "\r")):
            raise ListUnusableError(
                f"{self.path}: line {line}: is cut off: the file ends in this row after {fields} of "
                f"{len(self.columns.headers)} fields and without a line end"
            )

    def _sample(self, file: TextIO) -> list[str]:
        sample: list[str] = []
        while len(sample) < _SAMPLE_LINES and (line := self._line(file)):
            sample.append(line)
        return sample

    def _lines(self, sample: list[str], file: TextIO) -> Iterator[str]:
        """The physical lines; those of the row that is being read are kept for a look at them."""
        number = 0
        for line in sample:
            number += 1
            self._record.append(line)
            yield self._bounded(line, number)
        while line := self._line(file):
            number += 1
            self._record.append(line)
            yield self._bounded(line, number)

    def _line(self, file: TextIO) -> str:
        try:
            return file.readline(_MAX_LINE_CHARS)
        except OSError as error:
            raise LeadListError(f"{self.path}: reading it failed: {error.strerror or error}") from error

    def _bounded(self, line: str, number: int) -> str:
        if len(line) >= _MAX_LINE_CHARS:
            raise ListUnusableError(
                f"{self.path}: line {number}: is longer than {_MAX_LINE_CHARS} characters; is it a CSV file?"
            )
        return line

    def _header(self) -> Columns:
        """Read the header: the first line that is not blank."""
        line = 1
        headers: list[str] = []
        try:
            while not any(header.strip() for header in headers):
                line = self._rows.line_num + 1
                headers = next(self._rows)
        except StopIteration:
            raise ListUnusableError(f"{self.path}: is empty") from None
        except csv.Error as error:
            raise ListUnusableError(f"{self.path}: line {line}: the header cannot be read: {error}") from None
        headers = [header.strip() for header in headers]
        while len(headers) > 1 and not headers[-1]:
            headers.pop()
        try:
            return columns_of(headers)
        except NoPhoneColumnError as error:
            if any(_is_number(header) for header in headers):
                raise ListUnusableError(
                    f"{self.path}: line {line}: is a lead, expected a header line such as phone,state,zip"
                ) from None
            raise ListUnusableError(
                f"{self.path}: line {line}: {error} (delimiter: {_NAMES.get(self.delimiter, self.delimiter)})"
            ) from None


@contextmanager
def open_lead_file(path: Path) -> Iterator[LeadFile]:
    """Open a list for reading.

    Raises
    ------
    ListUnusableError
        there is no such file, it cannot be read, is no CSV file, or has no column with phone numbers.
    LeadListError
        reading it failed on the way.
    """
    try:
        size_bytes = _size_of(path)
        encoding = encoding_of(path)
        file = path.open(encoding=encoding, newline="")
    except OSError as error:
        raise ListUnusableError(f"{path}: cannot be read: {error.strerror or error}") from error
    with file:
        try:
            yield LeadFile(path, file, size_bytes)
        except UnicodeDecodeError as error:
            raise ListUnusableError(
                f"{path}: is not the {encoding.upper()} that it begins as, or is cut off: {error.reason}"
            ) from error


def _size_of(path: Path) -> int:
    status = path.stat()
    if stat.S_ISDIR(status.st_mode):
        raise ListUnusableError(f"{path}: is a directory, expected a CSV file")
    if not stat.S_ISREG(status.st_mode):
        # It is read twice, and its rejected rows are written beside it.
        raise ListUnusableError(f"{path}: is no ordinary file, expected a CSV file; save it to one first")
    if status.st_size == 0:
        raise ListUnusableError(f"{path}: is empty")
    return status.st_size


def _delimiter_of(sample: list[str]) -> tuple[str, int]:
    """The delimiter by the header line, and how many lines stand before the header to say so."""
    if sample and (match := _SEPARATOR_LINE.fullmatch(sample[0])):
        return match[1], 1
    return max(DELIMITERS, key=lambda delimiter: _likelihood(sample, delimiter)), 0


def _likelihood(sample: list[str], delimiter: str) -> tuple[bool, int]:
    """How well a delimiter makes headers of the header line: phone numbers first, then many columns."""
    rows = csv.reader(sample, delimiter=delimiter, strict=True, skipinitialspace=True)
    try:
        headers = next((row for row in rows if any(field.strip() for field in row)), [])
    except csv.Error:
        return False, 0
    try:
        columns_of(headers)
    except NoPhoneColumnError:
        return False, len(headers)
    return True, len(headers)


def _is_number(text: str) -> bool:
    try:
        parse_number(text)
    except NumberRejected:
        return False
    return True
