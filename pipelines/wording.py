"""An article as its words: what near-duplicates and translations are recognised by.

Knows no archive and decides nothing; all that is costly is worked out when first asked for.
Start reading at `Wording`.
"""

import re
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from zlib import crc32

from aggregator.items import Article
from aggregator.text import fold
from pipelines.facts import NUMERALS
from pipelines.keys import own_text

# Longer texts are compared by their first five thousand words: a book on a page costs no more
# than a long report. At half, long interviews with a new foreword would be told apart.
_READ_CHARACTERS = 30_000
_TITLE_CHARACTERS = 500
_THOUSANDS = re.compile(r"(?<=\d)[.,](?=\d{3}(?!\d))")
# Scripts without spaces are read letter by letter.
_UNSPACED = "\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
_WORD = re.compile(rf"\d+(?:[.,]\d+)*|[{_UNSPACED}]|[^\W\d_{_UNSPACED}]+")
# A capital behind a word that ends no sentence.
_NAME = re.compile(r"(?<=[\w,;)] )[A-ZÀ-Þ][^\W\d_]+")
_ELIDED = re.compile(r"(?<=[a-z]')[a-z]{3,}")
# Where more words than this are written like names, capitals say nothing; nor do they in German.
_MOST_NAMES = 0.5
_CAPITAL_NOUNS = frozenset(("de", "lb", "nds"))

# Short words are mostly articles and prepositions.
_SHORT, _SHORT_WEIGHT = 3, 0.3

_GOLDEN, _MIX_1, _MIX_2 = 0x9E3779B97F4A7C15, 0xD6E8FEB86659FD93, 0xC2B2AE3D27D4EB4F
_BITS_64, _BITS_40 = (1 << 64) - 1, (1 << 40) - 1


@dataclass(frozen=True, eq=False)
class Wording:
    """The words of an article, its own ones only, and when and where it stood.

    Shapes: texts are repaired, a line a block; `day` is None where the date is unknown.
    """

    title: str
    text: str
    language: str = ""
    source_id: str = ""
    day: date | None = None

    @cached_property
    def folded(self) -> str:
        """The text's own words as comparisons see them."""
        return fold(own_text(self.text[:_READ_CHARACTERS], self.title))

    @cached_property
    def words(self) -> list[str]:
        """The text's own words, folded, apostrophes left out, numbers in digits, in order."""
        return _words(self.folded, self.language)

    @cached_property
    def elided(self) -> frozenset[str]:
        """Words behind an apostrophe, which `words` has with what stands before it: `dell'energia`."""
        return frozenset(_ELIDED.findall(self.folded)).union(_ELIDED.findall(fold(self.title)))

    @cached_property
    def weights(self) -> list[float]:
        """What each word carries of what the text says: short ones less."""
        return [_SHORT_WEIGHT if len(word) <= _SHORT else 1.0 for word in self.words]

    @cached_property
    def title_words(self) -> list[str]:
        """The title's words, in the same way."""
        return _words(fold(self.title[:_TITLE_CHARACTERS]), self.language)

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        """All words of title and text."""
        return frozenset(self.words).union(self.title_words)

    @cached_property
    def shingles(self) -> list[int]:
        """A hash of each three words in a row, in order."""
        hashes = [_WORDS[word] for word in self.words]
        return [
            ((x * _MIX_1 ^ y * _MIX_2 ^ z) * _GOLDEN >> 20) & _BITS_40
            for x, y, z in zip(hashes, hashes[1:], hashes[2:])  # noqa: B905 - the last two have no third
        ]

    @cached_property
    def shingle_set(self) -> frozenset[int]:
        """The shingles, to be looked up in."""
        return frozenset(self.shingles)

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


class _WordHashes(dict[str, int]):
    """Hashes of words that are the same on every machine, each computed once."""

    def __missing__(self, word: str) -> int:
        if len(self) > 200_000:  # some 20 MB; a language has fewer words in use
            self.clear()
        data = word.encode("utf-8", "surrogatepass")
        value = self[word] = (crc32(data) << 32 | crc32(data, 0x9E3779B9)) & _BITS_64
        return value


_WORDS = _WordHashes()


def word_hash(text: str) -> int:
    """40 bits that are the same on every machine."""
    return (_WORDS[text] * _GOLDEN >> 20) & _BITS_40


def wording(article: Article) -> Wording:
    """The Article's words; its summary stands for a text that it lacks."""
    return Wording(
        title=article.title,
        text=article.text or article.summary,
        language=article.language,
        source_id=article.source_id,
        day=article.published.day if article.published else None,
    )


def _words(folded: str, language: str) -> list[str]:
    plain = folded.replace("'", "")
    if "." in plain or "," in plain:
        plain = _THOUSANDS.sub("", plain)
    found = _WORD.findall(plain)
    numerals = NUMERALS.get(language)
    return [numerals.get(word, word) for word in found] if numerals else found
