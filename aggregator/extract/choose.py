"""Where in the page the article stands, and which pieces of that place are its own.

Knows the page by its measures and pieces, never by its site. Start reading at `container`, then
`own_pieces`.
"""

import re
from collections.abc import Iterable
from itertools import islice

from lxml import etree

from aggregator.extract.junk import ARTICLE, HEADINGS
from aggregator.extract.measures import Measure, Measures
from aggregator.extract.phrases import BYLINE, COOKIES, CREDIT, END, LEADS_AWAY, NOISE
from aggregator.extract.render import Piece
from aggregator.text import fold

# A child holds the article if it has this share of its parent's running text; less is asked of
# one whose name says so. On 900 pages .85 to .95 differ by .001; lower lets introductions go.
_SHARE = 0.9
_SHARE_NAMED = 0.6
# A part of which more is links leads elsewhere; a text full of references has up to half.
_LINKS = 0.7
_LISTS = frozenset(("ul", "ol", "table", "dl"))
_TELLING = frozenset(("p", "h2", "h3", "h4"))
# A standfirst is a sentence, not a label.
_PROSE = 60
# On pages with no more running text than this the only place named as the article's is it, however little
# it holds: four teasers outweigh a short text. On longer ones such a name may be an abstract's.
_SHORT = 1500.0
# What news and content systems call it, Plone's `documentDescription` among them.
_INTRODUCES = re.compile(
    r"description|standfirst|abstract|sommario|occhiello|catenaccio|(?<![a-z])(?:lead|intro)(?![a-z])"
)
_REPEATED = 8  # words looked at before a whole long piece is
_SENTENCE_ENDS = (".", "!", "?", "…", "»", "”", '"')

_BLOCKISH = frozenset(
    ("p", "h1", "h2", "h3", "h4", "h5", "h6", "li", "blockquote", "pre", "td", "tr", "tbody")
)

_ARROWS = '→"›▶►>-–•* '  # guillemets are folded to quotes
_DOCUMENT = re.compile(r"\.(?:pdf|docx?|od[tsp]|rtf|xlsx?|pptx?|csv|zip|p7m|epub)$", re.IGNORECASE)
_SIGNS = '"👉📲📱➡▶►»«→←‹›<>•*–- '  # before a line that calls readers to do something
_LABEL, _NOTICE = 40, 900
_A_TEXT = 4  # paragraphs: a refrain may be shorter
_LONG = 60  # letters from which on a text is not said twice by chance


def container(root: etree._Element, measures: Measures) -> etree._Element:
    """The element that holds the article as tightly as the evidence allows."""
    node = root
    named = [e for e in _named(measures) if e is not node and _is_live_below(e, node, measures)]
    while True:
        mine = measures[node]
        best = _heaviest(named, mine, measures)
        if best is None:
            best = _dominant_child(node, mine, measures)
        if best is None:
            return node
        node = best
        named = _below(node, named, measures)


def _below(node: etree._Element, named: list[etree._Element], measures: Measures) -> list[etree._Element]:
    """Those of them that the node holds, told by where their letters stand."""
    mine, around = measures[node], {node, *node.iterancestors()}
    spans = ((e, measures[e]) for e in named if e not in around)
    return [e for e, theirs in spans if mine.start <= theirs.start and theirs.end <= mine.end]


def _named(measures: Measures) -> list[etree._Element]:
    return [e for e, m in measures.items() if m.part is ARTICLE or e.tag in ("article", "main")]


def _heaviest(named: list[etree._Element], mine: Measure, measures: Measures) -> etree._Element | None:
    """The heaviest of the elements below a place that are named as the article's, if it holds enough of it.

    Not where others of such a name hold a part too: page builders cut an article into many rich texts.
    """
    # What is in the article's own place is the article's.
    share = _SHARE if mine.part is ARTICLE else _SHARE_NAMED
    own = [e for e in named if measures[e].part is ARTICLE and measures[e].mass >= _PROSE]
    is_only = bool(own) and all(own[0] in e.iterancestors() for e in own[1:])
    if is_only and mine.part is not ARTICLE and mine.mass < _SHORT:
        return own[0]
    best, weight = None, 0.0
    for element in named:
        theirs = measures[element]
        if theirs.mass > weight and theirs.mass >= share * mine.mass:
            best, weight = element, theirs.mass
    if best is None or measures[best].part is not ARTICLE:
        return best
    inside = set(best.iter())
    around = set(best.iterancestors())
    rivals = sum(
        measures[e].mass for e in named if e not in inside and e not in around and measures[e].part is ARTICLE
    )
    return best if rivals < (1 - _SHARE) * mine.mass else None


