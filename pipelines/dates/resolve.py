"""Drafts to readings: missing years, relative days, hours in their zone, confidence.

Knows the calendar and the reference, no words. Start reading at `resolve`.
"""

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo

from aggregator.items import DateOrder, Precision
from pipelines.dates.draft import Clock, Day, Draft, Shift
from pipelines.dates.year import LAST_YEAR, NEXT_YEAR, THIS_YEAR

_ZERO = timedelta(0)
_UNITS = {
    "second": timedelta(seconds=1), "minute": timedelta(minutes=1), "hour": timedelta(hours=1),
    "day": timedelta(days=1), "week": timedelta(weeks=1),
}  # fmt: skip
# A weekday fits a given day of the month again after 5, 6 or 11 years: within 6 of the reference
# at most two years fit, and the nearer is meant.
_WEEKDAY_YEARS = 6
_NEAR_YEARS = 8  # 29 February may be so far
_WEEK = 7
TOLD = "told from the reference"
# `3 weeks ago` may be 27 days: for who needs to know what was cut off.
COUNTED = f"{TOLD}, counted in"


# Shares of confidence that doubt leaves: they order readings, they are no measured frequencies.
AMBIGUOUS, SWAPPED = 0.85, 0.9


def order_why(order: DateOrder) -> str:
    """The reason in words for a day read in the site's order where the other was possible."""
    return f"order {order.value} of the site"


@dataclass(frozen=True, slots=True)
class Context:
    """The circumstances of a reading.

    Shapes: `reference` is aware, in `zone`; `years` are those that the same text states for a
        (month, day) elsewhere.
    """

    order: DateOrder
    zone: tzinfo
    reference: datetime | None
    role: str
    years: Mapping[tuple[int, int], int] = field(default_factory=dict)

    @property
    def looks_ahead(self) -> bool:
        """Whether the nearest day to come is meant, not the last one gone."""
        return self.role == "event"


@dataclass(slots=True)
class Settled:
    """A start or end with what is known of it; a mutable scratchpad of this module."""

    day: date
    precision: Precision
    confidence: float = 1.0
    why: list[str] = field(default_factory=list)
    at: datetime | None = None
    has_zone: bool = False
    others: list[date | datetime] = field(default_factory=list)
    is_year_stated: bool = True


def resolve(draft: Draft, context: Context) -> tuple[Settled, date | datetime | None] | None:
    """The start, and the end of a range; None where the calendar or the reference forbids."""
    first, last = draft.first, draft.last
    if last is not None:
        _share(first, last)
    if last is not None and not (first.year or first.shift) and not last.year and context.looks_ahead:
        end = _settle(last, context)
        start = _before(first, end, context) if end else None
    else:
        start = _settle(first, context) if first.year or first.shift or not (last and last.year) else None
        end = None
        if last is not None:
            end = _after(last, start, context) if start else _settle(last, context)
            start = start or (_before(first, end, context) if end else None)
    if start is None or (last is not None and end is None):
        return None
    start.why = [*draft.notes, *start.why]
    return _with_clocks(draft, start, end, context)


def _share(first: Day, last: Day) -> None:
    """What one end of a range leaves out, the other states."""
    if not first.month and not first.shift:
        first.month = last.month
    if not last.month and not last.shift:
        last.month = first.month
    if first.month == last.month and first.year == 0 and last.year and first.day <= last.day:
        first.year, first.is_short_year = last.year, last.is_short_year


def _before(day: Day, end: Settled, context: Context) -> Settled | None:
    """The yearless start of a range with that end."""
    same = replace(day, year=end.day.year)
    start = _settle(same, context)
    if start is None or start.day > end.day:
        start = _settle(replace(day, year=end.day.year - 1), context)
    if start:
        start.confidence = min(start.confidence, end.confidence)
        start.is_year_stated, start.why = end.is_year_stated, end.why
    return start


def _after(day: Day, start: Settled, context: Context) -> Settled | None:
    """The end of a range with that start; None where it is before it."""
    if day.year:
        end = _settle(day, context)
    else:
        end = _settle(replace(day, year=start.day.year), context)
        if end and end.day < start.day:
            end = _settle(replace(day, year=start.day.year + 1), context)
    return end if end and end.day >= start.day else None


def _settle(day: Day, context: Context) -> Settled | None:
    if day.shift:
        return _shifted(day.shift, context)
    if not day.month:
        return _weekday_and_number(day, context)
    if day.year < 0:
        return _told_year(day, context)
    if not day.year:
        return _yearless(day, context)
    stated = _make(day.year, day.month, day.day or 1)
    if stated is None:
        return None
    settled = Settled(stated, Precision.DAY if day.day else Precision.MONTH)
    _weigh(settled, day, context)
    return settled


