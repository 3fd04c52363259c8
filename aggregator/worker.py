"""Who crawls: the name under which a process takes its leases, and whether such a process still lives.

Knows nothing of leases. Start reading at `is_gone`.
"""

import os
import socket
from contextlib import suppress
from pathlib import Path


def own_name() -> str:
    """Machine, space of process numbers (a container has its own) and process."""
    return f"{_place()}:{os.getpid()}"


def is_gone(worker: str) -> bool:
    """Whether the worker's process has certainly ended; of another machine's nothing is known here."""
    place, _, number = worker.rpartition(":")
    if place != _place() or not number.isdecimal():
        return False
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False  # another user's, and alive
    return False


def _place() -> str:
    space = ""
    with suppress(OSError):  # a system without /proc has one space only
        space = str(Path("/proc/self/ns/pid").stat().st_ino)
    return f"{socket.gethostname()}:{space}"
