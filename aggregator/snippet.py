"""The place of a text where the words that were looked for stand, and which of its words they are.

Knows nothing of the index: it finds them again, by the same stems. Start reading at `snippet`.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from aggregator.query import And, Expression, Not, Or, Phrase, Prefix, Word
from aggregator.stems import stems, tokens

_WORD = re.compile(r"[^\W_]+")
# Words of a text that are looked through: an opening of some pages.
_MOST_WORDS = 5000


@dataclass(frozen=True, slots=True)
class Fragment:
    """A piece of text; `is_hit` where it is a word that was looked for."""

    text: str
    is_hit: bool = False


def snippet(text: str, words: Expression | None, *, length: int = 30) -> tuple[Fragment, ...]:
    """So many words of the text around the place where most of what was looked for stands.

    Shapes: fragments join to one line, with an ellipsis where the text goes on; the opening where
        nothing is found or looked for; empty for an empty text.
    """
    found = [(match.start(), match.end()) for match in _WORD.finditer(text)][:_MOST_WORDS]
    if not found:
        return ()
    hits = _hits(text, found, list(_leaves(words)) if words is not None else [])
    first = _best(hits, length)
    last = min(first + length, len(found))
    return tuple(_cut(text, found, hits, first, last))


def mark(text: str, words: Expression | None) -> tuple[Fragment, ...]:
    """The whole text, a title mostly, with the words that were looked for."""
    return snippet(text, words, length=_MOST_WORDS)


def _leaves(words: Expression) -> Iterator[Word | Prefix | Phrase]:
    """What must or may be there."""
    match words:
        case And(parts) | Or(parts):
            for part in parts:
                yield from _leaves(part)
        case Not():
            return
        case _:
            yield words


def _hits(
    text: str, found: Sequence[tuple[int, int]], leaves: Sequence[Word | Prefix | Phrase]
) -> dict[int, int]:
    """Which word of the text is which of the leaves."""
    folded = [" ".join(tokens(text[start:end])) for start, end in found] if leaves else []
    hits: dict[int, int] = {}
    for number, leaf in enumerate(leaves):
        match leaf:
            case Word(word):
                wanted = set(stems([word]))
                at = (n for n, said in enumerate(folded) if wanted & set(stems([said])))
            case Prefix(start):
                at = (n for n, said in enumerate(folded) if said.startswith(start))
            case Phrase(row):
                size = len(row)
                heads = (n for n in range(len(folded)) if tuple(folded[n : n + size]) == row)
                at = (n + offset for n in heads for offset in range(size))
        for n in at:
            hits.setdefault(n, number)
    return hits


def _best(hits: dict[int, int], length: int) -> int:
    """The first word of the piece that holds most different leaves, then most hits, then comes first."""
    best, first = (0, 0), 0
    for start in sorted(hits):
        inside = [hits[n] for n in range(start, start + length) if n in hits]
        if (score := (len(set(inside)), len(inside))) > best:
            best, first = score, start
    return max(0, first - length // 4) if first + length // 4 * 3 > length else 0


def _cut(
    text: str, found: Sequence[tuple[int, int]], hits: dict[int, int], first: int, last: int
) -> Iterator[Fragment]:
    begin = found[first][0] if first else 0
    end = found[last - 1][1] if last < len(found) else len(text)
    plain = "… " if first else ""
    at = begin
    for n in range(first, last):
        if n in hits:
            plain += _flat(text[at : found[n][0]])
            if plain:
                yield Fragment(plain)
            plain, at = "", found[n][1]
            yield Fragment(text[found[n][0] : at], is_hit=True)
    plain += _flat(text[at:end]) + (" …" if last < len(found) else "")
    if plain:
        yield Fragment(plain)


def _flat(text: str) -> str:
    return re.sub(r"\s+", " ", text)
