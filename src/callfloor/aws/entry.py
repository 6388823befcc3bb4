"""Where AWS Lambda calls: `callfloor.aws.entry.handler`."""

from __future__ import annotations

from functools import cache
from typing import Any

from callfloor.aws.function import Function, arn_of
from callfloor.aws.settings import from_environment
from callfloor.runtimes import load
from callfloor.stores.opening import open_store


@cache
def function() -> Function:
    """What lives between invocations, opened by the first."""
    import boto3

    settings = from_environment()
    sqs = boto3.client("sqs")
    opened = Function(settings, open_store(settings.secrets.db), load("auto"), sqs, boto3.client("scheduler"))
    opened.timers.events_arn = arn_of(sqs, settings.events_queue)
    return opened


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:  # noqa: ARG001 - as AWS Lambda calls it
    """Take one invocation; see ``Function.handle``."""
    return function().handle(event)
