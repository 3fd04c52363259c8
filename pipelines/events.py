"""Events and deadlines that an article announces: when, where, and the sentence that says so.

Knows no page and no calendar file. Start reading at `find_events`.
"""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from aggregator.items import Event, EventKind, Found, Precision, PublishedDate, Source
from aggregator.text import fold, one_line
from pipelines.dates import Reading, read_dates
from pipelines.dates.hints import near_hints
from pipelines.dates.hours import read_hours
from pipelines.dates.names import FULL_WEEKDAYS, MONTHS, STRONG_MONTHS, WEEKDAYS
from pipelines.dates.read import zone_of
from pipelines.happening import (
    has_event_words,
    is_deadline,
    is_online,
    names_an_act,
    says_it_takes_place,
    tells_the_past,
)
from pipelines.stated import Stated, read_stated
from pipelines.venue import find_place, find_town

_MAX_EVENTS = 30
_ACT_REACH = 60
_HOURS_REACH = 160
_MAX_TEXT = 60_000
# A yearless day as near before the publication as this, or nearer, is told as history.
_HISTORY_DAYS = 120
_DATELINE = re.compile(r"[\s)]*[–—(-]|\s*$")
_DATELINE_REACH = 70
_BREAK = re.compile(r"[.!?…]+[\"»”')\]]*\s+(?=[\"«“('\[]*[A-ZÀ-Ý0-9])|[\n\r]+")
_LAST_WORD = re.compile(r"(\w+)\W*$")
_SHORT_WORDS = """
h n nn art artt dott ing prof sig dr mr mrs st ss c v p m a pag tel
"""
_ABBREVIATIONS = frozenset(
    {*MONTHS, *WEEKDAYS, *_SHORT_WORDS.split()} - STRONG_MONTHS - FULL_WEEKDAYS - {"march", "may"}
)
# `Com'è oggi un'officina`, `domande da domani`: such a word is seldom the day of an event.
_NOWADAYS = frozenset(("oggi", "stasera", "domani", "dopodomani", "today", "tonight", "tomorrow"))


def find_events(
    title: str,
    text: str,
    *,
    language: str,
    published: PublishedDate | None,
    source: Source,
    structured: tuple[Found, ...] = (),
) -> tuple[Event, ...]:
    """The events and deadlines that an article announces, by their start; may be empty.

    Shapes: `text` has a line a block; `structured` are `RawArticle.events`. What lay before the
        publication is history, as are the days of decrees; without a publication date only days
        with a year are read.
    """
    whole = f"{title}\n{text[:_MAX_TEXT]}"
    reference = _reference(published, source)
    near = near_hints(whole)
    readings = tuple(
        replace(reading, span=near.place(reading.span))
        for reading in read_dates(
            near.text, language=language, order=source.date_order, zone=source.zone,
            reference=reference, role="event",
        )
    )  # fmt: skip
    found = []
    for reading in readings:
        event = _event(reading, whole, title, published, source)
        if event:
            found.append(event)
        if len(found) >= _MAX_EVENTS:
            break
    events = list(_merged(found))
    if structured:
        told = [(reading.day, _sentence_of(whole, reading)) for reading in readings]
        for stated in read_stated(
            structured, told, title=title, language=language, published=published, source=source
        ):
            events = _with_stated(events, stated)
    return tuple(sorted(events, key=_when))


def _reference(published: PublishedDate | None, source: Source) -> datetime | None:
    if published is None or published.precision not in (Precision.MINUTE, Precision.DAY):
        return None
    return published.at or datetime.combine(published.day, time(12), zone_of(source.zone))


def _event(
    reading: Reading, whole: str, title: str, published: PublishedDate | None, source: Source
) -> Event | None:
    if reading.precision not in (Precision.MINUTE, Precision.DAY) or reading.label in (
        "published",
        "modified",
    ):
        return None
    start, stop = _sentence(whole, *reading.span)
    sentence = whole[start:stop]
    at, to = reading.span[0] - start, reading.span[1] - start
    in_title = reading.span[0] < len(title)
    reading = _with_hours(reading, sentence[to:], source.zone)
    if _is_history(reading, whole, sentence, len(title), published):
        return None
    kind = _kind(sentence, at, reading, title, in_title=in_title)
    if kind is None:
        return None
    first, last = reading.start, reading.end
    if kind is EventKind.DEADLINE:
        first, last = last or first, None
    return Event(
        kind,
        one_line(title),
        first,
        last,
        _place(kind, whole, sentence, title, (at, to)),
        is_online(sentence) or is_online(title),
        one_line(sentence),
        reading.is_year_stated,
        reading.confidence,
    )


def _place(kind: EventKind, whole: str, sentence: str, title: str, span: tuple[int, int]) -> str | None:
    """What the sentence names; of an event also what the title does, or the only town of the article."""
    place = find_place(sentence, *span)
    if place or kind is EventKind.DEADLINE:
        return place
    return find_place(title, 0, 0) or find_town(whole)


def _with_hours(reading: Reading, rest: str, zone: str) -> Reading:
    """The reading with the hours that its sentence states further on, if it has none."""
    if isinstance(reading.start, datetime) or reading.end is not None:
        return reading
    hours = read_hours(rest[:_HOURS_REACH], reading.start, zone)
    return replace(reading, start=hours[0], end=hours[1], precision=Precision.MINUTE) if hours else reading


