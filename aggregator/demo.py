"""The demo: the bundled sample sites, crawled, stored and published without any network.

Knows how the parts are put together, nothing of their insides. Start reading at `run_demo`.
"""

import os
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from aggregator.catalogue import load_catalogue
from aggregator.config import Config
from aggregator.crawl import CrawlReport, crawl
from aggregator.feeds.publish import PublishReport, publish
from aggregator.road import Request
from aggregator.sampleserver import SampleSites
from aggregator.samplesite import samples_root
from aggregator.store import open_store

# The samples' dates are fixed, and all of them are to be seen: no first visit's bounds, no age.
_EVER_DAYS = 36_500
_TYPES = {
    ".rss": "application/rss+xml; charset=utf-8",
    ".atom": "application/atom+xml; charset=utf-8",
    ".json": "application/feed+json; charset=utf-8",
}


@dataclass(frozen=True, slots=True)
class DemoReport:
    """What a demo did, and where it left its files."""

    crawled: CrawlReport
    published: PublishReport
    archive: Path
    public: Path


def run_demo(config: Config, keep: Path | None) -> DemoReport:
    """Crawls the sample sites into a folder and publishes their feeds. Once in a process."""
    folder = (keep or Path(tempfile.mkdtemp(prefix="aggregator-demo-"))).absolute()
    folder.mkdir(parents=True, exist_ok=True)
    archive, public = folder / "archive.sqlite", folder / "public"
    config = replace(
        config,
        database=f"sqlite:///{archive}",
        publish=public,
        authority="demo.example",
        pace=0.0,
        first_visit_articles=_EVER_DAYS,
        first_visit_days=_EVER_DAYS,
        feed_days=_EVER_DAYS,
    )
    crawled, published = run_samples(config)
    return DemoReport(crawled, published, archive, public)


def run_samples(config: Config) -> tuple[CrawlReport, PublishReport]:
    """One run of the main job over the sample sites with these options. Once in a process."""
    catalogue = load_catalogue(samples_root() / "catalogue.toml", None, pace=config.pace)
    store = open_store(config.database, authority=config.authority)
    try:
        with SampleSites() as proxy:
            # Names such as mobilita.example exist behind this proxy alone.
            os.environ["http_proxy"] = proxy
            os.environ.pop("no_proxy", None)
            crawled = crawl(
                config, catalogue, store, Request(tuple(source.id for source in catalogue.sources))
            )
        published = publish(
            store,
            catalogue.vocabulary,
            config.publish,
            base_url=config.base_url,
            language=config.language,
            summary_length=config.summary_length,
            feed_entries=config.feed_entries,
        )
    finally:
        store.close()
    return crawled, published


class _Handler(SimpleHTTPRequestHandler):
    extensions_map = SimpleHTTPRequestHandler.extensions_map | _TYPES

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the base class's name
        """Stays silent: a demo is looked at, not logged."""


def serve_folder(public: Path, say: Callable[[str], None]) -> None:
    """Serves the published folder on 127.0.0.1 until Ctrl-C, for a look at a demo."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, directory=str(public))) as server:
        say(f"served at http://127.0.0.1:{server.server_address[1]}/ until Ctrl-C")
        with suppress(KeyboardInterrupt):
            server.serve_forever()
