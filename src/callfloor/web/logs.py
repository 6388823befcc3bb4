"""The service's log on standard error: a JSON object a line, with what uvicorn has to say among it.

No line has a token, and none has what a request said beyond the name of its scenario.
"""

from __future__ import annotations

import json
import logging
from collections.abc import MutableMapping
from typing import Any, TextIO

import structlog

LOGGERS = ("callfloor.web", "uvicorn.error")

log: structlog.stdlib.BoundLogger = structlog.wrap_logger(
    logging.getLogger(LOGGERS[0]),
    wrapper_class=structlog.stdlib.BoundLogger,
    processors=[structlog.stdlib.filter_by_level, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
)
"""Told what happens to runs. It goes nowhere until `log_to` says where, as with any other library."""

logging.getLogger(LOGGERS[0]).addHandler(logging.NullHandler())


def log_to(file: TextIO) -> None:
    """Write the service's log to a file."""
    handler = logging.StreamHandler(file)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                structlog.processors.add_log_level,
                structlog.processors.TimeStamper(fmt="iso", utc=True),
                _line,
            ],
            foreign_pre_chain=[structlog.stdlib.PositionalArgumentsFormatter()],
        )
    )
    for name, level in zip(LOGGERS, (logging.INFO, logging.WARNING), strict=True):
        logger = logging.getLogger(name)
        logger.handlers[:] = [handler]
        logger.setLevel(level)
        logger.propagate = False


def _line(_: Any, __: str, entry: MutableMapping[str, Any]) -> str:
    """One line, whatever is in it: time, level and event first."""
    first = {name: entry.pop(name, None) for name in ("timestamp", "level", "event")}
    told = {name: value for name, value in entry.items() if value is not None}
    return json.dumps(first | told, default=str)
