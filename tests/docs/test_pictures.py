"""The pictures of predictive pacing show what the code does."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from tests.compiled import compiled
from tests.docs.pages import ROOT
from tools.pacing_pictures.__main__ import PICTURES, main

FOLDER = ROOT / "docs" / "pictures"


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All of them, drawn anew."""
    compiled("fast")  # three windows take minutes on the interpreted floor
    folder = tmp_path_factory.mktemp("pictures")
    main([str(folder)])
    return folder


@pytest.mark.parametrize("name", PICTURES)
def test_it_is_up_to_date(name: str, drawn: Path) -> None:
    found = (FOLDER / name).read_text(encoding="utf-8")
    assert found == (drawn / name).read_text(encoding="utf-8"), (
        f"{name} is not what the code does: run `make docs`"
    )


@pytest.mark.parametrize("name", PICTURES)
def test_it_says_in_words_what_it_shows(name: str) -> None:
    svg = ET.parse(FOLDER / name).getroot()
    described = svg.find("{http://www.w3.org/2000/svg}desc")
    assert described is not None
    assert len(described.text or "") > 100