def _is_live_below(element: etree._Element, node: etree._Element, measures: Measures) -> bool:
    for parent in element.iterancestors():
        if parent is node:
            return True
        theirs = measures.get(parent)
        if theirs is None or theirs.is_left_out:
            return False
    return False


def _dominant_child(node: etree._Element, mine: Measure, measures: Measures) -> etree._Element | None:
    if mine.mass <= 0:
        return None
    for child in node:
        theirs = measures.get(child)
        if theirs is None or theirs.is_left_out or child.tag in _BLOCKISH:
            continue
        if theirs.mass >= _SHARE * mine.mass:
            return child
    return None


def is_dropped(element: etree._Element, measures: Measures) -> bool:
    """Whether the element is surroundings: by its name, or because it is mostly links."""
    mine = measures.get(element)
    if mine is None:
        return False
    if mine.is_left_out:
        # Generated documents name a heading's own link after their table of contents.
        parent = element.getparent()
        return element.tag != "a" or parent is None or parent.tag not in HEADINGS
    if mine.links < 2 or element.tag in ("p", "a", "span", "h1", "h2", "h3", "h4", "td", "tr", "li"):
        return False
    return mine.link_density > _LINKS and mine.mass < 200 and not _is_told(element)


def _is_told(element: etree._Element) -> bool:
    """Whether a list of links is part of what is told: bare, and prose or headings on both sides of it."""
    before, after = element.getprevious(), element.getnext()
    if element.tag not in _LISTS or element.get("class") or element.get("id"):
        return False
    link = next(element.iter("a"), None)
    is_inner = link is not None and (link.get("href") or "").startswith("#")
    return not is_inner and all(e is not None and e.tag in _TELLING for e in (before, after))


def standfirst(pieces: list[Piece], titles: Iterable[str]) -> list[Piece]:
    """The line of prose between the title and the text's own place: pieces of what holds both, up to it.

    Shapes: `pieces` end where the text's place begins; empty where the title is not among them.
    """
    known = {fold(t) for t in titles if t}
    at = next((i for i, p in enumerate(pieces) if p.kind in HEADINGS and p.folded in known), None)
    if at is None:
        return []
    after = (p for p in pieces[at + 1 : at + 5] if _may_introduce(p) and p.text[-1:] in _SENTENCE_ENDS)
    prose = (p for p in after if len(p.text) >= _PROSE and p.link_density < 0.3 and "©" not in p.text)
    return [p for p in prose if not BYLINE.match(p.folded) and not _is_noise(p)][:1]


def _may_introduce(piece: Piece) -> bool:
    """Whether it is a paragraph, or named as an introduction: other boxes hold excerpts."""
    return piece.owner.tag == "p" or bool(_INTRODUCES.search((piece.owner.get("class") or "").lower()))


def own_pieces(pieces: list[Piece], titles: Iterable[str]) -> list[Piece]:
    """The article's own pieces: without its title and byline, lines of junk, and what follows its end."""
    kept = _after_title(pieces, {fold(t) for t in titles if t})
    kept = _before_end(kept)
    kept = _without_pointers(kept)
    kept = [p for p in kept if not _is_noise(p) and not _is_button(p)]
    kept = _without_byline(kept)
    kept = _without_copy(kept)
    kept = _without_repeats(kept)
    return _without_idle_headings(kept)


def _weight(pieces: Iterable[Piece]) -> int:
    return sum(len(p.text) for p in pieces if p.link_density < 0.5 and len(p.text) >= 40)


def _after_title(pieces: list[Piece], titles: set[str]) -> list[Piece]:
    """Without the title, and without what stands before it unless that is a good part of the text.

    The only h1 is the title whatever the head states, unless the text has begun before it.
    """
    at = next(
        (i for i, p in enumerate(pieces) if p.kind in ("h1", "h2", "h3", "p") and p.folded in titles),
        None,
    )
    if at is None:
        firsts = [i for i, p in enumerate(pieces) if p.kind == "h1"]
        at = firsts[0] if len(firsts) == 1 and not _weight(pieces[: firsts[0]]) else None
    if at is None:
        return pieces
    before, after = pieces[:at], pieces[at + 1 :]
    after = [p for p in after if not (p.kind in HEADINGS and p.folded in titles)]
    if _weight(before) * 5 < _weight(after) and _weight(before) < 600:
        return after
    return before + after


def _before_end(pieces: list[Piece]) -> list[Piece]:
    total = _weight(pieces)
    so_far = 0
    for i, piece in enumerate(pieces):
        rest = pieces[i + 1 :]
        is_late = so_far * 2 >= total or (so_far > 0 and piece.kind in HEADINGS and _are_teasers(rest))
        if is_late and len(piece.text) < 120 and END.fullmatch(piece.folded):
            return pieces[:i] + _after_block(piece, rest)
        so_far += len(piece.text) if piece.link_density < 0.5 and len(piece.text) >= 40 else 0
    return pieces


