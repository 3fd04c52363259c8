"""Where a page shows the day of its article: lines with a date that are no list's, by the title or alone.

Never parses a date. Start reading at `read_dated`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from aggregator.extract.datelook import LONGEST, PUBLISHED, fields_of, is_label
from aggregator.extract.junk import COMMENTS, INLINE_TAGS
from aggregator.extract.measures import Measure, Measures
from aggregator.extract.tree import path_of, text_of
from aggregator.items import Found
from aggregator.text import fold, one_line

# Letters between title and date: a standfirst, a byline and share buttons after it; a kicker before.
# At half of it pages with a long standfirst lose their date, at double the first teasers come in.
_AFTER, _BEFORE = 700, 200
# What a line far from the title may hold besides its date: a label.
_AROUND = 35
_MOST_PARTS = 300  # a line has few; blanks between elements count
_BADGE = 40
_LABEL_PARTS = 4
_STATED_IN = {"time": "datetime", "abbr": "title"}
_DATE_NAMES = re.compile(
    r"(?:^|[ _-])(?:\w*dates?|data|\w*time|pub\w*|posted|meta)(?:$|[ _-])|"
    r"(?:Date|Time|Published)(?:$|[ _A-Z-])"
)
_RELATED = re.compile(
    r"related|correlat|recent|latest|popular|widget|teaser|card|more-|recommend|event|agenda|calendar"
)
_MACHINE = re.compile(r"\d{4}-\d\d-\d\d")
_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class _Line:
    """A line with a date, in its element; `gap` is the letters between it and the title, minus if before."""

    value: str
    text: str
    element: etree._Element
    fields: tuple[str, ...]
    gap: int


def read_dated(
    anchor: etree._Element | None, container: etree._Element | None, measures: Measures
) -> dict[str, list[Found]]:
    """Found tuples for `published` and `modified`, nearest to the anchor first; those far from it last.

    Shapes: `anchor` is the title, or the text's container where the page shows none; `where` ends
        in ` (far)` where the line stands neither by the title nor in the text.
    """
    found: dict[str, list[Found]] = {"published": [], "modified": []}
    mine = measures.get(anchor) if anchor is not None else None
    if mine is None or anchor is None:
        return found
    around = {anchor, *anchor.iterancestors()}
    if container is not None:
        around |= {container, *container.iterancestors()}
    lines = [line for line in _lines(anchor, mine, measures) if _is_open(line, around, measures)]
    inside = measures.get(container) if container is not None else None
    labelled = [line for line in lines if _is_labelled(line)]
    near = {line for line in lines if _is_near(line, mine, inside, is_only=labelled == [line])}
    for line in sorted(_unlisted(lines, near), key=lambda line: abs(line.gap)):
        where = f"page:{path_of(line.element)}"
        if line.element.tag in ("time", "abbr") and line.value != line.text:
            where += "[datetime]"
        if line not in near:
            if not _speaks_far(line, inside, measures, is_only=labelled == [line]):
                continue
            where += "" if _is_sole(line, lines) else " (far)"
        for field in line.fields:
            if all(f.value != line.value for f in found[field]):
                found[field].append(Found(line.value, where))
    return found


def _is_sole(line: _Line, lines: list[_Line]) -> bool:
    """Whether the element is named as the publication's for machines, and no other of the page is.

    WordPress's themes put `time.entry-date.published` below the text; a list's cards are several.
    """
    named = [each for each in lines if each.value != each.text and PUBLISHED.search(_names(each.element))]
    return named == [line]


def _is_near(line: _Line, anchor: Measure, inside: Measure | None, *, is_only: bool) -> bool:
    """Whether the line stands by the title: before the text has ended, and in nothing that closes it.

    `is_only` says that no other line of the page is labelled as the publication's.
    """
    if not -(_AFTER if is_only else _BEFORE) <= line.gap <= _AFTER:
        return False
    if inside is not None and line.gap > 0 and line.gap + anchor.end >= inside.end > anchor.end:
        return False
    return line.gap < _BEFORE or not _is_closing(line.element)


def _is_closing(element: etree._Element) -> bool:
    near = [element, *list(element.iterancestors())[:4]]
    return any(e.tag in ("footer", "aside") or _RELATED.search(_names(e)) for e in near)


def _lines(anchor: etree._Element, mine: Measure, measures: Measures) -> Iterator[_Line]:
    """Each place that may hold a date as its line, once."""
    seen: set[etree._Element] = set()
    own = set(anchor.iter()) if mine.chars < LONGEST * 3 else set()
    around = set(anchor.iterancestors())
    for at, place in measures.dated:
        element, text = _line_of(place, around)
        stated = _stated(place)
        fields = _fields(element, text) or (_fields(place, stated) if stated else ())
        is_machine = stated is not None and _MACHINE.match(stated) is not None
        if stated and is_machine and len(fields) > 1:  # of several dates each speaks for itself
            element, text = place, one_line(text_of(place, " "))
            fields = _fields(place, text) or _fields(place, stated)
        if place in own and place.tag == "time":  # a heading's own day, and no word of it
            element, text = place, one_line(text_of(place, " "))
        elif element in own:
            continue
        if element in seen:
            continue
        seen.add(element)
        label = _label_before(element) if fields else ""
        if label:
            text = f"{label} {text}"
            stated = stated and f"{label} {stated}"
            fields = fields_of(text) or fields
        if fields:
            gap = at - mine.end if at >= mine.end else at - mine.start
            is_machine = is_machine and len(fields) == 1
            yield _Line(
                stated if stated and is_machine else text, text, place if is_machine else element, fields, gap
            )


def _label_before(element: etree._Element) -> str:
    """The line before an element, or before what it begins, if it is only the name of a date."""
    before = element.getprevious()
    parent = element.getparent()
    if before is None and parent is not None:
        before = parent.getprevious()
    if before is None or len(before) >= _LABEL_PARTS:
        return ""
    text = one_line(text_of(before, " "))
    return text if is_label(text) else ""


def _stated(place: etree._Element) -> str | None:
    """What the element tells machines of its date."""
    name = _STATED_IN.get(str(place.tag))
    return place.get(name) if name else None


def _fields(element: etree._Element, text: str) -> tuple[str, ...]:
    return fields_of(text, f"{element.get('class') or ''} {element.get('itemprop') or ''}")


def _line_of(place: etree._Element, around: set[etree._Element]) -> tuple[etree._Element, str]:
    """The element of the line that the place is part of: out of inline elements, and of a badge's."""
    element, text = place, one_line(text_of(place, " ", _MOST_PARTS))
    for _ in range(4):
        parent = element.getparent()
        if parent is None or parent in around:
            break
        is_part = element.tag in INLINE_TAGS or (not fields_of(text) and len(text) < _BADGE)
        if not is_part:
            break
        wider = one_line(text_of(parent, " ", _MOST_PARTS))
        if len(wider) > LONGEST:
            break
        element, text = parent, wider
    return element, text


