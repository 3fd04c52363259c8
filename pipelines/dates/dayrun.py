"""Days before their month: `27 marzo 2025`, `3-5 giugno`, `sabato 15 e domenica 16 marzo`.

Knows neither clocks nor today. Start reading at `day_first`.
"""

from itertools import pairwise

from pipelines.dates import numeric
from pipelines.dates.draft import Day
from pipelines.dates.names import (
    AGO,
    AND_WORDS,
    ARTICLES,
    CLOCK_MARKS,
    DAY_WORDS_EN,
    DAY_WORDS_IT,
    ITALIAN_MONTHS,
    MONTHS,
    ORDINAL_SUFFIXES,
    STRONG_MONTHS,
)
from pipelines.dates.scan import NUMBER, WORD, Tokens
from pipelines.dates.setting import Phrase, Setting, read_weekday
from pipelines.dates.year import stated_year

_BEFORE_MONTH = frozenset({"of", "di", "de", "del", "mese", "|", "/", ".", "'"})
_GLUED_LETTERS = frozenset({"e", "a", "h", "t", "l"})
MAX_DAYS = 8  # in one enumeration; keeps looking ahead bounded


def day_first(ts: Tokens, i: int, setting: Setting) -> Phrase | None:
    """`27 marzo 2025`, `3-5 giugno`, `venerdì 14, sabato 15 e domenica 16 marzo`, `28 al 30/03/2025`."""
    if _is_numbered(ts, i):
        return None
    days: list[Day] = []
    links: set[str] = set()
    j, first_stop = i, i
    while len(days) < MAX_DAYS:
        weekday, j = read_weekday(ts, j) if days else (None, j)
        number = day_number(ts, j)
        if number is None:
            return None
        day, j = number
        days.append(Day(day, weekday=weekday))
        first_stop = first_stop if len(days) > 1 else j
        tail = _month_behind(ts, j, setting, in_list=len(days) > 1)
        if tail:
            return close_list(days, links, tail, first_stop)
        link = link_between(ts, j)
        if link is None:
            return None
        links.add("to" if is_between(ts, i) else link[0])
        j = link[1]
    return None


def _is_numbered(ts: Tokens, i: int) -> bool:
    """Whether the number is an issue's or an act's: `n. 3 - marzo 2025`, `n°3 marzo`."""
    before = ts[i - 1] if i else None
    if before is None or before.kind not in (".", "°") or i < 2:
        return before is not None and before.text == "numero"
    return ts[i - 2].text in ("n", "nr")


def is_between(ts: Tokens, i: int) -> bool:
    """Whether the `and` of these days is that of `between 5 and 9`, `tra il 5 e il 9`."""
    j = i - 1
    while j > i - 3 and j > 0 and (ts[j].text in ARTICLES or ts[j].kind == "'"):
        j -= 1
    return j >= 0 and ts[j].text in ("between", "tra", "fra")


def close_list(days: list[Day], links: set[str], tail: tuple[Day, int], first_stop: int) -> Phrase | None:
    """The phrase that days with one month make: a day, a run, or the first of several."""
    stated, stop = tail
    for day in days:
        day.month, day.year = stated.month, stated.year
        day.is_short_year = stated.is_short_year
    numbers = [day.day for day in days]
    if len(days) == 1:
        days[0].other, days[0].is_swapped = stated.other, stated.is_swapped
        return Phrase(days[0], None, stop)
    if any(b <= a for a, b in pairwise(numbers)):
        return None
    if ("to" in links and "and" in links) or (links == {","} and len(days) == 2):
        return None
    is_run = numbers[-1] - numbers[0] == len(numbers) - 1
    if is_run or ("to" in links and len(days) == 2):
        return Phrase(days[0], days[-1], stop)
    if "to" in links:
        return None
    # `il 5 e il 20 maggio`: two days, each read for itself.
    return Phrase(days[0], None, first_stop)


