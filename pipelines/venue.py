"""Where something takes place, as far as a sentence states it.

Knows a table of towns and the words that lead to a venue. Start reading at `find_place`.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

# Provincial capitals and fair towns of Lombardy, the larger Italian cities, and where its
# clusters go abroad. A town that is not here is found by the words before it (`presso`, `a`).
_TOWNS = (
    "Milano|Milan|Bergamo|Brescia|Como|Cremona|Lecco|Lodi|Mantova|Mantua|Monza|Pavia|Sondrio|Varese|"
    "Cernobbio|Legnano|"
    "Rho|Erba|Busto Arsizio|Gallarate|Malpensa|Dalmine|Treviglio|Crema|Vigevano|Voghera|Montichiari|"
    "Segrate|Assago|"
    "Sesto San Giovanni|Desio|Lainate|Saronno|Castellanza|Ispra|Lecco|Merate|Stezzano|Bollate|Arese|"
    "Bellagio|Stresa|"
    "Torino|Turin|Genova|Genoa|Bologna|Modena|Parma|Piacenza|Reggio Emilia|Rimini|Ferrara|Ravenna|"
    "Firenze|Florence|"
    "Pisa|Roma|Rome|Napoli|Naples|Bari|Lecce|Palermo|Catania|Cagliari|Verona|Padova|Padua|Vicenza|"
    "Treviso|Venezia|"
    "Venice|Trento|Bolzano|Udine|Trieste|Ancona|Perugia|Pescara|Novara|Alessandria|Ivrea|Lugano|"
    "Ginevra|Geneva|Zurigo|"
    "Bruxelles|Brussels|Parigi|Paris|Londra|London|Farnborough|Berlino|Berlin|Monaco di Baviera|"
    "Munich|Francoforte|"
    "Frankfurt|Hannover|Stoccarda|Stuttgart|Barcellona|Barcelona|Madrid|Valencia|Lisbona|Lisbon|"
    "Vienna|Amsterdam|"
    "Tolosa|Toulouse|Lione|Lyon|Dubai|Singapore|Tokyo|Osaka|New York|Boston|San Francisco"
)
_TOWN = re.compile(rf"\b(?:{_TOWNS})\b")
# `Milano, 21 mag. (Agenzia) -`: where the report was written, not what it is about.
_DATELINE = re.compile(
    r"^[A-ZÀ-Ý][^\n,.(]{1,30},\s*\d{1,2}[°º]?\s+[^\W\d]{3,9}\.?(?:\s+\d{4})?\s*(?:\([^()\n]{2,40}\)\s*)?[-–—]",
    re.MULTILINE,
)
_NAME = r"[A-ZÀ-Ý0-9][\w.'’&-]*"
_SMALL = r"(?:di|del|della|dello|dei|delle|degli|dell['’]|d['’]|de|in|e|the|of|and|for|la|il|le|lo)"
_VENUE = re.compile(
    rf"(?:\bpresso\b|\bc/o|\bat the\b|\bnella sede d[ie]\w*)\s+(?:(?:la|il|lo|le|i|gli|l['’]|the)\s*)?"
    rf"((?:\w+\s+)?{_NAME}(?:[\s,]+(?:{_SMALL}\s+)?{_NAME}){{0,7}})"
)
_TOWN_AFTER = re.compile(rf"^[\s,]*(?:a|ad|in)\s+({_NAME}(?:\s+{_NAME}){{0,3}})")


def find_place(sentence: str, start: int, stop: int) -> str | None:
    """The venue that the sentence names, else the town nearest to the date at `start:stop`; or None."""
    venue = _VENUE.search(sentence)
    if venue:
        return venue[1].strip(" ,.")
    towns = [m for m in _towns(sentence) if not start <= m.start() < stop]
    if towns:
        return min(towns, key=lambda m: max(m.start() - stop, start - m.end()))[0]
    after = _TOWN_AFTER.match(sentence[stop : stop + 80])
    return after[1].rstrip(".") if after else None


@lru_cache(maxsize=1)  # each event of an article asks for it
def find_town(text: str) -> str | None:
    """The only known town that the text names, or None where there are none or several."""
    towns = {m[0] for m in _towns(text)}
    return towns.pop() if len(towns) == 1 else None


def _towns(text: str) -> Iterator[re.Match[str]]:
    """The towns that the text names, those of datelines apart."""
    datelines = [m.span() for m in _DATELINE.finditer(text)]
    for town in _TOWN.finditer(text):
        if not any(start <= town.start() < stop for start, stop in datelines):
            yield town
