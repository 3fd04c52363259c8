"""Days told from today: `ieri`, `due settimane fa`, `lunedì scorso`, `il 28 u.s.`, `in 3 days`.

Knows no calendar: gives distances from the reference. Start reading at `relative`.
"""

from pipelines.dates.draft import Day, Shift
from pipelines.dates.names import (
    AGO,
    COUNTS,
    DAY_OFFSETS,
    DAY_PARTS,
    DAY_PHRASES,
    ENGLISH_UNITS,
    FULL_WEEKDAYS,
    FUTURE_WORDS,
    NOW_PHRASES,
    PAST_WORDS,
    THIS_WORDS,
    UNITS,
    WEEKDAYS,
)
from pipelines.dates.scan import NUMBER, WORD, Tokens

_MAX_COUNT = 400
_DAY_PHRASES_BY_WORD = {
    first: [(phrase, days) for phrase, days in DAY_PHRASES.items() if phrase[0] == first]
    for first in {phrase[0] for phrase in DAY_PHRASES}
}
_TODAY = frozenset({"oggi", "today", "domani", "tomorrow"})
# `le sfide di oggi`, `un domani`, `ad oggi`: not a day but these times.
_THESE_TIMES = frozenset("di ad del un il al of the for a odierni dei giovani fino".split())


def relative(ts: Tokens, i: int) -> tuple[Day, int] | None:
    """A day, weekday or instant by its distance from the reference."""
    return _day_word(ts, i) or _now(ts, i) or _ago(ts, i) or _ahead(ts, i) or _month(ts, i) or _weekday(ts, i)


def _day_word(ts: Tokens, i: int) -> tuple[Day, int] | None:
    offset, stop = DAY_OFFSETS.get(ts[i].text), i + 1
    for phrase, days in _DAY_PHRASES_BY_WORD.get(ts[i].text, ()):
        if all(ts[i + n].text == word for n, word in enumerate(phrase)):
            offset, stop = days, i + len(phrase)
            break
    if offset is None or (ts[i].text in _TODAY and _is_these_times(ts, i)):
        return None
    if ts[stop].text in DAY_PARTS:
        stop += 1
    return Day(shift=Shift("day", offset)), stop


def _is_these_times(ts: Tokens, i: int) -> bool:
    after = ts[i + 1]
    if after.kind == "'" and ts[i + 2].text == "s":
        return True
    return i > 0 and ts[i - 1].text in _THESE_TIMES and not _is_clock_before(ts, i)


def _is_clock_before(ts: Tokens, i: int) -> bool:
    return i > 1 and ts[i - 2].kind == NUMBER


def _now(ts: Tokens, i: int) -> tuple[Day, int] | None:
    for phrase in NOW_PHRASES:
        if phrase[0] == ts[i].text and all(ts[i + n].text == word for n, word in enumerate(phrase)):
            return Day(shift=Shift("minute", 0)), i + len(phrase)
    return None


def _amount(ts: Tokens, i: int) -> tuple[int, str, int] | None:
    """A count and its unit: `due settimane`, `3h`, `un'ora`, `mezz'ora`."""
    token = ts[i]
    count = token.value if token.kind == NUMBER else COUNTS.get(token.text, -1)
    if not 0 <= count <= _MAX_COUNT:
        return None
    j = i + 1
    if ts[j].kind == "'" or (token.text == "half" and ts[j].text in ("a", "an")):
        j += 1
    unit = UNITS.get(ts[j].text)
    if ts[j - 1].kind == "'" and ts[j].text in AGO:  # `10' fa`
        return count, "minute", j
    if unit is None:
        return None
    if token.text in ("mezz", "mezza", "half"):
        return (30, "minute", j + 1) if unit == "hour" else None
    j += 1
    return count, unit, j + (ts[j].kind == "." and ts[j + 1].text in AGO)


def _ago(ts: Tokens, i: int) -> tuple[Day, int] | None:
    amount = _amount(ts, i)
    if amount is None:
        return None
    back, j = _compound(ts, *amount)
    if ts[j].text in AGO:
        return Day(shift=back), j + 1
    if ts[j].text == "or" and ts[j + 1].text == "sono":
        return Day(shift=back), j + 2
    if ts[j].text == "from" and ts[j + 1].text in ("now", "today"):
        return Day(shift=Shift(back.unit, -back.count)), j + 2
    return None


# How many of the second unit make one of the first.
_IN_ONE = {("hour", "minute"): 60, ("week", "day"): 7, ("year", "month"): 12}


def _compound(ts: Tokens, count: int, unit: str, j: int) -> tuple[Shift, int]:
    """`2 hours, 5 minutes` as minutes, `5 mesi 3 settimane` as both; of `1 day, 3 hours` the days alone.

    Django writes two units with a comma, Drupal without.
    """
    alone = Shift(unit, -count, is_cut=True)
    has_joint = ts[j].kind == "," or ts[j].text in ("e", "and")
    more = _amount(ts, j + has_joint) if has_joint or ts[j].kind == NUMBER else None
    if more is None or ts[more[2]].text not in AGO:
        return alone, j
    number, smaller, stop = more
    if (unit, smaller) in _IN_ONE:
        return Shift(smaller, -(count * _IN_ONE[unit, smaller] + number), is_cut=True), stop
    if unit == "month" and smaller in ("week", "day"):
        return Shift(unit, -count, rest=(smaller, -number), is_cut=True), stop
    return alone, stop


