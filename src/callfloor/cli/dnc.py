"""`callfloor dnc`: do-not-call registers and requests, imported and asked."""

from __future__ import annotations

import datetime
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from callfloor.cli.leads import DB, FILE, JSON, REGION, check_options, nothing_left_behind, progress_bar
from callfloor.cli.terminal import write_json
from callfloor.failures import RunError, UsageError
from callfloor.leads.do_not_call import DAY_S, REGISTER_MAX_AGE_DAYS, fresh_until

if TYPE_CHECKING:
    from callfloor.leads.register_file import RegisterFile
    from callfloor.stores.sql.registers import Registers

BARRED_AT_ONCE = 1_000


@click.group()
def dnc() -> None:
    """Do-not-call registers and requests: import and check them."""


@dnc.command("import")
@FILE
@click.option(
    "--list",
    "name",
    required=True,
    metavar="NAME",
    help="The register's name, such as federal, by which campaigns use it. An import replaces the last one.",
)
@click.option(
    "--date",
    "dated",
    metavar="YYYY-MM-DD",
    help="The day as of which the register is right; with --internal, the day of the requests.  "
    "[default: today with --internal, else it must be given]",
)
@click.option(
    "--internal",
    is_flag=True,
    help="These people asked you not to be called: never again, in no campaign. Adds to what is there.",
)
@click.option("--asked-by", default="", metavar="NAME", help="With --internal: who passed the requests on.  "
              "[default: the file's name]")  # fmt: skip
@click.option(
    "--replace",
    is_flag=True,
    help="Import a register although it is older, or has less than half of the numbers of the one before.",
)
@click.option(
    "--skip-bad", is_flag=True, help="Leave out lines that are no number. Otherwise it is all or nothing."
)
@DB
@REGION
@JSON
def import_register(file: Path, url: str, region: str, json_file: Path | None, **options: Any) -> None:
    """Import a do-not-call register, or requests not to be called.

    FILE has one number a line, or an area code and seven digits, or columns with a header.
    Exit status: 0 imported, 1 the import failed, 2 wrong use or bad input; nothing is changed then.
    """
    from callfloor.leads.register_file import RegisterFile
    from callfloor.stores.opening import open_registers

    check_options(region, "-", json_file)
    name = options["name"].strip()
    if not name:
        raise UsageError("--list: expected a name, found nothing")
    internal = options["internal"]
    dated_at = date_of(options["dated"], internal=internal)
    read = RegisterFile(file, region.upper(), skip_bad=options["skip_bad"])
    began = time.monotonic()
    with nothing_left_behind(url), open_registers(url) as registers:
        if internal:
            told = bar_requests(registers, read, name, dated_at, options["asked_by"] or file.name)
        else:
            told = replace_register(registers, read, name, dated_at, anyway=options["replace"])
    told = {"list": name, "file": str(file), "internal": internal, **told, "skipped": read.skipped}
    told["wall_s"] = round(time.monotonic() - began, 3)
    show(told, read.examples, json_file)


def date_of(text: str | None, *, internal: bool) -> float:
    """The instant of a date option (UTC seconds). Raises UsageError for one that is wrong or stale."""
    today = datetime.datetime.now(datetime.UTC).date()
    if text is None:
        if not internal:
            raise UsageError(
                "--date: expected the day as of which the register is right, such as "
                f"{today.isoformat()}, found nothing"
            )
        return time.time()
    try:
        day = datetime.date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"--date: expected a day such as {today.isoformat()}, found {text!r}") from None
    if day > today:
        raise UsageError(f"--date: expected today ({today.isoformat()}) or a day before it, found {text}")
    dated_at = datetime.datetime.combine(day, datetime.time(0), datetime.UTC).timestamp()
    if not internal and fresh_until(dated_at) <= time.time():
        raise UsageError(
            f"--date: {text} is {(today - day).days} days ago: the register is stale; get one that is at "
            f"most {REGISTER_MAX_AGE_DAYS} days old"
        )
    return dated_at


def bar_requests(
    registers: Registers, read: RegisterFile, name: str, asked_at: float, asked_by: str
) -> dict[str, object]:
    """Have the numbers of a file never called again; all of it is read before the first is barred."""
    numbers: dict[int, None] = {}
    for batch in read.numbers():
        numbers.update(dict.fromkeys(batch))
    wanted = list(numbers)
    fresh = 0
    for place in range(0, len(wanted), BARRED_AT_ONCE):
        some = wanted[place : place + BARRED_AT_ONCE]
        fresh += registers.bar_all(some, asked_at=asked_at, asked_by=asked_by, of_list=name)
    return {"numbers": len(wanted), "new": fresh}