def _make(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _weigh(settled: Settled, day: Day, context: Context) -> None:
    """Confidence and reasons for a day whose parts are all stated."""
    if day.other:
        other = _make(settled.day.year, day.other[1], day.other[0])
        if other and day.weekday is not None and other.weekday() == day.weekday != settled.day.weekday():
            settled.others.append(settled.day)
            settled.day = other
            settled.why.append("order by the weekday")
        elif other:
            settled.others.append(other)
            settled.confidence *= AMBIGUOUS
            settled.why.append(order_why(context.order))
    elif day.is_swapped:
        settled.confidence *= SWAPPED
        settled.why.append("order by the number above 12")
    if day.is_short_year:
        settled.confidence *= 0.9
        settled.why.append("year of two digits")
    if day.weekday is not None and settled.day.weekday() != day.weekday:
        settled.confidence *= 0.5
        settled.why.append("the weekday is another one's")


def _told_year(day: Day, context: Context) -> Settled | None:
    if context.reference is None:
        return None
    distance = {THIS_YEAR: 0, LAST_YEAR: -1, NEXT_YEAR: 1}[day.year]
    settled = _settle(replace(day, year=context.reference.year + distance), context)
    if settled:
        settled.confidence *= 0.9
        settled.why.append("year told from the reference")
    return settled


def _yearless(day: Day, context: Context) -> Settled | None:
    """The year by the same text, else by the weekday, else the nearest to the reference."""
    precision = Precision.DAY if day.day else Precision.MONTH
    named = context.years.get((day.month, day.day)) if day.day else None
    if named:
        stated = _make(named, day.month, day.day)
        if stated and (day.weekday is None or stated.weekday() == day.weekday):
            return Settled(stated, precision, 0.9, ["year from the same text"])
    if context.reference is None:
        return None
    today = context.reference.date()
    if day.near:
        near = _shifted(day.near, context)
        today = near.day if near else today
    if day.weekday is not None and day.day:
        stated = _by_weekday(day, today, context)
        if stated:
            return Settled(stated, precision, 0.85, ["year by the weekday"])
    stated = _nearest(day, today, context)
    if stated is None:
        return None
    settled = Settled(stated, precision, 0.65, ["year by the reference"], is_year_stated=False)
    if day.weekday is not None and stated.weekday() != day.weekday:
        settled.confidence = 0.25
        settled.why.append("no near year has that weekday")
    return settled


def _by_weekday(day: Day, today: date, context: Context) -> date | None:
    years = range(today.year - _WEEKDAY_YEARS, today.year + _WEEKDAY_YEARS + 1)
    fits = [d for y in years if (d := _make(y, day.month, day.day)) and d.weekday() == day.weekday]
    if context.role in ("published", "url", "header"):
        fits = [d for d in fits if d <= today + timedelta(days=1)]
    lean = day.lean or (1 if context.looks_ahead else -1)

    def cost(fit: date) -> int:
        distance = (fit - today).days
        return abs(distance) * (1 if distance * lean >= 0 else 2)

    return min(fits, key=cost, default=None)


def _nearest(day: Day, today: date, context: Context) -> date | None:
    if day.near:
        candidates = [d for y in (-1, 0, 1) if (d := _make(today.year + y, day.month, day.day))]
        return min(candidates, key=lambda d: abs(d - today), default=None)
    lean = day.lean or (1 if context.looks_ahead else -1)
    if not day.day:
        month = (today.year, day.month)
        now = (today.year, today.month)
        gone = month < now if lean > 0 else month > now
        gone = gone or (month == now and day.lean != 0)  # `lo scorso maggio`, said in May
        return date(today.year + (lean if gone else 0), day.month, 1)
    for distance in range(_NEAR_YEARS + 1):
        stated = _make(today.year + distance * lean, day.month, day.day)
        if stated and (stated >= today if lean > 0 else stated <= today):
            return stated
    return None


def _weekday_and_number(day: Day, context: Context) -> Settled | None:
    """`venerdì 26`: the nearest month in which it is one."""
    if context.reference is None or day.weekday is None:
        return None
    today = context.reference.date()
    lean = day.lean or (1 if context.looks_ahead else -1)
    for days in range(62):
        stated = today + timedelta(days=days * lean)
        if stated.day == day.day and stated.weekday() == day.weekday:
            return Settled(stated, Precision.DAY, 0.6, ["month by the weekday"], is_year_stated=False)
    return None


def _shifted(shift: Shift, context: Context) -> Settled | None:
    if context.reference is None:
        return None
    now, today = context.reference, context.reference.date()
    why = [f"{COUNTED} {shift.unit}s" if shift.is_cut else TOLD]
    try:
        if shift.rest:
            return _months_and_days(today, shift)
        if shift.unit == "weekday":
            return Settled(_weekday_near(today, shift), Precision.DAY, 0.85, why, is_year_stated=False)
        if shift.unit == "monthday":
            stated = _month_day_near(today, shift)
            return Settled(stated, Precision.DAY, 0.85, why, is_year_stated=False) if stated else None
        if shift.unit == "month":
            months = today.year * 12 + today.month - 1 + shift.count
            return Settled(
                date(months // 12, months % 12 + 1, 1), Precision.MONTH, 0.7, why, is_year_stated=False
            )
        if shift.unit == "year":
            return Settled(
                date(today.year + shift.count, 1, 1), Precision.YEAR, 0.6, why, is_year_stated=False
            )
        if shift.unit in ("day", "week"):
            day = today + shift.count * _UNITS[shift.unit]
            return Settled(day, Precision.DAY, 0.9, why, is_year_stated=False)
        at = (now.astimezone(UTC) + shift.count * _UNITS[shift.unit]).astimezone(context.zone)
    except (ValueError, OverflowError):
        return None
    return Settled(at.date(), Precision.MINUTE, 0.8, why, at=at, is_year_stated=False)


def _months_and_days(today: date, shift: Shift) -> Settled | None:
    """`5 mesi, 3 settimane fa`: the month, or the year where the week cut off reaches over its begin."""
    unit, count = shift.rest or ("day", 0)
    months = today.year * 12 + today.month - 1 + shift.count
    first = date(months // 12, months % 12 + 1, 1)
    length = monthrange(first.year, first.month)[1]
    day = first.replace(day=min(today.day, length)) + count * _UNITS[unit]
    if unit == "day":
        return Settled(day, Precision.DAY, 0.8, [TOLD], is_year_stated=False)
    if day.day < _WEEK:
        if day.month == 1:
            return None
        return Settled(day.replace(month=1, day=1), Precision.YEAR, 0.6, [TOLD], is_year_stated=False)
    return Settled(day.replace(day=1), Precision.MONTH, 0.7, [TOLD], is_year_stated=False)


def _weekday_near(today: date, shift: Shift) -> date:
    if shift.count == 0:  # this week's, which begins on Monday
        return today + timedelta(days=shift.target - today.weekday())
    ahead = (shift.target - today.weekday()) % 7
    if shift.count > 0:
        return today + timedelta(days=ahead or (0 if shift.count == 2 else 7))
    back = (7 - ahead) % 7
    return today - timedelta(days=back or (0 if shift.count == -2 else 7))


def _month_day_near(today: date, shift: Shift) -> date | None:
    """The day of that number: this month's, or the nearest before or after today."""
    months = today.year * 12 + today.month - 1
    for distance in range(3):
        month = months + distance * shift.count
        stated = _make(month // 12, month % 12 + 1, shift.target)
        if stated and (not shift.count or (stated - today).days * shift.count > 0):
            return stated
    return None


def _with_clocks(
    draft: Draft, start: Settled, end: Settled | None, context: Context
) -> tuple[Settled, date | datetime | None]:
    last = end.day if end else None
    finish: date | datetime | None = last if last and last > start.day else None
    if draft.clock:
        _set_clock(start, draft.clock, context)
    if draft.until and draft.clock:
        finish = at_clock(last or start.day, draft.until, context)[0]
        if start.at and finish <= start.at:
            finish = finish + timedelta(days=1) if last is None and draft.until.hour < 12 else None
    elif draft.until and last:
        finish = at_clock(last, draft.until, context)[0]
    return start, finish


def _set_clock(start: Settled, clock: Clock, context: Context) -> None:
    at, doubt = at_clock(start.day, clock, context)
    start.at, start.precision, start.has_zone = at, Precision.MINUTE, bool(clock.zone or clock.central)
    start.others = [
        at_clock(other, clock, context)[0] for other in start.others if not isinstance(other, datetime)
    ]
    if doubt:
        start.others.extend(doubt)
        start.confidence *= 0.8
        start.why.append(
            "the clocks change that night" if not clock.central else "the zone is the other season's"
        )


def at_clock(day: date, clock: Clock, context: Context) -> tuple[datetime, tuple[datetime, ...]]:
    """That hour of that day, in its own zone or the site's, and what else it could be.

    Shapes: an hour that the spring leaves out is moved past the gap; of an hour that the autumn
        repeats the first is given and the second is the alternative. CET and CEST are taken as
        the local time that people mean by them, with the literal offset as the alternative.
    """
    extra = timedelta(days=clock.hour // 24)
    hour, second = clock.hour % 24, min(clock.second, 59)
    zone = clock.zone or context.zone
    at = datetime(day.year, day.month, day.day, hour, clock.minute, second, clock.microsecond, zone) + extra
    if clock.zone:
        return at, ()
    if clock.central:
        literal = at.replace(tzinfo=timezone(timedelta(hours=clock.central)))
        here = at.utcoffset()
        if here is None or abs(here - timedelta(hours=1)) > timedelta(hours=1) or here == _ZERO:
            return literal, ()
        return at, () if literal == at else (literal,)
    later = at.replace(fold=1)
    if at.utcoffset() == later.utcoffset():
        return at, ()
    real = at.astimezone(UTC).astimezone(zone)
    if real.replace(tzinfo=None) != at.replace(tzinfo=None):
        return real, (later.astimezone(UTC).astimezone(zone),)
    return at, (later,)
