"""The page by itself: names are text, nothing comes from elsewhere, files are whole or not there."""

from __future__ import annotations

import pickle
import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from callfloor.reports.page import page_text, write_page
from callfloor.reports.page_style import SCRIPT
from callfloor.scenario import Scenario
from tests.unit.reports.pages import (
    BLENDED,
    EVIL,
    INTERVAL_S,
    campaigns,
    document,
    found,
    inbound,
    made_up,
    page_of,
    parsed,
    words,
)


def test_names_are_text() -> None:
    scenario = Scenario.from_dict(
        document(
            name=EVIL,
            groups=[{"name": f"group {EVIL}", "agents": 3}, {"name": "other", "agents": 3}],
            inbound=inbound(f"queue {EVIL}", "q"),
            campaigns=campaigns(f"campaign {EVIL}"),
        )
    )
    page = page_of(scenario)
    assert page.count("<script") == 1 == page.count("</script")
    assert found(page, "script") == [SCRIPT]
    assert {f"queue {EVIL}", "q", f"campaign {EVIL}"} <= set(found(page, "h3"))
    assert f"group {EVIL}" in found(page, "figcaption")
    assert f"queue {EVIL}: what became of the calls" in [words(svg[0]) for svg in parsed(page).iter("svg")]


@settings(max_examples=25, deadline=None)
@given(
    st.text(min_size=1, max_size=30).filter(
        lambda name: name.strip() and name.isprintable() and name != "all"
    )
)
@example("'\"<&>")
@example("http")
def test_any_name_is_shown_as_it_is(name: str) -> None:
    scenario = Scenario.from_dict(document(name=name, inbound=inbound(name)))
    page = page_of(scenario)
    assert found(page, "h1") == found(page, "h3") == [name]


def test_what_xml_has_no_place_for_is_replaced() -> None:
    result = made_up(BLENDED)
    odd = Scenario(
        run=BLENDED.run, groups=BLENDED.groups, inbound=BLENDED.inbound, campaigns=BLENDED.campaigns
    )
    object.__setattr__(odd, "name", "a\x00b\ud800c\x1b")
    page = page_text(result, odd)
    assert found(page, "h1") == ["a\ufffdb\ufffdc\ufffd"]
    page.encode()


def test_it_needs_nothing_from_elsewhere() -> None:
    page = page_of(BLENDED)
    assert not re.search(r"https?:|//\w|@import|url\(", page)
    for element in parsed(page).iter():
        assert element.tag not in ("link", "img", "iframe", "object", "embed", "base", "form")
        assert not set(element.keys()) & {"src", "srcset", "action", "style", "onclick", "onload"}
        assert element.get("href", "#").startswith("#")
    policy = next(meta.get("content", "") for meta in parsed(page).iter("meta") if meta.get("http-equiv"))
    assert policy.startswith("default-src 'none';")
    assert "script-src 'sha256-" in policy


def test_links_lead_somewhere_and_names_are_given_once() -> None:
    root = parsed(page_of(BLENDED))
    names = [element.get("id", "") for element in root.iter() if element.get("id")]
    assert len(names) == len(set(names))
    assert {link.get("href", "").removeprefix("#") for link in root.iter("a")} <= set(names)
    for svg in root.iter("svg"):
        assert set(svg.get("aria-labelledby", "").split()) <= set(names)


def test_drawings_are_xml_by_themselves() -> None:
    drawings = re.findall(r"<svg.*?</svg>", page_of(BLENDED), re.DOTALL)
    assert len(drawings) > 10
    for drawing in drawings:
        root = ET.fromstring(drawing)
        assert root.get("role") == "img"
        assert root[0].tag == "title"
        if root.get("viewBox"):
            assert root[1].tag == "desc"
            assert not re.search(r"nan|inf", "".join(path.get("d", "") for path in root.iter("path")))


def test_the_same_result_makes_the_same_page() -> None:
    result = made_up(BLENDED)
    page = page_text(result, BLENDED)
    assert page_text(pickle.loads(pickle.dumps(result)), BLENDED) == page
    assert page_of(BLENDED, wall_s=99.0) == page


def test_a_long_run_of_ten_queues_is_less_than_a_megabyte() -> None:
    run = {**document()["run"], "duration": 1000 * INTERVAL_S}
    queues = [queue for place in range(10) for queue in inbound(f"queue {place}", service_level_s=10 + place)]
    scenario = Scenario.from_dict(document(run=run, inbound=queues, campaigns=campaigns("c")))
    page = page_of(scenario, rows=1000)
    assert len(page.encode()) < 1_000_000
    assert found(page, "figcaption").count("Time to answer") == 11


# Files.


def test_a_page_is_written(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text("older")
    result = made_up(BLENDED)
    write_page(result, BLENDED, path)
    assert path.read_text(encoding="utf-8") == page_text(result, BLENDED)
    write_page(result, BLENDED, str(tmp_path / "other.html"))
    assert sorted(each.name for each in tmp_path.iterdir()) == ["other.html", "page.html"]


def test_what_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "kept").touch()
    for path in (tmp_path / "folder", tmp_path / "missing" / "page.html"):
        with pytest.raises(OSError, match=re.escape(str(path.name))):
            write_page(made_up(BLENDED), BLENDED, path)
    assert [each.name for each in tmp_path.iterdir()] == ["folder"]


def test_a_page_that_is_interrupted_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "page.html"
    path.write_text("older")

    def fail(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(KeyboardInterrupt):
        write_page(made_up(BLENDED), BLENDED, path)
    assert path.read_text() == "older"
    assert [each.name for each in tmp_path.iterdir()] == ["page.html"]
