"""`python -m tools.lambda_package FOLDER`: put together what AWS Lambda runs, of what is installed here.

The packages are those of this environment, which were installed by hash from the lock; the compiled floor is
the one in the checkout. So run it with the Python, and on a system no newer than, the runtime that the
template names.
"""

from __future__ import annotations

import re
import shutil
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
TEMPLATE = ROOT / "deploy" / "aws" / "template.yaml"

UNPACKED_MOST = 250 * 1024 * 1024
"""Bytes that Lambda takes, unpacked, with all layers."""

RUNTIME_GLIBC = (2, 34)
"""The C library of Amazon Linux 2023."""

SERVICES = ("sqs", "scheduler", "secretsmanager")
"""The services of AWS whose descriptions are needed; boto3 has those of all, four hundred of them."""


def requirements() -> list[str]:
    """What callfloor needs on Lambda, as pyproject.toml says."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return [*project["dependencies"], *project["optional-dependencies"]["aws"]]


def distributions() -> Iterator[metadata.Distribution]:
    """Everything that has to be there, each once. Raises PackageNotFoundError for what is not installed."""
    wanted = [Requirement(text) for text in requirements()]
    seen: set[tuple[str, str]] = set()
    given: set[str] = set()
    while wanted:
        requirement = wanted.pop()
        name = canonicalize_name(requirement.name)
        extras = ["", *sorted(requirement.extras)]
        found = metadata.distribution(name)
        if name not in given:
            given.add(name)
            yield found
        for extra in extras:
            if (name, extra) in seen:
                continue
            seen.add((name, extra))
            for text in found.requires or ():
                needed = Requirement(text)
                if needed.marker is None or needed.marker.evaluate({"extra": extra}):
                    wanted.append(needed)


def is_needed(path: Path) -> bool:
    """Whether a file of a package is needed to run it."""
    parts = path.parts
    if parts[0] == ".." or "__pycache__" in parts or path.suffix == ".pyi":
        return False
    if parts[:2] == ("botocore", "data") and len(parts) > 3:
        return parts[2] in SERVICES
    return parts[:2] != ("boto3", "examples")


def assemble(folder: Path) -> int:
    """Fill an empty folder; return its size in bytes."""
    for distribution in distributions():
        for file in distribution.files or ():
            if is_needed(Path(file)):
                copy(Path(str(file.locate())), folder / file)
    source = ROOT / "src"
    for path in sorted((source / "callfloor").rglob("*")):
        if path.is_file() and is_needed(path.relative_to(source)):
            copy(path, folder / path.relative_to(source))
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def copy(source: Path, target: Path) -> None:
    """Copy a file, and make its folder."""
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)


def zipped(folder: Path, archive: Path) -> int:
    """Write the folder as an archive; return its size in bytes."""
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as file:
        for path in sorted(folder.rglob("*")):
            file.write(path, path.relative_to(folder))
    return archive.stat().st_size


def newer_than_runtime(folder: Path) -> list[str]:
    """Compiled files that want a newer C library than the runtime has."""
    found: list[str] = []
    for path in sorted(folder.rglob("*.so*")):
        versions = re.findall(rb"GLIBC_(\d+)\.(\d+)", path.read_bytes())
        if any((int(major), int(minor)) > RUNTIME_GLIBC for major, minor in versions):
            found.append(str(path.relative_to(folder)))
    return found


def runtime() -> str:
    """The runtime that the template names."""
    named = re.search(r"^ +Runtime: (\S+)$", TEMPLATE.read_text(encoding="utf-8"), re.MULTILINE)
    assert named is not None
    return named[1]


def main(arguments: list[str]) -> int:
    """Put the package together; return the exit status."""
    if len(arguments) != 1:
        return refuse("usage: python -m tools.lambda_package FOLDER")
    here = f"python{sys.version_info.major}.{sys.version_info.minor}"
    if here != runtime():
        return refuse(f"{TEMPLATE}: expected {runtime()} to run this, found {here}")
    from callfloor.runtimes import RuntimeMissing, load

    try:
        load("compiled")
    except RuntimeMissing as error:
        return refuse(str(error))
    folder = Path(arguments[0])
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        return refuse(f"{folder}: expected an empty folder")
    try:
        size = assemble(folder)
    except metadata.PackageNotFoundError as error:
        return refuse(f"{error.name}: is not installed here: pip install 'callfloor[aws]'")
    if newer := newer_than_runtime(folder):
        return refuse(f"{folder}: needs a newer C library than {runtime()} has: {', '.join(newer)}")
    sys.stdout.write(f"{folder}: {size / 1e6:.0f} MB of {UNPACKED_MOST / 1e6:.0f}\n")
    return 0


def refuse(reason: str) -> int:
    """Say why not; the exit status."""
    sys.stderr.write(reason + "\n")
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
