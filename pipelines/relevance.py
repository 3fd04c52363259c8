"""Which clusters and topics of the vocabulary an article names, in Italian and English.

Knows nothing of sources or the store, and has no opinion on what is kept: it finds mentions.
Start reading at `mentions`.

How the words of a `Term` are written (in `topics.toml` and catalogues):

- Whole words, whatever their case and accents: `idrogeno` is found in `L'Idrogeno verde` and not
  in `idrogenodotto`. Apostrophes, hyphens and other marks part words: `life-science`,
  `life science` and `Life Science` are the same; `lifescience` is another, so give it too.
- The language says which plurals count, word by word, so give the singular: under "it"
  `bando europeo` also finds `bandi europei`, under "en" `fuel cell` also finds `fuel cells`.
  Under "" (names, the same in all languages) only what is written is found. The language is
  that of the word, not of the article: Italian words are looked for in English texts as well.
- A star at the end of a word stands for any ending: `aerospazial*`, `veicol* elettric*`. Use it
  for adjectives, whose gender no plural rule covers. At least three letters come before the star.
- A word without small letters is an acronym, found only as it is written: `CLM`, `LE2C`, `CO2`.
- `TAV ~ cluster` finds the left only where the right is within eight words of it, before or
  after: for acronyms and words that mean something else elsewhere (`TAV` is a railway,
  `SCC` a court). Both sides may be several words, starred, inflected.
"""

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from aggregator.items import Mention, Term, Vocabulary
from aggregator.text import fold, words

# How far apart, in words, the two sides of `~` may stand: `il Cluster delle Tecnologie per gli
# Ambienti di Vita (TAV)` has six words between; at twice that, neighbouring sentences join.
_NEAR_WORDS = 8
# Longest word that is still an acronym when written in capitals alone.
_ACRONYM_LETTERS = 8
# The text is read up to here: names of an article's subject do not first come up on page forty.
_TEXT_LIMIT = 60_000

_TOKEN = re.compile(r"\w+")
# A word that no pattern has keeps the end of one tag from joining the start of the next.
_BETWEEN = " _ "
# Italian nouns and adjectives in the plural: (ending, endings of its plurals), longest first.
# `medico/medici` and `parco/parchi` differ by stress, which spelling does not show: both count.
_ITALIAN = (
    ("logo", ("logi", "loghi")),
    ("co", ("ci", "chi")),
    ("go", ("ghi", "gi")),
    ("ca", ("che",)),
    ("ga", ("ghe",)),
    ("cia", ("ce", "cie")),
    ("gia", ("ge", "gie")),
    ("io", ("i",)),
    ("ista", ("isti", "iste")),
    ("o", ("i",)),
    ("a", ("e",)),
    ("e", ("i",)),
)
# English nouns in the plural: (ending, endings of its plurals), longest first.
_ENGLISH = (
    ("ay", ("ays",)), ("ey", ("eys",)), ("oy", ("oys",)), ("uy", ("uys",)), ("y", ("ies",)),
    ("ch", ("ches",)), ("sh", ("shes",)), ("s", ("ses",)), ("x", ("xes",)), ("z", ("zes",)),
    ("", ("s",)),
)  # fmt: skip
# Words that have no plural of their own inside a name, articles and prepositions among them.
_SHORTEST_INFLECTED = 4


@dataclass(frozen=True, slots=True)
class _Word:
    """One word of a pattern: the folded forms it takes, or the exact spelling of an acronym."""

    forms: frozenset[str] = frozenset()
    prefix: str = ""
    acronym: str = ""

    def fits(self, exact: str, folded: str) -> bool:
        if self.acronym:
            return exact == self.acronym
        if self.prefix:
            return folded.startswith(self.prefix)
        return folded in self.forms


@dataclass(frozen=True, slots=True)
class _Pattern:
    """The words of a term in a row, and those that must stand near them, if any."""

    term: str
    words: tuple[_Word, ...]
    near: tuple[_Word, ...] = ()


@dataclass(frozen=True, slots=True)
class _Matcher:
    """Patterns by what their first word may begin with, so that a text is walked once."""

    by_word: dict[str, tuple[_Pattern, ...]]
    by_prefix: dict[str, tuple[_Pattern, ...]]
    prefix_lengths: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Tokens:
    """The words of a text as printed and as folded, one for one, and where each folded one stands."""

    exact: tuple[str, ...]
    folded: tuple[str, ...]
    places: dict[str, list[int]]


def mentions(title: str, text: str, tags: tuple[str, ...], vocabulary: Vocabulary) -> tuple[Mention, ...]:
    """The terms that an article names: for each field that names one, its first match there.

    Shapes: in the order title, tags, text; `words` as they are printed; at most one Mention for
        a term and field, `where` being the field's name.
    """
    if not vocabulary.terms:
        return ()
    matcher = _matcher(vocabulary)
    found: list[Mention] = []
    for where, value in (("title", title), ("tags", _BETWEEN.join(tags)), ("text", text[:_TEXT_LIMIT])):
        if not _starts(words(value), matcher):
            continue
        tokens = _tokens(value)
        for pattern, start in _first_matches(tokens, matcher):
            printed = " ".join(tokens.exact[start : start + len(pattern.words)])
            found.append(Mention(pattern.term, printed, where))
    return tuple(found)


def check_words(term: Term) -> str | None:
    """What is wrong with the words of a term, in words for its author; None if nothing is."""
    for _, text in term.words:
        sides = text.split("~")
        if len(sides) > 2:
            return f"{text!r}: one '~' at most"
        for side in sides:
            pieces = side.split()
            if not _TOKEN.search(side):
                return f"{text!r}: expected words" + (" on both sides of '~'" if len(sides) > 1 else "")
            for piece in pieces:
                if "*" in piece and (piece.index("*") != len(piece) - 1 or len(piece) < 4):
                    return f"{text!r}: '*' ends a word of three letters or more"
    return None