def _is_open(line: _Line, around: set[etree._Element], measures: Measures) -> bool:
    """Whether the line is in no comment, menu, form or card, nor in the page's own head or foot."""
    last = line.element
    is_led = False
    for parent in (line.element, *line.element.iterancestors()):
        if parent in around:
            # A date in the head of the article is its own, one in the head of the page is today's.
            is_article = any(e.tag in ("article", "main") for e in (parent, *parent.iterancestors()))
            return is_article or not (is_led or (last.tag == "footer" and parent.tag in ("body", "html")))
        theirs = measures.get(parent)
        if (theirs is not None and theirs.part is COMMENTS) or parent.tag in _CLOSED:
            return False
        if (parent.get("itemtype") or "").endswith("Comment"):
            return False
        is_led = is_led or (line.gap < 0 and parent.tag in ("header", "aside"))
        last = parent
    return True


_CLOSED = frozenset(("nav", "form", "button", "article"))


def _unlisted(lines: list[_Line], close: set[_Line]) -> list[_Line]:
    """The lines without those of lists: other days at the same place of other parents."""
    groups: dict[tuple[str, tuple[str, ...], bool], list[_Line]] = {}
    for line in lines:
        key = (_signature(line.element), line.fields, _is_labelled(line))
        groups.setdefault(key, []).append(line)
    kept = []
    for group in groups.values():
        is_list = len({line.value for line in group}) > 1
        parents = {line.element.getparent() for line in group}
        if is_list and (len(parents) > 1 or len(group) > 2):
            near = [line for line in group if line in close]
            # Side by side they are the first publication and the last change.
            is_pair = len(near) == 2 and abs(near[0].gap - near[1].gap) < _BADGE
            kept += near[:1] if len(near) == 1 or is_pair else []
        else:
            kept += group
    return kept


def _signature(element: etree._Element) -> str:
    steps = [element, *list(element.iterancestors())[:2]]
    return ">".join(f"{e.tag}.{_DIGITS.sub('0', e.get('class') or '')}" for e in steps)


def _is_labelled(line: _Line) -> bool:
    """Whether the line begins with the word that it is a publication's."""
    return PUBLISHED.match(fold(line.text).lstrip("(- ")) is not None


def _speaks_far(line: _Line, inside: Measure | None, measures: Measures, *, is_only: bool) -> bool:
    """Whether a line far from the title is still the article's: named as its date, after it, no card's.

    `is_only` says that no other line of the page is labelled so: cards of other articles are several.
    """
    is_labelled = len(line.fields) > 1 or _is_labelled(line)
    if line.gap < 0 or (len(line.text) > _AROUND and not (is_labelled and len(line.text) <= 2 * _AROUND)):
        return False
    near = [line.element, *list(line.element.iterancestors())[:4]]
    if is_labelled:
        return is_only or not any(_RELATED.search(_names(e)) for e in near)
    if _is_closing(line.element):
        return False
    place = next((m for e in near if (m := measures.get(e))), None)
    if place is None or (inside is not None and inside.start <= place.start < inside.end):
        return False
    return line.element.tag == "time" or any(_DATE_NAMES.search(_names(e)) for e in near[:3])


def _names(element: etree._Element) -> str:
    return element.get("class") or ""
