"""AWS Lambda: the template is valid and agrees with the code, and the package is well within the limit."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from callfloor.abnormal import CONDITIONS
from callfloor.aws.settings import QUEUES, settings_of
from callfloor.aws.telemetry import OWN_CONDITIONS, FloorTelemetry, Telemetry
from tests.compiled import compiled
from tests.deploy.files import run_tool
from tools import lambda_package
from tools.aws_template import TEMPLATE, template


class Loader(yaml.SafeLoader):
    """Reads the short forms of CloudFormation's functions."""


def function(loader: Loader, tag: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.ScalarNode):
        return {tag: loader.construct_scalar(node)}
    assert isinstance(node, yaml.SequenceNode)
    return {tag: loader.construct_sequence(node, deep=True)}


Loader.add_multi_constructor("!", function)


@pytest.fixture(scope="module")
def resources() -> dict[str, Any]:
    loaded = yaml.load(TEMPLATE.read_text(encoding="utf-8"), Loader)
    assert isinstance(loaded["Resources"], dict)
    return loaded["Resources"]


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("lambda") / "package"
    lambda_package.assemble(folder)
    return folder


def of_type(resources: dict[str, Any], kind: str) -> dict[str, dict[str, Any]]:
    return {name: each["Properties"] for name, each in resources.items() if each["Type"] == kind}


def test_the_template_is_up_to_date() -> None:
    assert TEMPLATE.read_text(encoding="utf-8") == template(), "run: python -m tools.aws_template"


def test_the_template_is_valid() -> None:
    run_tool("cfn-lint", "--regions", "eu-west-1", "us-east-1", "--template", TEMPLATE)


def test_every_abnormal_condition_has_an_alarm(resources: dict[str, Any]) -> None:
    alarms = of_type(resources, "AWS::CloudWatch::Alarm").values()
    watched = {alarm["MetricName"] for alarm in alarms if alarm["Namespace"] == "Callfloor"}
    named = {f"abnormal_{condition.name}" for condition in CONDITIONS.values()}
    assert watched == named | {f"abnormal_{name}" for name in OWN_CONDITIONS}


def test_the_metrics_of_the_alarms_are_those_that_are_written(resources: dict[str, Any]) -> None:
    telemetry = Telemetry(io.BytesIO())
    floor = FloorTelemetry(telemetry, "main")
    for code in CONDITIONS:
        floor.abnormal(0.0, code, 1, 0, 0, "")
    for name in OWN_CONDITIONS:
        telemetry.met("main", name)
    alarms = of_type(resources, "AWS::CloudWatch::Alarm").values()
    watched = {alarm["MetricName"] for alarm in alarms if alarm["Namespace"] == "Callfloor"}
    assert set(telemetry.counts["main"]) == watched


def test_every_alarm_tells_somebody(resources: dict[str, Any]) -> None:
    for alarm in of_type(resources, "AWS::CloudWatch::Alarm").values():
        assert alarm["AlarmActions"] == [{"Ref": "Alarms"}]


def test_every_queue_has_its_dead_letters_and_they_an_alarm(resources: dict[str, Any]) -> None:
    queues = of_type(resources, "AWS::SQS::Queue")
    dead = {name for name in queues if name.endswith("DeadLetters")}
    for name in queues.keys() - dead:
        target = queues[name]["RedrivePolicy"]["deadLetterTargetArn"]["GetAtt"]
        assert target.removesuffix(".Arn") in dead
        # The dead letters of a queue in order must be in order as well.
        assert queues[name].get("FifoQueue") == queues[target.removesuffix(".Arn")].get("FifoQueue")
    alarms = of_type(resources, "AWS::CloudWatch::Alarm").values()
    dimensions = [alarm.get("Dimensions", [{}])[0].get("Value") for alarm in alarms]
    for name in dead:
        assert {"Fn::GetAtt": [name, "QueueName"]} in dimensions


def test_a_message_stays_hidden_for_longer_than_the_function_may_take(resources: dict[str, Any]) -> None:
    timeout_s = yaml.load(TEMPLATE.read_text(encoding="utf-8"), Loader)["Globals"]["Function"]["Timeout"]
    queues = of_type(resources, "AWS::SQS::Queue")
    for name in ("EventsQueue", "TimersQueue"):
        assert queues[name]["VisibilityTimeout"] >= 6 * timeout_s


def test_failures_of_a_batch_are_told_one_by_one(resources: dict[str, Any]) -> None:
    events = resources["Function"]["Properties"]["Events"].values()
    queues = [each["Properties"] for each in events if each["Type"] == "SQS"]
    assert [each["FunctionResponseTypes"] for each in queues] == [["ReportBatchItemFailures"]] * 2


def test_the_functions_environment_is_what_the_code_reads(resources: dict[str, Any]) -> None:
    given = resources["Function"]["Properties"]["Environment"]["Variables"]
    assert set(QUEUES) < set(given)
    environment = {name: f"https://{name}" for name in given if name != "CALLFLOOR_SECRET"}
    settings = settings_of({**environment, "CALLFLOOR_DB": "postgresql://x"})
    read = {settings.events_queue, settings.timers_queue, settings.commands_queue}
    read |= {settings.scheduler_role, settings.scheduler_group, settings.agent_claim}
    assert read == set(environment.values())


def test_the_dashboard_shows_every_condition(resources: dict[str, Any]) -> None:
    body = resources["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"]
    widgets = json.loads(body)["widgets"]
    shown = {metric[1] for widget in widgets for metric in widget["properties"]["metrics"]}
    assert {f"abnormal_{condition.name}" for condition in CONDITIONS.values()} < shown


class TestPackage:
    def test_it_is_far_within_the_limit(self, package: Path) -> None:
        size = sum(path.stat().st_size for path in package.rglob("*") if path.is_file())
        assert size < lambda_package.UNPACKED_MOST / 2

    def test_it_has_the_compiled_floor(self, package: Path) -> None:
        compiled("compiled")
        assert list((package / "callfloor" / "compiled").glob("floor_safe*.so"))

    def test_nothing_in_it_wants_a_newer_c_library(self, package: Path) -> None:
        assert lambda_package.newer_than_runtime(package) == []

    def test_it_runs_alone_and_says_what_is_missing(self, package: Path) -> None:
        handler = yaml.load(TEMPLATE.read_text(encoding="utf-8"), Loader)["Resources"]["Function"][
            "Properties"
        ]["Handler"]
        module, _, name = handler.rpartition(".")
        program = f"from {module} import {name}\n{name}({{'source': 'aws.events'}}, None)"
        result = subprocess.run(
            [sys.executable, "-S", "-c", program],
            env={"PYTHONPATH": str(package), "AWS_DEFAULT_REGION": "eu-west-1", "PATH": os.environ["PATH"]},
            cwd=package,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        last = result.stderr.strip().splitlines()[-1]
        assert re.search(r"UsageError: CALLFLOOR_EVENTS_QUEUE: expected the URL of an SQS queue", last), last


@pytest.mark.parametrize(
    ("arguments", "reason"), [([], "usage: "), (["/dev/null"], "expected python3.12 to run this")]
)
def test_the_tool_says_why_not(capsys: pytest.CaptureFixture[str], arguments: list[str], reason: str) -> None:
    if "python3" in reason and sys.version_info[:2] == (3, 12):
        reason = "expected an empty folder"
    assert lambda_package.main(arguments) == 2
    assert reason in capsys.readouterr().err
