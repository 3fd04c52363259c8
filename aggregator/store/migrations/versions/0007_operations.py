"""What the theme 'operations' adds to the archive of version 0.1.0."""

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Adds tables and columns; rows that are there get what the columns' defaults say."""
