"""Visits to 50 sources of 8 articles in one process: its memory, and what a visit without news costs.

    python -m benchmarks.visits [--sources N] [--pages N]

The first run takes all articles in; in the second, each site's feed answers 'not modified'. An idle visit's
CPU is that of the second run over that of a run of one such visit, by source. Then the memory of first
visits to one site of some pages and of four times as many: it should hardly differ. The sites are made and
served here, on addresses of the loopback; all of one process each.
"""

import argparse
import json
import os
import sqlite3
import sys
import tempfile
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from benchmarks import farm, sites
from benchmarks.crawl import crawl_by_road
from benchmarks.measure import Cost, measure

SOURCES, ARTICLES, PAGES = 50, 8, 300
MOST_MIB, MOST_IDLE_MS, MOST_GROWTH_MIB = 220.0, 20.0, 30.0
_ROUNDS = 3


def run(folder: Path, *names: str) -> Cost:
    """`aggregator run` on the archive in the folder."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AGGREGATOR_")}
    environment |= {
        "AGGREGATOR_CONFIG": str(folder / "aggregator.toml"),
        "AGGREGATOR_DATABASE": f"sqlite:///{folder / 'archive.sqlite'}",
        "AGGREGATOR_CATALOGUE": str(folder / "catalogue.toml"),
        "AGGREGATOR_PUBLISH": str(folder / "public"),
        "AGGREGATOR_CONTACT": "benchmark@example.org",
        "AGGREGATOR_CONCURRENT_HOSTS": str(SOURCES),
    }
    return measure([sys.executable, "-m", "aggregator", "run", "--json", *names], environment)


def _brought(cost: Cost) -> tuple[int, int]:
    """How many articles were new, and how many sources answered 'not modified'."""
    rows = json.loads(cost.output)["sources"]
    return sum(row["new"] for row in rows), sum(row["outcome"] == "not_modified" for row in rows)


def visits(folder: Path, count: int) -> tuple[float, float]:
    """Prints first and idle visits; the main process's peak in MiB, and an idle visit's CPU in ms."""
    with sites.served(folder, count, ARTICLES):
        first = run(folder, "--all")
        idle, one, still, peak = [], [], [], first.own_mib
        for _ in range(_ROUNDS):
            again = run(folder, "--all")
            new, unchanged = _brought(again)
            if (new, unchanged) != (0, count):
                raise SystemExit(f"{new} new articles and {unchanged} of {count} unchanged in an idle run")
            idle.append(again.cpu)
            peak = max(peak, again.own_mib)
            one.append(run(folder, "site-0").cpu)
            _rest(folder)
            still.append(run(folder).cpu)
    new, _ = _brought(first)
    cost = (min(idle) - min(one)) * 1000 / (count - 1)
    print(f"first visits: {count} sources, {new} articles, {first.cpu:.1f} s CPU of all processes, "
          f"main process {first.own_mib:.0f} MiB")  # fmt: skip
    print(f"idle run {min(idle):.2f} s CPU, one visit {min(one):.2f}, nothing due {min(still):.2f}: "
          f"{cost:.1f} ms a source (at most {MOST_IDLE_MS:g})")  # fmt: skip
    print(f"main process at most {peak:.0f} MiB (at most {MOST_MIB:g})", flush=True)
    return peak, cost


def _rest(folder: Path) -> None:
    """Makes no source due."""
    with closing(sqlite3.connect(folder / "archive.sqlite")) as archive, archive:
        archive.execute("UPDATE source SET next_due_at = '2999-01-01 00:00:00.000000'")


def growth(folder: Path, pages: int) -> float:
    """Prints the memory of first visits to small and large sites; the difference in MiB."""
    peaks = []
    for count in (pages, 4 * pages):
        place = folder / str(count)
        place.mkdir()
        with farm.served(place, count) as root:
            made = crawl_by_road(root, place / "archive")
        print(f"one site: {made}", flush=True)
        peaks.append(made.cost.own_mib)
    print(f"growth {peaks[1] - peaks[0]:.0f} MiB (at most {MOST_GROWTH_MIB:g})")
    return peaks[1] - peaks[0]


def main(arguments: Sequence[str] = ()) -> int:
    """1 if memory or CPU is above what is stated."""
    parser = argparse.ArgumentParser(prog="benchmarks.visits", description=__doc__.splitlines()[0])
    parser.add_argument("--sources", type=int, default=SOURCES)
    parser.add_argument("--pages", type=int, default=PAGES, help="of the smaller of two sites; 0 for none")
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        peak, cost = visits(folder, given.sources)
        grown = growth(folder, given.pages) if given.pages else 0.0
    return int(peak > MOST_MIB or cost > MOST_IDLE_MS or grown > MOST_GROWTH_MIB)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
