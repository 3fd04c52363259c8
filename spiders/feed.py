"""Reads feeds: RSS 0.9x to 2.0, RDF, Atom and JSON Feed to Candidates.

Knows nothing of fetching, dates or the store; texts are given as found. Start reading at `read`.
"""

import html
import io
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import feedparser

from aggregator import urls
from aggregator.errors import ParseError
from aggregator.items import Candidate, Page, Source, Way
from spiders.reading import Listing, decode, further, gather, plain

_HTML = re.compile(
    r"^(?:\s|<!--.*?-->)*<(?:!doctype\s+html|html[\s>]|head[\s>]|body[\s>])", re.IGNORECASE | re.DOTALL
)
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>", re.IGNORECASE)
# The zero of a program's clock: Hugo and other programs in Go give it to pages without a date.
_NO_DATE = re.compile(r"^0001-|\b0001\b")
# How teasers end, in Italian and English, as WordPress, Drupal and hand-made feeds write it.
_TEASER_END = re.compile(
    r"(?:\[?(?:…|\.\.\.|&hellip;|&#8230;)\]?|"
    r"(?:leggi|continua|read|continue)\s+(?:tutto|di più|a leggere|la lettura|more|"
    r"reading|il resto|l'articolo)\W*)\s*$",
    re.IGNORECASE,
)
# "The post X appeared first on Y", which WordPress puts under teasers and whole texts alike.
_CREDIT = re.compile(
    r"(?:L[’']articolo|The post|Il post)\b[^\n]{0,400}?(?:proviene da|appeared first on|"
    r"sembra essere il primo su)[^\n]*$",
    re.IGNORECASE,
)
# A shorter text may be a whole note or a teaser; the page is then asked, which costs a request
# where a wrong guess would cost the article's text.
_FULL_TEXT_WORDS = 120


def read(page: Page, source: Source) -> Listing:
    """The Candidates of a feed, in its order, and its next or archived documents.

    Raises: ParseError when the answer is no feed, with what it is instead.
    Source: RSS 2.0, RSS 1.0, RFC 4287, RFC 5005 (paged and archived), JSON Feed 1.1.
    """
    text = decode(page).lstrip("\ufeff \t\r\n")
    if not text:
        raise ParseError("the answer is empty, a feed was expected", url=page.url)
    if text.startswith("{"):
        return _read_json(text, page, source)
    if _HTML.match(text):
        raise ParseError("the answer is an HTML page, a feed was expected", url=page.url)
    return _read_xml(text, page, source)


def is_full_text(content: str | None, summary: str | None) -> bool:
    """Whether a feed's content is clearly the whole article rather than its teaser."""
    text = plain(content)
    if not text:
        return False
    text = _CREDIT.sub("", text).strip()
    if _TEASER_END.search(text) or len(text.split()) < _FULL_TEXT_WORDS:
        return False
    return len(text) > len(plain(summary) or "") or plain(content) == plain(summary)


def _read_xml(text: str, page: Page, source: Source) -> Listing:
    body = _DECLARATION.sub("", text, count=1).encode("utf-8", "replace")
    headers = {"content-type": "application/xml; charset=utf-8", "content-location": page.url}
    try:
        parsed = feedparser.parse(
            io.BytesIO(body), response_headers=headers, sanitize_html=False, resolve_relative_uris=False
        )
    except Exception as error:
        raise ParseError(f"the feed cannot be parsed: {error!r}", url=page.url) from error
    if not parsed.get("version") and not parsed.entries:
        raise ParseError("the answer is no feed: no RSS, RDF or Atom element in it", url=page.url)
    channel = parsed.feed
    language = _text(channel.get("language"))
    # feedparser takes Dublin Core's date for an update; in RSS it is the date of publication.
    published = ("published", "updated") if "<dc:date" in text else ("published",)
    found = [c for entry in parsed.entries if (c := _candidate(entry, page, language, published))]
    candidates, outside = gather(found, source)
    return Listing(candidates, further(_next_of(channel, page, bool(found)), page, source), outside)


def _candidate(
    entry: Mapping[str, Any], page: Page, language: str | None, published: tuple[str, ...]
) -> Candidate | None:
    url = urls.join(page.url, _link_of(entry))
    if url is None:
        return None
    content, markup = _content_of(entry)
    date = next((text for name in published if (text := _stated(entry, name))), None)
    summary = _text(entry.get("summary"))
    if summary == content and content is not None:
        summary = None
    return Candidate(
        url=url,
        way=Way.FEED,
        listed_at=page.url,
        title=_title_of(entry),
        published=date,
        modified=_stated(entry, "updated") if "updated" not in published or "published" in entry else None,
        summary=summary,
        content=content,
        is_full_text=markup and is_full_text(content, summary),
        authors=_authors_of(entry),
        tags=_tags_of(entry),
        language=_language_of(entry) or language,
        image=urls.join(url, _image_of(entry)),
        guid=_text(entry.get("id")),
    )


def _stated(entry: Mapping[str, Any], name: str) -> str | None:
    """A date as found: `get` alone would give `published` for an `updated` that is not there."""
    text = _text(entry.get(name)) if name in entry else None
    return None if text and _NO_DATE.search(text) else text


def _link_of(entry: Mapping[str, Any]) -> str | None:
    """FeedBurner's original link, else the alternate link, else a guid that is an address."""
    original = _text(entry.get("feedburner_origlink")) or _text(entry.get("pheedo_origlink"))
    links = [link for link in entry.get("links", ()) if link.get("rel", "alternate") == "alternate"]
    pages = [link for link in links if "html" in link.get("type", "text/html")] or links
    guid = _text(entry.get("id")) or ""
    candidates = (original, _text(pages[0].get("href")) if pages else None, _text(entry.get("link")), guid)
    return next((link for link in candidates if link and (link != guid or guid.startswith("http"))), None)


