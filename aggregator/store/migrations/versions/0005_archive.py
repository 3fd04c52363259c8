"""What the theme 'archive' adds to the archive of version 0.1.0: what was withdrawn, and stays so."""

import sqlalchemy as sa
from alembic import op

from aggregator.store.columns import Instant, Number

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Adds tables and columns; rows that are there get what the columns' defaults say."""
    op.add_column("entry", sa.Column("withdrawn_at", Instant(timezone=True)))
    op.create_table(
        "withdrawal",
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("entry_id", Number),
        sa.Column("tag", sa.Text()),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("person", sa.String(64)),
        sa.Column("withdrawn_at", Instant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_withdrawal"),
    )
    op.create_table(
        "withdrawn_key",
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("withdrawal_key", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(
            ["withdrawal_key"],
            ["withdrawal.key"],
            name="fk_withdrawn_key_withdrawal_key",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("key", name="pk_withdrawn_key"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_withdrawn_key_withdrawal_key", "withdrawn_key", ["withdrawal_key"])
