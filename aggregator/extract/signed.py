"""Who signs a page that marks no byline: the one line of it that says `Written by`, wherever it stands.

Knows no names. Is asked only where no byline stands by the title. Start reading at `read_signed`.
"""

import re
from collections.abc import Iterator

from lxml import etree

from aggregator.extract.byline import parts_of
from aggregator.extract.junk import COMMENTS, HARD_TAGS, INLINE_TAGS
from aggregator.extract.measures import Measures
from aggregator.extract.tree import path_of
from aggregator.items import Found

# Longer than `by` and `di` alone, which open any line.
_SIGNS = re.compile(
    r"(?:(?:this|the) (?:post|article|story) (?:was|is) )?(?:written|article|words|authored) by\b|"
    r"(?:questo \w+ è stato )?scritto da\b|articolo (?:di|a cura di)\b|a cura (?:di\b|della\b|dell['’])|"
    r"(?:authors?(?:\(s\))?|autor[ei])(?: ?:|$)",
    re.IGNORECASE,
)
_CLOSED = frozenset(("nav", "form", "button"))
_LONGEST, _LONGEST_LABEL = 120, 30
# `MILANO (ITALPRESS) - `, `Milano, 15 lug. (askanews) - `, and a last line `(ANSA).` or `(red.)`.
_OPENING = re.compile(r"[^().]{2,40}\.? ?\(([^()]{3,30})\)\s*[-–—]")
_CLOSING = re.compile(r"\(([^()]{3,30})\)\W*")


def read_signed(body: etree._Element, measures: Measures) -> list[Found]:
    """The one line that says who wrote the page; none where several lines name several people.

    Shapes: `where` ends in ` (far)`.
    """
    told = list(_signatures(body, measures))
    return told[:1] if len({found.value for found in told}) == 1 else []


def _signatures(body: etree._Element, measures: Measures) -> Iterator[Found]:
    for element in body.iter():
        text = element.text
        if not text or element.tag in HARD_TAGS or not _SIGNS.match(text.strip()):
            continue
        line = next((e for e in (element, *element.iterancestors()) if e.tag not in INLINE_TAGS), element)
        value = parts_of(line)
        if len(value) <= _LONGEST_LABEL and _SIGNS.fullmatch(value):
            following = line.getnext()
            value = parts_of(following) if following is not None else ""
        if 3 <= len(value) <= _LONGEST and _is_open(line, measures):
            yield Found(value, f"page:{path_of(line)} (far)")


def _is_open(element: etree._Element, measures: Measures) -> bool:
    for parent in (element, *element.iterancestors()):
        theirs = measures.get(parent)
        if parent.tag in _CLOSED or (theirs is not None and theirs.part is COMMENTS):
            return False
    return True


def read_agency(lines: list[str]) -> list[Found]:
    """What a text's first and last line hold in brackets as agencies and desks sign; any other word too."""
    opening = _OPENING.match(lines[0][:90]) if lines else None
    closing = _CLOSING.fullmatch(lines[-1]) if lines else None
    return [Found(match[1], "page:dateline (far)") for match in (opening, closing) if match]
