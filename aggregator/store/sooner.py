"""A part of a question that may be given up alone: what was found before it is still an answer.

Knows nothing of what is asked. Start reading at `sooner`, which stands inside `limit.read_within`.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Timer
from typing import Any

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from aggregator.store.limit import OverdueError

_STEPS = 10_000  # as in `limit`


@contextmanager
def sooner(session: Session, seconds: float) -> Iterator[None]:
    """Lets ask for so many seconds; the session goes on to serve when they are over.

    Shapes: what follows it should be quick, on SQLite nothing but an outer interrupt bounds it.

    Raises: OverdueError when they are over.
    """
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    try:
        with _on_sqlite(session, seconds) if is_sqlite else _on_postgresql(session, seconds):
            yield
    except DBAPIError as error:
        said = str(error.orig)
        if said == "interrupted" or "statement timeout" in said:
            raise OverdueError(f"this took longer than {seconds:g} seconds and was given up") from error
        raise


@contextmanager
def _on_sqlite(session: Session, seconds: float) -> Iterator[None]:
    """Stops by both: the index of words counts no steps, an interrupt between statements is forgotten."""
    driver: Any = session.connection().connection.driver_connection
    deadline = time.monotonic() + seconds
    driver.set_progress_handler(lambda: time.monotonic() > deadline, _STEPS)
    timer = Timer(max(0.0, seconds), driver.interrupt)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()
        driver.set_progress_handler(None, 0)


@contextmanager
def _on_postgresql(session: Session, seconds: float) -> Iterator[None]:
    """In a savepoint: a statement that is given up would take the whole transaction with it."""
    before = session.execute(text("SHOW statement_timeout")).scalar_one()
    with session.begin_nested():
        session.execute(text(f"SET LOCAL statement_timeout = {max(1, int(seconds * 1000))}"))
        yield
        session.execute(text("SELECT set_config('statement_timeout', :before, true)"), {"before": before})
