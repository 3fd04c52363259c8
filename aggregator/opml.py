"""Sources to and from OPML, the list of subscriptions that feed readers exchange.

Knows no files and no network. Start reading at `read_opml`.
"""

import re
from collections.abc import Iterable

from lxml import etree

from aggregator.catalogue_edit import suggest_id
from aggregator.errors import ParseError
from aggregator.items import Kind, Source, Way
from aggregator.text import one_line, xml_safe
from aggregator.urls import canonical_url, host_of, join

_KINDS = tuple(kind.value for kind in Kind)
_LANGUAGE = re.compile(r"([a-z]{2})(?:-[a-z]{2})?")


def read_opml(data: bytes, known: Iterable[Source] = ()) -> tuple[dict[str, object], ...]:
    """The keys of a new source for each site, in order, with all its feeds.

    Shapes: a site or feed that a known source has is left out; folders, at any depth, do not
        count, nor do outlines without an http(s) address.
    Raises: ParseError for what is not OPML.
    Source: OPML 2.0, http://opml.org/spec2.opml.
    """
    sources = list(known)
    ids = {source.id for source in sources}
    seen = {canonical_url(url) for source in sources for url in (source.url, *source.feeds)}
    found: dict[str, dict[str, object]] = {}
    for outline in _outlines(data):
        url, feed = _addresses(outline)
        if not url or canonical_url(url) in seen or (feed and canonical_url(feed) in seen):
            continue
        site = found.get(canonical_url(url))
        if site is None:
            site = {"id": suggest_id(url, ids), "url": url, **_described(outline)}
            ids.add(str(site["id"]))
            found[canonical_url(url)] = site
        if feed:
            feeds = site.get("feeds")
            site |= {"way": Way.FEED.value, "feeds": [*(feeds if isinstance(feeds, list) else []), feed]}
            seen.add(canonical_url(feed))
    return tuple(found.values())


def render_opml(sources: Iterable[Source], title: str) -> bytes:
    """An OPML 2.0 document of these sources: each feed a subscription, a source without one a link.

    Shapes: the same sources give the same bytes; `read_opml` gives back addresses, names, kinds.
    """
    root = etree.Element("opml", version="2.0")
    etree.SubElement(etree.SubElement(root, "head"), "title").text = xml_safe(title)
    body = etree.SubElement(root, "body")
    for source in sources:
        name = xml_safe(source.name or source.id)
        shared = {"text": name, "title": name, "category": f"/{source.kind.value}"}
        for feed in source.feeds:
            etree.SubElement(
                body, "outline", {**shared, "type": "rss", "xmlUrl": feed, "htmlUrl": source.url}
            )
        if not source.feeds:
            etree.SubElement(body, "outline", {**shared, "type": "link", "url": source.url})
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _outlines(data: bytes) -> list[etree._Element]:
    # Lists in the wild hold bare '&' and control characters: recover; entities stay unread.
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise ParseError(f"not XML: {error}", url="", where="opml") from error
    if root is None or str(root.tag).lower() != "opml":
        what = "empty" if root is None else f"<{root.tag}>"
        raise ParseError(f"expected an OPML list of subscriptions, found {what}", url="", where="opml")
    return [element for element in root.iter() if str(element.tag).lower() == "outline"]


def _addresses(outline: etree._Element) -> tuple[str | None, str | None]:
    """Where its site begins and where its feed is; a folder has neither."""
    values = _attributes(outline)
    feed = _http(values.get("xmlurl"))
    site = _http(values.get("htmlurl")) or _http(values.get("url"))
    return site or (join(feed, "/") if feed else None), feed


def _described(outline: etree._Element) -> dict[str, object]:
    values = _attributes(outline)
    keys: dict[str, object] = {}
    if name := one_line(values.get("title") or values.get("text") or ""):
        keys["name"] = name
    if (kind := values.get("category", "").split(",")[0].strip("/ ")) in _KINDS:
        keys["kind"] = kind
    if language := _LANGUAGE.fullmatch(values.get("language", "").strip().lower()):
        keys["languages"] = [language[1]]
    return keys


def _attributes(outline: etree._Element) -> dict[str, str]:
    """Readers write xmlUrl, xmlurl and XMLURL."""
    return {str(key).lower(): str(value) for key, value in outline.attrib.items()}


def _http(address: str | None) -> str | None:
    """The address as a catalogue can hold it; `feed://` and blanks are what lists in the wild have."""
    text = (address or "").strip().replace("feed://", "http://", 1)
    return join(text, text.replace(" ", "%20")) if host_of(text) else None
