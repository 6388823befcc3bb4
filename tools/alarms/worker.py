"""The alarms by a worker's figures."""

from __future__ import annotations

from tools.alarms.alarm import Alarm

ALARMS = (
    Alarm(
        "no_worker",
        "absent(callfloor_floors)",
        60,
        "critical",
        "No worker tells its figures",
        "There is no worker, or Prometheus does not reach any. Nobody dials; conversations go on at "
        "the carrier.",
    ),
    Alarm(
        "floors_not_looked_after",
        "max(callfloor_floors_planned) - sum(callfloor_floors) > 0",
        30,
        "critical",
        "Nobody looks after {{ $value }} floors",
        "There are floors that no worker has taken, for longer than a lease. They do not dial, and "
        "what is told of them waits.",
    ),
    Alarm(
        "outbox_stuck",
        "callfloor_outbox_age_seconds > 5",
        0,
        "critical",
        "Floor {{ $labels.floor }} has sent nothing for {{ $value }} s",
        "The floor has lost its database or its carrier, and can send nothing. People who answer "
        "wait; after two seconds they are abandoned calls.",
    ),
    Alarm(
        "carrier_lost",
        "callfloor_carrier_connected == 0",
        15,
        "critical",
        "Worker {{ $labels.instance }} has no carrier",
        "This worker has no connection to the carrier. After a lease it gives its floors to others, "
        "who may have one.",
    ),
    Alarm(
        "inbox_late",
        "callfloor_inbox_age_seconds > 5",
        15,
        "critical",
        "What is told of floor {{ $labels.floor }} waits for {{ $value }} s",
        "Desks and supervisors are not heard: what they have put down waits in the database.",
    ),
    Alarm(
        "lag_high",
        "histogram_quantile(0.99, sum by (le, floor) (rate(callfloor_lag_seconds_bucket[5m]))) > 0.1",
        300,
        "warning",
        "Floor {{ $labels.floor }} answers late: 99th percentile {{ $value }} s",
        "From what the carrier tells to what comes of it more than 0.1 s pass, for one event in a "
        "hundred. People hear silence for so long.",
    ),
    Alarm(
        "clock_skew",
        "abs(callfloor_clock_ahead_seconds) > 1",
        60,
        "warning",
        "The clock of {{ $labels.instance }} is off by {{ $value }} s",
        "This machine's clock and the database's differ by more than a second. The worker goes by the "
        "database's, so that calls are lawful by that. If it is the database's that is wrong, hours "
        "of calling are wrong.",
    ),
    Alarm(
        "inbox_refused",
        "callfloor_inbox_refused > 0",
        0,
        "warning",
        "{{ $value }} entries of floor {{ $labels.floor }} were set aside",
        "Something that was put down for the floor could not be taken. It is kept with the reason, "
        "and holds nobody up.",
    ),
    Alarm(
        "ledger_overdrawn",
        "callfloor_ledger_headroom < 0",
        60,
        "critical",
        "Campaign {{ $labels.campaign }} of floor {{ $labels.floor }} is over its limit of abandoned calls",
        "The campaign has abandoned more calls than its limit allows in the window of the law (3 % in "
        "the United States).",
    ),
)
