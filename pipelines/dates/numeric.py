"""Dates written in figures: `11/03/2024`, `2025-02-14`, `3.1.25`, `27/5`, `20250214`, epochs.

Knows no words but those that show a number to be something else. Start reading at `numeric`.
"""

from datetime import UTC, date, datetime

from aggregator.items import DateOrder
from pipelines.dates.draft import Day
from pipelines.dates.names import NOT_BEFORE_NUMERIC, VERSIONS
from pipelines.dates.scan import NUMBER, WORD, Tokens

_SEPARATORS = ("/", "-", ".")
_CURRENCY = frozenset("€$£%#")
_ORDERS = {DateOrder.DMY: (0, 1, 2), DateOrder.MDY: (1, 0, 2), DateOrder.YMD: (2, 1, 0)}
EARLIEST_YEAR, LATEST_YEAR = 1900, 2199


def numeric(ts: Tokens, i: int, order: DateOrder, *, in_list: bool = False) -> tuple[Day, int] | None:
    """Three numbers with the same separator between, one of them a year; in the site's order.

    Shapes: where the other order is possible too, it is in `other`.
    """
    a, sep, b, sep2, c = ts[i : i + 5]
    if sep.kind not in _SEPARATORS or b.kind != NUMBER or sep2.kind != sep.kind or c.kind != NUMBER:
        return None
    if b.size > 2 or not is_free(ts, i, i + 5, in_list=in_list):
        return None
    if sep.kind == "." and any(token.text in VERSIONS for token in ts[max(0, i - 5) : i]):
        return None
    spaced = sep.gap or sep2.gap or b.gap or c.gap
    if a.size == 4 and c.size <= 2:
        day = _year_first(a.value, b.value, c.value)
    elif a.size <= 2 and c.size == 4:
        day = _ordered(a.value, b.value, c.value, order)
    elif a.size <= 2 and c.size == 2 and not spaced and not (i and ts[i - 1].kind == ")"):
        day = _short(a.value, b.value, c.value, order)
    else:
        return None
    return (day, i + 5) if day else None


def is_free(ts: Tokens, i: int, stop: int, *, in_list: bool) -> bool:
    """Whether the tokens stand for themselves: no part of a version, price, address or longer chain.

    Shapes: `in_list` holds for the last of `3-5/06/2025`, where a number before is a day too.
    """
    before, after = ts[i - 1] if i else None, ts[stop]
    if after.kind in _CURRENCY:
        return False
    if not after.gap:
        if after.kind in _SEPARATORS and ts[stop + 1].kind == NUMBER and not ts[stop + 1].gap:
            if ts[stop + 2].kind == ":":  # `12/06/2025-18:30`
                return after.kind == "-"
            # ISO 8601 writes `2025-05-31/2025-06-01` for a span.
            return after.kind == "/" and ts[i].size == ts[stop + 1].size == 4
        if after.kind == WORD and after.text not in ("t", "h", "ore", "alle"):
            return False
        if after.kind == "_" and ts[stop + 1].kind == WORD:
            return False
    if before is None or in_list:
        return True
    if before.text in NOT_BEFORE_NUMERIC or before.kind in _CURRENCY:
        return False
    if before.kind == "." and i > 1 and ts[i - 2].text in NOT_BEFORE_NUMERIC:
        return False
    if ts[i].gap or before.text in ("l", "dell", "dall", "all", "dal", "il", "del", "'"):
        return True
    chained = before.kind in (*_SEPARATORS, ":", "_") and i > 1 and ts[i - 2].kind == NUMBER
    chained = chained and not (before.kind == "/" and ts[i].size == 4 and ts[i - 2].size == 2)
    return not chained and before.kind not in (WORD, NUMBER, "_", "=", "+")


