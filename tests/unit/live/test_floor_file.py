"""A file of floors: read, and refused with the place where it is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from callfloor.failures import UsageError
from callfloor.live.floor_file import read_floors
from callfloor.live.settings import CampaignSettings, DispositionSettings, FloorSettings

NORTH = """
[[floors]]
name = "north"
agents = ["ann", "bob"]
[[floors.campaigns]]
name = "renewals"
"""


def read(folder: Path, text: str) -> list[FloorSettings]:
    file = folder / "floors.toml"
    file.write_text(text, encoding="utf-8")
    return read_floors(file)


class TestReading:
    def test_what_is_not_said_is_as_the_settings_have_it(self, tmp_path: Path) -> None:
        assert read(tmp_path, NORTH) == [
            FloorSettings("north", ("ann", "bob"), (CampaignSettings("renewals"),))
        ]

    def test_keys_are_the_settings_names(self, tmp_path: Path) -> None:
        text = """
        [[floors]]
        name = "north"
        agents = ["ann", "bob"]
        agent_groups = { bob = 1 }
        linger_s = 60
        [[floors.campaigns]]
        name = "renewals"
        group = 1
        dial_ratio = 3
        retry_after_s = { busy = 30 }
        only = { state = ["NY", "NJ"] }
        do_not_call = ["federal"]
        [[floors.campaigns.dispositions]]
        name = "sale"
        does = "done"
        """
        campaign = CampaignSettings(
            name="renewals",
            group=1,
            dial_ratio=3.0,
            retry_after_s={"busy": 30.0},
            only={"state": ("NY", "NJ")},
            do_not_call=("federal",),
            dispositions=(DispositionSettings("sale", "done"),),
        )
        expected = FloorSettings("north", ("ann", "bob"), (campaign,), 60.0, {"bob": 1})
        assert read(tmp_path, text) == [expected]

    def test_a_number_of_agents_makes_names_that_no_other_floor_has(self, tmp_path: Path) -> None:
        text = NORTH.replace('["ann", "bob"]', "2") + NORTH.replace("north", "south").replace("ren", "w")
        north, south = read(tmp_path, text)
        assert north.agents == ("north-01", "north-02")
        assert south.agents == ("ann", "bob")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "floors: expected at least one [[floors]], found nothing"),
        ("floors = 3", "floors: expected at least one [[floors]], found 3"),
        ("floor = []", 'floor: no such key; did you mean "floors"?'),
        ("[[floors]]\nagents = 3", "floors[0].name: expected the floor's name, found nothing"),
        ('[[floors]]\nname = "a"', "floors.a.campaigns: expected at least one, found nothing"),
        (NORTH.replace("agents", "agent"), 'floors[0].agent: no such key; did you mean "agents"?'),
        (NORTH.replace('"bob"', "7"), "floors.north.agents: expected names, or how many, found a list"),
        (NORTH.replace('["ann", "bob"]', "-1"), "agents: expected from 0 to 10,000 agents, found -1"),
        (NORTH.replace('"bob"', '"ann"'), "floors.north.agents: expected names that differ"),
        (NORTH + "dial_ration = 2", 'renewals.dial_ration: no such key; did you mean "dial_ratio"?'),
        (NORTH + 'dial_ratio = "many"', "floors.north.campaigns.renewals.dial_ratio: expected `float`"),
        (NORTH + "dial_ratio = 0", "floors.north.campaigns.renewals.dial_ratio: expected over 0, up to 100"),
        (NORTH + "[[floors.campaigns]]\nlines = 3", "campaigns[1].name: expected the campaign's name"),
        (NORTH + "[[floors.campaigns.dispositions]]\nnam = 3", "dispositions[0].nam: no such key; did you m"),
        (NORTH + NORTH, "floors.north: expected one floor of that name, found 2"),
        (
            NORTH + NORTH.replace("north", "south").replace("renewals", "sales"),
            "floors.south: agent 'ann' is floor north's already; each belongs to one floor",
        ),
        (
            NORTH + NORTH.replace("north", "south").replace('["ann", "bob"]', "1"),
            "floors.south: campaign 'renewals' is floor north's already; each belongs to one floor",
        ),
        ("[[floors", "expected TOML"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, complaint: str) -> None:
    with pytest.raises(UsageError) as refused:
        read(tmp_path, text)
    assert str(refused.value).startswith(f"{tmp_path}/floors.toml: ")
    assert complaint in str(refused.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"none\.toml: cannot be read: No such file"):
        read_floors(tmp_path / "none.toml")
