"""Manners and safety, against real servers on loopback: one crawl in a child process asks it all."""

import gzip
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from ipaddress import ip_address
from itertools import pairwise
from pathlib import Path
from typing import Any

import brotli
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from loopback import Answer, Asked, Route, Site, serve

from spiders.reservation import PLACE

HERE = {"id": "here", "url": "http://127.0.0.1/", "hosts": ["127.0.0.1"], "allow_private": True, "pace": 0.0}
PUBLIC = HERE | {
    "id": "public",
    "hosts": ["127.0.0.1", "localhost", "169.254.169.254"],
    "allow_private": False,
}
ANYWHERE = HERE | {
    "id": "anywhere",
    "hosts": ["127.0.0.1", "169.254.169.254", "[::ffff:169.254.169.254]", "::1", "0.0.0.0"],
}
PROXIED = PUBLIC | {"id": "proxied", "hosts": ["mobilita.example", "127.0.0.1"]}
RETRY_AFTER = 1
PATIENCE = 0.4
# All are asked in turns, so the fifth to fail for good is in the last turn, with some answers under way.
FAILING = 20


def to(location: str, status: int = 302) -> Route:
    return lambda asked: Answer(b"", status, {"Location": location})


def always(status: int, **headers: str) -> Route:
    return lambda asked: Answer(
        b"<p>no</p>", status, {name.replace("_", "-"): value for name, value in headers.items()}
    )


def first(failing: Answer, times: int = 1) -> Route:
    """Fails so many times, then answers."""
    return lambda asked: failing if asked.times <= times else Answer()


def slowly(asked: Asked) -> Answer:
    gzip.compress(bytes(5_000_000))
    return Answer()


def in_an_hour(asked: Asked) -> Answer:
    return Answer(
        b"", 503, {"Retry-After": format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)}
    )


def in_a_second(asked: Asked) -> Answer:
    at = datetime.now(UTC) + timedelta(seconds=RETRY_AFTER + 1)  # HTTP dates have no fractions
    return (
        Answer(b"", 503, {"Retry-After": format_datetime(at, usegmt=True)}) if asked.times == 1 else Answer()
    )


ROUTES: dict[str, Route] = {
    "/500": always(500),
    **{f"/failing?{n}": always(500) for n in range(FAILING)},
    **{f"/slow?{n}": slowly for n in range(6)},
    "/500-once": first(Answer(b"", 500)),
    "/429-number": first(Answer(b"", 429, {"Retry-After": str(RETRY_AFTER)})),
    "/503-date": in_a_second,
    "/rest": first(Answer(b"", 429, {"Retry-After": str(RETRY_AFTER)})),
    "/503-hour": in_an_hour,
    "/truncated": first(Answer(b"<p>half", announced=5000)),
    "/truncated-always": lambda asked: Answer(b"<p>half", announced=5000),
    "/broken-gzip": lambda asked: Answer(b"no gzip at all", headers={"Content-Encoding": "gzip"}),
    "/gzip-bomb": lambda asked: Answer(gzip.compress(bytes(5_000_000)), headers={"Content-Encoding": "gzip"}),
    "/brotli-bomb": lambda asked: Answer(
        brotli.compress(bytes(5_000_000)), headers={"Content-Encoding": "br"}
    ),
    "/many-headers": lambda asked: Answer(headers={f"X-{n}": "y" * 40 for n in range(6_000)}),
    "/long-header": lambda asked: Answer(headers={"X-Long": "y" * 1_000_000}),
    "/huge": lambda asked: Answer(bytes(2_000_000)),
    # Whole after twice the time that its request has, and no pause in it is longer than a tick.
    "/drip": lambda asked: Answer(b"<p>goccia</p>", tick=2 * PATIENCE / len(b"<p>goccia</p>")),
    "/hop1": to("/hop2"),
    "/hop2": to("/hop3"),
    "/hop3": to("http://localhost/admin"),
    "/metadata": to("http://169.254.169.254/latest"),
    "/loop": to("/loop2"),
    "/loop2": to("/loop"),
    "/file": to("file:///etc/passwd"),
    "/gopher": to("gopher://127.0.0.1/x"),
    "/password": to("http://me:secret@127.0.0.1/"),
    "/moved": to("/there", 301),
    "/refresh": lambda asked: Answer(
        b'<html><head><meta http-equiv="refresh" content="0; url=/there"></head></html>',
        headers={"Content-Type": "text/html"},
    ),
}


