"""Where a page says who wrote its article: bylines by the title, cards of authors below the text.

Knows no names, only what their places are called. Start reading at `read_bylines`.
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import chain, islice, pairwise

from lxml import etree

from aggregator.extract.datelook import LONGEST, MONTH
from aggregator.extract.junk import COMMENTS, HARD_TAGS, INLINE_TAGS
from aggregator.extract.measures import MAX_DEPTH, Measure, Measures
from aggregator.extract.render import Piece
from aggregator.extract.tree import path_of, text_of
from aggregator.items import Found
from aggregator.text import one_line

_BY = (
    r"(?:(?:this|the) (?:post|article|story) (?:was|is) )?"
    r"(?:written|words|article|posted|published|story|text|authored|submitted) by|"
    r"(?:questo \w+ è stato )?(?:scritt|pubblicat|inserit|postat|inviat|creat|redatt)[oa] da|"
    r"(?:testo|testi|articolo|servizio|intervista) di|a cura (?:di|della|del|dell['’])|"
    r"dal(?:la)? nostr[oa] (?:inviat[oa]|corrispondente)"
)
_OF = r"by|di|da"
_TITLES = r"autor[ei]|autric[ei]|authors?|contributors?|firma"
# What a line must go on with after `di` alone, which opens other lines too: full names, or a desk's.
_NAME = (
    r"[A-ZÀ-Ý][\w'’.-]*"
    r"(?: (?:d[aeio]|de[il]|de['’]|della|dei|degli|van|von|der|[A-ZÀ-Ý][\w'’.-]*)){0,4} [A-ZÀ-Ý][\w'’.-]*"
)
_NAMES = rf"(?:{_NAME}(?:(?:, |,? e | ed |,? and | & | con | with ){_NAME})*|(?:la )?[Rr]edazione\b[\w ]*)"
# Lines that say themselves whom they name, also behind their day: `12 marzo 2024 - di Mario Rossi`.
_LEAD = r"(?:.{0,60}?(?:\d{4}|\d[:.]\d\d|\s[|·•–—-])\s*\W?\s*)?(?<!\w)"
_DAY = (
    rf"(?:(?:il |on )?(?:\d{{1,2}}[°º]?[ ./-](?:\d|(?i:{MONTH})\b)|(?i:{MONTH})\b)|\d{{1,2}},? (?:19|20)\d\d)"
)
_ENDS = rf"\*?(?:$|\s*[^\w\s'’&].*$| {_DAY}.*$)"
_LINES = (
    re.compile(rf"{_LEAD}((?:{_BY})(?:\s*:\s*|\s+|(?<=['’]))\S.{{2,80}})$", re.IGNORECASE),
    re.compile(rf"{_LEAD}((?:{_TITLES}|{_OF})\s*:\s*\S.{{2,80}})$", re.IGNORECASE),
    re.compile(rf"{_LEAD}((?i:{_OF}) {_NAMES}{_ENDS})"),
    re.compile(rf"{_LEAD}([Bb]y \w+)$"),
)
_LABEL = re.compile(rf"(?:{_BY}|{_OF}|{_TITLES})\s*:?", re.IGNORECASE)
_LABELLED = re.compile(rf"(?:{_BY}|{_OF}|{_TITLES})(?:\s*[:|]|\s)", re.IGNORECASE)
# Whole names, parts of names at a hyphen, and of `dateAndAuthor`.
_AUTHOR_NAMES = re.compile(
    r"(?i:(?:^|[ _-])(?:authors?|bylines?|autore|autori|firma|submitted|writers?|journalists?|"
    r"giornalist[ai]|columnists?|redattor[ei])(?:$|[ _-]))|"
    r"(?:[a-z](?:Author|Autore|Byline)|(?:^|[ _-])(?:author|autore|byline)(?=[A-Z]))s?(?:$|[ _-]|[A-Z])"
)
_LOOKS = re.compile("uthor|yline|utor[ei]|irma|ubmitted|riter|ournalist|iornalist|olumnist|edattor")
# A picture of a person before a name: Font Awesome, Bootstrap, Glyphicons and others' icons. Several people
# stand for whom a call is, and a pen for a page that can be edited.
_ICON = re.compile(
    r"(?:^|[ _-])(?:fa[\w-]*|icon\w*|bi|glyphicon|ti|ri|la|mdi|reco|feather|dashicons[\w-]*)-"
    r"(?:user|person|account|author)(?:$|[ _-])"
)
# Of an author's place what is no name: `author-title`, `byline__category`; and names of others.
_BESIDE = re.compile(
    r"(?:author|byline|autore|firma|writer)s?[\w-]*?[_-]?(?:title|location|place|luogo|desc\w*|position|role|job|image|img|avatar|photo|pic\w*|"
    r"socials?|website|site|follow|views?|label|category|email|heading|count|date|time|reviewer|editor)"
    r"(?:$|[ _-])|(?:quote|testimonial|caption|book|comment|image|photo|credit|site)s?[\w-]*"
    r"[_-](?:author|byline)",
    re.IGNORECASE,
)
# What stands before one who did something else than write.
_DID = (
    r"(?:medically |expert |fact[- ]?)?(?:reviewed|checked|edited|researched|illustrated|translated|"
    r"photographed|approved|verified|verificat[oa]|revisionat[oa]|tradott[oa])"
)
_OTHERS = re.compile(
    rf"(?:.*\b)?{_DID} (?:by|da|di)\W*|{_DID}\W*|(?:photos?|illustrations?|images?|foto|traduzione|"
    r"illustrazioni|video|reviewers?|editors?|photographers?)(?: (?:by|da|di))?\W*",
    re.IGNORECASE,
)
_AUTHOR_PATH = re.compile(
    r"[/-](?:[Aa]ut(?:hors?|or[ei]|ric[ei])|writers?|redattor[ei]|giornalist[aei]|firm[ae]|columnists?|"
    r"contributors?|journalists?|reporters?|producers?)/[^/?#]|[?&]_?author=[^&]"
)
_RELATED = re.compile(
    r"related|correlat|recent|latest|popular|teaser|more-|recommend|quote|testimonial|menu|navbar|navigation|"
    r"breadcrumb",
    re.IGNORECASE,
)
# Such places hold the article's own too, as long as they stand by its title.
_ASIDE = re.compile(
    r"sidebar|(?<!elementor-)widget(?!-wrap|-container)|(?<!author-)(?<!author_)card", re.IGNORECASE
)
# Words of a name in elements of their own: `given-name`, `cognome`.
_PART_OF_NAME = re.compile(r"first|last|given|family|surname|cognome|(?:^|[ _-])nome", re.IGNORECASE)
_CLOSED = frozenset(("nav", "form", "button", "article", "figcaption", "blockquote"))
_BARS = re.compile(r"\s*\|[\s|]*")
_DIGITS = re.compile(r"\d+")
# Letters between title and byline, as for dates; a byline of more letters tells a story.
_AFTER, _BEFORE = 700, 200
_LONGEST_BYLINE = 100
_LONGEST_LABEL = 30
# Letters from one author of a byline to the next.
_CLOSE = 60

_Told = tuple[etree._Element, int, str]


def read_bylines(
    title: etree._Element,
    container: etree._Element | None,
    near: Iterable[Piece],
    measures: Measures,
) -> list[Found]:
    """Who wrote it by lines that say so and by places named so, those by the title first.

    Shapes: `container` holds the text; parts of a line stand between bars; `where` ends in ` (far)`
        where it is not by the title.
    """
    mine = measures.get(title)
    around = {title, *title.iterancestors()}
    if container is not None:
        around |= {container, *container.iterancestors()}
    by_title, far = _named(mine, around, measures) if mine is not None else ([], [])
    said, labelled = _lines(near)
    # A line around a name's place says no more than that.
    said = [(path, text) for path, text in said if not any(_holds(text, t) for _, _, t in by_title)]
    found = [Found(text, f"page:{path}") for path, text in said]
    found += [Found(text, f"page:{path_of(e)}") for e, _, text in by_title]
    found += [Found(text, f"page:{path}") for path, text in labelled]
    found += [Found(text, f"page:{path_of(e)} (far)") for e, _, text in far]
    return list(dict.fromkeys(found))


def _holds(line: str, name: str) -> bool:
    return _BARS.sub(" ", name) in _BARS.sub(" ", line)


def _lines(near: Iterable[Piece]) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """The lines that say themselves whom they name, and those that follow a line which says they do."""
    said: list[tuple[str, str]] = []
    labelled: list[tuple[str, str]] = []
    is_labelled = False
    for piece in near:
        if not piece.text or piece.kind == "caption":
            continue
        path = ">".join(piece.path.split(">")[-2:])
        told = _told(piece.text) if len(piece.text) <= LONGEST else ""
        if told:
            parts = parts_of(piece.owner)
            is_same = _BARS.sub(" ", parts) == piece.text
            said.append((path, (_told(parts) or parts) if is_same else told))
        elif is_labelled and len(piece.text) <= _LONGEST_BYLINE:
            labelled.append((path, piece.text))
        is_labelled = len(piece.text) < _LONGEST_LABEL and _LABEL.fullmatch(piece.text) is not None
    return said, labelled


def _told(line: str) -> str:
    """The line from where it says whom it names; empty where it does not."""
    return next((match[1] for lines in _LINES if (match := lines.match(line))), "")


def _named(
    title: Measure, around: set[etree._Element], measures: Measures
) -> tuple[list[_Told], list[_Told]]:
    """The elements that are an author's by name or link: those by the title, and those far from it."""
    places = [(e, gap) for e, gap in _places(title, measures) if _is_open(e, gap, around, measures)]
    holders = {parent for element, _ in places for parent in element.iterancestors()}
    # What holds a name's place is the byline with all that stands around that name.
    inner = [(e, gap) for e, gap in places if e not in holders and not _OTHERS.fullmatch(_before(e))]
    return _unlisted([(e, gap, text) for e, gap in inner if (text := _byline(e))])


