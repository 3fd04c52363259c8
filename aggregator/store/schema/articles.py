"""The tables of one theme: What an article is to the archive.

Columns and constraints only: no behaviour, no query. Start reading at `EntryRow`;
a change here needs a migration beside it (a test compares them).
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column

from aggregator.store.columns import Base, Number


class EntryRow(Base):
    """An article once, as the archive knows it: what lists and feeds need of it.

    `id` is the number of its arrival; `text_key` is what equal texts share; `canonical_url` and
    `source_id` name its home sighting; `announced_seq` is null until the visit that brought it settled.
    """

    __tablename__ = "entry"

    id: Mapped[int] = mapped_column(Number, primary_key=True, autoincrement=False)
    tag: Mapped[str] = mapped_column(unique=True)
    source_id: Mapped[str] = mapped_column(ForeignKey("source.id"))
    canonical_url: Mapped[str]
    url: Mapped[str]
    title: Mapped[str]
    summary: Mapped[str]
    language: Mapped[str] = mapped_column(String(16))
    fingerprint: Mapped[str] = mapped_column(String(32))
    text_key: Mapped[str] = mapped_column(String(32))
    published_at: Mapped[datetime | None]
    published_day: Mapped[date | None]
    precision: Mapped[str | None]
    date_confidence: Mapped[float | None]
    modified_at: Mapped[datetime | None]
    authors: Mapped[list[str]]
    tags: Mapped[list[str]]
    image: Mapped[str | None]
    first_seen_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    change_seq: Mapped[int]
    announced_seq: Mapped[int | None]
    is_backfill: Mapped[bool]
    is_live: Mapped[bool]
    vanished_at: Mapped[datetime | None]
    hidden_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    revisions: Mapped[int] = mapped_column(Integer)

    __table_args__ = (
        Index(None, "change_seq"),
        Index(None, "announced_seq"),
        Index(None, "published_day", "announced_seq"),
        Index(None, "text_key"),
        Index(
            "ix_entry_pending",
            "source_id",
            sqlite_where=text("announced_seq IS NULL"),
            postgresql_where=text("announced_seq IS NULL"),
        ),
    )


class BodyRow(Base):
    """The wide part of an Entry, apart so that lists do not read past it. `html` is zstd."""

    __tablename__ = "body"

    entry_id: Mapped[int] = mapped_column(
        Number, ForeignKey("entry.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    text: Mapped[str]
    html: Mapped[bytes]
    evidence: Mapped[bytes]
    translations: Mapped[list[list[str]]]
    robots: Mapped[list[str]]


class MentionRow(Base):
    """A cluster or topic that an Entry names, and the words that showed it."""

    __tablename__ = "mention"

    entry_id: Mapped[int] = mapped_column(
        Number, ForeignKey("entry.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    position: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    term: Mapped[str]
    words: Mapped[str]
    place: Mapped[str]

    __table_args__ = (Index(None, "term", "entry_id"), {"sqlite_with_rowid": False})


class EventRow(Base):
    """What an Entry announces, one row an event for good: one that is gone is cancelled.

    Days are those of the zone that was stated; `end_day` is inclusive, and `start_day` where no
    end is known. `uid` was made of the first `start`; `position` is never used again.
    """

    __tablename__ = "event"

    entry_id: Mapped[int] = mapped_column(
        Number, ForeignKey("entry.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    position: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    kind: Mapped[str]
    start_day: Mapped[date]
    start_at: Mapped[datetime | None]
    end_day: Mapped[date]
    end_at: Mapped[datetime | None]
    place: Mapped[str | None]
    is_online: Mapped[bool]
    sentence: Mapped[str]
    is_year_proved: Mapped[bool]
    confidence: Mapped[float]
    uid: Mapped[str] = mapped_column(unique=True)
    sequence: Mapped[int] = mapped_column(Integer)
    is_cancelled: Mapped[bool]
    changed_at: Mapped[datetime]

    __table_args__ = (Index(None, "end_day"),)


class SnapshotRow(Base):
    """A Page with its Candidate, once per changed content. `body` and `head` are zstd."""

    __tablename__ = "snapshot"

    id: Mapped[int] = mapped_column(Number, primary_key=True, autoincrement=False)
    source_id: Mapped[str] = mapped_column(ForeignKey("source.id"))
    url: Mapped[str]
    fetched_at: Mapped[datetime]
    head: Mapped[bytes]
    body: Mapped[bytes]

    __table_args__ = (Index(None, "source_id", "fetched_at"),)


class SightingRow(Base):
    """A page at a Source that showed an Entry: its own link, title and hash of the text.

    `url` is the canonical key, `text_key` what equal texts share, `content` a hash of all that
    makes a revision, `blocks` the packed block hashes that this page adds to the site's memory.
    `checked_at` is when it was last asked for, `due_at` when it is to be asked again, `idle` how
    many checks in a row found nothing new; `etag` and `last_modified` are the page's own.
    """

    __tablename__ = "sighting"

    id: Mapped[int] = mapped_column(Number, primary_key=True, autoincrement=False)
    entry_id: Mapped[int] = mapped_column(Number, ForeignKey("entry.id"))
    source_id: Mapped[str] = mapped_column(ForeignKey("source.id"))
    url: Mapped[str]
    link: Mapped[str]
    title: Mapped[str]
    text_key: Mapped[str] = mapped_column(String(32))
    content: Mapped[int]
    published_at: Mapped[datetime | None]
    published_day: Mapped[date | None]
    first_seen_at: Mapped[datetime]
    vanished_at: Mapped[datetime | None]
    snapshot_id: Mapped[int | None] = mapped_column(Number, ForeignKey("snapshot.id", ondelete="SET NULL"))
    blocks: Mapped[bytes]
    checked_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    idle: Mapped[int] = mapped_column(Integer, server_default="0")
    etag: Mapped[str | None]
    last_modified: Mapped[str | None]

    __table_args__ = (
        Index("uq_sighting_url_source_id", "url", "source_id", unique=True),
        Index(None, "source_id", "entry_id"),
        Index(None, "entry_id"),
        Index(None, "snapshot_id"),
    )


class RevisionRow(Base):
    """What an Entry was before a change: the names of the fields, and their old values (zstd).

    `cause` is whose change it was (`choices.Cause`); of version 0.1.0, which did not tell, the publisher's.
    """

    __tablename__ = "revision"

    entry_id: Mapped[int] = mapped_column(
        Number, ForeignKey("entry.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    seq: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    changed_at: Mapped[datetime]
    fields: Mapped[list[str]]
    old: Mapped[bytes]
    cause: Mapped[str] = mapped_column(String(16), server_default="publisher")

    __table_args__ = (Index(None, "changed_at"),)


class CorrectionRow(Base):
    """A person's word on a field, which wins: `value` as corrected, `read` as its page has it."""

    __tablename__ = "correction"

    entry_id: Mapped[int] = mapped_column(
        Number, ForeignKey("entry.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    field: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[dict[str, Any]]
    read: Mapped[dict[str, Any]]
    reason: Mapped[str]
    corrected_at: Mapped[datetime]

    __table_args__ = ({"sqlite_with_rowid": False},)


class ReextractionRow(Base):
    """A Source whose Snapshots are being read again; the row goes when all are.

    `rules` is a digest of the code that reads, `page_id` the last Sighting done, `boilerplate` what
    to read with, null until it is learnt.
    """

    __tablename__ = "reextraction"

    source_id: Mapped[str] = mapped_column(ForeignKey("source.id"), primary_key=True)
    rules: Mapped[str] = mapped_column(String(32))
    page_id: Mapped[int]
    boilerplate: Mapped[bytes | None]
