"""When the Source just visited is due again: what the visit tells, with the rhythm that the archive shows.

Decides nothing itself: `aggregator.schedule` does. Start reading at `due_after`.
"""

import random
from datetime import datetime
from zoneinfo import ZoneInfo

from aggregator.items import RunOutcome
from aggregator.schedule import Due, Visited, next_due
from aggregator.store import Session, runs
from aggregator.store.arrivals import load_rhythm
from spiders.visit import Visit


def due_after(
    session: Session, visit: Visit, outcome: RunOutcome, now: datetime, *, requests_per_day: int
) -> Due:
    """When to ask again, and why then; at once after a visit that was cut short."""
    if not visit.is_over:
        return Due(now, "its last visit was cut short")
    source = visit.source
    visited = Visited(
        now,
        failures=runs.failures(session, source.id) + 1 if outcome is RunOutcome.FAILED else 0,
        not_before=visit.not_before,
        ttl=visit.ttl,
        requests=max(visit.counts["fetched"] + len(visit.listed), 1),
    )
    rhythm = load_rhythm(session, source.id, zone=ZoneInfo(source.zone), now=now)
    jitter = random.uniform(-1, 1)  # noqa: S311  spreads visits, keeps no secret
    return next_due(visited, rhythm, requests_per_day=requests_per_day, jitter=jitter)
