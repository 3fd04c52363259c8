"""The facts of a text, and whether one text has others in the place of another's.

A number, date or name that is added makes a fuller copy; one that stands where another stood
makes next year's article. Knows no archive. Start reading at `replaced`.
"""

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet

_NUMERALS = {
    "it": "_ due tre quattro cinque _ sette otto nove dieci undici dodici tredici quattordici quindici "
    "sedici diciassette diciotto diciannove venti ventuno ventidue ventitre ventiquattro venticinque "
    "ventisei ventisette ventotto ventinove trenta trentuno",
    "en": "_ two three four five _ seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen twenty",
}
_ORDINALS = {
    "it": "_ _ terzo quarto quinto sesto settimo ottavo nono decimo undicesimo dodicesimo",
    "en": "_ _ third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth",
}
_ROUND = {
    "it": "trenta quaranta cinquanta sessanta settanta ottanta novanta",
    "en": "thirty forty fifty sixty seventy eighty ninety",
}
_MONTHS = {
    "it": (
        "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
        "gen feb mar apr mag giu lug ago set ott nov dic",
    ),
    "en": (
        "january february march april _ june july august september october november december",
        "jan feb mar apr _ jun jul aug sep oct nov dec",
    ),
}
_DAYS = {
    "it": "lunedi martedi mercoledi giovedi venerdi sabato domenica",
    "en": "monday tuesday wednesday thursday friday saturday sunday",
}


def _numerals(language: str) -> dict[str, str]:
    """Digits of numbers in words, the same in both languages.

    `uno`, `sei` and `cento` are other words more often, so `one`, `six` and `hundred` stay words too.
    """
    table = {word: str(n) for n, word in enumerate(_NUMERALS[language].split(), 1)}
    table |= {word: str(n) for n, word in enumerate(_ORDINALS[language].split(), 1)}
    table |= {word: str(n * 10) for n, word in enumerate(_ROUND[language].split(), 3)}
    table.pop("_", None)
    return table


def _calendar(language: str) -> dict[str, str]:
    table = {word: f"m{n}" for row in _MONTHS[language] for n, word in enumerate(row.split(), 1)}
    table.pop("_", None)  # `may` is a verb more often
    return table | {word: f"w{n}" for n, word in enumerate(_DAYS[language].split(), 1)}


NUMERALS = {language: _numerals(language) for language in _NUMERALS}
# Months and weekdays under the same name in both languages: m1 to m12, w1 to w7.
CALENDAR = {language: _calendar(language) for language in _MONTHS}
_EVERY_DATE_WORD = CALENDAR["en"] | CALENDAR["it"]


def is_number(word: str) -> bool:
    """Whether the word opens with a digit."""
    return word[0].isdigit()


def replaced(
    here: Sequence[str],
    there: Sequence[str],
    names: tuple[AbstractSet[str], AbstractSet[str]],
    texts: tuple[AbstractSet[str], AbstractSet[str]],
    language: str = "",
) -> str:
    """Which facts of one passage stand where the other has others, in words; empty if none do.

    Shapes: the two passages follow the same words and lead to the same words; `names` and
        `texts` are the names and all words of the two articles. A name counts only if the other
        article never says it.
    """
    mine, others = set(here).difference(there), set(there).difference(here)
    if not mine or not others:
        return ""
    calendar = CALENDAR.get(language, _EVERY_DATE_WORD)
    for kind, is_fact in (("number", is_number), ("date", calendar.__contains__)):
        a, b = sorted(filter(is_fact, mine)), sorted(filter(is_fact, others))
        if a and b:
            return _words(kind, a, b)
    a = sorted(word for word in mine if word in names[0] and word not in texts[1])
    b = sorted(word for word in others if word in names[1] and word not in texts[0])
    if a and b and not any(_is_misspelt(x, y) for x in a for y in b):
        return _words("name", a, b)
    return ""


def _words(kind: str, here: Iterable[str], there: Iterable[str]) -> str:
    return f"another {kind}: {' '.join(here)} instead of {' '.join(there)}"[:200]


def _is_misspelt(one: str, other: str) -> bool:
    """The same name with a slip: a letter lost, doubled or swapped."""
    if one[:3] == other[:3] and abs(len(one) - len(other)) <= 3:
        return True
    return sorted(one) == sorted(other)
