"""CPU per page of `extract` beside a bare lxml parse and trafilatura, on a folder of HTML pages.

Knows nothing of quality: the accuracy tests measure that. Run `python benchmarks/extract.py FOLDER`;
without a folder it makes pages of its own. Start reading at `main`.
"""

import argparse
import random
import resource
import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from aggregator.extract import extract
from aggregator.extract.tree import parse_page
from aggregator.items import Candidate, Page, RawArticle, Source, Way
from aggregator.pagefile import read_many

NOW = datetime(2024, 3, 12, tzinfo=UTC)
WORDS = ("cluster", "impresa", "ricerca", "bando", "regione", "mobilità", "energia", "progetto", "rete")


def made_page(number: int) -> bytes:
    """A page of about 60 kB: menus, an article of forty paragraphs, teasers and a footer."""
    rnd = random.Random(number)
    prose = [" ".join(rnd.choices(WORDS, k=60)) for _ in range(40)]
    menu = "".join(
        f'<li class="menu-item menu-item-{i}"><a href="/{i}/">Voce {i}</a></li>' for i in range(120)
    )
    text = "".join(f'<p>{p} <a href="/x/">nota</a> e <em>altro</em>.</p>' for p in prose)
    teasers = "".join(f'<div class="card"><h4><a href="/t{i}/">Titolo {i}</a></h4></div>' for i in range(30))
    return (
        f"<html lang=it><head><title>Titolo {number} | Sito</title></head><body><nav><ul>{menu}</ul></nav>"
        f'<main><article><h1>Titolo {number}</h1><p class="meta">11/03/2024</p>{text}</article>'
        f'<div class="related">{teasers}</div></main><footer><ul>{menu}</ul></footer></body></html>'
    ).encode()


def cpu_of(work: Callable[[Page], object], pages: list[Page]) -> float:
    """CPU milliseconds a page."""
    started = time.process_time()
    for page in pages:
        work(page)
    return (time.process_time() - started) * 1000 / len(pages)


def ours(page: Page) -> RawArticle:
    """What the product does."""
    return extract(page, Candidate(url=page.url, way=Way.LISTING), Source(id="bench", url=page.url))


def theirs(page: Page) -> object:
    """What trafilatura does by default, metadata included."""
    import trafilatura

    return trafilatura.bare_extraction(page.body, url=page.url, with_metadata=True, include_comments=False)


def main() -> None:
    """Prints the medians and the ratios, systems alternating within each round."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--pages", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    if arguments.folder:
        bodies = [p.read_bytes() for p in sorted(arguments.folder.rglob("*.html"))[: arguments.pages]]
    else:
        bodies = [made_page(n) for n in range(arguments.pages)]
    pages = [Page(url=f"https://bench.example/{i}/", body=b, fetched_at=NOW) for i, b in enumerate(bodies)]
    systems: dict[str, Callable[[Page], object]] = {"lxml parse": parse_page, "extract": ours}
    read_many()
    bodies_of = [ours(page).body for page in pages]
    fallen = sum(1 for body in bodies_of if body is not None and body.where == "trafilatura")
    memory = {}
    costs: dict[str, list[float]] = {}
    for number in range(arguments.rounds):
        for name, work in systems.items():
            costs.setdefault(name, []).append(cpu_of(work, pages))
        if number == 0:
            memory["extract"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
            theirs(pages[0])  # its import is not a page's cost
            systems["trafilatura"] = theirs
            costs["trafilatura"] = [cpu_of(theirs, pages)]
    size = sum(map(len, bodies)) / len(bodies) / 1000
    print(f"{len(pages)} pages of {size:.0f} kB, {arguments.rounds} rounds, Python {sys.version.split()[0]}")
    mine = statistics.median(costs["extract"])
    for name, values in costs.items():
        median = statistics.median(values)
        print(f"{name:12} {median:8.2f} ms CPU a page   {median / mine:6.2f} x extract")
    print(f"pages that needed the fallback: {fallen} of {len(pages)}")
    print(f"memory after the first round of extract: {memory['extract']} MiB")


if __name__ == "__main__":
    main()
