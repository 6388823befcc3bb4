"""The handler as AWS calls it: environment, a secret, one connection for many invocations."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from callfloor.aws import entry
from callfloor.aws.settings import settings_of
from callfloor.failures import UsageError
from tests.aws.rig import KEY, REGION, SETTINGS, AwsRig, aws_endpoint, client

CONNECTIONS = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'callfloor'"


@pytest.fixture
def rig(monkeypatch: pytest.MonkeyPatch) -> Iterator[AwsRig]:
    opened = AwsRig()
    secret = client("secretsmanager").create_secret(
        Name=f"callfloor-{opened.scheduler_group}",
        SecretString=json.dumps({"db": opened.url, "webhook_keys": [KEY]}),
    )
    for name, value in {
        "CALLFLOOR_SECRET": secret["ARN"],
        "CALLFLOOR_EVENTS_QUEUE": opened.events,
        "CALLFLOOR_TIMERS_QUEUE": opened.timers,
        "CALLFLOOR_COMMANDS_QUEUE": opened.commands,
        "AWS_ENDPOINT_URL": aws_endpoint(),
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
    }.items():
        monkeypatch.setenv(name, value)
    entry.function.cache_clear()
    yield opened
    if entry.function.cache_info().currsize:
        entry.function().store.close()
    entry.function.cache_clear()
    opened.close()


@pytest.mark.filterwarnings("ignore:The compiled floor:RuntimeWarning")
def test_invocations_share_a_connection_and_the_floor(
    rig: AwsRig, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    [(before,)] = rig.rows(CONNECTIONS)
    entry.handler({"do": "configure", "settings": SETTINGS}, None)
    for agent in ("ann", "bob"):
        rig.agent(agent, "log_in")
        [record] = rig.receive(rig.events)
        told = entry.handler({"Records": [record]}, None)
        assert told == {"batchItemFailures": []}
        rig.sqs.delete_message(QueueUrl=rig.events, ReceiptHandle=record["receiptHandle"])
    [(after,)] = rig.rows(CONNECTIONS)
    assert after == before + 1
    lines = [json.loads(line) for line in capfdbinary.readouterr().out.splitlines()]
    assert sum(line.get("events", 0) for line in lines) == 2
    assert sum(line.get("floor_loads", 0) for line in lines) == 1


@pytest.mark.parametrize(
    ("environment", "reason"),
    [
        ({}, "CALLFLOOR_EVENTS_QUEUE: expected the URL of an SQS queue, found 'nothing'"),
        ({"CALLFLOOR_EVENTS_QUEUE": "events"}, "CALLFLOOR_EVENTS_QUEUE: expected the URL of an SQS queue"),
        (
            {f"CALLFLOOR_{name}_QUEUE": "https://q" for name in ("EVENTS", "TIMERS", "COMMANDS")},
            "CALLFLOOR_SECRET: expected the ARN of a secret",
        ),
    ],
)
def test_a_missing_setting_is_named(environment: dict[str, str], reason: str) -> None:
    with pytest.raises(UsageError) as raised:
        settings_of(environment)
    assert str(raised.value).startswith(reason)


def test_a_secret_of_another_form_is_refused_without_its_text(rig: AwsRig) -> None:
    class Vault:
        def get_secret_value(self, **_: str) -> dict[str, str]:
            return {"SecretString": '{"db": "postgresql://u:hush@x", "password": "hush"}'}

    environment = {f"CALLFLOOR_{name}_QUEUE": "https://q" for name in ("EVENTS", "TIMERS", "COMMANDS")}
    with pytest.raises(UsageError) as raised:
        settings_of({**environment, "CALLFLOOR_SECRET": "arn"}, Vault())
    assert str(raised.value).startswith('CALLFLOOR_SECRET: expected {"db", "webhook_keys"}')
    assert "hush" not in str(raised.value)
