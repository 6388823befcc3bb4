"""Reading a scenario: TOML files, built-in names, and what goes wrong with them."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from callfloor.failures import UsageError
from callfloor.scenario import Scenario, load_scenario
from callfloor.scenario.distributions import Empirical

SMALL = """
[run]
duration = "1h"
[[groups]]
name = "g"
agents = 3
[[inbound]]
name = "q"
arrivals = { trace = "calls.csv" }
talk_s = { dist = "empirical", file = "talk.txt" }
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "floor").mkdir()
    (tmp_path / "floor" / "calls.csv").write_text("\ufeffat_s, talk_s\n1,10\n1,20.5\n3,0\n", encoding="utf-8")
    (tmp_path / "floor" / "talk.txt").write_text("5\n7\n")
    (tmp_path / "floor" / "small.toml").write_text(SMALL)
    return tmp_path


def refused(name: str, text: str | bytes) -> str:
    Path(name).write_bytes(text.encode() if isinstance(text, str) else text)
    with pytest.raises(UsageError) as caught:
        load_scenario(name)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_files_are_named_from_the_scenarios_folder(folder: Path) -> None:
    scenario = load_scenario("floor/small.toml")
    queue = scenario.inbound[0]
    assert list(scenario.trace_times_s(queue.arrivals)) == [1.0, 1.0, 3.0]  # type: ignore[arg-type]
    assert list(queue.arrivals.rows.talk_s) == [10.0, 20.5, 0.0]  # type: ignore[attr-defined]
    assert isinstance(queue.talk_s, Empirical)
    assert list(queue.talk_s.sample) == [5.0, 7.0]


def test_what_is_written_back_is_the_same_wherever_it_is_read(folder: Path) -> None:
    scenario = load_scenario("floor/small.toml")
    Path("copy.toml").write_text(scenario.to_toml())
    assert load_scenario("copy.toml") == scenario


def test_a_lead_list_must_be_there(folder: Path) -> None:
    sets = [
        "campaigns=[{ name = 'c', leads = 'leads.csv', talk_s = 5, outcome = { human = 1 } }]",
    ]
    with pytest.raises(UsageError, match=r"campaigns\.c\.leads: expected a file that is there"):
        load_scenario("floor/small.toml", sets)
    (folder / "floor" / "leads.csv").write_text("phone\n")
    scenario = load_scenario("floor/small.toml", sets)
    assert scenario.campaigns[0].leads == str(folder / "floor" / "leads.csv")


def test_files_of_rules_are_named_from_the_scenarios_folder_too(folder: Path) -> None:
    (folder / "floor" / "ours.toml").write_text('extends = "us"\n')
    about = "name = 'c', leads = 9, talk_s = 5, outcome = { human = 1 }, rules = 'ca, ours.toml'"
    scenario = load_scenario("floor/small.toml", [f"campaigns=[{{ {about} }}]"])
    assert scenario.campaigns[0].rules == f"ca,{folder / 'floor' / 'ours.toml'}"


def test_a_byte_order_mark_and_windows_line_ends_are_no_matter() -> None:
    Path("bom.toml").write_bytes(
        b"\xef\xbb\xbf" + load_scenario("erlang-a").to_toml().replace("\n", "\r\n").encode()
    )
    assert load_scenario("bom.toml") == load_scenario("erlang-a")
    assert load_scenario(Path("bom.toml")).inbound[0].name == "support"


def test_times_of_tomls_own_kind_are_read() -> None:
    text = load_scenario("blended").to_toml()
    text = text.replace('"2026-11-23T09:00:00-05:00"', "2026-11-23T14:00:00Z").replace('"08:00"', "08:00:00")
    Path("own.toml").write_text(text)
    scenario = load_scenario("own.toml")
    assert scenario == load_scenario("blended")
    assert scenario.run.starts_at.utcoffset() == datetime.timedelta(0)


def test_syntax_errors_have_line_and_column() -> None:
    assert (
        refused("s.toml", "name = 'x'\nrun = {\n")
        == "s.toml:2:8: expected TOML: Invalid initial character for a key part"
    )
    assert refused("s.toml", "[run]\nseed = ").startswith("s.toml:2:8: expected TOML: ")
    assert refused("s.toml", "[run]\nseed = 1\nseed = 2\n").startswith("s.toml:3:9: expected TOML: ")
    assert (
        refused("s.toml", "a = " + "[" * 100_000)
        == "s.toml: expected TOML, found lists or tables nested too deep"
    )
    assert "expected TOML: " in refused("s.toml", "a = " + "1" * 5000)


def test_what_is_no_text_or_too_large() -> None:
    assert (
        refused("s.toml", b"name = 'x'\nb = '\xff'\n")
        == "s.toml:2: expected TOML in UTF-8, found bytes that are not"
    )
    assert refused("s.toml", b"\n" * (64 * 2**20 + 1)).startswith(
        "s.toml: expected a scenario file of at most 64 MiB"
    )


def test_what_is_no_file() -> None:
    with pytest.raises(UsageError, match=r"^floor: cannot be read: Is a directory$"):
        load_scenario("floor")
    with pytest.raises(
        UsageError, match=r'^erlang-b: no such file or built-in scenario; did you mean "erlang-a"[?]$'
    ):
        load_scenario("erlang-b")
    with pytest.raises(
        UsageError, match="no such file or built-in scenario; built-in are blended, consumers, "
    ):
        load_scenario("nothing/like/it.toml")
    with pytest.raises(UsageError, match="cannot be read"):
        load_scenario("a\0b")


def test_a_built_in_name_comes_before_a_file_unless_that_is_meant() -> None:
    Path("erlang-a").write_text(load_scenario("blended").to_toml())
    assert load_scenario("erlang-a").name == "Erlang A"
    assert load_scenario("./erlang-a").name == "blended"


def test_errors_name_the_file() -> None:
    text = load_scenario("erlang-a").to_toml().replace("agents = 100", 'agents = "many"')
    assert (
        refused("s.toml", text)
        == 's.toml: groups.agents.agents: expected a whole number from 0, found "many"'
    )


def test_from_dict_takes_what_json_has() -> None:
    import json

    scenario = load_scenario("multi-skill")
    assert Scenario.from_dict(json.loads(json.dumps(scenario.to_dict()))) == scenario
