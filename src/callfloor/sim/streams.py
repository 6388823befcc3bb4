"""The streams of draws that parts of a scenario have of their own."""

from __future__ import annotations

import hashlib

from callfloor.people.draws import take_in


def named_stream(stream: int, kind: str, name: str) -> int:
    """Return the stream of a queue, campaign or group: another one beside it changes none of its draws."""
    digest = hashlib.blake2b(f"{kind} {name}".encode(), digest_size=8).digest()
    return take_in(stream, int.from_bytes(digest, "little"))
