"""Reads sitemaps: indexes, news sitemaps, gzip and plain text, to Candidates.

Knows nothing of fetching, dates or the store; texts are given as found. Start reading at `read`.
"""

import io
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

from lxml import etree

from aggregator import urls
from aggregator.errors import ParseError
from aggregator.items import Candidate, Page, Source, Way
from aggregator.text import one_line
from spiders import feed
from spiders.reading import Listing, allowed, decode, gather

# sitemaps.org: a sitemap is 50 MiB at most, uncompressed, with 50,000 addresses.
MAX_BYTES = 50 * 1024 * 1024
MAX_URLS = 50_000
_FEEDS = {"rss", "feed", "RDF"}
# Names of child sitemaps by what they can hold. The first pattern found in the file name
# counts; what matches none may hold articles (a site's own kind of post) and comes second.
_NEVER = re.compile(
    r"(?:^|[-_/])(?:author|authors|users?|autor[ei]|tags?|post_tag|category|categories|categor(?:ia|ie)|taxonom(?:y|ies)|"
    r"post_format|images?|attachment|elementor|template|product_cat|product_tag)s?(?:[-_.]?sitemap)?[-_]?\d*\.xml",
    re.IGNORECASE,
)
_FIRST = re.compile(r"news|posts?[-_.\d]|articol|article|notizi|comunicat|blog|press|stampa", re.IGNORECASE)
_LAST = re.compile(
    r"pages?[-_.\d]|pagine|product|prodott|video|forum|portfolio|misc|static|local", re.IGNORECASE
)
_PAGES = re.compile(r"(?:^|[-_])pages?(?:[-_]sitemap)?[-_.]?\d*\.xml|^page-sitemap", re.IGNORECASE)
_WP_TAXONOMY = re.compile(r"wp-sitemap-(?:taxonomies|users)", re.IGNORECASE)
_REFERENCE = re.compile(rb"&#(?:[xX]([0-9a-fA-F]{1,8})|(\d{1,8}));")
_NUMBER = re.compile(r"(\d+)(?!.*\d)")


@dataclass(slots=True)
class _Entry:
    """One `<url>` or `<sitemap>` while it is being read: texts by local name, in order."""

    texts: dict[str, str] = field(default_factory=dict)
    alternates: list[tuple[str, str]] = field(default_factory=list)


def read(page: Page, source: Source) -> Listing:
    """The Candidates of a sitemap, newest first, or the children of an index, most useful first.

    Shapes: `skipped` names the children whose name says that they hold no articles.
    Raises: ParseError when the answer is no sitemap, or is larger than the protocol allows.
    Source: sitemaps.org, Google's news, image and hreflang extensions.
    """
    body = _unzip(page)
    head = body[:2048].lstrip(b"\xef\xbb\xbf \t\r\n")
    if not head:
        raise ParseError("the answer is empty, a sitemap was expected", url=page.url)
    if not head.startswith(b"<") and b"\0" not in head:
        return _read_text(body, page, source)
    root, entries = _parse(body, page)
    if root in _FEEDS:
        return feed.read(Page(page.url, body, page.fetched_at, page.status, page.headers), source)
    if root == "sitemapindex":
        return _children(entries, page, source)
    found = [c for entry in entries if (c := _candidate(entry, page))]
    found += [other for candidate in found for other in _other_sides(candidate, source)]
    candidates, outside = gather(sorted(found, key=_newest, reverse=True), source)
    return Listing(candidates, (), outside)


def _other_sides(candidate: Candidate, source: Source) -> Iterator[Candidate]:
    """The same article in the Source's other languages: some sitemaps name these as alternates alone."""
    wanted = {language.partition("-")[0].lower() for language in source.languages}
    for language, url in candidate.translations:
        if language.partition("-")[0].lower() in wanted:
            yield replace(candidate, url=url, language=language, translations=(), title=None, image=None)


def _unzip(page: Page) -> bytes:
    """The body, unpacked if it is gzip, within the protocol's limit: no bomb goes off here."""
    body = page.body
    if body[:2] == b"\x1f\x8b":
        unpacker = zlib.decompressobj(wbits=31)
        try:
            body = unpacker.decompress(body, MAX_BYTES + 1)
        except zlib.error as error:
            raise ParseError(f"broken gzip: {error}", url=page.url) from error
        if not unpacker.eof and len(body) <= MAX_BYTES:
            raise ParseError("the gzip file is cut off", url=page.url)
    if len(body) > MAX_BYTES:
        raise ParseError(f"larger than the {MAX_BYTES} bytes that a sitemap may have", url=page.url)
    return body


def _parse(body: bytes, page: Page) -> tuple[str, list[_Entry]]:
    """The root's name and the entries; memory stays flat, since each is dropped once read."""
    events = etree.iterparse(
        io.BytesIO(_REFERENCE.sub(_character, body)),
        events=("start", "end"),
        recover=True,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
    )
    root, entries = "", list[_Entry]()
    try:
        for event, element in events:
            name = _local(element)
            if event == "start":
                root = root or name
                if root not in {"urlset", "sitemapindex"}:
                    break
            elif name in {"url", "sitemap"} and len(entries) < MAX_URLS:
                entries.append(_entry(element))
                element.clear()
                while element.getprevious() is not None:
                    del element.getparent()[0]
    except etree.XMLSyntaxError as error:
        if not entries:
            raise ParseError(f"broken XML: {error}", url=page.url) from error
    if root in {"urlset", "sitemapindex", *_FEEDS}:
        return root, entries
    what = "an HTML page" if root.lower() == "html" else f"<{root}>" if root else "no XML"
    raise ParseError(f"the answer is {what}, a sitemap was expected", url=page.url)


