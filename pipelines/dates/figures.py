"""Days that begin with a number: which of the ways to write one it is.

Knows neither clocks nor today. Start reading at `figures`.
"""

from pipelines.dates import numeric, relative
from pipelines.dates.clock import clock_range
from pipelines.dates.dayrun import day_first, day_number
from pipelines.dates.draft import Day, Shift
from pipelines.dates.names import CLOCK_MARKS, FULL_WEEKDAYS, MONTHS
from pipelines.dates.scan import END, NUMBER, WORD, Tokens
from pipelines.dates.setting import LABELS, Phrase, Setting, is_alone

_DAY_PREPOSITIONS = frozenset(
    "il lo l del dell dal dall on the giorno entro fino sino until by da dopo prima".split()
)


def figures(ts: Tokens, i: int, setting: Setting, *, weekday: int | None, is_proved: bool) -> Phrase | None:
    """A day or run of days that begins with a number at this place."""
    read = numeric.numeric(ts, i, setting.order)
    if read is None and ts[i].size > 2:
        phrase = _year_first(ts, i)
        if phrase:
            return phrase
        if ts[i].size in (4, 8) and is_alone(ts, i, _end_of_figures(ts, i)):
            read = numeric.compact(ts, i) or numeric.week_date(ts, i)
            if read is None and is_alone(ts, i, i + 3):
                read = numeric.year_month(ts, i)
        return Phrase(read[0], None, read[1]) if read else None
    if read:
        return Phrase(read[0], None, read[1])
    phrase = day_first(ts, i, setting)
    if phrase:
        return phrase
    read = _day_slash_month(ts, i, setting, is_proved=is_proved) or _day_alone(ts, i, weekday)
    if read is None and setting.role != "body" and is_alone(ts, i, i + 3):
        read = numeric.year_month(ts, i)
    return Phrase(read[0], None, read[1]) if read else None


def _year_first(ts: Tokens, i: int) -> Phrase | None:
    """`2025-May-14`, `2025 maggio 14`."""
    year, sep = ts[i : i + 2]
    j = i + 1 + (sep.kind in ("-", "/", "."))
    k = j + 1 + (ts[j + 1].kind in ("-", "/", "."))
    if year.size != 4 or not 1900 <= year.value <= 2199 or ts[j].text not in MONTHS:
        return None
    day = ts[k]
    if day.kind != NUMBER or day.size > 2 or ts[k + 1].kind in (":", "/", "-") or ts[k + 1].text in MONTHS:
        return None
    return Phrase(Day(day.value, MONTHS[ts[j].text], year.value), None, k + 1)


def _end_of_figures(ts: Tokens, i: int) -> int:
    """The place after a run of figures joined by `-`, `T`, `W` or `:`."""
    j = i + 1
    while (
        j < i + 12 and ts[j].kind != END and (ts[j].kind in (NUMBER, "-", ":", "+", ".") or ts[j].size == 1)
    ):
        j += 1
    return j


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
        proved = proved and (has_clock or ts[i].gap)
        return read if proved or _ends_range(ts, stop, setting) else None
    if (
        is_proved
        or before in _DAY_PREPOSITIONS
        or has_clock
        or _is_labelled(ts, i)
        or _ends_range(ts, stop, setting)
    ):
        return read
    if setting.role in ("published", "event", "header") and is_alone(ts, i, stop):
        return read if (ts[i].value, ts[i + 2].value) != (24, 7) else None
    return None


def _ends_range(ts: Tokens, stop: int, setting: Setting) -> bool:
    """Whether the other end of a span with its year follows: `31/05 - 01/06/2025`."""
    joined = ts[stop].kind == "-" or ts[stop].text in ("al", "to")
    return joined and numeric.numeric(ts, stop + 1, setting.order) is not None


def _is_labelled(ts: Tokens, i: int) -> bool:
    return i > 1 and ts[i - 1].kind == ":" and ts[i - 2].text in LABELS


def _day_alone(ts: Tokens, i: int, weekday: int | None) -> tuple[Day, int] | None:
    """`il 28 u.s.`, `il 4 c.m.`, and a weekday with its day: `venerdì 26`."""
    number = day_number(ts, i)
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
