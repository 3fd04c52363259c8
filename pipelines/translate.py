"""Whether an Italian and an English text say the same, without a model or a dictionary.

Numbers, dates, names and words of one root stand in both. Knows no archive. Start reading at
`likeness`; `cross_keys` are what a translation is found by.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain

from pipelines.facts import CALENDAR
from pipelines.wording import Wording, word_hash

LANGUAGES = ("it", "en")
# Places whose English name is another word; both are read as the Italian one.
_PLACE_PAIRS = """
    milan:milano rome:roma turin:torino mantua:mantova venice:venezia florence:firenze naples:napoli
    genoa:genova leghorn:livorno padua:padova syracuse:siracusa lombardy:lombardia piedmont:piemonte
    tuscany:toscana sicily:sicilia sardinia:sardegna apulia:puglia latium:lazio italy:italia
    europe:europa germany:germania france:francia spain:spagna switzerland:svizzera china:cina
    japan:giappone brussels:bruxelles paris:parigi london:londra berlin:berlino munich:monaco
    zurich:zurigo geneva:ginevra lisbon:lisbona athens:atene warsaw:varsavia prague:praga
    moscow:mosca beijing:pechino
"""
_PLACES: dict[str, str] = dict(pair.split(":") for pair in _PLACE_PAIRS.split())
# Words of no content in either language: they are spelled alike by chance (`come`, `per`, `sono`).
_EMPTY_WORDS = """
    a ad ai al alla alle allo all anche che chi ci come con da dal dalla dalle dei del dell della
    delle di e ed era fra gli ha hanno i il in la le lo ma ne nei nel nell nella nelle non o per piu
    questa questo se si sono su sua sul sull sulla suo tra un una uno
    the of to and is are was were be been has have had will would can that this these those it its
    as not but which who their they we our you more than also into over about after between through
    all new his her he she on for with at by from or an
"""
_EMPTY = frozenset(_EMPTY_WORDS.split())
# What each kind of shared word weighs: a name hardly stands in both by chance, one root does.
_NAME, _SAME, _ROOT, _DATE = 3.0, 2.0, 1.0, 1.0
_ROOT_LETTERS = 5
_MOST_NUMBER = 4.0
_CROSS_KEYS, _CROSS_PROBES = 11, 40
_KEY, _WEAK, _NO_KEY = (1 << 40) - 2, 1 << 40, -1
_MOST_WORDS = 100_000  # whose features are remembered: some 20 MB a language
# Sounds that Italian spells otherwise: `ph` as `f`, `y` as `i`, `ct` as `t`, no double letters.
_SPELLINGS = str.maketrans("kyjxzw", "cigstv", "h")
_MORE_SPELLINGS = (("ct", "t"), ("pt", "t"), ("ns", "s"))
_DOUBLE = re.compile(r"(.)\1")


@dataclass(frozen=True, slots=True)
class CrossLikeness:
    """What texts in two languages share.

    Units: `score` is the mean of the shared weight's parts of the two texts; `shared` that
        weight; `facts` the numbers and months of both, `clash` those that each has and the
        other lacks, the fewer of both.
    """

    score: float
    shared: float
    facts: int
    clash: int
    names: tuple[str, ...]


def cross_keys(wording: Wording) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The keys to write down for readers of the other language, and the ones to look up; its marks' last."""
    if wording.language not in LANGUAGES:
        return (), ()
    words = wording.common_words.union(wording.elided)
    found = set(map(_PLAIN_KEYS[wording.language].__getitem__, words))
    found.update(map(_NAME_KEYS[wording.language].__getitem__, wording.names & words))
    found.discard(_NO_KEY)
    best = [key & _KEY for key in sorted(found)[:_CROSS_PROBES]]
    marks = [word_hash("@" + mark) & _KEY for mark in wording.marks]
    own = wording.language == LANGUAGES[0]
    probes = tuple([key | (not own) for key in (*best, *marks)])
    return tuple([key | own for key in (*best[:_CROSS_KEYS], *marks)]), probes


class _Keys(dict[str, int]):
    """The key of each word of one language, as a name or plainly; its last bit is the writer's.

    What both languages spell alike finds a translation; roots, whose keys are made larger than
    all others, where there is little of that.
    """

    def __init__(self, language: str, *, are_names: bool) -> None:
        super().__init__()
        self._language, self._are_names = language, are_names

    def __missing__(self, word: str) -> int:
        if len(self) > _MOST_WORDS:
            self.clear()
        key = self[word] = self._key(word)
        return key

    def _key(self, word: str) -> int:
        same, weight = _spelled(word, self._language)
        if weight > _SAME or (self._are_names and weight == _SAME and same and same != "=may"):
            return word_hash(same) & _KEY
        root = _root(word) if weight == _SAME else ""
        return word_hash(root) & _KEY | _WEAK if root else _NO_KEY


