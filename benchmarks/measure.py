"""What a command costs: CPU of all processes that it starts, memory of its own, wall time.

Knows nothing of what is run. Start reading at `measure`.
"""

import ctypes
import os
import resource
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from platformdirs import user_cache_dir

_PR_SET_CHILD_SUBREAPER = 36  # linux/prctl.h


@dataclass(frozen=True, slots=True)
class Cost:
    """Shapes: `cpu` is that of the whole tree, `own_cpu` and `own_mib` (peak) of the first process."""

    cpu: float
    own_cpu: float
    own_mib: float
    wall: float
    output: str


def _as_installed(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment in which modules are read as bytecode, as after `pip install`, whatever it says."""
    kept = {name: value for name, value in environment.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return kept | {"PYTHONPYCACHEPREFIX": user_cache_dir("aggregator-benchmarks")}


def measure(command: Sequence[str], environment: Mapping[str, str] | None = None) -> Cost:
    """Runs the command to its end, and waits for all that it left running.

    Raises: CalledProcessError when it fails; OSError elsewhere than on Linux, where a process can not
        become the one that inherits what its descendants leave.
    """
    environment = _as_installed(environment or os.environ)
    before, began = _children_cpu(), time.monotonic()
    _inherit_orphans()
    with subprocess.Popen(
        command,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    ) as process:
        output = process.stdout.read() if process.stdout else ""
        _, status, own = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.monotonic() - began
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command, output)
    _reap_orphans(process.pid)
    return Cost(
        cpu=_children_cpu() - before,
        own_cpu=own.ru_utime + own.ru_stime,
        own_mib=own.ru_maxrss / 1024,
        wall=wall,
        output=output,
    )


def _children_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _inherit_orphans() -> None:
    """A pool's processes belong to one that outlives their parent: it comes to us to be counted."""
    if sys.platform != "linux":
        raise OSError("the CPU of a tree of processes can be counted on Linux alone")
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def _reap_orphans(group: int) -> None:
    with suppress(ChildProcessError):
        while True:
            os.waitpid(-group, 0)  # of that command alone: the site's server is a child of ours too
