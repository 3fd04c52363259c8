import json
import locale
import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import feedparser
import pytest
from feed_samples import ATOM_SCHEMA, EDITION, SEEN, TERMS, WITHOUT_ADDRESS, entries, entry
from lxml import etree

from aggregator.feeds.channels import channel_of
from aggregator.feeds.compose import document_of
from aggregator.feeds.jsonfeed import render_json
from aggregator.feeds.model import MINUTES_TO_LIVE, Archive, Document, Edition, Related
from aggregator.feeds.opml import render_opml
from aggregator.feeds.strings import write_rfc3339
from aggregator.feeds.syndication import render_atom, render_rss, write_rfc822
from aggregator.items import Entry, Precision, PublishedDate

NS = {
    "a": "http://www.w3.org/2005/Atom",
    "dc": "http://purl.org/dc/elements/1.1/",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "media": "http://search.yahoo.com/mrss/",
    "sy": "http://purl.org/rss/1.0/modules/syndication/",
    "fh": "http://purl.org/syndication/history/1.0",
}
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def document(given: list[Entry], edition: Edition = EDITION, name: str = "all", **options: Any) -> Document:
    return document_of(channel_of(name, edition), given, edition, **options)


def rss(given: list[Entry], edition: Edition = EDITION, name: str = "all") -> Any:
    return etree.fromstring(render_rss(document(given, edition, name)))[0]


def atom(given: list[Entry], edition: Edition = EDITION, name: str = "all", **options: Any) -> Any:
    root = etree.fromstring(render_atom(document(given, edition, name, **options)))
    ATOM_SCHEMA.assertValid(root)
    return root


def texts(node: Any, path: str) -> list[str]:
    return [str(found) for found in node.xpath(path, namespaces=NS)]


def to_the_second(instants: list[str]) -> list[str]:
    """What tells apart the instants of one batch is below the second."""
    return [instant[:19] + "Z" for instant in instants]


def test_both_declare_utf8() -> None:
    for data in (render_rss(document(entries(1))), render_atom(document(entries(1)))):
        assert data.startswith(b"<?xml version='1.0' encoding='UTF-8'?>")
        assert "più" in data.decode("utf-8")


def test_feedparser_reads_back_what_went_in() -> None:
    given = entries(30)
    found = document(given)
    for data in (render_rss(found), render_atom(found)):
        parsed = feedparser.parse(data)
        assert not parsed.bozo
        assert parsed.feed.title == found.channel.title
        assert [e.id for e in parsed.entries] == [e.tag for e in given]
        assert [e.title for e in parsed.entries] == [e.article.title for e in given]
        assert [e.link for e in parsed.entries] == [e.article.url for e in given]
        assert {e.published_parsed[:5] for e in parsed.entries} == {(2026, 2, 27, 22, 45)}
        assert {e.author for e in parsed.entries} == {"Ada Neri"}
        assert {e.summary for e in parsed.entries} == {given[0].article.summary}
        assert {e.content[0].value for e in parsed.entries} == {found.items[0].html}


# --- RSS -----------------------------------------------------------------------------------------


def test_rss_channel() -> None:
    channel = rss(entries(3))
    assert texts(channel, "link/text()") == ["https://feed.example/pub/feeds/all.html"]
    assert texts(channel, "language/text()") == ["it"]
    assert texts(channel, "ttl/text()") == [str(MINUTES_TO_LIVE)]
    assert texts(channel, "lastBuildDate/text()") == ["Sun, 01 Mar 2026 09:33:00 +0000"]
    assert texts(channel, "sy:updatePeriod/text()") == ["hourly"]
    assert texts(channel, "a:link[@rel='self']/@href") == ["https://feed.example/pub/feeds/all.rss"]
    assert len(texts(channel, "description/text()")) == len(texts(channel, "copyright/text()")) == 1


def test_rss_item() -> None:
    channel = rss(
        [entry(image="https://cdn.example/a.png", translations=(("en", "https://mobilita.example/en/1"),))]
    )
    (item,) = channel.findall("item")
    assert [child.tag.rpartition("}")[2] for child in item][:4] == ["title", "link", "description", "encoded"]
    assert texts(item, "guid[@isPermaLink='false']/text()") == ["tag:notizie.example,2026:00000001"]
    assert texts(item, "pubDate/text()") == ["Fri, 27 Feb 2026 22:45:00 +0000"]
    assert texts(item, "dc:creator/text()") == ["Ada Neri"]
    assert texts(item, "author") == []
    assert texts(item, "source/@url") == ["https://mobilita.example/feed/"]
    assert texts(item, "source/text()") == ["Cluster della Mobilità"]
    assert texts(item, "category/text()") == ["Mobilità", "Idrogeno", "Italiano"]
    assert all(domain.startswith("tag:notizie.example,2026:") for domain in texts(item, "category/@domain"))
    assert texts(item, "dc:rights/text()") == ["I diritti sono di Cluster della Mobilità."]
    assert texts(item, "media:content/@*") == ["https://cdn.example/a.png", "image", "image/png"]
    assert texts(item, "media:content/media:thumbnail/@url") == ["https://cdn.example/a.png"]
    assert texts(item, "a:link[@rel='related']/@hreflang") == ["en"]
    assert texts(item, "enclosure") == []