def day_number(ts: Tokens, i: int) -> tuple[int, int] | None:
    """A number from 1 to 31 with its ordinal sign, or the word for it; and the place after it."""
    token = ts[i]
    if token.kind == NUMBER:
        if token.size > 2 or not 1 <= token.value <= 31:
            return None
        after = ts[i + 1]
        if after.kind == WORD and not after.gap and after.size == 1 and after.text not in _GLUED_LETTERS:
            return None  # `5G`, `12A`
        return token.value, i + 1 + (after.text in ORDINAL_SUFFIXES)
    if token.text in DAY_WORDS_IT and (ts[i + 1].text in ITALIAN_MONTHS or _opens_range(ts, i)):
        return DAY_WORDS_IT[token.text], i + 1
    if token.text == "twenty" and ts[i + 1].kind == "-" and ts[i + 2].text in DAY_WORDS_EN:
        return 20 + DAY_WORDS_EN[ts[i + 2].text], i + 3
    if token.text in DAY_WORDS_EN and ts[i + 1].text == "of":
        return DAY_WORDS_EN[token.text], i + 1
    return None


def _opens_range(ts: Tokens, i: int) -> bool:
    """`dal primo al 5 giugno`."""
    return (
        ts[i].text == "primo" and ts[i + 1].text in ("al", "all", "e") and i > 0 and ts[i - 1].text == "dal"
    )


def link_between(ts: Tokens, i: int) -> tuple[str, int] | None:
    """What joins two days: "to", "and" or ","; and the place after it."""
    kind = ""
    j = i
    for _ in range(5):
        token = ts[j]
        if token.kind in ("-", "→") or token.text in ("al", "all", "a", "to", "through", "until", "till"):
            kind = "to"
        elif token.kind == "/" or token.text in AND_WORDS:
            kind = kind or "and"
            kind = "and" if kind == "," else kind
        elif token.kind == ",":
            kind = kind or ","
        elif not (kind and (token.kind == "'" or token.text in ARTICLES)):
            break
        j += 1
    return (kind, j) if kind else None


def _month_behind(ts: Tokens, i: int, setting: Setting, *, in_list: bool) -> tuple[Day, int] | None:
    """The month and year after a day, named or in figures."""
    j = i
    for _ in range(3):
        token = ts[j]
        is_hyphen = token.kind == "-" and not token.gap and not ts[j + 1].gap
        if token.text not in _BEFORE_MONTH and not is_hyphen:
            break
        j += 1
    if ts[j].text in MONTHS:
        return _named_month(ts, j)
    if in_list and j > i and ts[i].kind in ("/", ".", "-") and ts[i - 2].kind != ts[i].kind:
        read = numeric.numeric(ts, i - 1, setting.order, in_list=True)
        read = read or (
            numeric.day_month(ts, i - 1, setting.order, in_list=True) if ts[i].kind == "/" else None
        )
        return read if read and read[0].day == ts[i - 1].value else None
    return None


def _named_month(ts: Tokens, j: int) -> tuple[Day, int] | None:
    month = MONTHS[ts[j].text]
    k = j + 1
    k += ts[k].kind == "." and ts[j].text not in STRONG_MONTHS and not _is_number_glued(ts, k)
    year = stated_year(ts, k)
    if year:
        return Day(0, month, year.value, is_short_year=year.is_short), year.stop
    return (Day(0, month), k) if _is_firm(ts, j, k) else None


def _is_number_glued(ts: Tokens, k: int) -> bool:
    return ts[k + 1].kind == NUMBER and not ts[k + 1].gap and ts[k + 1].size > 4


def _is_firm(ts: Tokens, j: int, stop: int) -> bool:
    """Whether a month without a year is one: `5 set di strumenti`, `3 set a 1`, `5 may be` are not."""
    month, after = ts[j], ts[stop]
    if after.text in AGO:  # `2 sett. fa`
        return False
    if month.text in STRONG_MONTHS or (month.text in ("may", "march") and month.is_capital):
        return True
    if after.kind != WORD:
        return after.kind != "%"
    if after.is_capital or after.text in CLOCK_MARKS:
        return True
    return month.text not in ("set", "may", "march", "mar", "ago") and after.text not in (
        "a",
        "to",
        "per",
        "from",
    )
