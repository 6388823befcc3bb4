"""Which encoding a list is in: UTF-8 and UTF-16 are proved, Windows-1252 is what remains."""

from __future__ import annotations

import codecs
from pathlib import Path

from callfloor.leads.errors import ListUnusableError

_CHUNK_BYTES = 1 << 20

_SIGNATURES = (
    (b"PK\x03\x04", "an Excel workbook or a zip archive"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook"),
    (b"\x1f\x8b", "compressed by gzip"),
    (b"%PDF", "a PDF document"),
)


def encoding_of(path: Path) -> str:
    """Return the name of the codec that reads all of the file. It is read once, in bounded memory.

    Raises
    ------
    ListUnusableError
        it is no text, or its parts are in different encodings.
    OSError
        it cannot be read.
    """
    with path.open("rb") as file:
        first = file.read(_CHUNK_BYTES)
        for signature, kind in _SIGNATURES:
            if first.startswith(signature):
                raise ListUnusableError(f"{path}: is {kind}, expected CSV; export it as CSV (UTF-8)")
        if first.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        if b"\0" in first:
            raise ListUnusableError(
                f"{path}: is no text that can be told (it has NUL bytes and no byte-order mark); "
                "export it as CSV (UTF-8)"
            )
        decoder = codecs.getincrementaldecoder("utf-8")()
        chunk = first
        try:
            while chunk:
                decoder.decode(chunk)
                chunk = file.read(_CHUNK_BYTES)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return _windows_encoding(path)
    return "utf-8-sig"


def _windows_encoding(path: Path) -> str:
    """Windows-1252, unless another line is UTF-8 beyond ASCII: one of the two would then be misread."""
    first_utf8 = first_other = 0
    number = 1
    with path.open("rb") as file:
        # A line of a file without line ends is read in pieces.
        while line := file.readline(_CHUNK_BYTES):
            if not line.isascii():
                try:
                    line.decode("utf-8")
                    first_utf8 = first_utf8 or number
                except UnicodeDecodeError:
                    first_other = first_other or number
                    _refuse_undefined(path, line, number)
            number += line.endswith(b"\n")
    if first_utf8:
        raise ListUnusableError(
            f"{path}: line {first_other}: is not UTF-8, though line {first_utf8} is; "
            "the file mixes encodings, export it again as CSV (UTF-8)"
        )
    return "cp1252"


def _refuse_undefined(path: Path, line: bytes, number: int) -> None:
    try:
        line.decode("cp1252")
    except UnicodeDecodeError as error:
        raise ListUnusableError(
            f"{path}: line {number}: byte 0x{line[error.start]:02X} is neither UTF-8 nor Windows-1252; "
            "export it as CSV (UTF-8)"
        ) from None
