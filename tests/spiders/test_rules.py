"""The rules behind the manners, as tables: addresses, Retry-After, robots.txt; and the resolver."""

import random
from datetime import UTC, datetime
from ipaddress import ip_address
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.address import IPv4Address, IPv6Address

from aggregator.items import RobotsRules, Source
from spiders.connect import Resolver
from spiders.guard import check, is_public, literal_address, may_connect
from spiders.manners import MANNERS, user_agent
from spiders.redirect import is_noise
from spiders.refusal import Refusal
from spiders.retry import retry_after
from spiders.robots import MAX_BYTES, Verdict, read_rules

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)

ADDRESSES = {
    "93.184.216.34": True,
    "2606:2800:220:1:248:1893:25c8:1946": True,
    "127.0.0.1": False,
    "10.1.2.3": False,
    "172.16.0.1": False,
    "192.168.1.1": False,
    "100.64.0.1": False,
    "169.254.169.254": False,
    "0.0.0.0": False,
    "224.0.0.1": False,
    "239.255.255.250": False,
    "255.255.255.255": False,
    "198.18.0.1": False,
    "::": False,
    "::1": False,
    "fe80::1": False,
    "fd00:ec2::254": False,
    "ff02::1": False,
    "2001:db8::1": False,
    "::ffff:127.0.0.1": False,
    "::ffff:169.254.169.254": False,
    "::ffff:93.184.216.34": True,
    "64:ff9b::7f00:1": False,
    "64:ff9b::5db8:d822": True,
    "2002:7f00:1::": False,
    "2001:0:4136:e378:8000:63bf:80ff:fffe": False,
}
"""RFC 6890 and its registries; the last is Teredo with 127.0.0.1 inside."""


@pytest.mark.parametrize(("address", "expected"), ADDRESSES.items())
def test_public(address: str, expected: bool) -> None:
    assert is_public(ip_address(address)) is expected


LITERALS = {
    "127.0.0.1": "127.0.0.1",
    "2130706433": "127.0.0.1",
    "0x7f.1": "127.0.0.1",
    "0177.0.0.1": "127.0.0.1",
    "127.1": "127.0.0.1",
    "::1": "::1",
    "[::1]": "::1",
    "fe80::1%eth0": "fe80::1",
    "esempio.it": None,
    "127.0.0.1.esempio.it": None,
    "": None,
}


@pytest.mark.parametrize(("host", "expected"), LITERALS.items())
def test_literal_address(host: str, expected: str | None) -> None:
    found = literal_address(host)
    assert (str(found) if found else None) == expected


@pytest.mark.parametrize(
    ("address", "expected"),
    {"127.0.0.1": True, "10.0.0.1": True, "::1": True, "169.254.169.254": False, "::ffff:169.254.1.1": False,
     "fe80::1": False, "0.0.0.0": False, "::": False, "224.0.0.1": False, "93.184.216.34": True}.items(),
)  # fmt: skip
def test_what_an_operator_can_open(address: str, expected: bool) -> None:
    assert may_connect(ip_address(address), allow_private=True) is expected


CHECKS = {
    "https://esempio.it/a": None,
    "http://ESEMPIO.it:8080/a": None,
    "https://esempio.it./a": None,
    "https://altro.it/a": "host",
    "https://sotto.esempio.it/a": "host",
    "https://esempio.it@altro.it/a": "credentials",
    "https://esempio.it:pw@esempio.it/a": "credentials",
    "file:///etc/passwd": "scheme",
    "gopher://esempio.it/a": "scheme",
    "https:///a": "scheme",
    "https://[broken/a": "scheme",
    "https://esempio.it/" + "a" * 2100: "url_length",
    "http://2130706433/": "private_address",
    "http://[::ffff:7f00:1]/": "private_address",
}


