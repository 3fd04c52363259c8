"""From an element to pieces: paragraphs, headings, list items, table rows, quotes, captions, images.

Knows which elements to leave out only by what it is told. Start reading at `pieces_of`.
"""

import re
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from html import escape
from itertools import islice

from lxml import etree

from aggregator import text as plain
from aggregator import urls
from aggregator.extract.junk import HARD_TAGS, HEADINGS, INLINE_TAGS
from aggregator.extract.measures import MAX_DEPTH
from aggregator.items import Block

_KEPT_INLINE = {"b": "strong", "i": "em"} | {tag: tag for tag in ("strong", "em", "code", "sub", "sup")}
_DIGITS = re.compile(r"\d+")
_LAZY = ("data-src", "data-lazy-src", "data-original", "src")
_CAPTIONS = frozenset(("figcaption", "caption"))


@dataclass(slots=True)
class Piece:
    """A paragraph-sized part of a page.

    Shapes: `kind` is p, h1-h6, li, row, quote, caption, pre or img; `group` is the list, table or
        quotation it belongs to; `html` is its inline markup; `linked` counts letters in links.
    """

    kind: str
    text: str
    html: str
    linked: int
    links: tuple[str, ...]
    path: str
    owner: etree._Element
    group: etree._Element | None = None
    is_ordered: bool = False
    _folded: str | None = None

    @property
    def folded(self) -> str:
        """The text as comparisons see it."""
        if self._folded is None:
            self._folded = plain.fold(self.text)
        return self._folded

    @property
    def link_density(self) -> float:
        """The share of its letters that are links."""
        return min(1.0, self.linked / max(1, len(self.text)))

    def block(self) -> Block:
        """What site memory counts of it."""
        return Block(key=plain.hash64(self.folded), place=_place_hash(self.path), links=self.links)


@lru_cache(maxsize=1024)  # paragraphs of a text share one
def _place_hash(path: str) -> int:
    return plain.hash64(path)


@dataclass(slots=True)
class _Run:
    """The inline content since the last block edge."""

    html: list[str] = field(default_factory=list)
    text: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    linked: int = 0


@dataclass(slots=True)
class _Place:
    """Where in the page the walk is: what a piece that ends here would be."""

    kind: str
    path: str
    owner: etree._Element
    group: etree._Element | None = None
    is_ordered: bool = False


def pieces_of(
    root: etree._Element, base: str, is_dropped: Callable[[etree._Element], bool], limit: int = 0
) -> list[Piece]:
    """The pieces under the root in the page's order, without the elements that are dropped.

    Shapes: all of them, or hardly more than `limit` where one is given; links and images are
        absolute where a base is given.
    """
    walk = _Walk(base, is_dropped, limit)
    walk.enter(root, _Place("p", _step(root), root), 0)
    walk.flush(_Place("p", _step(root), root))
    return walk.pieces


