"""Reference pages made from the code: the command line and the settings of a floor."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import click

from callfloor.cli import callfloor
from callfloor.floor.vocabulary import OUTCOME_NAMES
from callfloor.live.settings import DISPOSITIONS, OWN_RETRY_AFTER_S, CampaignSettings, FloorSettings

MADE = "<!-- Made by `make docs`: change the code, not this page. -->"
HELP_WIDTH = 100

CLI_LEAD = (
    "Exit status of every command: 0 done, 1 the run failed or found a failure, 2 wrong use or bad input. "
    "A failure is one line on standard error."
)

SETTINGS_LEAD = (
    "What a floor and its campaigns are told, in Python: `callfloor.live.settings`. `callfloor dial` "
    "sets `mode`, `pacing`, `pool`, `dial_ratio`, `hours`, `rules` and `do_not_call` from its options and "
    "leaves the others as they are here. Times are seconds. A wrong value is refused with `UsageError`, "
    "which names the setting."
)

SETTINGS_OWN_WAITS = (
    "Outcomes that say nothing of the person have waits of their own, unless `retry_after_s` names them: {}."
)

CAMPAIGN_HELP: Mapping[str, str] = {
    "name": "The campaign's name in the store. Its leads are those imported under this name.",
    "group": "The group of agents who take its calls, from 0. It is kept for good.",
    "mode": "`power`: `dial_ratio` lines for each ready agent. `progressive`: one line. `predictive`: as "
    "many as may be expected to find an agent, within `abandon_rate_max`. `preview`: a ready "
    "agent is shown a lead and decides whether it is called. `message`: a recording for everybody who "
    "answers, without agents.",
    "pool": "Whose the lines are. `campaign`: all ready agents' together; whoever is ready longest takes an "
    "answer. `agent`: each agent's own; an answer goes to that agent only.",
    "dial_ratio": "Lines to ring for each ready agent, over 0 and up to 100. Not used in progressive mode. "
    "For an agent's own lines only the whole part counts.",
    "share": "The share of its lines that this campaign may ring, over 0 and up to 1. "
    "For the pool `campaign`.",
    "abandon_rate_max": "The limit of abandoned / (connected + abandoned). Predictive dialling keeps to "
    "it; for other modes it is reported, and goes into the head-room that a decision tells.",
    "abandon_window": "Over how long abandoned calls are counted: `30d`, the last 30 days by day, or `24h`, "
    "the last 24 hours by hour. What was counted in another window is gone when it is changed.",
    "answer_within_s": "A person who has answered and is not connected after this has been abandoned. 0: at "
    "once.",
    "ring_timeout_s": "How long the carrier is to let it ring.",
    "wrap_up_s": "How long an agent is left alone after a conversation.",
    "max_attempts": "Attempts for each lead, on whichever of its numbers.",
    "cooldown_s": "The exclusion window: no number is dialled again within this of an attempt. It holds for "
    "all campaigns of the store.",
    "retry_after_s": "How long a lead waits after an outcome. A lead is done with after an outcome that is "
    "not named. The longest of this and of `cooldown_s` holds.",
    "failures_max": "A number that has failed so often in a row is given up. 0: never.",
    "lines": "Calls that may live at once. 0: no limit. `message` keeps all of them busy.",
    "calls_per_s": "Calls that may be placed in a second. 0: no limit.",
    "message": "What the carrier plays, as the carrier names it: to a person who was abandoned, to everybody "
    "who answers in the mode `message`, to machines where these get it. Empty: nothing is played.",
    "caller_id": "The number shown to the person called.",
    "place_within_s": "A decision to dial is stale after this: the call is withheld.",
    "carrier_grace_s": "How long the carrier may be silent beyond what it has promised.",
    "bridge_within_s": "How long the carrier may take to connect an agent and a person.",
    "talk_max_s": "A conversation that is longer is taken for one whose end was lost, and is hung up.",
    "hours": "When people may be called, by their own clocks, such as `09:00-20:00`. Narrows the `rules`. "
    "Empty: as the rules say. With neither, at any time; a carrier that reaches people refuses "
    "that.",
    "rules": "Rules of law: `us`, `ca`, `gb`, or paths of files of your own, with commas between them. See "
    "[calling hours](../guides/calling-hours.md).",
    "attempts_per_day": "Attempts to a number in a calendar day of the person called, in all campaigns of "
    "the store. 0: no limit.",
    "attempts_per_24h": "Attempts to a number in any 24 hours. 0: no limit but that of the rules, as "
    "Florida's 3.",
    "attempts_per_7d": "Attempts to a number in any 7 days. 0: no limit. Regulation F wants 7 for a debt.",
    "no_call_after_talk_s": "How long a number is left alone after a conversation. 0: no longer than "
    "otherwise. Regulation F wants 7 days, 604800.",
    "cooldown_after_s": "How long a number is left alone after an outcome, in all campaigns of the store, "
    "beside `cooldown_s`; 72 hours after an abandoned call also where only other outcomes are named "
    "(`abandoned` 0 takes it away). Of all waits the longest holds.",
    "do_not_call": "Names of registers whose numbers are not dialled. One that is missing or older "
    "than 31 days stops the campaign. See [do not call](../guides/do-not-call.md).",
    "consent_required": "Whether only leads are dialled whose list says that they agreed to it.",
    "reserve": "Ready agents whom dialling leaves alone.",
    "preview_s": "Preview: how long an agent may look at a lead. 0: until they have decided.",
    "preview_expires": "Preview: what becomes of the lead when that time is over: `dial` or `skip`.",
    "skip_retry_s": "Preview: how long a skipped lead waits.",
    "machine": "What an answering machine gets. `hang_up`: nothing. `message`: the message after its beep. "
    "`connect`: an agent, as if it were a person. It is no live answer in any of them.",
    "message_max_s": "A message that plays for longer has got stuck: the call is hung up.",
    "dispositions": "What agents can say of a call, each with what becomes of the lead: see "
    "[campaigns](../guides/campaigns.md#dispositions).",
    "disposition_ends_wrap_up": "Whether an agent who says what came of a call has done with it.",
    "appointment_grace_s": "How long an appointment is for its own agent; then it is for whoever is ready.",
    "order": "In which order leads are called, appointments before all others. `priority`: by priority, and "
    "whoever has been due for longest within one. `freshest`: those never called first, of the newest list "
    "first. `oldest`: the oldest list first.",
    "only": "The values that leads must have, by `state`, `postal_code`, `time_zone` or the name of another "
    "column of their list.",
    "list_mix": "Weights by the names of lists, such as `gold.csv` 70 and `old.csv` 30: each list gives so "
    "much of the leads. One that has none due is left out meanwhile. Lists that are not named give when none "
    "of these has a lead that is due. Empty: all lists together, in their `order`.",
    "pacing": "Predictive: whose rule paces. `callfloor`: ours. `ratio`, `vicidial`, `vicidial_average`, "
    "`vicidial_tapered`, `issabel`, `erlang`: those of others "
    "[as they were published](../background/published-pacing.md), none of which knows the legal window.",
    "vicidial_ready": "VICIdial's rules count only agents who are ready, against calls that nobody talks to.",
}
"""What each field of CampaignSettings means."""

FLOOR_HELP: Mapping[str, str] = {
    "name": "The floor's name in the store.",
    "agents": "The agents' names. Agents are added and never taken away.",
    "campaigns": "The floor's campaigns. New ones go to the end.",
    "linger_s": "How long an ended call is remembered for events that come late.",
    "agent_groups": "The groups of those agents who are not in group 0, by name. An agent stays in the group "
    "that they were added to.",
}
"""What each field of FloorSettings means."""


def cli_page() -> str:
    """The page of the command line, from the commands' own help."""
    lines = [
        MADE,
        "# The command line",
        "",
        CLI_LEAD,
        "",
    ]
    for path, command in commands(callfloor, ("callfloor",)):
        lines += command_section(path, command)
    return "\n".join(lines).rstrip() + "\n"


