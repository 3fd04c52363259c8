"""The way back through the pages of an answer: where the page before a given one begins.

Knows nothing of what is shown. Start reading at `previous_cursor`.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from aggregator.query import Query
from aggregator.store.find import ANNOUNCED, filters
from aggregator.store.schema import EntryRow


def previous_cursor(session: Session, query: Query, first_seq: int, limit: int) -> str | None:
    """The cursor of the page before the one that opens with that Entry, in order of arrival.

    Shapes: empty for the first page, which needs no cursor; None where nothing is newer.
    """
    seq = EntryRow.announced_seq
    newer = select(seq).where(ANNOUNCED, seq > first_seq, *filters(query)).order_by(seq).limit(limit + 1)
    found = list(session.scalars(newer))
    if not found:
        return None
    return str(found[limit]) if len(found) > limit else ""
