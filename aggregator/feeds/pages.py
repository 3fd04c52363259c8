"""Pages for people: one for each feed, and the index. No script, nothing loaded from elsewhere.

Takes Documents and Channels and returns bytes. Start reading at `render_page`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, partial
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from aggregator.feeds.agenda import local
from aggregator.feeds.model import FORMATS, Agenda, Appointment, Channel, Document, Item
from aggregator.feeds.opml import Group
from aggregator.feeds.strings import (
    LANGUAGES,
    say,
    write_at,
    write_day,
    write_month,
    write_rfc3339,
    write_span,
)
from aggregator.items import Precision

if TYPE_CHECKING:
    from jinja2 import Environment

CALENDAR = ("ics", "text/calendar")
"""Ending and media type of a feed's calendar."""


@dataclass(frozen=True, slots=True)
class _Row:
    """An item as the page shows it; `language` is empty where it is the page's own."""

    title: str
    url: str
    source: str
    authors: str
    date: str
    machine_date: str
    note: str
    summary: str
    language: str
    translations: tuple[tuple[str, str, str], ...]


def render_page(document: Document) -> bytes:
    """The page of a feed: how to subscribe, then its items. Links are relative where it has no address."""
    channel = document.channel
    start = channel.address or channel.file
    previous = document.archive.previous
    language = channel.language
    return _render(
        "feed.html",
        language,
        title=channel.title,
        description=channel.description,
        canonical=f"{channel.address}.html" if channel.address else "",
        formats=_formats(channel, start, language),
        how=(say("page.how", language), say("page.outlook", language)),
        heading=say("page.news", language),
        nothing=say("page.empty", language),
        rows=[_row(item, channel) for item in document.items],
        older=f"{start}/{previous}.atom" if previous else "",
        updated=write_day(document.updated_at, channel.language) if document.items else "",
        rights=channel.rights,
    )


def render_agenda(channel: Channel, agenda: Agenda, today: date) -> bytes:
    """The page of a feed that is a calendar alone: how to subscribe, then what is not over on that day."""
    language = channel.language
    ahead = [item for item in agenda.appointments if not item.is_cancelled and _last_day(item) >= today]
    return _render(
        "feed.html",
        language,
        title=channel.title,
        description=channel.description,
        canonical=f"{channel.address}.html" if channel.address else "",
        formats=_formats(channel, channel.address or channel.file, language),
        how=(say("agenda.how", language), say("agenda.google", language)),
        heading=channel.label,
        nothing=say("agenda.empty", language),
        rows=[_agenda_row(item, language) for item in ahead],
        older="",
        updated=write_day(max(item.changed_at for item in ahead), language) if ahead else "",
        rights=channel.rights,
    )


def render_index(main: Channel, groups: Iterable[Group], language: str, base_url: str) -> bytes:
    """The index of all feeds, by group; `main` is offered to browsers and readers that look for one."""
    return _render(
        "index.html",
        language,
        title=say("index.title", language),
        description=say("index.intro", language),
        main=main,
        groups=[
            (
                heading,
                [(channel, _formats(channel, f"feeds/{channel.file}", language)) for channel in channels],
            )
            for heading, channels in groups
            if channels
        ],
        canonical=f"{base_url}/" if base_url else "",
        opml=bool(base_url),
        rights=say("rights.feed", language),
    )


def style() -> str:
    """The one stylesheet, as it stands between the `style` tags of every page."""
    return "\n" + _environment().get_template("style.css").render()


def _formats(channel: Channel, start: str, language: str) -> list[tuple[str, str, str, str]]:
    """Name, media type, address to read and address to follow of each form of a feed."""
    found = [(kind, media, f"{start}.{ending}", f"{start}.{ending}") for kind, ending, media in FORMATS]
    if channel.has_agenda:
        ending, media = CALENDAR
        served = f"{channel.address}.{ending}" if channel.address else ""
        # Calendar programs subscribe to `webcal:`; a plain link would copy what is there today.
        follow = f"webcal:{served.partition(':')[2]}" if served else f"{start}.{ending}"
        found.insert(
            0 if channel.is_calendar else len(found),
            (say("format.ics", language), media, f"{start}.{ending}", follow),
        )
    return found


def _agenda_row(item: Appointment, language: str) -> _Row:
    start = local(item.start)
    return _Row(
        title=item.title,
        url=item.url,
        source=item.source,
        authors="",
        date=write_span(start, None if item.end is None else local(item.end), language),
        machine_date=start.isoformat(),
        note=item.location,
        summary=item.quotation,
        language="",
        translations=(),
    )


def _last_day(item: Appointment) -> date:
    last = item.start if item.end is None else item.end
    return last.date() if isinstance(last, datetime) else last


def _row(item: Item, channel: Channel) -> _Row:
    language = channel.language
    known = {code: say(f"language.{code}", language) for code in LANGUAGES}
    date, machine_date = _date(item, language)
    return _Row(
        title=item.title,
        url=item.url,
        source=item.publisher.name,
        authors=", ".join(author for author in item.authors if author != item.publisher.name),
        date=date,
        machine_date=machine_date,
        note=say(f"date.{item.precision.value}", language)
        if item.precision in (Precision.MONTH, Precision.YEAR)
        else "",
        summary=item.summary,
        language=item.language if item.language != language else "",
        translations=tuple(
            (known.get(r.language, r.language), r.url, r.language) for r in item.related if r.language
        ),
    )


def _date(item: Item, language: str) -> tuple[str, str]:
    """The item's date for people, in its source's zone, and for machines, no finer than it is known."""
    local = item.published_at.astimezone(ZoneInfo(item.zone))
    day = local.date()
    match item.precision:
        case Precision.MINUTE:
            return write_at(local, language), write_rfc3339(item.published_at)
        case Precision.DAY:
            return write_day(day, language), day.isoformat()
        case Precision.MONTH:
            return write_month(day, language), f"{day:%Y-%m}"
        case Precision.YEAR:
            return str(day.year), str(day.year)
        case None:
            return say("shown.unknown", language, date=write_day(day, language)), day.isoformat()


def _render(template: str, language: str, **values: object) -> bytes:
    page = _environment().get_template(template)
    return page.render(language=language, say=partial(_say, language), **values).encode()


def _say(language: str, key: str, /, **values: str) -> str:
    return say(key, language, **values)


@cache
def _environment() -> "Environment":
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=PackageLoader("aggregator.feeds"),
        autoescape=True,
        undefined=StrictUndefined,
        keep_trailing_newline=True,
    )
