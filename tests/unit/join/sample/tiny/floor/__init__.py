"""The sample floor."""

from tiny.floor.choose import (
    best,
    job_of,
    last_big,
    load_of_rule,
    move,
    name_of,
    outer,
    rate_of,
    share,
    whole,
    whole_share,
    worker_at,
)
from tiny.floor.records import ByAge, ByLoad, Floor, Job, Rule, Tally, Worker
from tiny.floor.tidy import clear_up, dismiss, forgotten, give, hire, in_order, longest_wait, waiting
from tiny.floor.words import BUSY, NEVER, NEXT

__all__ = [
    "BUSY",
    "ByAge",
    "ByLoad",
    "Floor",
    "Job",
    "NEVER",
    "NEXT",
    "Rule",
    "Tally",
    "Worker",
    "best",
    "clear_up",
    "dismiss",
    "forgotten",
    "give",
    "hire",
    "in_order",
    "job_of",
    "last_big",
    "load_of_rule",
    "longest_wait",
    "move",
    "name_of",
    "outer",
    "rate_of",
    "share",
    "waiting",
    "whole",
    "whole_share",
    "worker_at",
]
