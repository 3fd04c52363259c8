"""The way readers on recorded-style inputs: each `data/*.case` holds what to expect, then the input."""

import gzip
import json
import zlib
from collections.abc import Callable
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.errors import ParseError
from aggregator.items import Candidate, Page, Source, Way
from spiders import detect, feed, listing, sitemap, wordpress
from spiders.claim import GUESSES
from spiders.reading import Listing, decode, is_list_page, plain, wanted

CASES = sorted(Path(__file__).with_name("data").glob("*.case"))
READERS: dict[str, Callable[[Page, Source], Listing]] = {
    "feed": feed.read,
    "wordpress": wordpress.read,
    "sitemap": sitemap.read,
    "listing": listing.read,
}
AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
SOURCE = Source("x", "https://esempio.it/", hosts=("esempio.it",))


def page(body: bytes, url: str = "https://esempio.it/feed/", **headers: str) -> Page:
    return Page(
        url, body, AT, headers=tuple((name.replace("_", "-"), value) for name, value in headers.items())
    )


def shown(candidate: Candidate, like: dict[str, Any]) -> dict[str, Any]:
    """The fields that the case names, and all others that say something."""
    values = {f.name: getattr(candidate, f.name) for f in fields(candidate)}
    plain_values = {k: json.loads(json.dumps(v)) for k, v in values.items()}
    silent = {"way", "listed_at", "is_full_text"}
    return {
        k: v for k, v in plain_values.items() if k in like or (v not in (None, [], False) and k not in silent)
    }


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_case(path: Path) -> None:
    head, _, text = path.read_bytes().decode().partition("\n---\n")
    case = json.loads(head)
    chosen: dict[str, Any] = {"hosts": ("esempio.it",)}
    for key, value in case.get("source", {}).items():
        chosen[key] = tuple(tuple(v) if isinstance(v, list) else v for v in value)
    source = Source("x", "https://esempio.it/", **chosen)
    body = text.encode(case.get("encoding", "utf-8"))
    body = gzip.compress(body) if case.get("gzip") else body
    url = case.get("url", "https://esempio.it/feed/")
    asked = Page(url, body, AT, headers=tuple(case.get("headers", {}).items()))
    read = READERS[case["reader"]]
    if "error" in case:
        with pytest.raises(ParseError) as caught:
            read(asked, source)
        assert case["error"] in str(caught.value)
        return
    got = read(asked, source)
    expected = case.get("candidates", [])
    assert [shown(c, e) for c, e in zip(got.candidates, expected, strict=False)] == expected
    assert [c.url for c in got.candidates] == [e["url"] for e in expected]
    assert {c.listed_at for c in got.candidates} <= {url}
    assert list(got.more) == case.get("more", [])
    assert got.outside == case.get("outside", 0)
    assert [skipped for skipped, _ in got.skipped] == case.get("skipped", [])


@pytest.mark.parametrize("read", READERS.values(), ids=READERS)
@given(st.data())
def test_no_input_crashes_a_reader(read: Callable[[Page, Source], Listing], data: st.DataObject) -> None:
    body = data.draw(st.binary(max_size=300) | mangled())
    kind = data.draw(
        st.sampled_from(["", "text/html; charset=utf-16", "text/xml; charset=hex", "x; charset=\x00"])
    )
    try:
        got = read(page(body, content_type=kind), SOURCE)
    except ParseError as error:
        assert error.url
    else:
        assert all(wanted(c.url, SOURCE) for c in got.candidates)


def mangled() -> st.SearchStrategy[bytes]:
    """A case's input with a piece taken out and another put in."""
    bodies = [path.read_bytes().partition(b"\n---\n")[2] for path in CASES]

    def mangle(body: bytes, at: int, length: int, put: bytes) -> bytes:
        at %= len(body)
        return body[:at] + put + body[at + length :]

    pieces = st.sampled_from(
        [
            b"",
            b"<",
            b"]]>",
            b"&",
            b'"',
            b"\x00",
            b"\xff\xfe",
            b"<![CDATA[",
            b"{",
            b"[null]",
            b"<a href='http://[x'>",
        ]
    )
    return st.builds(mangle, st.sampled_from(bodies), st.integers(0, 5000), st.integers(0, 60), pieces)


