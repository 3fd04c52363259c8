"""The tables of one theme: Which Entries are copies or translations of each other, or tell the same story.

Columns and constraints only: no behaviour, no query. Start reading at `LinkRow`;
a change here needs a migration beside it (a test compares them).
"""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column

from aggregator.store.columns import Base, Number


class LinkRow(Base):
    """A near-duplicate, translation or other telling of another Entry; reversible, nothing is merged.

    `original_id` is which of the two a translation was made of, where one of them shows it.
    """

    __tablename__ = "link"

    entry_id: Mapped[int] = mapped_column(
        Number, ForeignKey("entry.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    other_id: Mapped[int] = mapped_column(
        Number, ForeignKey("entry.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    level: Mapped[str]
    score: Mapped[float]
    reason: Mapped[str]
    rules: Mapped[int] = mapped_column(Integer)
    original_id: Mapped[int | None]

    __table_args__ = (Index(None, "other_id"), {"sqlite_with_rowid": False})


class KinRow(Base):
    """The group of copies and translations that a compared Entry belongs to, and its story.

    Both are named after the first of their Entries: its own id where it is alone.
    `language` and `day` (that of publication) are the Entry's, so that whole groups of
    candidates are passed over without reading a wide row.
    """

    __tablename__ = "kin"

    entry_id: Mapped[int] = mapped_column(
        Number, ForeignKey("entry.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    group_id: Mapped[int]
    language: Mapped[str] = mapped_column(String(16))
    day: Mapped[date | None]
    story_id: Mapped[int] = mapped_column(server_default=text("0"))

    __table_args__ = (Index(None, "group_id"), Index(None, "story_id"), {"sqlite_with_rowid": False})


class VerdictRow(Base):
    """A person's word that two Entries belong together, or do not; it outlives what the rules say."""

    __tablename__ = "verdict"

    entry_id: Mapped[int] = mapped_column(
        Number, ForeignKey("entry.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    other_id: Mapped[int] = mapped_column(
        Number, ForeignKey("entry.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    is_same: Mapped[bool]
    said_at: Mapped[datetime]

    __table_args__ = (Index(None, "other_id"), {"sqlite_with_rowid": False})


class PostingRow(Base):
    """An Entry that holds a key of its words (see `near.Sketch`); gone again after its window.

    `day` is an ordinal of discovery. No foreign key: removing an Entry must not search the keys.
    """

    __tablename__ = "posting"

    key: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    entry_id: Mapped[int] = mapped_column(Number, primary_key=True, autoincrement=False)
    day: Mapped[int] = mapped_column(Integer)

    __table_args__ = ({"sqlite_with_rowid": False},)


class StaleRow(Base):
    """An Entry that older rules have compared: its Source's next visit looks what newer ones say of it.

    A migration that raises the rules fills it; else it is empty.
    """

    __tablename__ = "stale"

    entry_id: Mapped[int] = mapped_column(
        Number, ForeignKey("entry.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
