"""Words and names that stories of late have oftener than those before: one list, the surest first.

Knows nothing of where the texts come from. Start reading at `rising`; it keeps silent about what
chance alone may have done.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import groupby
from math import log

from aggregator.stems import stem
from aggregator.text import fold

# Two to four words with capitals in a row, as names are written: `Regione Lombardia`, `Anna Rossi`.
_CAPITAL = r"[A-ZÀ-ÖØ-Þ][\w’']+"
_NAME = re.compile(rf"\b(?:{_CAPITAL}(?:\s+(?:di|de|del|della|dei|of|the)\s+|\s+|-)){{1,3}}{_CAPITAL}\b")
_WORD = re.compile(r"[^\W\d_]{4,}")
# In fewer stories of late a word is one publisher's affair.
_FEWEST = 3
# What the ratio is above by chance for one word in 10,000, trusted for rare words too (Rayson, Berridge and
# Francis 2004); texts of a month hold about as many words. At 3.84, one in twenty, the list is mostly chance.
_LEAST = 15.13
# Words that hold sentences together, count or tell the time: their rise is no news, no name begins so.
_HOLLOW = frozenset(
    fold(
        "dell nell sull dall quell "
        "il lo la i gli le un uno una di a da in con su per tra fra e ed o al allo alla ai agli alle del "
        "dello della dei degli delle dal dallo dalla dai dagli dalle nel nello nella nei negli nelle sul "
        "sullo sulla sui sugli sulle questo questa questi queste quello quella quelli quelle quale quali "
        "quanto quanta quanti quante che chi cui non come dove quando mentre perché poiché però anche "
        "ancora oltre dopo prima durante quindi infine inoltre invece circa verso senza sotto sopra "
        "contro presso entro fino sempre mai già più meno molto molta molti molte poco pochi solo "
        "soltanto proprio stesso stessa stessi stesse così tale tali tutto tutta tutti tutte altro altra "
        "altri altre alcuni alcune ogni ognuno nessuno suo sua suoi sue loro nostro nostra nostri nostre "
        "sono siamo essere sarà saranno stato stata stati state era erano fosse hanno abbiamo aveva "
        "avevano avere avrà avranno viene vengono venire può possono potrà deve devono fare fatto fatta "
        "parte caso modo volta volte insieme secondo oggi ieri domani anno anni mese mesi settimana "
        "settimane giorno giorni tempo due tre quattro cinque sei sette otto nove dieci cento mila mille "
        "milioni miliardi primo primi prime seconda terzo gennaio febbraio marzo aprile maggio giugno "
        "luglio agosto settembre ottobre novembre dicembre lunedì martedì mercoledì giovedì venerdì "
        "sabato domenica "
        "the an of to on at by for from and or but not as if so this that these those which what when "
        "where while who whom whose how than then there here their theirs them they your ours with within "
        "without into onto over under about above below between among across through during before after "
        "since until also only even just very much many more most some such same other others another "
        "each every both either neither have been were will would could should must being make made makes "
        "making take taken does done year years month months week weeks days today yesterday tomorrow "
        "time times first second third four five seven eight nine hundred thousand million billion "
        "january february march april june july august september october november december monday tuesday "
        "wednesday thursday friday saturday sunday"
    ).split()
)


@dataclass(frozen=True, slots=True)
class Telling:
    """One article's words, and the story that it tells."""

    story: int
    language: str | None
    text: str


@dataclass(frozen=True, slots=True)
class Rise:
    """A word or name, and in how many stories it stands: of late, and before."""

    words: str
    is_name: bool
    recent: int
    before: int
    score: float


@dataclass(slots=True)
class _Counts:
    """Stories by what stands in them, and how that is spelt."""

    stories: int = 0
    by_key: Counter[str] = field(default_factory=Counter)
    spelt: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))


def rising(
    recent: Iterable[Telling], before: Iterable[Telling], *, apart: Collection[str] = (), limit: int = 30
) -> list[Rise]:
    """What stands in a greater share of the recent stories than of those before, beyond chance.

    Shapes: by the log-likelihood ratio (Dunning 1993), highest first; inflections are one word, in its
        commonest spelling; a story counts once, however many carry it. Left out: what holds sentences
        together, words of the names `apart`, a word that stands only within a name of the list.
    """
    own = frozenset(word for name in apart for word in _WORD.findall(fold(name)))
    late, early = _counted(recent, own), _counted(before, own)
    found = []
    for key, count in late.by_key.items():
        score = _likelihood(count, late.stories, early.by_key[key], early.stories)
        if count >= _FEWEST and score > _LEAST:
            spelling = min(late.spelt[key].items(), key=lambda item: (-item[1], item[0]))[0]
            found.append(Rise(spelling, " " in key, count, early.by_key[key], score))
    found.sort(key=lambda rise: (-rise.score, rise.words))
    names = [rise for rise in found if rise.is_name]
    named = {fold(word): rise.recent for rise in reversed(names) for word in rise.words.split()}
    kept = [rise for rise in found if rise.is_name or named.get(fold(rise.words), 0) < rise.recent]
    return kept[:limit]


def _counted(tellings: Iterable[Telling], own: frozenset[str]) -> _Counts:
    counts = _Counts()
    by_story = sorted(tellings, key=lambda telling: telling.story)
    for _, told in groupby(by_story, key=lambda telling: telling.story):
        said = {pair for telling in told for pair in _said(telling, own)}
        counts.stories += 1
        counts.by_key.update({key for key, _ in said})
        for key, spelling in said:
            counts.spelt[key][spelling] += 1
    return counts


def _said(telling: Telling, own: frozenset[str]) -> Iterator[tuple[str, str]]:
    """What is counted, and how it is spelt: names by their folded words, single words by their stem."""
    for match in _NAME.finditer(telling.text):
        parts = match[0].replace("-", " ").split()
        while parts and fold(parts[0]) in _HOLLOW:
            del parts[0]
        folded = [fold(part) for part in parts]
        if len(parts) > 1 and not own.issuperset(folded):
            yield " ".join(folded), " ".join(parts)
    for word in _WORD.findall(telling.text.lower()):
        folded_word, key = _key(word, telling.language)
        if key and folded_word not in own:
            yield key, word


@lru_cache(maxsize=100_000)  # the words of some thousand articles
def _key(word: str, language: str | None) -> tuple[str, str]:
    """The word folded, and its stem; none for one that says nothing."""
    folded = fold(word)
    return folded, "" if folded in _HOLLOW else stem(folded, language)


def _likelihood(late: int, late_stories: int, early: int, early_stories: int) -> float:
    """Twice the log-likelihood ratio of the two shares; negative where the share fell, 0 without stories."""
    if not late_stories or not early_stories:
        return 0.0
    share = (late + early) / (late_stories + early_stories)
    total = 2 * (_part(late, late_stories, share) + _part(early, early_stories, share))
    return total if late / late_stories > early / early_stories else -total


def _part(count: int, stories: int, share: float) -> float:
    inside = count * log(count / (stories * share)) if count else 0.0
    rest = stories - count
    outside = rest * log(rest / (stories * (1 - share))) if rest and share < 1 else 0.0
    return inside + outside