def _title_of(entry: Mapping[str, Any]) -> str | None:
    title = _text(entry.get("title"))
    if (entry.get("title_detail") or {}).get("type") == "text/plain" and title and "<" in title:
        return title
    return plain(title)


def _content_of(entry: Mapping[str, Any]) -> tuple[str | None, bool]:
    """The longest content as HTML, and whether it was given as content rather than as a summary."""
    contents = [c for c in entry.get("content", ()) if _text(c.get("value"))]
    if not contents:
        return None, False
    best = max(contents, key=lambda c: len(c["value"]))
    value = str(best["value"]).strip()
    if best.get("type") == "text/plain" and "</" not in value:
        return _paragraphs(value), True
    return value, True


def _paragraphs(text: str) -> str:
    parts = (part.strip() for part in re.split(r"\n\s*\n|\n", text))
    return "".join(f"<p>{html.escape(part, quote=False)}</p>" for part in parts if part)


def _authors_of(entry: Mapping[str, Any]) -> tuple[str, ...]:
    named = [_text(author.get("name")) for author in entry.get("authors", ()) if isinstance(author, Mapping)]
    names = map(plain, named if any(named) else [_text(entry.get("author"))])
    return tuple(dict.fromkeys(name for name in names if name))


def _tags_of(entry: Mapping[str, Any]) -> tuple[str, ...]:
    terms = (plain(_text(tag.get("label")) or _text(tag.get("term"))) for tag in entry.get("tags", ()))
    return tuple(dict.fromkeys(term for term in terms if term))


def _language_of(entry: Mapping[str, Any]) -> str | None:
    details = (entry.get("title_detail"), *entry.get("content", ()), entry.get("summary_detail"))
    stated = (detail.get("language") for detail in details if detail)
    return _text(entry.get("language")) or next((_text(language) for language in stated if language), None)


def _image_of(entry: Mapping[str, Any]) -> str | None:
    media = [*entry.get("media_content", ()), *entry.get("enclosures", ())]
    for item in media:
        address = _text(item.get("url") or item.get("href"))
        if address and (item.get("medium") == "image" or str(item.get("type", "")).startswith("image/")):
            return address
    thumbnails = [_text(item.get("url")) for item in entry.get("media_thumbnail", ())]
    image = entry.get("image")
    thumbnails.append(_text(image.get("href")) if isinstance(image, Mapping) else None)
    return next((address for address in thumbnails if address), None)


def _next_of(channel: Mapping[str, Any], page: Page, has_entries: bool) -> Iterator[str]:
    stated = False
    for rel in ("next", "prev-archive", "next-archive"):
        for link in channel.get("links", ()):
            if link.get("rel") == rel and link.get("href"):
                stated = True
                yield str(link["href"])
    if has_entries and not stated and "wordpress" in str(channel.get("generator", "")).lower():
        yield _next_paged(page.url)


def _next_paged(url: str) -> str:
    """The next page of a WordPress feed, which offers `?paged=N` without saying so."""
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    number = query.get("paged", "1")
    query["paged"] = str(int(number) + 1 if number.isdecimal() else 2)
    return urlunsplit(parts._replace(query=urlencode(query)))


def _read_json(text: str, page: Page, source: Source) -> Listing:
    try:
        feed = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ParseError(f"broken JSON: {error}", url=page.url) from error
    items = feed.get("items") if isinstance(feed, dict) else None
    if not isinstance(items, list):
        raise ParseError("JSON without 'items', a JSON Feed was expected", url=page.url, where="items")
    language = _text(feed.get("language"))
    found = [c for item in items if isinstance(item, dict) and (c := _json_candidate(item, page, language))]
    candidates, outside = gather(found, source)
    return Listing(candidates, further([_text(feed.get("next_url"))], page, source), outside)


def _json_candidate(item: Mapping[str, Any], page: Page, language: str | None) -> Candidate | None:
    guid = _text(item.get("id"))
    link = _text(item.get("url")) or (guid if guid and guid.startswith("http") else None)
    url = urls.join(page.url, link)
    if url is None:
        return None
    content, summary = _text(item.get("content_html")), _text(item.get("summary"))
    if content is None and (text := _text(item.get("content_text"))):
        content = _paragraphs(text)
    people = item.get("authors") if isinstance(item.get("authors"), list) else [item.get("author")]
    names = (plain(_text(person.get("name"))) for person in people or () if isinstance(person, dict))
    tags = item.get("tags") if isinstance(item.get("tags"), list) else []
    return Candidate(
        url=url,
        way=Way.FEED,
        listed_at=page.url,
        title=_text(item.get("title")),
        published=_text(item.get("date_published")),
        modified=_text(item.get("date_modified")),
        summary=summary,
        content=content,
        is_full_text=is_full_text(content, summary),
        authors=tuple(name for name in names if name),
        tags=tuple(tag for tag in map(_text, tags or ()) if tag),
        language=_text(item.get("language")) or language,
        image=urls.join(url, _text(item.get("image")) or _text(item.get("banner_image"))),
        guid=guid,
    )


def _text(value: object) -> str | None:
    """A stripped text; numbers as text (JSON Feed ids); None for anything else or nothing."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = str(value)
    return (value.strip() or None) if isinstance(value, str) else None
