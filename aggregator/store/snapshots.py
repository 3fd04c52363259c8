"""Snapshots: Pages with their Candidates, compressed, from which the road can be walked again.

Knows nothing of what is read from a page. Start reading at `pack_snapshot`, which needs no
database, so that compression happens outside the transaction.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from aggregator.errors import StoreError
from aggregator.items import Candidate, Fetched, Kind, Page
from aggregator.store.codec import (
    candidate_from_json,
    candidate_to_json,
    compress,
    decompress,
    pack,
    unpack,
)
from aggregator.store.columns import table
from aggregator.store.engine import Store
from aggregator.store.schema import SnapshotRow
from aggregator.store.sources import find_sources

# With secure_delete each page is overwritten: 200 of 20 KB hold the lock for some 20 ms, and 10,000 a run
# are more than a hundred news sites bring in between two runs.
_PORTION, _MOST_PORTIONS = 200, 50


@dataclass(frozen=True, slots=True)
class PackedSnapshot:
    """A Page with its Candidate as it is kept."""

    source_id: str
    url: str
    fetched_at: datetime
    head: bytes
    body: bytes


def pack_snapshot(fetched: Fetched) -> PackedSnapshot:
    """The page's body, and beside it headers, addresses and Candidate, each as zstd."""
    page = fetched.page
    head = {
        "requested_url": page.requested_url,
        "status": page.status,
        "headers": page.headers,
        "candidate": candidate_to_json(fetched.candidate),
    }
    return PackedSnapshot(fetched.source_id, page.url, page.fetched_at, pack(head), compress(page.body))


def add(session: Session, ids: Sequence[int], snapshots: Sequence[PackedSnapshot]) -> None:
    """Stores the snapshots under these ids."""
    rows = [
        {
            "id": id_,
            "source_id": s.source_id,
            "url": s.url,
            "fetched_at": s.fetched_at,
            "head": s.head,
            "body": s.body,
        }
        for id_, s in zip(ids, snapshots, strict=True)
    ]
    if rows:
        session.execute(insert(table(SnapshotRow)), rows)


def load(session: Session, id_: int) -> tuple[Page, Candidate]:
    """What a snapshot was made of. Raises: StoreError when there is none of that id."""
    row = session.get(SnapshotRow, id_)
    if row is None:
        raise StoreError(f"no snapshot {id_} in the archive")
    return _to_page(row)


def load_many(session: Session, ids: Sequence[int]) -> dict[int, Fetched]:
    """The snapshots with these ids, by id; ids without one are left out."""
    rows = session.scalars(select(SnapshotRow).where(SnapshotRow.id.in_(ids)))
    return {row.id: Fetched(row.source_id, *_to_page(row)) for row in rows}


def drop_old(store: Store, days: int, now: datetime) -> int:
    """Lets go of Snapshots of news sites that are older; what they showed stays. How many, up to a bound.

    Shapes: the rest goes with later calls; each portion in a transaction of its own, so that
        nobody waits long. Nothing for 0 days.
    """
    if days <= 0:
        return 0
    with store.read() as session:
        news = [source.id for source in find_sources(session) if source.kind is Kind.NEWS]
    dropped = 0
    for _ in range(_MOST_PORTIONS):
        with store.write() as session:
            gone = drop(session, news, now - timedelta(days=days), _PORTION)
        dropped += gone
        if gone < _PORTION:
            break
    return dropped


def drop(session: Session, source_ids: Sequence[str], before: datetime, limit: int) -> int:
    """Lets go of that many of these Sources' oldest Snapshots from before then; how many there were.

    Their Sightings stay, without one.
    """
    where = (SnapshotRow.source_id.in_(source_ids), SnapshotRow.fetched_at < before)
    oldest = select(SnapshotRow.id).where(*where).order_by(SnapshotRow.fetched_at).limit(limit)
    ids = list(session.scalars(oldest))
    session.execute(delete(table(SnapshotRow)).where(SnapshotRow.id.in_(ids)))
    return len(ids)


def _to_page(row: SnapshotRow) -> tuple[Page, Candidate]:
    head = unpack(row.head)
    page = Page(
        url=row.url,
        body=decompress(row.body),
        fetched_at=row.fetched_at,
        status=head["status"],
        headers=tuple((name, value) for name, value in head["headers"]),
        requested_url=head["requested_url"],
    )
    return page, candidate_from_json(head["candidate"])