@lru_cache(maxsize=8)
def _matcher(vocabulary: Vocabulary) -> _Matcher:
    by_word: dict[str, list[_Pattern]] = {}
    by_prefix: dict[str, list[_Pattern]] = {}
    for term in vocabulary.terms:
        for language, text in term.words:
            pattern = _pattern(term.id, language, text)
            if pattern is None:
                continue
            first = pattern.words[0]
            if first.prefix:
                by_prefix.setdefault(first.prefix, []).append(pattern)
            for form in {fold(first.acronym)} if first.acronym else first.forms:
                by_word.setdefault(form, []).append(pattern)
    return _Matcher(
        {form: tuple(patterns) for form, patterns in by_word.items()},
        {prefix: tuple(patterns) for prefix, patterns in by_prefix.items()},
        tuple(sorted({len(prefix) for prefix in by_prefix})),
    )


def _pattern(term: str, language: str, text: str) -> _Pattern | None:
    left, _, right = text.partition("~")
    sequence = tuple(_words(left, language))
    return _Pattern(term, sequence, tuple(_words(right, language))) if sequence else None


def _words(text: str, language: str) -> Iterator[_Word]:
    for piece in text.split():
        if piece.endswith("*"):
            yield _Word(prefix=fold(piece[:-1]))
            continue
        for token in _TOKEN.findall(unicodedata.normalize("NFC", piece)):
            if _is_acronym(token):
                yield _Word(acronym=token)
            else:
                yield _Word(forms=_forms(fold(token), language))


def _is_acronym(token: str) -> bool:
    """Whether a word is one of capitals (and figures): `CLM`, `LE2C`, not `4` or `A`."""
    return 2 <= len(token) <= _ACRONYM_LETTERS and token.isupper()


def _forms(word: str, language: str) -> frozenset[str]:
    rules = {"it": _ITALIAN, "en": _ENGLISH}.get(language, ())
    if len(word) < _SHORTEST_INFLECTED or not word.isalpha():
        return frozenset({word})
    for ending, plurals in rules:
        if word.endswith(ending):
            stem = word[: len(word) - len(ending)]
            return frozenset({word, *(stem + plural for plural in plurals)})
    return frozenset({word})


def _tokens(text: str) -> _Tokens:
    exact = _TOKEN.findall(text if text.isascii() else unicodedata.normalize("NFC", text))
    folded = words(text)
    if len(folded) != len(exact):
        # Soft hyphens join what they part, and a few letters fold into two words (U+00BD).
        folded = [fold(token) for token in exact]
    places: dict[str, list[int]] = {}
    for at, word in enumerate(folded):
        places.setdefault(word, []).append(at)
    return _Tokens(tuple(exact), tuple(folded), places)


def _first_matches(tokens: _Tokens, matcher: _Matcher) -> list[tuple[_Pattern, int]]:
    """Each term's first match, the longer of two that begin together, in the text's order."""
    first: dict[str, tuple[int, int, _Pattern]] = {}
    nears: dict[tuple[_Word, ...], list[int]] = {}
    for word, patterns in _starts(tokens.places, matcher).items():
        for pattern in patterns:
            best = first.get(pattern.term)
            for at in tokens.places[word]:
                match = (at, -len(pattern.words), pattern)
                if best and best[:2] <= match[:2]:
                    break
                if _fits(pattern.words, tokens, at) and _is_near(pattern, tokens, at, nears):
                    first[pattern.term] = match
                    break
    return [(pattern, at) for at, _, pattern in sorted(first.values(), key=lambda m: (*m[:2], m[2].term))]


def _starts(folded: Iterable[str], matcher: _Matcher) -> dict[str, tuple[_Pattern, ...]]:
    """The words that some pattern begins with, and those patterns; most texts have few or none."""
    once = set(folded)
    starts = {word: matcher.by_word[word] for word in once & matcher.by_word.keys()}
    by_prefix = matcher.by_prefix
    for length in matcher.prefix_lengths:
        for word in [word for word in once if word[:length] in by_prefix]:
            starts[word] = starts.get(word, ()) + by_prefix[word[:length]]
    return starts


def _fits(sequence: tuple[_Word, ...], tokens: _Tokens, at: int) -> bool:
    if at < 0 or at + len(sequence) > len(tokens.exact):
        return False
    return all(
        word.fits(tokens.exact[at + offset], tokens.folded[at + offset])
        for offset, word in enumerate(sequence)
    )


def _is_near(pattern: _Pattern, tokens: _Tokens, at: int, nears: dict[tuple[_Word, ...], list[int]]) -> bool:
    """Whether the other side of `~` stands near, not overlapping the match itself."""
    if not pattern.near:
        return True
    if pattern.near not in nears:
        found = (i for i in _candidates(pattern.near[0], tokens) if _fits(pattern.near, tokens, i))
        nears[pattern.near] = sorted(found)
    size = len(pattern.near)
    spans = (
        (at - size - _NEAR_WORDS, at - size),
        (at + len(pattern.words), at + len(pattern.words) + _NEAR_WORDS),
    )
    starts = nears[pattern.near]
    return any(bisect_left(starts, low) < bisect_right(starts, high) for low, high in spans)


def _candidates(word: _Word, tokens: _Tokens) -> Iterator[int]:
    """Where a word of a pattern may stand."""
    if word.prefix:
        forms: Iterable[str] = (form for form in tokens.places if form.startswith(word.prefix))
    else:
        forms = (fold(word.acronym),) if word.acronym else word.forms
    for form in forms:
        yield from tokens.places.get(form, ())