def test_rss_titles_are_text_and_descriptions_are_html() -> None:
    (item,) = rss([entry(title="R&D: a < b", summary="R&D: a < b")]).findall("item")
    assert item.findtext("title") == "R&D: a < b"
    assert item.findtext("description") == "R&amp;D: a &lt; b"


def test_the_language_of_an_item_is_told_where_it_differs() -> None:
    channel = rss([entry(2, language="en"), entry(1)])
    assert [texts(i, "dc:language/text()") for i in channel.findall("item")] == [["en"], []]
    feed = atom([entry(2, language="en"), entry(1)])
    assert [e.get(XML_LANG) for e in feed.findall("a:entry", NS)] == ["en", None]
    assert feed.get(XML_LANG) == "it"


def test_a_title_only_source_says_nothing_more() -> None:
    given = [entry(source_id="giornale", image="https://giornale.example/a.jpg")]
    (item,) = rss(given).findall("item")
    tags = {child.tag.rpartition("}")[2] for child in item}
    assert tags == {"title", "link", "guid", "source", "pubDate", "creator", "rights"}
    (found,) = atom(given).findall("a:entry", NS)
    tags = {child.tag.rpartition("}")[2] for child in found}
    assert tags == {"id", "title", "updated", "author", "link", "published", "rights", "source", "summary"}
    assert texts(found, "a:summary/text()") == ["Fonte: Giornale"]


# --- Atom ----------------------------------------------------------------------------------------


def test_atom_feed() -> None:
    feed = atom(entries(3))
    assert texts(feed, "a:id/text()") == ["tag:notizie.example,2026:feed/all"]
    assert to_the_second(texts(feed, "a:updated/text()")) == ["2026-03-01T09:33:00Z"]
    assert texts(feed, "a:author/a:name/text()") == ["Aggregatore dei cluster tecnologici lombardi"]
    assert {(link.get("rel"), link.get("type"), link.get("href")) for link in feed.findall("a:link", NS)} == {
        ("self", "application/atom+xml", "https://feed.example/pub/feeds/all.atom"),
        ("alternate", "text/html", "https://feed.example/pub/feeds/all.html"),
        ("alternate", "application/rss+xml", "https://feed.example/pub/feeds/all.rss"),
        ("alternate", "application/feed+json", "https://feed.example/pub/feeds/all.json"),
    }


def test_atom_entry() -> None:
    related = {1: (Related("https://agenzia.example/1", "Agenzia Esempio"),)}
    given = [
        entry(image="https://cdn.example/a.webp", translations=(("en", "https://mobilita.example/en/1"),))
    ]
    (found,) = atom(given, related=related).findall("a:entry", NS)
    assert texts(found, "a:id/text()") == ["tag:notizie.example,2026:00000001"]
    assert texts(found, "a:published/text()") == ["2026-02-27T22:45:00Z"]
    assert to_the_second(texts(found, "a:updated/text()")) == ["2026-03-01T09:31:00Z"]
    assert texts(found, "a:author/a:name/text()") == ["Ada Neri"]
    assert texts(found, "a:summary/text()") == [given[0].article.summary]
    assert texts(found, "a:content/@type") == ["html"]
    assert texts(found, "a:source/a:id/text()") == ["tag:notizie.example,2026:source/mobilita"]
    assert texts(found, "a:source/a:title/text()") == ["Cluster della Mobilità"]
    assert texts(found, "a:source/a:updated/text()") == texts(found, "a:updated/text()")
    assert texts(found, "a:source/a:link/@href") == ["https://mobilita.example/"]
    assert texts(found, "a:category/@label") == ["Mobilità", "Idrogeno", "Italiano"]
    assert texts(found, "a:category/@scheme")[0] == "tag:notizie.example,2026:cluster"
    assert texts(found, "a:rights/text()") == ["I diritti sono di Cluster della Mobilità."]
    assert texts(found, "a:link[@rel='related']/@href") == [
        "https://mobilita.example/en/1",
        "https://agenzia.example/1",
    ]
    assert texts(found, "a:link[@rel='related']/@hreflang") == ["en"]
    assert texts(found, "media:content/@type") == ["image/webp"]


