"""What the theme 'search' adds to the archive of version 0.1.0."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_FTS = (
    "CREATE VIRTUAL TABLE search USING fts5(title, opening, body, headline, plain,"
    " content='', columnsize=0, tokenize='ascii')"
)
_TS = (
    "CREATE TABLE search (id BIGINT PRIMARY KEY, words TSVECTOR NOT NULL,"
    " headline TEXT NOT NULL, plain TEXT NOT NULL)"
)
_TS_INDEX = "CREATE INDEX ix_search_words ON search USING gin (words) WITH (fastupdate = off)"
_INDEX = {"sqlite": (_FTS,), "postgresql": (_TS, _TS_INDEX)}


def upgrade() -> None:
    """Adds the index of search, empty: who opens the archive fills it, a batch a transaction."""
    op.create_table(
        "search_state",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("rules", sa.Text(), nullable=False),
        sa.Column("reached", sa.BigInteger(), nullable=False),
        sa.Column("goal", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_state")),
    )
    op.drop_index("ix_entry_published_day", "entry")
    op.create_index("ix_entry_published_day_announced_seq", "entry", ["published_day", "announced_seq"])
    for statement in _INDEX[op.get_bind().dialect.name]:
        op.execute(statement)
