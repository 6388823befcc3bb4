"""Reading do-not-call registers: millions of lines in bounded memory, each number or the line that is none.

Three forms are known: one number a line; an area code and seven digits, as the US register has them
(`212,5550100`); and a list with a header that has a column for phone numbers, or for area codes and numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from callfloor.leads.errors import LeadListError, ListUnusableError
from callfloor.leads.phone_numbers import NO_NUMBER, NumberRejected, parse_number
from callfloor.leads.reading import open_lead_file

CHUNK_BYTES = 1 << 21
EXAMPLES = 10

_NANP = 10_000_000_000
_PLAIN = re.compile(rb"^\+?1?([2-9]\d{9})[ \t]*\r?$", re.MULTILINE)
_SPLIT = re.compile(rb'^"?([2-9]\d{2})"?[,;\t|]"?(\d{7})"?[ \t]*\r?$', re.MULTILINE)
_BLANK = re.compile(rb"^[ \t]*\r?$", re.MULTILINE)
_AREA_CODES = ("areacode", "area", "npa")
_BOM = b"\xef\xbb\xbf"


class RegisterFile:
    """A file of phone numbers. `rows` and `skipped` count what has been read so far."""

    def __init__(self, path: Path, region: str = "US", *, skip_bad: bool = False) -> None:
        """Look at the file. Raises ListUnusableError where it is no such file, is empty or cannot be read."""
        self.path = path
        self.region = region
        self.skip_bad = skip_bad
        self.rows = 0
        self.skipped = 0
        self.examples: list[tuple[int, str]] = []
        self.bytes_read = 0
        try:
            self.size_bytes = path.stat().st_size
            with path.open("rb") as file:
                head = file.read(1 << 16)
        except OSError as error:
            raise ListUnusableError(f"{path}: cannot be read: {error.strerror or error}") from error
        if not head.strip().removeprefix(_BOM):
            raise ListUnusableError(f"{path}: is empty, expected phone numbers")
        first = next(line for line in head.removeprefix(_BOM).splitlines() if line.strip())
        self._pattern = next((form for form in (_PLAIN, _SPLIT) if form.fullmatch(first)), None)
        if self._pattern is None and b"\0" not in head and self._is_number(first.decode("utf-8", "replace")):
            self._pattern = _PLAIN

    def _is_number(self, text: str) -> bool:
        try:
            parse_number(text.strip(), self.region)
        except NumberRejected:
            return False
        return True

    def numbers(self) -> Iterator[list[int]]:
        """Every number (E.164 without the plus), in batches.

        Raises
        ------
        ListUnusableError
            a line is no number, unless bad ones are skipped; or no line is one.
        LeadListError
            reading failed on the way.
        """
        try:
            for batch in self._of_table() if self._pattern is None else self._of_lines(self._pattern):
                self.rows += len(batch)
                yield batch
        except OSError as error:
            raise LeadListError(f"{self.path}: reading it failed: {error.strerror or error}") from error
        if not self.rows:
            raise ListUnusableError(f"{self.path}: expected phone numbers, found none")

    def _of_lines(self, pattern: re.Pattern[bytes]) -> Iterator[list[int]]:
        line = 1
        with self.path.open("rb") as file:
            rest = b""
            while chunk := file.read(CHUNK_BYTES):
                self.bytes_read += len(chunk)
                chunk = rest + chunk
                end = chunk.rfind(b"\n") + 1
                rest = chunk[end:]
                if end:
                    yield self._of_chunk(chunk[:end], line, pattern)
                    line += chunk.count(b"\n", 0, end)
                elif len(rest) > CHUNK_BYTES:
                    raise ListUnusableError(
                        f"{self.path}: line {line}: expected a phone number, found no line end"
                    )
            if rest:
                yield self._of_chunk(rest + b"\n", line, pattern)

    def _of_chunk(self, chunk: bytes, line: int, pattern: re.Pattern[bytes]) -> list[int]:
        """The numbers of some whole lines, all at once where each is of the one form."""
        chunk = chunk.removeprefix(_BOM) if line == 1 else chunk
        # The last line end begins no line.
        body = chunk[:-1]
        found = pattern.findall(body)
        if len(found) == body.count(b"\n") + 1 - len(_BLANK.findall(body)):
            if pattern is _PLAIN:
                return [_NANP + int(digits) for digits in found]
            return [_NANP + int(area + digits) for area, digits in found]
        numbers: list[int] = []
        for place, raw in enumerate(body.split(b"\n")):
            text = raw.decode("utf-8", "replace").strip()
            if not text:
                continue
            if pattern is _SPLIT:
                text = "".join(part.strip(' "') for part in re.split(r"[,;\t|]", text))
            self._take(text, line + place, numbers)
        return numbers

    def _of_table(self) -> Iterator[list[int]]:
        with open_lead_file(self.path) as file:
            plain = ["".join(c for c in header.lower() if c.isalnum()) for header in file.columns.headers]
            area = next((place for place, name in enumerate(plain) if name in _AREA_CODES), None)
            numbers: list[int] = []
            for row in file.rows():
                if row.fault:
                    self._refuse(row.line, row.fault)
                    continue
                texts = [row.fields[place].strip() for place in file.columns.phones]
                for text in texts:
                    if text.lower() in NO_NUMBER:
                        continue
                    whole = text
                    if area is not None and sum(c.isdigit() for c in text) == 7:
                        whole = row.fields[area].strip() + text
                    self._take(whole, row.line, numbers)
                if len(numbers) >= 100_000:
                    self.bytes_read = file.read_bytes()
                    yield numbers
                    numbers = []
            yield numbers

    def _take(self, text: str, line: int, numbers: list[int]) -> None:
        try:
            numbers.append(parse_number(text, self.region))
        except NumberRejected as error:
            digits = "".join(c for c in text if c.isdigit())
            if (
                len(digits) == 10
                and text.isdigit()
                and digits[0] in "23456789"
                and self.region in ("US", "CA")
            ):
                # Not in use, perhaps; to bar it does no harm.
                numbers.append(_NANP + int(digits))
                return
            self._refuse(line, str(error))

    def _refuse(self, line: int, reason: str) -> None:
        if not self.skip_bad:
            raise ListUnusableError(
                f"{self.path}: line {line}: expected a phone number, found none: {reason}"
            )
        self.skipped += 1
        if len(self.examples) < EXAMPLES:
            self.examples.append((line, reason))
