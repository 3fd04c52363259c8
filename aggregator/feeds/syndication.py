"""RSS 2.0 and Atom by feedgen, with one extension of ours for what it lacks.

Takes a Document and returns bytes; must not touch files, the clock or the process's locale.
Start reading at `render_atom`; `_Instant` and `_ItemExtension` hold what feedgen would get wrong.
"""

import html
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from typing import Any

from feedgen.entry import FeedEntry
from feedgen.ext.base import BaseEntryExtension, BaseExtension
from feedgen.feed import FeedGenerator
from lxml import etree

from aggregator.feeds.model import MINUTES_TO_LIVE, Document, Item, Related
from aggregator.feeds.strings import say, write_rfc3339

GENERATOR = "lombardy-aggregator"

_ATOM = "http://www.w3.org/2005/Atom"
_DC = "http://purl.org/dc/elements/1.1/"
_MEDIA = "http://search.yahoo.com/mrss/"
_SY = "http://purl.org/rss/1.0/modules/syndication/"
_FH = "http://purl.org/syndication/history/1.0"
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"

# RFC 5322 section 3.3. strftime's %a and %b follow the locale.
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

# Elements that hold plain text in both formats, where it has what could be markup.
_PLAIN = re.compile(
    rb"<(?:title|category|source|subtitle|summary|copyright|rights)\b[^>]*>[^<]*&(?:amp|lt);[^<]*"
)

Link = tuple[str, str, str]
"""rel, media type (empty where it says nothing) and href."""


def render_atom(document: Document) -> bytes:
    """The Document as Atom, live feed or archive document.

    Source: RFC 4287; RFC 5005 sections 2 and 4 for history.
    """
    channel = document.channel
    feed = _generator(document)
    feed.register_extension("ours", partial(_AtomChannel, document), partial(_AtomItem, document), rss=False)
    feed.id(channel.id)
    feed.language(channel.language)
    feed.author({"name": channel.author})
    feed.rights(channel.rights)
    feed.updated(_instant(document.updated_at))
    for rel, kind, href in atom_links(document):
        feed.link(rel=rel, href=href, **({"type": kind} if kind else {}))
    for item in document.items:
        _add_atom(feed, item, channel.language)
    return _plainly(feed.atom_str())


def render_rss(document: Document) -> bytes:
    """The Document as RSS 2.0.

    Source: RSS 2.0; RSS Best Practices Profile; Media RSS; the Dublin Core, content and
        syndication modules.
    """
    channel = document.channel
    feed = _generator(document)
    feed.register_extension("ours", partial(_RssChannel, document), partial(_RssItem, document), atom=False)
    feed.link(href=channel.site_url)
    feed.language(channel.language)
    feed.copyright(channel.rights)
    feed.ttl(MINUTES_TO_LIVE)
    feed.updated(_Unset(1, 1, 1, tzinfo=UTC))
    for item in document.items:
        _add_rss(feed, item)
    return _plainly(feed.rss_str())


def atom_links(document: Document) -> Iterator[Link]:
    """The links of an Atom document: itself, its other formats, its history."""
    address, query, archive = document.channel.address, document.channel.query, document.archive
    if not address:
        yield "alternate", "text/html", document.channel.site_url
        return
    if document.channel.hub:
        yield "hub", "", document.channel.hub
    own = f"{address}/{archive.number}.atom" if archive.number else f"{address}.atom{query}"
    yield "self", "application/atom+xml", own
    yield "alternate", "text/html", document.channel.site_url
    if archive.number:
        yield "current", "application/atom+xml", f"{address}.atom"
    else:
        yield "alternate", "application/rss+xml", f"{address}.rss{query}"
        yield "alternate", "application/feed+json", f"{address}.json{query}"
    for rel, page in document.pages:
        yield rel, "application/atom+xml", f"{address}.atom{page}"
    if archive.previous:
        yield "prev-archive", "application/atom+xml", f"{address}/{archive.previous}.atom"
    if archive.next:
        yield "next-archive", "application/atom+xml", f"{address}/{archive.next}.atom"


