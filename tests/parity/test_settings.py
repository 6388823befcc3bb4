"""A campaign's settings mean the same in a scenario as live: the names and the defaults are the same."""

from __future__ import annotations

import dataclasses

from callfloor.live.settings import CampaignSettings, DispositionSettings
from callfloor.scenario.campaigns import Campaign
from callfloor.scenario.dispositions import Disposition
from callfloor.scenario.section import keys_of

LIVE_ALONE = {
    "group": "`skills` of groups say it",
    "failures_max": "made-up numbers fail by chance",
    "message": "a recording, of which only the length matters: `message_s`",
    "caller_id": "nobody sees it",
    "place_within_s": "every call is sent at once",
    "carrier_grace_s": "the carrier never falls silent",
    "bridge_within_s": "the carrier bridges at once",
    "talk_max_s": "every conversation ends",
    "message_max_s": "every message ends",
    "disposition_ends_wrap_up": "wrap-up lasts as long as it is drawn",
    "order": "made-up leads have no priority",
    "list_mix": "there is one list",
    "only": "made-up leads have no columns",
}
"""Settings that a scenario has not, and why."""

OTHERWISE = {
    "name": "there is none by default",
    "wrap_up_s": "of the agent; live it is the limit",
    "hours": "a table; live a text",
    "do_not_call": "files; live names of registers",
    "dispositions": "with how often agents say them",
}
"""Settings of the same name that are written in another form."""


def test_a_scenario_has_every_setting_that_decides_who_is_dialled_and_when() -> None:
    live = {field.name for field in dataclasses.fields(CampaignSettings)}
    assert live - {key.name for key in keys_of(Campaign)} == LIVE_ALONE.keys()


def test_the_defaults_are_the_same() -> None:
    settings = CampaignSettings()
    for key in keys_of(Campaign):
        if hasattr(settings, key.name) and key.name not in OTHERWISE and key.default is not None:
            assert getattr(settings, key.name) == key.default, key.name


def test_so_are_those_of_dispositions() -> None:
    live = {field.name: field.default for field in dataclasses.fields(DispositionSettings)}
    found = {key.name: key.default for key in keys_of(Disposition)}
    assert live.keys() <= found.keys()
    assert all(live[name] == found[name] for name in ("does", "retry_after_s"))
