"""The commonest forms, each text a date and nothing else, read by one pattern instead of the grammar.

Knows nothing that the grammar does not: whatever is in doubt here is left to it, and a test holds
the two to the same answers. Start reading at `read_common`.
"""

import re
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo

from aggregator.items import DateOrder, Precision
from pipelines.dates.names import MONTHS, WEEKDAYS
from pipelines.dates.reading import Reading
from pipelines.dates.resolve import AMBIGUOUS, SWAPPED, order_why

_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-9]{2}([+-][0-9]{2}:[0-9]{2}|Z)?)?")
_NAMED = re.compile(
    r"(?:([A-Za-zì]{3,9}),? )?([0-9]{1,2}) ([A-Za-z]{3,9}) ((?:19|20)[0-9]{2})"
    r"(?:(?: - |, | alle | ore | alle ore | )([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}) ([+-][0-9]{4}|GMT))?)?"
)
_FIGURES = re.compile(
    r"([0-9]{1,2})([/.-])([0-9]{1,2})\2((?:19|20)[0-9]{2})(?:(?: - |, | )([0-9]{1,2}):([0-9]{2}))?"
)
_MONTH_FIRST = re.compile(r"([A-Za-z]{3,9}) ([0-9]{1,2}), ((?:19|20)[0-9]{2})")
_LONGEST = 48
_AS_STATED = "as stated"


def read_common(text: str, order: DateOrder, zone: tzinfo) -> Reading | None:
    """The reading of a text in one of the commonest forms; None leaves it to the grammar."""
    if len(text) > _LONGEST:
        return None
    try:
        if match := _NAMED.fullmatch(text):
            return _named(match, text, zone)
        if match := _FIGURES.fullmatch(text):
            return _figures(match, text, order, zone)
        if match := _MONTH_FIRST.fullmatch(text):
            month = MONTHS.get(match[1].lower())
            return _reading(text, date(int(match[3]), month, int(match[2]))) if month else None
        if match := _ISO.fullmatch(text):
            return _iso(match, text, zone)
    except ValueError:  # 30 February, 25:00: the grammar says what is left of them
        pass
    return None


def _reading(
    text: str,
    start: date | datetime,
    *,
    has_zone: bool = False,
    confidence: float = 1.0,
    why: str = _AS_STATED,
    others: tuple[date | datetime, ...] = (),
) -> Reading:
    precision = Precision.MINUTE if isinstance(start, datetime) else Precision.DAY
    return Reading(start, None, precision, has_zone, confidence, (0, len(text)), text, why, others)


def _here(at: datetime) -> datetime | None:
    """The hour in the site's zone, None in the nights when clocks change."""
    return at if at.utcoffset() == at.replace(fold=1).utcoffset() else None


def _iso(match: re.Match[str], text: str, zone: tzinfo) -> Reading | None:
    if not match[1]:
        return _reading(text, date.fromisoformat(text))
    at = datetime.fromisoformat(text)
    if match[2]:
        return _reading(text, at, has_zone=True)
    local = _here(at.replace(tzinfo=zone))
    return _reading(text, local) if local else None


def _named(match: re.Match[str], text: str, zone: tzinfo) -> Reading | None:
    weekday, number, name, year, hour, minute, second, offset = match.groups()
    month = MONTHS.get(name.lower())
    if month is None:
        return None
    day = date(int(year), month, int(number))
    if weekday and WEEKDAYS.get(weekday.lower().replace("ì", "i")) != day.weekday():
        return None
    if hour is None:
        return _reading(text, day)
    at = datetime(day.year, month, day.day, int(hour), int(minute), int(second or 0), tzinfo=zone)
    if offset is None:
        local = _here(at)
        return _reading(text, local) if local else None
    return _reading(text, at.replace(tzinfo=_offset(offset)), has_zone=True)


def _offset(text: str) -> tzinfo:
    if text == "GMT":
        return UTC
    offset = timedelta(hours=int(text[1:3]), minutes=int(text[3:]))
    return timezone(-offset if text[0] == "-" else offset)


def _figures(match: re.Match[str], text: str, order: DateOrder, zone: tzinfo) -> Reading | None:
    first, _, second, year, hour, minute = match.groups()
    number, month = int(first), int(second)
    if order is DateOrder.MDY:
        number, month = month, number
    confidence, why = 1.0, _AS_STATED
    others: tuple[date, ...] = ()
    if month > 12:
        day, confidence, why = date(int(year), number, month), SWAPPED, "order by the number above 12"
    else:
        day = date(int(year), month, number)
        if number <= 12 and number != month:
            others = (date(int(year), number, month),)
            confidence, why = AMBIGUOUS, order_why(order)
    if hour is None:
        return _reading(text, day, confidence=confidence, why=why, others=others)
    local = _at(day, hour, minute, zone)
    hours = tuple(_at(other, hour, minute, zone) for other in others)
    if local is None or None in hours:
        return None
    return _reading(text, local, confidence=confidence, why=why, others=tuple(h for h in hours if h))


def _at(day: date, hour: str, minute: str, zone: tzinfo) -> datetime | None:
    return _here(datetime(day.year, day.month, day.day, int(hour), int(minute), tzinfo=zone))
