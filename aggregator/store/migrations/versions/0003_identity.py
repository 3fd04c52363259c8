"""What the theme 'identity' adds to the archive of version 0.1.0."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Adds tables and columns; rows that are there get what the columns' defaults say."""
    op.add_column("kin", sa.Column("story_id", sa.BigInteger(), server_default=sa.text("0"), nullable=False))
    op.execute("UPDATE kin SET story_id = group_id")
    op.create_index(op.f("ix_kin_story_id"), "kin", ["story_id"])
    op.add_column("link", sa.Column("original_id", sa.BigInteger(), nullable=True))
    op.add_column("source", sa.Column("aliases", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column("url_key", sa.Column("shows", sa.Text(), nullable=True))
    op.create_table(
        "verdict",
        sa.Column("entry_id", _NUMBER, autoincrement=False, nullable=False),
        sa.Column("other_id", _NUMBER, autoincrement=False, nullable=False),
        sa.Column("is_same", sa.Boolean(), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entry.id"], name=op.f("fk_verdict_entry_id_entry"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["other_id"], ["entry.id"], name=op.f("fk_verdict_other_id_entry"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("entry_id", "other_id", name=op.f("pk_verdict")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_verdict_other_id"), "verdict", ["other_id"])
    op.create_table(
        "stale",
        sa.Column("entry_id", _NUMBER, autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entry.id"], name=op.f("fk_stale_entry_id_entry"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_stale")),
    )
    # Those that are still in the index: nothing was told of them but copies, by other keys.
    op.execute("INSERT INTO stale SELECT entry_id FROM kin WHERE entry_id IN (SELECT entry_id FROM posting)")
