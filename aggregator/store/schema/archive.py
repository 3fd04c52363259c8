"""The tables of one theme: The archive itself and what it has published.

Columns and constraints only: no behaviour, no query. Start reading at `MetaRow`;
a change here needs a migration beside it (a test compares them).
"""

from datetime import datetime

from sqlalchemy import Integer
from sqlalchemy.orm import Mapped, mapped_column

from aggregator.store.columns import Base


class MetaRow(Base):
    """The archive itself, one row: who mints its ids, and the counter that orders all changes."""

    __tablename__ = "meta"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    authority: Mapped[str | None]
    change_seq: Mapped[int]
    catalogue_digest: Mapped[str]
    created_at: Mapped[datetime]


class FeedStateRow(Base):
    """How far a feed is published: the archive's `change_seq` and the digest of its bytes."""

    __tablename__ = "feed_state"

    name: Mapped[str] = mapped_column(primary_key=True)
    change_seq: Mapped[int]
    digest: Mapped[str]
