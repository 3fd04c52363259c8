"""Sources that wait for a worker: due, free to be asked, and known to kill nobody.

Knows nothing of queues. Start reading at `find_waiting`.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import Session

from aggregator.choices import RunOutcome
from aggregator.store.schema import CrawlRunRow, SourceRow

# So many visits in a row that ended with their worker's death: one more would kill one more.
POISONOUS = 3


@dataclass(frozen=True, slots=True)
class Waiting:
    """A Source that is due, and the host of which one worker alone may ask."""

    source_id: str
    host: str


@dataclass(frozen=True, slots=True)
class Poison:
    """A Source whose last visits all took their worker with them; it is left to a person."""

    source_id: str
    reason: str
    since: datetime


def find_waiting(session: Session, now: datetime) -> list[Waiting]:
    """The Sources to visit now, the longest waiting first; none whose host somebody is at."""
    left = {each.source_id for each in find_poison(session)}
    is_visited = exists().where(
        CrawlRunRow.host == SourceRow.host, CrawlRunRow.ended_at.is_(None), CrawlRunRow.expires_at > now
    )
    is_due = or_(SourceRow.next_due_at.is_(None), SourceRow.next_due_at <= now)
    query = (
        select(SourceRow.id, SourceRow.host)
        .where(SourceRow.enabled, is_due, ~is_visited)
        .order_by(SourceRow.next_due_at.nulls_first(), SourceRow.id)
    )
    return [Waiting(row.id, row.host) for row in session.execute(query) if row.id not in left]


def is_due(session: Session, source_id: str, now: datetime) -> bool:
    """Whether that Source still waits for its visit."""
    due_at = select(SourceRow.id).where(
        SourceRow.id == source_id,
        SourceRow.enabled,
        or_(SourceRow.next_due_at.is_(None), SourceRow.next_due_at <= now),
    )
    return session.scalar(due_at) is not None


def find_poison(session: Session) -> list[Poison]:
    """The dead letters: nobody visits them again until `run SOURCE` has worked once."""
    newest = func.row_number().over(partition_by=CrawlRunRow.source_id, order_by=CrawlRunRow.id.desc())
    last = (
        select(CrawlRunRow.source_id, CrawlRunRow.outcome, CrawlRunRow.started_at, newest.label("rank"))
        .where(CrawlRunRow.ended_at.is_not(None))
        .subquery()
    )
    query = (
        select(last.c.source_id, func.count().label("lost"), func.min(last.c.started_at).label("since"))
        .where(last.c.rank <= POISONOUS, last.c.outcome == RunOutcome.LOST.value)
        .group_by(last.c.source_id)
        .having(func.count() >= POISONOUS)
        .order_by(last.c.source_id)
    )
    return [
        Poison(row.source_id, f"its last {row.lost} visits took their worker with them", row.since)
        for row in session.execute(query)
    ]
