"""Sources to and from OPML."""

# ruff: noqa: E501 - documents are read as they are sent

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from aggregator.catalogue import load_catalogue
from aggregator.errors import ParseError
from aggregator.items import Source
from aggregator.opml import read_opml, render_opml

LIST = """<?xml version="1.0" encoding="UTF-8"?>
<opml version="1.0"><head><title>Mie</title></head><body>
<outline text="Lombardia">
  <outline text="Uno &amp; due" type="rss" xmlUrl="https://uno.example/feed/" htmlUrl="https://uno.example/" language="it-IT"/>
  <outline text="Dentro"><outline text="" xmlurl="feed://feeds.due.example/a b" category="/news"/></outline>
</outline>
<outline text="Uno, sport" type="rss" xmlUrl="https://uno.example/sport.rss" htmlUrl="http://www.uno.example"/>
<outline text="di nuovo" type="rss" xmlUrl="https://uno.example/feed/" htmlUrl="https://uno.example/"/>
<outline text="Solo pagina" type="link" url="https://tre.example/notizie/" language="unknown"/>
<outline text="Script" type="link" url="javascript:alert(1)"/>
<outline text="Conosciuto" xmlUrl="https://www.varesenews.it/feed"/>
</body></opml>
"""


def test_folders_feeds_and_links_become_sources() -> None:
    assert read_opml(LIST.encode(), load_catalogue().sources) == (
        {
            "id": "uno",
            "url": "https://uno.example/",
            "name": "Uno & due",
            "languages": ["it"],
            "way": "feed",
            "feeds": ["https://uno.example/feed/", "https://uno.example/sport.rss"],
        },
        {
            "id": "feeds-due",
            "url": "http://feeds.due.example/",
            "kind": "news",
            "way": "feed",
            "feeds": ["http://feeds.due.example/a%20b"],
        },
        {"id": "tre", "url": "https://tre.example/notizie/", "name": "Solo pagina"},
    )


@pytest.mark.parametrize(
    "data",
    [b"", b"hello", b"<html><body/></html>", b"<rss version='2.0'/>", b"\x00\x01", b"{}"],
)
def test_what_is_no_opml_is_refused(data: bytes) -> None:
    with pytest.raises(ParseError):
        read_opml(data)


def test_entities_are_not_read() -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><opml><body><outline text="&a;" url="http://a.example/"/></body></opml>'
    for keys in read_opml(bomb):
        assert "root" not in str(keys)


def test_the_bundled_sources_come_back() -> None:
    sources = load_catalogue().sources
    document = render_opml(sources, "Fonti & siti")
    assert document == render_opml(sources, "Fonti & siti")
    back = read_opml(document)
    assert [(k["url"], k["name"], k["kind"], tuple(k.get("feeds", ()))) for k in back] == [  # type: ignore[arg-type]
        (s.url, s.name, s.kind.value, s.feeds) for s in sources
    ]


@given(st.text(), st.text())
def test_any_name_makes_a_document(name: str, title: str) -> None:
    document = render_opml([Source("a", "https://a.example/", name=name)], title)
    assert etree.fromstring(document).tag == "opml"


@given(st.binary())
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        read_opml(b"<opml>" + data)
    except ParseError:
        return