@pytest.mark.parametrize("name", ["all", "it", "en", "cluster-mob", "topic-idrogeno", "source-giornale"])
@pytest.mark.parametrize("edition", [EDITION, WITHOUT_ADDRESS])
def test_atom_holds_what_the_grammar_cannot_say(name: str, edition: Edition) -> None:
    feed = atom(entries(5), edition, name)
    for node in (feed, *feed.findall("a:entry", NS)):
        alternates = [
            (n.get("type"), n.get("hreflang"))
            for n in node.findall("a:link", NS)
            if n.get("rel") in (None, "alternate")
        ]
        assert len(alternates) == len(set(alternates)) >= 1
        assert node.findall("a:author", NS)
    updated = texts(feed, "a:entry/a:updated/text()")
    assert len(updated) == len(set(updated))
    assert texts(feed, "a:updated/text()") == [max(updated)]


def test_an_empty_feed_is_valid() -> None:
    assert texts(atom([]), "a:updated/text()") == ["2026-01-01T00:00:00Z"]
    assert rss([]).findall("item") == []
    assert json.loads(render_json(document([])))["items"] == []


def test_without_an_address_no_link_to_itself() -> None:
    found = document(entries(2), WITHOUT_ADDRESS)
    for data in (render_rss(found), render_atom(found), render_json(found)):
        assert b"localhost" not in data
        assert b"127.0.0.1" not in data
        assert b'"self"' not in data
        assert b"feed_url" not in data
    assert texts(atom(entries(2), WITHOUT_ADDRESS), "a:link/@href") == ["https://mobilita.example/"]


def test_archive_documents_are_chained() -> None:
    feed = atom(entries(3), archive=Archive(number=2, previous=1, next=3, is_full=True))
    base = "https://feed.example/pub/feeds/all"
    assert {link.get("rel"): link.get("href") for link in feed.findall("a:link", NS)} == {
        "self": f"{base}/2.atom",
        "alternate": f"{base}.html",
        "current": f"{base}.atom",
        "prev-archive": f"{base}/1.atom",
        "next-archive": f"{base}/3.atom",
    }
    assert texts(feed, "fh:archive") == [""] or len(feed.findall("fh:archive", NS)) == 1
    live = atom(entries(3), archive=Archive(previous=3))
    assert texts(live, "a:link[@rel='prev-archive']/@href") == [f"{base}/3.atom"]
    assert live.findall("fh:archive", NS) == []
    assert texts(live, "a:id/text()") == texts(feed, "a:id/text()")


# --- dates and bytes -----------------------------------------------------------------------------

INSTANTS = [
    (datetime(2024, 3, 11, 14, 40, tzinfo=UTC), "Mon, 11 Mar 2024 14:40:00 +0000", "2024-03-11T14:40:00Z"),
    (
        datetime(2024, 2, 29, 0, 0, 9, 50, UTC),
        "Thu, 29 Feb 2024 00:00:09 +0000",
        "2024-02-29T00:00:09.000050Z",
    ),
    (
        datetime(1999, 12, 31, 23, 59, 59, tzinfo=UTC),
        "Fri, 31 Dec 1999 23:59:59 +0000",
        "1999-12-31T23:59:59Z",
    ),
]


@pytest.mark.parametrize(("at", "rfc822", "rfc3339"), INSTANTS)
def test_instants_as_text(at: datetime, rfc822: str, rfc3339: str) -> None:
    assert (write_rfc822(at), write_rfc3339(at)) == (rfc822, rfc3339)
    assert parsedate_to_datetime(rfc822) == at.replace(microsecond=0)
    assert datetime.fromisoformat(rfc3339) == at


def all_formats() -> bytes:
    found = document([*entries(20), entry(21, published=None), entry(22, language="en")])
    opml = render_opml([("Tutte", (found.channel,))], "it")
    return b"\n".join((render_rss(found), render_atom(found), render_json(found), opml))


def test_rendering_leaves_the_locale_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("the locale of the whole process was touched")

    monkeypatch.setattr(locale, "setlocale", refuse)
    assert all_formats()


PROGRAM = "import sys; from test_syndication import all_formats; sys.stdout.buffer.write(all_formats())"


@pytest.mark.parametrize(
    ("zone", "lc_all", "seed"), [("Pacific/Auckland", "C", "1"), ("America/Lima", "it_IT.UTF-8", "77")]
)
def test_the_same_entries_give_the_same_bytes_elsewhere(zone: str, lc_all: str, seed: str) -> None:
    environ = os.environ | {
        "TZ": zone,
        "LC_ALL": lc_all,
        "PYTHONHASHSEED": seed,
        "PYTHONPATH": str(Path(__file__).parent),
    }
    run = subprocess.run([sys.executable, "-c", PROGRAM], env=environ, capture_output=True, check=True)
    assert run.stdout == all_formats()


