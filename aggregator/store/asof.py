"""The archive as it was known on a day: revisions undone, what came later left out.

Knows nothing of how changes are found. Start reading at `find_as_of`.
"""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from aggregator.items import Entry
from aggregator.query import Query
from aggregator.store import search
from aggregator.store.entries import to_entries
from aggregator.store.find import ANNOUNCED, filters
from aggregator.store.matching import holds
from aggregator.store.past import as_known
from aggregator.store.schema import BodyRow, EntryRow, RevisionRow
from aggregator.store.withdrawals import Withdrawal, find_withdrawals

# The last instant of a day is the one before its end, which belongs to the next.
_INSTANT = timedelta(microseconds=1)
# Fields of a Query that a revision can have changed; the others are asked of the database.
_LOOSE = {"words": None, "languages": (), "since": None, "until": None}


def end_of(day: date) -> datetime:
    """The instant at which the day is over, UTC."""
    return datetime.combine(day + timedelta(days=1), time(), UTC)


def find_as_of(session: Session, query: Query, day: date) -> list[Entry]:
    """What the Query would have found at the end of that day, as it read then, newest arrival first.

    Shapes: what was first seen later is left out, sources that showed it later too; what was withdrawn
        since is gone (`withdrawn_since` names it). Clusters and topics are today's.
    """
    end = end_of(day)
    changed = select(RevisionRow.entry_id).where(RevisionRow.changed_at >= end)
    loose = filters(replace(query, **_LOOSE))  # type: ignore[arg-type]  # values of four types
    is_candidate = or_(EntryRow.id.in_(changed), and_(True, *filters(query)))
    statement = select(EntryRow, BodyRow).join(BodyRow, BodyRow.entry_id == EntryRow.id)
    statement = statement.where(ANNOUNCED, EntryRow.first_seen_at < end, is_candidate, *loose)
    rows = session.execute(statement.order_by(EntryRow.announced_seq.desc())).all()
    found = as_known(session, to_entries(session, rows), end - _INSTANT)
    kept = [entry for entry in found if _is_asked(entry, query)]
    return kept if query.limit is None else kept[: query.limit]


def as_of(session: Session, entry: Entry, day: date) -> Entry | None:
    """The Entry as it was at the end of that day; None where it was not known yet."""
    return next(iter(as_known(session, [entry], end_of(day) - _INSTANT)), None)


def withdrawn_since(session: Session, day: date) -> list[Withdrawal]:
    """What a person had erased after that day: it can not be said what of it was known then."""
    return [one for one in find_withdrawals(session) if one.withdrawn_at >= end_of(day)]


def _is_asked(entry: Entry, query: Query) -> bool:
    article = entry.article
    if query.languages and article.language not in query.languages:
        return False
    if query.sources and not set(query.sources) & set(entry.sources):
        return False
    if query.since or query.until:
        day = article.published.day if article.published else None
        if day is None or not (query.since or date.min) <= day <= (query.until or date.max):
            return False
    others = (article.summary, *article.authors, *article.tags)
    return query.words is None or holds(query.words, search.document(article.title, article.text, others))
