"""YAML as the files of this repository have it."""

from __future__ import annotations

from typing import Any

import yaml


class Dumper(yaml.SafeDumper):
    """Writes YAML as the files beside it are: lists indented, texts of several lines as they are."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        """See PyYAML's; lists are always indented."""
        super().increase_indent(flow, False)


def text_node(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    """A text, as a block where it has several lines."""
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


Dumper.add_representer(str, text_node)


def as_yaml(made: dict[str, Any], width: int) -> str:
    """A document; texts are broken at the first space behind so many columns."""
    return yaml.dump(made, Dumper=Dumper, sort_keys=False, width=width, allow_unicode=True)
