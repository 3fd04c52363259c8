"""How fast a host is asked: the delay of its download slot, raised, eased and held.

Knows nothing of why. Start reading at `at_least`; a slot is Scrapy's queue of one host.
"""

from time import monotonic
from typing import Any

from scrapy import Request
from scrapy.core.downloader import Downloader
from scrapy.crawler import Crawler
from twisted.python.failure import Failure

# Every slot needs a delay. Without one Scrapy (2.19) neither looks at the time of its last request, nor
# counts connections in time: all requests that wait in the slot go out at once, whatever its concurrency.
_LEAST = 0.001


def slot_of(crawler: Crawler, request: Request) -> str:
    """The name of the slot that a request waits in: its host, unless its meta says otherwise."""
    return _downloader(crawler).get_slot_key(request)


def delay_of(crawler: Crawler, slot: str) -> float:
    """Seconds between two requests of the slot, as it stands."""
    downloader = _downloader(crawler)
    return float(_settings(downloader, slot).get("delay", crawler.settings.getfloat("DOWNLOAD_DELAY")))


def at_least(crawler: Crawler, slot: str, seconds: float, *, exact: bool = False) -> None:
    """Asks the slot no oftener than that; with `exact` the random variation never goes below it."""
    settings = _settings(_downloader(crawler), slot)
    if max(seconds, _LEAST) > settings.get("delay", -1.0):
        set_delay(crawler, slot, seconds)
    if exact and settings.get("jitter") != 0.0:
        settings["jitter"] = 0.0
        if live := _downloader(crawler).slots.get(slot):
            live.jitter = 0.0


def set_delay(crawler: Crawler, slot: str, seconds: float) -> None:
    """Sets the slot's delay, for now and for when Scrapy forgets and makes it anew."""
    downloader = _downloader(crawler)
    _settings(downloader, slot)["delay"] = max(seconds, _LEAST)
    if live := downloader.slots.get(slot):
        live.delay = max(seconds, _LEAST)


def hold(crawler: Crawler, slot: str, seconds: float) -> None:
    """Lets nothing out of the slot for so long, whoever asks."""
    downloader = _downloader(crawler)
    if live := downloader.slots.get(slot):
        live.delay = max(live.delay, _LEAST)
        live.lastseen = max(live.lastseen, monotonic() + seconds)


def flush(crawler: Crawler, slot: str, error: Exception) -> None:
    """Ends with the error whatever waits in the slot: those requests are past every middleware."""
    live = _downloader(crawler).slots.get(slot)
    while live and live.queue:
        _, waiting = live.queue.popleft()
        waiting.errback(Failure(error))  # type: ignore[no-untyped-call]  # Twisted leaves it untyped


def _settings(downloader: Downloader, slot: str) -> dict[str, Any]:
    return downloader.per_slot_settings.setdefault(slot, {})


def _downloader(crawler: Crawler) -> Downloader:
    if crawler.engine is None:
        raise RuntimeError("the crawl has not begun")
    return crawler.engine.downloader
