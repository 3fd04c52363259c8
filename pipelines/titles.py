"""The article's title among all that page and way call it, without site name, section or counter.

Knows nothing of bodies and dates. Places vote: what the publisher's own data, headings and feeds
agree on wins. Start reading at `choose_title`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from aggregator.items import Evidence, Found, Source
from aggregator.text import cut, fold, one_line, words
from aggregator.urls import host_of
from pipelines.clean import html_to_text
from pipelines.evidence import evidence
from pipelines.repair import repair

# The longest true headlines of Italian newspapers stay under 250 characters.
TITLE_LENGTH = 300
# What a place's word counts, by the beginning of `where`; the first that fits. Feeds and APIs
# give the title field itself; `<title>` and social cards are written for search engines; for
# headings see below.
_WEIGHTS = (
    ("operator:", 1000.0),
    ("selector:", 100.0),
    ("wordpress:", 4.0),
    ("import:", 4.0),
    ("feed:", 3.0),
    ("sitemap:", 2.0),
    ("jsonld:WebPage", 1.0),
    ("jsonld:", 2.0),
    ("microdata:", 2.0),
    ("meta:og", 2.0),
    ("listing:", 1.5),
    ("page:title", 1.5),
    ("page:.", 2.2),  # an element named as the title, where no heading is
    ("meta:", 0.5),
    ("page:", 1.0),
    ("url:", 0.1),
)
_LEAST_NAMING = 4  # words of a title by which an address names it; fewer are a section's
_ENDING = re.compile(r"\.(?:html?|php|aspx?|jsp)$")
_NO_LETTERS = re.compile(r"[\W_]+")
_LETTER = re.compile(r"[^\W\d_]")
_HEADING = re.compile(r"page:h[1-6]")
# Headings, by where `extract` puts them: it lists first those that agree with the page's head.
# Right on 0.89 of 792 pages of a public corpus (0.86 with one weight for every heading).
_BEST_H1, _BEST_LOWER, _NEXT, _LONE, _A_WORD = 5.0, 1.5, 0.6, 2.2, 1.0
_COUNTER = re.compile(r"^(?:\(\d{1,3}\+?\)|\[\d{1,3}\])\s+")
# Separators stand between spaces, but for the bar: `Titolo|Sito`.
_SEPARATOR = re.compile(r"(\s*\|+\s*|\s+(?:[–—·•»«›>~/]|-{1,2}|:{2})\s+)")
# With these a last part that is short is a site or section, also where its name is not known.
_STRONG = ("|", "»", "«", "›", "::", "•")


def _phrases(text: str) -> frozenset[str]:
    return frozenset(text.split("|"))


_SECTIONS = _phrases(
    "news|notizie|home|homepage|home page|blog|articoli|articolo|eventi|evento|events|event|press|"
    "press release|press releases|comunicati|comunicato|comunicati stampa|comunicato stampa|"
    "ultime notizie|in evidenza|primo piano|cronaca|economia|politica|lombardia|milano|sport|"
    "attualita|rassegna stampa|media|news ed eventi|news e eventi|news eventi|news and events|bandi|"
    "archivio|redazione|non categorizzato|uncategorized|senza categoria|video|foto|pagina|amp|"
    "latest news|article|articles|notizia|dettaglio|dettaglio news|opinion|opinions|opinioni|editoriali"
)
# What stands before a colon may be news (`Lombardia: ...`, a body's own name); a kind of page is not.
_KINDS = _phrases("blog|comunicato stampa|comunicati stampa|press release|news|notizie|article|articolo")
_NO_TITLES = _SECTIONS | _phrases(
    "untitled|senza titolo|no title|index|index html|menu|search|cerca|login|page|titolo|title|null|"
    "undefined|nessun titolo|untitled document|documento senza titolo|bozza automatica|auto draft|"
    "privato|protetto"
)
_MOST_PARTS = 12
_LONGEST_NAME = 5
_LABEL = re.compile(r"([^:]{3,40}):\s+(?=\S)")
_ELLIPSIS = re.compile(r"\s*(?:…|\.\.\.|\[…\]|\[\.\.\.\])$")
# A title cut by its template shows this much before it can be told to be the same.
_MIN_STEM = 15


@dataclass(frozen=True, slots=True)
class _Site:
    """What tells a title from its surroundings: source, address, and names that the page gives its site."""

    source: Source
    url: str
    names: tuple[str, ...] = ()

    def is_named(self, text: str) -> bool:
        """Whether the text is a name of the site."""
        own = set(words(text))
        return is_site_name(text, self.source, self.url) or any(_is_name(own, name) for name in self.names)

    def is_furniture(self, part: str) -> bool:
        """Whether a part of a title is a name of the site or of a section."""
        return fold(part) in _SECTIONS or self.is_named(part)

    def is_folder(self, part: str) -> bool:
        """Whether the page's address has the part among its folders: `/economia/`."""
        folders = urlsplit(self.url).path.lower().rstrip("/").split("/")[1:-1]
        return "-".join(words(part)) in folders


