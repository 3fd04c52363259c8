"""What all way readers share: the Listing they give back, which URLs are wanted, and charsets.

Knows nothing of Scrapy, of the store or of any clock; nothing here fetches or parses a date.
Start reading at `wanted`: the one place where `hosts`, `include` and `exclude` are applied.
"""

import codecs
import html
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit

from aggregator import urls
from aggregator.items import Candidate, Page, Source
from aggregator.text import one_line, xml_safe

# Longer addresses are made by calendars and session bugs; Scrapy's own limit is 2083 as well.
MAX_URL_LENGTH = 2083

# What an address that ends so can never be: a page. PDF is left out of it on purpose, since
# some sites publish releases only so and the refusal should name them.
_FILE = re.compile(
    r"\.(?:jpe?g|png|gif|webp|svg|ico|bmp|tiff?|avif|mp[34]|m4[av]|ogg|ogv|wav|webm|avi|mov|wmv|zip|gz|bz2|7z|rar|tar|"
    r"css|js|mjs|map|woff2?|ttf|eot|ics|vcf|docx?|xlsx?|pptx?|od[tsp]|exe|dmg|apk|iso|rss|atom|rdf)$",
    re.IGNORECASE,
)
# Pages that list others, by the exact shapes that WordPress, Pelican, Hugo, Jekyll and Drupal
# give them. Anything less exact could be an article, and a lost article is worse than a request.
_LIST_PAGE = re.compile(
    r"^(?:/[a-z]{2})?/(?:tags?|authors?|autor[ei]|categor(?:y|ies|ia|ie)|taxonomy/term)(?:/[^/]+)?/?$|"
    r"^(?:/[a-z]{2})?/(?:tag|author|category)/[^/]+\.html$|"
    r"^(?:/[^/]+){0,2}/(?:archives?|archivio|categories|tags|authors|search|cerca|sitemap)(?:\.html)?/?$|"
    r"/page/\d+/?$|/(?:comments/)?feed/?$|"
    r"^/(?:wp-admin|wp-json|wp-content|wp-includes|xmlrpc\.php|wp-login\.php)(?:/|$)",
    re.IGNORECASE,
)
# Languages that Italian institutions publish in: any two letters could be an article's slug.
_LANGUAGE = r"(?:it|en|de|fr|es|pt|nl|pl|ro|sl|hr|el|ru|uk|zh|ja|ar)"
_HOME = re.compile(
    rf"^/?(?:{_LANGUAGE}(?:-[a-z]{{2}})?/?|(?:{_LANGUAGE}/)?index[-_]?\d*\.(?:html?|php|aspx?))?$",
    re.IGNORECASE,
)
# At a home page these ask for another archive, never for one article as `?p=` and `?id=` do.
_HOME_QUERY = {"cat", "tag", "author", "paged", "s", "feed", "lang", "m"}
_CHARSET = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?\s*([A-Za-z0-9_.:\-]{1,40})""", re.IGNORECASE)
# WHATWG Encoding: what is declared as one of these is read as Windows-1252, its superset.
_LATIN = {"iso8859-1", "ascii", "latin-1", "iso8859-15"}
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_TAG = re.compile(r"<(/?)([a-zA-Z!/?][^<>\s/]*)[^<>]*>")
# All other tags stand inside a line: `<em>D</em>omani` is one word.
_BREAKS = {
    "br",
    "p",
    "div",
    "li",
    "ul",
    "ol",
    "td",
    "tr",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "blockquote",
    "hr",
}


@dataclass(frozen=True, slots=True)
class Listing:
    """What one answer of a way in says.

    Shapes: `candidates` in the order of trust the way has (newest first where it says so), each
        URL once; `more` are further addresses of the same way, the most useful first; `outside`
        counts links that were left out by hosts, `include` or `exclude`; `skipped` are
        (address, reason) pairs of children that cannot hold articles; `stamps` are (address, text)
        pairs of when further addresses changed, where stated; `patterns` are hashes of the
        structures that the articles of a list page stood in, that of most first.
    """

    candidates: tuple[Candidate, ...] = ()
    more: tuple[str, ...] = ()
    outside: int = 0
    skipped: tuple[tuple[str, str], ...] = ()
    stamps: tuple[tuple[str, str], ...] = ()
    patterns: tuple[int, ...] = ()


def hosts_of(source: Source) -> tuple[str, ...]:
    """The hosts that may be asked: those of the catalogue, else the one of the Source's address."""
    return source.hosts or tuple(filter(None, (urls.host_of(source.url),)))


