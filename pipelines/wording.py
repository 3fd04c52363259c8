"""An article as its words: what near-duplicates and translations are recognised by.

Knows no archive and decides nothing; all that is costly is worked out when first asked for.
Start reading at `Wording`.
"""

import re
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import accumulate
from struct import pack, unpack
from zlib import crc32

from aggregator.items import Article
from aggregator.text import fold
from pipelines.facts import NUMERALS
from pipelines.keys import key_of, own_text, text_key

# Longer texts are compared by their first five thousand words: a book on a page costs no more
# than a long report. At half, long interviews with a new foreword would be told apart.
_READ_CHARACTERS = 30_000
_TITLE_CHARACTERS = 500
# The sign comes first in these patterns: a scan for it passes over all else.
_THOUSANDS = re.compile(r"[.,](?<=\d.)(?=\d{3}(?!\d))")
_DECIMAL = re.compile(r"[.,](?<=\d.)(?=\d)")
_MIXED_SIGN = re.compile(r"\d(?:[a-z]|(?<=[a-z]\d))")
_MIXED = re.compile(r"(?<=[a-z])(?=\d)|(?<=\d)(?=[a-z])")
# Scripts without spaces are read letter by letter.
_UNSPACED = "\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
_WORD = re.compile(rf"\d+(?:[.,]\d+)*|[{_UNSPACED}]|[^\W\d_{_UNSPACED}]+")
# A capital behind a word that ends no sentence.
_NAME = re.compile(r"[A-ZÀ-Þ](?<=[\w,;)] .)[^\W\d_]+")
_NOT_ASCII = re.compile(r"[^\x00-\x7f]+")
_ELIDED = re.compile(r"'(?<=[a-z]')([a-z]{3,})")
# Where more words than this are written like names, capitals say nothing; nor do they in German.
_MOST_NAMES = 0.5
_CAPITAL_NOUNS = frozenset(("de", "lb", "nds"))

# A time of day: `2.30 pm`, `5 p.m.`, `16:00`; of those that Italian writes with a dot only a full hour
# may be written otherwise.
_TIME = re.compile(r"(\d(?<!\w.)\d?)(?:[.:]([0-5]\d))?(?: ?([ap])\.? ?m\b|(?<=:\d\d)\b|(?<=\.00)\b)")

_SHORT, _SHORT_WEIGHT = 3, 0.3

# One number holds a text, a word in each lane of 128 bits, so that a few multiplications mix all of
# its shingles at once. Archives hold keys made of these numbers: others would find no older copy.
_GOLDEN, _MIX_1, _MIX_2 = 0x9E3779B97F4A7C15, 0xD6E8FEB86659FD93, 0xC2B2AE3D27D4EB4F
_LANE = 128
_LOW_HALF = b"\xff" * 8 + bytes(8)
_SHIFT, _BITS_40 = 20, (1 << 40) - 1


