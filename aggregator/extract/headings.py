"""Headings that may be the article's title, those first that agree with what the page's head states.

Decides nothing, and knows no site's name but where a heading links home. Start reading at `read_titles`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from urllib.parse import urlsplit

from lxml import etree

from aggregator import urls
from aggregator.extract.jsonld import Founds
from aggregator.extract.junk import COMMENTS
from aggregator.extract.measures import Measure, Measures
from aggregator.extract.render import pieces_of
from aggregator.extract.tree import name_of
from aggregator.items import Found
from aggregator.text import fold, one_line, words

_A_LINE = 4
# How well a heading agrees with the head's titles: an h1 that does not, and the same words.
_WEAK, _FIRST, _EXACT = 0.1, 0.05, 3.0
_MOST_HEADINGS, _LONGEST = 60, 500
# A heading of many parts is a teaser's card; of a part of it the title is at least so much.
_MOST_PARTS, _OWN_SHARE = 8, 0.5
_LOGO = re.compile(r"(?:^|[ _-])(?:logo|site[_-]?(?:title|name)|brand)(?:$|[ _-])", re.IGNORECASE)
# `post-title`, `titolo_news`; Joomla's `contentheading`. A site's own name is no such.
_TITLED = re.compile(
    r"(?:^|[ _-])(?:(?:post|entry|article|articolo|news|notizia|page|content)[\w-]{0,8}?"
    r"(?:title|titolo|heading)|titolo(?:[_-]?(?:news|articolo|notizia|pagina))?)(?:$| )",
    re.IGNORECASE,
)
_BAR = re.compile(r"\s+[|–—·-]\s+")  # between a title and its site's name
_HOME = re.compile(r"/(?:[a-z]{2}/?)?")


@dataclass(frozen=True, slots=True)
class _Heading:
    agreement: float
    element: etree._Element
    text: str


def read_titles(
    root: etree._Element, measures: Measures, stated: list[str], base: str
) -> tuple[Founds, etree._Element | None]:
    """Headings that may be the title, best first, and the element of the best one, if one leads.

    Shapes: `title` for headings that agree with the head, `weak` for an h1 that does not,
        `window` for `<title>`, `site` for headings that link home. A heading agrees if what the
        head states holds its words; among several h1 those that agree come first, and where none
        does a lower heading that does.
    """
    found: Founds = {"title": [], "weak": [], "window": [], "site": []}
    window = one_line(root.findtext(".//head/title") or root.findtext(".//title") or "")
    if window:
        found["window"].append(Found(window, "page:title"))
    goals = {fold(t): frozenset(words(t)) for t in [*stated, window] if t}
    ranked: list[_Heading] = []
    for element, mine in _headings(root, measures):
        text = _line(element, goals)
        if not text or len(text) > _LONGEST:
            continue
        if element.tag == "h1" and (_leads_home(element, mine, base) or _is_logo(element)):
            found["site"].append(Found(text, f"page:{name_of(element)}"))
            continue
        heading = _Heading(_agreement(text, goals, element.tag == "h1"), element, text)
        ranked.append(heading)
        if heading.agreement == _EXACT and element.tag == "h1":
            break
    firsts = [heading for heading in ranked if heading.element.tag == "h1"]
    # The page's only h1, if it is a line and not a name, is what readers see as the title.
    sole = firsts[0] if len(firsts) == 1 and len(words(firsts[0].text)) >= _A_LINE else None
    ranked = sorted((h for h in ranked if h.agreement), key=lambda h: -h.agreement)[:3]
    for heading in ranked:
        is_trusted = heading.agreement > _WEAK or (heading is sole and heading is ranked[0])
        field = "title" if is_trusted else "weak"
        found[field].append(Found(heading.text, f"page:{name_of(heading.element)}"))
    if not ranked and (named := _named(measures, goals)) is not None:
        name = (named.get("class") or "").split()[0]
        found["title"].append(Found(_line(named, goals), f"page:.{name}"))
        return found, named
    # Of several that nothing speaks for none is the title.
    is_one = bool(found["title"]) or len(found["weak"]) == 1
    return found, ranked[0].element if is_one else None


def _named(measures: Measures, goals: dict[str, frozenset[str]]) -> etree._Element | None:
    """What is named as the title where no heading is it: the one that the head states, else the only one."""
    named = [e for e in measures.of_class(_is_titled) if not _is_elsewhere(e, measures)]
    lines = [(e, _line(e, goals)) for e in named]
    lines = [(e, line) for e, line in lines if len(line) <= _LONGEST and len(words(line)) > 1]
    stated = [e for e, line in lines if _agreement(line, goals, is_h1=True) > 1]
    return stated[0] if stated else lines[0][0] if len(lines) == 1 else None


def _is_elsewhere(element: etree._Element, measures: Measures) -> bool:
    """Whether the element is in a link or in what is left out: a teaser's title."""
    around = (element, *element.iterancestors())
    return any(e.tag == "a" or ((mine := measures.get(e)) is not None and mine.is_left_out) for e in around)