def _places(title: Measure, measures: Measures) -> Iterator[tuple[etree._Element, int]]:
    """The elements named or linked as an author's, with the letters between them and the title."""
    named = (e for e in measures.of_class(_is_author) if len(e) <= 6)
    shown = (line for icon in measures.of_class(_is_icon) if (line := _line_of_icon(icon)) is not None)
    for element in dict.fromkeys(chain(named, shown, filter(_is_author_link, measures.anchors))):
        place = next((m for e in (element, *element.iterancestors()) if (m := measures.get(e))), None)
        if place is not None:
            yield element, place.start - (title.end if place.start >= title.end else title.start)


def _is_author_link(link: etree._Element) -> bool:
    """Whether a link leads to its author by its word or address, on a line that is no sentence."""
    if _AUTHOR_PATH.search(link.get("href", "")):
        line = next((e for e in link.iterancestors() if e.tag not in INLINE_TAGS or e.get("class")), link)
        if len(one_line(text_of(line))) <= LONGEST or _LABEL.fullmatch(_before(link)):
            return True
    return "author" in link.get("rel", "").split()


@lru_cache(maxsize=4096)
def _is_author(names: str) -> bool:
    # Of a page's hundred classes a few hold any of these, which costs less than the pattern to see.
    return bool(_LOOKS.search(names) and _AUTHOR_NAMES.search(names)) and not _BESIDE.search(names)


