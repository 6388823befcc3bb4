"""Modes in the simulated world: leads that agents look at, campaigns without agents, machines."""

from __future__ import annotations

from typing import Any

import pytest

from callfloor import simulate
from callfloor.scenario import Scenario

Document = dict[str, Any]

HALF = {"human": 0.5, "machine": 0.5}


def outbound(agents: int = 10, duration: float = 20_000, **campaign: Any) -> Scenario:
    """One campaign; everybody answers after 10 s and talks for 100 s unless told otherwise."""
    about: Document = {
        "name": "c",
        "leads": 100_000,
        "outcome": {"human": 1},
        "talk_s": 100,
        "ring_s": 10,
        "mode": "preview",
    } | campaign
    return Scenario.from_dict(
        {
            "run": {"duration": duration, "replications": 3},
            "groups": [{"name": "g", "agents": agents}],
            "campaigns": [about],
        }
    )


class TestPreview:
    def test_a_cycle_is_looking_ringing_talking_and_wrapping_up(self) -> None:
        result = simulate(outbound(preview_accept_s=15, preview_s=60, wrap_up_s=25))
        agents, campaign = result.groups["g"], result.campaigns["c"]
        # 15 s of preview, 10 s reserved while it rings, 100 s of talk, 25 s of wrap-up.
        assert agents.occupancy.mean == pytest.approx(140 / 150, abs=0.002)
        assert agents.reserved.mean == pytest.approx(10 / 150, abs=0.002)
        assert campaign.connects_per_agent_h.mean == pytest.approx(3600 / 150, rel=0.01)
        assert campaign.abandoned.mean == 0

    def test_whoever_does_not_decide_has_the_lead_called_when_the_time_is_over(self) -> None:
        result = simulate(outbound(preview_accept_s=1000, preview_s=30))
        assert result.groups["g"].occupancy.mean == pytest.approx(130 / 140, abs=0.002)

    def test_or_skipped(self) -> None:
        law = {"dist": "uniform", "low": 0, "high": 40}
        result = simulate(outbound(preview_accept_s=law, preview_s=20, preview_expires="skip"))
        # Half are called, after 10 s on average; half are skipped after 20 s.
        per_call_s = 10 + 20 + 10 + 100
        connects = result.campaigns["c"].connects_per_agent_h.mean
        assert connects == pytest.approx(3600 / per_call_s, rel=0.03)

    def test_skipped_leads_cost_their_preview_and_are_no_attempts(self) -> None:
        result = simulate(outbound(preview_accept_s=10, preview_s=60, preview_skip=0.5))
        per_call_s = 20 + 10 + 100
        campaign = result.campaigns["c"]
        assert campaign.connects_per_agent_h.mean == pytest.approx(3600 / per_call_s, rel=0.03)
        assert campaign.attempts.mean == campaign.human_answers.mean

    def test_a_run_until_all_is_done_calls_the_skipped_leads_too(self) -> None:
        document = outbound(leads=300, preview_skip=0.7, preview_accept_s=5, skip_retry_s=60).to_dict()
        document["run"] = {"until": "drained", "replications": 2}
        assert simulate(Scenario.from_dict(document)).campaigns["c"].reached.mean == 1.0

    def test_campaigns_share_the_agents_by_their_shares(self) -> None:
        document = outbound(agents=1, duration=200_000, preview_accept_s=10, share=0.75).to_dict()
        document["campaigns"].append(document["campaigns"][0] | {"name": "d", "share": 0.25})
        result = simulate(Scenario.from_dict(document))
        attempts = [result.campaigns[name].attempts.mean for name in ("c", "d")]
        assert attempts[0] / sum(attempts) == pytest.approx(0.75, abs=0.01)


class TestMessages:
    def test_lines_without_agents_are_kept_busy(self) -> None:
        result = simulate(outbound(mode="message", lines=4, message_s=20, leads=1_000_000))
        campaign = result.campaigns["c"]
        # Each call holds a line for 10 s of ringing and 20 s of message.
        assert campaign.attempts_per_h.mean == pytest.approx(4 * 3600 / 30, rel=0.01)
        assert (campaign.connected.mean, campaign.abandoned.mean) == (0, 0)
        assert campaign.human_answers.mean == campaign.attempts.mean
        assert result.groups["g"].occupancy.mean == 0

    def test_or_as_busy_as_the_limit_of_calls_lets_them_be(self) -> None:
        result = simulate(outbound(mode="message", lines=100, calls_per_s=0.5))
        assert result.campaigns["c"].attempts_per_h.mean == pytest.approx(1800, rel=0.01)

    def test_nobody_need_be_able_to_take_the_calls(self) -> None:
        document = outbound(mode="message", lines=2).to_dict()
        document["groups"][0]["agents"] = 0
        assert simulate(Scenario.from_dict(document)).campaigns["c"].attempts.mean > 0


class TestMachines:
    def run(self, **campaign: Any) -> Any:
        about: Document = {"mode": "progressive", "outcome": HALF, "wrap_up_s": 10} | campaign
        return simulate(outbound(**about))

    def test_a_message_on_machines_holds_the_line_and_no_agent(self) -> None:
        hung_up = self.run(lines=5, calls_per_s=0)
        left = self.run(lines=5, machine="message", message_s=60)
        assert left.campaigns["c"].attempts.mean < hung_up.campaigns["c"].attempts.mean
        assert left.groups["g"].occupancy.mean < hung_up.groups["g"].occupancy.mean

    def test_connected_machines_take_agents_and_are_no_live_answers(self) -> None:
        result = self.run(machine="connect", machine_talk_s=30)
        campaign, agents = result.campaigns["c"], result.groups["g"]
        assert campaign.connected.mean == campaign.human_answers.mean
        assert agents.calls_per_agent_h.mean == pytest.approx(campaign.attempts_per_h.mean / 10, rel=0.02)
        # Ready for 10 s while one line rings; 65 s of talk on average, and 10 s of wrap-up.
        assert agents.occupancy.mean == pytest.approx(75 / 85, abs=0.01)
        assert campaign.abandoned.mean == 0


@pytest.mark.parametrize("leads", [1, 5, 100])
def test_every_lead_is_called_as_often_as_it_may_be_however_few_there_are(leads: int) -> None:
    document = outbound(
        mode="power", leads=leads, outcome={"no_answer": 1}, max_attempts=3, retry_after_s={"no_answer": 60}
    ).to_dict()
    document["run"] = {"until": "drained", "replications": 2}
    assert simulate(Scenario.from_dict(document)).campaigns["c"].attempts.mean == 3 * leads
