"""Reading under a time limit: one costly question must not hold up all who ask.

Knows nothing of what is asked. Start reading at `read_within`.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
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
    deadline = time.monotonic() + seconds
    with store.read() as session:
        driver: Any = session.connection().connection.driver_connection if store.is_sqlite else None
        if driver is None:
            milliseconds = max(1, int(seconds * 1000))
            session.execute(text(f"SET LOCAL statement_timeout = {milliseconds}"))
        else:
            driver.set_progress_handler(lambda: time.monotonic() > deadline, _STEPS)
        try:
            yield session
        except DBAPIError as error:
            said = str(error.orig)
            if said == "interrupted" or "statement timeout" in said:
                raise OverdueError(f"this took longer than {seconds:g} seconds and was given up") from error
            raise
        finally:
            if driver is not None:
                driver.set_progress_handler(None, 0)
