"""The pages that look over the archive: events by week, sources and their visits.

Knows what each shows; the frame around it is `page`'s. Start reading at `DOORS`.
"""

from datetime import UTC, date, datetime, timedelta
from itertools import groupby

from aggregator.feeds.agenda import appointment_of, local
from aggregator.feeds.channels import channel_of
from aggregator.feeds.compose import absolute
from aggregator.feeds.strings import write_at, write_day, write_span
from aggregator.health import examine
from aggregator.items import EventKind, RunOutcome, Source
from aggregator.query import Query
from aggregator.signs import name_of
from aggregator.store.diaries import load_diary
from aggregator.store.events import present_day
from aggregator.store.find import count
from aggregator.store.overview import Standing, standings
from aggregator.store.runs import find_runs
from aggregator.web.api import address, happenings_of
from aggregator.web.door import Answer, Asked, Door
from aggregator.web.page import LANG, Frame, fail, frame_of, render
from aggregator.web.parameters import Parameter
from aggregator.web.problem import Unanswerable

_KIND = Parameter(
    "kind", "One kind alone.", "choice", default="", choices=tuple(kind.value for kind in EventKind)
)
_AFTER = Parameter("after", "Not over before this day.", "day")
# A page of a quarter at most: further ones are a link away.
_SHOWN = 60
_RUNS = 20
_JSON = "application/json"


def _events(asked: Asked) -> Answer:
    frame, kind = frame_of(asked), asked.values["kind"]
    channel = channel_of(frame.language, asked.edition)
    found = [
        (item, happening.entry_id)
        for happening in happenings_of(asked, Query())
        if (item := appointment_of(happening, asked.edition, channel)) is not None
    ]
    shown, rest = found[:_SHOWN], found[_SHOWN:]
    first = asked.values["after"] or present_day(asked.session) or date.min
    weeks = []
    for monday, group in groupby(shown, key=lambda one: _monday(one[0].start, first)):
        items = [
            (write_span(local(i.start), None if i.end is None else local(i.end), frame.language), i, entry_id)
            for i, entry_id in group
        ]
        weeks.append((_week(frame, monday), items))
    return render(
        frame,
        "events.html",
        frame.say("events.title"),
        kind=kind,
        weeks=weeks,
        older=frame.to("/events", kind=kind, after=_day(rest[0][0].start).isoformat()) if rest else "",
        twins=((_JSON, frame.say("site.api"), address("/api/events", kind=kind)),
               ("text/calendar", frame.say("format.ics"), "/feeds/events.ics")),
    )  # fmt: skip


def _day(moment: date | datetime) -> date:
    found = local(moment)
    return found.date() if isinstance(found, datetime) else found


def _monday(start: date | datetime, first: date) -> date | None:
    """The Monday of the week in which it begins; None for what began before the first day."""
    day = _day(start)
    return None if day < first else day - timedelta(days=day.weekday())


def _week(frame: Frame, monday: date | None) -> str:
    if monday is None:
        return frame.say("events.running")
    sunday = monday + timedelta(days=6)
    first, last = write_day(monday, frame.language), write_day(sunday, frame.language)
    return frame.say("events.week", first=first, last=last)


def _sources(asked: Asked) -> Answer:
    frame = frame_of(asked)
    found = {standing.source_id: standing for standing in standings(asked.session)}
    sources = sorted(
        asked.edition.sources.values(), key=lambda s: (not s.enabled, (s.name or s.id).casefold())
    )
    rows = [
        (
            source,
            found.get(source.id),
            _when(frame, found.get(source.id)),
            _outcome(frame, found.get(source.id)),
        )
        for source in sources
    ]
    twins = ((_JSON, frame.say("site.api"), "/api/sources"), ("text/x-opml", "OPML", "/feeds.opml"))
    return render(frame, "sources.html", frame.say("sources.title"), rows=rows, twins=twins)


def _source(asked: Asked) -> Answer:
    frame, source = frame_of(asked), asked.edition.sources.get(asked.place["id"])
    if source is None:
        raise Unanswerable(404, "there is no such source here")
    standing = next((s for s in standings(asked.session) if s.source_id == source.id), None)
    name, own = source.name or source.id, channel_of(f"source-{source.id}", asked.edition)
    runs = [
        (_at(frame, run.ended_at or run.started_at), _said(frame, run.outcome), run)
        for run in find_runs(asked.session, source.id, limit=_RUNS)
    ]
    return render(
        frame,
        "source.html",
        name,
        source=source,
        site=absolute(source.url),
        news=frame.to("/", q=f'source:"{source.id}"'),
        count=count(asked.session, Query(sources=(source.id,))),
        outcome=_outcome(frame, standing),
        findings=_findings(asked, frame, source),
        runs=runs,
        twins=(("application/atom+xml", f"Atom: {name}", f"/feeds/{own.file}.atom"),
               (_JSON, frame.say("site.api"), "/api/sources")),
    )  # fmt: skip


def _findings(asked: Asked, frame: Frame, source: Source) -> list[tuple[str, str]]:
    """What is wrong with the source now, in words, and how that is known; of one that is followed."""
    if not source.enabled:
        return []
    found = examine(load_diary(asked.session, source), datetime.now(UTC))
    name = source.name or source.id
    language = frame.language
    return [
        (
            frame.say(f"ailment.{one.ailment.value}", name=name, what=name_of(one.detail, language)),
            one.sign.words(language),
        )
        for one in found
    ]


def _when(frame: Frame, standing: Standing | None) -> str:
    return _at(frame, standing.ended_at) if standing and standing.ended_at else frame.say("sources.never")


def _at(frame: Frame, at: datetime) -> str:
    found = local(at)
    return write_at(found, frame.language) if isinstance(found, datetime) else ""


def _said(frame: Frame, outcome: RunOutcome | None) -> str:
    return frame.say(f"outcome.{outcome.value}") if outcome else ""


def _outcome(frame: Frame, standing: Standing | None) -> str:
    """How the last visit went; how many failed in a row where more than one did."""
    if standing is None or not standing.is_enabled:
        return frame.say("sources.off")
    said = _said(frame, standing.outcome)
    return (
        f"{said}, {frame.say('sources.failures', count=str(standing.failures))}"
        if standing.failures > 1
        else said
    )


DOORS = (
    Door("/events", _events, "Events by week.", (_KIND, _AFTER, LANG), fail),
    Door("/sources", _sources, "All sources.", (LANG,), fail),
    Door("/sources/{id}", _source, "A source.", (LANG,), fail),
)
"""The pages that look over the archive."""
