"""Settings of a campaign as numbers, which are stored and never change, with their names."""

from __future__ import annotations

from callfloor.floor.units import Code, Count

# Whose rule paces a predictive campaign.
PACING_CALLFLOOR: Code = 0
PACING_RATIO: Code = 1
PACING_VICIDIAL_HARD: Code = 2
PACING_VICIDIAL_AVERAGE: Code = 3
PACING_VICIDIAL_TAPERED: Code = 4
PACING_ISSABEL: Code = 5
PACING_ERLANG: Code = 6
PACING_NAMES = {
    PACING_CALLFLOOR: "callfloor",
    PACING_RATIO: "ratio",
    PACING_VICIDIAL_HARD: "vicidial",
    PACING_VICIDIAL_AVERAGE: "vicidial_average",
    PACING_VICIDIAL_TAPERED: "vicidial_tapered",
    PACING_ISSABEL: "issabel",
    PACING_ERLANG: "erlang",
}

# Settings of a campaign that can be changed while it runs: CAMPAIGN_CHANGED carries the code and the value.
SET_MODE: Code = 0
SET_POOL: Code = 1
SET_DIAL_RATIO: Code = 2
SET_SHARE: Code = 3
SET_RESERVE: Code = 4
SET_LINES: Code = 5
SET_CALLS_PER_S: Code = 6
SET_ANSWER_WITHIN_S: Code = 7
SET_RING_TIMEOUT_S: Code = 8
SET_WRAP_UP_S: Code = 9
SET_MAX_ATTEMPTS: Code = 10
SET_COOLDOWN_S: Code = 11
SET_ABANDON_RATE_MAX: Code = 12
SET_PREVIEW_S: Code = 13
SET_PREVIEW_EXPIRES: Code = 14
SET_SKIP_RETRY_S: Code = 15
SET_MACHINE: Code = 16
SET_PACING: Code = 17
SET_VICIDIAL_READY: Code = 18
SETTINGS: Count = 19
SETTING_NAMES = (
    "mode",
    "pool",
    "dial_ratio",
    "share",
    "reserve",
    "lines",
    "calls_per_s",
    "answer_within_s",
    "ring_timeout_s",
    "wrap_up_s",
    "max_attempts",
    "cooldown_s",
    "abandon_rate_max",
    "preview_s",
    "preview_expires",
    "skip_retry_s",
    "machine",
    "pacing",
    "vicidial_ready",
)
