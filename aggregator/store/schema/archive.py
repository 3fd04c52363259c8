"""The tables of one theme: The archive itself and what it has published.

Columns and constraints only: no behaviour, no query. Start reading at `MetaRow`;
a change here needs a migration beside it (a test compares them).
"""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from aggregator.store.columns import Base, Number


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


class WithdrawalRow(Base):
    """An article that was erased and is never taken in again: nothing here tells what it said.

    `key` is the SHA-256 of its canonical URL; `person` the SHA-256 of the folded name of who asked
    for it; `entry_id` and `tag` are null where it never was in the archive.
    """

    __tablename__ = "withdrawal"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    entry_id: Mapped[int | None] = mapped_column(Number)
    tag: Mapped[str | None]
    reason: Mapped[str]
    person: Mapped[str | None] = mapped_column(String(64))
    withdrawn_at: Mapped[datetime]


class WithdrawnKeyRow(Base):
    """What a withdrawn article is known again by: the SHA-256 of one of its URLs, or its text's key."""

    __tablename__ = "withdrawn_key"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    withdrawal_key: Mapped[str] = mapped_column(ForeignKey("withdrawal.key", ondelete="CASCADE"))

    __table_args__ = (Index(None, "withdrawal_key"), {"sqlite_with_rowid": False})
