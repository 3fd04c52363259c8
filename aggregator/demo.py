"""The demo: the bundled sample sites, crawled, stored and published without any network.

Knows how the parts are put together, nothing of their insides. Start reading at `run_demo`.
"""

import os
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

from aggregator.catalogue import Catalogue, load_catalogue
from aggregator.config import Config
from aggregator.crawl import crawl
from aggregator.feeds.publish import PublishReport, publish
from aggregator.items import Vocabulary
from aggregator.run import CrawlReport, Request
from aggregator.sampleserver import SampleSites
from aggregator.samplesite import samples_root
from aggregator.store import open_store

# The samples' dates are fixed, and all of them are to be seen: no first visit's bounds, no age.
_EVER_DAYS = 36_500


@dataclass(frozen=True, slots=True)
class DemoReport:
    """What a demo did, and where it left its files."""

    crawled: CrawlReport
    published: PublishReport
    archive: Path
    public: Path
    config: Config
    vocabulary: Vocabulary


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
    return DemoReport(crawled, published, archive, public, config, _samples(config).vocabulary)


def run_samples(config: Config) -> tuple[CrawlReport, PublishReport]:
    """One run of the main job over the sample sites with these options. Once in a process."""
    catalogue = _samples(config)
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


def _samples(config: Config) -> Catalogue:
    return load_catalogue(samples_root() / "catalogue.toml", None, pace=config.pace)
