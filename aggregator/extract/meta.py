"""What a page's head and microdata say of its article: OpenGraph, meta, link and itemprop, as Found.

Knows no article text and parses no value. Start reading at `read_meta`.
"""

import re
from collections.abc import Iterable
from itertools import islice

from lxml import etree

from aggregator import urls
from aggregator.extract.datelook import LONGEST
from aggregator.extract.jsonld import Founds
from aggregator.extract.tree import elements_of, text_of
from aggregator.items import Found
from aggregator.text import fold

# Field -> names and properties, lower case, best first. Seen on WordPress, Drupal, Plone, the big
# publishers' own systems and in Dublin Core, Parse.ly, Sailthru, Cxense and Highwire markup.
_META = {
    "title": """
        og:title twitter:title parsely-title dc.title dcterms.title citation_title sailthru.title title""",
    "published": """
        article:published_time og:article:published_time og:published_time article:published article.published
        datepublished date_published publishdate publish-date publish_date publisheddate published_date
        published-date
        publication_date publicationdate publication-date published_time published parsely-pub-date
        sailthru.date cxenseparse:recs:publishtime rnews:datepublished bt:pubdate dc.date.issued
        dcterms.issued dcterms.available dc.date.created dcterms.created dc.date dcterms.date
        dc.date.publication citation_publication_date citation_online_date citation_date
        prism.publicationdate article:created article_date_original originalpublicationdate pubdate
        created displaydate date release_date""",
    "modified": """
        article:modified_time og:updated_time og:modified_time og:article:modified_time article:modified
        datemodified date_modified dcterms.modified dc.date.modified dc.modified lastmod last-modified
        modified_time modified revised updated_time updated article.updated""",
    "authors": """
        author article:author og:article:author article:author_name dc.creator dcterms.creator
        parsely-author sailthru.author citation_author byl cxenseparse:author""",
    "summary": """og:description description twitter:description dc.description dcterms.description""",
    "language": """og:locale content-language dc.language dcterms.language language""",
    "site": """og:site_name application-name""",
    "tags": """
        article:tag article:section keywords news_keywords parsely-tags sailthru.tags parsely-section""",
    "kind": """og:type parsely-type dc.type article:content_tier""",
    "robots": """robots googlebot googlebot-news tdm-reservation""",
}
_FIELD_OF = {name: (field, rank) for field, names in _META.items() for rank, name in enumerate(names.split())}
# A publisher's own names for the day of publication: `w-published-date`, `site.publication_time`.
_OWN_DATE = re.compile(r"publi\w*[-_.: ]?(?:date|time)|(?:date|time)[-_.: ]?publi")
_LAST_RANK = len(_FIELD_OF)
_CARD = ("twitter:label", "twitter:data")
_WRITTEN = re.compile(r"(?:scritto|pubblicato|postato|written|posted) (?:da|by)|autor[ei]|authors?|by|di")
_IMAGES = (
    "og:image:secure_url",
    "og:image",
    "og:image:url",
    "twitter:image",
    "twitter:image:src",
    "thumbnail",
)
_MICRODATA = {
    "datepublished": "published",
    "datecreated": "published",
    "datemodified": "modified",
    "headline": "title",
    "author": "authors",
    "creator": "authors",
    "keywords": "tags",
    "articlesection": "tags",
    "inlanguage": "language",
}
# Items whose author or date is not the article's.
_FOREIGN_ITEMS = ("Comment", "Review", "Product", "Organization", "Place", "Offer", "List", "Object")
_DATES = ("published", "modified")
_MANY_DAYS = 3
_MOST_PARTS = 200  # texts looked at in an item: names, days and titles have a few
_MOST_ITEMS = 500  # a list of fifty teasers has half as many
_ITEMPROPS = etree.XPath("//*[@itemprop]")


def read_meta(root: etree._Element, base: str) -> Founds:
    """Found tuples by field, best first; `robots` too, and `card`: authors that only a social card names.

    Shapes: an image's `where` ends in its size where one is stated.
    """
    ranked: dict[str, list[tuple[int, Found]]] = {}
    pictures: list[tuple[str, str]] = []
    labels: dict[str, str] = {}
    for meta in root.iter("meta"):
        value = (meta.get("content") or "").strip()
        name = meta.get("property") or meta.get("name") or meta.get("http-equiv") or ""
        name = name.strip().lower()
        if not value or not name:
            continue
        if name in _FIELD_OF:
            field, rank = _FIELD_OF[name]
            ranked.setdefault(field, []).append((rank, Found(value, f"meta:{name}")))
        elif _OWN_DATE.search(name):
            ranked.setdefault("published", []).append((_LAST_RANK, Found(value, f"meta:{name}")))
        elif name.startswith(_CARD):
            labels.setdefault(name, value)
        elif name in _IMAGES or name in ("og:image:width", "og:image:height"):
            pictures.append((name, value))
    found = {field: [f for _, f in sorted(pairs, key=lambda p: p[0])] for field, pairs in ranked.items()}
    if known := [pair for pair in ranked.get("published", ()) if pair[0] < _LAST_RANK]:
        found["published"] = found["published"][: len(known)]
    found["card"] = list(_labelled(labels))
    found["image"] = _images(pictures, base)
    found["canonical"] = _canonical(root, base)
    return found