@lru_cache(maxsize=512)  # each holds its Wording: 20 to 70 kB
def features(wording: Wording) -> dict[str, float]:
    """What of the text may stand in its translation, with the weight of each: `#2024`, `=lecco`, `~indus`."""
    words = wording.common_words.union(wording.elided)
    known = _FEATURES[wording.language]
    found = dict(chain.from_iterable(map(known.__getitem__, words)))
    for name in wording.names & words:
        if name == "may":  # the month, not the verb
            found.pop("=may", None)
            found["m5"] = _DATE
            continue
        for feature, weight in known[name]:
            if weight == _SAME:
                found[feature] = _NAME
    return found


class _Features(dict[str, tuple[tuple[str, float], ...]]):
    """The features of each word of one language, with their weights."""

    def __init__(self, language: str) -> None:
        super().__init__()
        self._language = language

    def __missing__(self, word: str) -> tuple[tuple[str, float], ...]:
        if len(self) > _MOST_WORDS:
            self.clear()
        same, weight = _spelled(word, self._language)
        root = _root(word) if weight == _SAME else ""
        found = (((same, weight),) if same else ()) + (((root, _ROOT),) if root else ())
        self[word] = found
        return found


def _spelled(word: str, language: str) -> tuple[str, float]:
    """A word as both languages would spell it, with its weight; only those of weight `_SAME` have a root."""
    if word[0].isdigit():
        weight = _DATE if word.endswith(".00") else min(1 + 0.7 * len(word), _MOST_NUMBER)
        return "#" + word.replace(",", "."), weight
    date_word = CALENDAR[language].get(word)
    if date_word is not None:
        return date_word, _DATE
    if word in _EMPTY:
        return "", 0.0
    place = _PLACES.get(word, word)
    return "=" + place if len(place) > 2 else "", _SAME


_PLAIN_KEYS = {language: _Keys(language, are_names=False) for language in LANGUAGES}
_NAME_KEYS = {language: _Keys(language, are_names=True) for language in LANGUAGES}
_FEATURES = {language: _Features(language) for language in LANGUAGES}


def likeness(here: Wording, there: Wording) -> CrossLikeness:
    """How much of what may stand in both languages does."""
    one, other = features(here), features(there)
    (facts, whole), (facts_there, whole_there) = _sum_up(here), _sum_up(there)
    both = one.keys() & other.keys()
    weights = {word: max(one[word], other[word]) for word in both}
    shared = sum(weights.values())
    return CrossLikeness(
        score=shared / 2 * (1 / whole + 1 / whole_there),
        shared=shared,
        facts=len(facts & facts_there),
        clash=min(len(facts - facts_there), len(facts_there - facts)),
        names=tuple(sorted([word[1:] for word, weight in weights.items() if weight == _NAME])),
    )


def common_facts(here: Wording, there: Wording) -> dict[str, float]:
    """The numbers, months and weekdays that both have, with their weights: `#2024`, `m5`, `w1`."""
    weights = features(here)
    (facts, _), (facts_there, _) = _sum_up(here), _sum_up(there)
    return {fact: weights[fact] for fact in facts & facts_there}


@lru_cache(maxsize=512)  # each holds its Wording: 20 to 70 kB
def _sum_up(wording: Wording) -> tuple[frozenset[str], float]:
    """Its numbers and months, and the weight that could be shared.

    Plain words are spelled alike too seldom to be missed.
    """
    found = features(wording)
    facts = [word for word in found if word[0] == "#" or (word[0] == "m" and word[1:].isdigit())]
    whole = sum([weight for word, weight in found.items() if word[0] != "=" or weight == _NAME])
    return frozenset(facts), whole or 1.0


def forget() -> None:
    """Lets go of the Wordings that were compared last: who drops his is rid of them."""
    features.cache_clear()
    _sum_up.cache_clear()


def _root(word: str) -> str:
    """The first letters of a word as both languages would spell them, behind `~`; empty for a short one."""
    word = _PLACES.get(word, word)
    if "h" in word:
        word = word.replace("ph", "f").replace("th", "t").replace("ch", "c")
    if "qu" in word:
        word = word.replace("qu", "c")
    word = _DOUBLE.sub(_first, word.translate(_SPELLINGS))
    for spelled, plain in _MORE_SPELLINGS:
        word = word.replace(spelled, plain)
    return "~" + word[:_ROOT_LETTERS] if len(word) >= _ROOT_LETTERS else ""


def _first(match: re.Match[str]) -> str:
    return match[1]
