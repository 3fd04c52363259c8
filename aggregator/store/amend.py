"""A person's acts on an Entry: a field corrected or given back, the whole hidden or shown again.

Knows nothing of how a value is checked. Start reading at `correct`.
"""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from aggregator.choices import Cause
from aggregator.items import Article
from aggregator.store import articles, corrections, revisions
from aggregator.store.archive import take_numbers
from aggregator.store.columns import table
from aggregator.store.schema import EntryRow
from aggregator.store.sightings import Arrival


def correct(
    session: Session, entry_id: int, field: str, said: Article, *, reason: str, now: datetime
) -> tuple[str, ...]:
    """Makes the field what it is in `said`, whatever its page says from now on; the columns that changed.

    What readers saw is kept as a revision. Raises: StoreError when there is no such Entry.
    """
    read = _as_read(session, entry_id)
    corrections.save(session, entry_id, field, said, read, reason, now)
    return _write(session, entry_id, read, now)


def give_back(session: Session, entry_id: int, field: str, now: datetime) -> tuple[str, ...] | None:
    """Makes the field what its page says again; the columns that changed, None if it was not corrected."""
    read = _as_read(session, entry_id)
    if not corrections.remove(session, entry_id, field):
        return None
    return _write(session, entry_id, read, now)


def hide(session: Session, entry_id: int, now: datetime) -> bool:
    """Keeps the Entry out of what others see; says whether it was to be seen."""
    return _set_hidden(session, entry_id, now)


def unhide(session: Session, entry_id: int) -> bool:
    """Lets the Entry be seen again; says whether it was hidden."""
    return _set_hidden(session, entry_id, None)


def _set_hidden(session: Session, entry_id: int, at: datetime | None) -> bool:
    is_other = EntryRow.hidden_at.is_(None) if at else EntryRow.hidden_at.is_not(None)
    values = {"hidden_at": at, "change_seq": take_numbers(session)[0]}
    query = update(table(EntryRow)).where(EntryRow.id == entry_id, is_other).values(values)
    return session.execute(query.returning(EntryRow.id)).first() is not None


def _as_read(session: Session, entry_id: int) -> Article:
    article = articles.get(session, entry_id).article
    return replace(
        corrections.as_read(session, entry_id, article),
        evidence=articles.read_evidence(session, entry_id),
    )


def _write(session: Session, entry_id: int, read: Article, now: datetime) -> tuple[str, ...]:
    # Identity is the page's: a corrected text still finds the copies of what was published.
    text_key = session.scalars(select(EntryRow.text_key).where(EntryRow.id == entry_id)).one()
    return revisions.change(session, entry_id, Arrival(read, text_key, 0, b""), now, Cause.OPERATOR)
