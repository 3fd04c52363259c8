"""What press reviews have sent, so that nothing is sent twice.

Knows nothing of mail or of how a review looks. Start reading at `sent_before`.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from aggregator.store.columns import table
from aggregator.store.engine import upsert
from aggregator.store.schema import MailedRow

_AT_ONCE = 500


def sent_before(session: Session, name: str, tags: Sequence[str]) -> set[str]:
    """Those of the tags that the review of that name has sent already."""
    found: set[str] = set()
    for start in range(0, len(tags), _AT_ONCE):
        chunk = tags[start : start + _AT_ONCE]
        found.update(
            session.scalars(select(MailedRow.tag).where(MailedRow.name == name, MailedRow.tag.in_(chunk)))
        )
    return found


def keep_sent(session: Session, name: str, tags: Iterable[str], now: datetime) -> None:
    """Remembers that the review of that name has sent these."""
    rows = [{"name": name, "tag": tag, "mailed_at": now} for tag in dict.fromkeys(tags)]
    if rows:
        session.execute(upsert(session, table(MailedRow), ("name", "tag"), None), rows)
