"""The tables of the archive, as typed SQLAlchemy models for SQLite and PostgreSQL alike.

Holds columns and constraints only: no behaviour, no query, no dialect beyond column types.
Start reading at `EntryRow`; a change here needs a migration beside it (a test compares them).
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Integer, String, text
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


class SourceRow(Base):
    """A Source as the catalogue had it last, and what visits have learnt of it."""

    __tablename__ = "source"

    id: Mapped[str] = mapped_column(primary_key=True)
    host: Mapped[str]
    cluster: Mapped[str | None]
    enabled: Mapped[bool]
    definition: Mapped[dict[str, Any]]
    next_due_at: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(Integer)
    visited_at: Mapped[datetime | None]
    way: Mapped[str | None]
    way_urls: Mapped[list[str]]
    boilerplate: Mapped[bytes | None]
    date_habits: Mapped[list[Any]]


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
    revisions: Mapped[int] = mapped_column(Integer)

    __table_args__ = (
        Index(None, "change_seq"),
        Index(None, "announced_seq"),
        Index(None, "published_day"),
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

    __table_args__ = (
        Index("uq_sighting_url_source_id", "url", "source_id", unique=True),
        Index(None, "source_id", "entry_id"),
        Index(None, "entry_id"),
        Index(None, "snapshot_id"),
    )


class LinkRow(Base):
    """A near-duplicate or translation of another Entry; reversible, nothing is merged."""

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

    __table_args__ = (Index(None, "other_id"), {"sqlite_with_rowid": False})


class KinRow(Base):
    """The group of copies and translations that a compared Entry belongs to; its own id if alone.

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

    __table_args__ = (Index(None, "group_id"), {"sqlite_with_rowid": False})


class PostingRow(Base):
    """An Entry that holds a key of its words (see `near.Sketch`); gone again after its window.

    `day` is an ordinal of discovery. No foreign key: removing an Entry must not search the keys.
    """

    __tablename__ = "posting"

    key: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    entry_id: Mapped[int] = mapped_column(Number, primary_key=True, autoincrement=False)
    day: Mapped[int] = mapped_column(Integer)

    __table_args__ = ({"sqlite_with_rowid": False},)


class RevisionRow(Base):
    """What an Entry was before a change: the names of the fields, and their old values (zstd)."""

    __tablename__ = "revision"

    entry_id: Mapped[int] = mapped_column(
        Number, ForeignKey("entry.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    seq: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    changed_at: Mapped[datetime]
    fields: Mapped[list[str]]
    old: Mapped[bytes]


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


class UrlKeyRow(Base):
    """A canonical URL already decided upon at a Source; `reason` says why it was refused."""

    __tablename__ = "url_key"

    source_id: Mapped[str] = mapped_column(ForeignKey("source.id"), primary_key=True)
    url: Mapped[str] = mapped_column(primary_key=True)
    reason: Mapped[str | None]
    tries: Mapped[int] = mapped_column(Integer)
    decided_at: Mapped[datetime]

    __table_args__ = ({"sqlite_with_rowid": False},)


class BlockRow(Base):
    """On how many of a Source's pages a block stands at a place."""

    __tablename__ = "block"

    source_id: Mapped[str] = mapped_column(ForeignKey("source.id"), primary_key=True)
    key: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    place: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    pages: Mapped[int] = mapped_column(Integer)

    __table_args__ = ({"sqlite_with_rowid": False},)


class ValidatorRow(Base):
    """ETag and Last-Modified of a way in, to ask whether it changed."""

    __tablename__ = "validator"

    source_id: Mapped[str] = mapped_column(ForeignKey("source.id"), primary_key=True)
    url: Mapped[str] = mapped_column(primary_key=True)
    etag: Mapped[str | None]
    last_modified: Mapped[str | None]


class RobotsRow(Base):
    """What an origin's robots.txt said when it was last read."""

    __tablename__ = "robots"

    origin: Mapped[str] = mapped_column(primary_key=True)
    fetched_at: Mapped[datetime]
    text: Mapped[str]
    is_closed: Mapped[bool]
    why: Mapped[str]


class CrawlRunRow(Base):
    """One visit to a Source: its diary, and while open its lease. `id` is the fencing token."""

    __tablename__ = "crawl_run"

    id: Mapped[int] = mapped_column(Number, primary_key=True, autoincrement=True)
    source_id: Mapped[str] = mapped_column(ForeignKey("source.id"))
    host: Mapped[str]
    worker: Mapped[str]
    started_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    outcome: Mapped[str | None]
    error: Mapped[str | None]
    found: Mapped[int] = mapped_column(Integer, server_default="0")
    fetched: Mapped[int] = mapped_column(Integer, server_default="0")
    new: Mapped[int] = mapped_column(Integer, server_default="0")
    copies: Mapped[int] = mapped_column(Integer, server_default="0")
    updated: Mapped[int] = mapped_column(Integer, server_default="0")
    failed: Mapped[int] = mapped_column(Integer, server_default="0")
    refused: Mapped[dict[str, int]]

    __table_args__ = (
        Index(
            "uq_crawl_run_open_host",
            "host",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index(None, "source_id", "started_at"),
        # Tokens must never come back: SQLite would reuse the number of a deleted last row.
        {"sqlite_autoincrement": True},
    )


class FeedStateRow(Base):
    """How far a feed is published: the archive's `change_seq` and the digest of its bytes."""

    __tablename__ = "feed_state"

    name: Mapped[str] = mapped_column(primary_key=True)
    change_seq: Mapped[int]
    digest: Mapped[str]
