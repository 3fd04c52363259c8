"""Queries that are published as feeds under a name of the operator's.

Knows nothing of grammar or formats. Start reading at `find_saved`.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from aggregator.errors import QueryError
from aggregator.store.columns import table
from aggregator.store.engine import upsert
from aggregator.store.schema import SavedFeedRow


@dataclass(frozen=True, slots=True)
class SavedFeed:
    """A named query; `ended_at` is None while it is published. `title` may be empty."""

    name: str
    query: str
    title: str
    created_at: datetime
    ended_at: datetime | None = None


def find_saved(session: Session) -> list[SavedFeed]:
    """All of them, by name, those that have ended included."""
    rows = session.scalars(select(SavedFeedRow).order_by(SavedFeedRow.name))
    return [SavedFeed(row.name, row.query, row.title, row.created_at, row.ended_at) for row in rows]


def add_saved(session: Session, feed: SavedFeed) -> None:
    """Keeps the feed; one that had ended under this name comes back, with this query.

    Raises: QueryError where the name is that of a feed that is published.
    """
    held = session.get(SavedFeedRow, feed.name)
    if held is not None and held.ended_at is None:
        raise QueryError(f"there is a feed {feed.name} already; end it first, or take another name")
    values = ("query", "title", "created_at", "ended_at")
    row = {"name": feed.name, **{name: getattr(feed, name) for name in values}}
    statement = upsert(
        session, table(SavedFeedRow), ("name",), lambda new: {name: new[name] for name in values}
    )
    session.execute(statement, [row])


def end_saved(session: Session, name: str, now: datetime) -> None:
    """Ends the feed; its name is kept, so that those who still ask for it are told.

    Raises: QueryError where no feed of that name is published.
    """
    is_it = (SavedFeedRow.name == name) & SavedFeedRow.ended_at.is_(None)
    statement = update(table(SavedFeedRow)).where(is_it).values(ended_at=now)
    if session.execute(statement.returning(SavedFeedRow.name)).first() is None:
        raise QueryError(f"no saved feed is called {name!r}")
