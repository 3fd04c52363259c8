"""Happenings to Agendas: what a calendar may carry of an article, and how it is said.

Must not know iCalendar, files or the clock: the same Happenings give the same Agenda. Start
reading at `agenda_of`.
"""

from collections.abc import Iterable
from datetime import date, timedelta

from aggregator.feeds.compose import absolute, name_of, quotable, source_of, title_of
from aggregator.feeds.model import Agenda, Appointment, Channel, Edition
from aggregator.feeds.strings import say
from aggregator.items import EventKind
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
    first: dict[object, tuple[int, Appointment]] = {}
    for happening in happenings:
        item = appointment_of(happening, edition, channel)
        if item is not None:
            key = _key(happening)
            if key not in first or happening.announced_seq < first[key][0]:
                first[key] = (happening.announced_seq, item)
    title, description = channel.title, channel.description
    if channel.has_news:
        title = one_line(say("title.agenda", channel.language, label=channel.label))
        description = one_line(say("about.agenda", channel.language, label=channel.label))
    return Agenda(
        title=title,
        description=description,
        site_url=channel.site_url,
        address=f"{channel.address}.ics" if channel.address else "",
        appointments=tuple(item for _, item in first.values()),
    )


def appointment_of(happening: Happening, edition: Edition, channel: Channel) -> Appointment | None:
    """What of it may leave, by its source's policy and its page's robots directives; None for nothing."""
    source = source_of(edition, happening.source_id, happening.url)
    letters = quotable(happening.robots, source, edition.summary_length)
    url = absolute(happening.url)
    if letters is None or not url:
        return None
    event = happening.event
    title = title_of(event.title, channel)
    if event.kind is EventKind.DEADLINE:
        title = say("agenda.deadline", channel.language, title=title)
    name = name_of(source, url)
    credit = say("agenda.source", channel.language, source=name)
    said = (cut(event.sentence, letters) if letters else "", credit, url)
    online = say("agenda.online", channel.language) if event.is_online else ""
    return Appointment(
        uid=happening.uid,
        sequence=happening.sequence,
        is_cancelled=happening.is_cancelled,
        changed_at=happening.changed_at,
        start=event.start,
        end=event.end,
        title=title,
        description="\n".join(filter(None, said)),
        location=", ".join(filter(None, (one_line(event.place or ""), online))) if letters else "",
        url=url,
        source=name,
    )


def _key(happening: Happening) -> tuple[object, ...]:
    """What is the same for the same event told by articles on the same news."""
    event = happening.event
    news = happening.entry_id if happening.group_id is None else happening.group_id
    return happening.group_id is None, news, event.kind, str(event.start), happening.is_cancelled
