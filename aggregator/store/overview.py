"""How the Sources stand: the last visit to each, and when the next one is due.

Knows nothing of what is right or wrong with it. Start reading at `standings`.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from aggregator.items import RunOutcome
from aggregator.store.schema import CrawlRunRow, SourceRow


@dataclass(frozen=True, slots=True)
class Standing:
    """A Source as its visits leave it.

    Shapes: `outcome` and `ended_at` are those of the last visit that has ended, None before the first;
        `visited_at` is when one last went well; `failures` are in a row.
    """

    source_id: str
    is_enabled: bool
    outcome: RunOutcome | None
    ended_at: datetime | None
    visited_at: datetime | None
    next_due_at: datetime | None
    failures: int
    found: int = 0
    new: int = 0


def standings(session: Session) -> list[Standing]:
    """How each Source stands, by id, those switched off too."""
    last = select(func.max(CrawlRunRow.id)).where(CrawlRunRow.ended_at.is_not(None))
    query = (
        select(SourceRow, CrawlRunRow)
        .outerjoin(
            CrawlRunRow,
            CrawlRunRow.id.in_(last.group_by(CrawlRunRow.source_id))
            & (CrawlRunRow.source_id == SourceRow.id),
        )
        .order_by(SourceRow.id)
    )
    return [_standing(source, run) for source, run in session.execute(query)]


def _standing(source: SourceRow, run: CrawlRunRow | None) -> Standing:
    return Standing(
        source_id=source.id,
        is_enabled=source.enabled,
        outcome=RunOutcome(run.outcome) if run is not None and run.outcome else None,
        ended_at=run.ended_at if run is not None else None,
        visited_at=source.visited_at,
        next_due_at=source.next_due_at,
        failures=source.failures,
        found=run.found if run is not None else 0,
        new=run.new if run is not None else 0,
    )
