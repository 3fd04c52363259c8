"""The limit on an answer's headers: what comes before its body is neither kept nor read without end.

Knows nothing of requests. Start reading at `Handler`.
"""

from typing import Any

from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.crawler import Crawler
from twisted.internet.interfaces import IAddress
from twisted.python.failure import Failure
from twisted.web._newclient import BODY, DONE

# Browsers and servers take 8 to 256 KiB; a single line ends at Twisted's 16 KiB.
LARGEST = 256 * 1024


class HeadTooLargeError(Exception):
    """An answer whose headers do not end."""


class Handler(HTTP11DownloadHandler):
    """Scrapy's own handler of http and https, with that limit on each connection."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        factory: Any = self._pool._factory

        class Bounded(factory):  # type: ignore[misc]  # whichever factory this Scrapy uses
            def buildProtocol(self, addr: IAddress | None) -> Any:  # noqa: N802, ANN401 - Twisted's name and type
                return _bounded(super().buildProtocol(addr))

        self._pool._factory = Bounded


def _bounded(protocol: Any) -> Any:  # noqa: ANN401 - Twisted's protocols are untyped
    """The protocol, which gives an answer up once what precedes its body is too much."""
    read, answer, size = protocol.dataReceived, None, 0

    def received(data: bytes) -> None:
        nonlocal answer, size
        parser = protocol._parser
        if parser is not answer:
            answer, size = parser, 0
        if parser is not None and parser.state not in (BODY, DONE):
            size += len(data)
            if size > LARGEST:
                protocol._giveUp(Failure(HeadTooLargeError(f"headers of more than {LARGEST} bytes")))  # type: ignore[no-untyped-call]  # Twisted leaves it untyped
                return
        read(data)

    protocol.dataReceived = received
    return protocol
