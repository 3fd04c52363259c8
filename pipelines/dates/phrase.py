"""Days in words: `giovedì 27 marzo 2025`, `June 11-12, 2025`, `dal 3 al 5`, `maggio 2024`.

Knows neither clocks nor today. Start reading at `day_phrase`: a day or a run of days, with what
may stand before (`lo scorso`, a weekday) and after (a year, `u.s.`).
"""

from itertools import pairwise
from typing import NamedTuple

from aggregator.items import DateOrder
from pipelines.dates import numeric, relative
from pipelines.dates.clock import clock_range
from pipelines.dates.draft import Day, Shift
from pipelines.dates.names import (
    AND_WORDS,
    ARTICLES,
    CLOCK_MARKS,
    DAY_WORDS_EN,
    DAY_WORDS_IT,
    DEADLINE_LABELS,
    FULL_WEEKDAYS,
    ITALIAN_MONTHS,
    MODIFIED_LABELS,
    MONTHS,
    ONLY_ITALIAN,
    ORDINAL_SUFFIXES,
    PUBLISHED_LABELS,
    STRONG_MONTHS,
    WEEKDAYS,
)
from pipelines.dates.scan import END, NUMBER, WORD, Tokens
from pipelines.dates.year import stated_year

_LABELS = PUBLISHED_LABELS | MODIFIED_LABELS | DEADLINE_LABELS
_ALONE = _LABELS | ARTICLES | frozenset("on di del ultimo ultima last by alle ore in da".split())
_DAY_PREPOSITIONS = frozenset(
    "il lo l del dell dal dall on the giorno entro fino sino until by da dopo prima".split()
)
_MONTH_PREPOSITIONS = frozenset(
    "a ad in entro fine meta inizio inizi da fino until since late early mid during by scorso prossimo "
    "questo last next this ultimo".split()
)
_BEFORE_MONTH = frozenset({"of", "di", "de", "del", "mese", "|", "/", ".", "'"})
_MAX_DAYS = 8  # in one enumeration; keeps looking ahead bounded


class Setting(NamedTuple):
    """What of a reading's circumstances the grammar must know."""

    order: DateOrder
    role: str
    language: str


class Phrase(NamedTuple):
    """A day, or the ends of a run of days, and the place after it."""

    first: Day
    last: Day | None
    stop: int


def day_phrase(ts: Tokens, i: int, setting: Setting, *, has_opener: bool = False) -> Phrase | None:
    """A day or run of days as stated at this place, or None."""
    before = relative.direction_before(ts, i)
    lean, j = before or (0, i)
    weekday, k = _weekday(ts, j)
    phrase = _stated(ts, k, setting, weekday=weekday, is_proved=has_opener or weekday is not None)
    if phrase is None and weekday is not None:  # `Mar. 5, 2025` is no Tuesday
        weekday = None
        phrase = _stated(ts, j, setting, weekday=None, is_proved=has_opener)
    if phrase is None:
        return _told_from_today(ts, i, setting)
    first, last, stop = phrase
    if first.weekday is None:
        first.weekday = weekday
    first.lean = lean
    after = relative.direction_after(ts, stop)
    if after:
        first.lean, stop = after
    (last or first).lean = first.lean
    if first.weekday is None and last is None and first.day:
        first.weekday, stop = _weekday_behind(ts, stop)
    return Phrase(first, last, stop)


def _told_from_today(ts: Tokens, i: int, setting: Setting) -> Phrase | None:
    """`ieri`, `lunedì scorso`; with a full day behind (`oggi, giovedì 9 ottobre`) that day."""
    read = relative.relative(ts, i)
    if read is None:
        return None
    day, j = read
    if day.shift and day.shift.unit == "day":
        k = j + (ts[j].kind in (",", "(", "-"))
        weekday, m = _weekday(ts, k)
        phrase = _stated(ts, m, setting, weekday=weekday, is_proved=True)
        if phrase and phrase.first.day and not phrase.first.shift:
            phrase.first.weekday, phrase.first.near = weekday, day.shift
            return phrase
        # `Domani Lavoro`, `Tomorrow Work`: a name.
        if ts[i].is_capital and ts[j].is_capital and not ts[j].text.startswith("ore"):
            return None
    return Phrase(day, None, j)


