"""The proxy in front of the sample sites: fixed names, conditional requests, and nothing else."""

import http.client
import json
import socket
import struct
import threading
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from aggregator.sampleserver import SampleSites


@pytest.fixture(scope="module")
def sites() -> Iterator[SampleSites]:
    served = SampleSites()
    served.start()
    yield served
    served.stop()


def ask(
    sites: SampleSites, url: str, method: str = "GET", **headers: str
) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", sites.port, timeout=10)
    try:
        connection.request(
            method, url, headers={name.replace("_", "-"): value for name, value in headers.items()}
        )
        answer = connection.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
    finally:
        connection.close()


SEED = "http://mobilita.example/en/lombardys-technology-clusters-for-competitiveness-and-innovation/"


@pytest.mark.parametrize(
    ("url", "status"),
    [
        (SEED, 200),
        (SEED + "?utm_source=rss&utm_medium=rss", 200),
        (SEED.rstrip("/"), 301),
        (SEED.replace("//", "//www."), 301),
        ("http://mobilita.example/?p=4120", 301),
        ("http://mobilita.example/no-such-page/", 404),
        ("http://mobilita.example", 200),
        ("http://mobilita.example/wp-json/wp/v2/posts?per_page=none", 400),
        ("http://mobilita.example/wp-json/wp/v2/posts?per_page=101", 400),
        ("http://mobilita.example/wp-json/wp/v2/posts?page=99", 400),
        ("http://elsewhere.example/", 502),
        ("http://127.0.0.1/", 502),
        ("http://mobilita.example:8080/", 403),
        ("http://mobilita.example:none/", 400),
        ("https://mobilita.example/", 403),
        ("ftp://mobilita.example/", 403),
    ],
)
def test_statuses(sites: SampleSites, url: str, status: int) -> None:
    assert ask(sites, url)[0] == status


def test_connect_is_refused(sites: SampleSites) -> None:
    assert ask(sites, "mobilita.example:443", "CONNECT")[0] == 403


def test_origin_form_with_a_host_header_is_served_too(sites: SampleSites) -> None:
    status, _, body = ask(sites, urlsplit(SEED).path, Host="mobilita.example")
    assert (status, body) == (200, ask(sites, SEED)[2])


def test_head_has_the_length_and_no_body(sites: SampleSites) -> None:
    with (
        socket.create_connection(("127.0.0.1", sites.port), timeout=10) as caller,
        caller.makefile("rb") as answer,
    ):
        caller.sendall(f"HEAD {SEED} HTTP/1.1\r\nConnection: close\r\n\r\n".encode())
        head, _, body = answer.read().partition(b"\r\n\r\n")
    assert body == b""
    assert f"Content-Length: {len(ask(sites, SEED)[2])}".encode() in head.splitlines()


def test_tracking_words_do_not_hide_the_number_of_a_post(sites: SampleSites) -> None:
    answers = [
        ask(sites, f"http://mobilita.example/?{query}") for query in ("p=4120", "utm_source=x&p=4120&utm_id=")
    ]
    assert answers[0][0] == answers[1][0] == 301
    assert answers[0][1]["location"] == answers[1][1]["location"] == SEED


@pytest.mark.parametrize(
    "path", ["/feed/", "/en/feed/", "/wp-sitemap.xml", "/wp-json/wp/v2/posts?per_page=5"]
)
def test_what_has_validators_is_not_sent_twice(sites: SampleSites, path: str) -> None:
    url = "http://mobilita.example" + path
    _, headers, _ = ask(sites, url)
    assert ask(sites, url, If_None_Match=headers["etag"])[0::2] == (304, b"")
    assert ask(sites, url, If_Modified_Since=headers["last-modified"])[0] == 304
    assert ask(sites, url, If_None_Match='"other"', If_Modified_Since=headers["last-modified"])[0] == 200
    assert ask(sites, url, If_Modified_Since="Tue, 01 Jan 2013 00:00:00 GMT")[0] == 200


def test_the_log_holds_what_was_asked(sites: SampleSites) -> None:
    ask(sites, "http://mobilita.example/privato/verbale-assemblea/")
    last = sites.log[-1]
    assert (last.method, last.url, last.status) == (
        "GET",
        "http://mobilita.example/privato/verbale-assemblea/",
        200,
    )


def test_the_api_gives_every_post_once_over_its_pages(sites: SampleSites) -> None:
    url = "http://mobilita.example/wp-json/wp/v2/posts?per_page=4&_embed=1"
    _, headers, body = ask(sites, url)
    rows = json.loads(body)
    for number in range(2, int(headers["x-wp-totalpages"]) + 1):
        rows += json.loads(ask(sites, f"{url}&page={number}")[2])
    site = next(site for site in sites.sites if site.host == "mobilita.example")
    assert [row["link"] for row in rows] == [post.url for post in site.articles]
    assert len(rows) == int(headers["x-wp-total"])
    assert rows[0]["_embedded"]["author"] == [{"id": 2, "name": "Redazione CLM"}]


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("after=2024-10-15T11:30:00&lang=en", [5210, 5198]),
        ("before=2018-12-31T00:00:00", [1207]),
        ("order=asc&per_page=1", [1207]),
        ("after=2026-01-01T00:00:00", []),
    ],
)
def test_the_api_filters(sites: SampleSites, query: str, ids: list[int]) -> None:
    rows = json.loads(ask(sites, f"http://mobilita.example/wp-json/wp/v2/posts?_fields=id&{query}")[2])
    assert rows == [{"id": number} for number in ids]


def test_a_caller_that_hangs_up_leaves_no_trace(
    sites: SampleSites, capfd: pytest.CaptureFixture[str]
) -> None:
    caller = socket.create_connection(("127.0.0.1", sites.port))
    caller.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # close() sends a reset
    caller.sendall(b"GET http://mobilita.example/ HT")
    caller.close()
    assert ask(sites, SEED)[0] == 200  # accepted after the one that hung up
    for thread in threading.enumerate():
        if "process_request_thread" in thread.name:
            thread.join(10)
    assert capfd.readouterr().err == ""


def test_stopping_twice_and_without_start_is_harmless() -> None:
    served = SampleSites()
    served.stop()
    with served as proxy:
        assert proxy.startswith("http://127.0.0.1:")
    served.stop()