class _Walk:
    def __init__(self, base: str, is_dropped: Callable[[etree._Element], bool], limit: int) -> None:
        self.pieces: list[Piece] = []
        self._base = base
        self._is_dropped = is_dropped
        self._limit = limit or sys.maxsize
        self._run = _Run()
        self._open: list[tuple[str, str]] = []
        self._open_links: list[str] = []

    def enter(self, element: etree._Element, place: _Place, depth: int) -> None:
        """Adds what the element holds, its tail left to the caller."""
        if depth > MAX_DEPTH:
            self._add(" ".join(t for t in element.itertext() if isinstance(t, str)))
            return
        self._add(element.text)
        before: etree._Element | None = None
        for child in element:
            tag = child.tag
            if len(self.pieces) >= self._limit:
                return
            if tag == "br":
                self._break(child, place)
            elif tag == "img":
                self._image(child, place)
            elif tag == "hr":
                self.flush(place)
            elif tag in HARD_TAGS or _is_permalink(child, element) or self._is_dropped(child):
                self._add(" ")
            elif tag in INLINE_TAGS:
                if before is not None and not before.tail:
                    self._part_touching(before, child)
                self._inline(child, place, depth)
            elif tag == "tr" and is_data_row(child):
                self.flush(place)
                self._row(child, place)
            else:
                inner = _place_in(child, place)
                self.flush(place)
                self.enter(child, inner, depth + 1)
                self.flush(inner)
            self._add(child.tail)
            before = child

    def flush(self, place: _Place) -> None:
        """Ends the piece that is open, if it holds any text."""
        run = self._run
        if not run.html:
            return
        words = plain.one_line("".join(run.text))
        if words:
            html = "".join(run.html) + "".join(close for _, close in reversed(self._open))
            self.pieces.append(
                Piece(
                    kind=place.kind, text=words, html=html.strip(), linked=run.linked, links=tuple(run.links),
                    path=place.path, owner=place.owner, group=place.group, is_ordered=place.is_ordered,
                )
            )  # fmt: skip
        self._run = _Run(html=[opening for opening, _ in self._open], links=list(self._open_links))

    def _add(self, text: str | None) -> None:
        # White space between blocks opens no piece.
        if text and (self._run.html or self._run.links or not text.isspace()):
            self._run.text.append(text)
            self._run.html.append(escape(text, quote=False))
            if self._open_links:
                self._run.linked += len(text.strip())

    def _inline(self, element: etree._Element, place: _Place, depth: int) -> None:
        href = self._href(element) if element.tag == "a" else None
        kept = _KEPT_INLINE.get(element.tag)
        if href:
            self._run.links.append(href)
            self._open_links.append(href)
            kept_pair = (f'<a href="{_quoted(href)}" rel="noopener noreferrer">', "</a>")
        elif kept:
            kept_pair = (f"<{kept}>", f"</{kept}>")
        else:
            self.enter(element, place, depth + 1)
            return
        self._open.append(kept_pair)
        self._run.html.append(kept_pair[0])
        self.enter(element, place, depth + 1)
        self._run.html.append(kept_pair[1])
        self._open.pop()
        if href:
            self._open_links.pop()

    def _href(self, element: etree._Element) -> str | None:
        """Where a link leads; as it stands where no base was given."""
        href = element.get("href")
        return urls.join(self._base, href) if self._base else href

    def _part_touching(self, before: etree._Element, element: etree._Element) -> None:
        """Adds the blank that a page draws by style between two elements that touch.

        Two links that touch are two things; so are `Italbiotec` and `Innovhub`: a small letter
        before a capital. `<b>M</b>ilano` and `H<sub>2</sub>O` touch text, and stay one word.
        """
        if not self._run.text:
            return
        last, first = self._run.text[-1][-1:], next((t for t in element.itertext() if t), "")[:1]
        if not last or not first or last.isspace() or first.isspace():
            return
        if (before.tag == "a" and element.tag == "a") or (
            (last.islower() or last.isdigit()) and first.isupper()
        ):
            self._add(" ")

    def _break(self, element: etree._Element, place: _Place) -> None:
        before = element.getprevious()
        if before is not None and before.tag == "br" and not (before.tail or "").strip():
            self.flush(place)  # two in a row part paragraphs
        elif place.kind == "pre":
            self.flush(place)
        else:
            self._run.text.append(" ")
            self._run.html.append("<br>")
        # The text after it is added by the caller.

    def _image(self, element: etree._Element, place: _Place) -> None:
        src = image_url(element, self._base)
        if src and not plain.one_line("".join(self._run.text)):
            alt = plain.one_line(element.get("alt") or "")
            html = f'<img src="{_quoted(src)}" alt="{_quoted(alt)}">'
            self.pieces.append(Piece("img", "", html, 0, (), place.path, element))

    def _row(self, row: etree._Element, place: _Place) -> None:
        """A row of a table of data as one piece: its cells parted by a bar."""
        texts: list[str] = []
        cells: list[str] = []
        for cell in row:
            if cell.tag in ("td", "th"):
                inner = [p for p in pieces_of(cell, self._base, self._is_dropped) if p.text]
                texts.append(" ".join(p.text for p in inner))
                cells.append(f"<{cell.tag}>{'<br>'.join(p.html for p in inner)}</{cell.tag}>")
                self._run.linked += sum(p.linked for p in inner)
                self._run.links += [link for p in inner for link in p.links]
        if any(texts):
            self._run.text.append(" | ".join(texts))
            self._run.html = ["".join(cells)]
        table = next(iter(row.iterancestors("table")), None)
        self.flush(_Place("row", f"{place.path}>tr", row, group=table))


def _is_permalink(link: etree._Element, heading: etree._Element) -> bool:
    """Whether a heading's link is the sign that leads to itself, as Sphinx and others print: `¶`, `#`."""
    if link.tag != "a" or heading.tag not in HEADINGS or not (link.get("href") or "").startswith("#"):
        return False
    return len(link) == 0 and not any(c.isalnum() for c in link.text or "")