@pytest.mark.parametrize(("url", "rule"), CHECKS.items())
def test_check(url: str, rule: str | None) -> None:
    source = Source("x", "https://esempio.it/", hosts=("esempio.it", "2130706433", "::ffff:7f00:1"))
    if rule is None:
        check(url, source)
        return
    with pytest.raises(Refusal) as caught:
        check(url, source)
    assert caught.value.rule == rule


WAITS = {
    b"120": 120.0,
    b" 0 ": 0.0,
    b"99999999999999999999": 999999999999.0,
    b"Sun, 22 Nov 2026 12:01:30 GMT": 90.0,
    b"Sun, 22 Nov 2026 13:01:30 +0100": 90.0,
    b"Sunday, 22-Nov-26 12:01:30 GMT": 90.0,
    b"Sun, 22 Nov 2026 11:00:00 GMT": 0.0,
    b"-5": None,
    b"soon": None,
    b"": None,
    None: None,
}


@pytest.mark.parametrize(("header", "expected"), WAITS.items())
def test_retry_after(header: bytes | None, expected: float | None) -> None:
    assert retry_after(header, NOW) == expected


@given(st.binary(max_size=60))
def test_retry_after_never_raises(header: bytes) -> None:
    wait = retry_after(header, NOW)
    assert wait is None or wait >= 0


ROBOTS = [
    ("User-agent: *\nDisallow: /a", "/a/b", False),
    ("User-agent: *\nDisallow: /a\nAllow: /a/b", "/a/b/c", True),
    ("User-agent: *\nAllow: /a\nDisallow: /a", "/a", True),
    ("User-agent: *\nDisallow: /wps/portal\nAllow: /wps/portal/site/sfr", "/wps/portal/site/sfr/x", True),
    ("User-agent: *\nDisallow: /*.pdf$", "/x.pdf", False),
    ("User-agent: *\nDisallow: /*.pdf$", "/x.pdf?a", True),
    ("User-agent: *\nDisallow: /citt%C3%A0", "/città/x", False),
    ("User-agent: *\nDisallow: /\nUser-agent: aggregator\nDisallow:", "/a", True),
    ("User-agent: aggregator\nUser-agent: other\nDisallow: /a\nUser-agent: *\nAllow: /", "/a", False),
    ("User-agent: aggregator\nDisallow: /a\nUser-agent: AGGREGATOR\nDisallow: /b", "/b", False),
    ("User-agent: aggregatorbot\nDisallow: /", "/a", True),
    ("\ufeffUser-agent: *\r\nDisallow: /a", "/a", False),
    ("Disallow: /", "/a", True),
    ("", "/a", True),
]


@pytest.mark.parametrize(("text", "path", "expected"), ROBOTS)
def test_robots_rules(text: str, path: str, expected: bool) -> None:
    rules = read_rules("https://esempio.it", 200, text.encode(), NOW)
    assert Verdict(rules, "aggregator").allows(f"https://esempio.it{path}") is expected


OPEN_STATUSES = (204, 301, 400, 401, 403, 404, 410)
CLOSED_STATUSES = (200, 429, 500, 503)  # 200 by the rules in it


@pytest.mark.parametrize("status", OPEN_STATUSES + CLOSED_STATUSES)
def test_robots_by_status(status: int) -> None:
    body = b"" if status == 204 else b"User-agent: *\nDisallow: /"
    rules = read_rules("https://esempio.it", status, body, NOW)
    assert Verdict(rules, "aggregator").allows("https://esempio.it/a") is (status in OPEN_STATUSES)


@given(st.binary(max_size=300), st.text(max_size=40))
def test_any_robots_txt_is_read(body: bytes, path: str) -> None:
    verdict = Verdict(read_rules("https://esempio.it", 200, body, NOW), "aggregator")
    assert verdict.allows(f"https://esempio.it/{path}") in (True, False)
    assert verdict.crawl_delay is None or verdict.crawl_delay > 0