# --- JSON Feed and OPML --------------------------------------------------------------------------


def test_json_feed() -> None:
    feed = json.loads(
        render_json(document([entry(2, image="https://cdn.example/a.png"), entry(1, source_id="agenzia")]))
    )
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["feed_url"] == "https://feed.example/pub/feeds/all.json"
    assert feed["home_page_url"] == "https://feed.example/pub/feeds/all.html"
    whole, teaser = feed["items"]
    assert whole["id"] == "tag:notizie.example,2026:00000002"
    assert whole["date_published"] == "2026-02-27T22:45:00Z"
    assert to_the_second([whole["date_modified"]]) == ["2026-03-01T09:32:00Z"]
    assert whole["content_html"].startswith("<p>")
    assert whole["image"] == "https://cdn.example/a.png"
    assert whole["tags"] == ["Mobilità", "Idrogeno", "Italiano"]
    assert whole["authors"] == [{"name": "Ada Neri"}]
    assert "content_html" not in teaser
    assert teaser["content_text"] == teaser["summary"]


# JSON Feed 1.1: key -> type, for feeds and items; the first three of each must be there.
FEED_KEYS: dict[str, type] = {
    "version": str, "title": str, "items": list, "home_page_url": str, "feed_url": str, "description": str,
    "authors": list, "language": str,
}  # fmt: skip
ITEM_KEYS: dict[str, type] = {
    "id": str, "url": str, "title": str, "content_html": str, "content_text": str, "summary": str,
    "image": str, "date_published": str, "date_modified": str, "authors": list, "tags": list, "language": str,
}  # fmt: skip


@pytest.mark.parametrize("source_id", ["mobilita", "agenzia", "giornale"])
def test_json_feed_keeps_to_the_specification(source_id: str) -> None:
    feed = json.loads(render_json(document([entry(source_id=source_id, image="https://cdn.example/a.png")])))
    for values, keys in ((feed, FEED_KEYS), (feed["items"][0], ITEM_KEYS)):
        assert list(keys)[:3] == [key for key in list(keys)[:3] if key in values]
        for key, value in values.items():
            assert key.startswith("_") or isinstance(value, keys[key])
    assert len(feed["items"][0].keys() & {"content_html", "content_text"}) == 1


def test_dates_that_are_not_known_are_marked_everywhere() -> None:
    unknown = [entry(published=None)]
    month = [entry(published=PublishedDate(None, date(2025, 5, 1), Precision.MONTH))]
    note = "data di pubblicazione sconosciuta: è quella della prima lettura"
    assert texts(rss(unknown), "item/category/text()")[-1] == note
    assert texts(atom(unknown), "a:entry/a:category/@term")[-1] == "unknown"
    assert texts(atom(unknown), "a:entry/a:published/text()") == ["2026-03-01T09:31:00Z"]
    assert texts(atom(month), "a:entry/a:category/@term")[-1] == "month"
    item = json.loads(render_json(document(unknown)))["items"][0]
    assert (item["_source"]["date_precision"], item["tags"][-1]) == ("unknown", note)


def test_opml_lists_the_feeds_by_group() -> None:
    channels = [channel_of(name, EDITION) for name in ("all", "cluster-mob")]
    groups = [("Tutte", (channels[0],)), ("Per cluster", (channels[1],))]
    root: Any = etree.fromstring(render_opml(groups, "it"))
    assert (root.tag, root.get("version")) == ("opml", "2.0")
    assert [group.get("text") for group in root.find("body")] == ["Tutte", "Per cluster"]
    (feed,) = root.find("body")[1]
    assert dict(feed.attrib) == {
        "type": "rss",
        "text": "Mobilità: notizie",
        "title": "Mobilità: notizie",
        "description": "Tutto ciò che le fonti seguite dicono di: Mobilità.",
        "language": "it",
        "htmlUrl": "https://feed.example/pub/feeds/cluster-mob.html",
        "xmlUrl": "https://feed.example/pub/feeds/cluster-mob.atom",
    }


def test_opml_has_no_feed_without_an_address() -> None:
    root = etree.fromstring(render_opml([("Tutte", (channel_of("all", WITHOUT_ADDRESS),))], "it"))
    assert root.xpath("//@xmlUrl") == []


def test_an_english_edition_speaks_english() -> None:
    channel = rss([entry(published=None)], replace(EDITION, language="en"), "topic-idrogeno")
    assert channel.findtext("title") == "Hydrogen: news from the Lombardy clusters"
    assert texts(channel, "item/category/text()")[:2] == ["Mobility", "Hydrogen"]
    assert TERMS["idrogeno"].label("en") == "Hydrogen"
    assert SEEN.tzinfo is UTC