@given(st.binary(max_size=400), st.text(max_size=30))
def test_any_bytes_are_text(body: bytes, charset: str) -> None:
    text = decode(page(body, content_type=f"text/html; charset={charset}"))
    assert text.encode() is not None  # no lone surrogate, which no encoder takes
    assert "\x00" not in text


@given(st.text(max_size=200))
def test_plain_text_has_one_line(text: str) -> None:
    assert "\n" not in (plain(text) or "")


WANTED = {
    "https://esempio.it/notizie/a": True,
    "https://esempio.it/?p=41": True,
    "https://esempio.it/index.php?id=3": True,
    "https://esempio.it/category/12-un-articolo/il-titolo": True,
    "https://esempio.it/2024/03/": True,
    "https://esempio.it/rapporto.pdf": True,
    "https://esempio.it/ok": True,
    "https://esempio.it/": False,
    "https://esempio.it": False,
    "https://esempio.it/en/": False,
    "https://esempio.it/?lang=en": False,
    "https://esempio.it/?cat=4": False,
    "https://esempio.it/index2.html": False,
    "https://esempio.it/tag/auto/": False,
    "https://esempio.it/en/category/news": False,
    "https://esempio.it/author/anna/": False,
    "https://esempio.it/notizie/page/3/": False,
    "https://esempio.it/foto.JPG": False,
    "https://esempio.it/feed/": False,
    "https://www.esempio.it/notizie/a": False,
    "https://esempio.it.evil.example/a": False,
    "https://esempio.it@evil.example/a": False,
    "ftp://esempio.it/a": False,
    "javascript:alert(1)": False,
    "https://esempio.it/" + "a" * 3000: False,
}


@pytest.mark.parametrize(("url", "expected"), WANTED.items())
def test_wanted(url: str, expected: bool) -> None:
    assert wanted(url, SOURCE) is expected


def test_include_and_exclude() -> None:
    source = Source(
        "x", "https://esempio.it/", hosts=("esempio.it",), include=("/news/", "/blog/"), exclude=("gallery",)
    )
    urls = [f"https://esempio.it/{path}" for path in ("news/a", "blog/b", "altro/c", "news/gallery-d")]
    assert [wanted(url, source) for url in urls] == [True, True, False, False]


def test_a_source_without_hosts_has_that_of_its_address() -> None:
    assert wanted("https://esempio.it/a", Source("x", "https://esempio.it/news"))
    assert is_list_page("http://[broken")


LONG = "<p>" + " ".join(["parola"] * 130) + "</p>"
FULL_TEXT = [
    (LONG, "Breve.", True),
    (LONG + "<p>L’articolo Titolo proviene da Esempio.</p>", "Breve.", True),
    (LONG.replace("</p>", " […]</p>"), "Breve.", False),
    (LONG + "<a href='/x'>Leggi tutto</a>", "Breve.", False),
    (LONG + "<a href='/x'>Continue reading</a> <p>The post X appeared first on Y.</p>", None, False),
    ("<p>Una nota breve.</p>", None, False),
    (LONG, LONG + "<p>e oltre</p>", False),
    (None, "Breve.", False),
]


@pytest.mark.parametrize(("content", "summary", "expected"), FULL_TEXT)
def test_full_text(content: str | None, summary: str | None, expected: bool) -> None:
    assert feed.is_full_text(content, summary) is expected


def test_sitemaps_beyond_the_protocol_are_refused() -> None:
    bomb = gzip.compress(bytes(sitemap.MAX_BYTES + 10))
    cut = gzip.compress(b"<urlset></urlset>" * 100)[:-20]
    for body, words in (
        (bomb, "larger than"),
        (cut, "cut off"),
        (b"\x1f\x8bno", "broken gzip"),
        (b"", "empty"),
    ):
        with pytest.raises(ParseError, match=words):
            sitemap.read(page(body), SOURCE)
    assert len(zlib.compress(bytes(100))) < 100


def test_first_urls_ask_once_for_each_language() -> None:
    source = Source("x", "https://esempio.it/sub/", languages=("it", "en"))
    first, other = wordpress.first_urls(source)
    assert first.startswith("https://esempio.it/wp-json/wp/v2/posts?per_page=100&_embed=")
    assert other == f"{first}&lang=en"
    assert wordpress.first_urls(source, "https://esempio.it/sub/index.php?rest_route=/")[0].startswith(
        "https://esempio.it/sub/index.php?rest_route=/wp/v2/posts&per_page=100"
    )


