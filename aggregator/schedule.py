"""When a Source is due again: pure arithmetic on what its last visit told.

Knows no clock, no store and no network. Start reading at `next_due`.
"""

from datetime import datetime, timedelta

# Just under an hour: a job that runs every hour always finds its sources due, one that runs
# every five minutes asks each site once an hour.
INTERVAL = timedelta(minutes=50)
# Just under a day: after the tenth failure in a row, a nightly job still asks every night.
LONGEST = timedelta(hours=20)


def next_due(now: datetime, *, failures: int = 0, not_before: datetime | None = None) -> datetime:
    """The next visit: after the interval, doubled with each failure in a row, never before `not_before`.

    Shapes: `failures` counts the visit just made; `not_before` is what the server asked for.
    """
    wait = min(INTERVAL * (1 << min(failures, 10)), LONGEST)
    return max(now + wait, not_before or now)
