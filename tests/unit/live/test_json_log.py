"""Lines of a log: each with what the log is bound to, written at once or a step's together."""

from __future__ import annotations

import io
import json
from typing import Any

from callfloor.live.json_log import LEVELS, JsonLog, Lines, json_log


def lines(file: io.BytesIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.getvalue().splitlines()]


def test_a_line_has_what_is_bound_what_is_told_and_its_level() -> None:
    file = io.BytesIO()
    log = json_log(file, floor="north")
    log.info("a", at=1.5)
    log.warning("b")
    log.error("c")
    log.log(LEVELS["warning"], "d")
    assert lines(file)[0] == {"floor": "north", "at": 1.5, "event": "a", "level": "info"}
    assert [(line["event"], line["level"]) for line in lines(file)] == [
        ("a", "info"),
        ("b", "warning"),
        ("c", "error"),
        ("d", "warning"),
    ]


def test_a_line_can_be_added_to_before_it_is_written() -> None:
    file = io.BytesIO()
    log = JsonLog(Lines(file), lambda line: line.update(seq=7))
    log.info("a")
    assert lines(file)[0]["seq"] == 7


def test_lines_of_a_step_wait_for_its_end() -> None:
    file = io.BytesIO()
    shared = Lines(file)
    one, other = JsonLog(shared, of="one"), JsonLog(shared, of="other")
    shared.hold()
    one.info("a")
    other.info("b")
    assert lines(file) == []
    shared.write()
    assert [(line["of"], line["event"]) for line in lines(file)] == [("one", "a"), ("other", "b")]
    one.info("c")
    assert len(lines(file)) == 3
