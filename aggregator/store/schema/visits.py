"""The tables of one theme: Sources, what is remembered of them, and their visits.

Columns and constraints only: no behaviour, no query. Start reading at `SourceRow`;
a change here needs a migration beside it (a test compares them).
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, Integer, false, text, true
from sqlalchemy.orm import Mapped, mapped_column

from aggregator.store.columns import Base, Number


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
    whole_at: Mapped[datetime | None]
    """When its lists were last read whole and compared with its other ways in."""
    is_stale: Mapped[bool] = mapped_column(server_default=false())
    """Its server says 'not modified' of lists that have changed: it is never asked so again."""
    due_why: Mapped[str] = mapped_column(server_default="")
    """Why `next_due_at` is when it is, in words."""
    pace: Mapped[float | None]
    """Seconds between requests that its complaints led to, where they are more than its own."""
    not_before: Mapped[datetime | None]
    """Until when its server asked to be left alone."""
    aliases: Mapped[list[list[str]]] = mapped_column(server_default="[]")
    """In what its addresses differ though they lead to one page (see `aggregator.alias`)."""
    unsettled: Mapped[list[int] | None] = mapped_column(JSON(none_as_null=True), server_default="[]")
    """Pages that settling is to read again whatever was learnt; null where all is settled."""


class UrlKeyRow(Base):
    """A canonical URL already decided upon at a Source; `reason` says why it was refused."""

    __tablename__ = "url_key"

    source_id: Mapped[str] = mapped_column(ForeignKey("source.id"), primary_key=True)
    url: Mapped[str] = mapped_column(primary_key=True)
    reason: Mapped[str | None]
    tries: Mapped[int] = mapped_column(Integer)
    decided_at: Mapped[datetime]
    shows: Mapped[str | None]
    """The canonical URL that the page it showed is kept under, where that is another one."""

    __table_args__ = ({"sqlite_with_rowid": False},)


class BlockRow(Base):
    """On how many of a Source's pages a block stands at a place."""

    __tablename__ = "block"

    source_id: Mapped[str] = mapped_column(ForeignKey("source.id"), primary_key=True)
    key: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    place: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    pages: Mapped[int] = mapped_column(Integer)
    seen_on: Mapped[date | None]
    """The last day on which a page with it was taken in; null where it was counted before days were kept."""

    __table_args__ = ({"sqlite_with_rowid": False},)


class ValidatorRow(Base):
    """ETag and Last-Modified of a way in, to ask whether it changed."""

    __tablename__ = "validator"

    source_id: Mapped[str] = mapped_column(ForeignKey("source.id"), primary_key=True)
    url: Mapped[str] = mapped_column(primary_key=True)
    etag: Mapped[str | None]
    last_modified: Mapped[str | None]
    stamp: Mapped[str | None]
    """What the index above it said of its last change."""
    names: Mapped[int | None]
    """A hash of the addresses that it named."""
    pattern: Mapped[int | None]
    """A hash of the structure that its articles stood in, where that was learnt."""


class RobotsRow(Base):
    """What an origin's robots.txt said when it was last read."""

    __tablename__ = "robots"

    origin: Mapped[str] = mapped_column(primary_key=True)
    fetched_at: Mapped[datetime]
    text: Mapped[str]
    is_closed: Mapped[bool]
    why: Mapped[str]
    reserved: Mapped[str] = mapped_column(server_default="")
    """What its tdmrep.json reserves: a path pattern a line."""


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
    checked: Mapped[int] = mapped_column(Integer, server_default="0")
    vanished: Mapped[int] = mapped_column(Integer, server_default="0")
    missed: Mapped[int] = mapped_column(Integer, server_default="0")
    listed: Mapped[int] = mapped_column(Integer, server_default="0")
    refused: Mapped[dict[str, int]]
    is_visit: Mapped[bool] = mapped_column(server_default=true())
    """Else it is the lease of other work on the Source's pages, and goes when that ends."""

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
