"""What of a Source is still to be settled: nothing at all, or pages read with another site memory.

Knows nothing of how pages are read. Start reading at `add`.
"""

from collections.abc import Collection, Iterable

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from aggregator.store.columns import table
from aggregator.store.schema import SightingRow, SourceRow


def add(session: Session, source_id: str, page_ids: Iterable[int] = ()) -> None:
    """Marks the Source as unsettled, and these pages as to be read again whatever was learnt."""
    old, new = load(session, source_id), set(page_ids)
    if old is None or not new <= set(old):
        _write(session, source_id, sorted(new.union(old or ())))


def add_urls(session: Session, source_id: str, urls: Collection[str]) -> None:
    """The same, for the Source's pages with these canonical URLs."""
    query = select(SightingRow.id).where(SightingRow.source_id == source_id, SightingRow.url.in_(urls))
    add(session, source_id, session.scalars(query) if urls else ())


def load(session: Session, source_id: str) -> list[int] | None:
    """The pages that are to be read again; None for a Source that is settled."""
    return session.scalar(select(SourceRow.unsettled).where(SourceRow.id == source_id))


def clear(session: Session, source_id: str) -> None:
    """Marks the Source as settled."""
    _write(session, source_id, None)


def _write(session: Session, source_id: str, page_ids: list[int] | None) -> None:
    session.execute(update(table(SourceRow)).where(SourceRow.id == source_id).values(unsettled=page_ids))
