"""The guard before every request, redirects and robots.txt included: only what a Source allows.

Knows nothing of what is asked for or answered; addresses behind names are `connect`'s matter.
Start reading at `check`.
"""

import ipaddress
import socket
from typing import Self
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler

from aggregator import urls
from aggregator.items import Source
from spiders import pace
from spiders.reading import MAX_URL_LENGTH, hosts_of
from spiders.refusal import Refusal, Rule
from spiders.visit import Visit

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
# RFC 6052: IPv4 addresses that a NAT64 gateway would reach.
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


def check(url: str, source: Source) -> None:
    """Passes an address that may be asked of a Source.

    Raises: Refusal naming the rule: scheme, credentials, length, host or private address.
    """
    try:
        parts = urlsplit(url)
        host = urls.host_of(url)
    except ValueError as error:
        raise Refusal(Rule.SCHEME, f"not an address: {error}") from error
    if parts.scheme not in ("http", "https") or not host:
        raise Refusal(Rule.SCHEME, f"{parts.scheme or 'no scheme'}: only http and https are asked")
    if parts.username is not None or parts.password is not None:
        raise Refusal(Rule.CREDENTIALS, f"{host}: addresses that carry a password are not asked")
    if len(url) > MAX_URL_LENGTH:
        raise Refusal(Rule.URL_LENGTH, f"{host}: an address of {len(url)} characters")
    if host not in hosts_of(source):
        place = f"{parts.scheme}://{parts.netloc}/"
        raise Refusal(Rule.HOST, f"{place} is not at one of the hosts of {source.id}")
    literal = literal_address(host)
    if literal is not None and not may_connect(literal, allow_private=source.allow_private):
        raise Refusal(Rule.PRIVATE_ADDRESS, f"{host} is not on the public internet")


def literal_address(host: str) -> Address | None:
    """The address that a host spells out, in all the spellings that resolvers take (`0x7f.1`)."""
    try:
        return ipaddress.ip_address(host.strip("[]").partition("%")[0])
    except ValueError:
        pass
    try:
        return ipaddress.IPv4Address(socket.inet_aton(host))
    except (OSError, ValueError):
        return None


def may_connect(address: Address, *, allow_private: bool) -> bool:
    """Whether a connection to the address may be made.

    `allow_private` opens intranets and this machine, never link-local addresses: those of cloud
    metadata services are among them, and no site is.
    """
    inner = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    plain = inner or address
    return is_public(address) or (
        allow_private and not (plain.is_link_local or plain.is_multicast or plain.is_unspecified)
    )


def is_public(address: Address) -> bool:
    """Whether an address is on the public internet, the IPv4 address inside an IPv6 one included.

    Source: IANA special-purpose registries by way of `ipaddress`; RFC 4291 (mapped), RFC 3056
        (6to4), RFC 4380 (Teredo), RFC 6052 (NAT64).
    """
    if isinstance(address, ipaddress.IPv6Address):
        inner = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
        if address in _NAT64:
            inner.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
        if any(part is not None and not is_public(part) for part in inner):
            return False
        if address.ipv4_mapped is not None:
            return True
    # Some Python versions call multicast and the metadata network global: name them.
    return address.is_global and not (address.is_multicast or address.is_link_local or address.is_unspecified)


class Guard:
    """Downloader middleware: checks each request and gives it its host's pace and languages."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """The guard of a crawl."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Refuses the request, or lets it pass with what every request of its Source carries."""
        source, visit = request.meta.get("source"), request.meta.get("visit")
        try:
            if not isinstance(source, Source):
                raise Refusal(Rule.NO_SOURCE, f"no Source asks for {request.url}")
            if isinstance(visit, Visit) and visit.is_lost:
                raise Refusal(Rule.LOST, f"the visit to {source.id} has ended")
            check(request.url, source)
        except Refusal as refusal:
            count(self._crawler, refusal.rule)
            raise
        pace.at_least(self._crawler, pace.slot_of(self._crawler, request), source.pace)
        request.headers.setdefault("Accept-Language", _accepted(source.languages))


def count(crawler: Crawler, rule: Rule) -> None:
    """Counts a refusal in the stats."""
    if crawler.stats is not None:
        crawler.stats.inc_value(f"guard/{rule}")


def _accepted(languages: tuple[str, ...]) -> str:
    """The Source's own languages, its first first: servers that negotiate give what readers there see."""
    weights = (
        f"{language};q={max(1 - rank / 10, 0.1):.1f}" if rank else language
        for rank, language in enumerate(languages)
    )
    return ", ".join((*weights, "*;q=0.1"))
