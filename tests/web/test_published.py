"""The published folder over HTTP: the same bytes, and as few of them as can be."""

import gzip
import os
from email.utils import formatdate
from pathlib import Path

import brotli
import pytest
from web_samples import Browser

from aggregator.feeds.folder import locked
from aggregator.web.allowance import Allowance
from aggregator.web.conditional import accepted, is_unchanged, read_http_date
from aggregator.web.published import Published

BODY = b"<rss>" + b"<item>Notizia</item>" * 100 + b"</rss>"
LONG_AGO = 1_700_000_000


@pytest.fixture
def public(tmp_path: Path) -> Path:
    root = tmp_path / "public"
    with locked(root) as folder:
        for name in ("all.rss", "all.atom", "all.json", "all.html", "events.ics", "all/1.atom"):
            folder.write(f"feeds/{name}", BODY)
        folder.write("index.html", BODY)
        folder.write("feeds.opml", BODY)
        folder.write("data/datapackage.json", b"{}")
    (root / "feeds" / "old.gone").touch()
    for path in root.rglob("*"):
        os.utime(path, (LONG_AGO, LONG_AGO))
    (tmp_path / "secret.rss").write_bytes(b"secret")
    (root / "feeds" / "link.rss").symlink_to(tmp_path / "secret.rss")
    (root / "out").symlink_to(tmp_path)
    return root


@pytest.fixture
def browser(public: Path) -> Browser:
    return Browser(Published(public, Allowance(1, 0.0)))


@pytest.mark.parametrize(
    ("path", "media_type"),
    [
        ("/feeds/all.rss", "application/rss+xml; charset=utf-8"),
        ("/feeds/all.atom", "application/atom+xml; charset=utf-8"),
        ("/feeds/all/1.atom", "application/atom+xml; charset=utf-8"),
        ("/feeds/all.json", "application/feed+json; charset=utf-8"),
        ("/feeds/all.html", "text/html; charset=utf-8"),
        ("/feeds/events.ics", "text/calendar; charset=utf-8"),
        ("/index.html", "text/html; charset=utf-8"),
        ("/feeds.opml", "text/x-opml; charset=utf-8"),
        ("/data/datapackage.json", "application/json"),
    ],
)
def test_a_file_is_sent_as_what_it_is(browser: Browser, public: Path, path: str, media_type: str) -> None:
    got = browser.get(path)
    assert (got.status, got.headers["content-type"]) == (200, media_type)
    assert got.body == public.joinpath(path[1:]).read_bytes()
    assert got.headers["content-length"] == str(len(got.body))
    assert got.headers["cache-control"] == "public, max-age=3600"
    assert got.headers["vary"] == "accept-encoding"
    assert got.headers["last-modified"] == formatdate(LONG_AGO, usegmt=True)


@pytest.mark.parametrize(
    ("accept", "coding"),
    [
        ("gzip, deflate, br", "br"),
        ("gzip", "gzip"),
        ("br;q=0.5, gzip;q=0.9", "gzip"),
        ("br;q=0, *", "gzip"),
        ("GZIP", "gzip"),
        ("identity", ""),
        ("gzip;q=x", ""),
        ("", ""),
    ],
)
def test_the_twin_that_the_client_takes_is_sent(browser: Browser, accept: str, coding: str) -> None:
    got = browser.get("/feeds/all.rss", accept_encoding=accept)
    assert got.headers.get("content-encoding", "") == coding
    read = {"br": brotli.decompress, "gzip": gzip.decompress, "": bytes}[coding]
    assert read(got.body) == BODY


def test_each_form_has_a_tag_of_its_own(browser: Browser) -> None:
    tags = {
        browser.get("/feeds/all.rss", accept_encoding=coding).headers["etag"] for coding in ("br", "gzip", "")
    }
    assert len(tags) == 3
    assert all(tag.startswith('"') for tag in tags)


def test_who_has_the_bytes_is_told_so(browser: Browser) -> None:
    first = browser.get("/feeds/all.rss", accept_encoding="gzip")
    tag, date = first.headers["etag"], first.headers["last-modified"]
    for headers in ({"if_none_match": tag}, {"if_none_match": f'"x", W/{tag}'}, {"if_modified_since": date}):
        got = browser.get("/feeds/all.rss", accept_encoding="gzip", **headers)
        assert (got.status, got.body, got.headers["etag"]) == (304, b"", tag)
    # A tag that is another's wins over a date that would do.
    assert browser.get("/feeds/all.rss", if_none_match='"x"', if_modified_since=date).status == 200


