"""robots.txt by RFC 9309: read once per origin, obeyed before every request, its pace applied.

Knows nothing of the store: rules of earlier days come in by `preload` and go out by `fetched`.
Start reading at `read_rules`, which is pure.
"""

import asyncio
import logging
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Self
from urllib.parse import urlsplit

from protego import Protego
from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK

from aggregator.items import Page, RobotsRules
from spiders import pace
from spiders.guard import count
from spiders.refusal import Refusal, Rule
from spiders.reservation import PLACE, is_reserved, read_reserved

log = logging.getLogger(__name__)

# RFC 9309, 2.5: at least 500 kibibytes are to be read. What comes after is cut at a line.
MAX_BYTES = 500 * 1024
# RFC 9309, 2.4: a copy is not used longer than a day, unless the server cannot be reached.
MAX_AGE = timedelta(hours=24)
# RFC 9309, 2.3.1.2: five redirects are followed; then there is no robots.txt.
_MAX_REDIRECTS = 5
_META = "is_robots_txt"
RESERVED = "is_reserved"
"""The key of a request's meta that says whether the site reserves the page from mining."""


def read_rules(origin: str, status: int, body: bytes, fetched_at: datetime) -> RobotsRules:
    """What an answer to `/robots.txt` means, whatever its status. Never raises.

    Source: RFC 9309, 2.3.1: 4xx = none there, all is allowed; 5xx = unreachable, nothing is
        allowed for now. A 429 asks for rest and counts as unreachable; an HTML page in its
        place, as 37 of 300 Italian public sites give, holds no rules.
    """
    if status == 429 or status >= 500:
        return RobotsRules(origin, fetched_at, is_closed=True, why=f"robots.txt answers HTTP {status}")
    if not 200 <= status < 300:
        return RobotsRules(origin, fetched_at, why=f"robots.txt answers HTTP {status}")
    if len(body) > MAX_BYTES:
        body = body[:MAX_BYTES].rpartition(b"\n")[0]
    text = body.decode("utf-8", "replace").lstrip("\ufeff \t\r\n")
    if text.startswith("<"):
        return RobotsRules(origin, fetched_at, why="an HTML page in place of robots.txt")
    return RobotsRules(origin, fetched_at, text)


class Verdict:
    """Rules made ready for use: asked for every request, so parsed once."""

    def __init__(self, rules: RobotsRules, token: str) -> None:
        self.rules = rules
        self._token = token
        self._protego = Protego.parse(rules.text)

    def allows(self, url: str) -> bool:
        """Whether the address may be asked: longest match, Allow wins a tie (RFC 9309, 2.2.2)."""
        return not self.rules.is_closed and bool(self._protego.can_fetch(url, self._token))

    @property
    def crawl_delay(self) -> float | None:
        """Seconds between two requests that the owner asks for, if any."""
        delay = self._protego.crawl_delay(self._token)
        return float(delay) if delay and delay > 0 else None