def _labelled(labels: dict[str, str]) -> Iterable[Found]:
    """Who wrote it by the lines of a social card, each a label and its value: `Scritto da`, `Mario Rossi`."""
    for name, label in labels.items():
        value = labels.get(name.replace("label", "data"), "")
        if "label" in name and value and _WRITTEN.fullmatch(fold(label)):
            yield Found(value, f"meta:{name.replace('label', 'data')}")


def _images(pairs: list[tuple[str, str]], base: str) -> list[Found]:
    """OpenGraph pictures first, each with the size that the lines after it state."""
    out: list[tuple[int, str, str, dict[str, str]]] = []
    for name, value in pairs:
        if name.endswith((":width", ":height")):
            if out:
                out[-1][3].setdefault(name.rsplit(":", 1)[1], value)
        elif url := urls.join(base, value):
            out.append((_IMAGES.index(name), url, name, {}))
    found: dict[str, Found] = {}
    for _, url, name, size in sorted(out, key=lambda o: o[0]):
        stated = f"[{size['width']}x{size['height']}]" if len(size) == 2 else ""
        found.setdefault(url, Found(url, f"meta:{name}{stated}"))
    return list(found.values())


def _canonical(root: etree._Element, base: str) -> list[Found]:
    links = [e.get("href") for e in root.iter("link") if "canonical" in (e.get("rel") or "").lower().split()]
    metas = [e.get("content") for e in root.iter("meta") if (e.get("property") or "").lower() == "og:url"]
    found = [(urls.join(base, href), "meta:link[rel=canonical]") for href in links]
    found += [(urls.join(base, href), "meta:og:url") for href in metas]
    return [Found(url, where) for url, where in found if url]


def read_translations(root: etree._Element, base: str) -> tuple[tuple[str, str], ...]:
    """(language, URL) pairs of the page's hreflang links, `x-default` left out."""
    pairs: dict[tuple[str, str], None] = {}
    for link in root.iter("link"):
        language = (link.get("hreflang") or "").strip().lower()
        if not language or language == "x-default" or "alternate" not in (link.get("rel") or "").lower():
            continue
        if url := urls.join(base, link.get("href")):
            pairs[language, url] = None
    return tuple(pairs)


def read_microdata(root: etree._Element) -> Founds:
    """Found tuples by field of the elements that carry an `itemprop` of an article.

    Shapes: a date that is stated by the text that readers see is a place of the page, not one for machines.
    """
    found: Founds = {}
    dated: list[tuple[etree._Element, Found]] = []
    for element in islice(elements_of(_ITEMPROPS, root), _MOST_ITEMS):
        for prop in (element.get("itemprop") or "").split():
            field = _MICRODATA.get(prop.lower())
            if field is None or _is_foreign(element):
                continue
            value, is_shown = _item_value(element, field)
            if field in _DATES:
                if value and not (is_shown and len(value) > LONGEST):
                    where = (
                        f"page:{element.tag}[itemprop={prop}]" if is_shown else f"microdata:{prop.lower()}"
                    )
                    dated.append((element, Found(value, where)))
            elif value:
                found.setdefault(field, []).append(Found(value, f"microdata:{prop.lower()}"))
    for field in _DATES:
        mine = [pair for pair in dated if _MICRODATA[_prop_of(pair[1])] == field]
        if mine:
            found[field] = [f for _, f in _of_article(mine)]
    return found


def _prop_of(found: Found) -> str:
    return found.where.rpartition("=")[2].rpartition(":")[2].rstrip("]").lower()


def _of_article(dated: list[tuple[etree._Element, Found]]) -> Iterable[tuple[etree._Element, Found]]:
    """Without the dates of teasers: where many days are stated, those of the item that holds the heading."""
    if len({found.value[:10] for _, found in dated}) < _MANY_DAYS:
        return dated
    return [(e, f) for e, f in dated if any(True for a in _scopes(e) for _ in a.iter("h1"))]


def _scopes(element: etree._Element) -> Iterable[etree._Element]:
    return [a for a in element.iterancestors() if a.get("itemscope") is not None][:1]


def _item_value(element: etree._Element, field: str) -> tuple[str, bool]:
    """The item's value, and whether it is the text that readers see."""
    if field == "authors" and element.get("itemscope") is not None:
        for inner in element.iter():
            if "name" in (inner.get("itemprop") or "").split():
                return inner.get("content") or " ".join(text_of(inner, most=_MOST_PARTS).split())[:200], True
    stated = element.get("content") or element.get("datetime")
    return (
        (stated, False)
        if stated
        else (" ".join(text_of(element, " " if field in _DATES else "", _MOST_PARTS).split())[:500], True)
    )


def _is_foreign(element: etree._Element) -> bool:
    scopes = (a for a in element.iterancestors() if a.get("itemtype"))
    nearest = next(scopes, None)
    return nearest is not None and (nearest.get("itemtype") or "").rstrip("/").endswith(_FOREIGN_ITEMS)
