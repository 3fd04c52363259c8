"""The date of publication in the state that a page's own program reads: objects in scripts and attributes.

Never runs a script, nor trusts it to be JSON; never parses a date. Start reading at `read_state`.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from urllib.parse import unquote

from lxml import etree

from aggregator import urls
from aggregator.extract.jsonld import Founds
from aggregator.items import Found

# Next, Nuxt, Gatsby, Redux and tag managers' `dataLayer` all write such pairs; systems differ in their
# spelling. `date` alone is believed only beside the article's own title or address.
_VALUE = re.compile(r""":\s*["'](?P<value>\d{4}-\d\d-\d\d[^"'\\<]{0,25}|\d{1,2}[ /.-][^"'\\<]{4,25})["']""")
_KEY = re.compile(
    r"""(?<![\w$])["']?(?P<key>
        (?:first[_-]?|original[_-]?)?(?:publish|publication|published|pub)[_-]?(?:date|time|at|on)(?:[_-]?(?:time|utc))?
        |date[_-]?published|first[_-]?published|data[_-]?pubblicazione|pubblicat[oa][_-]?il|date
    )["']?\s*$""",
    re.IGNORECASE | re.VERBOSE,
)
_LONGEST_KEY = 50
_MARKS = re.compile(r"[{}\[\]]")
_PLAIN_KEY = "date"
# How far out of the date's own object the title or address may stand: `{title, meta: {publishedAt}}`.
_MOST_LEVELS = 3
_MAX_SCRIPT, _MAX_PAIRS = 2_000_000, 300
_LEAST_TITLE, _LEAST_SLUG = 12, 8
_ATTRIBUTES = etree.XPath("//@*[starts-with(., '{') and string-length(.) > 60]", smart_strings=False)
_ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")


@dataclass(frozen=True, slots=True)
class _Pair:
    key: str
    value: str
    levels: int


def read_state(root: etree._Element, addresses: Iterable[str], titles: Iterable[str]) -> Founds:
    """The date of the object that has the page's title or address, or of the page's only object.

    Shapes: none where objects as near to the page's own name differ. Never raises.
    """
    marks = _marks_of(addresses, titles)
    pairs = [pair for text in _states(root) for pair in _pairs(text, marks)]
    nearest = min((pair.levels for pair in pairs), default=0)
    close = [pair for pair in pairs if pair.levels == nearest]
    named = [pair for pair in close if pair.key.lower() != _PLAIN_KEY] or close
    if len({pair.value[:10] for pair in named}) != 1:
        return {}
    return {"published": [Found(named[0].value, f"script:{named[0].key}")]}


def _marks_of(addresses: Iterable[str], titles: Iterable[str]) -> tuple[str, ...]:
    """What names the article in a script: its title, and the last part of its address, as values."""
    slugs = (unquote(urls.path_of(a).rstrip("/").rpartition("/")[2]) for a in addresses)
    values = [title for title in titles if len(title) >= _LEAST_TITLE]
    values += [f"{slug}{end}" for slug in slugs if len(slug) >= _LEAST_SLUG for end in "\"'/"]
    return tuple(dict.fromkeys(values))


def _states(root: etree._Element) -> Iterator[str]:
    yield from _scripts(root)
    # Inertia's `data-page`, the `props` of Astro's islands.
    values = _ATTRIBUTES(root)
    yield from (str(v) for v in islice(values, _MAX_PAIRS)) if isinstance(values, list) else ()


def _scripts(root: etree._Element) -> Iterator[str]:
    for script in root.iter("script"):
        text = script.text
        if not text or len(text) > _MAX_SCRIPT or "ld+json" in (script.get("type") or "").lower():
            continue
        if "\\" in text:
            # State within a string of a script, as Next streams it, has its quotes escaped once more.
            text = text.replace('\\\\"', "'").replace('\\"', '"').replace("\\/", "/")
            text = _ESCAPED.sub(lambda m: chr(int(m[1], 16)), text)
        yield text


def _pairs(text: str, marks: tuple[str, ...]) -> Iterator[_Pair]:
    """The dates of a script, with how far out of each one's object the article is named."""
    found = list(islice(_dated(text), _MAX_PAIRS))
    if not found:
        return
    brackets = [(m.start(), m[0]) for m in _MARKS.finditer(text)]
    places = _around([at for at, _, _ in found], brackets, len(text))
    for (_, key, value), around in zip(found, places, strict=True):
        near = enumerate(around[:_MOST_LEVELS])
        levels = next((n for n, (start, end) in near if _names(text, start, end, marks)), None)
        is_only = all(text[start] == "{" for start, _ in around) and key.lower() != _PLAIN_KEY
        if levels is not None or is_only:
            yield _Pair(key, value, _MOST_LEVELS if levels is None else levels)


def _dated(text: str) -> Iterator[tuple[int, str, str]]:
    """Place, key and value of each pair that dates something; values are rarer than words like a key."""
    for value in _VALUE.finditer(text):
        before = text[max(0, value.start() - _LONGEST_KEY) : value.start()]
        if key := _KEY.search(before):
            yield value.start(), key["key"], value["value"]


def _names(text: str, start: int, end: int, marks: tuple[str, ...]) -> bool:
    return any(text.find(mark, start, end) >= 0 for mark in marks)


def _around(
    places: list[int], brackets: list[tuple[int, str]], size: int
) -> list[tuple[tuple[int, int], ...]]:
    """The spans of the objects and lists around each place, innermost first."""
    ends: dict[int, int] = {}
    stack: list[int] = []
    out: list[tuple[int, ...]] = []
    waiting = iter([*places, size])
    place = next(waiting)
    for at, sign in [*brackets, (size, "")]:
        while place < at:
            out.append(tuple(reversed(stack)))
            place = next(waiting, size)
        if sign in ("{", "["):
            stack.append(at)
        elif stack and sign:
            ends[stack.pop()] = at
    return [tuple((start, ends.get(start, size)) for start in starts) for starts in out]
