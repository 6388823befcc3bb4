"""The reference page is what the model says, and the guide's examples work."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from callfloor.scenario import Scenario, load_scenario
from callfloor.scenario.arrivals import FORMS
from callfloor.scenario.distributions import DISTRIBUTIONS
from callfloor.scenario.keys import apply_set
from callfloor.scenario.section import Section, Table, Tables, keys_of
from tools.reference.scenario import HEADINGS, page

DOCS = Path(__file__).resolve().parents[3] / "docs"
GUIDE = (DOCS / "guides" / "scenarios.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", GUIDE, re.MULTILINE | re.DOTALL)


def sections_of(section: type[Section]) -> set[type[Section]]:
    """A section and all that stand in it."""
    found = {section}
    for key in keys_of(section):
        if isinstance(key.kind, Table | Tables):
            found |= sections_of(key.kind.section)
    return found


def test_no_section_form_or_distribution_is_left_out() -> None:
    assert {section for _, section, _ in HEADINGS} == sections_of(Scenario)
    for distribution in DISTRIBUTIONS:
        assert f'| `"{distribution}"` |' in page()
    for form in FORMS:
        assert f"`{form}`: " in page()


def test_every_row_of_a_table_has_as_many_cells_as_its_head() -> None:
    widths = [len(re.findall(r"(?<!\\)\|", line)) for line in page().splitlines() if line.startswith("|")]
    assert set(widths) <= {4, 5}


def test_the_guides_file_is_a_scenario_and_its_settings_can_be_set() -> None:
    text, with_previews, with_words, by_law, profile, with_consumers = blocks("toml")
    assert Scenario.from_dict(tomllib.loads(with_previews)).campaigns[0].mode == "preview"
    assert Scenario.from_dict(tomllib.loads(with_words)).campaigns[0].makes_appointments
    floor = {"run": {"duration": "8h"}, "groups": [{"name": "g", "agents": 9}]}
    assert Scenario.from_dict({**floor, **tomllib.loads(by_law)}).campaigns[0].rules == "us"
    assert Scenario.from_dict(tomllib.loads(with_consumers)).consumers is not None
    raw = tomllib.loads(text)
    raw["campaigns"][0] |= tomllib.loads(profile)
    Scenario.from_dict(raw)
    lines = [line for block in blocks("text") for line in block.splitlines() if line.startswith("--set ")]
    assert len(lines) == 6
    for line in lines:
        apply_set(raw, line.removeprefix("--set ").strip("\"'") if line.endswith(("'", '"')) else line[6:])
    scenario = Scenario.from_dict(raw)
    assert (scenario.groups[0].agents, scenario.run.duration) == (90, 14400.0)


def test_the_guides_table_of_arrivals(tmp_path: Path) -> None:
    (rows,) = blocks("csv")
    (tmp_path / "calls.csv").write_text(rows)
    forms = re.findall(r"\| `arrivals = (\{.*\})` \|", GUIDE)
    assert len(forms) == 5
    base = load_scenario("erlang-a").to_dict() | {"run": {"duration": "90m"}}
    for form in forms:
        base["inbound"][0]["arrivals"] = tomllib.loads(f"a = {form}")["a"]
        Scenario.from_dict(base, folder=tmp_path)


def test_the_guides_python(capsys: pytest.CaptureFixture[str]) -> None:
    (code,) = blocks("python")
    exec(compile(code, "guide", "exec"), {})
    assert 'name = "Erlang A"' in capsys.readouterr().out
