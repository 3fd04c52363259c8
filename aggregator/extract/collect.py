"""All that a page and its Candidate say, merged per field in order of trust.

Decides nothing and drops only exact repeats. Start reading at `merge`.
"""

import re
from collections.abc import Iterable

from lxml import etree

from aggregator import urls
from aggregator.extract.jsonld import Founds
from aggregator.extract.measures import Measures
from aggregator.extract.render import image_url
from aggregator.extract.tree import text_of
from aggregator.items import Candidate, Found, Way
from aggregator.text import one_line

# Which readings speak first, by field; what is not named follows in the given order.
_WAY_KEYS = {
    Way.WORDPRESS: {"published": "date", "modified": "modified"},
    Way.SITEMAP: {"published": "publication_date", "modified": "lastmod"},
    Way.FEED: {"modified": "updated"},
    Way.LISTING: {"published": "date"},
}
_MAX_FOUND = 12
_MAX_AUTHORS = 60  # five places that name twelve each
_LONGEST = 5000
_LOGO = re.compile(
    r"logo|icon|favicon|sprite|avatar|gravatar|placeholder|blank\.|spacer|pixel|1x1|default-(?:image|og)",
    re.IGNORECASE,
)
_URL_DATE = re.compile(r"[/-]((?:19|20)\d\d)[/-](0?[1-9]|1[0-2])(?:[/-]([0-2]?\d|3[01]))?(?=[/-])")


def merge(*readings: Founds) -> Founds:
    """One list per field: the readings' values in the order given, repeats of a value left out.

    Shapes: of authors all that each place names, so that who is left out there is seen.
    """
    merged: Founds = {}
    for reading in readings:
        for field, founds in reading.items():
            target = merged.setdefault(field, [])
            is_authors = field == "authors"
            most = _MAX_AUTHORS if is_authors else _MAX_FOUND
            for found in founds:
                is_repeat = found in target if is_authors else any(f.value == found.value for f in target)
                if len(target) < most and not is_repeat:
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


def read_links(measures: Measures, base: str) -> Founds:
    """Tags that the page links to as such."""
    found: Founds = {"tags": []}
    for link in measures.anchors:
        if "tag" in link.get("rel", "").lower().split() and urls.join(base, link.get("href")):
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
