"""Dates in addresses, in the forms that Italian publishers use.

Knows no pages; an address proves a day only in a form that means one. Start reading at `read_url`.
"""

import re
from datetime import date, datetime
from functools import cache

from aggregator.items import DateOrder, Precision
from pipelines.dates.draft import Clock
from pipelines.dates.names import ITALIAN_MONTHS, MONTHS
from pipelines.dates.numeric import full_year
from pipelines.dates.reading import Reading
from pipelines.dates.resolve import Context, at_clock

_NAME = "|".join(sorted(MONTHS, key=len, reverse=True))
_ITALIAN = "|".join(ITALIAN_MONTHS)
_SLASH, _FREE, _CLOSED, _FOLDER = r"(?:^|/)", r"(?<![0-9a-zA-Z])", r"(?![0-9a-zA-Z])", r"(?=[/?#]|$)"
_Y, _S = r"(?P<y>(?:19|20)[0-9]{2})", r"(?P<s>[0-9]{2})"
_D, _DD = r"(?P<d>[0-9]{1,2})", r"(?P<d>[0-9]{2})"
_M, _MM = r"(?P<m>[0-9]{1,2})", r"(?P<m>[0-9]{2})"
_N, _IT = rf"(?P<n>{_NAME})", rf"(?P<n>{_ITALIAN})"
_HMS = r"(?P<H>[0-9]{2})\.(?P<M>[0-9]{2})\.(?P<S>[0-9]{2})"

_LATER_CLOCK = re.compile(r"-(?P<H>[0-9]{2})(?P<M>[0-9]{2})(?P<S>[0-9]{2})\.s?html?(?:\?|$)")
# Best first. `/2024/07/31-million-...` is July: a day in a path of its own must close its segment.
_FORMS = (
    (rf"{_SLASH}{_Y}/{_M}/{_D}{_FOLDER}", 0.85, "folders of year, month and day"),
    (rf"{_SLASH}{_Y}/{_N}/{_D}{_FOLDER}", 0.85, "folders of year, month and day"),
    (rf"{_SLASH}{_D}/{_M}/{_Y}{_FOLDER}", 0.8, "folders of day, month and year"),
    (rf"{_SLASH}{_D}/{_N}/{_Y}{_FOLDER}", 0.8, "folders of day, month and year"),
    (rf"{_SLASH}{_S}_{_IT}_{_D}(?=[/_]|$)", 0.85, "folder of year, month and day"),
    (rf"{_FREE}{_Y}[-_.]{_MM}[-_.]{_DD}(?:{_CLOSED}|(?=T[0-9]))", 0.8, "year, month and day in a name"),
    (rf"{_FREE}{_D}[-_.]{_M}[-_.]{_Y}{_CLOSED}", 0.7, "day, month and year in a name"),
    (rf"{_FREE}{_D}[-_]{_N}[-_]{_Y}{_CLOSED}", 0.65, "day, month and year in a name"),
    (rf"{_FREE}{_D}-{_N}-{_S}(?=[/?#.]|$)", 0.65, "day, month and year in a name"),
    (rf"{_FREE}{_N}-{_D}-{_Y}{_CLOSED}", 0.65, "month, day and year in a name"),
    (rf"(?<![0-9]){_DD}{_MM}(?P<y>20[0-9]{{2}}){_HMS}", 0.7, "day and hour in a Domino name"),
    (rf"(?<![0-9a-zA-Z=])(?P<y>20[0-9]{{2}}){_MM}{_DD}{_CLOSED}", 0.65, "eight digits in a name"),
    (rf"(?<![0-9a-zA-Z=]){_DD}{_MM}(?P<y>20[0-9]{{2}}){_CLOSED}", 0.55, "eight digits in a name"),
    (
        rf"{_FREE}{_DD}(?P<sep>[-.]){_MM}(?P=sep){_S}(?=\.[a-z]{{3,5}}(?:[?#]|$))",
        0.5,
        "two digits each at the end",
    ),
    (rf"[-_]{_DD}{_MM}{_S}(?=\.[a-z]{{3,5}}(?:[?#]|$))", 0.5, "six digits at the end"),
    (rf"{_SLASH}{_Y}/{_MM}{_FOLDER}", 0.7, "folders of year and month"),
    (rf"{_SLASH}{_Y}/{_N}{_FOLDER}", 0.7, "folders of year and month"),
    (rf"{_SLASH}{_Y}-{_MM}{_FOLDER}", 0.6, "folder of year and month"),
    (rf"{_FREE}{_IT}[-_]{_Y}{_CLOSED}", 0.5, "month and year in a name"),
)


@cache
def _forms() -> tuple[tuple[re.Pattern[str], float, str], ...]:
    """The forms as patterns, made at the first address: whoever reads none need not wait for them."""
    return tuple((re.compile(pattern, re.IGNORECASE), trust, why) for pattern, trust, why in _FORMS)


def read_url(url: str, context: Context) -> tuple[Reading, ...]:
    """The date that an address states, of the surest form that it has; empty for none."""
    from urllib.parse import unquote

    path = unquote(url.split("#", 1)[0])
    for pattern, confidence, why in _forms():
        for match in pattern.finditer(path):
            reading = _reading(match, path, context, confidence, why)
            if reading:
                return (reading,)
    return ()


def _reading(
    match: re.Match[str], path: str, context: Context, confidence: float, why: str
) -> Reading | None:
    parts = match.groupdict()
    year = int(parts["y"]) if parts.get("y") else full_year(int(parts["s"]))
    month = MONTHS[parts["n"].lower()] if parts.get("n") else int(parts["m"])
    number = int(parts["d"]) if parts.get("d") else 0
    if context.order is DateOrder.MDY and "-" in match[0] and "m" in parts and match[0][:1] != str(year)[:1]:
        number, month = (month, number) if number and number <= 12 else (number, month)
    day = _day(year, month, number or 1)
    if day is None:
        return None
    at = _clock(parts, day, path, context, match.end())
    precision = Precision.MINUTE if at else Precision.DAY if number else Precision.MONTH
    return Reading(at or day, None, precision, False, confidence, match.span(), match[0].strip("/-_"), why)


def _day(year: int, month: int, day: int) -> date | None:
    try:
        found = date(year, month, day)
    except ValueError:
        return None
    return found if 1990 <= year <= 2100 else None


def _clock(
    parts: dict[str, str | None], day: date, path: str, context: Context, stop: int
) -> datetime | None:
    """The hour in a Domino name, or in the file name behind a folder that is a day."""
    if not parts.get("H"):
        later = _LATER_CLOCK.search(path, stop)
        if later is None or path[stop : stop + 1] != "/":
            return None
        parts = later.groupdict()
    hour, minute, second = (int(parts[key] or 0) for key in "HMS")
    if hour > 23 or minute > 59 or second > 59:
        return None
    return at_clock(day, Clock(hour, minute, second), context)[0]
