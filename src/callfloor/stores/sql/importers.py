"""Who stages a list or a register, and whether they still do."""

from __future__ import annotations

import os
import secrets
import socket

from callfloor.processes import may_be_running

DEAD_AFTER_S = 60.0
"""An importer that has given no sign of life for so long is taken for dead; one does so in every batch."""


def importer_token() -> str:
    """Who stages a list: host, process, and a word that no other import has."""
    return f"{socket.gethostname().replace('/', '-')}/{os.getpid()}/{secrets.token_hex(8)}"


def is_running(importer: str) -> bool:
    """Whether the process of an importer is there, as far as can be told from here; if in doubt, it is."""
    host, process, _ = importer.split("/")
    return host != socket.gethostname().replace("/", "-") or may_be_running(int(process))
