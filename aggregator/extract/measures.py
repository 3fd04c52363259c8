"""How much running text each element of a page holds, how much of it is links, and where figures stand.

Knows names only through `junk`; chooses nothing. Start reading at `measure`.
"""

import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, islice

from lxml import etree

from aggregator.extract.junk import (
    ARTICLE,
    ASIDE,
    COMMENTS,
    HARD_TAGS,
    HEADINGS,
    INLINE_TAGS,
    PLAIN,
    Part,
    part_of,
)
from aggregator.extract.phrases import ADVERT
from aggregator.text import fold

# Deeper than this an element's text counts as its own: unclosed tags nest up to 2,048 levels, and
# Python's stack of 1,000 is shared with whoever calls.
MAX_DEPTH = 250

# Live tickers, lists of teasers and copies in Markdown outweigh short articles up to twice; what
# outweighs all else by more is the article under a misleading name.
_FAR_MORE = 3.0
# Letters from which on surroundings are not looked into: bylines, dates and authors' cards are shorter.
_LARGE = 600
_LEAST_MASS = 200.0
_MOST_SPARED = 40  # each is looked through for an article; pages have a few that weigh as much
_A_LINE, _A_TEXT = 60.0, 1000.0  # a sentence; notices of cookies and teasers are shorter
_LABEL = 30  # letters: longer lines are not read for whether they are an advert's label
_ADVERTS = frozenset("aApPsSwW")  # what the words of `ADVERT` begin with
# Figures that a date may be of; longer texts tell a story.
_FIGURES = re.compile(r"(?:19|20)\d\d|\d[./-]\d{1,2}[./-]\d\d")
_LINE, _MOST_DATED = 120, 200
_PLACED = frozenset(("class", "style"))
_DATED = frozenset(("time", "abbr"))  # these state a date for machines, whatever their text


@dataclass(slots=True)
class Measure:
    """What an element holds, parts that are not the article's left out.

    Units: `chars` and `linked` are letters of all its text and of that in links; `mass` is the
        letters of its running text: lines of prose, links taken off; `start` and `end` count
        the letters of the page up to it and through it.
    """

    part: Part = PLAIN
    start: int = 0
    end: int = 0
    chars: int = 0
    linked: int = 0
    mass: float = 0.0
    links: int = 0
    images: int = 0

    @property
    def is_left_out(self) -> bool:
        """Whether the element is surroundings, so that what holds it does not count it."""
        return self.part is ASIDE or self.part is COMMENTS

    def take(self, theirs: "Measure") -> None:
        """Adds what an element below holds."""
        self.chars += theirs.chars
        self.linked += theirs.linked
        self.mass += theirs.mass
        self.links += theirs.links
        self.images += theirs.images

    @property
    def link_density(self) -> float:
        """The share of its letters that are links."""
        return self.linked / self.chars if self.chars else 0.0


class Measures(dict[etree._Element, Measure]):
    """The Measure of each element, in the page's order.

    Shapes: `dated` are elements with a short text that may hold a date, and the letters before it;
        `classed` the elements by their whole class attribute; `anchors` those that lead somewhere;
        `unread` large parts of the surroundings, which were not looked into: nothing below them has
        a Measure.
    """

    def __init__(self) -> None:
        super().__init__()
        self.dated: list[tuple[int, etree._Element]] = []
        self.classed: dict[str, list[etree._Element]] = {}
        self.anchors: list[etree._Element] = []
        self.unread: list[etree._Element] = []

    def of_class(self, says: Callable[[str], bool]) -> list[etree._Element]:
        """The elements whose class attribute says so, in the page's order."""
        lists = [elements for names, elements in self.classed.items() if says(names)]
        if len(lists) < 2:
            return lists[0] if lists else []
        any_of = set(chain.from_iterable(lists))
        return [element for element in self if element in any_of]


def measure(root: etree._Element) -> Measures:
    """The Measure of each element under the root that may be read; hard junk has none.

    A part that seems to be surroundings by its name and yet holds more running text than all the
    rest is taken for the article: names are weak evidence.
    """
    walk = _Walk(_LARGE)
    walk.visit(root, root.tag, 0, False)
    enough = max(_LEAST_MASS, walk.measures[root].mass)
    may_be_it = (e for e in walk.measures.unread if walk.measures[e].part is ASIDE and _letters(e) >= enough)
    if any(prose_of(e) >= enough for e in may_be_it):
        walk = _Walk(sys.maxsize)
        walk.visit(root, root.tag, 0, False)
    for _ in range(min(_MOST_SPARED, len(walk.asides))):
        heaviest = max(walk.asides, key=lambda element: walk.measures[element].mass)
        is_named = _holds_title(heaviest) or walk.measures[root].mass < _A_LINE
        least = _A_LINE if is_named and _holds_article(heaviest, walk.measures) else _LEAST_MASS
        if walk.measures[heaviest].mass < max(least, walk.measures[root].mass):
            break
        walk.asides.remove(heaviest)
        is_small = walk.measures[heaviest].mass < _A_TEXT and least == _LEAST_MASS
        if is_small and _has_article(walk.measures, heaviest):
            continue  # a short article, with a notice or teasers around it
        outweighs = walk.measures[heaviest].mass > _FAR_MORE * walk.measures[root].mass
        if outweighs or _holds_article(heaviest, walk.measures):
            for element in (heaviest, *_twins(heaviest, walk.asides)):
                _spare(element, walk.measures)
    return walk.measures


def _holds_title(element: etree._Element) -> bool:
    return next(element.iter("h1"), None) is not None