def _are_teasers(pieces: list[Piece]) -> bool:
    """Whether the pieces are other articles: each under a heading that leads to it."""
    heads = list(islice((p for p in pieces if p.kind in HEADINGS), 2))
    return len(heads) > 1 and pieces[0] is heads[0] and all(p.link_density >= 1.0 for p in heads)


def _after_block(mark: Piece, rest: list[Piece]) -> list[Piece]:
    """What goes on after a block of related links inside the text: from the next heading of its rank."""
    if mark.kind not in HEADINGS:
        # A bold line amid the text: only what is links goes.
        kept = rest
        while kept and (kept[0].link_density > 0.5 or len(kept[0].text) < 40):
            kept = kept[1:]
        return kept if _weight(kept) > 400 else []
    return []


def _is_noise(piece: Piece) -> bool:
    size = len(piece.text)
    if piece.text.startswith('{"') and piece.text.endswith("}"):
        return True  # settings of a program, shown by nobody
    if size < _NOTICE and "cookie" in piece.folded and COOKIES.match(piece.folded):
        return True
    if size > 300:
        # Advert slots side by side read 'Pubblicità Pubblicità ...' as long as they go on.
        said = set(islice(piece.folded.split(), _REPEATED))
        return len(said) == 1 and len(set(piece.folded.split())) == 1
    if not size:
        return False
    flat = piece.folded.lstrip(_SIGNS) or piece.folded
    if NOISE.fullmatch(flat) or (len(said := set(flat.split())) == 1 and NOISE.fullmatch(said.pop())):
        return True
    if piece.linked and LEADS_AWAY.match(flat.lstrip(_ARROWS)):
        return True
    if not any(c.isalnum() for c in flat) or _is_card(piece):
        return True
    return size < 160 and bool(CREDIT.match(flat))


def _is_button(piece: Piece) -> bool:
    """Whether it is a link alone in a box: `Acquista`, `Read the review`. Documents stay."""
    is_alone = piece.kind == "p" and piece.owner.tag != "p" and len(piece.text) < _LABEL
    return is_alone and piece.link_density > 0.9 and not any(_DOCUMENT.search(link) for link in piece.links)


def _is_card(piece: Piece) -> bool:
    """Whether a block stands within a link, as teasers of other articles do amid a text."""
    return piece.link_density >= 1.0 and next(piece.owner.iterancestors("a"), None) is not None


def _without_pointers(pieces: list[Piece]) -> list[Piece]:
    """Without `Leggi anche` on a line of its own amid the text, and the links under it."""
    kept: list[Piece] = []
    is_under = False
    for piece in pieces:
        is_label = not piece.linked and len(piece.text) < _LABEL and LEADS_AWAY.fullmatch(piece.folded)
        is_under = bool(is_label) or (is_under and piece.link_density > 0.5)
        if not is_under:
            kept.append(piece)
    return kept


def _without_byline(pieces: list[Piece]) -> list[Piece]:
    """Without short lines of author, date and the like before the first paragraph."""
    first = next((i for i, p in enumerate(pieces) if len(p.text) >= 80 and p.link_density < 0.5), 0)
    head = [
        p
        for p in pieces[:first]
        if not (len(p.text) < 120 and (BYLINE.match(p.folded) or p.link_density > 0.5))
    ]
    return head + pieces[first:]


def _without_copy(pieces: list[Piece]) -> list[Piece]:
    """Without all from the first paragraph's return on, if nearly all of that was said before it.

    Builders write a page once for each width of screen, at places of the same names.
    """
    first = next((p.text for p in pieces if len(p.text) >= _LONG), None)
    starts = [i for i, p in enumerate(pieces) if p.text == first]
    if len(starts) < 2:
        return pieces
    kept, rest = pieces[: starts[1]], pieces[starts[1] :]
    said = {p.text for p in kept}
    is_copy = _weight(p for p in rest if p.text in said) >= _SHARE * _weight(rest)
    return kept if is_copy and sum(len(text) >= _LONG for text in said) >= _A_TEXT else pieces


def _without_repeats(pieces: list[Piece]) -> list[Piece]:
    """Without long pieces that stood at another place already: pages carry copies for small screens."""
    seen: dict[str, str] = {}
    return [p for p in pieces if len(p.text) < _LONG or seen.setdefault(p.text, p.path) == p.path]


def _without_idle_headings(pieces: list[Piece]) -> list[Piece]:
    """Without headings that nothing follows."""
    kept = list(pieces)
    while kept and (kept[-1].kind in HEADINGS or kept[-1].kind == "img"):
        kept.pop()
    return kept
