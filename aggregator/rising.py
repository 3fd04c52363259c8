"""Words and names that texts of late have oftener than those before: one list, the surest first.

Knows nothing of where the texts come from. Start reading at `rising`.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import log

from aggregator.text import fold

# Two to four words with capitals in a row, as names are written: `Regione Lombardia`, `Anna Rossi`.
_NAME = re.compile(r"\b(?:[A-Z][\w’']+(?:\s+(?:di|de|del|della|dei|of|the)\s+|\s+|-)){1,3}[A-Z][\w’']+\b")
_WORD = re.compile(r"[^\W\d_]{4,}")
# In fewer articles of late a word is chance; so is a ratio below that of one in twenty (chi square).
_FEWEST = 3
_LEAST = 3.84


@dataclass(frozen=True, slots=True)
class Rise:
    """A word or name, and in how many articles it stands: of late, and before."""

    words: str
    is_name: bool
    recent: int
    before: int
    score: float


def rising(recent: Iterable[str], before: Iterable[str], *, limit: int = 30) -> list[Rise]:
    """What stands in a greater share of the recent texts than of those before.

    Shapes: by the log-likelihood ratio (Dunning 1993), highest first; a word that stands only within a
        name of the list is left out.
    """
    late, late_texts = _counted(recent)
    early, early_texts = _counted(before)
    found = [
        Rise(words, is_name, count, early[words, is_name], score)
        for (words, is_name), count in late.items()
        if count >= _FEWEST
        and (score := _likelihood(count, late_texts, early[words, is_name], early_texts)) > _LEAST
    ]
    found.sort(key=lambda rise: (-rise.score, rise.words))
    named = {word: rise.recent for rise in found if rise.is_name for word in fold(rise.words).split()}
    kept = [rise for rise in found if rise.is_name or named.get(rise.words, 0) < rise.recent]
    return kept[:limit]


def _counted(texts: Iterable[str]) -> tuple[Counter[tuple[str, bool]], int]:
    counts: Counter[tuple[str, bool]] = Counter()
    number = 0
    for text in texts:
        counts.update(set(_said(text)))
        number += 1
    return counts, number


def _said(text: str) -> Iterator[tuple[str, bool]]:
    for match in _NAME.finditer(text):
        yield " ".join(match[0].split()), True
    for word in _WORD.findall(fold(text)):
        yield word, False


def _likelihood(late: int, late_texts: int, early: int, early_texts: int) -> float:
    """Twice the log-likelihood ratio of the two shares; negative where the share fell, 0 without texts."""
    if not late_texts or not early_texts:
        return 0.0
    share = (late + early) / (late_texts + early_texts)
    total = 2 * (_part(late, late_texts, share) + _part(early, early_texts, share))
    return total if late / late_texts > early / early_texts else -total


def _part(count: int, texts: int, share: float) -> float:
    inside = count * log(count / (texts * share)) if count else 0.0
    rest = texts - count
    outside = rest * log(rest / (texts * (1 - share))) if rest and share < 1 else 0.0
    return inside + outside
