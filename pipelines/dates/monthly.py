"""Months before their day, and months alone: `June 11-12, 2025`, `maggio 2024`, `a settembre`.

Knows neither clocks nor today. Start reading at `month_first`.
"""

from pipelines.dates import relative
from pipelines.dates.dayrun import MAX_DAYS, close_list, day_number, is_between, link_between
from pipelines.dates.draft import Day
from pipelines.dates.names import AND_WORDS, CLOCK_MARKS, MONTHS, ONLY_ITALIAN, STRONG_MONTHS, TO_WORDS
from pipelines.dates.scan import NUMBER, WORD, Tokens
from pipelines.dates.setting import Phrase, Setting, is_alone
from pipelines.dates.year import stated_year

_MONTH_PREPOSITIONS = frozenset(
    "a ad in entro fine meta inizio inizi da fino until since late early mid during by scorso prossimo "
    "questo last next this ultimo".split()
)


def month_first(ts: Tokens, i: int, setting: Setting) -> Phrase | None:
    """`March 5, 2025`, `June 11-12, 2025`, `Dicembre 5, 2022`, `from Nov. 9 to 11`."""
    j = i + 1
    j += ts[j].kind == "." or (ts[j].kind == "-" and not ts[j].gap and not ts[j + 1].gap)
    j += ts[j].text == "the"
    number = day_number(ts, j)
    if number is None or ts[j].kind != NUMBER or _goes_on(ts, number[1]):
        return None
    day, j = number
    first = Day(day, MONTHS[ts[i].text])
    days, links, stop = _more_days(ts, i, j, first)
    if len(days) > 1:
        phrase = _close(ts, i, days, links, stop, setting)
        if phrase or "," not in links:
            return phrase
    # `On May 5, 15 companies`: the second number is no day.
    return _close(ts, i, [Day(day, first.month)], set(), j, setting)


def _more_days(ts: Tokens, i: int, j: int, first: Day) -> tuple[list[Day], set[str], int]:
    """The days that follow the first, what joins them, and the place after the last."""
    days, links = [first], set[str]()
    while len(days) < MAX_DAYS:
        link = link_between(ts, j)
        following = day_number(ts, link[1]) if link else None
        if link is None or following is None or _is_clock(ts, link[1], following[1]):
            break
        links.add("to" if is_between(ts, i) else link[0])
        days.append(Day(following[0], first.month))
        j = following[1]
    return days, links, j


def _close(ts: Tokens, i: int, days: list[Day], links: set[str], j: int, setting: Setting) -> Phrase | None:
    year = stated_year(ts, j)
    if links == {","} or (not year and not _may_lack_year(ts, i, j, setting)):
        return None
    stated = Day(0, days[0].month, year.value, is_short_year=year.is_short) if year else Day(0, days[0].month)
    return close_list(days, links, (stated, year.stop if year else j), j)


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
    if after.kind == WORD and not after.is_capital and month.text not in STRONG_MONTHS:
        return after.text in CLOCK_MARKS or after.text in TO_WORDS or after.text in AND_WORDS
    return after.kind != "%"


def months(ts: Tokens, i: int, setting: Setting) -> Phrase | None:
    """`maggio 2024`, `gennaio-marzo 2025`, and a month alone where the words around show one."""
    j = i + 1
    j += ts[j].kind == "."
    month = MONTHS[ts[i].text]
    if i and ts[i - 1].kind == NUMBER and ts[i - 1].size <= 2:  # `31 aprile 2024`
        return None
    year = stated_year(ts, j)
    if year and year.is_short and ts[year.stop - 2].kind != "'":
        # `Novembre 12`: a day, a year or a house number.
        year = year if ts[i].text in ONLY_ITALIAN and is_alone(ts, i, year.stop) else None
    if year and not (ts[year.stop].kind in ("-", "/") and ts[year.stop + 1].size == 4):
        if ts[i].text == "set" and (
            setting.language == "en" or (i and ts[i - 1].text in ("data", "a", "the"))
        ):
            return None
        return Phrase(Day(0, month, year.value, is_short_year=year.is_short), None, year.stop)
    link = link_between(ts, j)
    if link and ts[link[1]].text in MONTHS and not (ts[i].size < 4 and ts[j].gap):
        following = months(ts, link[1], setting)
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
