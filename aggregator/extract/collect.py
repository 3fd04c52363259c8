"""All that a page and its Candidate say, merged per field in order of trust.

Decides nothing and drops only exact repeats. Start reading at `merge`.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import islice

from lxml import etree

from aggregator import urls
from aggregator.extract.jsonld import Founds
from aggregator.extract.junk import Part
from aggregator.extract.measures import Measures
from aggregator.extract.render import image_url
from aggregator.extract.tree import text_of
from aggregator.items import Candidate, Found, Way
from aggregator.text import fold, one_line, words

# Which readings speak first, by field; what is not named follows in the given order.
_WAY_KEYS = {
    Way.WORDPRESS: {"published": "date", "modified": "modified"},
    Way.SITEMAP: {"published": "publication_date", "modified": "lastmod"},
    Way.FEED: {"modified": "updated"},
    Way.LISTING: {"published": "date"},
}
_MAX_FOUND = 12
_A_LINE = 4
# How well a heading agrees with the head's titles: an h1 that does not, and the same words.
_WEAK, _EXACT = 0.1, 3.0
_LONGEST = 5000
_LOGO = re.compile(
    r"logo|icon|favicon|sprite|avatar|gravatar|placeholder|blank\.|spacer|pixel|1x1|default-(?:image|og)",
    re.IGNORECASE,
)
_URL_DATE = re.compile(r"[/-]((?:19|20)\d\d)[/-](0?[1-9]|1[0-2])(?:[/-]([0-2]?\d|3[01]))?(?=[/-])")


def merge(*readings: Founds) -> Founds:
    """One list per field: the readings' values in the order given, repeats of a value left out."""
    merged: Founds = {}
    for reading in readings:
        for field, founds in reading.items():
            target = merged.setdefault(field, [])
            for found in founds:
                if len(target) < _MAX_FOUND and all(f.value != found.value for f in target):
                    target.append(_cut(found))
    return merged


def _cut(found: Found) -> Found:
    return found if len(found.value) <= _LONGEST else Found(found.value[:_LONGEST], found.where)


def read_candidate(candidate: Candidate) -> Founds:
    """What the way in said, under the way's own key names."""
    keys = _WAY_KEYS.get(candidate.way, {})
    found: Founds = {}
    for field in ("title", "published", "modified", "summary", "language", "image"):
        value = getattr(candidate, field)
        if value:
            found[field] = [Found(value, f"{candidate.way}:{keys.get(field, field)}")]
    for field in ("authors", "tags"):
        found[field] = [Found(v, f"{candidate.way}:{field}") for v in getattr(candidate, field) if v]
    return found


def read_address(url: str) -> Founds:
    """The date that stands in the path of the address, as text: `2024/07/15`."""
    match = _URL_DATE.search(url.split("?", 1)[0].split("://", 1)[-1] + "/")
    if not match:
        return {}
    return {"published": [Found("/".join(g for g in match.groups() if g), "url:path")]}


def read_titles(
    root: etree._Element, measures: Measures, stated: list[str]
) -> tuple[Founds, etree._Element | None]:
    """Headings that may be the title, best first, and the element of the best one.

    Shapes: `title` for headings that agree with the head, `weak` for an h1 that does not,
        `window` for `<title>`. A heading agrees if what the head states holds its words; among
        several h1 those that agree come first, and where none does a lower heading that does.
    """
    found: Founds = {"title": [], "weak": [], "window": []}
    window = one_line(root.findtext(".//head/title") or root.findtext(".//title") or "")
    if window:
        found["window"].append(Found(window, "page:title"))
    goals = {fold(t): frozenset(words(t)) for t in [*stated, window] if t}
    ranked: list[tuple[float, etree._Element, str]] = []
    for element, text in _headings(root, measures):
        agreement = _agreement(text, goals, element.tag == "h1")
        ranked.append((agreement, element, text))
        if agreement == _EXACT and element.tag == "h1":
            break
    # The page's only h1, if it is a line and not a name, is what readers see as the title.
    alone = sum(e.tag == "h1" for _, e, _ in ranked) == 1 and all(
        len(words(text)) >= _A_LINE for _, e, text in ranked if e.tag == "h1"
    )
    ranked = sorted((r for r in ranked if r[0]), key=lambda r: -r[0])[:3]
    for agreement, element, text in ranked:
        trusted = agreement > _WEAK or (alone and element is ranked[0][1])
        found["title" if trusted else "weak"].append(Found(text, f"page:{_name(element)}"))
    return found, ranked[0][1] if ranked else None


def _headings(root: etree._Element, measures: Measures) -> Iterator[tuple[etree._Element, str]]:
    for element in islice(root.iter("h1", "h2", "h3"), 60):
        mine = measures.get(element)
        text = one_line(text_of(element))
        if not text or len(text) > 500 or mine is None or mine.part is Part.COMMENTS:
            continue
        if element.tag == "h1" or next(element.iterancestors("nav", "aside", "footer"), None) is None:
            yield element, text


def _agreement(text: str, goals: dict[str, frozenset[str]], is_h1: bool) -> float:
    """How much of the heading the stated titles hold, and the other way round; an h1 counts alone."""
    flat = fold(text)
    if flat in goals:
        return _EXACT if is_h1 else _EXACT - 0.2
    mine = set(words(text))
    best = 0.0
    for goal, theirs in goals.items():
        shared = len(mine & theirs)
        if shared and shared >= 0.6 * len(mine) and (len(mine) >= 3 or flat in goal):
            best = max(best, shared / len(mine) + shared / len(theirs))
    if not is_h1:
        # A section's heading shares words with the title too: only a near copy of it is the title.
        return best - 0.2 if best >= 1.7 else 0.0
    return best or _WEAK


def read_images(images: Iterable[etree._Element], base: str) -> list[Found]:
    """The first of the article's own pictures: no logos, icons or tracking dots."""
    found = []
    for image in images:
        url = image_url(image, base)
        if not url or _LOGO.search(url) or _is_small(image):
            continue
        found.append(Found(url, "page:img" + _size(image)))
        if len(found) >= 3:
            break
    return found


def without_logos(founds: list[Found]) -> list[Found]:
    """The pictures with those last whose address says logo or placeholder."""
    return sorted(founds, key=lambda f: bool(_LOGO.search(f.value)))


def _is_small(image: etree._Element) -> bool:
    sizes = [
        int(v) for v in (image.get("width") or "", image.get("height") or "") if v.isascii() and v.isdigit()
    ]
    return any(size < 100 for size in sizes)


def _size(image: etree._Element) -> str:
    width, height = image.get("width") or "", image.get("height") or ""
    return f"[{width}x{height}]" if width.isdigit() and height.isdigit() else ""


def read_links(root: etree._Element, base: str) -> Founds:
    """Tags that the page links to as such."""
    found: Founds = {"tags": []}
    for link in root.iter("a"):
        if "tag" in (link.get("rel") or "").lower().split() and urls.join(base, link.get("href")):
            text = one_line(text_of(link))
            if 1 < len(text) <= 60:
                found["tags"].append(Found(text, "page:a[rel=tag]"))
    return found


def read_language(root: etree._Element) -> list[Found]:
    """The language that the document element states."""
    stated = (
        root.get("lang") or root.get("{http://www.w3.org/XML/1998/namespace}lang") or root.get("xml:lang")
    )
    return [Found(stated.strip(), "page:html[lang]")] if stated and stated.strip() else []


def _name(element: etree._Element) -> str:
    names = (element.get("class") or "").split()
    return f"{element.tag}.{names[0]}" if names else str(element.tag)
