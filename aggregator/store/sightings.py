"""Sightings: pages at Sources that showed an Entry, with what each adds to its site's memory.

Knows nothing of what is decided about a page. Start reading at `add`.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from aggregator.check import Check, next_check, second_look
from aggregator.items import Article, Fetched
from aggregator.store import memory, snapshots
from aggregator.store.archive import take_numbers
from aggregator.store.codec import content_hash, pack_blocks, unpack_blocks
from aggregator.store.columns import table
from aggregator.store.neighbours import KnownPage, text_key
from aggregator.store.schema import EntryRow, SightingRow
from aggregator.store.snapshots import PackedSnapshot


@dataclass(frozen=True, slots=True)
class Arrival:
    """An Article on its way in, with the hashes and bytes that are kept beside it."""

    article: Article
    text_key: str
    content: int
    blocks: bytes
    snapshot: PackedSnapshot | None = None
    etag: str | None = None
    last_modified: str | None = None
    origin: str = ""
    """What its eternal id is made of, where another article had its address first."""


def arrive(article: Article, snapshot: PackedSnapshot | None = None) -> Arrival:
    """The Article with its hashes; needs no database. Without a snapshot the one kept stays."""
    return Arrival(article, text_key(article), content_hash(article), pack_blocks(article.blocks), snapshot)


def add(session: Session, seen: Sequence[tuple[int, Arrival]], now: datetime) -> None:
    """Stores new pages, each as a Sighting of the Entry with that id, and counts their blocks."""
    if not seen:
        return
    snapshot_ids = _add_snapshots(session, [arrival for _, arrival in seen])
    ids = take_numbers(session, len(seen))
    rows = [
        {
            "id": id_,
            "entry_id": entry_id,
            "source_id": arrival.article.source_id,
            "url": arrival.article.canonical_url,
            "first_seen_at": now,
            "vanished_at": None,
            "snapshot_id": snapshot_id,
            "checked_at": now,
            "idle": 0,
            "etag": arrival.etag,
            "last_modified": arrival.last_modified,
            **(values := _page_values(arrival)),
            "due_at": next_check(_born(values["published_at"], values["published_day"], now), now),
        }
        for id_, (entry_id, arrival), snapshot_id in zip(ids, seen, snapshot_ids, strict=True)
    ]
    session.execute(insert(table(SightingRow)), rows)
    by_source: dict[str, Counter[tuple[int, int]]] = defaultdict(Counter)
    for _, arrival in seen:
        by_source[arrival.article.source_id].update(unpack_blocks(arrival.blocks))
    for source_id, counts in by_source.items():
        memory.count_blocks(session, source_id, counts, now.date())


def refresh(session: Session, page: KnownPage, arrival: Arrival, entry_id: int) -> None:
    """Writes what the page says now, and that it shows the Entry with that id."""
    # Today's code may find other blocks on a page of old: they are as old as it.
    seen_at = func.coalesce(SightingRow.checked_at, SightingRow.first_seen_at)
    [(old, seen)] = session.execute(select(SightingRow.blocks, seen_at).where(SightingRow.id == page.id))
    if old != arrival.blocks:
        counts = Counter(unpack_blocks(arrival.blocks))
        counts.subtract(unpack_blocks(old))
        memory.count_blocks(session, page.source_id, counts, seen.date())
    values = {**_page_values(arrival), "entry_id": entry_id}
    if arrival.snapshot is not None:
        values |= {"snapshot_id": _add_snapshots(session, [arrival])[0], "vanished_at": None}
        values |= {"etag": arrival.etag, "last_modified": arrival.last_modified}
    session.execute(update(table(SightingRow)).where(SightingRow.id == page.id).values(values))


def drop(session: Session, page: KnownPage) -> None:
    """Forgets a page that turned out to show no article."""
    blocks = session.scalar(select(SightingRow.blocks).where(SightingRow.id == page.id)) or b""
    memory.count_blocks(session, page.source_id, Counter(dict.fromkeys(unpack_blocks(blocks), -1)))
    session.execute(delete(table(SightingRow)).where(SightingRow.id == page.id))


def vanish(session: Session, source_id: str, urls: Iterable[str], now: datetime) -> list[int]:
    """Marks the pages that answer 404 or 410, and Entries whose own page it is; says which Entries."""
    gone = session.execute(
        update(table(SightingRow))
        .where(
            SightingRow.source_id == source_id,
            SightingRow.url.in_(list(urls)),
            SightingRow.vanished_at.is_(None),
        )
        .values(vanished_at=now)
        .returning(SightingRow.entry_id, SightingRow.url)
    ).all()
    marked: list[int] = []
    for entry_id, url in gone:
        is_home = (
            (EntryRow.id == entry_id) & (EntryRow.source_id == source_id) & (EntryRow.canonical_url == url)
        )
        values = {"vanished_at": now, "change_seq": take_numbers(session)[0]}
        marked += session.scalars(
            update(table(EntryRow)).where(is_home).values(values).returning(EntryRow.id)
        ).all()
    return marked


def note_checks(
    session: Session, source_id: str, checks: Iterable[Check], now: datetime, *, is_changed: bool = False
) -> None:
    """Notes that these pages were asked for again, and says when they are due next."""
    keys = [check.key for check in checks]
    rows = session.scalars(
        select(SightingRow).where(SightingRow.source_id == source_id, SightingRow.url.in_(keys))
    )
    for row in list(rows):
        due_at = next_check(_born(row.published_at, row.published_day, row.first_seen_at), now)
        if row.vanished_at is not None:
            due_at = second_look(now) if row.vanished_at >= now else None
        values = {"checked_at": now, "due_at": due_at, "idle": 0 if is_changed else row.idle + 1}
        session.execute(update(table(SightingRow)).where(SightingRow.id == row.id).values(values))


def _born(at: datetime | None, day: date | None, first_seen_at: datetime) -> datetime:
    """From when a page's age counts: its publication, unless that is unknown or still to come."""
    if at is None and day is not None:
        at = datetime.combine(day, time(12), UTC)
    return min(at or first_seen_at, first_seen_at)


