"""The exit status of every failure, in one place.

0: done. 1: the run found a failure, or failed on the way. 2: wrong use or bad input.
"""

from __future__ import annotations

from callfloor.leads.errors import LeadListError, ListUnusableError, RulesUnusableError
from callfloor.stores.errors import StoreBusyError, StoreError, StoreUnusableError

DONE, RUN_FAILED, WRONG_USE = 0, 1, 2


class UsageError(Exception):
    """What was asked cannot be done: a wrong value, or input that cannot be used."""


class RunError(Exception):
    """What was asked was begun and failed, or found a failure."""


EXPECTED = (UsageError, RunError, StoreError, LeadListError, RulesUnusableError)
"""Failures that are told in one line, without a traceback."""

_WRONG_USE = (UsageError, StoreUnusableError, StoreBusyError, ListUnusableError, RulesUnusableError)


def exit_status(error: Exception) -> int:
    """Return the exit status of a failure."""
    return WRONG_USE if isinstance(error, _WRONG_USE) else RUN_FAILED