def image_url(element: etree._Element, base: str) -> str | None:
    """The absolute address of an `<img>`, lazy-loading attributes first; None for data URIs."""
    for name in _LAZY:
        value = element.get(name)
        if value and not value.startswith("data:"):
            return urls.join(base, value)
    return None


def is_data_row(row: etree._Element) -> bool:
    """Whether the row is of a table of data, not of a page laid out by tables: of one row or with blocks."""
    cells = [c for c in row if c.tag in ("td", "th")]
    table = next(row.iterancestors("table"), None)
    if len(cells) < 2 or table is None or len(list(islice(table.iter("tr"), 2))) < 2:
        return False
    for cell in cells:
        for inner in cell.iter("table", "h1", "h2", "h3", "ul", "form", "section"):
            if inner is not cell:
                return False
        if sum(1 for _ in cell.iter("p", "div")) > 3:
            return False
    return True


def _place_in(child: etree._Element, place: _Place) -> _Place:
    tag = child.tag
    path = f"{place.path}>{_step(child)}"
    if tag in HEADINGS or tag == "pre":
        return _Place(tag, path, child)
    if tag in ("li", "dd", "dt"):
        holder = child.getparent()
        return _Place("li", path, child, group=holder, is_ordered=holder is not None and holder.tag == "ol")
    if tag == "blockquote":
        return _Place("quote", path, child, group=child)
    if tag in _CAPTIONS:
        return _Place("caption", path, child)
    if tag in ("ul", "ol", "dl", "table", "section", "article"):
        return _Place("p", path, child)
    # A paragraph in a list item, quotation or caption is still that.
    kind = place.kind if place.kind in ("li", "quote", "caption") else "p"
    return _Place(kind, path, child, group=place.group if kind != "p" else None, is_ordered=place.is_ordered)


def _step(element: etree._Element) -> str:
    """Tag and first class, numbers blanked: `div.entry-content`, so that pages of one site agree."""
    names = element.get("class")
    return _step_of(str(element.tag), names) if names else str(element.tag)


@lru_cache(maxsize=4096)
def _step_of(tag: str, names: str) -> str:
    first = names.split(maxsplit=1)
    return f"{tag}.{_DIGITS.sub('0', first[0])}" if first else tag


def to_html(pieces: list[Piece]) -> str:
    """The pieces as HTML: items in their lists, rows in their tables, captions below images.

    Shapes: spelt as the sanitiser spells it, so that one pass of it finds nothing to change.
    """
    out: list[str] = []
    open_group: tuple[object, str] | None = None
    for piece in pieces:
        wrap = "ol" if piece.kind == "li" and piece.is_ordered else _WRAPS.get(piece.kind, "")
        group = (piece.group, wrap) if wrap else None
        if group != open_group:
            if open_group:
                out.append(_CLOSES[open_group[1]])
            if wrap:
                out.append(f"<{wrap}>")
                open_group = (piece.group, wrap)
            else:
                open_group = None
        is_first_row = wrap == "table" and out[-1] == "<table>"
        out.append(f"<tbody>{_element(piece)}" if is_first_row else _element(piece))
    if open_group:
        out.append(_CLOSES[open_group[1]])
    return "\n".join(out)


_WRAPS = {"li": "ul", "row": "table", "quote": "blockquote"}
_CLOSES = {"ul": "</ul>", "ol": "</ol>", "blockquote": "</blockquote>", "table": "</tbody></table>"}


def _quoted(value: str) -> str:
    return escape(value, quote=False).replace('"', "&quot;")


def _element(piece: Piece) -> str:
    match piece.kind:
        case "img":
            return f"<figure>{piece.html}</figure>"
        case "caption":
            return f"<figure><figcaption>{piece.html}</figcaption></figure>"
        case "row":
            return f"<tr>{piece.html}</tr>"
        case "quote":
            return f"<p>{piece.html}</p>"
        case "h1":
            return f"<h2>{piece.html}</h2>"  # the title is the only h1
        case kind:
            return f"<{kind}>{piece.html}</{kind}>"


def to_text(pieces: list[Piece]) -> str:
    """The pieces as plain text, a line each."""
    return "\n".join(piece.text for piece in pieces if piece.text)