class Robots:
    """Downloader middleware: lets pass what robots.txt allows, at the pace it asks for."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        # The product token (RFC 9309, 2.2.1), without version and contact.
        self.token = str(crawler.settings["USER_AGENT"]).partition("/")[0].strip()
        self._known: dict[str, RobotsRules] = {}
        self._verdicts: dict[str, asyncio.Future[Verdict]] = {}
        self._refusals: dict[str, Refusal] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """The obedience of a crawl."""
        return cls(crawler)

    def preload(self, rules: Iterable[RobotsRules]) -> None:
        """Takes in what earlier visits read; used while it is fresh, or where the server is down."""
        self._known.update({rule.origin: rule for rule in rules if not rule.is_closed})

    def page_at(self, url: str) -> Page | None:
        """The robots.txt at that address, where this crawl has its rules; None for any other address."""
        future = self._verdicts.get(origin_of(url))
        if urlsplit(url).path != "/robots.txt" or future is None or not future.done() or future.cancelled():
            return None
        rules = future.result().rules
        page = Page(url, rules.text.encode(), rules.fetched_at, requested_url=url)
        return None if rules.is_closed else page

    @property
    def fetched(self) -> tuple[RobotsRules, ...]:
        """What this crawl read itself and is worth keeping: rules, not failures."""
        done = (
            future.result().rules
            for future in self._verdicts.values()
            if future.done() and not future.cancelled()
        )
        return tuple(
            rules for rules in done if not rules.is_closed and self._known.get(rules.origin) != rules
        )

    async def process_request(self, request: Request) -> None:
        """Refuses what the origin's robots.txt forbids, and slows the host down to its Crawl-delay."""
        if request.meta.get(_META):
            return
        verdict = await self._verdict(request)
        if refusal := self._refusals.get(origin_of(request.url)):
            raise refusal.with_traceback(None)
        if verdict.crawl_delay is not None:
            pace.at_least(
                self._crawler, pace.slot_of(self._crawler, request), verdict.crawl_delay, exact=True
            )
        request.meta[RESERVED] = is_reserved(verdict.rules.reserved, request.url)
        if not verdict.allows(request.url):
            count(self._crawler, Rule.ROBOTS)
            raise Refusal(Rule.ROBOTS, f"{verdict.rules.why or 'robots.txt forbids it'}: {request.url}")

    async def _verdict(self, request: Request) -> Verdict:
        origin = origin_of(request.url)
        if origin in self._verdicts:
            return await asyncio.shield(self._verdicts[origin])
        future: asyncio.Future[Verdict] = asyncio.get_running_loop().create_future()
        self._verdicts[origin] = future
        try:
            verdict = Verdict(await self._rules(origin, request), self.token)
        except BaseException:
            future.cancel()
            raise
        future.set_result(verdict)
        return verdict

    async def _rules(self, origin: str, request: Request) -> RobotsRules:
        known = self._known.get(origin)
        if known is not None and datetime.now(UTC) - known.fetched_at < MAX_AGE:
            return known
        rules = await self._ask(origin, request)
        if Verdict(rules, self.token).allows(f"{origin}{PLACE}"):
            rules = replace(rules, reserved=await self._ask_reserved(origin, request))
        return known if rules.is_closed and known is not None and origin not in self._refusals else rules

    async def _ask_reserved(self, origin: str, request: Request) -> str:
        """What the site reserves from mining; nothing where it cannot be had: pages say so as well."""
        ask = _beside(request, f"{origin}{PLACE}")
        try:
            response = await self._download(ask)
        except Exception as error:  # noqa: BLE001 - whatever kept us from it, it was not had
            log.info("tdmrep.json unreachable origin=%s error=%r", origin, error)
            return ""
        return read_reserved(response.status, response.body)

    async def _ask(self, origin: str, request: Request) -> RobotsRules:
        ask = _beside(request, f"{origin}/robots.txt")
        now = datetime.now(UTC)
        try:
            response = await self._download(ask)
        except Refusal as refusal:
            if refusal.rule is Rule.REDIRECTS:
                return RobotsRules(origin, now, why="robots.txt redirects more than five times")
            if refusal.rule is not Rule.HOST:
                # What is wrong with the host itself is wrong with every request to it.
                self._refusals[origin] = refusal
            return RobotsRules(origin, now, is_closed=True, why=f"robots.txt could not be had: {refusal}")
        except Exception as error:  # noqa: BLE001 - whatever kept us from it, it was not had
            log.info("robots.txt unreachable origin=%s error=%r", origin, error)
            words = f"robots.txt could not be had: {type(error).__name__}"
            return RobotsRules(origin, now, is_closed=True, why=words)
        return read_rules(origin, response.status, response.body, now)

    async def _download(self, request: Request) -> Response:
        if self._crawler.engine is None:
            raise RuntimeError("the crawl has not begun")
        return await self._crawler.engine.download_async(request)


def _beside(request: Request, url: str) -> Request:
    """A request for a file of rules, by the way and in the name of the one that it rules."""
    meta: dict[str, Any] = {
        key: request.meta[key] for key in ("source", "proxy", "download_slot") if key in request.meta
    }
    meta |= {_META: True, "redirect_ttl": _MAX_REDIRECTS}
    return Request(url, callback=NO_CALLBACK, meta=meta, dont_filter=True)


def origin_of(url: str) -> str:
    """The origin whose robots.txt speaks for an address: `scheme://host[:port]`."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