@lru_cache(maxsize=4096)
def _is_icon(names: str) -> bool:
    looks = "user" in names or "person" in names or "account" in names or "author" in names
    return looks and _ICON.search(names) is not None


def _line_of_icon(icon: etree._Element) -> etree._Element | None:
    """What an icon stands before: its own element's text, or the line that it opens."""
    if one_line(text_of(icon)):
        return icon
    line = icon.getparent()
    return line if line is not None and len(line) <= 6 and line.tag != "button" else None


def _is_open(element: etree._Element, gap: int, around: set[etree._Element], measures: Measures) -> bool:
    """Whether the element is in no comment, menu, form, quotation or card of another article."""
    is_far = not -_BEFORE <= gap <= _AFTER
    for parent in (element, *element.iterancestors()):
        if parent in around:
            return True
        theirs = measures.get(parent)
        if parent.tag in _CLOSED or (theirs is not None and theirs.part is COMMENTS):
            return False
        names = parent.get("class") or ""
        if parent is not element and (_RELATED.search(names) or (is_far and _ASIDE.search(names))):
            return False
    return True


def _before(element: etree._Element) -> str:
    """The words just before the element, out of what it begins."""
    node: etree._Element | None = element
    while node is not None and node.tag not in ("body", "article", "main"):
        previous, node = node.getprevious(), node.getparent()
        told = text_of(previous, " ") + (previous.tail or "") if previous is not None else ""
        told = one_line(told or (node.text or "" if node is not None else ""))
        if told:
            return told[-_LONGEST_LABEL:]
    return ""


