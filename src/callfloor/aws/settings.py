"""What the function is told by its environment, and the secrets that it fetches."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from callfloor.failures import UsageError

QUEUES = ("CALLFLOOR_EVENTS_QUEUE", "CALLFLOOR_TIMERS_QUEUE", "CALLFLOOR_COMMANDS_QUEUE")


class Secrets(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What nobody may read: the database's URL, and the keys by which the carrier signs its events.

    Several keys are good at once, so that one can be exchanged for another without a gap.
    """

    db: str
    webhook_keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AwsSettings:
    """Where the function's queues are, and who it is to be for the scheduler."""

    events_queue: str
    """URL of the FIFO queue with a message group for each floor."""
    timers_queue: str
    """URL of the standard queue whose messages come with a delay."""
    commands_queue: str
    """URL of the FIFO queue that the carrier's gateway reads."""
    secrets: Secrets
    scheduler_role: str = ""
    """ARN of the role by which the scheduler writes to the events' queue; empty: no long timers."""
    scheduler_group: str = "callfloor"
    agent_claim: str = "sub"
    """The claim of a token that holds the agent's name."""


def settings_of(environment: Mapping[str, str], secrets_manager: Any = None) -> AwsSettings:
    """Read the settings. Raises UsageError that names the variable, and errors of boto3's for the secret."""
    for name in QUEUES:
        if not environment.get(name, "").startswith(("https://", "http://")):
            raise UsageError(
                f"{name}: expected the URL of an SQS queue, found {environment.get(name, 'nothing')!r}"
            )
    events, timers, commands = (environment[name] for name in QUEUES)
    return AwsSettings(
        events_queue=events,
        timers_queue=timers,
        commands_queue=commands,
        secrets=secrets_of(environment, secrets_manager),
        scheduler_role=environment.get("CALLFLOOR_SCHEDULER_ROLE", ""),
        scheduler_group=environment.get("CALLFLOOR_SCHEDULER_GROUP", "callfloor"),
        agent_claim=environment.get("CALLFLOOR_AGENT_CLAIM", "sub"),
    )


def secrets_of(environment: Mapping[str, str], secrets_manager: Any) -> Secrets:
    """The secret that CALLFLOOR_SECRET names, else what stands in the environment itself."""
    name = environment.get("CALLFLOOR_SECRET", "")
    if name:
        text = secrets_manager.get_secret_value(SecretId=name)["SecretString"]
        try:
            return msgspec.json.decode(text, type=Secrets)
        except msgspec.DecodeError as error:
            # The error names the place and what was expected, never the value.
            raise UsageError(f'CALLFLOOR_SECRET: expected {{"db", "webhook_keys"}}: {error}') from None
    if not environment.get("CALLFLOOR_DB"):
        raise UsageError("CALLFLOOR_SECRET: expected the ARN of a secret (or CALLFLOOR_DB), found nothing")
    keys = environment.get("CALLFLOOR_WEBHOOK_KEYS", "")
    return Secrets(environment["CALLFLOOR_DB"], tuple(key for key in keys.split(",") if key))


def from_environment() -> AwsSettings:
    """The settings of this process."""
    if os.environ.get("CALLFLOOR_SECRET"):
        import boto3

        return settings_of(os.environ, boto3.client("secretsmanager"))
    return settings_of(os.environ)
