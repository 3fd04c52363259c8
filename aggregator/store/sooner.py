"""A part of a question that may be given up alone: what was found before it is still an answer.

Knows nothing of what is asked. Start reading at `sooner`, which stands inside `limit.read_within`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from aggregator.store.limit import overdue_after, stopped_after


@contextmanager
def sooner(session: Session, seconds: float) -> Iterator[None]:
    """Lets ask for so many seconds; the session goes on to serve when they are over.

    Shapes: what follows it should be quick, on SQLite nothing but an outer interrupt bounds it.

    Raises: OverdueError when they are over.
    """
    with overdue_after(seconds):
        if session.get_bind().dialect.name == "sqlite":
            driver: Any = session.connection().connection.driver_connection
            with stopped_after(driver, seconds):
                yield
        else:
            with _on_postgresql(session, seconds):
                yield


@contextmanager
def _on_postgresql(session: Session, seconds: float) -> Iterator[None]:
    """In a savepoint: a statement that is given up would take the whole transaction with it."""
    before = session.execute(text("SHOW statement_timeout")).scalar_one()
    with session.begin_nested():
        session.execute(text(f"SET LOCAL statement_timeout = {max(1, int(seconds * 1000))}"))
        yield
        session.execute(text("SELECT set_config('statement_timeout', :before, true)"), {"before": before})