@dataclass(frozen=True, slots=True)
class SeenPage:
    """A page that shows an Entry: its own link, title and day, and whether its Snapshot is kept.

    Shapes: `is_home` holds for the page that the Entry was read from, `has_same_text` where the words
        of its own are the Entry's.
    """

    source_id: str
    link: str
    title: str
    published_day: date | None
    first_seen_at: datetime
    vanished_at: datetime | None
    has_snapshot: bool
    is_home: bool
    has_same_text: bool


def pages_of(session: Session, entry_id: int) -> list[SeenPage]:
    """The pages that show the Entry, in order of discovery."""
    query = select(SightingRow).where(SightingRow.entry_id == entry_id).order_by(SightingRow.id)
    columns = select(EntryRow.canonical_url, EntryRow.source_id, EntryRow.text_key)
    home = session.execute(columns.where(EntryRow.id == entry_id)).one()
    return [
        SeenPage(
            source_id=row.source_id,
            link=row.link,
            title=row.title,
            published_day=row.published_day,
            first_seen_at=row.first_seen_at,
            vanished_at=row.vanished_at,
            has_snapshot=row.snapshot_id is not None,
            is_home=(row.url, row.source_id) == (home.canonical_url, home.source_id),
            has_same_text=row.text_key == home.text_key,
        )
        for row in session.scalars(query)
    ]


def kept_pages(session: Session, source_id: str) -> list[int]:
    """Ids of the Source's Sightings whose Snapshot is kept, in order."""
    query = select(SightingRow.id).where(
        SightingRow.source_id == source_id, SightingRow.snapshot_id.is_not(None)
    )
    return list(session.scalars(query.order_by(SightingRow.id)))


def kept_sources(session: Session) -> set[str]:
    """The Sources of which any Snapshot is kept."""
    query = select(SightingRow.source_id).where(SightingRow.snapshot_id.is_not(None))
    return set(session.scalars(query.distinct()))


def snapshot_of(session: Session, source_id: str, key: str) -> Fetched | None:
    """The page as it was when it was last taken in, with its Candidate; None where it is not kept."""
    query = select(SightingRow.snapshot_id).where(SightingRow.url == key, SightingRow.source_id == source_id)
    id_ = session.scalar(query)
    return snapshots.load_many(session, [id_]).get(id_) if id_ is not None else None


def turn_over(session: Session, page: KnownPage, now: datetime) -> str:
    """Leaves a page's address to another article: page and Entry keep their past under a key of their own.

    Shapes: gives back that key, which is no address: the page's with a mark behind it.
    """
    like = f"{page.url}#%"
    query = select(func.count()).where(SightingRow.source_id == page.source_id, SightingRow.url.like(like))
    key = f"{page.url}#{(session.scalar(query) or 0) + 1}"
    entry_id, numbers = page.entry.entry_id, take_numbers(session)
    values = {"url": key, "vanished_at": now, "due_at": None}
    session.execute(update(table(SightingRow)).where(SightingRow.id == page.id).values(values))
    left = {"canonical_url": key, "vanished_at": now, "change_seq": numbers[0]}
    session.execute(update(table(EntryRow)).where(EntryRow.id == entry_id).values(left))
    return key


def blocks_of(session: Session, ids: Sequence[int]) -> dict[int, bytes]:
    """The packed blocks of these Sightings, by id."""
    query = select(SightingRow.id, SightingRow.blocks).where(SightingRow.id.in_(ids))
    return {row.id: row.blocks for row in session.execute(query)}


def count_pages(session: Session, source_id: str) -> int:
    """How many pages of the Source are kept: what block counts are a share of."""
    query = select(func.count()).select_from(SightingRow).where(SightingRow.source_id == source_id)
    return session.scalar(query) or 0


def pages_with(session: Session, source_id: str, is_one: Callable[[int, int], bool]) -> list[int]:
    """Ids of the Source's Sightings on which a block stands whose key and place pass the test."""
    query = select(SightingRow.id, SightingRow.blocks).where(SightingRow.source_id == source_id)
    return [
        id_
        for id_, blocks in session.execute(query.order_by(SightingRow.id))
        if any(is_one(key, place) for key, place in unpack_blocks(blocks))
    ]


def _add_snapshots(session: Session, arrivals: Sequence[Arrival]) -> list[int | None]:
    packed = [arrival.snapshot for arrival in arrivals if arrival.snapshot is not None]
    numbers = take_numbers(session, len(packed)) if packed else range(0)
    snapshots.add(session, numbers, packed)
    unused = iter(numbers)
    return [next(unused) if arrival.snapshot is not None else None for arrival in arrivals]


def _page_values(arrival: Arrival) -> dict[str, Any]:
    published = arrival.article.published
    return {
        "link": arrival.article.url,
        "title": arrival.article.title,
        "text_key": arrival.text_key,
        "content": arrival.content,
        "published_at": published.at if published else None,
        "published_day": published.day if published else None,
        "blocks": arrival.blocks,
    }
