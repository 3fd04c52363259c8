"""What the archive knows of a Source's past, for judging its health: visits and articles, the newest of both.

Judges nothing. Start reading at `load_diary`.
"""

from collections.abc import Mapping
from datetime import timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from aggregator.choices import RunOutcome
from aggregator.health import Diary, Shown, Visited
from aggregator.items import Source
from aggregator.rhythm import learn_rhythm
from aggregator.store.arrivals import load_arrivals
from aggregator.store.runs import find_runs
from aggregator.store.schema import BodyRow, CrawlRunRow, EntryRow, SightingRow

_VISITS, _ARTICLES = 30, 220
# A text that says anything: below it stands a teaser, or a caption.
_TEXT = 200


def load_diary(session: Session, source: Source) -> Diary:
    """That Source's latest visits and articles; cheap, whatever the archive holds."""
    zone = ZoneInfo(source.zone)
    arrivals = load_arrivals(session, source.id, zone=zone)
    latest = max((each.at for each in arrivals), default=None)
    since = min((each.at for each in arrivals), default=None)
    return Diary(
        source.id,
        is_proved=source.verified or _has_sightings(session, source.id),
        visits=_visits(session, source.id),
        articles=_articles(session, source.id),
        # As it was when it last spoke: a silence would else excuse itself by being long.
        rhythm=learn_rhythm(arrivals, since=since, now=latest, zone=zone) if latest else None,
        latest_at=latest,
    )


def latest_visits(session: Session) -> Mapping[str, Visited]:
    """The last visit of each Source that has ended."""
    last = (
        select(func.max(CrawlRunRow.id))
        .where(CrawlRunRow.ended_at.is_not(None))
        .group_by(CrawlRunRow.source_id)
    )
    query = select(CrawlRunRow).where(CrawlRunRow.id.in_(last))
    return {
        row.source_id: Visited(row.started_at, row.ended_at, RunOutcome(row.outcome), row.error or "")
        for row in session.scalars(query)
        if row.ended_at is not None and row.outcome is not None
    }


def _has_sightings(session: Session, source_id: str) -> bool:
    return bool(session.scalar(select(exists().where(SightingRow.source_id == source_id))))


def _visits(session: Session, source_id: str) -> tuple[Visited, ...]:
    return tuple(
        Visited(
            run.started_at,
            run.ended_at,
            run.outcome,
            run.error or "",
            run.counts.listed,
            run.counts.fetched,
            run.counts.refused,
            run.counts.missed,
        )
        for run in find_runs(session, source_id, limit=_VISITS)
        if run.ended_at is not None and run.outcome is not None
    )


def _articles(session: Session, source_id: str) -> tuple[Shown, ...]:
    """The Source's own articles; copies of others' tell of the others' pages."""
    query = (
        select(
            EntryRow.url,
            EntryRow.first_seen_at,
            EntryRow.published_day,
            EntryRow.published_at,
            EntryRow.authors,
            EntryRow.image,
            func.length(BodyRow.text).label("length"),
            BodyRow.text.contains("\ufffd").label("is_garbled"),
        )
        .select_from(SightingRow)
        .join(EntryRow, EntryRow.id == SightingRow.entry_id)
        .join(BodyRow, BodyRow.entry_id == EntryRow.id)
        .where(SightingRow.source_id == source_id, EntryRow.source_id == source_id)
        .order_by(SightingRow.entry_id.desc())
        .limit(_ARTICLES)
    )
    found = []
    for row in session.execute(query):
        odd = []
        if row.published_at is not None and row.published_at > row.first_seen_at + timedelta(days=1):
            odd.append("a date in the future")
        if row.is_garbled:
            odd.append("broken letters")
        fields = {
            "a date": row.published_day is not None,
            "authors": bool(row.authors),
            "an image": row.image is not None,
            "a full text": row.length >= _TEXT,
        }
        found.append(Shown(row.first_seen_at, fields, tuple(odd), row.url))
    return tuple(found)
