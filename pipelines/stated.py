"""What a page states for machines of its events: which are the article's own, and when they are.

Knows no markup, and no text but what it is given. Start reading at `read_stated`.
"""

import html
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, tzinfo

from aggregator.items import Event, EventKind, Found, Precision, PublishedDate, Source
from aggregator.text import cut, fold, one_line, words
from pipelines.dates import Reading, read_date
from pipelines.dates.read import zone_of
from pipelines.happening import is_deadline, is_online

# A page that states more is a list, and its events are other pages'.
_MOST = 3
_LONGEST_PLACE = 120
_ONLINE = re.compile(r"Online|Mixed|Virtual")
_OFF = re.compile(r"Cancell?ed|Postponed")
_TAG = re.compile(r"<[^<>]*>")
_SHORT = 3
_MIDNIGHT = time(0)
_LAST_MINUTE = (23, 59)
# What is not what the page is about is the article's by a resemblance alone.
_RESEMBLES = 0.9


@dataclass(frozen=True, slots=True)
class Stated:
    """An event that a page states: under its own name, `is_off` where cancelled or put off."""

    event: Event
    name: str
    is_main: bool
    is_off: bool


def read_stated(
    structured: Iterable[Found],
    told: Sequence[tuple[date, str]],
    *,
    title: str,
    language: str,
    published: PublishedDate | None,
    source: Source,
) -> tuple[Stated, ...]:
    """The article's own events among those stated, with what was cancelled; may be empty.

    Shapes: `told` are the days that title and text name, each with its sentence. What the page
        is about counts, up to three of them; else the only one that the article speaks of.
    """
    seen: dict[tuple[str, date], Stated] = {}
    for found in structured:
        stated = _read(json.loads(found.value), title, language, source)
        if stated:
            key = fold(stated.name), _day(stated.event.start)
            seen[key] = _joined(seen[key], stated) if key in seen else stated
    own = [stated for stated in seen.values() if stated.is_main]
    if not own and len(seen) <= _MOST:
        own = [_less_sure(s) for s in seen.values() if _is_spoken_of(s, title, told)]
        own = own if len(own) == 1 else []
    if len(own) > _MOST:
        return ()
    return tuple(stated for stated in own if not _is_history(stated.event, published))


def _read(fields: dict[str, object], title: str, language: str, source: Source) -> Stated | None:
    said = {key: _clean(value) if isinstance(value, str) else "" for key, value in fields.items()}
    start = _reading(said["start"], language, source)
    if start is None:
        return None
    first, last = _span(start, _reading(said["end"], language, source), zone_of(source.zone))
    # `Scadenza bando ricerca`: sites enter last days as events too.
    opening = " ".join(said["name"].split()[:2])
    kind = EventKind.DEADLINE if is_deadline(opening, opening, is_range=False) else EventKind.EVENT
    if kind is EventKind.DEADLINE:
        first, last = last or first, None
    place = cut(said["place"], _LONGEST_PLACE)
    is_nowhere = is_online(place)
    days = " – ".join(dict.fromkeys(filter(None, (said["start"], said["end"]))))
    event = Event(
        kind,
        one_line(title),
        first,
        last,
        place if place and not is_nowhere else None,
        is_nowhere or bool(_ONLINE.search(said["online"])),
        ", ".join(filter(None, (said["name"], place, days))),
        start.is_year_stated,
        start.confidence,
    )
    return Stated(event, said["name"], fields["main"] is True, bool(_OFF.search(said["status"])))


def _clean(text: str) -> str:
    return one_line(_TAG.sub(" ", html.unescape(text)))


def _reading(text: str, language: str, source: Source) -> Reading | None:
    """The day or moment, if its year is stated: markup has no sentence that a year could follow from."""
    if not text:
        return None
    reading = read_date(text, language=language, order=source.date_order, zone=source.zone, role="event")
    return reading if reading and reading.precision in (Precision.MINUTE, Precision.DAY) else None


def _span(
    start: Reading, end: Reading | None, zone: tzinfo
) -> tuple[date | datetime, date | datetime | None]:
    """First and last: both days or both hours; a last that does not come after the first is left out."""
    first = _moment(start.start, zone)
    last = (end.end or end.start) if end else start.end
    if not isinstance(first, datetime):
        day = _last_day(last, zone)
        return first, day if day and day > first else None
    if isinstance(last, datetime):
        return first, last.astimezone(zone) if last > first else None
    return (first.date(), last) if last and last > first.date() else (first, None)


def _moment(at: date | datetime, zone: tzinfo) -> date | datetime:
    """In the site's zone; midnight is how calendars write a day without hours."""
    if not isinstance(at, datetime):
        return at
    here = at.astimezone(zone)
    return next((t.date() for t in (at, here) if t.time() == _MIDNIGHT), here)


def _last_day(at: date | datetime | None, zone: tzinfo) -> date | None:
    """A midnight may end the day before it or open the last one: that says nothing."""
    if not isinstance(at, datetime):
        return at
    if not isinstance(_moment(at, zone), datetime):
        return None
    return at.date() if (at.hour, at.minute) == _LAST_MINUTE else at.astimezone(zone).date()


def _joined(a: Stated, b: Stated) -> Stated:
    """One event that the page states twice."""
    event = replace(
        a.event,
        end=a.event.end or (b.event.end if a.event.start == b.event.start else None),
        place=a.event.place or b.event.place,
        is_online=a.event.is_online or b.event.is_online,
    )
    return Stated(event, a.name, a.is_main or b.is_main, a.is_off or b.is_off)


def _is_spoken_of(stated: Stated, title: str, told: Sequence[tuple[date, str]]) -> bool:
    """Whether the title says most of the event's name, or a sentence its day and a word of its name."""
    name = _long_words(stated.name)
    shared = name & _long_words(title)
    if len(shared) > 1 and len(shared) * 2 > len(name):
        return True
    day = _day(stated.event.start)
    return any(day == told_day and name & _long_words(sentence) for told_day, sentence in told)


def _long_words(text: str) -> set[str]:
    return {word for word in words(text) if len(word) > _SHORT}


def _less_sure(stated: Stated) -> Stated:
    confidence = round(stated.event.confidence * _RESEMBLES, 3)
    return replace(stated, event=replace(stated.event, confidence=confidence))


def _is_history(event: Event, published: PublishedDate | None) -> bool:
    """Whether it was over when the article appeared, or is the moment at which it did."""
    if published is None:
        return False
    return _day(event.end or event.start) < published.day or event.start == published.at


def _day(moment: date | datetime) -> date:
    return moment.date() if isinstance(moment, datetime) else moment
