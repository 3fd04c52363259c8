"""Which of the texts on offer is the body: a selector's, the way's full text, the page's, JSON-LD's.

Steps: pieces of the page by our own walk; the way's full text or JSON-LD's instead where they say
more; trafilatura only where all that is next to nothing; then site memory. Start reading at `read_body`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from html import escape

from lxml import etree

from aggregator.extract.boilerplate import blocks_of, without_boilerplate
from aggregator.extract.choose import container, is_dropped, own_pieces, standfirst
from aggregator.extract.measures import Measures, measure, prose_of
from aggregator.extract.overrides import select_body
from aggregator.extract.render import Piece, pieces_of, to_html, to_text
from aggregator.extract.tree import MAX_BYTES, decode, name_of, parse_html
from aggregator.items import Block, Body, Boilerplate, Candidate, Page, Source
from aggregator.text import fold

# Our own walk is trusted from this many letters of running text on; below it, a page that holds
# at least five times as much elsewhere is asked of trafilatura.
_ENOUGH = 250
_MUCH_ELSEWHERE = 5
# ... and its answer is taken from so many times on: below it, it is teasers and notices around a short text.
_FAR_MORE = 10
# A text offered instead of the page's must say this much more to be taken for the whole.
_MORE = 1.5


@dataclass(frozen=True, slots=True)
class Material:
    """What a body is read from: the page, its `<body>` with Measures if it has one, and what is told of it.

    Shapes: `base` is what links are relative to; `titles` are texts that are the title, not the
        body, `title` the element that shows it; `structured` is JSON-LD's articleBody or empty.
    """

    page: Page
    candidate: Candidate
    source: Source
    base: str
    titles: tuple[str, ...] = ()
    body: etree._Element | None = None
    measures: Measures = field(default_factory=Measures)
    title: etree._Element | None = None
    structured: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """A body with the blocks it had before site memory, and how many of them that removed.

    Shapes: `place` is all that stands where the body was found, bylines and the like included, and
        `container` the element that it was found in, if any.
    """

    body: Body | None
    blocks: tuple[Block, ...] = ()
    removed: int = 0
    images: tuple[etree._Element, ...] = ()
    place: tuple[Piece, ...] = ()
    container: etree._Element | None = None


@dataclass(frozen=True, slots=True)
class _Offer:
    pieces: list[Piece]
    where: str
    confidence: float
    place: tuple[Piece, ...] = ()
    container: etree._Element | None = None

    @property
    def weight(self) -> int:
        return sum(len(p.text) for p in self.pieces)


def read_body(material: Material, boilerplate: Boilerplate, addresses: Iterable[str]) -> Reading:
    """The article's text without what site memory knows to be boilerplate.

    `addresses` are those under which the page knows itself. Never raises for any page.
    """
    offer = _chosen(material)
    if offer is None or not any(p.text for p in offer.pieces):
        return Reading(None)
    blocks = blocks_of(offer.pieces)
    kept = without_boilerplate(offer.pieces, blocks, boilerplate, addresses)
    body = Body(html=to_html(kept), text=to_text(kept), where=offer.where, confidence=offer.confidence)
    counted = tuple(b for b, p in zip(blocks, offer.pieces, strict=True) if p.text)
    images = tuple(p.owner for p in kept if p.kind == "img")
    return Reading(body, counted, len(offer.pieces) - len(kept), images, offer.place, offer.container)


def _chosen(page: Material) -> _Offer | None:
    walked = _selected(page) or _walked(page)
    if walked and walked.where.startswith("selector:"):
        return walked
    best = walked
    candidate = page.candidate
    if candidate.content and candidate.is_full_text:
        fed = _of_fragment(candidate.content, page.base, page.titles, f"{candidate.way}:content")
        # A feed that calls its summary the content is told by the page that holds it and far more.
        if fed and (best is None or best.weight < _MORE * fed.weight or not _holds(best, fed)):
            return fed
    if page.structured:
        told = _of_structured(page.structured, page.base)
        if told and (best is None or told.weight > _MORE * best.weight):
            best = told
    weight = best.weight if best else 0
    return _by_trafilatura(page, best) if weight < _ENOUGH and _has_more(page, weight) else best


def _selected(page: Material) -> _Offer | None:
    if page.body is None or not page.source.fields:
        return None
    pieces: list[Piece] = []
    for element in select_body(page.body, page.source):
        pieces += pieces_of(element, page.base, lambda _: False)
    return _Offer(pieces, "selector:body", 1.0) if any(p.text for p in pieces) else None


def _walked(page: Material) -> _Offer | None:
    if page.body is None:
        return None
    place = container(page.body, page.measures)
    pieces = pieces_of(place, page.base, lambda e: is_dropped(e, page.measures))
    own = own_pieces(pieces, page.titles)
    if not any(p.text for p in own):
        own = pieces
    own = _standfirst(page, place, own) + own
    total = page.measures[page.body].mass
    weight = sum(len(p.text) for p in own)
    confidence = min(1.0, weight / _ENOUGH) * min(1.0, weight / max(1.0, 0.5 * total))
    return _Offer(own, f"page:{name_of(place)}", round(confidence, 2), tuple(pieces), place) if own else None


def _standfirst(page: Material, place: etree._Element, own: list[Piece]) -> list[Piece]:
    """The introduction that some systems print between the title and the text, outside of both."""
    if page.title is None or any(e is place for e in page.title.iterancestors()):
        return []
    around = set(page.title.iterancestors())
    both = next((e for e in place.iterancestors() if e in around), None)
    if both is None or page.measures[both].chars > 3 * page.measures[place].chars:
        return []
    reached = False

    def is_out(element: etree._Element) -> bool:
        nonlocal reached
        reached = reached or element is place
        return reached or is_dropped(element, page.measures)

    between = standfirst(pieces_of(both, page.base, is_out), page.titles)
    told = {p.folded for p in own}
    return [p for p in between if p.folded not in told]


def _of_fragment(html: str, base: str, titles: Iterable[str], where: str) -> _Offer | None:
    root = parse_html(html)
    if root is None:
        return None
    measures = measure(root)
    pieces = own_pieces(pieces_of(root, base, lambda e: is_dropped(e, measures)), titles)
    return _Offer(pieces, where, 1.0) if any(p.text for p in pieces) else None


def _of_structured(text: str, base: str) -> _Offer | None:
    """JSON-LD's text: HTML in some, plain with or without line ends in others."""
    if "<p" not in text and "<br" not in text:
        text = "".join(f"<p>{escape(line)}</p>" for line in text.splitlines() if line.strip())
    return _of_fragment(text, base, (), "jsonld:articleBody")


