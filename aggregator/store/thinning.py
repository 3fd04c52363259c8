"""A Source's old diary, thinned: of visits that brought nothing few need to be told.

Knows nothing of how often a Source is visited. Start reading at `thin`.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from sqlalchemy import Row, delete, select
from sqlalchemy.orm import Session

from aggregator.choices import RunOutcome
from aggregator.store.columns import table
from aggregator.store.schema import CrawlRunRow

# Health looks at the latest 30 visits: of a source asked every hour those are of a day, of one asked
# once a week this keeps them all.
_KEPT = timedelta(days=30)
# Each visit looks back so much further: at what has grown old since the visit before it.
_LOOK = timedelta(days=30)
# What stays is nowhere further apart, so that no gap in coverage (a week, `store.statistics`) comes of it.
_APART = timedelta(days=6)

_BROUGHT = (
    CrawlRunRow.new,
    CrawlRunRow.copies,
    CrawlRunRow.updated,
    CrawlRunRow.vanished,
    CrawlRunRow.missed,
)
_Visit = Row[*tuple[object, ...]]


def thin(session: Session, source_id: str, now: datetime) -> int:
    """Drops that Source's visits older than a month that brought nothing and stand close together.

    Shapes: how many went. Visits that failed alike count as one kind; the first and last of each
        stay. Without it a source that says nothing would make the archive grow at each visit.
    """
    query = (
        select(CrawlRunRow.id, CrawlRunRow.ended_at, CrawlRunRow.outcome, CrawlRunRow.error,
               sum(_BROUGHT[1:], _BROUGHT[0]).label("brought"), CrawlRunRow.refused)
        .where(
            CrawlRunRow.source_id == source_id,
            CrawlRunRow.started_at.between(now - _KEPT - _LOOK, now - _KEPT),
            CrawlRunRow.ended_at.is_not(None),
        )
        .order_by(CrawlRunRow.started_at, CrawlRunRow.id)
    )  # fmt: skip
    kinds: dict[tuple[str | None, str | None], list[_Visit]] = {}
    for row in session.execute(query):
        is_well = row.outcome in (RunOutcome.OK, RunOutcome.NOT_MODIFIED)
        kinds.setdefault((None, None) if is_well else (row.outcome, row.error), []).append(row)
    gone = [id_ for visits in kinds.values() for id_ in _idle(visits)]
    if gone:
        session.execute(delete(table(CrawlRunRow)).where(CrawlRunRow.id.in_(gone)))
    return len(gone)


def _idle(visits: Sequence[_Visit]) -> Iterator[int]:
    """Those without which the others are still close together."""
    if not visits:
        return
    kept = visits[0].ended_at
    for visit, later in pairwise(visits[1:]):
        if not visit.brought and not visit.refused and later.ended_at - kept <= _APART:
            yield visit.id
        else:
            kept = visit.ended_at