def rss_links(document: Document) -> Iterator[Link]:
    """The links of an RSS channel: itself, its other formats, its history, which is Atom."""
    address, query = document.channel.address, document.channel.query
    if not address:
        return
    yield "self", "application/rss+xml", f"{address}.rss{query}"
    yield "alternate", "application/atom+xml", f"{address}.atom{query}"
    yield "alternate", "application/feed+json", f"{address}.json{query}"
    for rel, page in document.pages:
        yield rel, "application/rss+xml", f"{address}.rss{page}"
    if document.channel.hub:
        yield "hub", "", document.channel.hub
    if document.archive.previous:
        yield "prev-archive", "application/atom+xml", f"{address}/{document.archive.previous}.atom"


def _plainly(data: bytes) -> bytes:
    """The document with its plain texts so written that no reader takes them for markup.

    Source: RSS Best Practices Profile, 'Character data': `&` and `<` as hexadecimal references.
    """
    return _PLAIN.sub(lambda match: match[0].replace(b"&amp;", b"&#x26;").replace(b"&lt;", b"&#x3C;"), data)


def write_rfc822(at: datetime) -> str:
    """The instant as RSS has it: `Mon, 11 Mar 2024 14:40:00 +0000`, in any locale."""
    at = at.astimezone(UTC)
    day = f"{_WEEKDAYS[at.weekday()]}, {at.day:02} {_MONTHS[at.month - 1]} {at.year:04}"
    return f"{day} {at.hour:02}:{at.minute:02}:{at.second:02} +0000"


class _Instant(datetime):
    """A UTC instant that feedgen writes with `Z`: one reader drops the offset."""

    def isoformat(self, sep: str = "T", timespec: str = "auto") -> str:
        return self.replace(tzinfo=None)._plain(sep, timespec) + "Z"

    def _plain(self, sep: str, timespec: str) -> str:
        return super().isoformat(sep, timespec)


class _Unset(datetime):
    """A date that feedgen takes for none: it would call setlocale for the whole process to write it."""

    def __bool__(self) -> bool:
        return False


def _instant(at: datetime) -> _Instant:
    at = at.astimezone(UTC)
    return _Instant(at.year, at.month, at.day, at.hour, at.minute, at.second, at.microsecond, UTC)


def _generator(document: Document) -> FeedGenerator:
    channel = document.channel
    feed = FeedGenerator()
    feed.generator(GENERATOR)
    feed.title(channel.title)
    feed.description(channel.description)
    feed.subtitle(channel.description)
    return feed


def _add_atom(feed: FeedGenerator, item: Item, language: str) -> None:
    entry: FeedEntry = feed.add_entry(order="append")
    entry.ours.item = item
    entry.id(item.tag)
    entry.title(item.title)
    entry.updated(_instant(item.updated_at))
    entry.published(_instant(item.published_at))
    entry.link(href=item.url, rel="alternate", type="text/html")
    entry.author([{"name": author} for author in item.authors])
    if item.rights:
        entry.rights(item.rights)
    if item.summary or not item.html:
        # An entry without any text is held against a feed; whose it is may always be said.
        entry.summary(item.summary or say("agenda.source", language, source=item.publisher.name))
    if item.html:
        entry.content(item.html, type="html")


def _add_rss(feed: FeedGenerator, item: Item) -> None:
    entry: FeedEntry = feed.add_entry(order="append")
    entry.ours.item = item
    entry.guid(item.tag, permalink=False)
    entry.title(item.title)
    entry.link(href=item.url)
    # Readers take a description for HTML: what is text must be told so.
    if item.summary:
        entry.description(html.escape(item.summary, quote=False))
    if item.html:
        entry.content(item.html)
    entry.source(url=item.publisher.feed_url, title=item.publisher.name)


