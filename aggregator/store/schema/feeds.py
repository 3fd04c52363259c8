"""The tables of one theme: Feeds that somebody asked for, alarms, and what press reviews have sent.

Columns and constraints only: no behaviour, no query. Start reading at `SavedFeedRow`;
a change here needs a migration beside it (a test compares them).
"""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from aggregator.store.columns import Base, Number


class SavedFeedRow(Base):
    """A query that is published as a feed under a name; ended ones are kept, so that readers are told."""

    __tablename__ = "saved_feed"

    name: Mapped[str] = mapped_column(primary_key=True)
    query: Mapped[str]
    title: Mapped[str]
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class AlarmRow(Base):
    """Something that an operator must know of: raised once, ended once, never raised again."""

    __tablename__ = "alarm"

    id: Mapped[int] = mapped_column(Number, primary_key=True, autoincrement=True)
    key: Mapped[str]
    source_id: Mapped[str | None]
    title: Mapped[str]
    text: Mapped[str]
    raised_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    told_at: Mapped[datetime | None]

    # Readers know an alarm by its number: SQLite would reuse that of a deleted last row.
    __table_args__ = ({"sqlite_autoincrement": True},)


class AlarmAckRow(Base):
    """A person knows of a Source's troubles, until then."""

    __tablename__ = "alarm_ack"

    source_id: Mapped[str] = mapped_column(primary_key=True)
    until: Mapped[datetime]


class MailedRow(Base):
    """An Entry that a press review has sent; its tag, so that it outlives the Entry."""

    __tablename__ = "mailed"

    name: Mapped[str] = mapped_column(primary_key=True)
    tag: Mapped[str] = mapped_column(primary_key=True)
    mailed_at: Mapped[datetime]

    __table_args__ = ({"sqlite_with_rowid": False},)
