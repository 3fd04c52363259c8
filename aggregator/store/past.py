"""The archive as it was: Entries with what was changed since taken back, and what stood beside them.

Knows nothing of formats. Start reading at `as_known`.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from aggregator.items import Article, Entry, Precision, PublishedDate
from aggregator.query import Query
from aggregator.store.codec import unpack
from aggregator.store.find import find
from aggregator.store.schema import KinRow, RevisionRow, SightingRow

_TUPLES = ("authors", "tags", "robots")
_DATE = ("published_at", "published_day", "precision", "date_confidence")


def as_known(session: Session, entries: Sequence[Entry], at: datetime) -> list[Entry]:
    """Those of the Entries that the archive held at that instant, with what they said then.

    Shapes: sources are those of pages found by then; events and mentions are as they are now. What
        was withdrawn since is not among them: its text is nowhere any more.
    """
    held = [entry for entry in entries if entry.first_seen_at <= at]
    ids = [entry.id for entry in held]
    kept: dict[int, list[RevisionRow]] = defaultdict(list)
    query = select(RevisionRow).where(RevisionRow.entry_id.in_(ids)).order_by(RevisionRow.seq)
    for row in session.scalars(query):
        kept[row.entry_id].append(row)
    pages = seen_pages(session, ids, at)
    return [_at(entry, kept.get(entry.id, []), pages.get(entry.id, []), at) for entry in held]


def _at(entry: Entry, kept: Sequence[RevisionRow], pages: "Sequence[SeenThen]", at: datetime) -> Entry:
    article = entry.article
    later = [row for row in kept if row.changed_at > at]
    for row in reversed(later):  # the newest first: the oldest of them has the last word
        article = _taken_back(article, unpack(row.old))
    until = len(kept) - len(later)
    sources = dict.fromkeys((article.source_id, *(page.source_id for page in pages)))
    return replace(
        entry,
        article=article,
        changed_at=kept[until - 1].changed_at if until else entry.first_seen_at,
        sources=tuple(sources),
        vanished_at=entry.vanished_at if entry.vanished_at and entry.vanished_at <= at else None,
    )


def _taken_back(article: Article, old: Mapping[str, Any]) -> Article:
    values: dict[str, Any] = {n: tuple(value) if n in _TUPLES else value for n, value in old.items()}
    values.pop("translations", None)
    if "text" in values:
        values.setdefault("html", "")  # the markup of then is not kept
    if "modified_at" in values:
        values["modified_at"] = _instant(values["modified_at"])
    if values.keys() & set(_DATE):
        now = article.published
        held = {
            "published_at": now and now.at, "published_day": now and now.day,
            "precision": now and now.precision, "date_confidence": now and now.confidence,
        } | {name: values.pop(name) for name in _DATE if name in values}  # fmt: skip
        values["published"] = _date(held)
    return replace(article, **values)


def _date(held: Mapping[str, Any]) -> PublishedDate | None:
    day, precision = held["published_day"], held["precision"]
    if day is None or precision is None:
        return None
    day = date.fromisoformat(day) if isinstance(day, str) else day
    confidence = 1.0 if held["date_confidence"] is None else held["date_confidence"]
    return PublishedDate(_instant(held["published_at"]), day, Precision(precision), confidence)


def _instant(value: str | datetime | None) -> datetime | None:
    return datetime.fromisoformat(value) if isinstance(value, str) else value


@dataclass(frozen=True, slots=True)
class SeenThen:
    """A page that showed an Entry: whose it is, and where it is kept."""

    source_id: str
    snapshot_id: int | None


def seen_pages(session: Session, ids: Sequence[int], at: datetime | None = None) -> dict[int, list[SeenThen]]:
    """The pages that showed these Entries, as far as they were found by that instant, in that order."""
    found: dict[int, list[SeenThen]] = defaultdict(list)
    columns = (SightingRow.entry_id, SightingRow.source_id, SightingRow.snapshot_id)
    query = select(*columns).where(SightingRow.entry_id.in_(ids)).order_by(SightingRow.id)
    if at is not None:
        query = query.where(SightingRow.first_seen_at <= at)
    for entry_id, source_id, snapshot_id in session.execute(query):
        found[entry_id].append(SeenThen(source_id, snapshot_id))
    return found


def revision_counts(session: Session, ids: Sequence[int], at: datetime | None = None) -> dict[int, int]:
    """How often these Entries had changed by that instant; those that never did are left out."""
    query = select(RevisionRow.entry_id, func.count()).where(RevisionRow.entry_id.in_(ids))
    if at is not None:
        query = query.where(RevisionRow.changed_at <= at)
    return {id_: count for id_, count in session.execute(query.group_by(RevisionRow.entry_id))}  # noqa: C416  a Row each


def story_numbers(session: Session, ids: Sequence[int]) -> dict[int, int]:
    """The story of each of these Entries; those that were not compared yet are left out."""
    query = select(KinRow.entry_id, KinRow.story_id).where(KinRow.entry_id.in_(ids))
    return {entry_id: story_id for entry_id, story_id in session.execute(query)}  # noqa: C416  a Row each


@dataclass(frozen=True, slots=True)
class StoryThen:
    """A story as far as it was known: counts of its articles, pages and sites; languages sorted."""

    id: int
    articles: int
    appearances: int
    sources: int
    languages: tuple[str, ...]
    first_day: date | None
    last_day: date | None
    first_seen_at: datetime


def stories_then(session: Session, story_ids: Sequence[int], at: datetime) -> Iterator[StoryThen]:
    """The stories with what was known of them at that instant; grouped as they are now.

    Shapes: in the order given; one of which nothing was known yet is left out.
    """
    members: dict[int, list[int]] = defaultdict(list)
    query = select(KinRow.story_id, KinRow.entry_id).where(KinRow.story_id.in_(story_ids))
    for story_id, entry_id in session.execute(query):
        members[story_id].append(entry_id)
    for story_id in story_ids:
        asked = Query(ids=tuple(members[story_id]), limit=None, with_hidden=True)
        entries = as_known(session, find(session, asked), at)
        if entries:
            pages = seen_pages(session, [entry.id for entry in entries], at)
            yield _story_then(story_id, entries, [page for seen in pages.values() for page in seen])


def _story_then(id_: int, entries: Sequence[Entry], pages: Sequence[SeenThen]) -> StoryThen:
    days = [entry.article.published.day for entry in entries if entry.article.published]
    return StoryThen(
        id=id_,
        articles=len(entries),
        appearances=len(pages),
        sources=len({page.source_id for page in pages}),
        languages=tuple(sorted({entry.article.language for entry in entries})),
        first_day=min(days, default=None),
        last_day=max(days, default=None),
        first_seen_at=min(entry.first_seen_at for entry in entries),
    )
