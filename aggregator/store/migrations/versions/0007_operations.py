"""What the theme 'operations' adds to the archive of version 0.1.0."""

import sqlalchemy as sa
from alembic import op

from aggregator.store.columns import Instant

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Adds tables and columns; rows that are there get what the columns' defaults say."""
    op.add_column("source", sa.Column("due_why", sa.Text(), nullable=False, server_default=""))
    op.add_column("crawl_run", sa.Column("listed", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("crawl_run", sa.Column("is_visit", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.add_column("alarm", sa.Column("told_at", Instant(), nullable=True))
    op.create_table(
        "alarm_ack",
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("until", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("source_id", name=op.f("pk_alarm_ack")),
    )
