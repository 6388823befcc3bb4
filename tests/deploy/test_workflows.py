"""The pipeline: what tools find, and what it may do."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.deploy.files import DEPLOY, ROOT, WORKFLOWS, load, run_tool

YAML = sorted([*DEPLOY.rglob("*.yaml"), *WORKFLOWS.glob("*.yml")])
FILES = sorted(WORKFLOWS.iterdir())
CI = load(WORKFLOWS / "ci.yml")
JOBS: dict[str, dict[str, Any]] = CI["jobs"]

files = pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)


def test_yaml_is_tidy() -> None:
    assert len(YAML) > 10
    run_tool("yamllint", "--strict", "--config-file", Path(__file__).with_name("yamllint.yaml"), *YAML)


def test_workflows_are_valid() -> None:
    run_tool("check-jsonschema", "--builtin-schema", "vendor.github-workflows", *FILES)


def test_zizmor_finds_no_hole() -> None:
    run_tool("zizmor", "--offline", "--no-progress", "--persona", "pedantic", *FILES)


@files
def test_actions_are_pinned_by_hash_and_say_their_version(path: Path) -> None:
    used = re.findall(r"uses: (.*)", path.read_text(encoding="utf-8"))
    assert used
    for action in used:
        assert re.fullmatch(r"[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", action), action


def test_every_supported_python_is_tested() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    supported = [text.split(" :: ")[-1] for text in project["classifiers"] if " :: Python :: 3." in text]
    assert JOBS["test"]["strategy"]["matrix"]["python"] == supported
    assert JOBS["test"]["steps"][-1] == {"run": ".ci/run"}


def test_jobs_may_no_more_than_they_need() -> None:
    assert CI["permissions"] == {}
    for name, job in JOBS.items():
        writes = {key for key, value in job["permissions"].items() if value != "read"}
        assert writes == ({"packages"} if name == "publish" else set()), name
        assert "timeout-minutes" in job, name


def test_only_a_tag_whose_tests_passed_is_published_and_deployed() -> None:
    assert "refs/tags/v" in JOBS["publish"]["if"]
    assert JOBS["publish"]["needs"] == ["test", "image"]
    assert JOBS["deploy"]["needs"] == "publish"
    assert JOBS["deploy"]["environment"] == "production"
    for name, job in JOBS.items():
        assert ("secrets." in str(job)) == (name == "deploy"), name


@files
def test_scripts_get_values_by_the_environment_alone(path: Path) -> None:
    for job in load(path)["jobs"].values():
        for step in job["steps"]:
            assert "${{" not in step.get("run", ""), "what is pasted into a script may be a script itself"


def test_files_that_are_named_exist() -> None:
    scripts = " ".join(step.get("run", "") for job in JOBS.values() for step in job["steps"])
    for name in set(re.findall(r"(?:deploy|src)/[\w./-]+", scripts)):
        assert (ROOT / name).exists(), name
    assert (DEPLOY / "smoke.sh").stat().st_mode & 0o111
