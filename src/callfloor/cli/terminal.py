"""How commands speak to the terminal: failures in one line, JSON files whole or not at all."""

from __future__ import annotations

import contextlib
import json
import os
from pathlib import Path

import click

from callfloor.failures import UsageError


def say_failure(message: str, status: int) -> int:
    """Say one line on standard error; return the exit status."""
    line = " ".join(message.split())
    click.echo(f"callfloor: {line}", err=True)
    return status


def check_json_file(path: Path | None) -> None:
    """Refuse a JSON file that could not be written, before any work is done. Raises UsageError."""
    check_output_file("--json", path)


def check_output_file(option: str, path: Path | None) -> None:
    """Refuse a file that could not be written, before any work is done. Raises UsageError."""
    if path is None or str(path) == "-":
        return
    if path.is_dir() or not path.absolute().parent.is_dir():
        raise UsageError(f"{option}: {path}: expected a file in a directory that exists")


def write_json(value: object, path: Path) -> None:
    """Write one JSON object to a file, whole or not at all; `-` is standard output. Raises UsageError."""
    text = json.dumps(value, ensure_ascii=False)
    if str(path) == "-":
        click.echo(text)
        return
    temporary = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    try:
        temporary.write_text(text + "\n", encoding="utf-8")
        temporary.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise UsageError(f"--json: {path}: cannot be written: {error.strerror or error}") from error