def _weekday(ts: Tokens, i: int) -> tuple[int | None, int]:
    weekday = WEEKDAYS.get(ts[i].text)
    if weekday is None:
        return None, i
    j = i + 1
    for _ in range(4):
        if ts[j].kind not in (".", ",", "'", "-", "(") and ts[j].text not in ARTICLES:
            break
        j += 1
    return weekday, j


def _weekday_behind(ts: Tokens, i: int) -> tuple[int | None, int]:
    """The weekday in `5 March 2025 (mercoledì)`."""
    if ts[i].kind in ("(", ",") and ts[i + 1].text in FULL_WEEKDAYS and ts[i + 2].kind in (")", END, "-"):
        return WEEKDAYS[ts[i + 1].text], i + 2 + (ts[i + 2].kind == ")")
    return None, i


def _stated(ts: Tokens, i: int, setting: Setting, *, weekday: int | None, is_proved: bool) -> Phrase | None:
    token = ts[i]
    if token.kind == NUMBER:
        return _figures(ts, i, setting, weekday=weekday, is_proved=is_proved)
    if token.text in MONTHS:
        return _month_first(ts, i, setting) or _months(ts, i, setting)
    if token.text in DAY_WORDS_IT or token.text in DAY_WORDS_EN or token.text == "twenty":
        return _day_first(ts, i, setting)
    return None


def _figures(ts: Tokens, i: int, setting: Setting, *, weekday: int | None, is_proved: bool) -> Phrase | None:
    read = numeric.numeric(ts, i, setting.order)
    if read is None and ts[i].size > 2:
        if ts[i].size in (4, 8) and is_alone(ts, i, _end_of_figures(ts, i)):
            read = numeric.compact(ts, i) or numeric.week_date(ts, i)
            if read is None and is_alone(ts, i, i + 3):
                read = numeric.year_month(ts, i)
        return Phrase(read[0], None, read[1]) if read else None
    if read:
        return Phrase(read[0], None, read[1])
    phrase = _day_first(ts, i, setting)
    if phrase:
        return phrase
    read = _day_slash_month(ts, i, setting, is_proved=is_proved) or _day_alone(ts, i, weekday)
    if read is None and setting.role != "body" and is_alone(ts, i, i + 3):
        read = numeric.year_month(ts, i)
    return Phrase(read[0], None, read[1]) if read else None


def _end_of_figures(ts: Tokens, i: int) -> int:
    """The place after a run of figures joined by `-`, `T`, `W` or `:`."""
    j = i + 1
    while (
        j < i + 12 and ts[j].kind != END and (ts[j].kind in (NUMBER, "-", ":", "+", ".") or ts[j].size == 1)
    ):
        j += 1
    return j


def _day_number(ts: Tokens, i: int) -> tuple[int, int] | None:
    """A number from 1 to 31 with its ordinal sign, or the word for it; and the place after it."""
    token = ts[i]
    if token.kind == NUMBER:
        if token.size > 2 or not 1 <= token.value <= 31:
            return None
        return token.value, i + 1 + (ts[i + 1].text in ORDINAL_SUFFIXES)
    if token.text in DAY_WORDS_IT and ts[i + 1].text in ITALIAN_MONTHS:
        return DAY_WORDS_IT[token.text], i + 1
    if token.text == "twenty" and ts[i + 1].kind == "-" and ts[i + 2].text in DAY_WORDS_EN:
        return 20 + DAY_WORDS_EN[ts[i + 2].text], i + 3
    if token.text in DAY_WORDS_EN and ts[i + 1].text == "of":
        return DAY_WORDS_EN[token.text], i + 1
    return None