class _AtomChannel(BaseExtension):  # type: ignore[misc]  # feedgen has no types
    """What feedgen leaves out of an Atom feed: the mark of an archive document."""

    def __init__(self, document: Document) -> None:
        self.document = document

    def extend_ns(self) -> dict[str, str]:
        return {"media": _MEDIA} | ({"fh": _FH} if self.document.archive.is_full else {})

    def extend_atom(self, feed: Any) -> Any:  # noqa: ANN401 - an lxml element
        if self.document.archive.is_full:
            etree.SubElement(feed, f"{{{_FH}}}archive")
        return feed


class _RssChannel(BaseExtension):  # type: ignore[misc]  # feedgen has no types
    """What feedgen leaves out of an RSS channel, and its build date, which it can't write safely."""

    def __init__(self, document: Document) -> None:
        self.document = document

    def extend_ns(self) -> dict[str, str]:
        return {"dc": _DC, "media": _MEDIA, "sy": _SY}

    def extend_rss(self, feed: Any) -> Any:  # noqa: ANN401 - an lxml element
        channel, document = feed[0], self.document
        _text(channel, "lastBuildDate", write_rfc822(document.updated_at))
        _text(channel, f"{{{_SY}}}updatePeriod", "hourly")
        _text(channel, f"{{{_SY}}}updateFrequency", str(60 // MINUTES_TO_LIVE))
        for rel, kind, href in rss_links(document):
            found = {"href": href, "rel": rel} | ({"type": kind} if kind else {})
            etree.SubElement(channel, f"{{{_ATOM}}}link", attrib=found)
        return feed


class _ItemExtension(BaseEntryExtension):  # type: ignore[misc]  # feedgen has no types
    """What both formats lack in an entry: pictures and the same news elsewhere."""

    item: Item

    def __init__(self, document: Document) -> None:
        self.language = document.channel.language

    def _media(self, entry: Any) -> None:  # noqa: ANN401 - an lxml element
        if image := self.item.image:
            content = etree.SubElement(entry, f"{{{_MEDIA}}}content", url=image.url, medium="image")
            if image.type:
                content.set("type", image.type)
            etree.SubElement(content, f"{{{_MEDIA}}}thumbnail", url=image.url)


class _AtomItem(_ItemExtension):
    """Of an Atom entry: source in full, categories, language, related links, pictures."""

    def extend_atom(self, entry: Any) -> Any:  # noqa: ANN401 - an lxml element
        item, publisher = self.item, self.item.publisher
        if item.language != self.language:
            entry.set(_XML_LANG, item.language)
        for category in item.categories:
            etree.SubElement(
                entry, "category", term=category.term, scheme=category.scheme, label=category.label
            )
        source = etree.SubElement(entry, "source")
        _text(source, "id", publisher.id)
        _text(source, "title", publisher.name)
        _text(source, "updated", write_rfc3339(item.updated_at))
        etree.SubElement(source, "link", href=publisher.url, rel="alternate", type="text/html")
        for related in item.related:
            etree.SubElement(entry, "link", attrib=_link(related))
        self._media(entry)
        return entry


class _RssItem(_ItemExtension):
    """Of an RSS item: date, authors without e-mail, categories, language, rights, links, pictures."""

    def extend_rss(self, entry: Any) -> Any:  # noqa: ANN401 - an lxml element
        item = self.item
        _text(entry, "pubDate", write_rfc822(item.published_at))
        for author in item.authors:
            _text(entry, f"{{{_DC}}}creator", author)
        for category in item.categories:
            etree.SubElement(entry, "category", domain=category.scheme).text = category.label
        if item.language != self.language:
            _text(entry, f"{{{_DC}}}language", item.language)
        if item.rights:
            _text(entry, f"{{{_DC}}}rights", item.rights)
        for related in item.related:
            etree.SubElement(entry, f"{{{_ATOM}}}link", attrib=_link(related))
        self._media(entry)
        return entry


def _link(related: Related) -> dict[str, str]:
    found = {"rel": "related", "type": "text/html", "href": related.url}
    if related.language:
        found["hreflang"] = related.language
    if related.title:
        found["title"] = related.title
    return found


def _text(parent: Any, name: str, text: str) -> None:  # noqa: ANN401 - an lxml element
    etree.SubElement(parent, name).text = text
