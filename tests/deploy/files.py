"""The files to deploy with, and the tools that read them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

from callfloor.carriers.server import main as carrier
from callfloor.cli.serve import serve
from callfloor.cli.worker import worker

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
KUBERNETES = DEPLOY / "kubernetes"
WORKFLOWS = ROOT / ".github" / "workflows"


def run_tool(name: str, *arguments: str | Path) -> None:
    """Run a tool of this environment on files of the checkout; fail with what it says."""
    result = subprocess.run(
        [Path(sys.executable).parent / name, *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
        check=False,
    )
    assert result.returncode == 0, f"{name}:\n{result.stdout}"


def load(path: Path) -> dict[str, Any]:
    """The one document of a YAML file."""
    loaded = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert isinstance(loaded, dict), path
    return loaded


def worked(arguments: list[str]) -> dict[str, Any]:
    """What `callfloor worker` makes of the arguments of a container."""
    assert arguments[0] == "worker"
    return worker.make_context("worker", arguments[1:]).params


def carried(arguments: list[str]) -> dict[str, Any]:
    """What the simulated carrier makes of the arguments of a container."""
    return carrier.make_context("carrier", list(arguments)).params


def served(arguments: list[str]) -> dict[str, Any]:
    """What `callfloor serve` makes of the arguments of a container."""
    assert arguments[0] == "serve"
    return serve.make_context("serve", arguments[1:]).params
