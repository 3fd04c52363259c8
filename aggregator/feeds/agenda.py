"""Happenings to Agendas: what a calendar may carry of an article, and how it is said.

Must not know iCalendar, files or the clock: the same Happenings give the same Agenda. Start
reading at `agenda_of`.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from aggregator.feeds.compose import absolute, item_of, name_of, source_of, title_of, told_apart
from aggregator.feeds.model import ZONE, Agenda, Appointment, Channel, Edition, Item, Omission
from aggregator.feeds.policy import permitted
from aggregator.feeds.strings import say, write_span
from aggregator.items import Entry, EventKind
from aggregator.store.events import Happening
from aggregator.text import cut, one_line

_KEPT = timedelta(days=60)
# Fairs are announced two years ahead, framework programmes end in seven: further is no appointment.
_AHEAD = timedelta(days=5 * 365)


def reach(present_day: date) -> tuple[date, date]:
    """The first and last day that calendars carry, both inclusive."""
    return present_day - _KEPT, present_day + _AHEAD


def agenda_of(channel: Channel, happenings: Iterable[Happening], edition: Edition) -> Agenda:
    """The calendar of a feed, by start.

    What several articles on the same news announce for the same start comes once, as the first
    of them told it. Of a page that asks not to be indexed nothing comes.
    """
    found = (appointment_of(happening, edition, channel) for happening in first_told(happenings))
    title, description = channel.title, channel.description
    if not channel.is_calendar:
        title = one_line(say("title.agenda", channel.language, label=channel.label))
        description = one_line(say("about.agenda", channel.language, label=channel.label))
    return Agenda(
        title=title,
        description=description,
        site_url=channel.site_url,
        address=f"{channel.address}.ics" if channel.address else "",
        appointments=tuple(item for item in found if item is not None),
    )


def first_told(happenings: Iterable[Happening]) -> list[Happening]:
    """Of what several articles on the same news announce for the same start, the first one's word."""
    first: dict[object, Happening] = {}
    for happening in happenings:
        held = first.setdefault(_key(happening), happening)
        if happening.announced_seq < held.announced_seq:
            first[_key(happening)] = happening
    return list(first.values())


def event_item(happening: Happening, entry: Entry, edition: Edition, channel: Channel) -> Item | Omission:
    """What is announced as an entry of a feed: when and where, under the article's link and date."""
    item = item_of(entry, edition, channel)
    told = appointment_of(happening, edition, channel)
    if isinstance(item, Omission) or told is None:
        return item if isinstance(item, Omission) else Omission.NOINDEX
    when = write_span(local(told.start), None if told.end is None else local(told.end), channel.language)
    said = [say("event.when", channel.language, when=when)]
    if told.location:
        said.append(say("event.where", channel.language, where=told.location))
    tag = edition.tag(f"event/{happening.uid}")
    title = say("event.cancelled", channel.language, title=told.title) if told.is_cancelled else told.title
    return replace(
        item,
        tag=tag,
        title=title,
        summary=" ".join((*said, told.quotation)),
        html="",
        updated_at=told_apart(happening.changed_at, tag),
    )


def local(moment: date | datetime) -> date | datetime:
    """A day as it is, an instant on the clocks of Rome."""
    return moment.astimezone(ZoneInfo(ZONE)) if isinstance(moment, datetime) else moment


def appointment_of(happening: Happening, edition: Edition, channel: Channel) -> Appointment | None:
    """What of it may leave, by its source's policy and its page's robots directives; None for nothing."""
    if happening.is_withdrawn:
        return _withdrawn(happening, channel)
    source = source_of(edition, happening.source_id, happening.url)
    permit = permitted(happening.robots, source)
    url = absolute(happening.url)
    if permit is None or not url:
        return None
    letters = min(permit.letters, edition.summary_length)
    event = happening.event
    title = title_of(event.title, channel)
    if event.kind is EventKind.DEADLINE:
        title = say("agenda.deadline", channel.language, title=title)
    name = name_of(source, url)
    credit = say("agenda.source", channel.language, source=name)
    quotation = cut(event.sentence, letters) if letters else ""
    online = say("agenda.online", channel.language) if event.is_online else ""
    return Appointment(
        uid=happening.uid,
        sequence=happening.sequence,
        is_cancelled=happening.is_cancelled,
        changed_at=happening.changed_at,
        start=event.start,
        end=event.end,
        title=title,
        description="\n".join(filter(None, (quotation, credit, url))),
        quotation=quotation,
        location=", ".join(filter(None, (one_line(event.place or ""), online))) if letters else "",
        url=url,
        source=name,
    )


def _withdrawn(happening: Happening, channel: Channel) -> Appointment:
    """That something is off, and nothing of what it was."""
    return Appointment(
        uid=happening.uid,
        sequence=happening.sequence,
        is_cancelled=True,
        changed_at=happening.changed_at,
        start=happening.event.start,
        end=happening.event.end,
        title=say("agenda.withdrawn", channel.language),
        description="",
        location="",
        url="",
        source="",
    )


def _key(happening: Happening) -> tuple[object, ...]:
    """What is the same for the same event told by articles on the same news."""
    event = happening.event
    news = happening.entry_id if happening.group_id is None else happening.group_id
    return happening.group_id is None, news, event.kind, str(event.start), happening.is_cancelled
