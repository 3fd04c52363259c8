"""Redirects, refreshes and compressed answers, within limits that are named when they are met.

Knows nothing of where a redirect leads: the guard sees each hop as a request of its own.
Start reading at `Redirect`.
"""

from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware
from scrapy.downloadermiddlewares.redirect import (
    BaseRedirectMiddleware,
    MetaRefreshMiddleware,
    RedirectMiddleware,
)
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response, TextResponse

from spiders.guard import count
from spiders.refusal import Refusal, Rule

BROKEN = "broken"
"""The flag of an answer whose body could not be unpacked, or is noise: `retry` asks again."""
# Signs that no text has: one byte in nine of noise, none of a page.
_CONTROLS = bytes(code for code in range(32) if code not in b"\t\n\f\r\x1b")
_SAMPLE = 4096
# Scrapy looks for a refresh in so many letters, of four bytes at most.
_HEAD = 4 * 4096
# Files by another name: PDF, ZIP, gzip, PNG, JPEG, GIF; and UTF-16 by its mark.
_FILES = (b"%PDF", b"PK", b"\x1f\x8b", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"\xff\xfe", b"\xfe\xff")


class _Quiet(BaseRedirectMiddleware):
    """Redirects without a Referer, which our requests never carry."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """The middleware, without the signal that would warn about the missing Referer."""
        middleware = cls(crawler.settings)
        middleware.crawler = crawler
        return middleware


class Redirect(_Quiet, RedirectMiddleware):
    """Follows redirects by status, so many and no more."""

    def process_response(self, request: Request, response: Response) -> Request | Response:  # type: ignore[override]  # without the old spider argument
        """The next hop, or the answer."""
        try:
            return super().process_response(request, response)
        except IgnoreRequest as error:
            count(self.crawler, Rule.REDIRECTS)
            hops = request.meta.get("redirect_times", 0)
            raise Refusal(Rule.REDIRECTS, f"{response.url} redirects on after {hops} hops") from error


class MetaRefresh(_Quiet, MetaRefreshMiddleware):
    """Follows `<meta http-equiv=refresh>` stubs, which static site generators leave for old addresses."""

    def process_response(self, request: Request, response: Response) -> Request | Response:  # type: ignore[override]  # without the old spider argument
        """The next hop, or the answer; one that names no refresh is not decoded, and kept, as text."""
        if b"refresh" not in response.body[:_HEAD].lower():
            return response
        return super().process_response(request, response)


class Unpack(HttpCompressionMiddleware):
    """Unpacks answers; a bomb is refused by name, a broken body and noise in place of a page are marked."""

    def __init__(self, *, crawler: Crawler) -> None:
        super().__init__(crawler=crawler)
        self._crawler = crawler

    def process_response(self, request: Request, response: Response) -> Request | Response:  # type: ignore[override]  # without the old spider argument
        """The answer, unpacked."""
        try:
            unpacked = super().process_response(request, response)
        except IgnoreRequest as error:
            count(self._crawler, Rule.TOO_LARGE)
            raise Refusal(Rule.TOO_LARGE, f"{response.url} unpacks to more than is taken") from error
        except Exception:  # noqa: BLE001 - each of four decompressors raises errors of its own
            return response.replace(body=b"", flags=[*response.flags, BROKEN])
        if isinstance(unpacked, TextResponse) and is_noise(unpacked.body):
            return unpacked.replace(flags=[*unpacked.flags, BROKEN])
        return unpacked


def is_noise(body: bytes) -> bool:
    """Whether bytes that were sent as text are none: one in twenty is a control character."""
    sample = body[:_SAMPLE]
    return len(sample) - len(sample.translate(None, _CONTROLS)) > len(sample) / 20 and not (
        body.startswith(_FILES) or b"\0" in (body[1:2], body[:1])
    )