def _kind(sentence: str, at: int, reading: Reading, title: str, *, in_title: bool) -> EventKind | None:
    if is_deadline(sentence[:at], sentence, is_range=reading.end is not None):
        return EventKind.DEADLINE
    # `decreto n. 14590 del 2 ottobre`: the day is the act's. Elsewhere it may be a meeting's subject.
    if names_an_act(sentence[max(0, at - _ACT_REACH) : at]):
        return None
    tells = has_event_words(sentence) or (
        isinstance(reading.start, datetime) and reading.end is not None and reading.is_year_stated
    )
    if fold(reading.text) in _NOWADAYS:
        return EventKind.EVENT if tells and says_it_takes_place(sentence) else None
    about = in_title or has_event_words(title)
    if tells or (about and (in_title or reading.end or isinstance(reading.start, datetime))):
        return EventKind.EVENT
    return None


def _is_history(
    reading: Reading, whole: str, sentence: str, title_length: int, published: PublishedDate | None
) -> bool:
    """Whether the day was past when the article appeared, or is the day on which it did."""
    if published is None:
        return tells_the_past(sentence)
    last = _day(reading.end or reading.start)
    if last < published.day:
        return True
    if not reading.is_year_stated and not reading.why.startswith("told"):
        ago = published.day - _a_year_before(reading.day)
        if (
            timedelta(0) < ago < timedelta(days=_HISTORY_DAYS)
            and (reading.day - published.day).days > _HISTORY_DAYS
        ):
            return True
    if last > published.day:
        return False
    opens = title_length < reading.span[0] < title_length + _DATELINE_REACH
    return (opens and bool(_DATELINE.match(whole, reading.span[1]))) or tells_the_past(sentence)


def _a_year_before(day: date) -> date:
    return day - timedelta(days=365)


def _day(moment: date | datetime) -> date:
    return moment.date() if isinstance(moment, datetime) else moment


def _sentence(text: str, start: int, stop: int) -> tuple[int, int]:
    """Where the sentence around a span begins and ends; full stops of abbreviations do not count."""
    begin = max(0, start - 600)
    first, last = begin, min(len(text), stop + 600)
    for match in _BREAK.finditer(text, begin, last):
        if match.start() >= start and match.start() < stop:
            continue
        if "\n" not in match[0] and "\r" not in match[0] and _is_abbreviation(text, match.start()):
            continue
        if match.end() <= start:
            first = match.end()
        elif match.start() >= stop - 1:
            last = match.start() + 1
            break
    return first, last


def _sentence_of(text: str, reading: Reading) -> str:
    start, stop = _sentence(text, *reading.span)
    return text[start:stop]


def _is_abbreviation(text: str, stop: int) -> bool:
    word = _LAST_WORD.search(text, max(0, stop - 20), stop)
    return bool(word) and text[stop] == "." and (word[1].lower() in _ABBREVIATIONS if word else False)


def _merged(events: list[Event]) -> tuple[Event, ...]:
    """One event a day and kind: the fullest of those read, with what others add to it."""
    merged: list[Event] = []
    for event in events:
        for n, known in enumerate(merged):
            if known.kind is event.kind and _overlap(known, event):
                merged[n] = _fuller(known, event)
                break
        else:
            merged.append(event)
    return tuple(sorted(merged, key=_when))


def _overlap(a: Event, b: Event) -> bool:
    if _day(a.start) == _day(b.start):
        return True
    # A day within a range told elsewhere is a part of it.
    for whole, part in ((a, b), (b, a)):
        if whole.end and _day(whole.start) <= _day(part.start) <= _day(whole.end) and part.end is None:
            return True
    return False


def _fuller(a: Event, b: Event) -> Event:
    def wealth(event: Event) -> tuple[bool, bool, bool, bool]:
        spans_days = event.end is not None and _day(event.end) > _day(event.start)
        # What a title says too is better told by the text.
        return spans_days, event.end is not None, not event.is_all_day, event.sentence not in event.title

    best, other = (b, a) if wealth(b) > wealth(a) else (a, b)
    return replace(
        best,
        place=best.place or other.place,
        is_online=best.is_online or other.is_online,
        is_year_proved=best.is_year_proved
        or (other.is_year_proved and _day(best.start) == _day(other.start)),
    )


def _with_stated(events: list[Event], stated: Stated) -> list[Event]:
    """The events with one that the page states: told and stated are one, and cancelled is none."""
    same = [e for e in events if e.kind is stated.event.kind and _overlap(e, stated.event)]
    others = [e for e in events if e not in same]
    if stated.is_off:
        return others
    return [*others, _completed(same[0], stated.event) if same else stated.event]


def _completed(told: Event, stated: Event) -> Event:
    """The event as the text tells it, with what only the markup states."""
    start, end = told.start, told.end
    spans_days = stated.end is not None and _day(stated.end) > _day(stated.start)
    if end is None and (told.is_all_day or spans_days or told.start == stated.start):
        start, end = stated.start, stated.end
    place = told.place
    # A town that the sentence does not name is a guess; a venue says more than its town.
    if stated.place and (not place or place not in told.sentence or fold(place) in fold(stated.place)):
        place = stated.place
    is_proved = told.is_year_proved if start == told.start else False
    return replace(
        told,
        start=start,
        end=end,
        place=place,
        is_online=told.is_online or stated.is_online,
        is_year_proved=is_proved or stated.is_year_proved,
        confidence=max(told.confidence, stated.confidence),
    )


def _when(event: Event) -> tuple[datetime, str]:
    start = event.start
    if not isinstance(start, datetime):
        start = datetime.combine(start, time(), UTC)
    return start, event.kind