HOME = b"""<html><head><link rel="https://api.w.org/" href="https://esempio.it/sub/wp-json/">
<link rel="alternate" type="application/rss+xml" title="Esempio &raquo; Feed" href="/feed/">
<link rel="alternate" type="application/atom+xml" title="Esempio Atom" href="/feed/atom/">
<link rel="alternate" type="application/rss+xml" title="Feed dei commenti" href="/comments/feed/">
<link rel="alternate" type="application/json+oembed" href="/wp-json/oembed/1.0/embed?url=x">
<link rel="alternate" type="application/rss+xml" href="https://feeds.example/esempio"></head>
<body><a href="/sitemap_index.xml">Mappa</a><a href="/comunicati-stampa/">Comunicati</a>
<a href="/contatti/">Contatti</a></body></html>"""


def test_ways_of_a_wordpress_home_page() -> None:
    ways = detect.read_ways(page(HOME, "https://esempio.it/"), SOURCE)
    assert [(way.way, way.url.partition("?")[0]) for way in ways] == [
        (Way.WORDPRESS, "https://esempio.it/sub/wp-json/wp/v2/posts"),
        (Way.FEED, "https://esempio.it/feed/"),
        (Way.SITEMAP, "https://esempio.it/sitemap_index.xml"),
        (Way.SITEMAP, "https://esempio.it/sitemap.xml"),
        (Way.LISTING, "https://esempio.it/comunicati-stampa/"),
        (Way.LISTING, "https://esempio.it/"),
    ]
    assert all(way.why for way in ways)


MARKS = {
    b"<meta name='generator' content='Plone - http://plone.org'>": (Way.FEED, "https://esempio.it/RSS"),
    b'<meta name="Generator" content="Drupal 10">': (Way.FEED, "https://esempio.it/rss.xml"),
    b'<meta name="generator" content="Ghost 5.8">': (Way.FEED, "https://esempio.it/rss/"),
    b'<meta name="generator" content="Hugo 0.120">': (Way.FEED, "https://esempio.it/index.xml"),
    b'<meta name="generator" content="Joomla! - Open Source">': (
        Way.FEED,
        "https://esempio.it/?format=feed&type=rss",
    ),
    b'<meta name="generator" content="TYPO3 CMS">': (Way.SITEMAP, "https://esempio.it/?type=1533906435"),
    b'<img src="/wp-content/uploads/a.jpg">': (Way.FEED, "https://esempio.it/feed/"),
}


@pytest.mark.parametrize(("mark", "expected"), MARKS.items())
def test_ways_by_the_marks_of_a_program(mark: bytes, expected: tuple[Way, str]) -> None:
    ways = detect.read_ways(page(b"<html><body>" + mark + b"</body></html>", "https://esempio.it/"), SOURCE)
    assert expected in [(way.way, way.url) for way in ways]


def test_ways_of_robots_txt() -> None:
    text = (
        b"User-agent: *\nDisallow:\nsitemap: https://esempio.it/news.xml\n"
        b"Sitemap:https://altro.example/s.xml\nSitemap: no"
    )
    ways = detect.read_ways(page(text, "https://esempio.it/robots.txt"), SOURCE)
    assert [(way.way, way.url) for way in ways] == [(Way.SITEMAP, "https://esempio.it/news.xml")]


def test_the_feed_of_the_other_language() -> None:
    home = b"""<html><head><link rel="alternate" type="application/rss+xml" href="/feed/">
    <link rel="alternate" hreflang="en" href="/en/">
    <link rel="alternate" hreflang="fr" href="/fr/"></head></html>"""
    source = Source("x", "https://esempio.it/", hosts=("esempio.it",), languages=("it", "en"))
    ways = detect.read_ways(page(home, "https://esempio.it/"), source)
    feeds = [way.url for way in ways if way.way is Way.FEED]
    assert feeds == ["https://esempio.it/feed/", "https://esempio.it/en/feed/"]


def test_no_ways_in_what_is_no_page() -> None:
    assert detect.read_ways(page(b"%PDF-1.4", "https://esempio.it/"), SOURCE) == ()
    assert {way for way, _ in GUESSES} == {Way.WORDPRESS, Way.FEED, Way.SITEMAP}
