"""The documentation as data: pages, their fenced blocks, commands and links.

``python -m tests.docs.pages PAGE`` runs the commands of a page and prints what they really say.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]

FAST = "--speed 100000"
"""The figures of a run are the same at every speed, so the tests need not wait."""

DEMO = "callfloor dial --clean-start"
"""What `make demo` runs, but for its speed and its directory."""

RUN = {"callfloor", "python", "grep", "head", "tail", "echo"}
"""Words that a command in a console block may begin with, besides make."""

_SAVE = re.compile(r"[Ss]ave\b.*`([\w.-]+)`:$")
_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
_HEADING = re.compile(r"#+ (.+)")


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block: its language, its lines, and the file that the text above says to save it as."""

    language: str
    lines: list[str]
    saved_as: str


@dataclass(slots=True)
class Command:
    """A command of a console block and the output that the page shows (none: not shown)."""

    text: str
    shown: list[str] = field(default_factory=list)

    def as_run(self) -> str:
        """The command as the tests run it."""
        text = re.sub(r"--speed \S+", FAST, self.text)
        return text if FAST in text else text.replace("callfloor dial", f"callfloor dial {FAST}")


def name_of(page: Path) -> str:
    """A page's path in the checkout."""
    return page.relative_to(ROOT).as_posix()


def blocks(page: Path) -> Iterator[Block]:
    """The fenced blocks of a page, in order."""
    before = language = saved_as = ""
    lines: list[str] | None = None
    for line in page.read_text(encoding="utf-8").splitlines():
        if lines is None and line.startswith("```"):
            found = _SAVE.search(before)
            language, saved_as, lines = line[3:].strip(), found[1] if found else "", []
        elif lines is not None and line.startswith("```"):
            yield Block(language, lines, saved_as)
            lines, before = None, ""
        elif lines is not None:
            lines.append(line)
        elif line.strip():
            before = line.strip()
    assert lines is None, f"{name_of(page)}: a fence is not closed"


def commands(block: Block) -> list[Command]:
    """The commands of a console block."""
    found: list[Command] = []
    for line in block.lines:
        if line.startswith("$ "):
            found.append(Command(line[2:]))
        elif found and not found[-1].shown and found[-1].text.endswith("\\"):
            found[-1].text = found[-1].text[:-1] + line.strip()
        elif found:
            found[-1].shown.append(line.rstrip())
    return found


def prose(page: Path) -> str:
    """A page without its fenced blocks and inline code."""
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    return re.sub(r"`[^`\n]*`", "", text)


def links(page: Path) -> list[str]:
    """The targets of a page's links and pictures."""
    return _LINK.findall(prose(page))


def anchors(page: Path) -> set[str]:
    """The anchors that a page's headings make."""
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    found = set()
    for line in text.splitlines():
        if heading := _HEADING.fullmatch(line):
            words = re.sub(r"[^\w\- ]", "", heading[1].lower())
            found.add(words.replace(" ", "-"))
    return found


def run(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a command as a reader would, in a folder of its own."""
    scripts = str(Path(sys.executable).parent)
    env = os.environ | {"PATH": f"{scripts}{os.pathsep}{os.environ['PATH']}", "COLUMNS": "100"}
    return subprocess.run(
        ["bash", "-c", command],
        cwd=folder,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
        check=False,
    )


def missing(shown: list[str], output: str) -> str:
    """The first line that is shown and not in the output, in this order; "" where all are.

    A line that is `…` alone stands for any lines; one that ends with it for any rest of the line.
    """
    lines = iter(line.rstrip() for line in output.splitlines())
    for wanted in shown:
        if wanted in ("…", ""):
            continue
        start = wanted[:-1] if wanted.endswith("…") else None
        if not any(line.startswith(start) if start is not None else line == wanted for line in lines):
            return wanted
    return ""


def main(name: str) -> None:
    """Run a page's commands and print what they say."""
    with tempfile.TemporaryDirectory() as folder:
        for block in blocks(ROOT / name):
            if block.saved_as:
                (Path(folder) / block.saved_as).write_text("\n".join(block.lines) + "\n", encoding="utf-8")
            for command in commands(block) if block.language == "console" else []:
                text = DEMO if command.text.startswith("make demo") and command.shown else command.text
                if not text.startswith("make"):
                    result = run(Command(text).as_run(), Path(folder))
                    print(f"$ {text}\n{result.stdout}[{result.returncode}]")


if __name__ == "__main__":
    main(sys.argv[1])