@dataclass(frozen=True, slots=True)
class _Reading:
    """A title as one place gives it: the Found, its cleaned text, and the words to compare by."""

    found: Found
    text: str
    key: str
    weight: float
    was_cut: bool


def choose_title(
    found: tuple[Found, ...], source: Source, url: str, site: tuple[Found, ...] = ()
) -> tuple[str, Evidence]:
    """The title and its evidence; empty where no place has one of its own.

    Shapes: `site` are names that the page gives its site, believed where they leave a title.
    """
    said = {one_line(item.value) for item in found}
    # Some systems write the article's title in place of their own name.
    names = tuple(
        dict.fromkeys(
            clean_title(item.value)
            for item in site
            if len(words(item.value)) <= _LONGEST_NAME or one_line(item.value) not in said
        )
    )
    title, proof = _choose(found, _Site(source, url, names))
    return (title, proof) if title or not names else _choose(found, _Site(source, url))


def _choose(found: tuple[Found, ...], site: _Site) -> tuple[str, Evidence]:
    readings = _agreeing(
        [_read(item, weight, site) for item, weight in zip(found, _weights(found), strict=True)], site
    )
    votes: dict[str, float] = {}
    spoken: set[tuple[str, str]] = set()
    for reading in readings:
        place = (reading.key, reading.found.where.partition("[")[0])
        if reading.key and place not in spoken:
            spoken.add(place)
            votes[reading.key] = votes.get(reading.key, 0.0) + reading.weight
    if not votes:
        number = next((r for r in readings if r.text and not _LETTER.search(r.text)), None)
        if number is None:
            return "", evidence("title", None, found, "no title of the article's own")
        return cut(number.text, TITLE_LENGTH), evidence("title", number.found, found, "only figures or signs")
    key = _named_by_address(readings, max(votes, key=lambda candidate: votes[candidate]), site.url)
    winners = [reading for reading in readings if reading.key == key]
    best = min(winners, key=lambda r: (r.text.isupper(), _is_spoilt(r.text, winners), -r.weight))
    title = cut(best.text, TITLE_LENGTH)
    why = f"{len(winners)} of {len(readings)} places agree" if len(readings) > 1 else ""
    if title != one_line(best.found.value):
        why = f"{why}; cleaned" if why else "cleaned"
    if title != best.text:
        why += f"; cut from {len(best.text)} characters"
    return title, evidence("title", best.found, (r.found for r in readings if r.key != key), why)


def _named_by_address(readings: list[_Reading], first: str, url: str) -> str:
    """The title that the address repeats, where the first is a heading's alone and less than half of it.

    Systems make the address of the title as it was saved; what a page opens with instead may be a
    slogan, an offer or a section's name. A heading that shares more is another wording of it.
    """
    said = [reading.key for reading in readings if not _HEADING.match(reading.found.where)]
    slug = _slug(url)
    named = next((key for key in said if key and _squash(key) == slug), first)
    theirs = set(named.split())
    is_other = first not in said and 2 * len(theirs & set(first.split())) < len(theirs)
    return named if is_other and len(theirs) >= _LEAST_NAMING else first


def _slug(url: str) -> str:
    """The last part of the address, without its ending, as `_squash` writes it."""
    last = unquote(urlsplit(url).path.rstrip("/").rpartition("/")[2])
    return _squash(fold(_ENDING.sub("", last)))


def _squash(key: str) -> str:
    return _NO_LETTERS.sub("", key)


def _is_spoilt(text: str, others: list[_Reading]) -> bool:
    """Whether signs of the title became question marks on the way: another place still has them."""
    same = (other.text for other in others if "?" in text and len(other.text) == len(text))
    return any(
        other != text and all(a == b or (a == "?" and b > "\x7f") for a, b in zip(text, other, strict=True))
        for other in same
    )


def clean_title(value: str, *, is_shown: bool = False) -> str:
    """The text on one line, without markup, double entities or unread counters.

    Shapes: `is_shown` where readers see the text as it is: a sign like `<br>` is then what it speaks of.
    """
    text = repair(value)
    if ("</" if is_shown else "<") in text:
        text = html_to_text(text) or text
    return _COUNTER.sub("", one_line(text)).strip(" \t|›•·¶").removeprefix("»").removesuffix("«").strip()


def is_site_name(text: str, source: Source, url: str) -> bool:
    """Whether the text is the site's name, its host, or the name of the catalogue's source."""
    own = words(text)
    if not own:
        return False
    squashed = "".join(own)
    for host in {host_of(url), *source.hosts}:
        label = re.sub(r"\W", "", host.removeprefix("www.").rpartition(".")[0])
        whole = re.sub(r"\W", "", host.removeprefix("www."))
        if squashed in (label, whole, "www" + whole) or (len(squashed) >= 4 and label.startswith(squashed)):
            return True
        if len(label) >= 5 and squashed.startswith(label) and 2 * len(squashed) <= 3 * len(label):
            return True
    name = set(words(source.name))
    return _is_name(set(own), source.name) or (len(own) > 1 and set(own) <= name)