@dataclass(frozen=True, eq=False)
class Wording:
    """The words of an article, its own ones only, and when and where it stood.

    Shapes: texts are repaired, a line a block; `day` is None where the date is unknown; `marks` are
        addresses of its image and of pages elsewhere that it leads to (see `marks_of`).
    """

    title: str
    text: str
    language: str = ""
    source_id: str = ""
    day: date | None = None
    marks: tuple[str, ...] = ()

    @cached_property
    def folded(self) -> str:
        """The text's own words as comparisons see them."""
        return own_text(self.text[:_READ_CHARACTERS], self.title)

    @cached_property
    def text_key(self) -> str:
        """What equal texts share."""
        is_read = len(self.text) <= _READ_CHARACTERS
        return key_of(self.folded, self.title) if is_read else text_key(self.text, self.title)

    @cached_property
    def words(self) -> tuple[str, ...]:
        """The text's own words, folded, apostrophes left out, numbers in digits, in order."""
        return _words(self.folded, self.language)

    @cached_property
    def elided(self) -> frozenset[str]:
        """Words behind an apostrophe, which `words` has with what stands before it: `dell'energia`."""
        title = fold(self.title)
        if "'" not in self.folded and "'" not in title:
            return frozenset()
        return frozenset(_ELIDED.findall(self.folded)).union(_ELIDED.findall(title))

    @cached_property
    def reach(self) -> list[float]:
        """How much of what the text says stands before each word, and at last how much there is.

        Units: words; short ones, mostly articles and prepositions, count less.
        """
        weights = [_SHORT_WEIGHT if len(word) <= _SHORT else 1.0 for word in self.words]
        return list(accumulate(weights, initial=0.0))

    @cached_property
    def title_words(self) -> tuple[str, ...]:
        """The title's words, in the same way."""
        return _words(fold(self.title[:_TITLE_CHARACTERS]), self.language)

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        """All words of title and text."""
        return frozenset(self.words).union(self.title_words)

    @cached_property
    def common_words(self) -> frozenset[str]:
        """The vocabulary with times of day as both languages may write them: `2.30 pm` as `14.30`."""
        title = fold(self.title[:_TITLE_CHARACTERS])
        if not _TIME.search(self.folded) and not _TIME.search(title):
            return self.vocabulary
        both = (_words(_TIME.sub(_of_24, text), self.language) for text in (self.folded, title))
        return frozenset().union(*both)

    @cached_property
    def numbers(self) -> frozenset[str]:
        """Those of its words that are numbers."""
        return frozenset([word for word in self.vocabulary if word[0].isdigit()])

    @cached_property
    def shingles(self) -> tuple[int, ...]:
        """A hash of each three words in a row, in order."""
        count = len(self.words)
        text = int.from_bytes(b"".join(map(_WORDS.__getitem__, self.words)), "little")
        mixed = (text * _MIX_1) ^ ((text >> _LANE) * _MIX_2) ^ (text >> 2 * _LANE)
        mixed = (mixed & int.from_bytes(_LOW_HALF * count, "little")) * _GOLDEN
        lanes = unpack(f"<{2 * count}Q", mixed.to_bytes(_LANE // 8 * count, "little"))
        return tuple([lane >> _SHIFT & _BITS_40 for lane in lanes[: max(2 * count - 4, 0) : 2]])

    @cached_property
    def shingle_set(self) -> frozenset[int]:
        """The shingles, to be looked up in."""
        return frozenset(self.shingles)

    @cached_property
    def places(self) -> dict[int, int]:
        """Where each shingle stands first."""
        return dict(zip(reversed(self.shingles), range(len(self.shingles) - 1, -1, -1), strict=True))

    @cached_property
    def names(self) -> frozenset[str]:
        """Words that are written as names where no sentence begins; empty where all are."""
        if self.language in _CAPITAL_NOUNS:
            return frozenset()
        text = f"{self.text[:_READ_CHARACTERS]}\n{self.title[:_TITLE_CHARACTERS]}"
        found = _NAME.findall(text.replace("’", "'").replace("'", " "))
        if len(found) > _MOST_NAMES * (len(self.words) + len(self.title_words)):
            return frozenset()
        return frozenset(fold(" ".join(found)).split())


class _WordLanes(dict[str, bytes]):
    """Hashes of words that are the same on every machine, each computed once, as shingles mix them."""

    def __missing__(self, word: str) -> bytes:
        if len(self) > 200_000:  # some 30 MB; a language has fewer words in use
            self.clear()
        lane = self[word] = pack("<QQ", _hash(word), 0)
        return lane


_WORDS = _WordLanes()


def word_hash(text: str) -> int:
    """40 bits that are the same on every machine."""
    return _hash(text) * _GOLDEN >> _SHIFT & _BITS_40


def _hash(text: str) -> int:
    data = text.encode("utf-8", "surrogatepass")
    return crc32(data) << 32 | crc32(data, 0x9E3779B9)


def wording(article: Article) -> Wording:
    """The Article's words; its summary stands for a text that it lacks."""
    return Wording(
        title=article.title,
        text=article.text or article.summary,
        language=article.language,
        source_id=article.source_id,
        day=article.published.day if article.published else None,
    )


def _of_24(time: re.Match[str]) -> str:
    """The time by the clock of 24 hours, a full hour with its minutes and without."""
    hour, minutes, half = int(time[1]), time[2] or "00", time[3]
    if half and hour <= 12:
        hour = hour % 12 + 12 * (half == "p")
    return f" {hour}.00 {hour} " if minutes == "00" else f" {hour}.{minutes} "


def _words(folded: str, language: str) -> tuple[str, ...]:
    found = _runs(folded.replace("'", ""))
    numerals = NUMERALS.get(language)
    return tuple(map(numerals.get, found, found)) if numerals else tuple(found)


def _runs(plain: str) -> list[str]:
    if "." in plain or "," in plain:
        plain = _THOUSANDS.sub("", plain)
    if not plain.isascii():
        others = "".join(_NOT_ASCII.findall(plain))
        if any(map(str.isalnum, others)):
            return _WORD.findall(plain)
    # What follows is the pattern, three times as fast.
    if _DECIMAL.search(plain):
        plain = _DECIMAL.sub(lambda sign: "\x01" if sign[0] == "." else "\x02", plain)
    letters = plain.encode("ascii", "replace").translate(_APART).decode()
    return (_MIXED.sub(" ", letters) if _MIXED_SIGN.search(letters) else letters).split()


def _apart() -> bytes:
    """What becomes of each byte: letters and digits stay, marked decimal signs come back."""
    table = bytearray(code if chr(code).isalnum() else 32 for code in range(128)) + bytes([32]) * 128
    table[1], table[2] = b".,"
    return bytes(table)


_APART = _apart()
