"""What a key of the scenario file may hold that is a point in time: a moment, or a time of day."""

from __future__ import annotations

import datetime
import re
from typing import Any

from callfloor.scenario.errors import wrong
from callfloor.scenario.kinds import Kind


class Moment(Kind):
    """A date and time with its offset from UTC."""

    @property
    def expected(self) -> str:
        """In words."""
        return "a date and time with its offset, such as 2026-11-23T09:00:00-05:00"

    def read(self, value: Any) -> datetime.datetime:
        """Return the moment."""
        moment = value
        if isinstance(value, str):
            try:
                moment = datetime.datetime.fromisoformat(value)
            except ValueError:
                moment = None
        if not isinstance(moment, datetime.datetime) or moment.utcoffset() is None:
            raise wrong(self.expected, value)
        return moment

    def write(self, value: Any) -> str:
        """Return it as text."""
        return str(value.isoformat())


_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?", re.ASCII)
DAY_S = 86400


class ClockTime(Kind):
    """A time of day, kept as seconds since midnight."""

    @property
    def expected(self) -> str:
        """In words."""
        return 'a time of day such as "08:00", up to "24:00"'

    def read(self, value: Any) -> int:
        """Return seconds since midnight, 0 to 86400."""
        if isinstance(value, datetime.time):
            value = value.isoformat("seconds")
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= DAY_S:
            return value
        written = _CLOCK.fullmatch(value) if isinstance(value, str) else None
        if written is None:
            raise wrong(self.expected, value)
        hours, minutes, rest = int(written[1]), int(written[2]), int(written[3] or 0)
        time_s = hours * 3600 + minutes * 60 + rest
        if minutes > 59 or rest > 59 or time_s > DAY_S:
            raise wrong(self.expected, value)
        return time_s

    def write(self, value: Any) -> str:
        """Return HH:MM, or HH:MM:SS where there are seconds."""
        text = f"{value // 3600:02d}:{value // 60 % 60:02d}"
        return f"{text}:{value % 60:02d}" if value % 60 else text
