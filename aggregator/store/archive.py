"""What concerns the archive as a whole: its authority, its counter, its catalogue digest.

Knows nothing of articles. Start reading at `take_numbers`: ids and the order of changes come
from one counter, taken inside the write transaction, so that cursors never skip.
"""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from aggregator.errors import StoreError
from aggregator.store.schema import MetaRow

# RFC 4151 wants a name that its owner held on the day; `.invalid` says that nobody set one.
DEFAULT_AUTHORITY = "aggregator.invalid"


def take_numbers(session: Session, count: int = 1) -> range:
    """That many numbers above all taken before: ids of new rows, places in the order of changes."""
    last = session.scalar(
        update(MetaRow).values(change_seq=MetaRow.change_seq + count).returning(MetaRow.change_seq),
        execution_options={"synchronize_session": False},
    )
    if last is None:
        raise StoreError("the archive has lost its counter: restore it from a backup")
    return range(last - count + 1, last + 1)


def change_seq(session: Session) -> int:
    """The number of the last change of all."""
    return session.scalar(select(MetaRow.change_seq)) or 0


def created_at(session: Session) -> datetime:
    """When this archive was made."""
    return session.scalars(select(MetaRow.created_at)).one()


def catalogue_digest(session: Session) -> str:
    """The digest of the catalogue that was taken over last."""
    return session.scalar(select(MetaRow.catalogue_digest)) or ""


def authority(session: Session) -> str:
    """The name under which this archive mints ids; the default becomes final when first used."""
    held = held_authority(session)
    if held is None:
        set_authority(session, DEFAULT_AUTHORITY)
    return held or DEFAULT_AUTHORITY


def held_authority(session: Session) -> str | None:
    """The authority of this archive, None until it is set or first used."""
    return session.scalar(select(MetaRow.authority))


def set_authority(session: Session, name: str) -> None:
    """Sets the authority of an archive that has none yet; setting the same again does nothing.

    Raises: StoreError when it has another, since ids in feeds never change.
    """
    held = held_authority(session)
    if held is not None and held != name:
        raise StoreError(f"this archive mints its ids under {held!r}; that cannot be changed to {name!r}")
    session.execute(update(MetaRow).values(authority=name))
