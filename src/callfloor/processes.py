"""What can be told of another process on this machine."""

from __future__ import annotations

import os


def may_be_running(process: int) -> bool:
    """Whether there is a process of this id, as far as can be told from here; if in doubt, there is."""
    if os.name != "posix":
        # Signal 0 is no mere question elsewhere.
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
