"""Where in the world a page of an unknown site is written: its zone, and how it orders day and month.

For pages without a catalogue; a Source of the catalogue says both itself. Start reading at `placed`.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from aggregator.items import DateOrder, Page, Precision, RawArticle, Source
from pipelines.dates import read_date

_OFFSET = re.compile(r"\d\d:\d\d[:.\d]* ?(?:([+-])(\d\d):?(\d\d)|Z)$")
_ISO = re.compile(r"\b((?:19|20)\d\d)-(\d\d)-(\d\d)(?:\b|T)")
_FIGURES = re.compile(r"(?<![\d./-])(\d{1,2})([./-])(\d{1,2})\2((?:19|20)?\d\d)(?![\d./-])")
_LANGUAGE = re.compile(r"([a-z]{2,3})(?:[_-]([a-z]{2})\b)?", re.IGNORECASE)
_AMERICAN_ZONES = ("America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles")
# An offset of these on one day is another on others.
_WITH_SUMMER = (*_AMERICAN_ZONES, "Europe/Rome", "Europe/London", "Australia/Sydney")
_SKIPPED = ("[datetime]", " (far)")
# How far `Etc/GMT` goes to the east and to the west, and the zones that it has no name for.
_EASTMOST, _WESTMOST = 14, 12
_HALF_HOURS = {
    "-0330": "America/St_Johns",
    "+0330": "Asia/Tehran",
    "+0430": "Asia/Kabul",
    "+0530": "Asia/Kolkata",
    "+0545": "Asia/Kathmandu",
    "+0630": "Asia/Yangon",
    "+0930": "Australia/Darwin",
}
# Top-level domains that are no country's, and those of the United States.
_NOWHERE = frozenset(
    ["com", "org", "net", "info", "biz", "io", "ai", "co", "app", "dev", "blog", "news", "tech"]
)
_AMERICAN = frozenset(["us", "gov", "edu", "mil"])
# English pages of Italian sites order their days as Italian ones do.
_ITALIAN = (b"P.IVA", b"P. IVA", b"Partita IVA", b"+39", b'hreflang="it', b"Italia", b"Milano", b"Roma ")


def placed(source: Source, raw: RawArticle, page: Page) -> Source:
    """The Source with the zone and order of dates that its page shows; as it is where nothing shows them.

    Shapes: a zone is that of the offset which most of the page's dates state on their days, else
        `Etc/GMT+8`; where all state UTC, one in which the instant's day is the day that readers see.
    """
    values = [found.value for found in (*raw.published, *raw.modified)]
    order = _order(values, raw, page) or source.date_order
    zone = _zone(values)
    if zone in ("UTC", "Europe/London") and _speaks_italian(raw, page):
        zone = None  # clocks of servers, and of systems that know no summer time
    elif zone == "UTC":
        zone = _zone_of_shown(raw, order) or zone
    return replace(source, zone=zone or source.zone, date_order=order)


def _zone(values: Iterable[str]) -> str | None:
    """The zone of the offset that the page states most; UTC where it states no other."""
    values = [value.strip() for value in values]
    offsets = Counter(match.groups("00") for value in values if (match := _OFFSET.search(value)))
    stated = [groups for groups, _ in offsets.most_common() if groups[1:] != ("00", "00")]
    if not stated:
        return "UTC" if offsets else None
    instants = [at for value in values if (at := _instant(value)) and f"{at:%z}" == "".join(stated[0])]
    for zone in _WITH_SUMMER if instants else ():
        if all(at.astimezone(ZoneInfo(zone)).utcoffset() == at.utcoffset() for at in instants):
            return zone
    sign, hours, minutes = stated[0]
    if minutes != "00":
        return _HALF_HOURS.get(f"{sign}{hours}{minutes}")
    # Rome's own offsets are the default's, in summer and winter.
    if int(hours) > (_EASTMOST if sign == "+" else _WESTMOST) or (sign == "+" and int(hours) in (1, 2)):
        return None
    return f"Etc/GMT{'-' if sign == '+' else '+'}{int(hours)}"


def _instant(value: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        return None
    return at if at.tzinfo else None


def _zone_of_shown(raw: RawArticle, order: DateOrder) -> str | None:
    """The zone in which the only instant's day is the day before UTC's, if readers see that one alone.

    Who publishes in an American evening states the next day of UTC for machines.
    """
    lines = [f.value for f in raw.published if f.where.startswith("page:") and not f.where.endswith(_SKIPPED)]
    readings = [reading for line in lines if (reading := read_date(line, order=order, role="published"))]
    shown = {r.day for r in readings if r.precision is Precision.DAY and r.is_year_stated}
    instants = [at for found in raw.published if (at := _instant(found.value.strip()))]
    for zone in _AMERICAN_ZONES if len(shown) == 1 else ():
        days = {(at.date(), at.astimezone(ZoneInfo(zone)).date()) for at in instants}
        if days and all(theirs in shown and day not in shown for day, theirs in days):
            return zone
    return None


def _speaks_italian(raw: RawArticle, page: Page) -> bool:
    return _domain(page) == "it" or any(found.value.lower().startswith("it") for found in raw.language)


def _domain(page: Page) -> str:
    return (urlsplit(page.url).hostname or "").rpartition(".")[2]


def _order(values: list[str], raw: RawArticle, page: Page) -> DateOrder | None:
    """The order that the page's own days prove, else the one of where it seems to be written."""
    stated = {match.group(1, 2, 3) for value in values for match in _ISO.finditer(value)}
    days = {day for year, month, n in stated if (day := _day(int(year), int(month), int(n)))}
    # An instant in UTC may be the day before or after where it was written.
    known = {day + timedelta(days=n) for day in days for n in (-1, 0, 1)}
    figures = [m.groups() for value in values for m in _FIGURES.finditer(value)]
    for first, _, second, year in figures:
        a, b = int(first), int(second)
        full = int(year) + (2000 if len(year) == 2 else 0)
        if b > 12 >= a or (_day(full, a, b) in known and _day(full, b, a) not in known):
            return DateOrder.MDY
        if a > 12 >= b or (_day(full, b, a) in known and a != b):
            return DateOrder.DMY
    return DateOrder.MDY if figures and _is_american(raw, page) else None


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _is_american(raw: RawArticle, page: Page) -> bool:
    """Whether the page is written in American English, as far as language and domain tell."""
    stated = [match.groups() for found in raw.language if (match := _LANGUAGE.match(found.value))]
    regions = {region.lower() for language, region in stated if region and language.lower() == "en"}
    if any(language.lower() != "en" for language, _ in stated) or regions - {"us"}:
        return False
    domain = _domain(page)
    if domain in _AMERICAN:
        return True
    if "us" not in regions or domain not in _NOWHERE:
        return False
    return not any(mark in page.body for mark in _ITALIAN)
