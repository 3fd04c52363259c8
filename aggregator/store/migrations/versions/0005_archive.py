"""What the theme 'archive' adds to the archive of version 0.1.0."""

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Adds tables and columns; rows that are there get what the columns' defaults say."""
