"""What readers had been told of and should let go of: withdrawn articles, by number and id alone.

Knows no reasons and nobody who asked. Start reading at `find_gone`.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from aggregator.store.schema import EntryRow


@dataclass(frozen=True, slots=True)
class Gone:
    """An article that readers had been told of, and that was withdrawn since."""

    entry_id: int
    tag: str
    withdrawn_at: datetime


def find_gone(session: Session, *, since: datetime | None = None, entry_id: int | None = None) -> list[Gone]:
    """What readers may still hold and should no longer, oldest first: withdrawn at an instant or after it."""
    query = select(EntryRow.id, EntryRow.tag, EntryRow.withdrawn_at).where(
        EntryRow.withdrawn_at.is_not(None), EntryRow.announced_seq.is_not(None)
    )
    if since is not None:
        query = query.where(EntryRow.withdrawn_at >= since)
    if entry_id is not None:
        query = query.where(EntryRow.id == entry_id)
    rows = session.execute(query.order_by(EntryRow.withdrawn_at, EntryRow.id))
    return [Gone(id_, tag, at) for id_, tag, at in rows if at is not None]