def test_robots_txt_is_read_to_its_limit() -> None:
    filler = b"# filler\n" * (MAX_BYTES // 9)
    rules = read_rules(
        "https://esempio.it", 200, b"User-agent: *\nDisallow: /a\n" + filler + b"Disallow: /b\n", NOW
    )
    verdict = Verdict(rules, "aggregator")
    assert not verdict.allows("https://esempio.it/a")
    assert verdict.allows("https://esempio.it/b")
    assert len(rules.text) <= MAX_BYTES


def test_closed_rules_forbid_all() -> None:
    assert not Verdict(RobotsRules("https://esempio.it", NOW, is_closed=True), "aggregator").allows(
        "https://esempio.it/"
    )


class Names:
    """A name server that answers each time with the next of its addresses: a rebinding one."""

    def __init__(self, *answers: list[str]) -> None:
        self._answers = iter(answers)

    def resolveHostName(self, receiver: Any, name: str, port: int = 0, *args: object) -> Any:  # noqa: N802
        receiver.resolutionBegan(None)
        for host in next(self._answers):
            kind = IPv6Address if ":" in host else IPv4Address
            receiver.addressResolved(kind("TCP", host, port))
        receiver.resolutionComplete()


class Receiver:
    def __init__(self) -> None:
        self.hosts: list[str] = []

    def resolutionBegan(self, resolution: object) -> None:  # noqa: N802
        return

    def addressResolved(self, address: Any) -> None:  # noqa: N802
        self.hosts.append(address.host)

    def resolutionComplete(self) -> None:  # noqa: N802
        return


class Reactor:
    def __init__(self, names: Names) -> None:
        self.nameResolver = names


def resolve(resolver: Resolver, name: str) -> list[str]:
    receiver = Receiver()
    resolver.resolveHostName(receiver, name, 80)
    return receiver.hosts


def test_only_public_addresses_of_a_name_are_handed_out() -> None:
    names = Names(
        ["93.184.216.34", "127.0.0.1", "::1", "2606:2800:220:1::1"], ["::ffff:10.0.0.1"], ["10.0.0.1"]
    )
    resolver = Resolver(Reactor(names), 0)  # type: ignore[arg-type]  # all that it asks of a reactor
    assert resolve(resolver, "misto.example") == ["93.184.216.34", "2606:2800:220:1::1"]
    assert resolve(resolver, "interno.example") == []
    assert resolver.refused == {"misto.example": "::1", "interno.example": "::ffff:10.0.0.1"}
    resolver.private.add("intranet.example")
    assert resolve(resolver, "intranet.example") == ["10.0.0.1"]


def test_a_name_that_changes_between_two_requests_gains_nothing() -> None:
    resolver = Resolver(Reactor(Names(["93.184.216.34"], ["127.0.0.1"])), 0)  # type: ignore[arg-type]  # as above
    assert resolve(resolver, "ribelle.example") == ["93.184.216.34"]
    assert resolve(resolver, "ribelle.example") == []


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (random.Random(1).randbytes(4000), True),
        (b"<p>Perch\xc3\xa9 s\xc3\xac</p>" * 9, False),
        (b"<p>Perch\xe9 \x93s\xec\x94</p>" * 9, False),  # Windows-1252
        ("\ufeff<p>Perché sì</p>".encode("utf-16"), False),
        ("<p>Perché sì</p>".encode("utf-16-le"), False),
        (b"%PDF-1.7\n" + random.Random(2).randbytes(4000), False),
        (b"<p>a stray\x00 sign in a page that goes on and on and on and on</p>", False),
        (b"", False),
    ],
)
def test_noise_is_no_page(body: bytes, *, expected: bool) -> None:
    assert is_noise(body) is expected


def test_the_user_agent_names_its_operator() -> None:
    assert user_agent("mailto:redazione@esempio.it").endswith(" (+mailto:redazione@esempio.it)")
    assert MANNERS["USER_AGENT"] == user_agent()
    assert MANNERS["DOWNLOAD_VERIFY_CERTIFICATES"] is True
    assert MANNERS["REMOTE_CONTROL_ENABLED"] is MANNERS["TELNETCONSOLE_ENABLED"] is False
