"""What the theme 'feeds' adds to the archive of version 0.1.0."""

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Adds tables and columns; rows that are there get what the columns' defaults say."""