def allowed(url: str, source: Source) -> bool:
    """Whether the address may be asked at all: http(s), one of the hosts, of a sane length."""
    return len(url) <= MAX_URL_LENGTH and urls.is_within(url, hosts_of(source))


def wanted(url: str, source: Source) -> bool:
    """Whether the address may be an article of the Source: allowed, included, not excluded.

    By the address alone only what cannot be an article is left out: home pages, files, feeds and
    the archive pages of known programs.
    """
    if not allowed(url, source) or is_list_page(url):
        return False
    include, exclude = _patterns(source.include), _patterns(source.exclude)
    return (include is None or bool(include.search(url))) and not (exclude and exclude.search(url))


def moved_to(asked: str, answered: str) -> str | None:
    """The root of the site that answered in place of the one that was asked, if it is another one."""
    places = [urlsplit(url).netloc.lower().removeprefix("www.") for url in (asked, answered)]
    parts = urlsplit(answered)
    return f"{parts.scheme}://{parts.netloc}/" if places[0] != places[1] else None


def is_list_page(url: str) -> bool:
    """Whether the address is surely no article: a home page, a file, a tag's or author's archive."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return True
    if _FILE.search(parts.path) or _LIST_PAGE.search(parts.path):
        return True
    keys = {pair.partition("=")[0].lower() for pair in parts.query.split("&") if pair}
    return keys <= _HOME_QUERY and bool(_HOME.match(parts.path))


def gather(found: Iterable[Candidate], source: Source) -> tuple[tuple[Candidate, ...], int]:
    """The wanted Candidates, each URL once, and how many were left out."""
    kept: dict[str, Candidate] = {}
    outside: set[str] = set()
    for candidate in found:
        if wanted(candidate.url, source):
            kept.setdefault(candidate.url, candidate)
        else:
            outside.add(candidate.url)
    return tuple(kept.values()), len(outside)


def further(addresses: Iterable[str | None], page: Page, source: Source) -> tuple[str, ...]:
    """The addresses to go on with: absolute, allowed, each once, without the page itself."""
    joined = (urls.join(page.url, address) for address in addresses)
    seen = {page.url, page.requested_url}
    return tuple(dict.fromkeys(url for url in joined if url and url not in seen and allowed(url, source)))


def plain(text: str | None) -> str | None:
    """The text of a fragment of HTML, on one line; None for nothing. Never raises."""
    if not text:
        return None
    flat = _TAG.sub(lambda tag: " " if tag[2].lower() in _BREAKS else "", text) if "<" in text else text
    return one_line(html.unescape(flat)) or None


def decode(page: Page) -> str:
    """The page's text, whatever its charset is said to be; XML-safe. Never raises.

    Bytes that are valid UTF-8 are UTF-8 whatever is declared: no other encoding looks like it
    by chance. Otherwise the declared charset, else Windows-1252, byte by byte inside UTF-8.
    """
    body = page.body
    for mark, encoding in _BOMS:
        if body.startswith(mark):
            return xml_safe(body[len(mark) :].decode(encoding, "replace"))
    if body[:2] in (b"<\0", b"\0<"):
        return xml_safe(body.decode("utf-16-le" if body[0] else "utf-16-be", "replace"))
    try:
        return xml_safe(body.decode("utf-8"))
    except UnicodeDecodeError:
        return xml_safe(_decode_as(body, _declared(page)))


def _decode_as(body: bytes, encoding: str | None) -> str:
    if encoding is None or encoding == "utf-8":
        return body.decode("utf-8", _CP1252)
    try:
        return body.decode(encoding, "replace")
    except (LookupError, UnicodeError):
        return body.decode("utf-8", _CP1252)


def _declared(page: Page) -> str | None:
    header = (page.header("content-type") or "").encode("ascii", "ignore")
    found = _CHARSET.search(header) or _CHARSET.search(page.body[:2048])
    if not found:
        return None
    try:
        name = codecs.lookup(found[1].decode("ascii")).name
    except (LookupError, ValueError):
        return None
    return "cp1252" if name in _LATIN else name


def _as_cp1252(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end


_CP1252 = "aggregator-cp1252"
codecs.register_error(_CP1252, _as_cp1252)


@lru_cache(maxsize=512)
def _patterns(patterns: tuple[str, ...]) -> re.Pattern[str] | None:
    return re.compile("|".join(f"(?:{p})" for p in patterns)) if patterns else None
