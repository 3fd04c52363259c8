"""Any bytes give an answer, in bounded time."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.extract import extract
from aggregator.extract.tree import decode
from aggregator.items import Candidate, Page, RawArticle, Source, Way

URL = "https://www.example.org/notizie/2024/03/11/un-articolo/"
NOW = datetime(2024, 3, 12, 9, 0, tzinfo=UTC)
SOURCE = Source(id="example", url="https://www.example.org/")


def read(body: bytes, content_type: str = "text/html") -> RawArticle:
    page = Page(url=URL, body=body, fetched_at=NOW, headers=(("content-type", content_type),))
    return extract(page, Candidate(url=URL, way=Way.LISTING), SOURCE)


DEEP_GRAPH = '{"@graph":[' * 10 + '{"@type":"NewsArticle","headline":"In fondo"}' + "]}" * 10
HOSTILE = {
    "empty": b"",
    "blank": b" \n\t ",
    "nested tags": b"<div>" * 1_000_000,
    "nested inline tags": b"<b><i>" * 400_000 + b"x",
    "nested articles": b"<article>" * 2000 + b"<p>" + b"Il bando apre a marzo. " * 20,
    "articles side by side": (b"<article>" * 20 + b"<p>Bando " + b"</article>" * 20) * 1500 + b"<div>" * 200,
    "a nested byline": b"<h1>Bando</h1><div class=byline>" + b"<b>" * 1500 + b"di Ada Neri",
    "days in a long line": b"<h1>Bando</h1><b>" + b"<i>12/03/2026</i> \xcc\x81" * 20_000,
    "bars in a title": b"<title>" + b" | Bando" * 20_000 + b"</title><p>ciao</p>",
    "nested surroundings": b"<aside>" * 240
    + (b"<div>" * 90 + b"<p>Il bando apre a marzo e chiude a maggio.") * 400,
    "nested items": b"<div itemprop=author itemscope><b itemprop=name>Ada Neri <i>" * 20_000,
    "nested lists": b"<ul><li>" * 300_000,
    "nested tables": b"<table><tr><td>" * 200_000,
    "attributes": b"<p " + b" ".join(b"a%d=1" % i for i in range(100_000)) + b">ciao</p>",
    "attributes in quotes": b"<p " + b" ".join(b"a%d='<'" % i for i in range(100_000)) + b">ciao</p>",
    "one long attribute": b'<p title="' + b"x" * 5_000_000 + b'">ciao</p>',
    "unclosed quote": b'<p title="' + b"<a b='" * 500_000,
    "tags cut short": b"<a" * 2_000_000,
    "binary": bytes(range(256)) * 4000,
    "zeros": bytes(100_000),
    "pdf": b"%PDF-1.4 <html><p>no</p>",
    "wrong charset": '<meta charset="utf-16"><h1>Perché</h1>'.encode(),
    "unknown charset": b'<meta charset="klingon"><h1>Perch\xe9</h1>',
    "charset that is no text": b'<meta charset="idna"><h1>Perch\xe9</h1>',
    "invalid utf-8": b"<meta charset=utf-8><h1>a\xff\xfe\x80\xc0</h1><p>" + b"\xf5" * 5000,
    "plaintext": b"<h1>a</h1><plaintext><p>b</p>" + b"<p>c" * 100_000,
    "entities": b"&amp;&#x10ffff;&#0;&#xd800;&nosuch;" * 200_000,
    "control characters": b"<h1>a\x00b\x1fc\x7fd&#1;</h1>",
    "json": b'{"title": "x"}',
    "json-ld that is not json": b'<script type="application/ld+json">{"@type": "Article", head</script>',
    "json-ld too deep": b'<script type="application/ld+json">' + b"[" * 100_000 + b"</script>",
    "json-ld graph": f'<script type="application/ld+json">{DEEP_GRAPH}</script>'.encode(),
    "json-ld of wrong types": b"""<script type="application/ld+json">{"@type": ["NewsArticle", 1, null],
        "headline": {"a": []}, "author": [[[]], 3, {"name": {"name": 1}}], "image": 7, "url": [],
        "keywords": {}}</script>""",
    "frames": b"<frameset><frame src=a></frameset>",
    "no body": b"<head><title>x</title></head>",
    "base that is no address": b'<base href="http://[::1"><a href="http://[">x</a><img src="//[">',
    "unclosed script": b"<p>a</p><script>" + b"x<" * 100_000,
    "comments": b"<!--" * 300_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_answers_whatever_it_is_given(name: str) -> None:
    """The slowest takes under a second; quadratic code would hang the tests for minutes."""
    raw = read(HOSTILE[name])
    assert raw.url == URL


def test_deep_graph_is_read() -> None:
    assert "In fondo" in [f.value for f in read(HOSTILE["json-ld graph"]).title]


PIECES = st.sampled_from([
    "<p>", "</p>", "<div class='entry-content'>", "</div>", "<table><tr><td>", "<li>", "<br><br>",
    "<h1>Titolo</h1>", "<a href='/x'>", "</a>", "<blockquote>", "<time datetime='2024-03-11'>",
    "<script type='application/ld+json'>", '{"@type":"NewsArticle"', "</script>", "<button>", "<nav>",
    "<img src='a.jpg'>", "<span hidden>", "&eacute;", "parole " * 30, "11/03/2024", "\x00", "\ud800",
    "<![CDATA[", "<meta property='og:title' content='x'>", "<aside>", "<b>Leggi anche:</b>", "<figure>",
])  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(PIECES | st.text(max_size=20), max_size=40), st.sampled_from(["utf-8", "cp1252", "utf-16"]))
def test_fuzz_markup(parts: list[str], codec: str) -> None:
    raw = read("".join(parts).encode(codec, "replace"), f"text/html; charset={codec}")
    if raw.body is not None:
        assert raw.body.text.count("\n") < len(raw.blocks) + 1
        assert "\x00" not in raw.body.html


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=400))
def test_fuzz_bytes(body: bytes) -> None:
    read(body)


def test_letters_that_the_site_lost_do_not_cost_the_others() -> None:
    """UTF-8 that is good stays UTF-8, however many signs of lost letters it writes."""
    text = "perch\ufffd l\ufffd citt\ufffd è più " * 20
    assert decode(text.encode(), "text/html; charset=utf-8") == text


def test_what_stands_after_the_end_of_the_page_is_read() -> None:
    """Templates that print header and footer as whole pages put the article between two ends."""
    menu = b"<html><body><nav><a href=/a>Chi siamo</a></nav></body></html>"
    text = b"<h1>Apre il bando</h1><p>" + b"Il bando apre a marzo e finanzia la ricerca delle imprese. " * 6
    page = read(menu + b"<div class=dettaglio>" + text + b"</div></body></html>")
    assert page.title[0].value == "Apre il bando"
    assert page.body is not None
    assert page.body.text.startswith("Il bando apre a marzo")


@pytest.mark.parametrize("url", ["http://[::1", "", "no address", "http://ex.it:99999/a"])
def test_an_address_that_is_none_costs_nothing_else(url: str) -> None:
    html = b"<title>Il bando</title><body><h1><a href=/>Il bando</a></h1><p>" + b"Il bando apre a marzo. " * 9
    raw = extract(Page(url=url, body=html, fetched_at=NOW), Candidate(url=url, way=Way.LISTING), SOURCE)
    assert raw.body is not None


@pytest.mark.parametrize(
    "start", ["<title>Il bando</title>", "<html><head><title>Il bando</title><body class=a>"]
)
def test_a_page_that_opens_no_body_is_read(start: str) -> None:
    """HTML allows to leave out the tags of head and body: the first that is not of the head ends it."""
    text = "<p>" + "Il bando apre a marzo. " * 9
    raw = read(f"<!doctype html>{start}<main><header><h1>Il bando</h1></header>{text}</main>".encode())
    assert raw.body is not None
    assert raw.body.text.startswith("Il bando apre")
    assert raw.title[0].value == "Il bando"
