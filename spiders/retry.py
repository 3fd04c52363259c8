"""Asks again what failed for now, later and more slowly; leaves alone a host that keeps failing.

Knows nothing of what is asked for. Start reading at `Retry.process_response`.
"""

import asyncio
import random
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Self

from scrapy import Request, signals
from scrapy.core.downloader.handlers.http11 import TunnelError
from scrapy.crawler import Crawler
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    ResponseDataLossError,
)
from scrapy.http import Response
from twisted.internet.error import ConnectError, ConnectionClosed

from spiders import pace
from spiders.guard import count
from spiders.redirect import BROKEN
from spiders.refusal import GivenUp, Refusal, Rule
from spiders.visit import Visit

_STATUSES = frozenset({408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 524})
_TOO_FAST = frozenset({429, 503})
_ERRORS = (
    CannotResolveHostError,
    ConnectError,
    ConnectionClosed,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    ResponseDataLossError,
    TunnelError,
    OSError,
)
# Each complaint (429, 503) doubles a slot's delay, each good answer takes a fifth of the surplus
# away: at one complaint in ten requests the pace stays near the Source's own, at one in two it
# comes down to this. A host that wants more says so by Retry-After, which is obeyed besides.
_SLOWEST = 10.0
_EASE = 0.8
# A wait beyond a year is a broken clock, not a wish: 'far in the future' will do.
_LONGEST = timedelta(days=365)


@dataclass(slots=True)
class _Host:
    """What a crawl has seen of a host: requests in a row given up, its pace before complaints."""

    is_begun: bool = False
    failed: int = 0
    pace: float | None = None
    given_up: GivenUp | None = None