def commands(
    command: click.Command, path: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command with the words that call it, the outer ones first."""
    yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command, info_name=path[-1])
        for name in command.list_commands(context):
            found = command.get_command(context, name)
            if found is not None:
                yield from commands(found, (*path, name))


def context_of(path: tuple[str, ...], command: click.Command) -> click.Context:
    """The context in which a command shows its full name."""
    outer = None
    for word in path[:-1]:
        outer = click.Context(click.Command(word), info_name=word, parent=outer)
    context = click.Context(command, info_name=path[-1], parent=outer, terminal_width=HELP_WIDTH)
    context.help_option_names = ["-h", "--help"]
    return context


def command_section(path: tuple[str, ...], command: click.Command) -> list[str]:
    """One command: its help as the terminal shows it, then its options one by one."""
    context = context_of(path, command)
    lines = [f"## `{' '.join(path)}`", "", "```text", command.get_help(context).rstrip(), "```", ""]
    options = [p for p in command.params if isinstance(p, click.Option) and not p.is_eager]
    if options:
        lines += ["| option | default | |", "|---|---|---|"]
        lines += [option_row(option, context) for option in options]
        lines.append("")
    return lines


def option_row(option: click.Option, context: click.Context) -> str:
    """One option as a row of a table."""
    names = ", ".join(f"`{name}`" for name in sorted(option.opts, key=len, reverse=True))
    if not option.is_flag:
        names += f" `{option.make_metavar(context).replace('|', '&#124;')}`".replace("`&", "&")
    text, _, default = (option.help or "").partition("[default: ")
    if default:
        default = default.rstrip("]")
    elif option.is_flag:
        default = "off"
    else:
        value = option.get_default(context)
        default = "none" if not isinstance(value, (str, int, float)) else f"`{value}`"
    return f"| {names} | {default} | {text.strip()} |"


def settings_page() -> str:
    """The page of the settings, from the fields of their classes."""
    own = ", ".join(f"`{name}` {wait_s:g} s" for name, wait_s in own_waits())
    lines = [
        MADE,
        "# Settings",
        "",
        SETTINGS_LEAD,
        "",
        "## CampaignSettings",
        "",
        *fields_table(CampaignSettings, CAMPAIGN_HELP),
        "",
        SETTINGS_OWN_WAITS.format(own),
        "",
        "## FloorSettings",
        "",
        *fields_table(FloorSettings, FLOOR_HELP),
    ]
    return "\n".join(lines) + "\n"


def own_waits() -> list[tuple[str, float]]:
    """The waits of outcomes that say nothing of the person, by name."""
    return [(OUTCOME_NAMES[code], wait_s) for code, wait_s in OWN_RETRY_AFTER_S.items()]


def fields_table(settings: type[Any], texts: Mapping[str, str]) -> list[str]:
    """A table of a class's fields: name, default, meaning."""
    rows = (f"| `{f.name}` | {default_of(f)} | {texts[f.name]} |" for f in dataclasses.fields(settings))
    return ["| setting | default | meaning |", "|---|---|---|", *rows]


def default_of(field: dataclasses.Field[Any]) -> str:
    """A field's default as the page shows it."""
    value = field.default_factory() if callable(field.default_factory) else field.default
    if isinstance(value, Mapping):
        return ", ".join(f"`{name}` {number:g}" for name, number in value.items()) or "none"
    if field.name == "dispositions":
        return ", ".join(f"`{each.name}`" for each in DISPOSITIONS)
    if isinstance(value, tuple):
        return "one campaign with the defaults above" if value else "none"
    if value == "":
        return "none"
    return f"`{value:g}`" if isinstance(value, float) else f"`{value}`"


PAGES: Mapping[str, Callable[[], str]] = {"cli.md": cli_page, "settings.md": settings_page}
"""The pages by the names of their files."""


def pages() -> dict[str, str]:
    """Return every page: path below the documentation folder, and text."""
    return {f"reference/{name}": make() for name, make in PAGES.items()}
