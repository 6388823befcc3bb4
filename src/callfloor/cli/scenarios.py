"""`callfloor scenarios`: the built-in scenarios, and each as a file to start from."""

from __future__ import annotations

import click

from callfloor.scenario.catalogue import builtin_names, builtin_summary, builtin_text


@click.command()
@click.argument("name", required=False)
def scenarios(name: str | None) -> None:
    """List the built-in scenarios, or print the one called NAME as a TOML file to start from."""
    if name is not None:
        click.echo(builtin_text(name), nl=False)
        return
    names = builtin_names()
    width = max(len(each) for each in names)
    for each in names:
        click.echo(f"{each:<{width}}  {builtin_summary(each)}")
