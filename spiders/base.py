"""The one spider: it visits many Sources at once, each through its way in, and yields Fetched.

Knows nothing of the store: Sources and their memories come in with the Visits, and what was
learnt stays on them. Start reading at `SourceSpider.start`.
"""

import logging
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any, Protocol, Self

from scrapy import Request, Spider
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.utils.misc import load_object
from twisted.python.failure import Failure

from aggregator.check import Check
from aggregator.errors import ParseError
from aggregator.items import (
    Candidate,
    Fetched,
    Page,
    Reason,
    Refused,
    RobotsRules,
    Validator,
    Way,
)
from spiders import poll, wordpress
from spiders.answer import is_blank, page_of, record_page
from spiders.entrance import Entrance
from spiders.learnt import check_structure
from spiders.reader import read_list, read_ways
from spiders.reading import Listing, moved_to
from spiders.refusal import GivenUp, Refusal, trouble
from spiders.robots import Robots
from spiders.visit import Visit

log = logging.getLogger(__name__)

_LISTING_PRIORITY = 10  # lists before articles: the visit's size is known early


@dataclass(frozen=True, slots=True)
class Dropped:
    """A Candidate whose page could not be had, for a reason that will not go away by itself."""

    source_id: str
    candidate: Candidate
    refused: Refused


@dataclass(frozen=True, slots=True)
class PassedOver:
    """Canonical URLs outside the depth of a first visit: known from now on, never fetched."""

    source_id: str
    urls: tuple[str, ...]


class RobotsMemory(Protocol):
    """What this crawl read itself of robots.txt files."""

    @property
    def fetched(self) -> tuple[RobotsRules, ...]:
        """The rules worth keeping for a day."""


class Road(Protocol):
    """What the spider needs of whoever started it."""

    async def open_robots(self, robots: RobotsMemory) -> tuple[RobotsRules, ...]:
        """Rules that earlier crawls read; `robots` is asked at the end for those to keep."""

    def visits(self) -> AsyncIterator[Visit]:
        """The visits to make, their Sources leased, as hosts become free."""

    def visit_planned(self, visit: Visit, requests: int) -> None:
        """Called once it is known how many pages a visit will ask for."""

    def visit_over(self, visit: Visit) -> None:
        """Called once a visit has nothing under way any more."""


