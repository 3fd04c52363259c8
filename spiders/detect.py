"""Reads from a home page, or from robots.txt, which ways into a site its owner offers.

Knows nothing of fetching: what is found here is a claim, proved by reading it. Start reading at
`read_ways`.
"""

import re
from collections.abc import Iterable, Iterator
from urllib.parse import urljoin, urlsplit

from bs4 import BeautifulSoup, Tag

from aggregator import urls
from aggregator.errors import ParseError
from aggregator.items import Page, Source, Way
from spiders import wordpress
from spiders.claim import WayFound, places
from spiders.listing import base_of, parse
from spiders.marks import programs_of
from spiders.paging import other_languages
from spiders.reading import allowed, decode, is_list_page, plain

# The order of trust: an API tells most and costs least, a list page tells least.
_ORDER = (Way.WORDPRESS, Way.FEED, Way.SITEMAP, Way.LISTING)
_FEED_TYPES = {"application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/feed+json"}
_NOT_NEWS = re.compile(r"comment|commenti|oembed|xmlrpc|/search/|podcast|\bprodott|\bproduct", re.IGNORECASE)
_FORMAT = re.compile(r"rss\d*|atom|feeds?|xml|json|rdf|index|[^a-z0-9]+", re.IGNORECASE)
_SITEMAP_NAME = re.compile(r"sitemap[^/]*\.xml(?:\.gz)?$", re.IGNORECASE)
_SITEMAP_LINE = re.compile(r"^\s*sitemap\s*:\s*(\S+)", re.IGNORECASE | re.MULTILINE)
# Labels and addresses of news sections, Italian and English, as they stand in menus.
_NEWS = re.compile(
    r"\b(?:news|notizie?|novit[aà]|attualit[aà]|comunicati|press|rassegna|ultim[ei]|"
    r"blog|magazine|articoli|articles|stories|bandi|eventi|events|media)\b",
    re.IGNORECASE,
)
_LINK = re.compile(r"<([^<>]*)>([^<,]*)")
# Labels hold a part of the news each, and there are hundreds of them.
_NO_LIST = re.compile(
    r"\.(?:pdf|jpe?g|png|zip)$|/(?:tags?|etichett[ae]|authors?|autor[ei]|login|search)/", re.IGNORECASE
)
_MAX_FEEDS = 3
_MAX_LISTS = 3


def read_ways(page: Page, source: Source) -> tuple[WayFound, ...]:
    """The ways in that a home page or a robots.txt offers, best first, each address once.

    Shapes: only addresses on the Source's hosts; the page itself, as a list, is the last resort.
        Empty for a page that is no HTML.
    """
    if urlsplit(page.url).path == "/robots.txt":
        stated = (
            WayFound(Way.SITEMAP, url, "robots.txt names it") for url in read_robots_sitemaps(decode(page))
        )
        return _ranked(stated, page, source)
    try:
        soup = parse(page)
    except ParseError:
        return ()
    base = base_of(soup, page)
    told_here = [*_in_header(page, source), *_stated(soup, base, source)]
    told = {way.way for way in told_here}
    # Where a program usually keeps what the page itself names is not worth a request.
    marked = [way for way in _marked(page, source, base) if way.way is Way.SITEMAP or way.way not in told]
    found = [*told_here, *marked, *_lists(soup, base, source)]
    if page.status < 400:
        found.append(WayFound(Way.LISTING, page.url, "the page itself, read as a list"))
    return _ranked(found, page, source)


def read_robots_sitemaps(text: str) -> tuple[str, ...]:
    """The sitemaps that a robots.txt names, in its order; they count for every robot (RFC 9309, 2.2.4)."""
    return tuple(dict.fromkeys(url for line in _SITEMAP_LINE.findall(text) if (url := urls.join("", line))))


def _ranked(found: Iterable[WayFound], page: Page, source: Source) -> tuple[WayFound, ...]:
    kept: dict[str, WayFound] = {}
    for way in found:
        if allowed(way.url, source):
            kept.setdefault(way.url, way)
    return tuple(sorted(kept.values(), key=lambda way: _ORDER.index(way.way)))