def _byline(element: etree._Element) -> str:
    """The element's text with bars between its parts; empty where it is longer than a byline."""
    text = parts_of(element)
    parts = text.split(" | ")
    if element.tag == "a" and len(parts) == 2 and not any(" " in p or _LABEL.fullmatch(p) for p in parts):
        text = " ".join(parts)  # a name's two words
    return text if 3 <= len(text) <= _LONGEST_BYLINE else ""


def parts_of(element: etree._Element) -> str:
    """The element's text with bars between its parts."""
    parts: list[str] = []
    _tell(element, parts, MAX_DEPTH, is_link=False)
    return _BARS.sub(" | ", one_line("".join(parts))).strip(" |")


def _tell(element: etree._Element, parts: list[str], levels: int, *, is_link: bool) -> None:
    tag, names = element.tag, element.get("class")
    is_link = is_link or tag == "a"
    is_part = tag in ("a", "time") or tag not in INLINE_TAGS
    # Within a link stands one name, be it of several words with a class each.
    is_part = is_part or (names is not None and not is_link and not _PART_OF_NAME.search(names))
    edge = "|" if is_part else " " if names else ""
    parts += (edge, element.text or "")
    for child in element:
        if levels and child.tag not in HARD_TAGS and child.tag != "sup":
            _tell(child, parts, levels - 1, is_link=is_link)
        parts.append(child.tail or " ")  # elements that touch are drawn apart
    parts.append(edge)


def _unlisted(told: list[_Told]) -> tuple[list[_Told], list[_Told]]:
    """Those by the title, and those far from it; of lists of others' names none."""
    groups: dict[str, list[_Told]] = {}
    for item in told:
        groups.setdefault(_signature(item[0]), []).append(item)
    near: list[_Told] = []
    far: list[_Told] = []
    for group in groups.values():
        close = [item for item in group if -_BEFORE <= item[1] <= _AFTER]
        close = [item for item in close if _LABELLED.match(item[2])] or close
        # Names at the same place of other parents, text between them, are of a list of articles.
        if close and all(b[1] - a[1] <= _CLOSE for a, b in pairwise(close)):
            near += close
        elif (
            not close
            and _is_marked(group[0][0])
            and len({text for _, _, text in group}) == 1
            and group[0][1] > 0
        ):
            far += group[:1]
    # What stands before the title may be the site's own.
    return sorted(near, key=lambda item: (item[1] < 0, item[1])), far


def _is_marked(element: etree._Element) -> bool:
    """Whether its page says that the element is an author's, and not its address alone."""
    near = (element, *islice(element.iterancestors(), 2))
    is_named = "author" in element.get("rel", "").split() or any(_is_author(e.get("class", "")) for e in near)
    is_signed = any(e.tag in ("footer", "address") for e in near)
    return is_named or is_signed or _LABEL.fullmatch(_before(element)) is not None


def _signature(element: etree._Element) -> str:
    steps = [element, *list(element.iterancestors())[:2]]
    return ">".join(f"{e.tag}.{_DIGITS.sub('0', e.get('class') or '')}" for e in steps)
