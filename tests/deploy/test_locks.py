"""What is installed in the image is what was tested, by hash."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.deploy.files import DEPLOY, ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCKS = [DEPLOY / "requirements.lock", DEPLOY / "build.lock"]

IN_IMAGE = ["serve", "postgres", "otel"]
"""Extras that are installed in the image."""

locks = pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)


def pins(lock: Path) -> dict[str, set[str]]:
    """The versions by name; more than one where they differ between systems or versions of Python."""
    found: dict[str, set[str]] = {}
    for name, version in re.findall(
        r"^([\w.-]+)==([^\s;\\]+)", lock.read_text(encoding="utf-8"), re.MULTILINE
    ):
        found.setdefault(canonicalize_name(name), set()).add(version)
    return found


def wanted() -> dict[Path, list[str]]:
    project = PROJECT["project"]
    extras = [text for extra in IN_IMAGE for text in project["optional-dependencies"][extra]]
    needed = [*project["dependencies"], *extras]
    return {LOCKS[0]: needed, LOCKS[1]: PROJECT["build-system"]["requires"]}


@locks
def test_every_pin_has_a_hash_and_no_address(lock: Path) -> None:
    text = lock.read_text(encoding="utf-8")
    assert "://" not in text
    for entry in re.split(r"\n(?=\S)", text.strip()):
        assert re.match(r"[\w.-]+==", entry), entry
        assert "--hash=sha256:" in entry, entry


@locks
def test_it_has_what_the_project_asks_for(lock: Path) -> None:
    pinned = pins(lock)
    for text in wanted()[lock]:
        requirement = Requirement(text)
        versions = pinned[canonicalize_name(requirement.name)]
        assert all(requirement.specifier.contains(version) for version in versions), text


@locks
def test_versions_are_those_of_the_tests(lock: Path) -> None:
    tested = pins(ROOT / "requirements.lock")
    differ = {
        name: (found, tested.get(name)) for name, found in pins(lock).items() if found != tested.get(name)
    }
    assert not differ, "write the locks of deploy/ anew: docs/guides/deploying.md says how"


def test_the_wheel_is_built_with_what_the_project_asks_for() -> None:
    lines = (DEPLOY / "build.in").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if not line.startswith("#")] == PROJECT["build-system"]["requires"]
