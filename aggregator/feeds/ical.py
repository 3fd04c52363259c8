"""iCalendar: what is announced, as a file that calendar programs subscribe to.

Takes an Agenda and returns bytes; knows no store, policy or clock. Start reading at `render_ical`.
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, Timezone, TimezoneDaylight, TimezoneStandard, vDuration, vText

from aggregator.feeds.model import MINUTES_TO_LIVE, ZONE, Agenda, Appointment

_ROME = ZoneInfo(ZONE)
_PRODUCT = "-//lombardy-aggregator//iCalendar//EN"
_DAY = timedelta(days=1)
_WAIT = timedelta(minutes=MINUTES_TO_LIVE)


def render_ical(agenda: Agenda) -> bytes:
    """The calendar: whole days as dates, hours in the zone of Rome, the same bytes for the same Agenda.

    Source: RFC 5545; NAME, SOURCE and REFRESH-INTERVAL RFC 7986. The X- properties say the same to
        Google, Apple and Outlook, which read only those.
    """
    calendar = Calendar()
    calendar.add("prodid", _PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    for name in ("name", "x-wr-calname"):
        calendar.add(name, vText(agenda.title))
    for name in ("description", "x-wr-caldesc"):
        calendar.add(name, vText(agenda.description))
    calendar.add("x-wr-timezone", vText(ZONE))
    calendar.add("refresh-interval", _WAIT, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", vDuration(_WAIT))
    calendar.add("url", agenda.site_url)
    if agenda.address:
        calendar.add("source", agenda.address, parameters={"VALUE": "URI"})
    if agenda.appointments:
        calendar.add("last-modified", max(item.changed_at for item in agenda.appointments))
    calendar.add_component(_zone())
    for item in agenda.appointments:
        calendar.add_component(_event(item))
    return bytes(calendar.to_ical())


def _event(item: Appointment) -> Event:
    event = Event()
    event.add("uid", item.uid)
    event.add("dtstamp", item.changed_at)
    event.add("last-modified", item.changed_at)
    event.add("sequence", item.sequence)
    event.add("status", "CANCELLED" if item.is_cancelled else "CONFIRMED")
    # What others announce is no time of ours that is taken.
    event.add("transp", "TRANSPARENT")
    event.add("summary", item.title)
    if item.description:
        event.add("description", item.description)
    if item.url:
        event.add("url", item.url)
    if item.location:
        event.add("location", item.location)
    start, end = _span(item.start, item.end)
    event.add("dtstart", start)
    if end is not None:
        event.add("dtend", end)
    return event


def _span(
    start: date | datetime, end: date | datetime | None
) -> tuple[date | datetime, date | datetime | None]:
    """DTSTART and the exclusive DTEND, both days or both hours, as RFC 5545 3.8.2.2 has it."""
    if isinstance(start, datetime):
        if end is None or (isinstance(end, datetime) and end <= start):
            return _at(start), None
        if isinstance(end, datetime):
            return _at(start), _at(end)
        if end <= _day(start):
            return _at(start), None
    # Where one end has no hour, days say all that is known of both.
    first = _day(start)
    return first, max(first, _day(end if end is not None else start)) + _DAY


def _at(moment: datetime) -> datetime:
    """The hour in Rome; in UTC where summer ends and it comes twice, since an hour alone means the first."""
    local = moment.astimezone(_ROME)
    return moment.astimezone(UTC) if local.fold else local


def _day(moment: date | datetime) -> date:
    return moment.astimezone(_ROME).date() if isinstance(moment, datetime) else moment


def _zone() -> Timezone:
    """Rome's summer and winter by the rule of the Union since 1996 (directive 2000/84/EC).

    Written out, not taken from the machine's tables: their versions differ, the bytes must not.
    """
    zone = Timezone()
    zone.add("tzid", ZONE)
    winter, summer = timedelta(hours=1), timedelta(hours=2)
    for part, first, hour, old, new, name in (
        (TimezoneDaylight(), date(1997, 3, 30), 2, winter, summer, "CEST"),
        (TimezoneStandard(), date(1996, 10, 27), 3, summer, winter, "CET"),
    ):
        part.add("dtstart", datetime.combine(first, time(hour)))
        part.add("rrule", {"freq": "yearly", "bymonth": first.month, "byday": "-1su"})
        part.add("tzoffsetfrom", old)
        part.add("tzoffsetto", new)
        part.add("tzname", name)
        zone.add_component(part)
    return zone