class Retry:
    """Downloader middleware in place of Scrapy's, which knows neither Retry-After nor back-off.

    Settings: RETRY_TIMES; RETRY_BACKOFF, seconds before the first retry, doubled each time;
    RETRY_AFTER_MAX, seconds that are waited for: a longer wish ends the visit to the host;
    RETRY_HOST_FAILURES, requests in a row that failed for good before the host is left alone.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._times = crawler.settings.getint("RETRY_TIMES")
        self._backoff = crawler.settings.getfloat("RETRY_BACKOFF")
        self._longest = crawler.settings.getfloat("RETRY_AFTER_MAX")
        self._patience = crawler.settings.getint("RETRY_HOST_FAILURES")
        self._hosts: dict[str, _Host] = defaultdict(_Host)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """The retries of a crawl."""
        retry = cls(crawler)
        crawler.signals.connect(retry.hold, signals.response_downloaded)
        return retry

    def hold(self, response: Response, request: Request) -> None:
        """Holds the host as soon as it asks for rest.

        Before `process_response` sees the answer, Scrapy has sent the next request that waits for the host.
        """
        if response.status in _STATUSES:
            wait = retry_after(response.headers.get("Retry-After"), datetime.now(UTC))
            if wait is not None:
                pace.hold(self._crawler, self._slot(request), wait)

    def process_request(self, request: Request) -> None:
        """Refuses what would go to a host that was given up."""
        slot = self._slot(request)
        host = self._hosts[slot]
        if host.given_up is not None:
            raise GivenUp(host.given_up.host, host.given_up.detail, host.given_up.retry_at)
        visit = request.meta.get("visit")
        if not host.is_begun and isinstance(visit, Visit):
            host.is_begun = True
            self._begin(slot, host, visit.memory.pace)

    def _begin(self, slot: str, host: _Host, remembered: float | None) -> None:
        """Begins at the pace that the host's complaints led to last time; good answers ease it from there."""
        current = pace.delay_of(self._crawler, slot)
        if remembered is not None and remembered > current:
            host.pace = current
            pace.set_delay(self._crawler, slot, min(remembered, _SLOWEST))

    def _tell(self, request: Request, slot: str, host: _Host) -> None:
        """Lets the visit know at which pace its host is asked, where that is not its own."""
        visit = request.meta.get("visit")
        if isinstance(visit, Visit):
            visit.pace = None if host.pace is None else pace.delay_of(self._crawler, slot)

    async def process_response(self, request: Request, response: Response) -> Request | Response:
        """The answer, or the request again when the answer is a failure for now."""
        slot = self._slot(request)
        host = self._hosts[slot]
        is_broken = BROKEN in response.flags
        if response.status not in _STATUSES and not is_broken:
            self._praise(slot, host)
            self._tell(request, slot, host)
            return response
        wait = retry_after(response.headers.get("Retry-After"), datetime.now(UTC))
        if response.status in _TOO_FAST:
            self._slow_down(slot, host)
            self._tell(request, slot, host)
        if wait is not None and wait > self._longest:
            raise self._give_up(slot, f"it asks for {wait:.0f} seconds of rest", wait)
        again = await self._again(request, f"HTTP {response.status}", is_held=wait is not None)
        if again is None and is_broken:
            count(self._crawler, Rule.BROKEN_BODY)
            raise Refusal(Rule.BROKEN_BODY, f"{response.url}: the body cannot be unpacked, or is noise")
        return again or response

    async def process_exception(self, request: Request, exception: Exception) -> Request | None:
        """The request again when the failure may be one for now."""
        if not isinstance(exception, _ERRORS):
            return None
        return await self._again(request, type(exception).__name__, is_held=False)

    async def _again(self, request: Request, why: str, *, is_held: bool) -> Request | None:
        slot, times = self._slot(request), request.meta.get("retry_times", 0)
        host = self._hosts[slot]
        if times >= self._times or host.given_up:
            host.failed += 1
            if host.failed >= self._patience and not host.given_up:
                self._give_up(slot, f"{host.failed} requests in a row failed, the last with {why}", None)
            return None
        if not is_held:
            # Half of it at random, so that hosts that failed together are not asked together.
            await asyncio.sleep(self._backoff * 2**times * random.uniform(0.5, 1.0))  # noqa: S311 - no secret
        again = request.copy()
        again.meta["retry_times"] = times + 1
        again.dont_filter = True
        again.priority = request.priority - 1
        if self._crawler.stats is not None:
            self._crawler.stats.inc_value("retry/count")
            self._crawler.stats.inc_value(f"retry/reason_count/{why}")
        return again

    def _give_up(self, slot: str, detail: str, wait: float | None) -> GivenUp:
        retry_at = None if wait is None else datetime.now(UTC) + min(timedelta(seconds=wait), _LONGEST)
        given_up = GivenUp(slot, detail, retry_at)
        self._hosts[slot].given_up = given_up
        pace.flush(self._crawler, slot, given_up)
        count(self._crawler, Rule.GIVEN_UP)
        return given_up

    def _slow_down(self, slot: str, host: _Host) -> None:
        current = pace.delay_of(self._crawler, slot)
        host.pace = current if host.pace is None else host.pace
        pace.set_delay(self._crawler, slot, max(current, min(max(current * 2, self._backoff / 4), _SLOWEST)))

    def _praise(self, slot: str, host: _Host) -> None:
        host.failed = 0
        if host.pace is None:
            return
        surplus = (pace.delay_of(self._crawler, slot) - host.pace) * _EASE
        is_over = surplus < self._backoff / 100
        pace.set_delay(self._crawler, slot, host.pace + (0.0 if is_over else surplus))
        host.pace = None if is_over else host.pace

    def _slot(self, request: Request) -> str:
        return pace.slot_of(self._crawler, request)


def retry_after(header: bytes | None, now: datetime) -> float | None:
    """The seconds that a Retry-After asks for, as number or HTTP date; None where it says neither.

    Source: RFC 9110, 10.2.3. A date that is past means now.
    """
    text = (header or b"").decode("latin-1").strip()
    if text.isdecimal():
        return float(text[:12])
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return max((at - now).total_seconds(), 0.0)
