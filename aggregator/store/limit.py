"""Reading under a time limit: one costly question must not hold up all who ask.

Knows nothing of what is asked. Start reading at `read_within`.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Timer
from typing import Any

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from aggregator.errors import StoreError
from aggregator.store.engine import Store

# SQLite looks at the clock after so many of its steps: some 0.1 ms of work.
_STEPS = 10_000


class OverdueError(StoreError):
    """A question that took longer than it may."""


@contextmanager
def read_within(store: Store, seconds: float) -> Iterator[Session]:
    """As `Store.read`, for so many seconds altogether; on PostgreSQL for each statement.

    Raises: OverdueError when they are over; StoreError when the database cannot be used.
    """
    with store.read() as session, overdue_after(seconds):
        if store.is_sqlite:
            driver: Any = session.connection().connection.driver_connection
            with stopped_after(driver, seconds):
                yield session
        else:
            milliseconds = max(1, int(seconds * 1000))
            session.execute(text(f"SET LOCAL statement_timeout = {milliseconds}"))
            yield session


@contextmanager
def overdue_after(seconds: float) -> Iterator[None]:
    """Names what either database says of a statement that it was told to give up. Raises: OverdueError."""
    try:
        yield
    except DBAPIError as error:
        said = str(error.orig)
        if said == "interrupted" or "statement timeout" in said:
            raise OverdueError(f"this took longer than {seconds:g} seconds and was given up") from error
        raise


@contextmanager
def stopped_after(driver: Any, seconds: float) -> Iterator[None]:  # noqa: ANN401  sqlite3's connection
    """Ends what SQLite is doing when the time is over, and whatever is asked after that.

    It takes both: loops inside the full-text index count no steps, but heed an interrupt; an
    interrupt between two statements would be forgotten.
    """
    deadline = time.monotonic() + seconds
    driver.set_progress_handler(lambda: time.monotonic() > deadline, _STEPS)
    timer = Timer(max(0.0, seconds), driver.interrupt)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()  # one that has begun must not hit whoever uses the connection next
        driver.set_progress_handler(None, 0)