def replace_register(
    registers: Registers, read: RegisterFile, name: str, dated_at: float, *, anyway: bool
) -> dict[str, object]:
    """Put a file in force as the register of a name. Raises UsageError for one that looks wrong."""
    before = next((each for each in registers.all() if each.name == name), None)
    if before is not None and dated_at < before.dated_at and not anyway:
        raise UsageError(
            f"--date: {day_of(dated_at)} is older than the version in force ({day_of(before.dated_at)}); "
            "import a newer one, or this one with --replace"
        )
    with registers.begin(name, dated_at, read.path.name) as writer, progress_bar(read.path) as progress:
        for batch in read.numbers():
            writer.add(batch)
            if progress is not None:
                progress(read.bytes_read, read.size_bytes)
        if before is not None and 2 * writer.numbers < before.numbers and not anyway:
            raise UsageError(
                f"{read.path}: has {writer.numbers:,} numbers, less than half of the {before.numbers:,} of "
                f"{day_of(before.dated_at)}: is it all there? If so, import it with --replace"
            )
        writer.publish()
        return {
            "numbers": writer.numbers,
            "date": day_of(dated_at),
            "fresh_until": day_of(fresh_until(dated_at) - DAY_S),
            "numbers_before": None if before is None else before.numbers,
        }


def day_of(at: float) -> str:
    """The date of an instant, in UTC."""
    return datetime.datetime.fromtimestamp(at, datetime.UTC).date().isoformat()


def show(told: dict[str, Any], examples: list[tuple[int, str]], json_file: Path | None) -> None:
    """Say what was imported, and write the JSON file that was asked for."""
    if json_file is not None:
        write_json(told, json_file)
    if str(json_file) == "-":
        return
    if told["internal"]:
        click.echo(f"{told['numbers']:,} numbers will not be called again, {told['new']:,} of them new")
    else:
        click.echo(
            f"{told['list']}: {told['numbers']:,} numbers as of {told['date']}; campaigns may use it up to "
            f"and including {told['fresh_until']}"
        )
    for line, reason in examples:
        click.echo(f"line {line} left out: {reason}")
    if told["skipped"] > len(examples):
        click.echo(f"{told['skipped']:,} lines left out in all")


@dnc.command("check")
@click.argument("number", metavar="NUMBER|FILE")
@DB
@REGION
@JSON
def check_numbers(number: str, url: str, region: str, json_file: Path | None) -> None:
    """Say in which registers and lists a number is, or how many of a file's numbers are in each.

    Exit status: 0 none of them is in any, 1 some are, 2 wrong use or bad input.
    """
    from callfloor.stores.opening import may_be_there, open_registers

    check_options(region, "-", json_file)
    if not may_be_there(url):
        raise UsageError(f"{url}: there is no such database")
    numbers = numbers_asked(number, region.upper())
    by_list: dict[str, int] = {}
    found = 0
    with open_registers(url) as registers:
        known = registers.all()
        for e164 in numbers:
            lists = registers.lists_of(e164)
            found += bool(lists)
            for name in lists:
                by_list[name] = by_list.get(name, 0) + 1
    told = {
        "numbers": len(numbers),
        "barred": found,
        "lists": by_list,
        "registers": [
            {"name": each.name, "date": day_of(each.dated_at), "numbers": each.numbers,
             "stale": fresh_until(each.dated_at) <= time.time()}
            for each in known
        ],
    }  # fmt: skip
    if json_file is not None:
        write_json(told, json_file)
    if str(json_file) != "-":
        print_check(told)
    if found:
        raise RunError(f"{found:,} of {len(numbers):,} must not be called")


def numbers_asked(text: str, region: str) -> list[int]:
    """The numbers of a file, or the one that the text is. Raises UsageError and ListUnusableError."""
    from callfloor.leads.phone_numbers import NumberRejected, parse_number
    from callfloor.leads.register_file import RegisterFile

    path = Path(text)
    if path.is_file():
        return [e164 for batch in RegisterFile(path, region).numbers() for e164 in batch]
    try:
        return [parse_number(text, region)]
    except NumberRejected as error:
        raise UsageError(f"expected a phone number or a file that is there, found neither: {error}") from None


def print_check(told: dict[str, Any]) -> None:
    """Print what a check found, one figure a line."""
    for register in told["registers"]:
        stale = f", stale: older than {REGISTER_MAX_AGE_DAYS} days" if register["stale"] else ""
        click.echo(
            f"register {register['name']}: {register['numbers']:,} numbers as of {register['date']}{stale}"
        )
    click.echo(f"checked: {told['numbers']:,}")
    for name, count in told["lists"].items():
        click.echo(f"in {name}: {count:,}")