def _holds(large: _Offer, small: _Offer) -> bool:
    """Whether most of the small text stands in the large one too."""
    all_of_it = fold(" ".join(p.text for p in large.pieces))
    inside = sum(len(p.text) for p in small.pieces if fold(p.text)[:80].rstrip(" .…[]") in all_of_it)
    return inside * 2 > small.weight


def _has_more(page: Material, weight: int) -> bool:
    measured = [m.chars - m.linked for e, m in page.measures.items() if m.is_left_out and e.tag != "form"]
    everything = sum(measured) + sum(prose_of(e) for e in page.measures.unread if e.tag != "form")
    return everything > _MUCH_ELSEWHERE * max(weight, 100)


def _by_trafilatura(page: Material, otherwise: _Offer | None) -> _Offer | None:
    """The fallback's text where it found far more than we did; loads trafilatura on first use.

    A short article's own lines stand: what a fallback finds beside them is licences and mastheads.
    """
    if page.body is None:
        return otherwise
    import trafilatura

    text = decode(page.page.body[:MAX_BYTES], page.page.header("content-type") or "")
    html = trafilatura.extract(
        text, output_format="html", include_links=True, include_comments=False, fast=True
    )
    found = _of_fragment(html, page.base, (), "trafilatura") if html else None
    if found and found.weight > _FAR_MORE * (otherwise.weight if otherwise else 0):
        return _Offer(found.pieces, "trafilatura", 0.5)
    return otherwise