def _day_first(ts: Tokens, i: int, setting: Setting) -> Phrase | None:
    """`27 marzo 2025`, `3-5 giugno`, `venerdì 14, sabato 15 e domenica 16 marzo`, `28 al 30/03/2025`."""
    days: list[Day] = []
    links: set[str] = set()
    j, first_stop = i, i
    while len(days) < _MAX_DAYS:
        weekday, j = _weekday(ts, j) if days else (None, j)
        number = _day_number(ts, j)
        if number is None:
            return None
        day, j = number
        days.append(Day(day, weekday=weekday))
        first_stop = first_stop if len(days) > 1 else j
        tail = _month_behind(ts, j, setting, in_list=len(days) > 1)
        if tail:
            return _close_list(days, links, tail, first_stop)
        link = link_between(ts, j)
        if link is None:
            return None
        links.add(link[0])
        j = link[1]
    return None


def _close_list(days: list[Day], links: set[str], tail: tuple[Day, int], first_stop: int) -> Phrase | None:
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
    if "to" in links:
        return Phrase(days[0], days[-1], stop) if len(days) == 2 else None
    if "and" not in links:
        return None
    if numbers[-1] - numbers[0] == len(numbers) - 1:
        return Phrase(days[0], days[-1], stop)
    # `il 5 e il 20 maggio`: two days, each read for itself.
    return Phrase(days[0], None, first_stop)


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


def _month_first(ts: Tokens, i: int, setting: Setting) -> Phrase | None:
    """`March 5, 2025`, `June 11-12, 2025`, `Dicembre 5, 2022`, `from Nov. 9 to 11`."""
    j = i + 1
    j += ts[j].kind == "."
    j += ts[j].text == "the"
    number = _day_number(ts, j)
    if number is None or ts[j].kind != NUMBER:
        return None
    day, j = number
    if _goes_on(ts, j):
        return None
    month = MONTHS[ts[i].text]
    days = [Day(day, month)]
    links: set[str] = set()
    while len(days) < _MAX_DAYS:
        link = link_between(ts, j)
        following = _day_number(ts, link[1]) if link else None
        if link is None or following is None or _is_clock(ts, link[1], following[1]):
            break
        links.add(link[0])
        days.append(Day(following[0], month))
        j = following[1]
    year = stated_year(ts, j)
    if not year and not _may_lack_year(ts, i, j, setting):
        return None
    if len(days) > 1 and links == {","}:
        return None
    stated = Day(0, month, year.value, is_short_year=year.is_short) if year else Day(0, month)
    return _close_list(days, links, (stated, year.stop if year else j), j)


def _goes_on(ts: Tokens, j: int) -> bool:
    """Whether the number is the beginning of `10:30` or `10.5`, not a day."""
    sep, token = ts[j], ts[j + 1]
    if sep.kind not in (":", ".", ",") or sep.gap or token.kind != NUMBER or token.gap:
        return False
    return sep.kind != "," or token.size != 4


def _is_clock(ts: Tokens, i: int, stop: int) -> bool:
    """Whether the number after `March 5 -` is an hour: `10:30`, `5 pm`, `9 April`."""
    return ts[stop].kind == ":" or ts[stop].text in ("am", "pm", "a", "p", "h") or ts[stop].text in MONTHS


def _may_lack_year(ts: Tokens, i: int, stop: int, setting: Setting) -> bool:
    month, after = ts[i], ts[stop]
    if is_alone(ts, i, stop):
        return True
    if month.text in ONLY_ITALIAN or not month.is_capital:
        return False
    return after.kind != "%" and (after.kind != WORD or month.text in STRONG_MONTHS or after.is_capital)


def _months(ts: Tokens, i: int, setting: Setting) -> Phrase | None:
    """`maggio 2024`, `gennaio-marzo 2025`, and a month alone where the words around show one."""
    j = i + 1
    j += ts[j].kind == "."
    month = MONTHS[ts[i].text]
    if i and ts[i - 1].kind == NUMBER and ts[i - 1].size <= 2:  # `31 aprile 2024`
        return None
    year = stated_year(ts, j)
    if year and not (ts[year.stop].kind in ("-", "/") and ts[year.stop + 1].size == 4):
        if ts[i].text == "set" and (
            setting.language == "en" or (i and ts[i - 1].text in ("data", "a", "the"))
        ):
            return None
        return Phrase(Day(0, month, year.value, is_short_year=year.is_short), None, year.stop)
    link = link_between(ts, j)
    if link and ts[link[1]].text in MONTHS and not (ts[i].size < 4 and ts[j].gap):
        following = _months(ts, link[1], setting)
        if following and following.last is None and following.first.year:
            return Phrase(Day(0, month), following.first, following.stop)
    return _month_alone(ts, i)