def _in_header(page: Page, source: Source) -> Iterator[WayFound]:
    """What the answer's `Link` headers state (RFC 8288): WordPress's API, feeds."""
    for name, value in page.headers:
        if name != "link":
            continue
        for address, parameters in _LINK.findall(value):
            url, told = urls.join(page.url, address), parameters.lower()
            if url and "api.w.org" in told:
                for first in wordpress.first_urls(source, url):
                    yield WayFound(Way.WORDPRESS, first, "the answer's header names its WordPress API")
            elif url and "alternate" in told and any(kind in told for kind in _FEED_TYPES):
                yield WayFound(Way.FEED, url, "the answer's header names it")


def _stated(soup: BeautifulSoup, base: str, source: Source) -> Iterator[WayFound]:
    api = soup.find("link", rel="https://api.w.org/", href=True)
    root = urls.join(base, str(api["href"])) if isinstance(api, Tag) else None
    if root:
        for first in wordpress.first_urls(source, root):
            yield WayFound(Way.WORDPRESS, first, "the page names its WordPress API")
    yield from _feeds(soup, base, source)
    for tag in soup.find_all(["link", "a"], href=True):
        href = str(tag["href"])
        url = urls.join(base, href)
        if url and ("sitemap" in str(tag.get("rel") or "") or _SITEMAP_NAME.search(href)):
            yield WayFound(Way.SITEMAP, url, "the page links to its sitemap")


def _feeds(soup: BeautifulSoup, base: str, source: Source) -> Iterator[WayFound]:
    """The page's feeds: by autodiscovery, else by links that are named so; one format of each."""
    seen: set[str] = set()
    links = [tag for tag in soup.find_all("link", href=True) if _is_feed_link(tag)]
    named = [
        a
        for a in soup.find_all("a", href=True)
        if re.search(r"\b(?:rss|atom|feed)\b", str(a["href"]), re.IGNORECASE)
    ]
    for tag in links or named:
        url, title = urls.join(base, str(tag["href"])), str(tag.get("title") or "")
        if not url or not allowed(url, source) or _NOT_NEWS.search(title) or _NOT_NEWS.search(url):
            continue
        key = _FORMAT.sub("", urlsplit(url).path + urlsplit(url).query)
        if key in seen or len(seen) >= _MAX_FEEDS:
            continue
        seen.add(key)
        why = "the page states it" if links else "the page links to it"
        yield WayFound(Way.FEED, url, f"{why}: {plain(title) or 'feed'}")
        if url == urljoin(base, "feed/"):
            for other in other_languages(soup, base, base, source.languages):
                yield WayFound(Way.FEED, urljoin(other.rstrip("/") + "/", "feed/"), f"the same at {other}")


def _is_feed_link(tag: Tag) -> bool:
    rel = tag.get("rel") or []
    kind = str(tag.get("type") or "").lower().partition(";")[0].strip()
    return "alternate" in rel and (
        kind in _FEED_TYPES or (kind == "application/json" and "feed" in str(tag["href"]))
    )


def _marked(page: Page, source: Source, base: str) -> Iterator[WayFound]:
    for program in programs_of(decode(page)):
        for way, path in places(program.places):
            address = urljoin(base, path)
            for url in wordpress.first_urls(source, address) if way is Way.WORDPRESS else (address,):
                yield WayFound(way, url, f"the page has the marks of {program.name}")
    yield WayFound(Way.SITEMAP, urljoin(base, "/sitemap.xml"), "where sitemaps usually are")


def _lists(soup: BeautifulSoup, base: str, source: Source) -> Iterator[WayFound]:
    """Links whose label or address says news, shortest address first: sections, not articles."""
    found: dict[str, str] = {}
    for tag in soup.find_all("a", href=True):
        label, url = plain(tag.get_text(" ")) or "", urls.join(base, str(tag["href"]))
        if not url or len(label) > 40 or not allowed(url, source) or url.rstrip("/") == base.rstrip("/"):
            continue
        path = urlsplit(url).path
        is_named = _NEWS.search(label) or _NEWS.search(path.replace("-", " ").replace("_", " "))
        if is_named and path.count("/") <= 4 and not _NO_LIST.search(path):
            found.setdefault(url, label or path)
    order = sorted(found, key=lambda url: (not _NEWS.search(found[url]), is_list_page(url), len(url)))
    for url in order[:_MAX_LISTS]:
        yield WayFound(Way.LISTING, url, f"a menu or link calls it {found[url]!r}")