def _character(reference: re.Match[bytes]) -> bytes:
    """A numeric reference as it stands, nothing for half a surrogate pair: lxml breaks on those."""
    code = int(reference[1], 16) if reference[1] else int(reference[2])
    return b"" if 0xD800 <= code <= 0xDFFF else reference[0]


def _entry(element: etree._Element) -> _Entry:
    entry = _Entry()
    for child in element.iter():
        name, text = _local(child), one_line(child.text or "")
        if name == "link":
            href, language = child.get("href"), child.get("hreflang")
            if href and language:
                entry.alternates.append((language, href))
        elif text:
            parent = _local(child.getparent())
            prefix = f"{parent}:" if parent in {"image", "video"} else ""
            entry.texts.setdefault(prefix + name, text)
    return entry


def _local(element: etree._Element | None) -> str:
    """The name without its namespace: half the sitemaps seen misspell theirs. Comments have none."""
    tag = element.tag if element is not None else None
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def _candidate(entry: _Entry, page: Page) -> Candidate | None:
    url = urls.join(page.url, entry.texts.get("loc"))
    if url is None:
        return None
    texts = entry.texts
    alternates = ((language, urls.join(page.url, href)) for language, href in entry.alternates)
    return Candidate(
        url=url,
        way=Way.SITEMAP,
        listed_at=page.url,
        title=texts.get("title") if "publication_date" in texts else None,
        published=texts.get("publication_date"),
        modified=texts.get("lastmod"),
        tags=tuple(dict.fromkeys(tag for tag in map(str.strip, texts.get("keywords", "").split(",")) if tag)),
        language=texts.get("language"),
        image=urls.join(page.url, texts.get("image:loc")),
        translations=tuple(
            (language, href)
            for language, href in alternates
            if href and href != url and language != "x-default"
        ),
    )


def _newest(candidate: Candidate) -> str:
    # ISO 8601 texts sort by time but for their offsets: enough for an order, decided by no one.
    return candidate.published or candidate.modified or ""


def _children(entries: list[_Entry], page: Page, source: Source) -> Listing:
    ranked: list[tuple[int, str, int, str]] = []
    skipped: list[tuple[str, str]] = []
    outside = 0
    for entry in entries:
        url = urls.join(page.url, entry.texts.get("loc"))
        if url is None or url == page.url:
            continue
        if not allowed(url, source):
            outside += 1
        elif reason := _why_not(url):
            skipped.append((url, reason))
        else:
            ranked.append((_rank(url), entry.texts.get("lastmod", ""), _number(url), url))
    if any(rank == 0 for rank, *_ in ranked):
        # Where posts have a sitemap of their own, the one of pages holds 'About us' and the like.
        skipped += [
            (row[3], "it lists pages, posts stand elsewhere") for row in ranked if _is_of_pages(row[3])
        ]
        ranked = [row for row in ranked if not _is_of_pages(row[3])]
    # Within a rank the newest first: by date where stated, else by number, as programs count up.
    ranked.sort(key=lambda row: row[1:], reverse=True)
    ranked.sort(key=lambda row: row[0])
    stamps = tuple((url, stamp) for _, stamp, _, url in ranked if stamp)
    return Listing((), tuple(dict.fromkeys(row[3] for row in ranked)), outside, tuple(skipped), stamps)


def _why_not(url: str) -> str | None:
    path = urlsplit(url).path
    if _WP_TAXONOMY.search(path) or _NEVER.search(path):
        return "by its name it lists archives or images, not articles"
    return None


def _is_of_pages(url: str) -> bool:
    return bool(_PAGES.search(urlsplit(url).path.rpartition("/")[2]))


def _rank(url: str) -> int:
    name = urlsplit(url).path.rpartition("/")[2] or url
    if _LAST.search(name):
        return 2
    return 0 if _FIRST.search(name) else 1


def _number(url: str) -> int:
    found = _NUMBER.search(url)
    return int(found[1][:12]) if found else 0


def _read_text(body: bytes, page: Page, source: Source) -> Listing:
    """A plain-text sitemap: an address a line and nothing else."""
    lines = _lines(decode(Page(page.url, body, page.fetched_at, page.status, page.headers)))
    found = [Candidate(url=url, way=Way.SITEMAP, listed_at=page.url) for url in lines if url]
    if not found:
        raise ParseError("the answer is text without one address, a sitemap was expected", url=page.url)
    candidates, outside = gather(found, source)
    return Listing(candidates, (), outside)


def _lines(text: str) -> Iterator[str | None]:
    for line in text.splitlines()[:MAX_URLS]:
        if line.strip().lower().startswith(("http://", "https://")):
            yield urls.join("", line)
