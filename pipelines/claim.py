"""One text that may state the day of publication, as it was read: its day, its hour, how far it is believed.

Knows no other claim than itself. Start reading at `claim_of`.
"""

import re
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta, tzinfo

from aggregator.items import Found, Precision
from pipelines.dates import Reading
from pipelines.dates.resolve import COUNTED

# How far a place is to be believed about the publication date, first pattern first. They order
# places and add up where these agree; they are judgements, not measured frequencies.
_TRUST: tuple[tuple[re.Pattern[str], float], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), trust)
    for pattern, trust in (
        (r"operator:", 1.0),
        (r"selector:", 0.97),
        (r"import:", 0.95),
        (r"wordpress:date", 0.95),
        (r"sitemap:lastmod", 0.0),
        (r"sitemap:", 0.85),
        (r"jsonld:.*(created|upload)", 0.6),
        (r"jsonld:", 0.9),
        (r"meta:.*(publi|issued|pubdate|sailthru|article)", 0.88),
        (r"meta:", 0.7),
        (r"microdata:.*(created|upload)", 0.55),
        (r"microdata:", 0.82),
        (r"feed:", 0.88),
        (r"listing:", 0.75),
        (r"page:.* \(far\)", 0.45),
        (r"page:.*\[datetime\]", 0.8),
        (r"page:dateline", 0.6),
        (r"page:", 0.7),
        (r"url:", 0.6),
        (r"script:", 0.5),
        (r"http:", 0.0),
    )
)
_LABELLED = 0.15
# Words around a visible date: a byline or a label has fewer characters, a sentence of the text more.
_LINE, _PROSE = 60, 0.3
# By how much a count may fall short of the day that it counts from.
_CUT = {
    "hours": timedelta(minutes=59), "weeks": timedelta(days=6),
    "months": timedelta(days=1), "years": timedelta(days=366),
}  # fmt: skip
_EARLIEST = date(1990, 1, 1)  # before the web nothing was published on it
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Claim:
    """A Found as it was read; `day` is in the Source's zone, `at` None where no hour is known.

    Shapes: `is_prose` holds where a sentence of the text speaks of the day, not a line of its own.
    """

    found: Found
    reading: Reading
    day: date
    at: datetime | None
    trust: float
    base: float
    is_prose: bool = False

    @property
    def precision(self) -> Precision:
        """How much of the moment is known."""
        if self.reading.precision is Precision.MINUTE and self.at is None:
            return Precision.DAY
        return self.reading.precision


def trust_of(where: str) -> float:
    """How far a place is to be believed about the publication date, from 0 to 1."""
    return next((trust for pattern, trust in _TRUST if pattern.match(where)), 0.5)


def claim_of(
    found: Found, reading: Reading, trust: float, zone: tzinfo, fetched_at: datetime
) -> Claim | None:
    """The claim that a reading makes in the zone; None where its day can be no publication's."""
    certain = _certain(reading)
    if certain is None:
        return None
    reading = certain
    start, weight = reading.start, trust * reading.confidence
    day, at = _in_zone(start, zone)
    latest = fetched_at.astimezone(zone).date() + _DAY
    if day > latest:
        earlier = [_in_zone(other, zone) for other in reading.alternatives]
        earlier = [other for other in earlier if other[0] <= latest]
        if not earlier:
            return None
        (day, at), weight = earlier[0], weight * 0.6
    if day < _EARLIEST:
        return None
    is_prose = _is_prose(found, reading)
    weight *= _PROSE if is_prose else _doubt(found, reading, day, fetched_at.astimezone(zone).date())
    if reading.label == "published":
        weight = min(1.0, weight + _LABELLED)
    return Claim(found, reading, day, at, weight, trust, is_prose)


def _certain(reading: Reading) -> Reading | None:
    """A count of hours, weeks, months or years ago, as coarse as what it cuts off makes it.

    `3 settimane fa` is a month, or a year where that month's begin lies between; None where New Year does.
    """
    cut = _CUT.get(reading.why.removeprefix(COUNTED).strip())
    if cut is None:
        return reading
    last, first = reading.day, (reading.start - cut)
    first = first.date() if isinstance(first, datetime) else first
    if first == last:
        return replace(reading, start=last, precision=Precision.DAY)
    if first.year != last.year:
        return None
    if first.month == last.month and reading.precision is not Precision.MONTH:
        return replace(reading, start=last.replace(day=1), precision=Precision.MONTH)
    return replace(reading, start=last.replace(month=1, day=1), precision=Precision.YEAR)


def _in_zone(start: date | datetime, zone: tzinfo) -> tuple[date, datetime | None]:
    """The day in the zone, and the instant unless it is a midnight that stands for a day."""
    if not isinstance(start, datetime):
        return start, None
    local = start.astimezone(zone)
    for moment in (start, local):
        if (moment.hour, moment.minute, moment.second) == (0, 0, 0):
            return moment.date(), None
    return local.date(), start.astimezone(UTC)


def _is_prose(found: Found, reading: Reading) -> bool:
    where = found.where
    if not where.startswith(("page:", "listing:")) or "[datetime]" in where or "dateline" in where:
        return False
    around = len(found.value) - (reading.span[1] - reading.span[0])
    return around > _LINE and not reading.label and reading.end is None


def _doubt(found: Found, reading: Reading, day: date, today: date) -> float:
    """What is left of a claim's weight: visible ranges are events, today's day may be a page header's."""
    if not found.where.startswith(("page:", "listing:")) or "[datetime]" in found.where:
        return 1.0
    if reading.end is not None:
        return 0.2
    if day == today and not reading.label and reading.precision is Precision.DAY:
        return 0.7
    return 1.0
