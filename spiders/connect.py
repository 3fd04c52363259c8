"""The guard at the connection: no name leads to a private address, and failures get their name.

Knows nothing of Sources but whether the operator lets them be private. Start reading at
`Resolver`, which every connection of the process goes through.
"""

from collections.abc import Sequence
from typing import Any, Self

from OpenSSL import SSL
from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    UnsupportedURLSchemeError,
)
from scrapy.http import Response
from scrapy.resolver import CachingHostnameResolver
from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.base import ReactorBase
from twisted.internet.interfaces import IAddress, IHostResolution, IResolutionReceiver
from twisted.web.client import ResponseFailed
from zope.interface import implementer  # type: ignore[import-untyped]  # it has no types

from aggregator import urls
from aggregator.items import Source
from spiders.guard import count, literal_address, may_connect
from spiders.heads import HeadTooLargeError
from spiders.refusal import Refusal, Rule


@implementer(IResolutionReceiver)
class _Checked:
    """Passes on the addresses of a name that may be connected to, and notes the others."""

    # zope's interfaces say nothing to a type checker: a receiver is Any.
    def __init__(self, receiver: Any, name: str, resolver: "Resolver") -> None:  # noqa: ANN401
        self._receiver, self._name, self._resolver = receiver, name, resolver

    def resolutionBegan(self, resolution: IHostResolution) -> None:  # noqa: N802 - Twisted's name
        self._receiver.resolutionBegan(resolution)

    def addressResolved(self, address: IAddress) -> None:  # noqa: N802 - Twisted's name
        host = address.host if isinstance(address, IPv4Address | IPv6Address) else ""
        literal = literal_address(host)
        if literal is not None and may_connect(literal, allow_private=self._name in self._resolver.private):
            self._receiver.addressResolved(address)
        else:
            self._resolver.refused[self._name] = host

    def resolutionComplete(self) -> None:  # noqa: N802 - Twisted's name
        self._receiver.resolutionComplete()


class Resolver(CachingHostnameResolver):
    """Resolves names, IPv4 and IPv6, and hands out public addresses only.

    Scrapy connects to exactly the addresses that it was given here, literal ones included, so a
    name that changes between check and connection (DNS rebinding) gains nothing.

    Shapes: `private` are the names that the operator lets be private; `refused` the names that
        were refused, with the address they led to.
    """

    def __init__(self, reactor: ReactorBase, cache_size: int) -> None:
        super().__init__(reactor, cache_size)
        self.private: set[str] = set()
        self.refused: dict[str, str] = {}

    def resolveHostName(  # noqa: N802, D102 - Twisted's name and contract
        self,
        resolutionReceiver: Any,  # noqa: N803, ANN401
        hostName: str,  # noqa: N803
        portNumber: int = 0,  # noqa: N803
        addressTypes: Sequence[type[IAddress]] | None = None,  # noqa: N803
        transportSemantics: str = "TCP",  # noqa: N803
    ) -> IHostResolution:
        receiver: Any = _Checked(resolutionReceiver, hostName.rstrip(".").lower(), self)
        return super().resolveHostName(receiver, hostName, portNumber, addressTypes, transportSemantics)


class Connect:
    """Downloader middleware: tells the Resolver what may be private, and gives failures their name."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """The connection's guard of a crawl."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Notes the names that may be private: the operator's proxy, and Sources allowed to be."""
        source, proxy = request.meta.get("source"), request.meta.get("proxy")
        if isinstance(source, Source) and source.allow_private:
            _resolver().private.add(urls.host_of(request.url))
        if proxy:
            _resolver().private.add(urls.host_of(proxy if "://" in proxy else f"http://{proxy}"))
        else:
            _resolver()

    def process_response(self, request: Request, response: Response) -> Response:
        """Refuses a redirect that leaves http and https, which Scrapy would take for an answer."""
        location = response.headers.get("Location")
        if location and response.status in (301, 302, 303, 307, 308):
            scheme, colon, _ = location.decode("latin-1").strip().partition(":")
            if colon and scheme.isalnum() and scheme.lower() not in ("http", "https"):
                raise self._refusal(Rule.SCHEME, f"{request.url} redirects to {scheme}:")
        return response

    def process_exception(self, request: Request, exception: Exception) -> None:
        """Gives failures that a retry cannot mend the name of their rule."""
        host = urls.host_of(request.url)
        if isinstance(exception, CannotResolveHostError) and host in _resolver().refused:
            address = _resolver().refused[host]
            raise self._refusal(Rule.PRIVATE_ADDRESS, f"{host} leads to {address}") from exception
        if isinstance(exception, DownloadCancelledError) or _has_endless_head(exception):
            raise self._refusal(Rule.TOO_LARGE, f"{request.url}: {exception}") from exception
        if isinstance(exception, UnsupportedURLSchemeError):
            raise self._refusal(Rule.SCHEME, str(exception)) from exception
        if words := _certificate_words(exception):
            raise self._refusal(Rule.CERTIFICATE, f"{host}: {words}") from exception

    def _refusal(self, rule: Rule, detail: str) -> Refusal:
        count(self._crawler, rule)
        return Refusal(rule, detail)


def _resolver() -> Resolver:
    """The process's Resolver; installed here where nobody did, so that none is never the case."""
    from twisted.internet import reactor

    current = reactor.nameResolver
    if not isinstance(current, Resolver):
        current = Resolver(reactor, 10_000)
        current.install_on_reactor()
    return current


def _errors(exception: Exception) -> list[BaseException]:
    """The failure, and those that led to it."""
    cause = exception.__cause__
    failures = cause.reasons if isinstance(cause, ResponseFailed) else []
    return [exception, *(failure.value for failure in failures)]


def _has_endless_head(exception: Exception) -> bool:
    return any(isinstance(error, HeadTooLargeError) for error in _errors(exception))


def _certificate_words(exception: Exception) -> str:
    """What OpenSSL says against a server's certificate; empty for any other failure."""
    for error in _errors(exception):
        if isinstance(error, SSL.Error) and error.args and isinstance(error.args[0], list):
            words = "; ".join(str(entry[-1]) for entry in error.args[0])
            if "certificate" in words:
                return words
        if type(error).__name__ in ("VerificationError", "CertificateError"):
            return str(error)
    return ""