def _is_name(own: set[str], name: str) -> bool:
    """Whether the words are the name's; one more may be `Il portale di ...`, a headline says much more."""
    theirs = set(words(name))
    is_longer = theirs <= own and 2 * len(own) <= 3 * len(theirs)
    return bool(theirs) and is_longer and not any(word.isdigit() for word in own - theirs)


def _weights(found: tuple[Found, ...]) -> list[float]:
    """What each place's word counts. Headings come first where they agree with the page's head."""
    weights = [
        next((value for start, value in _WEIGHTS if item.where.startswith(start)), 1.0) for item in found
    ]
    for at, item in enumerate(found):
        if not _HEADING.match(item.where):
            continue
        if at and not _HEADING.match(found[at - 1].where):
            weights[at] = _LONE
        elif at:
            weights[at] = _NEXT
        else:
            weights[at] = _weight_of_best(item, found[1:])
    return weights


def _weight_of_best(item: Found, others: tuple[Found, ...]) -> float:
    """What the best heading counts: of one or two words it may be a section's, or any of the true title."""
    count = len(item.value.split())
    if item.where.startswith("page:h1") and count > 2:
        return _BEST_H1
    is_known = count > 1 or any(fold(item.value) in fold(other.value) for other in others)
    return _BEST_LOWER if is_known else _A_WORD


def _read(found: Found, weight: float, site: _Site) -> _Reading:
    is_shown = _HEADING.match(found.where) is not None
    text = _without_site(clean_title(found.value, is_shown=is_shown), site)
    key = " ".join(words(text))
    is_lead = text.endswith(":")  # it opens what follows it, and names nothing
    if key in _NO_TITLES or not _LETTER.search(text) or "://" in text or is_lead or site.is_named(text):
        key = ""
    return _Reading(found, text, key, weight, bool(_ELLIPSIS.search(text)))


def _without_site(text: str, site: _Site) -> str:
    """The title without parts at either end that are the site's name or a section's."""
    parts = _parts(text)
    while len(parts) > 1:
        if site.is_furniture(parts[-1]) or site.is_folder(parts[-1]):
            parts = parts[:-2]
        elif site.is_furniture(parts[0]):
            parts = parts[2:]
        else:
            break
    text = "".join(parts).strip()
    label = _LABEL.match(text)
    return text[label.end() :] if label and fold(label[1]) in _KINDS else text


def _parts(text: str) -> list[str]:
    """The title at its separators, these between; whole where it has more than any title."""
    parts = _SEPARATOR.split(text, maxsplit=_MOST_PARTS + 1)
    return parts if len(parts) <= 2 * _MOST_PARTS + 1 else [text]


def _agreeing(readings: list[_Reading], site: _Site) -> list[_Reading]:
    """The readings, each that holds or cuts another place's title read as that title."""
    keys = {reading.key: reading for reading in readings if reading.key and not reading.was_cut}
    return [_agreed(reading, keys, site, len(readings) == 1) for reading in readings]


def _agreed(reading: _Reading, keys: dict[str, _Reading], site: _Site, is_alone: bool) -> _Reading:
    if not reading.key:
        return reading
    if reading.was_cut:
        stem = " ".join(words(_ELLIPSIS.sub("", reading.text)))
        wholes = (r for key, r in keys.items() if key.startswith(stem) and len(stem) >= _MIN_STEM)
        # A title may end with an ellipsis of its own, and the site's name behind it.
        whole = next((r for r in wholes if not r.text.startswith(reading.text)), None)
        return _as(reading, whole) if whole else reading
    for shorter in _shorter(reading.text):
        key = " ".join(words(shorter))
        if key in keys and key != reading.key:
            return _as(reading, keys[key])
    if reading.found.where.startswith(("page:title", "meta:")) or is_alone:
        return _without_last(reading, site)
    return reading


def _as(reading: _Reading, other: _Reading) -> _Reading:
    return _Reading(reading.found, other.text, other.key, reading.weight, was_cut=False)


def _shorter(text: str) -> Iterator[str]:
    """What is left of a title without its last parts, then without its first, longest first."""
    parts = _parts(text)
    for count in range(len(parts) - 2, 0, -2):
        yield "".join(parts[:count])
        yield "".join(parts[-count:])


def _without_last(reading: _Reading, site: _Site) -> _Reading:
    """The title without a short last part behind a bar: a site whose name nobody told us."""
    parts = _parts(reading.text)
    if len(parts) < 3 or parts[-2].strip() not in _STRONG:
        return reading
    head, last = _without_site("".join(parts[:-2]), site), parts[-1]
    if len(last.split()) > 5 or len(head.split()) < 2:
        return reading
    return _Reading(reading.found, head, " ".join(words(head)), reading.weight, was_cut=False)
