"""Links lead somewhere, and every page can be reached."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.docs.pages import PAGES, ROOT, anchors, links, name_of


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_resolve(page: Path) -> None:
    for link in links(page):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.is_relative_to(ROOT), f"{link} leads out of the checkout"
        assert target.exists(), f"{link}: there is no such file"
        if anchor and target.suffix == ".md":
            assert anchor in anchors(target), f"{link}: no such heading in {name_of(target)}"


def test_every_page_can_be_reached_from_the_readme() -> None:
    known = {page.resolve() for page in PAGES}
    reached, left = set(), [ROOT / "README.md", ROOT / "CHANGELOG.md"]
    while left:
        page = left.pop()
        if page not in reached:
            reached.add(page)
            targets = ((page.parent / link.partition("#")[0]).resolve() for link in links(page))
            left.extend(target for target in targets if target in known)
    assert sorted(name_of(page) for page in known - reached) == []


@pytest.mark.parametrize("picture", sorted((ROOT / "docs" / "pictures").glob("*.svg")), ids=name_of)
def test_pictures_say_what_they_show(picture: Path) -> None:
    text = picture.read_text(encoding="utf-8")
    assert "<title" in text
    assert "<desc" in text
    assert any(picture.name in link for page in PAGES for link in links(page))
