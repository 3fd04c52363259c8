"""The one place that starts Scrapy: the process, its settings, and the spider on its road.

Knows nothing of pages, lists or tables; loads what does when something is to be visited. Start
reading at `crawl`.
"""

import gc
import logging
import signal
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from aggregator import __version__
from aggregator.catalogue import Catalogue
from aggregator.config import Config
from aggregator.items import Candidate, Source, Vocabulary
from aggregator.proof import Proof
from aggregator.run import CrawlReport, Forecast, Request, SourceReport
from aggregator.store import Store, runs, sources
from aggregator.worker import is_gone

if TYPE_CHECKING:
    from aggregator.road import Road
    from aggregator.trial import Trial


def crawl(
    config: Config, catalogue: Catalogue, store: Store, request: Request, *,
    progress: Callable[[SourceReport], None] = lambda _: None,
    foretell: Callable[[Forecast], None] = lambda _: None,
) -> CrawlReport:  # fmt: skip
    """Visits what is due, or what is named, and saves what is new. Once in a process.

    Raises: StoreError when the database cannot be used at the start, or to take up a Source.
    """
    with store.write() as session:
        sources.sync(session, catalogue.sources, catalogue.digest)
        now = datetime.now(UTC)
        runs.abandon(session, is_gone, now)
        if request.only is None and not runs.is_any_due(session, now):
            return CrawlReport()  # what visits need takes two seconds of CPU to load
    # First, and from here: it looks through the call stack and every module loaded by then, which takes
    # three times as long from where Scrapy would load it.
    import scrapy.core.downloader.contextfactory  # noqa: F401

    from aggregator.road import Road

    road = Road(config, catalogue, store, request, progress=progress, foretell=foretell)
    is_interrupted = _walk(config, catalogue.sources, road)
    if road.fault is not None:
        raise road.fault
    with store.read() as session:
        held = runs.held(session, request.only or (), datetime.now(UTC))
    return CrawlReport(road.reports, is_interrupted=is_interrupted, held=held)


def try_out(config: Config, vocabulary: Vocabulary, tried: Sequence[Source]) -> tuple[Proof, ...]:
    """What the ways into these Sources yield: a little of each is read, nothing kept. Once in a process."""
    from aggregator.trial import Trial

    trial = Trial(vocabulary, tried)
    _walk(config, tried, trial)
    return trial.proofs()


def survey(config: Config, vocabulary: Vocabulary, source: Source) -> tuple[Candidate, ...]:
    """All articles that the Source's ways in name, without fetching one. Once in a process."""
    from aggregator.trial import Trial
    from spiders.comparing import Survey

    trial = Trial(vocabulary, [source], kind=Survey)
    _walk(config, [source], trial)
    return trial.listed()


def _walk(config: Config, visited: Iterable[Source], road: "Road | Trial") -> bool:
    """Runs the spider on that road until nothing is left to visit; says whether it was interrupted."""
    from scrapy import signals
    from scrapy.crawler import AsyncCrawlerProcess

    from spiders.base import SourceSpider

    levels = {log: log.level for log in (logging.getLogger(), logging.getLogger("scrapy"))}
    logging.disable(logging.INFO)  # Scrapy would list its settings and libraries first
    process = AsyncCrawlerProcess(_settings(config, visited))
    logging.disable(logging.NOTSET)
    for log, level in levels.items():
        log.setLevel(level)  # Scrapy sets its own when a process is made
    crawler = process.create_crawler(SourceSpider)
    reasons: list[str] = []

    def closed(reason: str) -> None:
        reasons.append(reason)

    crawler.signals.connect(closed, signals.spider_closed)
    process.crawl(crawler, road=road)
    # Looking for cycles takes an eighth of this process's time at Python's own pace; what is loaded by
    # now stays, and at a seventh of that pace the peak of memory is the same.
    gc.freeze()
    gc.set_threshold(5_000, 20, 20)
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    process.start()
    for number, handler in handlers.items():
        signal.signal(number, handler)  # Scrapy's stay, and would swallow Ctrl-C from here on
    return reasons == ["shutdown"]


def _settings(config: Config, visited: Iterable[Source]) -> Any:  # noqa: ANN401  Scrapy's Settings
    from scrapy.settings import Settings

    settings = Settings()
    settings.setmodule("aggregator.settings")
    slots = {
        host: {"concurrency": 1, "delay": source.pace, "jitter": settings.getfloat("DOWNLOAD_DELAY_JITTER")}
        for source in visited
        for host in source.hosts
    }
    settings.setdict(
        {
            "SPIDER_MODULES": [],  # the one spider is at hand: nobody looks for it in all modules
            "USER_AGENT": user_agent(config),
            "ROBOTSTXT_USER_AGENT": config.user_agent,
            "DOWNLOAD_TIMEOUT": config.timeout_seconds,
            "DOWNLOAD_MAXSIZE": config.max_bytes,
            "DOWNLOAD_SLOTS": slots,
        },
        priority="cmdline",
    )
    return settings


def user_agent(config: Config) -> str:
    """The honest name that sites see: product, version, and how to reach the operator."""
    contact = f" (+{config.contact})" if config.contact else ""
    return f"{config.user_agent}/{__version__}{contact}"
