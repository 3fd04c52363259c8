"""What a reader sees beside the title: lines that look like dates, and bylines.

Never parses a date, only knows the look of one. Header clocks, sidebars, cards, comments and
footers are not looked at. Start reading at `read_visible`.
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import chain, islice, takewhile

from lxml import etree

from aggregator.extract.datelook import LONGEST, MONTH, UPDATED, fields_of, is_label, looks_like_date
from aggregator.extract.jsonld import Founds
from aggregator.extract.junk import COMMENTS, HARD_TAGS, HEADINGS, INLINE_TAGS
from aggregator.extract.measures import Measures
from aggregator.extract.render import Piece, pieces_of
from aggregator.extract.tree import text_of
from aggregator.items import Found
from aggregator.text import fold, one_line

_BYLINE = re.compile(
    r"^(?:(?:written |words |posted )?by|di|da|a cura di|autore|author|testo di|firma)\b[: ]+(.{3,80})$",
    re.IGNORECASE,
)
_AUTHOR_NAMES = re.compile(
    r"(?:^|[ _-])(?:authors?|byline|autore|autori|firma|by-?author|author-?name)(?:$|[ _-])", re.IGNORECASE
)
_AUTHOR_PATH = re.compile(
    r"/(?:[a-z]+-)?(?:authors?|autor[ei]|autric[ei]|writers?|redattor[ei]|giornalist[ai])/[^/?#]+",
    re.IGNORECASE,
)
# Two words that begin like a name's, of which none is a month: `Mario Rossi 4 agosto 2010`.
_NAME_AND_DAY = re.compile(rf"(?:(?:[Bb]y|[Dd]i|[Dd]a) )?(?:(?!(?i:{MONTH}))[A-ZÀ-Ý][\w.'’-]+ ){{2}}")
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
    title: etree._Element | None, opening: Iterable[Piece], body: etree._Element, measures: Measures
) -> Founds:
    """Found tuples for `published`, `modified` and `authors` read near the title, nearest first.

    `title` is its element, or what holds the text where the page shows no title; `opening` are
    the pieces that the text's place begins with.
    """
    found: Founds = {"published": [], "modified": [], "authors": []}
    if title is None:
        return found
    after = _after(title, measures) if title.tag in HEADINGS else _before_prose(opening)
    before = _before(title, body, measures)
    for piece in _joined_badges(after) + _joined_badges(before):
        _read_line(piece, found)
    for element in _near_authors(title, measures):
        _read_author(element, found)
    return found


def _before_prose(pieces: Iterable[Piece]) -> list[Piece]:
    return list(takewhile(lambda piece: len(piece.text) <= LONGEST, islice(pieces, _AFTER)))


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


def _read_line(piece: Piece, found: Founds) -> None:
    where = f"page:{_short(piece.path)}"
    for field in fields_of(piece.text):
        _add(found, field, piece.text, where)
    byline = _BYLINE.match(piece.text)
    if byline:
        _add(found, "authors", byline.group(1), where)


def _read_author(element: etree._Element, found: Founds) -> None:
    # Name, office and day stand in elements that touch; a day is told from a name later.
    text = one_line(text_of(element, " "))[:200]
    if 3 <= len(text) <= 80 and (not looks_like_date(text) or _NAME_AND_DAY.match(text)):
        byline = _BYLINE.match(text)
        _add(found, "authors", byline.group(1) if byline else text, f"page:{_path(element)}")


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


def _near_authors(title: etree._Element, measures: Measures) -> Iterator[etree._Element]:
    """Author elements around the title, not those of cards, sidebars and comments."""
    top = title
    for parent in title.iterancestors():
        if parent.tag in ("body", "html"):
            break
        top = parent
        if parent.tag in ("article", "main"):
            break
    mine = measures.get(top)
    start, end = (mine.start, mine.end) if mine is not None else (0, 0)
    # What has a class is measured; a link of an author without one is not.
    named = (e for e in measures.of_class(_is_author) if start <= measures[e].start <= end and len(e) <= 3)
    near = [
        element
        for element in dict.fromkeys(chain(named, filter(_is_author_link, top.iter("a"))))
        if (element is top or top in element.iterancestors()) and not _in_card(element, top, measures)
    ]
    # What holds a name by its class is the byline with all that stands around that name.
    names = [element for element in near if "name" in (element.get("class") or "").lower()]
    around = {parent for element in names for parent in element.iterancestors()}
    yield from (element for element in near if element not in around)


def _is_author_link(link: etree._Element) -> bool:
    """Whether a link leads to its author by its word or address, on a line that is no sentence."""
    if "author" in (link.get("rel") or "").lower().split():
        return True
    if _AUTHOR_PATH.search(link.get("href") or "") is None:
        return False
    line = next((e for e in link.iterancestors() if e.tag not in INLINE_TAGS), link)
    return len(one_line(text_of(line))) <= LONGEST


@lru_cache(maxsize=4096)
def _is_author(names: str) -> bool:
    return bool(_AUTHOR_NAMES.search(names))


def _in_card(element: etree._Element, top: etree._Element, measures: Measures) -> bool:
    for parent in element.iterancestors():
        if parent is top:
            return False
        mine = measures.get(parent)
        if parent.tag in ("article", "nav") or mine is None or mine.part is COMMENTS:
            return True
        # A small aside beside the title holds the date; a large one is a sidebar.
        if _is_related(parent) or (parent.tag in ("aside", "footer") and _is_long(parent, top)):
            return True
    return False


def _is_long(element: etree._Element, top: etree._Element) -> bool:
    return top.tag != "article" or len(one_line(text_of(element))) > 300


_RELATED = re.compile(
    r"related|correlat|recent|latest|popular|sidebar|widget|teaser|card|more-|recommend", re.IGNORECASE
)


def _is_related(element: etree._Element) -> bool:
    return bool(_RELATED.search(element.get("class") or ""))


def _path(element: etree._Element) -> str:
    parent = element.getparent()
    return f"{_name(parent)}>{_name(element)}" if parent is not None else _name(element)


def _name(element: etree._Element) -> str:
    names = (element.get("class") or "").split()
    return f"{element.tag}.{names[0]}" if names else str(element.tag)


def _short(path: str) -> str:
    """The last two steps of a path."""
    return ">".join(path.split(">")[-2:])
