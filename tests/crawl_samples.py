"""One crawl of the sample sites into an archive, and its publication: `crawl_samples.py DATABASE FOLDER`.

In a process of its own, since a crawl can be run but once in one. Prints how many articles were new.
"""

import sys
from dataclasses import replace
from pathlib import Path

from aggregator.config import load
from aggregator.demo import run_samples

EVER = 36_500


def main(database: str, folder: str) -> None:
    """Crawls and publishes."""
    config = replace(
        load(), database=database, publish=Path(folder), authority="demo.example", pace=0.0,
        first_visit_articles=EVER, first_visit_days=EVER, feed_days=EVER,
        base_url="https://news.example",
    )  # fmt: skip
    crawled, _ = run_samples(config)
    errors = [report.error for report in crawled.sources if report.error]
    sys.exit(f"failed: {errors}" if errors else print(sum(r.counts.new for r in crawled.sources)))


if __name__ == "__main__":
    main(*sys.argv[1:])