def test_head_has_the_headers_alone(browser: Browser) -> None:
    whole, head = browser.get("/feeds/all.rss"), browser.get("/feeds/all.rss", method="HEAD")
    assert (head.status, head.headers, head.body) == (200, whole.headers, b"")


def test_new_bytes_have_a_new_tag_and_no_date_within_their_second(public: Path) -> None:
    browser = Browser(Published(public, Allowance(1, 0.0)))
    before = browser.get("/feeds/all.rss").headers["etag"]
    with locked(public) as folder:
        folder.write("feeds/all.rss", BODY + b" ")
    # As if the file were of this very second, whatever the clock does meanwhile.
    os.utime(public / "feeds" / "all.rss", (2**32, 2**32))
    after = browser.get("/feeds/all.rss")
    assert after.headers["etag"] != before
    assert "last-modified" not in after.headers


@pytest.mark.parametrize(
    "path",
    [
        "/feeds/link.rss",
        "/out/secret.rss",
        "/feeds/../../secret.rss",
        "/feeds/..\\..\\secret.rss",
        "/.lock",
        "/feeds/.all.rss.new",
        "/feeds//all.rss",
        "/feeds/",
        "/feeds",
        "/feeds/all",
        "/feeds/all.rss/",
        "/feeds/all.rss\0",
        "/feeds/" + "a" * 5000,
        "/feeds/\udcff.rss",
    ],
)
def test_nothing_else_is_there(browser: Browser, path: str) -> None:
    got = browser.get(path)
    assert got.status == 404
    assert got.headers["content-type"] == "application/problem+json"


def test_an_ended_feed_is_gone(browser: Browser) -> None:
    assert browser.get("/feeds/old.rss").status == 410
    assert browser.get("/feeds/old.html").status == 410


def test_nothing_is_written_here(browser: Browser) -> None:
    got = browser.get("/feeds/all.rss", method="POST")
    assert (got.status, got.headers["allow"]) == (405, "GET, HEAD")


def test_who_polls_without_end_is_asked_to_wait(public: Path) -> None:
    now = [0.0]
    app = Published(public, Allowance(3, 2.0, clock=lambda: now[0]))
    browser = Browser(app)
    assert [browser.get("/feeds/all.rss").status for _ in range(4)] == [200, 200, 200, 429]
    got = browser.get("/feeds/all.rss")
    assert got.headers["retry-after"] == "30"
    assert browser.get("/feeds/all.atom").status == 200
    assert Browser(app, "192.0.2.2").get("/feeds/all.rss").status == 200
    now[0] = 30.0
    assert browser.get("/feeds/all.rss").status == 200


def test_hubs_are_named_where_there_is_one(public: Path) -> None:
    app = Published(
        public, Allowance(1, 0.0), base_url="https://news.example.org/", hub="https://hub.example.org/"
    )
    link = '<https://hub.example.org/>; rel="hub", <https://news.example.org/feeds/all.rss>; rel="self"'
    assert Browser(app).get("/feeds/all.rss").headers["link"] == link
    assert "link" not in Browser(app).get("/feeds/all.html").headers


def test_large_files_are_whole(public: Path) -> None:
    data = os.urandom(700_000)
    (public / "large.parquet").write_bytes(data)
    got = Browser(Published(public, Allowance(1, 0.0))).get("/large.parquet")
    assert got.body == data
    assert got.headers["content-type"] == "application/vnd.apache.parquet"


def test_clients_that_are_long_gone_are_forgotten() -> None:
    allowance = Allowance(1, 1.0, clock=lambda: 0.0)
    assert allowance.seconds_to_wait("first") == 0
    assert allowance.seconds_to_wait("first") == 60
    for number in range(10_001):
        allowance.seconds_to_wait(str(number))
    assert allowance.seconds_to_wait("first") == 0


@pytest.mark.parametrize("text", ["", "yesterday", "Sun, 99 Nov 1994 08:49:37 GMT", "0", "\0"])
def test_what_is_no_date_is_none(text: str) -> None:
    assert read_http_date(text) is None
    assert not is_unchanged(None, text, '"x"', 0.0)


def test_codings_come_best_first() -> None:
    assert [coding for coding, _ in accepted("gzip, br")] == ["br", "gzip"]
