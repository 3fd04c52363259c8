"""The whole road over 2,000 pages against a Scrapy spider that only downloads them, in alternating runs.

    python -m benchmarks.crawl [--url ROOT] [--pages N] [--rounds N]

Prints CPU a page (parent and its children) and pages a second of each round, and the ratios. The site is
made and served here, unless `--url` names one with a sitemap.xml. Both use one connection to the host.
"""

import argparse
import os
import re
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple

from benchmarks import farm
from benchmarks.measure import Cost, measure

PAGES = 2000
ROUNDS = 3
CONNECTIONS = 1  # that is how many the road opens to a host
FLOOR = 9.0
CATALOGUE = """
[[source]]
id = "farm"
name = "Farm"
url = "{root}"
hosts = ["127.0.0.1"]
kind = "cluster"
way = "sitemap"
feeds = ["{root}sitemap.xml"]
pace = 0.0
allow_private = true
"""


class Run(NamedTuple):
    """One crawl: its pages and what they cost."""

    pages: int
    cost: Cost

    @property
    def cpu_ms(self) -> float:
        """CPU a page, of parent and children."""
        return self.cost.cpu * 1000 / self.pages

    @property
    def rate(self) -> float:
        """Pages a second."""
        return self.pages / self.cost.wall

    def __str__(self) -> str:
        return (
            f"{self.pages} pages, {self.cpu_ms:.1f} ms CPU a page "
            f"(first process {self.cost.own_cpu * 1000 / self.pages:.1f} ms, {self.cost.own_mib:.0f} MiB), "
            f"{self.rate:.0f} pages/s"
        )


def crawl_by_road(root: str, folder: Path) -> Run:
    """A first visit into an empty archive in the folder, by the command line."""
    folder.mkdir()
    (folder / "farm.toml").write_text(CATALOGUE.format(root=root))
    settings = {
        "CONFIG": str(folder / "aggregator.toml"),
        "DATABASE": f"sqlite:///{folder / 'archive.sqlite'}",
        "CATALOGUE": str(folder / "farm.toml"),
        "PUBLISH": str(folder / "public"),
        "FIRST_VISIT_ARTICLES_CLUSTER": "100000",
        "CONTACT": "benchmark@example.org",
    }
    (folder / "aggregator.toml").touch()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AGGREGATOR_")}
    environment |= {f"AGGREGATOR_{name}": value for name, value in settings.items()}
    cost = measure([sys.executable, "-m", "aggregator", "run", "farm", "--json"], environment)
    found = re.search(r'"new": *(\d+)', cost.output)
    return Run(int(found[1]) if found else 0, cost)


def crawl_barely(root: str) -> Run:
    """The same pages, downloaded and let go."""
    cost = measure([sys.executable, "-m", "benchmarks.bare_spider", f"{root}sitemap.xml", str(CONNECTIONS)])
    return Run(int(cost.output), cost)


def compare(root: str, folder: Path, rounds: int) -> float:
    """Prints each round and the medians of the ratios; gives back that of CPU."""
    ratios = []
    for number in range(1, rounds + 1):
        bare, road = crawl_barely(root), crawl_by_road(root, folder / str(number))
        ratios.append((road.cpu_ms / bare.cpu_ms, road.rate / bare.rate))
        load = os.getloadavg()[0]
        print(f"round {number}, load {load:.1f}\n  bare spider: {bare}\n  road:        {road}", flush=True)
        print(f"  ratios: CPU {ratios[-1][0]:.2f}, pages a second {ratios[-1][1]:.2f}", flush=True)
        if road.pages != bare.pages:
            print(f"  of {bare.pages} pages the road kept {road.pages}", flush=True)
    cpu, rate = median(cpu for cpu, _ in ratios), median(rate for _, rate in ratios)
    print(f"median ratios: CPU a page {cpu:.2f} (at most {FLOOR:g}), pages a second {rate:.2f}")
    return cpu


def main(arguments: Sequence[str] = ()) -> int:
    """1 if the road takes more than nine times the CPU of the bare spider."""
    parser = argparse.ArgumentParser(prog="benchmarks.crawl", description=__doc__.splitlines()[0])
    parser.add_argument("--url", help="root of a site with a sitemap.xml, on 127.0.0.1")
    parser.add_argument("--pages", type=int, default=PAGES, help="of the site that is made here")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if given.url:
            return int(compare(given.url.rstrip("/") + "/", folder, given.rounds) > FLOOR)
        with farm.served(folder, given.pages) as root:
            return int(compare(root, folder, given.rounds) > FLOOR)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
