"""From a Page and its Candidate to a RawArticle: everything found, with its place, nothing decided.

Never parses a date, never fetches, never sees the store; only the body and its blocks are chosen
here. Start reading at `extract`.
"""

from dataclasses import replace

from lxml import etree

from aggregator import urls
from aggregator.extract.announced import read_announced
from aggregator.extract.body import Material, Reading, read_body
from aggregator.extract.collect import (
    merge,
    read_address,
    read_candidate,
    read_images,
    read_language,
    read_links,
    without_logos,
)
from aggregator.extract.dated import read_dated
from aggregator.extract.headings import named_titles, read_titles
from aggregator.extract.jsonld import Founds, read_jsonld
from aggregator.extract.measures import measure
from aggregator.extract.meta import read_meta, read_microdata, read_translations
from aggregator.extract.overrides import read_overrides
from aggregator.extract.reserved import read_reserved
from aggregator.extract.signed import read_agency
from aggregator.extract.state import read_state
from aggregator.extract.tree import parse_page
from aggregator.extract.visible import read_dateline, read_labelled, read_visible, without_told
from aggregator.items import Boilerplate, Candidate, Found, Page, RawArticle, Source

__all__ = ["extract"]

_NOTHING = Boilerplate()


def extract(
    page: Page, candidate: Candidate, source: Source, boilerplate: Boilerplate = _NOTHING
) -> RawArticle:
    """All that the page and its Candidate say of an article, and the body without known boilerplate.

    Shapes: as `RawArticle` says; an image's `where` ends in its size where one is stated. Never
        raises, whatever the bytes.
    """
    told = read_candidate(candidate)
    root = parse_page(page)
    if root is None:
        return _without_page(page, candidate, source, boilerplate, told)
    base = _base(root, page.url)
    top = root.find("body")
    top = root if top is None else top
    measures = measure(top)
    own = read_overrides(root, source, base)
    head = read_meta(root, base)
    structured = read_jsonld(root, page.url)
    stated = [f.value for reading in (head, structured, told) for f in reading.get("title", ())[:2]]
    headings, title = read_titles(root, measures, stated, base)
    # React writes `itemProp`.
    items = read_microdata(root) if b"itemprop" in page.body or b"itemProp" in page.body else {}
    titles = named_titles(headings, stated)
    material = Material(
        page, candidate, source, base, titles, top, measures, title, _first(structured.pop("body", []))
    )
    reading = read_body(material, boilerplate, _addresses(page, head))
    lines = reading.body.text.split("\n") if reading.body else []
    page_says: Founds = {
        "language": read_language(root),
        "image": read_images(reading.images, base),
        "kind": read_reserved(root, page.body, reading.place, measures),
        "published": read_dateline(lines),
        "authors": read_agency(lines),
    }
    seen = _seen(material, reading, top)
    beside = merge(items, seen, page_says, read_links(measures, base))
    fields = merge(own, *_ordered(told, headings, head, structured, page_says, beside))
    if all(f.where.endswith(" (far)") for f in fields.get("published", ())):
        fields = merge(fields, read_state(root, _addresses(page, head), titles))
    translations = dict.fromkeys((*candidate.translations, *read_translations(root, base)))
    article = _article(page, fields, reading, tuple(translations), head.get("robots", []))
    return replace(article, events=read_announced(root, base, _addresses(page, head), page.body))


def _seen(material: Material, reading: Reading, top: etree._Element) -> Founds:
    """What readers see of the article beside its text: by its title, else by the text itself."""
    anchor = reading.container if _is_below(material, reading.container) else material.title
    seen = merge(
        read_visible(anchor, reading.container, reading.place, top, material.measures),
        read_dated(anchor, reading.container, material.measures),
        read_labelled(reading.place),
    )
    return without_told(seen, reading.place, reading.body.text if reading.body else "")


def _is_below(material: Material, container: etree._Element | None) -> bool:
    """Whether the title stands nowhere but below the text, where comments repeat it."""
    title = material.measures.get(material.title) if material.title is not None else None
    text = material.measures.get(container) if container is not None else None
    return title is None or (text is not None and title.start >= text.end)


def _ordered(
    told: Founds, headings: Founds, head: Founds, structured: Founds, page: Founds, beside: Founds
) -> list[Founds]:
    """The readings as one list in which each field's best comes first.

    The title as readers see it beats the one for machines; a date for machines, which states the
    minute and the zone, beats the visible one; the way's own fields stand between the two.
    """
    return [
        {"title": headings["title"], "language": page["language"], "kind": page["kind"]},
        {k: head.get(k, []) for k in ("title", "summary", "image", "language", "kind", "canonical")},
        structured,
        {"published": head.get("published", []), "modified": head.get("modified", [])},
        told,
        head,
        beside,
        # The account that posted it; bylines name who wrote it.
        {"authors": head.get("card", [])},
        {"title": headings["weak"] + headings["window"], "site": headings["site"]},
    ]


def _article(
    page: Page,
    fields: Founds,
    reading: Reading,
    translations: tuple[tuple[str, str], ...],
    robots: list[Found],
) -> RawArticle:
    def all_of(field: str) -> tuple[Found, ...]:
        return tuple(fields.get(field, ()))

    dated = merge({"published": fields.get("published", [])}, read_address(page.url))
    return RawArticle(
        url=page.url,
        canonical=all_of("canonical"),
        title=all_of("title"),
        site=all_of("site"),
        published=tuple(dated.get("published", ())),
        modified=all_of("modified"),
        authors=all_of("authors"),
        summary=all_of("summary"),
        image=tuple(without_logos(fields.get("image", []))),
        language=all_of("language"),
        tags=all_of("tags"),
        kind=all_of("kind"),
        translations=translations,
        body=reading.body,
        blocks=reading.blocks,
        removed=reading.removed,
        robots=_directives([*robots, *(Found(v, f"http:{k}") for k, v in page.headers if k in _ROBOTS)]),
    )


def _without_page(
    page: Page, candidate: Candidate, source: Source, boilerplate: Boilerplate, told: Founds
) -> RawArticle:
    """What the Candidate alone says: its page is an API record, empty, or no HTML."""
    titles = (candidate.title,) if candidate.title else ()
    material = Material(page, candidate, source, candidate.url, titles)
    reading = read_body(material, boilerplate, _addresses(page, {}))
    fields = merge(told, {"image": read_images(reading.images, candidate.url)})
    return _article(page, fields, reading, candidate.translations, [])


def _base(root: etree._Element, url: str) -> str:
    element = next(root.iter("base"), None)
    return (urls.join(url, element.get("href")) if element is not None else None) or url


def _first(founds: list[Found]) -> str:
    return founds[0].value if founds else ""


def _addresses(page: Page, head: Founds) -> list[str]:
    """All the addresses under which this page knows itself."""
    return [a for a in (page.url, page.requested_url, _first(head.get("canonical", []))) if a]


_ROBOTS = ("x-robots-tag", "tdm-reservation")


def _directives(founds: list[Found]) -> tuple[str, ...]:
    """Single directives in lower case: `noindex, nofollow` and `googlebot: noarchive` apart.

    A reservation of text and data mining is `tdm-reservation` (W3C TDMRep, section 6).
    """
    flat = []
    for found in founds:
        if found.where.endswith("tdm-reservation"):
            flat += ["tdm-reservation"] if found.value.strip() == "1" else []
        else:
            flat += [d.strip().lower() for d in found.value.rpartition("bot:")[2].split(",")]
    return tuple(dict.fromkeys(d for d in flat if d))
