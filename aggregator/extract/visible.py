"""What a reader sees beside the title: lines that look like dates, and bylines.

Never parses a date, only knows the look of one. Header clocks, sidebars, cards, comments and
footers are not looked at. Start reading at `read_visible`.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import dropwhile, islice, takewhile

from lxml import etree

from aggregator.extract.byline import read_bylines
from aggregator.extract.datelook import LONGEST, MONTH, UPDATED, fields_of, is_label, looks_like_date
from aggregator.extract.jsonld import Founds
from aggregator.extract.junk import COMMENTS, HARD_TAGS, HEADINGS
from aggregator.extract.measures import Measures
from aggregator.extract.render import Piece, pieces_of
from aggregator.extract.signed import read_signed
from aggregator.items import Found
from aggregator.text import fold

_DATELINE = re.compile(
    r"^\W{0,3}(?:\w+ [–-] )?[A-Z][\w'’ ]{2,30}(?:\([\w ]+\))?, "
    rf"\d{{1,2}}[°º]? {MONTH}\.?(?: \d{{4}})?\b[^.]{{0,30}}",
    re.IGNORECASE,
)
# How far from the title a date may stand: blocks looked at after and before it, and the letters
# of running text after which the article has begun.
_AFTER, _BEFORE = 16, 8
_PROSE = 300


def read_visible(
    title: etree._Element | None,
    container: etree._Element | None,
    opening: Iterable[Piece],
    body: etree._Element,
    measures: Measures,
) -> Founds:
    """Found tuples for `published`, `modified` and `authors` read near the title, nearest first.

    `title` is its element, or what holds the text where the page shows no title; `opening` are
    the pieces that the text's place, `container`, begins with.
    """
    found: Founds = {"published": [], "modified": [], "authors": []}
    if title is None:
        return found
    if title.tag in HEADINGS:
        after = _before_foot(_after(title, measures), title, container, measures)
    else:
        after = _before_prose(opening)
    before = _before(title, body, measures)
    near = _joined_badges(after) + _joined_badges(before)
    for piece in near:
        for field in fields_of(piece.text, piece.owner.get("class") or ""):
            _add(found, field, piece.text, f"page:{_short(piece.path)}")
    found["authors"] = read_bylines(title, container, near, measures)
    if all(f.where.endswith(" (far)") for f in found["authors"]):
        found["authors"] += read_signed(body, measures)
    return found


def _before_prose(pieces: Iterable[Piece]) -> list[Piece]:
    return list(takewhile(lambda piece: len(piece.text) <= LONGEST, islice(pieces, _AFTER)))


def without_told(found: Founds, place: Iterable[Piece], text: str) -> Founds:
    """Without days that the text itself tells: in its sentences, and in lists and tables amid its prose."""
    if not found["published"] and not found["modified"]:
        return found
    lines = set(text.split("\n"))
    own = list(dropwhile(lambda piece: len(piece.text) <= LONGEST, place))
    told = {p.text for p in own if p.text in lines and (p.kind in _TELLING or _is_sentence(p.text))}
    dates = ("published", "modified")
    return {k: [f for f in v if k not in dates or f.value not in told] for k, v in found.items()}


_TELLING = frozenset(("li", "row", "quote"))
_SENTENCE, _ENDS = 60, tuple(".!?…»”")


def _is_sentence(text: str) -> bool:
    return len(text) > _SENTENCE and text.endswith(_ENDS)


def read_labelled(pieces: Iterable[Piece]) -> Founds:
    """Short lines of the article's own place that say themselves what day they state: `Pubblicato il ...`."""
    found: Founds = {"published": [], "modified": []}
    for piece in pieces:
        if len(piece.text) <= LONGEST and _LABEL.match(piece.folded) and looks_like_date(piece.text):
            field = "modified" if UPDATED.match(piece.folded) else "published"
            _add(found, field, piece.text, f"page:{_short(piece.path)}")
    return found


_LABEL = re.compile(
    r"\W*(?:(?:first )?(?:pubblicat|publish|posted|inserito)|(?:last )?updated|aggiornat|ultim[ao] )"
)


def read_dateline(lines: list[str]) -> list[Found]:
    """The place and day that a body's first or last lines open with: `Milano, 15 lug. (askanews)`."""
    found = []
    for line in lines[:2] + lines[-1:]:
        match = _DATELINE.match(line[:120])
        if match:
            found.append(Found(match.group().strip(), "page:dateline"))
    return found[:1]