class SourceSpider(Spider):
    """Crawls all Sources that the road leased, a download slot per host.

    `scrapy crawl sources -a only=clm,afil` opens the road by itself.
    """

    name = "sources"
    road: Road

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:  # noqa: ANN401
        """The spider with its road: the one handed over, else one opened by the project's settings."""
        road = kwargs.pop("road", None)
        if road is None:
            road = load_object(crawler.settings["ROAD"]).from_settings(
                crawler.settings, only=kwargs.pop("only", "")
            )
        spider = super().from_crawler(crawler, *args, **kwargs)
        spider.road = road
        return spider

    async def start(self) -> AsyncIterator[Any]:
        """The first requests of every visit."""
        robots = self.crawler.get_downloader_middleware(Robots)
        if robots is not None:
            robots.preload(await self.road.open_robots(robots))
        async for visit in self.road.visits():
            visit.open_requests += 1
            for request in self._accounted(visit, self._open(visit)):
                yield request

    # ------------------------------------------------------------- lists

    def _open(self, visit: Visit) -> Iterator[Any]:
        visit.entrances.extend(visit.first_entrances(wordpress.first_urls(visit.source)))
        yield from self._next_entrance(visit)

    def _next_entrance(self, visit: Visit) -> Iterator[Any]:
        """Opens the next way in, or ends the listing when there is none left."""
        entrance = visit.next_entrance()
        if entrance is None:
            yield from self._choose(visit)
        elif entrance.way is Way.AUTO:
            yield from self._ask_ways(visit, entrance.urls[0])
        else:
            yield from self._poll(visit, entrance)

    def _poll(self, visit: Visit, entrance: Entrance) -> Iterator[Any]:
        """Asks the next cheap question that stands for a list, else the lists."""
        url = visit.next_poll(entrance)
        if url is None:
            yield from self._enter(visit, entrance)
        else:
            yield self._request(visit, url, self._parse_poll, asked=url)

    def _enter(self, visit: Visit, entrance: Entrance) -> Iterator[Any]:
        if not visit.is_covering:
            visit.way = visit.narrowed or entrance
        yield from self._begin(visit, entrance)

    def _begin(self, visit: Visit, entrance: Entrance) -> Iterator[Any]:
        """Reads the lists of a way in; a page that was asked for its ways in is at hand already."""
        if requests := list(self._list(visit, entrance.urls)):
            yield from requests
        else:
            yield from self._after_listing(visit)

    def _parse_poll(self, response: Response, visit: Visit, asked: str) -> Iterator[Any]:
        """Goes on to the lists if they moved: to what changed since, where no post came or went."""
        page, entrance = page_of(response), visit.entrance
        if entrance is None:
            return
        try:
            read = read_list(entrance.way, page, visit.source) if page.status == 200 else Listing()
        except ParseError:
            read = Listing()
        is_child, known = entrance.way is Way.SITEMAP, visit.memory.validator(asked)
        mark = poll.mark_of_child(read.candidates) if is_child else poll.mark_of(page, read.candidates)
        if mark and known and known.stamp == mark:
            visit.counts["not_modified"] += 1
            if visit.has_polls(entrance):
                yield from self._poll(visit, entrance)
            else:
                visit.way = entrance
                yield from self._choose(visit)
            return
        visit.validators[asked] = Validator(asked, stamp=mark)
        if is_child:
            visit.listed.discard(asked)  # it stands in the index, which is asked now
            visit.at_hand |= {asked: page} if read.candidates else {}
            yield from self._enter(visit, entrance)
            return
        since = visit.memory.visited_at
        if mark and known and known.stamp and since and not poll.is_grown(mark, known.stamp):
            visit.narrowed = entrance
            entrance = replace(entrance, urls=tuple(poll.narrow(url, since) for url in entrance.urls))
        yield from self._enter(visit, entrance)

    def _list(self, visit: Visit, urls: Iterable[str], chain: str = "") -> Iterator[Request]:
        """Requests for lists that are not at hand; `chain` is the first address of what they are pages of."""
        for url in urls:
            if url in visit.listed:
                continue
            visit.listed.add(url)
            visit.chains[url] = chain or url
            if url in visit.at_hand:
                yield from self._read_listing(visit.at_hand[url], visit, url)
                continue
            visit.open_listings += 1
            yield self._request(visit, url, self._parse_listing, asked=url)

    def _ask_ways(self, visit: Visit, url: str) -> Iterator[Any]:
        """Asks a page for the ways in that it states; robots.txt has been asked already."""
        robots = self.crawler.get_downloader_middleware(Robots)
        kept = robots.page_at(url) if robots is not None else None
        if kept is None:
            yield self._request(visit, url, self._discover)
        else:
            yield from self._note_ways(kept, visit)

    def _discover(self, response: Response, visit: Visit) -> Iterator[Any]:
        yield from self._note_ways(page_of(response), visit)

    def _note_ways(self, page: Page, visit: Visit) -> Iterator[Any]:
        """Reads from a home page, or from robots.txt, which ways in its owner offers."""
        found = read_ways(page, visit.source)
        if visit.is_covering:
            visit.plan_covering(tuple((way.way, way.url) for way in found))
            yield from self._next_entrance(visit)
            return
        is_home = page.requested_url == visit.source.url
        if is_home and is_blank(page) and visit.asks_once_more(page.requested_url):
            yield self._request(visit, page.requested_url, self._discover)
            return
        visit.note_home(page, found, is_home=is_home)
        visit.plan(tuple((way.way, way.url) for way in found), is_home=is_home)
        if not found and is_home:
            visit.errors.append(trouble(page, f"no way in found at {page.url} (HTTP {page.status})"))
        yield from self._next_entrance(visit)

    def _parse_listing(self, response: Response, visit: Visit, asked: str) -> Iterator[Any]:
        page = page_of(response)
        if place := moved_to(asked, page.url):
            visit.errors.append(f"{asked} answers from {place}")
        further: list[Request] = []
        if page.status == 304:
            visit.counts["not_modified"] += 1
        elif page.status in (404, 410) and visit.entrance and asked not in visit.entrance.urls:
            pass  # the page after the last one: that is how many programs end a list
        elif visit.is_covering and page.status >= 400:
            pass  # a way in that is only compared
        elif page.status >= 400:
            visit.errors.append(f"HTTP {page.status} at {asked}")
        else:
            # All at once: were the generator put off half-way, another list's end would end the listing.
            further = list(self._read_listing(page, visit, asked))
        visit.open_listings -= 1
        is_last = visit.open_listings == 0
        yield from further
        if is_last:
            yield from self._after_listing(visit)

    def _read_listing(self, page: Page, visit: Visit, asked: str) -> Iterator[Request]:
        entrance = visit.entrance
        if entrance is None:
            return
        try:
            read = read_list(entrance.way, page, visit.source)
            check_structure(asked, visit.memory.validator(asked), read)
        except ParseError as error:
            if visit.asks_once_more(asked):
                visit.open_listings += 1
                yield self._request(visit, asked, self._parse_listing, asked=asked)
            elif not visit.is_covering:
                visit.errors.append(trouble(page, str(error)))
            return
        chain = visit.chains[asked]
        unknown, unnamed = visit.add(read.candidates, chain)
        visit.counts["outside"] += read.outside
        visit.note_answer(asked, page, read)
        if visit.wants_more(unknown, unnamed, len(read.candidates)):
            yield from self._list(visit, visit.moved(read), chain)

    def _after_listing(self, visit: Visit) -> Iterator[Any]:
        if visit.begin_covering():
            yield self._request(visit, visit.source.url, self._discover)
        elif visit.is_covering and visit.entrances:
            yield from self._next_entrance(visit)
        elif visit.is_enough:
            yield from self._choose(visit)
        else:
            yield from self._next_entrance(visit)

    # ------------------------------------------------------------- articles

    def _choose(self, visit: Visit) -> Iterator[Any]:
        visit.finish_lists()
        taken, passed = visit.choose()
        again = visit.choose_again(datetime.now(UTC))
        if passed:
            yield PassedOver(visit.source.id, tuple(passed))
        self.road.visit_planned(visit, len(taken) + len(again))
        for candidate in (*taken, *again):
            if candidate.is_full_text and not visit.source.pages:
                yield Fetched(visit.source.id, record_page(candidate), candidate)
            else:
                yield self._request(visit, candidate.url, self._parse_article, candidate=candidate)
        visit.is_choosing_done = True

    def _parse_article(self, response: Response, visit: Visit, candidate: Candidate) -> Iterator[Fetched]:
        visit.counts["fetched"] += 1
        page = page_of(response)
        if page.status == 304 and visit.leave_unchanged(candidate.url):
            return
        if page.status >= 500 or page.status in (408, 425, 429):
            # Not the article's fault: not decided, so the next visit asks again.
            visit.miss(candidate)
            log.warning(
                "no answer for good source=%s url=%s status=%d", visit.source.id, page.url, page.status
            )
            return
        yield Fetched(visit.source.id, page, candidate)

    # ------------------------------------------------------------- requests

    def _request(
        self, visit: Visit, url: str, parse: Callable[..., Iterator[Any]], *,
        asked: str | None = None, candidate: Candidate | None = None,
    ) -> Request:  # fmt: skip
        """A request that belongs to a visit: whatever becomes of it, the visit hears of its end."""
        kwargs: dict[str, Any] = {"visit": visit}
        headers = {}
        if candidate is not None:
            kwargs["candidate"] = candidate
        if asked is not None:
            kwargs["asked"] = asked
        validator: Validator | Check | None = visit.checks.get(url) if candidate else None
        if asked is not None and visit.asks_conditionally:
            validator = visit.memory.validator(asked)
        if validator:
            headers = {"If-None-Match": validator.etag, "If-Modified-Since": validator.last_modified}
        if asked is not None and asked not in visit.chains and visit.memory.visited_at:
            headers = {"If-Modified-Since": format_datetime(visit.memory.visited_at, usegmt=True)}

        def answered(response: Response) -> Iterator[Any]:
            return self._accounted(visit, parse(response, **kwargs), candidate)

        def failed(failure: Failure) -> Iterator[Any]:
            return self._accounted(visit, self._failed(failure, visit, candidate, asked), candidate)

        visit.open_requests += 1
        return Request(
            url,
            callback=answered,
            errback=failed,
            headers={k: v for k, v in headers.items() if v},
            dont_filter=True,  # visits keep their own account: a filtered request would never end
            priority=0 if candidate else _LISTING_PRIORITY,
            meta={"source": visit.source, "visit": visit},
        )

    def _accounted(
        self, visit: Visit, output: Iterator[Any], candidate: Candidate | None = None
    ) -> Iterator[Any]:
        """Passes a callback's output on, and closes its request; a bug in it costs the page, or the visit."""
        try:
            # What still comes for lists after one has shown a bug leads nowhere.
            for item in output if candidate or not visit.has_bug else ():
                visit.open_items += not isinstance(item, Request)
                yield item
        except Exception as error:
            log.exception("bug source=%s url=%s", visit.source.id, candidate.url if candidate else "a list")
            visit.break_off(f"{type(error).__name__}: {error}"[:300], candidate)
        finally:
            visit.open_requests -= 1
            if visit.is_over:
                self.road.visit_over(visit)

    def _failed(
        self, failure: Failure, visit: Visit, candidate: Candidate | None, asked: str | None
    ) -> Iterator[Any]:
        error = failure.value
        visit.ask_not_before(getattr(error, "retry_at", None))
        reason = getattr(error, "reason", None)
        named = str(error) if isinstance(error, Refusal) else f"{type(error).__name__}: {error}"
        words = named[:300]
        if candidate is not None and visit.is_lost:
            return  # not asked at all: the loss itself is told once
        if candidate is not None:
            log.warning("not fetched source=%s url=%s error=%s", visit.source.id, candidate.url, words)
            if isinstance(reason, Reason) and candidate.url not in visit.checks:
                visit.counts["failed"] += 1
                yield Dropped(visit.source.id, candidate, Refused(candidate.url, reason, words))
            else:
                visit.miss(candidate, is_asked=not isinstance(error, GivenUp))
            return
        if asked is not None and asked not in visit.chains and visit.entrance is not None:
            visit.listed -= {asked} if visit.entrance.way is Way.SITEMAP else set()
            yield from self._enter(visit, visit.entrance)  # it could not be had: the lists may
            return
        if asked is not None and not isinstance(error, GivenUp) and visit.asks_once_more(asked):
            yield self._request(visit, asked, self._parse_listing, asked=asked)
            return
        if not visit.is_covering:
            visit.errors.append(words)
        if visit.entrance is not None and visit.entrance.way is not Way.AUTO:
            visit.open_listings -= 1
            if visit.open_listings == 0:
                yield from self._after_listing(visit)
        else:
            yield from self._next_entrance(visit)
