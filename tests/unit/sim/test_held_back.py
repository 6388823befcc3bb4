"""Leads of the simulated world that are never to be called: in registers, or without consent."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from callfloor import simulate
from callfloor.scenario import Scenario, ScenarioError
from callfloor.sim.build import plan_of

Document = dict[str, Any]


def outbound(leads: int | str = 1000, **campaign: Any) -> Document:
    """A campaign that calls everybody once within its eight hours."""
    about: Document = {
        "name": "c",
        "leads": leads,
        "outcome": {"human": 1},
        "talk_s": 10,
        "ring_s": 5,
        "mode": "progressive",
        **campaign,
    }
    return {
        "run": {"duration": "8h", "replications": 3},
        "groups": [{"name": "g", "agents": 20}],
        "campaigns": [about],
    }


def run(document: Document) -> Any:
    return simulate(Scenario.from_dict(document)).campaigns["c"]


def listed(folder: Path) -> Document:
    """Five people on a list, of whom one has two numbers; a register has two of all numbers."""
    (folder / "leads.csv").write_text(
        "phone,phone 2,consent\n"
        "2125550100,,yes\n2125550101,2125550102,yes\n2125550103,,\n2125550104,,yes\n2125550105,,2030-01-01\n"
    )
    (folder / "register.txt").write_text("2125550100\n2125550101\n9175550100\n")
    return outbound(str(folder / "leads.csv"))


def test_without_registers_everybody_is_called() -> None:
    found = run(outbound(consent_share=0.5))
    assert found.attempts.mean == 1000
    assert not [key for key in found if key.startswith("held_back")]


def test_a_share_of_made_up_leads_is_held_back_and_told_by_reason() -> None:
    found = run(outbound(do_not_call_share=0.2, consent_required=True, consent_share=0.7))
    without, registered = found.held_back.no_consent.mean, found.held_back.do_not_call.mean
    assert found.attempts.mean == pytest.approx(1000 - without - registered)
    assert without == pytest.approx(300, abs=50)
    assert registered == pytest.approx(0.2 * (1000 - without), abs=40)
    assert found.reached.mean == found.attempts.mean / 1000


def test_where_all_are_nobody_is_called() -> None:
    found = run(outbound(do_not_call_share=1))
    assert found.attempts.mean == 0
    assert found.held_back.do_not_call.mean == 1000


def test_a_campaign_without_them_has_none() -> None:
    document = outbound(do_not_call_share=0.5)
    document["campaigns"].append(outbound(leads=100)["campaigns"][0] | {"name": "d"})
    found = simulate(Scenario.from_dict(document)).campaigns
    assert found["d"].held_back.do_not_call.mean == 0
    assert found["all"].held_back.do_not_call.mean == found["c"].held_back.do_not_call.mean > 0


def test_other_policies_meet_the_same_people() -> None:
    document = outbound(do_not_call_share=0.3)
    slow = outbound(do_not_call_share=0.3, talk_s=300)
    slow["run"] |= {"duration": "40h"}
    assert run(document).held_back.do_not_call == run(slow).held_back.do_not_call


def test_registers_hold_back_whoever_has_no_other_number(tmp_path: Path) -> None:
    document = listed(tmp_path)
    document["campaigns"][0]["do_not_call"] = [str(tmp_path / "register.txt")]
    found = run(document)
    assert found.attempts.mean == 4
    assert found.held_back.do_not_call.mean == 1


def test_a_list_says_who_has_agreed(tmp_path: Path) -> None:
    document = listed(tmp_path)
    document["campaigns"][0] |= {"consent_required": True, "consent_share": 0}
    found = run(document)
    # One has not, and another only after the run.
    assert found.attempts.mean == 3
    assert found.held_back.no_consent.mean == 2


def test_registers_are_named_from_the_scenarios_folder(tmp_path: Path) -> None:
    document = listed(tmp_path)
    document["campaigns"][0]["do_not_call"] = ["register.txt"]
    scenario = Scenario.from_dict(document, folder=tmp_path)
    assert scenario.campaigns[0].do_not_call == (str(tmp_path / "register.txt"),)


def test_a_register_that_is_not_there_is_told(tmp_path: Path) -> None:
    document = listed(tmp_path)
    document["campaigns"][0]["do_not_call"] = [str(tmp_path / "nowhere.txt")]
    with pytest.raises(ScenarioError, match=r"^campaigns\.c\.do_not_call: expected files that are there"):
        Scenario.from_dict(document)


def test_a_register_without_numbers_is_told(tmp_path: Path) -> None:
    document = listed(tmp_path)
    (tmp_path / "register.txt").write_text("")
    document["campaigns"][0]["do_not_call"] = [str(tmp_path / "register.txt")]
    with pytest.raises(ScenarioError, match=r"^campaigns\.c\.do_not_call: .*register\.txt: is empty"):
        plan_of(Scenario.from_dict(document))
