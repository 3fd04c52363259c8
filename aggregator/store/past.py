"""The archive as it was: Entries with what was changed since taken back, and what stood beside them.

Knows nothing of formats. Start reading at `as_known`.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from aggregator.items import Article, Entry, Precision, PublishedDate
from aggregator.store.codec import unpack
from aggregator.store.schema import EventRow, RevisionRow, SightingRow

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
    """A page that showed an Entry: its address and canonical URL, title and date."""

    source_id: str
    url: str
    link: str
    title: str
    published_at: datetime | None
    published_day: date | None
    first_seen_at: datetime
    vanished_at: datetime | None
    snapshot_id: int | None


def seen_pages(session: Session, ids: Sequence[int], at: datetime | None = None) -> dict[int, list[SeenThen]]:
    """The pages that showed these Entries, as far as they were found by that instant, in that order."""
    found: dict[int, list[SeenThen]] = defaultdict(list)
    query = select(SightingRow).where(SightingRow.entry_id.in_(ids)).order_by(SightingRow.id)
    if at is not None:
        query = query.where(SightingRow.first_seen_at <= at)
    for row in session.scalars(query):
        gone = row.vanished_at
        found[row.entry_id].append(
            SeenThen(
                row.source_id, row.url, row.link, row.title, row.published_at, row.published_day,
                row.first_seen_at, gone if gone and (at is None or gone <= at) else None, row.snapshot_id,
            )
        )  # fmt: skip
    return found


@dataclass(frozen=True, slots=True)
class Told:
    """An event of an Entry as it is kept, also one that was cancelled."""

    uid: str
    kind: str
    start_day: date
    start_at: datetime | None
    end_day: date
    end_at: datetime | None
    place: str | None
    is_online: bool
    is_cancelled: bool
    sentence: str


def told_events(session: Session, ids: Sequence[int]) -> dict[int, list[Told]]:
    """What these Entries announce or did, in order."""
    found: dict[int, list[Told]] = defaultdict(list)
    query = select(EventRow).where(EventRow.entry_id.in_(ids)).order_by(EventRow.entry_id, EventRow.position)
    for row in session.scalars(query):
        found[row.entry_id].append(
            Told(
                row.uid, row.kind, row.start_day, row.start_at, row.end_day, row.end_at, row.place,
                row.is_online, row.is_cancelled, row.sentence,
            )
        )  # fmt: skip
    return found
