"""The service's log: a line of JSON for each event, whatever is in it."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from callfloor.web.logs import LOGGERS, log, log_to


@pytest.fixture
def file() -> Iterator[io.StringIO]:
    before = [
        (each, list(each.handlers), each.level, each.propagate) for each in map(logging.getLogger, LOGGERS)
    ]
    file = io.StringIO()
    log_to(file)
    yield file
    for logger, handlers, level, propagate in before:
        logger.handlers[:], logger.propagate = handlers, propagate
        logger.setLevel(level)


def lines(file: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.getvalue().splitlines()]


def test_a_line_has_its_time_its_level_and_its_event_first(file: io.StringIO) -> None:
    log.info("run_begun", run="a" * 32, error=None)
    (line,) = lines(file)
    assert list(line) == ["timestamp", "level", "event", "run"]
    assert (line["level"], line["event"], line["run"]) == ("info", "run_begun", "a" * 32)
    assert datetime.fromisoformat(line["timestamp"]).utcoffset() is not None


def test_what_goes_wrong_in_the_server_is_a_line_too(file: io.StringIO) -> None:
    server = logging.getLogger("uvicorn.error")
    server.info("Started server process [%d]", 7)
    try:
        raise ValueError("of two\nlines")
    except ValueError:
        server.exception("Exception in ASGI %s", "application")
    (line,) = lines(file)
    assert (line["level"], line["event"]) == ("error", "Exception in ASGI application")
    assert "ValueError: of two\nlines" in line["exception"]


def test_an_exception_comes_with_its_trace(file: io.StringIO) -> None:
    try:
        raise RuntimeError("oh")
    except RuntimeError:
        log.exception("run_lost", run="a")
    (line,) = lines(file)
    assert (line["level"], line["run"]) == ("error", "a")
    assert line["exception"].startswith("Traceback")


def test_texts_that_cannot_be_written_are_written_all_the_same(file: io.StringIO) -> None:
    log.info("run_ended", error="half \ud800 and \x1b[31m", what=object())
    assert "\\ud800" in file.getvalue()
    assert len(lines(file)) == 1


def test_nothing_is_written_anywhere_until_somebody_says_where(capsys: pytest.CaptureFixture[str]) -> None:
    log.error("run_lost", run="a")
    assert capsys.readouterr() == ("", "")