def _add(found: Founds, field: str, value: str, where: str) -> None:
    if all(f.value != value for f in found[field]):
        found[field].append(Found(value, where))


def _is_foreign(element: etree._Element, measures: Measures) -> bool:
    """Whether the element is of no use near a title: navigation, comments, forms, what is not measured."""
    if element.tag in HARD_TAGS or element.tag in ("nav", "form", "footer", "button"):
        return True
    mine = measures.get(element)
    return mine is not None and mine.part is COMMENTS


def _after(title: etree._Element, measures: Measures) -> list[Piece]:
    """The short blocks that follow the title, up to where the text is well under way."""
    pieces: list[Piece] = []
    prose = 0
    for sibling in _following(title):
        if _is_foreign(sibling, measures):
            continue
        for piece in pieces_of(sibling, "", lambda e: _is_foreign(e, measures), _AFTER):
            if piece.kind in HEADINGS and pieces and prose:
                return pieces
            pieces.append(piece)
            prose += len(piece.text) if len(piece.text) > LONGEST else 0
            if prose > _PROSE or len(pieces) >= _AFTER:
                return pieces
    return pieces


def _before_foot(
    pieces: list[Piece], title: etree._Element, container: etree._Element | None, measures: Measures
) -> list[Piece]:
    """The pieces up to the end of the text's place: below a short text stand other articles' days."""
    mine, inside = measures.get(title), measures.get(container) if container is not None else None
    if mine is None or inside is None or inside.end <= mine.end:
        return pieces
    below = (i for i, p in enumerate(pieces) if (m := measures.get(p.owner)) and m.start >= inside.end)
    return pieces[: next(below, len(pieces))]


def _before(title: etree._Element, body: etree._Element, measures: Measures) -> list[Piece]:
    """The short blocks just before the title, nearest first: kickers, badges, date bars."""
    pieces: list[Piece] = []
    for sibling in _preceding(title, body):
        mine = measures.get(sibling)
        # Small inline elements are not measured.
        if (mine is not None and mine.chars > 200) or sibling.tag in ("header", "aside"):
            continue
        if _is_foreign(sibling, measures):
            continue
        near = pieces_of(sibling, "", lambda e: _is_foreign(e, measures), _BEFORE)
        pieces += near
        if len(pieces) >= _BEFORE:
            break
    return pieces


def _following(title: etree._Element) -> Iterator[etree._Element]:
    node: etree._Element | None = title
    while node is not None and node.tag != "body":
        yield from node.itersiblings()
        node = node.getparent()


def _preceding(title: etree._Element, body: etree._Element) -> Iterator[etree._Element]:
    """Elements before the title within four levels, never at the page's own top level."""
    node = title
    for _ in range(4):
        parent = node.getparent()
        if parent is None or parent is body or parent.tag in ("body", "main"):
            return
        yield from node.itersiblings(preceding=True)
        node = parent


def _joined_badges(pieces: list[Piece]) -> list[Piece]:
    """With the three lines of a calendar badge (26 / mag / 2017), or a label and its date, as one."""
    out: list[Piece] = []
    i = 0
    while i < len(pieces):
        size = _badge_size([p.text for p in pieces[i : i + 3]])
        if (
            not size
            and i + 1 < len(pieces)
            and is_label(pieces[i].text)
            and looks_like_date(pieces[i + 1].text)
        ):
            size = 2
        if size:
            joined = pieces[i]
            joined.text = " ".join(p.text for p in pieces[i : i + size])
            out.append(joined)
        else:
            out.append(pieces[i])
        i += size or 1
    return out


_BADGE = re.compile(rf"(?:\d{{1,2}} {MONTH}\.?|{MONTH}\.? \d{{1,2}},?)(?: (?:19|20)\d\d)?")


def _badge_size(texts: list[str]) -> int:
    for size in (3, 2):
        if (
            len(texts) >= size
            and all(len(t) <= 10 for t in texts[:size])
            and _BADGE.fullmatch(fold(" ".join(texts[:size])))
        ):
            return size
    return 0


def _short(path: str) -> str:
    """The last two steps of a path."""
    return ">".join(path.split(">")[-2:])
