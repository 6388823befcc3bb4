"""All cases of the suite."""

from __future__ import annotations

from tests.oracle_runs import (
    test_agents_alike,
    test_blended,
    test_consumers,
    test_days,
    test_dialing,
    test_mailboxes,
    test_one_agent,
    test_priorities,
)

CASES = [
    *test_agents_alike.CASES,
    *test_one_agent.CASES,
    *test_priorities.CASES,
    *test_dialing.CASES,
    *test_blended.CASES,
    *test_mailboxes.CASES,
    *test_consumers.CASES,
    *test_days.CASES,
]
