"""Entries as bad as the Web has them: each readable or left out with a reason, all others intact."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import feedparser
import listparser
import pytest
import vobject
from feed_samples import ATOM_SCHEMA, EDITION, SEEN, SOURCES, entries, entry
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar
from lxml import etree, html

from aggregator.feeds.agenda import agenda_of
from aggregator.feeds.channels import channel_of
from aggregator.feeds.compose import document_of
from aggregator.feeds.ical import render_ical
from aggregator.feeds.jsonfeed import render_json
from aggregator.feeds.opml import render_opml
from aggregator.feeds.pages import render_page
from aggregator.feeds.syndication import render_atom, render_rss
from aggregator.items import Event, EventKind, Precision, PublishedDate
from aggregator.store.events import Happening


def on(year: int) -> PublishedDate:
    return PublishedDate(datetime(year, 5, 5, tzinfo=UTC), date(year, 5, 5), Precision.MINUTE)


# what is wrong -> the fields that are, and the title that readers must see
HOSTILE: dict[str, tuple[dict[str, Any], str]] = {
    "entities in title": (
        {"title": "Ricerca &amp; sviluppo, l&#8217;idrogeno"},
        "Ricerca & sviluppo, l’idrogeno",
    ),
    "script": (
        {"title": "Bando<script>alert(1)</script>", "html": "<p>a</p><script>alert(1)</script>"},
        "Bando",
    ),
    "iframe": (
        {"title": "Video", "html": '<iframe src="https://video.example/"></iframe><p>a</p>'},
        "Video",
    ),
    "javascript": (
        {
            "title": "Legame",
            "html": '<a href="javascript:alert(1)" onclick="x()">a</a>',
            "image": "javascript:x",
        },
        "Legame",
    ),
    "relative addresses": (
        {"title": "Relativo", "html": '<a href="../b">b</a><img src="c.png">', "image": "/d.png"},
        "Relativo",
    ),
    "CDATA end": ({"title": "Fine ]]> qui", "html": "<p>]]></p>", "summary": "a ]]> b"}, "Fine qui"),
    "emoji": ({"title": "Treni 🚄 e batterie 🔋", "summary": "👩‍🔬"}, "Treni 🚄 e batterie 🔋"),
    "lone surrogates": (
        {"title": "Mezzo\ud83d carattere", "summary": "\udc00", "authors": ("\ud800",)},
        "Mezzo carattere",
    ),
    "NUL and controls": (
        {"title": "Nullo\x00 e \x0bcampanello\x07", "html": "<p>\x00\x1b</p>"},
        "Nullo e campanello",
    ),
    "5,000 characters": ({"title": "parola " * 715}, ""),
    "right to left": ({"title": "\u202eأخبار لومبارديا\u202c", "language": "ar"}, "أخبار لومبارديا"),
    "no title": ({"title": ""}, "Senza titolo"),
    "no date": ({"title": "Senza data", "published": None}, "Senza data"),
    "equal timestamps": ({"title": "Stesso istante", "changed_at": entry(4).changed_at}, "Stesso istante"),
    "image without type": ({"title": "Immagine", "image": "https://cdn.example/resize?id=3"}, "Immagine"),
    "huge text": (
        {"title": "Enorme", "html": "<p>molto testo</p>" * 100_000, "summary": "x" * 100_000},
        "Enorme",
    ),
    "only tags": ({"title": "<b></b><i><br/></i>"}, "Senza titolo"),
    "before 1970": ({"title": "Vecchio", "published": on(1955)}, "Vecchio"),
    "in the future": ({"title": "Futuro", "published": on(2199)}, "Futuro"),
    "unusual address": ({"title": "Indirizzo", "url": 'https://mobilita.example/a b"<è>'}, "Indirizzo"),
    "language that is none": ({"title": "Lingua", "language": "it_IT; <x>"}, "Lingua"),
}


def bad(name: str) -> Any:
    return entry(list(HOSTILE).index(name) + 100, **HOSTILE[name][0])


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_entry_is_readable_and_the_others_intact(name: str) -> None:
    good = entries(4)
    alone = document_of(channel_of("all", EDITION), good, EDITION)
    document = document_of(channel_of("all", EDITION), [*good[:2], bad(name), *good[2:]], EDITION)
    assert (*document.items[:2], *document.items[3:]) == alone.items
    for data in (render_rss(document), render_atom(document)):
        parsed = feedparser.parse(data, sanitize_html=False)
        assert not parsed.bozo
        found = parsed.entries[2]
        assert len(parsed.entries) == 5
        assert found.title == (HOSTILE[name][1] or found.title)
        assert 0 < len(found.title) <= 300
        assert found.link.startswith("https://mobilita.example/")
        assert 1991 <= found.published_parsed[0] <= 2026


def test_all_of_them_at_once_are_valid_in_every_format() -> None:
    document = document_of(channel_of("all", EDITION), [*map(bad, HOSTILE), *entries(20)], EDITION)
    assert len(document.items) == len(HOSTILE) + 20
    assert document.omitted == {}
    ATOM_SCHEMA.assertValid(etree.fromstring(render_atom(document)))
    assert len(etree.fromstring(render_rss(document)).findall(".//item")) == len(document.items)
    assert len(json.loads(render_json(document))["items"]) == len(document.items)
    assert len(html.fromstring(render_page(document)).findall(".//article")) == len(document.items)


@settings(max_examples=60, deadline=None)
@given(title=st.text(max_size=40), summary=st.text(max_size=40), author=st.text(max_size=10))
def test_any_text_parses_back_to_what_was_rendered(title: str, summary: str, author: str) -> None:
    given_entry = entry(7, title=title, summary=summary, authors=(author,), html=f"<p>{summary}</p>")
    document = document_of(channel_of("all", EDITION), [given_entry], EDITION)
    (item,) = document.items
    found: Any = etree.fromstring(render_atom(document))
    ATOM_SCHEMA.assertValid(found)
    atom = "{http://www.w3.org/2005/Atom}"
    assert found.findtext(f"{atom}entry/{atom}title") == item.title == " ".join(item.title.split())
    assert (found.findtext(f"{atom}entry/{atom}summary") or "") == item.summary
    (rss,) = etree.fromstring(render_rss(document)).iter("item")
    assert rss.findtext("title") == item.title
    (read,) = json.loads(render_json(document))["items"]
    assert (read["title"], read.get("summary", "")) == (item.title, item.summary)


def test_nothing_active_and_nothing_relative_leaves() -> None:
    document = document_of(channel_of("all", EDITION), list(map(bad, HOSTILE)), EDITION)
    for item in document.items:
        if not item.html:
            continue
        tree: Any = html.fragments_fromstring(f"<div>{item.html}</div>")[0]
        assert not tree.xpath("//script|//iframe|//@onclick|//@style")
        for address in tree.xpath("//@href|//@src"):
            assert address.startswith(("https://", "http://"))
    assert max(len(item.html) for item in document.items) <= 200_000


def test_feeds_have_only_characters_that_xml_has() -> None:
    document = document_of(channel_of("all", EDITION), list(map(bad, HOSTILE)), EDITION)
    for data in (render_rss(document), render_atom(document), render_json(document), render_page(document)):
        text = data.decode("utf-8")
        assert not [c for c in text if (c < " " and c not in "\n\r\t") or c in "\ufffe\uffff"]


def announced(name: str) -> Happening:
    """An event of the bad entry: under its title, with its texts, on its date, at its address."""
    found = bad(name)
    article = found.article
    day = article.published.day if article.published else date(2026, 6, 11)
    start = article.published.at if article.published and article.published.at else day
    texts = (article.summary[:1000], article.title)
    event = Event(EventKind.EVENT, article.title, start, None, texts[1][:500], False, texts[0], True)
    number, tag = found.id, f"{found.id:04}"
    return Happening(
        tag, 0, False, SEEN, event, number, number, article.source_id, article.url, article.language
    )


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_event_is_readable_and_the_others_intact(name: str) -> None:
    channel = channel_of("events", EDITION)
    good = [announced("emoji"), announced("no date")]
    hostile = replace(announced(name), uid="bad", entry_id=999)
    data = render_ical(agenda_of(channel, [good[0], hostile, good[1]], EDITION))
    assert max(map(len, data.split(b"\r\n"))) <= 75
    ours = {str(event["UID"]): event for event in Calendar.from_ical(data).walk("VEVENT")}
    theirs = {event.uid.value: event for event in vobject.readOne(data.decode()).vevent_list}
    assert list(ours) == list(theirs) == [good[0].uid, "bad", good[1].uid]
    alone = Calendar.from_ical(render_ical(agenda_of(channel, good, EDITION))).walk("VEVENT")
    assert [event.to_ical() for event in alone] == [ours[each.uid].to_ical() for each in good]
    assert ours["bad"].errors == []
    title = str(ours["bad"]["SUMMARY"])
    assert title == theirs["bad"].summary.value == (HOSTILE[name][1] or title)
    assert 0 < len(title) <= 300
    assert str(ours["bad"]["URL"]).startswith("https://mobilita.example/")
    assert str(ours["bad"]["DESCRIPTION"]) == theirs["bad"].description.value


def test_hostile_names_leave_a_list_of_feeds_that_others_read() -> None:
    names = {f"s{n}": bad(name).article.title for n, name in enumerate(HOSTILE)}
    sources = {key: replace(SOURCES["mobilita"], id=key, name=name) for key, name in names.items()}
    edition = replace(EDITION, sources=sources, saved=names)
    channels = [channel_of(name, edition) for key in names for name in (f"source-{key}", key)]
    found = listparser.parse(render_opml([("Tutte", tuple(channels))], "it"))
    assert not found.bozo
    assert [(feed.title, feed.url) for feed in found.feeds] == [
        (channel.title, f"{channel.address}.atom") for channel in channels
    ]
    assert all(feed.title.isprintable() for feed in found.feeds)