def _is_day(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return EARLIEST_YEAR <= year <= LATEST_YEAR


def _year_first(year: int, month: int, day: int) -> Day | None:
    if _is_day(year, month, day):
        return Day(day, month, year)
    return None


def _ordered(a: int, b: int, year: int, order: DateOrder) -> Day | None:
    day, month = (b, a) if order is DateOrder.MDY else (a, b)
    straight, crossed = _is_day(year, month, day), _is_day(year, day, month)
    if straight:
        return Day(day, month, year, other=(month, day) if crossed and day != month else None)
    return Day(month, day, year, is_swapped=True) if crossed else None


def _short(a: int, b: int, c: int, order: DateOrder) -> Day | None:
    """A year of two digits, in the place that the order gives it."""
    place = _ORDERS[order]
    numbers = (a, b, c)
    for day_at, month_at, year_at in (place, (0, 1, 2), (1, 0, 2)):
        day, month, year = numbers[day_at], numbers[month_at], full_year(numbers[year_at])
        if _is_day(year, month, day):
            other = (month, day) if day <= 12 and day != month else None
            return Day(day, month, year, other=other, is_short_year=True)
    return None


def full_year(two_digits: int) -> int:
    """The year that `'24` means. News begin with the web: 70 and up are the last century's."""
    return two_digits + (2000 if two_digits < 70 else 1900)


def day_month(ts: Tokens, i: int, order: DateOrder, *, in_list: bool = False) -> tuple[Day, int] | None:
    """`27/5`, `09.12`: two numbers that the words around must prove to be a day."""
    a, sep, b = ts[i : i + 3]
    if sep.kind not in ("/", ".") or sep.gap or b.kind != NUMBER or b.gap or a.size > 2 or b.size > 2:
        return None
    if not is_free(ts, i, i + 3, in_list=in_list):
        return None
    day, month = (b.value, a.value) if order is DateOrder.MDY else (a.value, b.value)
    swapped = month > 12
    if swapped:
        day, month = month, day
    # A leap year: 29/02 is a day.
    return (Day(day, month, is_swapped=swapped), i + 3) if _is_day(2024, month, day) else None


def compact(ts: Tokens, i: int) -> tuple[Day, int] | None:
    """`20250214`, year first."""
    token = ts[i]
    if token.size != 8:
        return None
    year, month, day = int(token.text[:4]), int(token.text[4:6]), int(token.text[6:])
    if not (1990 <= year <= 2100 and _is_day(year, month, day)):
        return None
    return Day(day, month, year), i + 1


def epoch(ts: Tokens, i: int) -> datetime | None:
    """Seconds (10 digits) or milliseconds (13) since 1970, from 2001 to 2033."""
    token = ts[i]
    if token.size not in (10, 13) or token.value < 0:
        return None
    seconds = token.value if token.size == 10 else token.value // 1000
    if not 1_000_000_000 <= seconds < 2_000_000_000:
        return None
    return datetime.fromtimestamp(seconds, UTC)


def year_month(ts: Tokens, i: int) -> tuple[Day, int] | None:
    """`2025-05` and `05/2025`, for texts that are nothing else."""
    a, sep, b = ts[i : i + 3]
    if sep.kind not in _SEPARATORS or a.kind != NUMBER or b.kind != NUMBER or sep.gap or b.gap:
        return None
    if a.size == 4 and b.size == 2 and sep.kind == "-":
        year, month = a.value, b.value
    elif a.size == 2 and b.size == 4 and sep.kind != "-":
        month, year = a.value, b.value
    else:
        return None
    return (Day(0, month, year), i + 3) if 1 <= month <= 12 and 1990 <= year <= 2100 else None


def week_date(ts: Tokens, i: int) -> tuple[Day, int] | None:
    """ISO week dates: `2025-W07-5`."""
    year, dash, letter, week, dash2, weekday = ts[i : i + 6]
    if year.size != 4 or dash.kind != "-" or letter.text != "w" or week.kind != NUMBER:
        return None
    if dash2.kind != "-" or weekday.kind != NUMBER:
        return None
    try:
        stated = date.fromisocalendar(year.value, week.value, weekday.value)
    except ValueError:
        return None
    return Day(stated.day, stated.month, stated.year), i + 6
