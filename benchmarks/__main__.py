"""All benchmarks, one after another: `python -m benchmarks [NAME ...]`, by default every one.

Knows nothing of what they measure: each module of this folder that is no part of another is one. The exit
code is 1 if a floor that a benchmark states does not hold. Start reading at `main`.
"""

import pkgutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

# Programs that benchmarks start, and what they share.
_PARTS = {"__main__", "bare_spider", "farm", "measure", "sites"}


def names() -> list[str]:
    """The benchmarks there are."""
    return sorted({module.name for module in pkgutil.iter_modules([str(Path(__file__).parent)])} - _PARTS)


def main(wanted: Sequence[str]) -> int:
    """Runs those named, else all, each in a process of its own; 2 for a name that is none."""
    if unknown := [name for name in wanted if name not in names()]:
        print(f"no benchmark {', '.join(unknown)}; there are {', '.join(names())}", file=sys.stderr)
        return 2
    failed = []
    for name in wanted or names():
        print(f"== {name}", flush=True)
        if subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], check=False).returncode:
            failed.append(name)
    if failed:
        print(f"failed, or missed their floors: {', '.join(failed)}")
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