def _has_article(measures: Measures, elsewhere: etree._Element) -> bool:
    """Whether the article's own place by its name, or a `main` apart from an element, holds a sentence."""
    around = set(elsewhere.iterancestors())
    own = (e for e, m in measures.items() if m.mass >= _A_LINE)
    own = (e for e in own if measures[e].part is ARTICLE or (e.tag == "main" and e not in around))
    return any(elsewhere not in e.iterancestors() for e in own)


def _holds_article(element: etree._Element, measures: Measures) -> bool:
    """Whether something in it is named as the article, or is its title."""
    below = (measures.get(e) for e in element.iter("article", "main", "div", "section", "h1"))
    named = any(m is not None and m.part is ARTICLE for m in below)
    return named or next(element.iter("article", "main", "h1"), None) is not None


def _twins(element: etree._Element, asides: list[etree._Element]) -> list[etree._Element]:
    """The parts beside it, wrapped or not, under the very same names: where one is the article's, all are."""
    names, near = element.get("class"), set(islice(element.iterancestors(), 2))
    alike = [e for e in asides if names and e.get("class") == names]
    return [e for e in alike if not near.isdisjoint(islice(e.iterancestors(), 2))]


def _spare(element: etree._Element, measures: Measures) -> None:
    """Takes the element for a part like others: all that hold it count it, up to one that is left out."""
    mine = measures[element]
    mine.part = PLAIN
    for parent in element.iterancestors():
        theirs = measures.get(parent)
        if theirs is None:
            return
        theirs.take(mine)
        if theirs.is_left_out:
            return


@lru_cache(maxsize=4096)  # menus are the same on all pages of a site
def _is_advert(label: str) -> bool:
    return ADVERT.fullmatch(fold(label)) is not None


def prose_of(element: etree._Element) -> int:
    """The letters in the element that readers see and that are not links, without a Measure of it."""
    return _letters(element) - sum(map(_letters, element.iter("a", "script", "style")))


def _letters(element: etree._Element) -> int:
    text = etree.tostring(element, method="text", encoding="unicode", with_tail=False)
    return len(" ".join(text.split()))


class _Walk:
    def __init__(self, large: int) -> None:
        self._large = large
        self.measures = Measures()
        self.asides: list[etree._Element] = []
        self._anchors, self._classed = self.measures.anchors, self.measures.classed
        self._is_in_small = False
        self._seen = 0
        self._run = 0
        self._run_linked = 0

    def visit(self, element: etree._Element, tag: str, depth: int, in_link: bool) -> Measure:
        """The element's Measure, after those of all below it."""
        part, names = part_of(element, tag)
        mine = self.measures[element] = Measure(part, self._seen, self._seen)
        is_small = False
        if (part is ASIDE or part is COMMENTS) and not self._is_in_small and len(element):
            is_small = self._is_in_small = _letters(element) < self._large
            if not is_small and next(element.iter("h1", "main"), None) is None:
                self.measures.unread.append(element)
                return mine
        if names in self._classed:
            self._classed[names].append(element)
        elif names:
            self._classed[names] = [element]
        if tag == "a" and element.get("href"):
            self._anchors.append(element)
            in_link = True
            mine.links = 1
        elif tag == "img":
            mine.images = 1
        elif tag in _DATED:
            self._date(element)
        inside = self._inside if depth <= MAX_DEPTH else self._flat
        if tag in INLINE_TAGS:
            inside(element, mine, depth, in_link)
        else:
            outer = self._run, self._run_linked
            self._run = self._run_linked = 0
            inside(element, mine, depth, in_link)
            if self._run:
                self._flush(mine, tag)
            self._run, self._run_linked = outer
        if is_small:
            self._is_in_small = False
        mine.end = self._seen
        return mine

    def _date(self, element: etree._Element) -> None:
        if len(self.measures.dated) < _MOST_DATED:
            self.measures.dated.append((self._seen, element))

    def _flat(self, element: etree._Element, mine: Measure, _depth: int, in_link: bool) -> None:
        self._text(element, mine, " ".join(str(t) for t in element.itertext()), in_link)

    def _inside(self, element: etree._Element, mine: Measure, depth: int, in_link: bool) -> None:
        if text := element.text:
            self._text(element, mine, text, in_link)
        for child in element:
            tag = child.tag
            if tag in HARD_TAGS:
                pass
            elif tag in INLINE_TAGS and not len(child) and _PLACED.isdisjoint(child.keys()):
                # Links, bold words and the like: most of a page's elements, and nothing to know of them.
                if is_link := tag == "a" and bool(child.get("href")):
                    self._anchors.append(child)
                    mine.links += 1
                if text := child.text:
                    self._text(child, mine, text, in_link or is_link)
                if tag in _DATED:
                    self._date(child)
            else:
                if self._run and tag not in INLINE_TAGS:
                    self._flush(mine, "")
                theirs = self.visit(child, tag, depth + 1, in_link)
                if theirs.part is ASIDE:
                    self.asides.append(child)
                elif theirs.part is not COMMENTS:
                    mine.take(theirs)
            if tail := child.tail:
                self._text(element, mine, tail, in_link)

    def _text(self, element: etree._Element, mine: Measure, text: str, in_link: bool) -> None:
        text = text.strip()
        size = len(text)
        if not size or (size <= _LABEL and text[0] in _ADVERTS and _is_advert(text)):
            return
        if size <= _LINE and _FIGURES.search(text):
            self._date(element)
        self._seen += size
        mine.chars += size
        self._run += size
        if in_link:
            mine.linked += size
            self._run_linked += size

    def _flush(self, mine: Measure, tag: str) -> None:
        own = self._run - self._run_linked
        # Lines below 40 letters are labels more often than prose; headings never are prose.
        if own >= 40 and tag not in HEADINGS and own * 2 > self._run:
            mine.mass += own
        self._run = self._run_linked = 0
