"""The file of rejected rows beside a list: written whole or not at all, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import glob
import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO

from callfloor.leads.columns import REJECTS_HEADERS
from callfloor.leads.errors import LeadListError, ListUnusableError
from callfloor.processes import may_be_running

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def protected(field: str) -> str:
    """Return a field that no spreadsheet takes for a formula."""
    return "'" + field if field.startswith(_FORMULA_STARTS) else field


def unprotected(field: str) -> str:
    """Return the field that `protected` was given."""
    return field[1:] if field.startswith("'") and field[1:].startswith(_FORMULA_STARTS) else field


def rejects_path(path: Path) -> Path:
    """Where the rejected rows of a list go."""
    return path.with_name(path.name + ".rejects.csv")


class RejectsFile:
    """Rejected rows on their way to a file; it comes to be when `keep` is called, if there is any row."""

    def __init__(self, path: Path, headers: Sequence[str], delimiter: str) -> None:
        self.path = rejects_path(path)
        self._temporary = self.path.with_name(f"{self.path.name}.{os.getpid()}.tmp")
        # Rows of a file of rejected rows were numbered before.
        own = headers[2:] if tuple(headers[:2]) == REJECTS_HEADERS else headers
        self._skipped = len(headers) - len(own)
        self._headers = [*REJECTS_HEADERS, *(protected(header) for header in own)]
        self._delimiter = delimiter
        self._file: TextIO | None = None
        self._writer: Any = None

    def __enter__(self) -> RejectsFile:
        self._remove_orphans()
        if self.path.is_dir():
            raise ListUnusableError(f"{self.path}: is a directory where the rejected rows go; move it")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()
            self._temporary.unlink(missing_ok=True)

    def add(self, line: int, reason: str, fields: Sequence[str]) -> None:
        """Write one row.

        Raises
        ------
        ListUnusableError
            no file can be made beside the list.
        LeadListError
            the disk is full or failing.
        """
        if self._file is None:
            self._open()
        # What could not be split into fields stays as it is.
        own = fields[self._skipped :] or fields
        try:
            self._writer.writerow([line, reason, *(protected(field) for field in own)])
        except OSError as error:
            raise self._failure(error) from error

    def keep(self) -> Path | None:
        """Put the file in its place and return its path; without rows remove an older one, return None."""
        try:
            if self._file is None:
                self._remove_older()
                return None
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
            self._temporary.replace(self.path)
        except OSError as error:
            raise self._failure(error) from error
        self._file = None
        return self.path

    def _open(self) -> None:
        try:
            # With the mark, Excel reads it as UTF-8.
            self._file = self._temporary.open("w", encoding="utf-8-sig", newline="")
        except OSError as error:
            raise ListUnusableError(
                f"{self.path}: the rejected rows cannot be written here ({error.strerror}); "
                "copy the list to a directory where you may write"
            ) from error
        self._writer = csv.writer(self._file, delimiter=self._delimiter)
        try:
            self._writer.writerow(self._headers)
        except OSError as error:
            raise self._failure(error) from error

    def _remove_orphans(self) -> None:
        """Remove what imports of this list have left that were killed on the way."""
        for orphan in self.path.parent.glob(f"{glob.escape(self.path.name)}.*.tmp"):
            process = orphan.name.split(".")[-2]
            if process.isdecimal() and not may_be_running(int(process)):
                # Where it may not be removed, no other file can be made either, and that is told.
                with suppress(OSError):
                    orphan.unlink()

    def _remove_older(self) -> None:
        """Remove what an earlier import has left, if it is one of ours."""
        if not self.path.is_file():
            return
        with self.path.open(encoding="utf-8-sig", errors="replace") as file:
            first = file.readline(1000)
        if first.startswith(self._delimiter.join(REJECTS_HEADERS)):
            self.path.unlink()

    def _failure(self, error: OSError) -> LeadListError:
        why = error.strerror or error
        return LeadListError(f"{self.path}: cannot be written: {why}; nothing was imported")
