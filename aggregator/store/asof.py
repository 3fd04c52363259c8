"""The archive as it was known on a day: revisions undone, what came later left out.

Knows nothing of how changes are found. Start reading at `find_as_of`.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from aggregator.items import Article, Entry, Precision, PublishedDate
from aggregator.query import Query
from aggregator.store import search
from aggregator.store.codec import published_values, unpack
from aggregator.store.entries import to_entries
from aggregator.store.find import ANNOUNCED, filters
from aggregator.store.matching import holds
from aggregator.store.schema import BodyRow, EntryRow, RevisionRow, SightingRow
from aggregator.store.withdrawals import Withdrawal, find_withdrawals

_DATES = {"published_at", "published_day", "precision", "date_confidence"}
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
    found = _then(session, to_entries(session, rows), end)
    kept = [entry for entry in found if _is_asked(entry, query)]
    return kept if query.limit is None else kept[: query.limit]


def as_of(session: Session, entry: Entry, day: date) -> Entry | None:
    """The Entry as it was at the end of that day; None where it was not known yet."""
    if entry.first_seen_at >= end_of(day):
        return None
    return _then(session, [entry], end_of(day))[0]


def withdrawn_since(session: Session, day: date) -> list[Withdrawal]:
    """What a person had erased after that day: it can not be said what of it was known then."""
    return [one for one in find_withdrawals(session) if one.withdrawn_at >= end_of(day)]


def _then(session: Session, entries: Sequence[Entry], end: datetime) -> list[Entry]:
    ids = [entry.id for entry in entries]
    undone: dict[int, dict[str, Any]] = {}
    last: dict[int, datetime] = {}
    later = select(RevisionRow).where(RevisionRow.entry_id.in_(ids)).order_by(RevisionRow.seq.desc())
    for row in session.scalars(later):
        if row.changed_at >= end:  # newest first, so that the oldest of the later ones has the last word
            undone.setdefault(row.entry_id, {}).update(unpack(row.old))
        else:
            last.setdefault(row.entry_id, row.changed_at)
    showed: dict[int, set[str]] = {}
    seen = select(SightingRow.entry_id, SightingRow.source_id)
    for entry_id, source_id in session.execute(
        seen.where(SightingRow.entry_id.in_(ids), SightingRow.first_seen_at < end)
    ):
        showed.setdefault(entry_id, set()).add(source_id)
    return [
        replace(
            entry,
            article=_with(entry.article, undone.get(entry.id, {})),
            changed_at=last.get(entry.id, entry.first_seen_at) if entry.id in undone else entry.changed_at,
            sources=tuple(s for s in entry.sources if s in showed.get(entry.id, {s})),
            vanished_at=entry.vanished_at if entry.vanished_at and entry.vanished_at < end else None,
        )
        for entry in entries
    ]


def _with(article: Article, old: dict[str, Any]) -> Article:
    """The article with the old values, by column as revisions keep them."""
    plain: dict[str, Any] = {
        name: old[name] for name in ("title", "summary", "language", "image", "text") if name in old
    }
    plain |= {name: tuple(old[name]) for name in ("authors", "tags", "robots") if name in old}
    if "modified_at" in old:
        plain["modified_at"] = _instant(old["modified_at"])
    if "text" in old:
        plain["html"] = ""  # the markup of then is not kept
    if _DATES & old.keys():
        plain["published"] = _date(article.published, old)
    return replace(article, **plain)


def _date(now: PublishedDate | None, old: dict[str, Any]) -> PublishedDate | None:
    values = {**published_values(now), **{name: old[name] for name in _DATES & old.keys()}}
    if values["published_day"] is None or values["precision"] is None:
        return None
    day, at, confidence = values["published_day"], values["published_at"], values["date_confidence"]
    return PublishedDate(
        at if isinstance(at, datetime) else _instant(at),
        day if isinstance(day, date) else date.fromisoformat(day),
        Precision(values["precision"]),
        1.0 if confidence is None else confidence,
    )


def _instant(value: str | None) -> datetime | None:
    return datetime.fromisoformat(value) if value else None


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
