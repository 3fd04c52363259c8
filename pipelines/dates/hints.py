"""Which parts of a long text may state a day at all: the rest need not be read for one.

Knows the words of dates and no grammar. Start reading at `near_hints`.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from pipelines.dates.names import DAY_OFFSETS, DAY_WORDS_EN, DAY_WORDS_IT, FULL_WEEKDAYS, MONTHS, WEEKDAYS

# Letters kept before and after a hint: a label and a weekday before, hours and a year after. Twelve
# tokens are looked ahead at most, seven behind for a label.
_BEFORE, _AFTER = 160, 200
# Shorter texts are read whole.
_SHORT = 500
# These say a day by themselves; what is counted to one comes in plurals: `fra due settimane`.
_ALONE = frozenset(
    {*FULL_WEEKDAYS, *DAY_OFFSETS, "giorni", "settimane", "days", "weeks", "odierna", "stasera"}
)
_WORDS = _ALONE | {word[:-1] + "ì" for word in FULL_WEEKDAYS if word.endswith("i")}
# These only beside a number; many of them are words of other meaning too: `may`, `set`, `sun`.
_NUMBERED = frozenset(word for word in (*MONTHS, *WEEKDAYS) if len(word) > 2)
_NUMBERS = frozenset((*DAY_WORDS_IT, *DAY_WORDS_EN))
_BESIDE = 16
_JOINT = " ; "  # no date reaches over it
# Words as bytes of Windows-1252 are cut and compared four times as fast as by a pattern for letters.
_KNOWN = {word.encode("cp1252"): word for word in _WORDS | _NUMBERED}
_LETTERS = bytes(c if bytes([c]).decode("cp1252", "replace").isalpha() else 32 for c in range(256))
_DIGIT = re.compile(r"\d")
# Figures of a date; a row of single letters as some systems space them, and what no text with one
# lacks; an entity.
_FIGURES = re.compile(r"\d ?[./-] ?\d")
_SPACED = re.compile(r"(?<!\S)(?:\S[ \u00a0]{1,3}){6}")
_MAYBE_SPACED = re.compile(r"[ \u00a0]\S[ \u00a0]{1,3}\S[ \u00a0]{1,3}\S[ \u00a0]")
_ENTITY = re.compile(r"&(?=\w)")


@dataclass(frozen=True, slots=True)
class Near:
    """The parts of a text that may state a day, joined, and where each of them began in it.

    Shapes: `parts` are (place in `text`, place in the whole), in order.
    """

    text: str
    parts: tuple[tuple[int, int], ...]

    def place(self, span: tuple[int, int]) -> tuple[int, int]:
        """Where a span of `text` stands in the whole."""
        here, whole = self.parts[bisect_right(self.parts, (span[0], len(self.text) ** 2)) - 1]
        return span[0] - here + whole, span[1] - here + whole


def near_hints(text: str) -> Near:
    """The parts of the text that are near to anything like a date; all of a short one."""
    flat = text.lower()
    if len(text) <= _SHORT or len(flat) != len(text):
        return Near(text, ((0, 0),))
    kept: list[str] = []
    parts: list[tuple[int, int]] = []
    size = 0
    for start, stop in _windows(flat):
        parts.append((size, start))
        kept.append(text[start:stop] + _JOINT)
        size += len(kept[-1])
    return Near("".join(kept), tuple(parts) or ((0, 0),))


def _windows(flat: str) -> Iterator[tuple[int, int]]:
    """Where to read, apart from each other, from a blank on."""
    first = stop = 0
    for begin, end in sorted(_hints(flat)):
        start = begin - _BEFORE
        if start > stop:
            if stop:
                yield first, stop
            first = max(flat.find(" ", start, begin), start)
        stop = max(stop, end + _AFTER)
    if stop:
        yield first, min(stop, len(flat))


def _hints(flat: str) -> Iterator[tuple[int, int]]:
    """The spans of all that may be of a date, in any order."""
    yield from _spans(_FIGURES, flat)
    if "&" in flat:
        yield from _spans(_ENTITY, flat)
    if _MAYBE_SPACED.search(flat):
        yield from _spans(_SPACED, flat)
    for said in _KNOWN.keys() & flat.encode("cp1252", "replace").translate(_LETTERS).split():
        word = _KNOWN[said]
        yield from (span for span in _places(flat, word) if word in _WORDS or _has_number(flat, *span))


def _spans(pattern: re.Pattern[str], flat: str) -> Iterator[tuple[int, int]]:
    return (match.span() for match in pattern.finditer(flat))


def _places(flat: str, word: str) -> Iterator[tuple[int, int]]:
    """Where the word stands with no letter beside it."""
    start = flat.find(word)
    while start >= 0:
        stop = start + len(word)
        if not flat[start - 1 : start].isalpha() and not flat[stop : stop + 1].isalpha():
            yield start, stop
        start = flat.find(word, stop)


def _has_number(flat: str, start: int, stop: int) -> bool:
    first, last = max(0, start - _BESIDE), stop + _BESIDE
    return bool(_DIGIT.search(flat, first, last)) or not _NUMBERS.isdisjoint(flat[first:last].split())