# Where a third hop may lead, and the rule that refuses it; one hop at a time.
THIRD_HOP = {
    "http://[::1]/": "host",
    "http://169.254.169.254/latest": "host",
    "http://2130706433/": "host",
    "http://other.example/": "host",
    "file:///etc/passwd": "scheme",
    "gopher://127.0.0.1/x": "scheme",
    "ftp://127.0.0.1/x": "scheme",
    "http://me:secret@127.0.0.1/": "credentials",
    "http://127.0.0.1/" + "x" * 3000: "url_length",
}
for _n, _target in enumerate(THIRD_HOP):
    ROUTES |= {f"/third{_n}-1": to(f"/third{_n}-2"), f"/third{_n}-2": to(f"/third{_n}-3")}
    ROUTES |= {f"/third{_n}-3": to(_target)}


def robots(body: bytes, status: int = 200, **headers: str) -> dict[str, Route]:
    return {"/robots.txt": lambda asked: Answer(body, status, headers)}


ROBOTS: dict[str, dict[str, Route]] = {
    "rules": robots(
        b"User-agent: *\nDisallow: /\n\n"
        b"User-agent: Aggregator\nDisallow: /private\nAllow: /private/open\nCrawl-delay: 0.5\n"
    ),
    "none": robots(b"User-agent: *\nDisallow: /\n"),
    "error": robots(b"", 500),
    "rest": robots(b"", 429),
    "missing": robots(b"User-agent: *\nDisallow: /", 404),
    "html": robots(b"<!DOCTYPE html><html><body>User-agent: *\nDisallow: /</body></html>"),
    "elsewhere": robots(b"", 302, Location="http://localhost/robots.txt"),
    "five": robots(b"", 302, Location="/r1") | {f"/r{n}": to(f"/r{n + 1}") for n in range(1, 5)}
    | {"/r5": lambda asked: Answer(b"User-agent: *\nDisallow: /private")},
    "six": robots(b"", 302, Location="/r1") | {f"/r{n}": to(f"/r{n + 1}") for n in range(1, 6)}
    | {"/r6": lambda asked: Answer(b"User-agent: *\nDisallow: /private")},
    "long": robots(b"User-agent: *\nDisallow: /private\n" + b"# filler\n" * 60_000 + b"Disallow: /\n"),
    "fresh": robots(b"User-agent: *\nDisallow: /\n"),
    "down-but-known": robots(b"", 503),
}  # fmt: skip


@dataclass
class Crawl:
    rows: dict[str, dict[str, Any]]
    stats: dict[str, int]
    site: Site
    robots: dict[str, Site]
    proxy: Site

    def times(self, path: str) -> list[float]:
        return self.site.times(path)


