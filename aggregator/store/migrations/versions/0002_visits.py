"""What the theme 'visits' adds to the archive of version 0.1.0."""

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from alembic import op

from aggregator.store.columns import Instant

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# As long as pages are young: see `aggregator.check.next_check`.
_YOUNG = timedelta(days=30)


def upgrade() -> None:
    """Adds tables and columns; rows that are there get what the columns' defaults say."""
    op.add_column("source", sa.Column("whole_at", Instant(), nullable=True))
    op.add_column("source", sa.Column("is_stale", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("source", sa.Column("pace", sa.Float(), nullable=True))
    op.add_column("source", sa.Column("not_before", Instant(), nullable=True))
    op.add_column("source", sa.Column("unsettled", sa.JSON(), nullable=True, server_default="[]"))
    op.add_column("block", sa.Column("seen_on", sa.Date(), nullable=True))
    op.add_column("validator", sa.Column("stamp", sa.Text(), nullable=True))
    for name in ("names", "pattern"):
        op.add_column("validator", sa.Column(name, sa.BigInteger(), nullable=True))
    op.add_column("robots", sa.Column("reserved", sa.Text(), nullable=False, server_default=""))
    for name in ("checked", "vanished", "missed"):
        op.add_column("crawl_run", _count(name))
    op.add_column("sighting", sa.Column("checked_at", Instant(), nullable=True))
    op.add_column("sighting", sa.Column("due_at", Instant(), nullable=True))
    op.add_column("sighting", _count("idle"))
    for name in ("etag", "last_modified"):
        op.add_column("sighting", sa.Column(name, sa.Text(), nullable=True))
    _look_again_at_young_pages()


def _count(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=False, server_default="0")


def _look_again_at_young_pages() -> None:
    """Pages seen lately are asked for again, as they would be had this version taken them in."""
    now = datetime.now(UTC)
    sighting = sa.table(
        "sighting",
        sa.column("first_seen_at", Instant()),
        sa.column("published_at", Instant()),
        sa.column("checked_at", Instant()),
        sa.column("due_at", Instant()),
    )
    op.execute(sighting.update().values(checked_at=sighting.c.first_seen_at))
    is_young = sa.or_(sighting.c.published_at.is_(None), sighting.c.published_at > now - _YOUNG)
    op.execute(sighting.update().where(sighting.c.first_seen_at > now - _YOUNG, is_young).values(due_at=now))