def _ahead(ts: Tokens, i: int) -> tuple[Day, int] | None:
    """`fra due settimane`; the English `in 3 days` may also say how long, so it must begin the text."""
    word = ts[i].text
    if word not in ("fra", "tra", "in") or (word == "in" and i > 0):
        return None
    amount = _amount(ts, i + 1)
    if amount is None or ts[amount[2]].text in ("e", "and", "di", "of"):
        return None
    count, unit, j = amount
    if word == "in" and (ts[j].kind == WORD or ts[j - 1].text not in ENGLISH_UNITS):
        return None
    return Day(shift=Shift(unit, count)), j


def _direction(ts: Tokens, i: int) -> tuple[int, int] | None:
    """-1 or 1 by words such as `scorso`, `u.s.`, `p.v.`, `next`, and the place after them."""
    token = ts[i]
    if token.text in ("ultimo", "prossimo") and ts[i + 1].text in ("scorso", "passato", "venturo"):
        return (-1 if token.text == "ultimo" else 1), i + 2
    if token.text == "this" and ts[i + 1].text in ("past", "last", "coming"):
        return (1 if ts[i + 1].text == "coming" else -1), i + 2
    if token.text in PAST_WORDS:
        return -1, i + 1
    if token.text in FUTURE_WORDS:
        return 1, i + 1
    initials = office(ts, i)
    if initials and initials[0] in ("us", "pp", "pv"):
        return (1 if initials[0] == "pv" else -1), initials[1]
    return None


def direction_before(ts: Tokens, i: int) -> tuple[int, int] | None:
    """`lo scorso`, `il prossimo`, `last`, `next`, `questo`: 0 is for this week."""
    j = i + (ts[i].text in ("lo", "il", "la", "the", "di", "on"))
    if ts[j].text in THIS_WORDS and ts[j + 1].text not in ("past", "last", "coming"):
        return 0, j + 1
    return _direction(ts, j)


def direction_after(ts: Tokens, i: int) -> tuple[int, int] | None:
    """What may follow a day: `scorso`, `u.s.`, `p.v.`, `prossimo`."""
    j = i + (ts[i].kind == "," and ts[i + 1].text in ("u", "p"))
    if ts[j].text in ("last", "next", "coming", "upcoming", "past"):
        return None
    return _direction(ts, j)


def office(ts: Tokens, i: int) -> tuple[str, int] | None:
    """The initials of office Italian, `u.s.` or `c.m.`, joined, and the place after them."""
    a, dot, b = ts[i : i + 3]
    if a.kind == WORD and a.size == 1 and dot.kind == "." and b.kind == WORD and b.size == 1:
        initials = a.text + b.text
        if initials in ("us", "cm", "pv", "pp", "ca", "ac", "pm"):
            return initials, i + 3 + (ts[i + 3].kind == ".")
    return None


def _weekday(ts: Tokens, i: int) -> tuple[Day, int] | None:
    before = direction_before(ts, i)
    if before and ts[before[1]].text in FULL_WEEKDAYS:
        where, j = before
        return Day(shift=Shift("weekday", where, WEEKDAYS[ts[j].text])), j + 1
    if ts[i].text in FULL_WEEKDAYS:
        j = i + 1 + (ts[i + 1].kind == "'")
        after = direction_after(ts, j)
        if ts[j].text == "last" and ts[j + 1].kind != WORD:  # `on Monday last`
            after = (-1, j + 1)
        if after:
            return Day(shift=Shift("weekday", after[0], WEEKDAYS[ts[i].text])), after[1]
    return None


def _month(ts: Tokens, i: int) -> tuple[Day, int] | None:
    """`il mese scorso`, `next month`, `lo scorso anno`."""
    before = direction_before(ts, i)
    if before and ts[before[1]].text in ("mese", "month"):
        return Day(shift=Shift("month", before[0])), before[1] + 1
    j = i + (ts[i].text in ("il", "nel", "del"))
    if ts[j].text == "mese":
        after = direction_after(ts, j + 1)
        if after:
            return Day(shift=Shift("month", after[0])), after[1]
    return None


def day_of_month(ts: Tokens, j: int) -> tuple[int, int] | None:
    """What may follow `il 28`: `u.s.`, `c.m.`, `del corrente mese`, `del mese scorso`; -1, 0 or 1."""
    initials = office(ts, j)
    if initials and initials[0] in ("us", "pp", "pv", "cm"):
        return {"us": -1, "pp": -1, "pv": 1, "cm": 0}[initials[0]], initials[1]
    k = j + (ts[j].text in ("del", "di", "of"))
    words = (ts[k].text, ts[k + 1].text)
    if words in (("corrente", "mese"), ("mese", "corrente"), ("questo", "mese"), ("this", "month")):
        return 0, k + 2
    if words in (("mese", "scorso"), ("scorso", "mese"), ("last", "month"), ("ultimo", "scorso")):
        return -1, k + 2
    if words in (("mese", "prossimo"), ("prossimo", "mese"), ("next", "month"), ("prossimo", "venturo")):
        return 1, k + 2
    if k == j and ts[j].text in ("scorso", "corrente", "corr"):
        return (-1 if ts[j].text == "scorso" else 0), j + 1
    return None