def certificate(folder: Path, name: str) -> Path:
    """A self-signed certificate for 127.0.0.1, with its key in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    cert = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / f"{name}.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(cert.public_bytes(serialization.Encoding.PEM) + private)
    return path


@pytest.fixture(scope="module")
def crawl(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crawl]:
    folder = tmp_path_factory.mktemp("tls")
    trusted, unknown = certificate(folder, "trusted"), certificate(folder, "unknown")
    with ExitStack() as stack:
        site = stack.enter_context(serve(ROUTES))
        proxy = stack.enter_context(serve({}))
        sites = {name: stack.enter_context(serve(routes)) for name, routes in ROBOTS.items()}
        secure = {
            name: stack.enter_context(serve({}, path))
            for name, path in (("trusted", trusted), ("unknown", unknown))
        }
        asks = [
            {"name": path, "url": site.url(path), "source": HERE, "slot": path}
            | ({"timeout": PATIENCE} if path == "/drip" else {})
            for path in [*ROUTES, "/plain"]
            if "?" not in path and path != "/rest"
        ]
        asks += [
            {"name": f"/slow?{n}", "url": site.url(f"/slow?{n}"), "source": HERE, "slot": "/slow"}
            for n in range(6)
        ]
        asks += [
            {"name": path, "url": site.url(path), "source": HERE, "slot": "/rest"}
            for path in ("/rest", *(f"/plain?rest{n}" for n in range(6)))
        ]
        asks += [
            {"name": f"robots {name}: {path}", "url": s.url(path), "source": HERE, "slot": f"robots-{name}"}
            for name, s in sites.items()
            for path in ("/private", "/private/open", "/public")
        ]
        asks += [
            {
                "name": f"tls {name}",
                "url": s.url("/").replace("http:", "https:"),
                "source": HERE,
                "slot": f"tls-{name}",
            }
            for name, s in secure.items()
        ]
        # Each in a slot of its own: a host that keeps failing is left alone.
        asks += [{"name": f"first {url}", "url": url, "source": PUBLIC, "slot": url} for url in FIRST]
        asks += [
            {"name": f"anywhere {url}", "url": url, "source": ANYWHERE, "slot": url} for url in ANYWHERE_URLS
        ]
        asks += [
            {"name": "third anywhere", "url": site.url("/third1-1"), "source": ANYWHERE, "slot": "third"}
        ]
        asks += [
            {"name": f"down {n}", "url": f"http://127.0.0.1:9/{n}", "source": HERE, "slot": "down"}
            for n in range(6)
        ]
        asks += [
            {"name": f"hour {n}", "url": site.url(f"/plain?hour{n}"), "source": HERE, "slot": "/503-hour"}
            for n in range(5)
        ]
        asks += [
            {"name": f"failing {n}", "url": site.url(f"/failing?{n}"), "source": HERE, "slot": "failing"}
            for n in range(FAILING)
        ]
        asks += [
            {"name": f"proxy {url}", "url": url, "slot": f"proxy {url}", "source": PROXIED, "proxy": f"http://127.0.0.1:{proxy.port}"}
            for url in ("http://mobilita.example/a", "http://127.0.0.1/a", "http://other.example/a")
        ]  # fmt: skip
        plan = {
            "settings": {"RETRY_BACKOFF": 0.02, "DOWNLOAD_MAXSIZE": 1_000_000, "DOWNLOAD_TIMEOUT": 5},
            "ask": asks,
            "robots_age_hours": 1,
            "robots": {
                sites["fresh"].url("/private").removesuffix("/private"): "User-agent: *\nDisallow: /private",
                sites["down-but-known"]
                .url("/private")
                .removesuffix("/private"): "User-agent: *\nDisallow: /private",
            },
        }
        run = subprocess.run(
            [sys.executable, str(Path(__file__).with_name("crawl_child.py"))],
            input=json.dumps(plan),
            capture_output=True,
            text=True,
            timeout=120,
            env=os.environ | {"SSL_CERT_FILE": str(trusted), "NO_PROXY": "*"},
            cwd=Path(__file__).parents[2],
        )
        assert run.returncode == 0, run.stderr[-3000:]
        result = json.loads(run.stdout)
        yield Crawl(result["rows"], result["stats"], site, sites, proxy)


FIRST = {
    "http://localhost:1/": "private_address",
    "http://169.254.169.254/latest": "private_address",
    "http://127.0.0.1/": "private_address",
    "http://[::1]/": "host",
    "http://other.example/": "host",
    "file:///etc/passwd": "scheme",
    "gopher://127.0.0.1/x": "scheme",
    "ftp://127.0.0.1/x": "scheme",
    "http://me:secret@127.0.0.1/": "credentials",
    "http://127.0.0.1/" + "x" * 3000: "url_length",
}
ANYWHERE_URLS = {
    "http://169.254.169.254/latest": "private_address",
    "http://0.0.0.0/": "private_address",
}


@pytest.mark.parametrize(("url", "rule"), FIRST.items())
def test_refused_on_the_first_request(crawl: Crawl, url: str, rule: str) -> None:
    assert crawl.rows[f"first {url}"]["rule"] == rule
    assert crawl.stats[f"guard/{rule}"] >= 1


@pytest.mark.parametrize(("url", "rule"), ANYWHERE_URLS.items())
def test_link_local_is_refused_even_where_private_is_allowed(crawl: Crawl, url: str, rule: str) -> None:
    assert crawl.rows[f"anywhere {url}"]["rule"] == rule


@pytest.mark.parametrize(
    ("path", "rule"),
    {"/hop1": "host", "/metadata": "host", "/loop": "redirects", "/file": "scheme", "/gopher": "scheme",
     "/password": "credentials"}.items(),
)  # fmt: skip
def test_refused_on_a_redirect(crawl: Crawl, path: str, rule: str) -> None:
    assert crawl.rows[path]["rule"] == rule


@pytest.mark.parametrize(("number", "rule"), list(enumerate(THIRD_HOP.values())))
def test_refused_on_the_third_hop(crawl: Crawl, number: int, rule: str) -> None:
    assert crawl.rows[f"/third{number}-1"]["rule"] == rule
    assert len(crawl.times(f"/third{number}-3")) >= 1


def test_link_local_is_refused_on_the_third_hop_of_who_may_go_anywhere(crawl: Crawl) -> None:
    assert crawl.rows["third anywhere"]["rule"] == "private_address"


def test_redirects_within_the_source_are_followed(crawl: Crawl) -> None:
    assert crawl.rows["/moved"]["url"] == crawl.rows["/refresh"]["url"] == crawl.site.url("/there")


def test_requests_say_who_asks_and_in_which_language(crawl: Crawl) -> None:
    headers = next(asked.headers for asked in crawl.site.asked if asked.path == "/plain")
    assert headers["user-agent"].startswith("aggregator/")
    assert headers["accept-language"] == "it, *;q=0.1"
    assert "cookie" not in headers


@pytest.mark.parametrize(
    ("path", "asked"),
    {"/500": 4, "/500-once": 2, "/429-number": 2, "/503-date": 2, "/truncated": 2, "/truncated-always": 4,
     "/broken-gzip": 4, "/plain": 1, "/503-hour": 1, "/gzip-bomb": 1, "/huge": 1}.items(),
)  # fmt: skip
def test_asked_so_often(crawl: Crawl, path: str, asked: int) -> None:
    assert len(crawl.times(path)) == asked


@pytest.mark.parametrize("path", ["/429-number", "/503-date"])
def test_never_earlier_than_retry_after(crawl: Crawl, path: str) -> None:
    before, after = crawl.times(path)
    assert after - before >= RETRY_AFTER


def test_a_host_is_asked_one_thing_at_a_time(crawl: Crawl) -> None:
    asked = sorted(asked.at for asked in crawl.site.asked if "slow" in asked.path)
    answered = sorted(at for path, at in crawl.site.answered if "slow" in path)
    assert len(asked) == len(answered) == 6
    assert all(earlier <= later for earlier, later in zip(answered, asked[1:], strict=False))


def test_nothing_else_is_asked_of_a_host_that_wants_rest(crawl: Crawl) -> None:
    asked = sorted(asked.at for asked in crawl.site.asked if "rest" in asked.path)
    complained = crawl.times("/rest")[0]
    assert len(asked) == 8
    assert not [at for at in asked if complained < at < complained + RETRY_AFTER]
    assert {crawl.rows[name].get("status") for name in ("/rest", *(f"/plain?rest{n}" for n in range(6)))} == {
        200
    }


def test_the_last_answer_is_handed_over_when_retries_end(crawl: Crawl) -> None:
    assert crawl.rows["/500"]["status"] == 500
    assert crawl.rows["/500-once"]["status"] == crawl.rows["/truncated"]["status"] == 200
    assert crawl.rows["/truncated-always"]["error"] == "ResponseDataLossError"
    assert crawl.rows["/broken-gzip"]["rule"] == "broken_body"


def test_a_host_that_asks_for_an_hour_is_left_alone(crawl: Crawl) -> None:
    rows = [crawl.rows["/503-hour"], *(crawl.rows[f"hour {n}"] for n in range(5))]
    assert {row["rule"] for row in rows} == {"given_up"}
    wait = datetime.fromisoformat(rows[-1]["retry_at"]) - datetime.now(UTC)
    assert timedelta(minutes=55) < wait < timedelta(minutes=61)
    assert not [asked for asked in crawl.site.asked if "hour" in asked.path and asked.path != "/503-hour"]


def test_a_host_that_fails_again_and_again_is_left_alone(crawl: Crawl) -> None:
    rows = [crawl.rows[f"failing {n}"] for n in range(FAILING)]
    assert [row for row in rows if row.get("status") != 500 and row.get("rule") != "given_up"] == []
    left_alone = sum("rule" in row for row in rows)
    assert left_alone >= 1
    # Five that failed for good, and what was under way at that moment.
    assert FAILING - left_alone >= 5
    assert {row["retry_at"] for row in rows if "rule" in row} == {""}
    assert crawl.stats["guard/given_up"] == 2


def test_a_host_that_is_down_is_left_alone(crawl: Crawl) -> None:
    # Its robots.txt cannot be had, so nothing else is asked.
    assert {crawl.rows[f"down {n}"]["rule"] for n in range(6)} == {"robots"}


@pytest.mark.parametrize("path", ["/gzip-bomb", "/brotli-bomb", "/huge", "/many-headers"])
def test_too_large(crawl: Crawl, path: str) -> None:
    assert crawl.rows[path]["rule"] == "too_large"


def test_an_answer_that_drips_is_given_up_after_its_time(crawl: Crawl) -> None:
    assert crawl.rows["/drip"]["error"] == "DownloadTimeoutError"
    assert len(crawl.times("/drip")) == 4, "and asked for three times more"


def test_a_header_of_a_megabyte_is_not_read(crawl: Crawl) -> None:
    assert crawl.rows["/long-header"]["error"] == "DownloadFailedError"


def test_certificates_are_verified(crawl: Crawl) -> None:
    assert crawl.rows["tls trusted"]["status"] == 200
    assert crawl.rows["tls unknown"]["rule"] == "certificate"
    assert "certificate verify failed" in crawl.rows["tls unknown"]["text"]


@pytest.mark.parametrize(
    ("name", "private", "opened", "public"),
    [
        ("rules", False, True, True),
        ("none", False, False, False),
        ("error", False, False, False),
        ("rest", False, False, False),
        ("missing", True, True, True),
        ("html", True, True, True),
        ("elsewhere", False, False, False),
        ("five", False, False, True),
        ("six", True, True, True),
        ("long", False, False, True),
        ("fresh", False, False, True),
        ("down-but-known", False, False, True),
    ],
)
def test_robots(crawl: Crawl, name: str, private: bool, opened: bool, public: bool) -> None:
    asked = {asked.path for asked in crawl.robots[name].asked}
    rows = {path: crawl.rows[f"robots {name}: {path}"] for path in ("/private", "/private/open", "/public")}
    expected = {"/private": private, "/private/open": opened, "/public": public}
    assert {path: "status" in row for path, row in rows.items()} == expected
    assert {path: path in asked for path in rows} == expected
    assert public or PLACE not in asked
    assert {row["rule"] for row in rows.values() if "rule" in row} <= {"robots"}


def test_robots_txt_is_asked_once_and_not_at_all_while_fresh(crawl: Crawl) -> None:
    assert len(crawl.robots["rules"].times("/robots.txt")) == 1
    assert not [asked for asked in crawl.robots["fresh"].asked if asked.path == "/robots.txt"]


def test_what_was_read_of_robots_can_be_kept(crawl: Crawl) -> None:
    kept = crawl.rows["robots"]
    origins = {name: site.url("/").removesuffix("/") for name, site in crawl.robots.items()}
    assert "Crawl-delay" in kept[origins["rules"]]
    assert kept[origins["missing"]] == ""
    assert not {origins["error"], origins["fresh"]} & set(kept)


def test_crawl_delay_is_kept(crawl: Crawl) -> None:
    pages = sorted(
        asked.at for asked in crawl.robots["rules"].asked if asked.path not in ("/robots.txt", PLACE)
    )
    gaps = [later - earlier for earlier, later in pairwise(pages)]
    assert len(gaps) == 1
    # The server sees the first one late by what the connection took.
    assert gaps[0] >= 0.3


def test_behind_a_proxy_names_are_checked_and_the_proxy_resolves(crawl: Crawl) -> None:
    assert crawl.rows["proxy http://mobilita.example/a"]["status"] == 200
    assert "http://mobilita.example/a" in [asked.path for asked in crawl.proxy.asked]
    assert crawl.rows["proxy http://127.0.0.1/a"]["rule"] == "private_address"
    assert crawl.rows["proxy http://other.example/a"]["rule"] == "host"