def _month_alone(ts: Tokens, i: int) -> Phrase | None:
    month, after = ts[i], ts[i + 1]
    if month.text not in STRONG_MONTHS and not (month.text in ("may", "march") and month.is_capital):
        return None
    if after.kind == NUMBER or after.is_capital or (after.kind == "-" and not after.gap):
        return None
    if relative.direction_after(ts, i + 1):
        return Phrase(Day(0, MONTHS[month.text]), None, i + 1)
    before = ts[i - 1].text if i else ""
    in_month = (
        before in ("di", "of")
        and i > 1
        and ts[i - 2].text in ("mese", "month", "fine", "meta", "inizio", "end")
    )
    if in_month or before in _MONTH_PREPOSITIONS:
        return Phrase(Day(0, MONTHS[month.text]), None, i + 1)
    return None


def _day_slash_month(ts: Tokens, i: int, setting: Setting, *, is_proved: bool) -> tuple[Day, int] | None:
    """`il 27/5`, `lunedì 9/12 ore 18`; `3/4 dei soci`, `24/7` and `Sala 3/4` are not."""
    read = numeric.day_month(ts, i, setting.order)
    if read is None or read[0].is_swapped:
        return None
    stop = read[1]
    if ts[stop].text in ("dei", "degli", "delle", "di", "della", "of", "giorni", "support"):
        return None
    before = ts[i - 1].text if i else ""
    if before == "'" and i > 1:
        before = ts[i - 2].text
    has_clock = clock_range(ts, stop) is not None and ts[stop].kind != "-"
    if ts[i + 1].kind == ".":
        proved = is_proved and ts[i + 2].size == 2 and not before.startswith("ore")
        return read if proved and (has_clock or ts[i].gap) else None
    if is_proved or before in _DAY_PREPOSITIONS or has_clock or _is_labelled(ts, i):
        return read
    if setting.role in ("published", "event", "header") and is_alone(ts, i, stop):
        return read if (ts[i].value, ts[i + 2].value) != (24, 7) else None
    return None


def _is_labelled(ts: Tokens, i: int) -> bool:
    return i > 1 and ts[i - 1].kind == ":" and ts[i - 2].text in _LABELS


def _day_alone(ts: Tokens, i: int, weekday: int | None) -> tuple[Day, int] | None:
    """`il 28 u.s.`, `il 4 c.m.`, and a weekday with its day: `venerdì 26`."""
    number = _day_number(ts, i)
    if number is None:
        return None
    day, j = number
    where = relative.day_of_month(ts, j)
    before = ts[i - 1] if i else None
    if where and (
        before is None or before.kind != WORD or before.text in _DAY_PREPOSITIONS or weekday is not None
    ):
        return Day(shift=Shift("monthday", where[0], day)), where[1]
    if weekday is None or not before or before.text not in FULL_WEEKDAYS or ts[j].kind == "%":
        return None
    if ts[j].kind in ("/", ".", ":", "-") and ts[j + 1].kind == NUMBER:
        return None
    if ts[j].kind == WORD and ts[j].text not in CLOCK_MARKS:
        return None
    return Day(day, weekday=weekday), j


def is_alone(ts: Tokens, i: int, stop: int) -> bool:
    """Whether the text holds nothing else: before it labels at most, after it punctuation."""
    if i > 8:
        return False
    for token in ts[:i]:
        if token.kind == NUMBER or (
            token.kind == WORD and token.text not in _ALONE and token.text not in WEEKDAYS
        ):
            return False
    for token in ts[stop : stop + 4]:
        if token.kind in (NUMBER, WORD):
            return False
    return ts[min(stop + 4, len(ts) - 1)].kind == END