@lru_cache(maxsize=4096)
def _is_titled(names: str) -> bool:
    return _TITLED.search(names) is not None


def named_titles(headings: Founds, stated: list[str]) -> tuple[str, ...]:
    """What the text may repeat as its title: as shown, as stated; else the beginnings of the window's."""
    shown = [found.value for found in headings["title"][:1]] + stated
    if shown or headings["weak"]:
        return tuple(shown)
    window = next((found.value for found in headings["window"] if len(found.value) <= _LONGEST), "")
    return (window, *(window[: bar.start()] for bar in _BAR.finditer(window)))


def _headings(root: etree._Element, measures: Measures) -> Iterator[tuple[etree._Element, Measure]]:
    for element in islice(root.iter("h1", "h2", "h3"), _MOST_HEADINGS):
        mine = measures.get(element)
        if mine is None or mine.part is COMMENTS:
            continue
        if element.tag == "h1" or next(element.iterancestors("nav", "aside", "footer"), None) is None:
            yield element, mine


def _line(element: etree._Element, goals: dict[str, frozenset[str]]) -> str:
    """The heading's text; of an h1 with a label or a date in it the parts that the head states."""
    if not len(element):
        return one_line(element.text or "")
    whole = " ".join(piece.text for piece in pieces_of(element, "", lambda _: False) if piece.text)
    if element.tag != "h1" or not whole or fold(whole) in goals:
        return whole
    parts = [t for t in (one_line(str(t)) for t in element.itertext()) if t]
    if len(parts) < 2 or len(parts) > _MOST_PARTS:
        return whole
    runs = (
        " ".join(parts[start:end])
        for start in range(len(parts))
        for end in range(len(parts), start, -1)
        if end - start < len(parts)
    )
    return next((r for r in runs if len(r) >= _OWN_SHARE * len(whole) and fold(r) in goals), whole)


def _is_logo(element: etree._Element) -> bool:
    return (
        _LOGO.search(element.get("class") or "") is not None
        or _LOGO.search(element.get("id") or "") is not None
    )


def _leads_home(element: etree._Element, mine: Measure, base: str) -> bool:
    """Whether all of the heading is a link to the site's front page, from another page of it."""
    if not mine.links or mine.linked < mine.chars or urls.path_of(base) in ("", "/"):
        return False
    link = next(element.iter("a"), None)
    target = urls.join(base, link.get("href")) if link is not None else None
    if target is None:
        return False
    parts = urlsplit(target)
    return not parts.query and _HOME.fullmatch(parts.path or "/") is not None


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
            # Of two that the head holds the first is the title, the last the site.
            first = _FIRST if is_h1 and goal.startswith(flat) else 0.0
            best = max(best, shared / len(mine) + shared / len(theirs) + first)
    if not is_h1:
        # A section's heading shares words with the title too: only a near copy of it is the title.
        return best - 0.2 if best >= 1.7 else 0.0
    return best or _WEAK
