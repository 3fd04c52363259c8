"""The road of a crawl: leases become visits, what visits bring is digested, saved and settled.

Knows neither Scrapy nor what a page or a list means. The steps:

    sync the catalogue -> take leases -> spider: lists, pages -> digest in the pool
      -> save in batches -> a visit ends: settle, close its lease -> take again, until none is due

Start reading at `Road.visits`.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Self, TypeVar

from aggregator.catalogue import Catalogue, load_catalogue
from aggregator.check import Check
from aggregator.config import Config, load
from aggregator.diary import close_visit, open_visit, outcome_of
from aggregator.errors import StoreError
from aggregator.items import Fetched, Page, Reason, RobotsRules, RunOutcome
from aggregator.recheck import complete, is_same_page, says_the_same
from aggregator.run import Forecast, Request, SourceReport
from aggregator.stop import Read, Stop, Unchanged
from aggregator.store import Session, Store, memory, open_store, runs, sightings, sources
from aggregator.store.runs import Lease, LeaseLostError, RunCounts
from aggregator.worker import is_gone, own_name
from pipelines.pool import Digester
from pipelines.save import Saver
from pipelines.settle import announce, apply, keep, learn_early, load_pages, plan_settling
from spiders.base import Dropped, PassedOver, RobotsMemory
from spiders.visit import Visit

log = logging.getLogger(__name__)

_T = TypeVar("_T")

LEASE_MINUTES = 10.0
ROBOTS_AGE = timedelta(days=1)  # RFC 9309, 2.4: rules should not be used for longer than 24 hours


class Road:
    """Carries a crawl: leases and memories in, batches and settled visits out.

    The reactor never waits for the database: all calls go through one thread.
    """

    def __init__(
        self, config: Config, catalogue: Catalogue, store: Store, request: Request, *,
        progress: Callable[[SourceReport], None] = lambda _: None,
        foretell: Callable[[Forecast], None] = lambda _: None,
    ) -> None:  # fmt: skip
        self._foretell = foretell
        self.config, self.request, self._store, self._progress = config, request, store, progress
        self._vocabulary = catalogue.vocabulary
        self._sources = {source.id: source for source in catalogue.sources}
        self._worker = own_name()
        self.fault: StoreError | None = None
        """What kept the crawl from going on to further Sources, if anything did."""
        self._stops: dict[str, Stop] = {}
        self._done: list[SourceReport] = []
        self._finishing: set[asyncio.Task[Any]] = set()
        self._freed = asyncio.Event()
        self._database = ThreadPoolExecutor(1, thread_name_prefix="store")
        self._digester = Digester(self._vocabulary, config.jobs)
        self._renewal: asyncio.Task[None] | None = None
        self._robots: RobotsMemory | None = None
        self._settled: set[str] = set()

    @classmethod
    def from_settings(cls, settings: Any, *, only: str = "") -> Self:  # noqa: ANN401  Scrapy's Settings
        """The road of a bare `scrapy crawl sources -a only=ID,ID`: this user's own configuration."""
        config = load()
        catalogue = load_catalogue(
            config.catalogue, config.operator_catalogue, config.topics, pace=config.pace
        )
        store = open_store(config.database)
        with store.write() as session:
            sources.sync(session, catalogue.sources, catalogue.digest)
        wanted = tuple(filter(None, only.split(",")))
        return cls(config, catalogue, store, Request(wanted or None))

    @property
    def reports(self) -> tuple[SourceReport, ...]:
        """What each visit brought, in the order in which they ended."""
        return tuple(self._done)

    # ------------------------------------------------------------- visits

    async def visits(self) -> AsyncIterator[Visit]:
        """Visits as hosts become free, until nothing more is due."""
        self._renewal = asyncio.create_task(self._renew())
        while True:
            self._freed.clear()
            try:
                visits = await self._in_database(self._take)
            except StoreError as error:
                self.fault = error
                return
            for visit in visits:
                yield visit
            if not self._stops:
                return
            await self._freed.wait()

    def _take(self) -> list[Visit]:
        only = self.request.only
        done = {report.source_id for report in self._done} | set(self._stops)
        wanted = None if only is None else [id_ for id_ in only if id_ not in done]
        free = self.config.concurrent_hosts - len(self._stops)
        if free <= 0 or wanted == []:
            return []
        now = datetime.now(UTC)
        with self._store.write() as session:
            runs.abandon(session, is_gone, now)
            leases = runs.take(
                session,
                worker=self._worker,
                now=now,
                sources=wanted,
                limit=free,
                lease_minutes=LEASE_MINUTES,
                must_be_due=self.request.must_be_due,
            )
        with self._store.read() as session:
            return [self._open(session, lease, now) for lease in leases]

    def _open(self, session: Session, lease: Lease, now: datetime) -> Visit:
        source, since = self._sources[lease.source_id], self.request.since
        visit = open_visit(session, source, self.config, now, since=since)
        saver = Saver(self._store, lease, is_backfill=visit.is_backfill, checks=visit.checks)
        learn = partial(learn_early, self._store, lease)
        self._stops[source.id] = Stop(visit, lease, saver, self._in_database, self._finishing, learn)
        return visit

    def visit_planned(self, visit: Visit, requests: int) -> None:
        """Called by the spider once a visit's lists are read: a backfill says what is to come."""
        if visit.is_backfill:
            self._foretell(Forecast(visit.source.id, requests, max(visit.source.pace, visit.pace or 0.0)))

    def visit_over(self, visit: Visit) -> None:
        """Called by the spider once a visit has nothing under way: it is settled in the background."""
        stop = self._stops.get(visit.source.id)
        if stop is not None:
            task = asyncio.get_running_loop().create_task(self._finish(stop))
            self._finishing.add(task)
            task.add_done_callback(self._finishing.discard)

    async def _renew(self) -> None:
        while True:
            await asyncio.sleep(LEASE_MINUTES * 60 / 3)
            try:
                await self._in_database(self._renew_all, list(self._stops.values()))
            except StoreError as error:
                log.warning("leases not renewed error=%s", error)

    def _renew_all(self, stops: Sequence[Stop]) -> None:
        with self._store.write() as session:
            for stop in stops:
                try:
                    stop.lease = runs.renew(
                        session, stop.lease, now=datetime.now(UTC), lease_minutes=LEASE_MINUTES
                    )
                except LeaseLostError as error:
                    stop.lose(error)

    async def open_robots(self, robots: RobotsMemory) -> tuple[RobotsRules, ...]:
        """The rules of robots.txt files read within a day; what this crawl reads is kept at its end."""
        self._robots = robots
        return await self._in_database(self._load_robots)

    def _load_robots(self) -> tuple[RobotsRules, ...]:
        with self._store.read() as session:
            return memory.load_robots(session, datetime.now(UTC) - ROBOTS_AGE)

    def _save_robots(self) -> None:
        if self._robots is not None and self._robots.fetched:
            with self._store.write() as session:
                memory.save_robots(session, self._robots.fetched)

    # ------------------------------------------------------------- items

    async def digest(self, item: object) -> object:
        """The item with its Article or the reason why there is none; other items as they are."""
        if not isinstance(item, Fetched):
            return item
        stop = self._stops[item.source_id]
        if stop.visit.is_lost:
            return item
        try:
            if check := stop.visit.checks.get(item.candidate.url):
                return await self._digest_again(stop.visit, item, check)
            return await self._digest_first(stop, item)
        except StoreError as error:
            stop.lose(error)
            return item

    async def _digest_first(self, stop: Stop, item: Fetched) -> Read:
        source, memory = stop.visit.source, stop.visit.memory
        if not stop.has_learnt:
            return Read(item, await self._digester.digest(item, source, memory), memory.boilerplate)
        outcome, is_as_begun = await self._digester.digest_early(item, source, memory, stop.began)
        return Read(item, outcome, (stop.began if is_as_begun else memory).boilerplate)

    async def _digest_again(self, visit: Visit, item: Fetched, check: Check) -> Read | Unchanged:
        """The item, read if its page is another one than that which was kept; else that it is not."""
        memory = visit.memory
        fetched, kept = complete(item, await self._in_database(self._load_kept, visit.source.id, check.key))
        if kept is not None and is_same_page(fetched, kept):
            return Unchanged(visit.source.id, check)
        pages = [page for page in (fetched, kept) if page is not None]
        read = await asyncio.gather(*(self._digester.digest(page, visit.source, memory) for page in pages))
        if kept is not None and says_the_same(*read):
            return Unchanged(visit.source.id, check)
        return Read(fetched, read[0], memory.boilerplate)

    def _load_kept(self, source_id: str, key: str) -> Fetched | None:
        with self._store.read() as session:
            return sightings.snapshot_of(session, source_id, key)

    async def save(self, item: object) -> object:
        """The Match or reason, once durable; the visit is told that its item is done."""
        stop = self._stops[_source_id(item)]
        try:
            if stop.visit.is_lost:
                return None
            if isinstance(item, Unchanged):
                stop.visit.unchanged.append(item.check)
                return item
            if isinstance(item, PassedOver):
                await self._in_database(self._pass_over, stop, item)
                return item
            if isinstance(item, Dropped):
                page = Page(item.candidate.url, b"", datetime.now(UTC), status=0)
                fetched = Fetched(item.source_id, page, item.candidate)
                item = Read(fetched, item.refused, stop.visit.memory.boilerplate)
            return await stop.save(item)  # type: ignore[arg-type]  # a Read: all else is handled
        except StoreError as error:
            stop.lose(error)
            return None
        finally:
            stop.visit.open_items -= 1
            if stop.visit.is_over:
                self.visit_over(stop.visit)

    def _pass_over(self, stop: Stop, item: PassedOver) -> None:
        with self._store.write() as session:
            runs.check_fence(session, stop.lease)
            keys = [memory.UrlKey(url, Reason.OLD) for url in item.urls]
            memory.remember_urls(session, item.source_id, keys, datetime.now(UTC))

    # ------------------------------------------------------------- ends

    async def _finish(self, stop: Stop) -> None:
        """Settles the visit and closes its lease. A fault here costs this Source's visit only."""
        try:
            if not stop.visit.is_lost:
                await self._settle(stop)
            report = await self._in_database(self._close, stop)
        except Exception as error:
            if isinstance(error, StoreError):
                stop.lose(error)
            else:
                log.exception("visit not closed source=%s", stop.visit.source.id)
            report = SourceReport(stop.visit.source.id, None, RunOutcome.FAILED, RunCounts(), str(error))
        self._stops.pop(stop.visit.source.id, None)
        self._done.append(report)
        self._progress(report)
        self._freed.set()

    async def _settle(self, stop: Stop) -> None:
        """Frees the texts of what the site repeats; the end of the run announces them."""
        source, now = stop.visit.source, datetime.now(UTC)
        plan = await self._in_database(plan_settling, self._store, source.id)
        for chunk in plan.chunks():
            pages = await self._in_database(load_pages, self._store, chunk)
            digested = await asyncio.gather(
                *(self._digester.digest(page.fetched, source, plan.memory) for page in pages)
            )
            outcomes = list(zip(pages, digested, strict=True))
            await self._in_database(apply, self._store, stop.lease, outcomes, now)
        await self._in_database(keep, self._store, stop.lease, plan)
        self._settled.add(source.id)

    def _announce(self) -> None:
        announce(self._store, self._settled, datetime.now(UTC), live_days=self.config.feed_days)

    def _close(self, stop: Stop) -> SourceReport:
        visit, now = stop.visit, datetime.now(UTC)
        outcome = outcome_of(visit)
        if outcome is not RunOutcome.LOST:
            with self._store.write() as session:
                close_visit(
                    session, visit, stop.lease, outcome, now, requests_per_day=self.config.requests_per_day
                )
        with self._store.read() as session:
            counts = runs.get_run(session, stop.lease.id).counts
        log.info(
            "visit over source=%s run=%d outcome=%s found=%d new=%d failed=%d",
            visit.source.id, stop.lease.id, outcome.value, counts.found, counts.new, counts.failed,
        )  # fmt: skip
        way = visit.way.way if visit.way else visit.memory.way
        return SourceReport(visit.source.id, way, outcome, counts, visit.trouble)

    async def close(self) -> None:
        """Saves what waits, closes all visits, and lets go of database and processes."""
        if self._renewal is not None:
            self._renewal.cancel()
            with suppress(asyncio.CancelledError):
                await self._renewal
        for stop in list(self._stops.values()):
            stop.flush()
        while self._finishing:
            await asyncio.gather(*self._finishing, return_exceptions=True)
        for stop in list(self._stops.values()):
            stop.visit.errors.append("interrupted before the visit was over")
            await self._finish(stop)
        try:
            await self._in_database(self._save_robots)
        except StoreError as error:
            log.warning("robots.txt files not kept error=%s", error)
        try:
            await self._in_database(self._announce)
        except StoreError as error:
            self.fault = self.fault or error  # the next run's visits announce what this one saved
        self._digester.close()
        self._database.shutdown()

    async def _in_database(self, function: Callable[..., _T], *args: object) -> _T:
        return await asyncio.get_running_loop().run_in_executor(self._database, function, *args)


def _source_id(item: object) -> str:
    if isinstance(item, PassedOver | Dropped | Fetched | Unchanged):
        return item.source_id
    read: Read = item  # type: ignore[assignment]  # all else is handled above
    return read.fetched.source_id
