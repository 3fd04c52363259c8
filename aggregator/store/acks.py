"""What a person has taken note of, until when, and when the alarms that stand were last told.

Knows nothing of how trouble is found. Start reading at `acknowledge`.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from aggregator.store.alarms import RaisedAlarm, find_alarms
from aggregator.store.columns import table
from aggregator.store.engine import upsert
from aggregator.store.schema import AlarmAckRow, AlarmRow


def acknowledge(session: Session, source_id: str, until: datetime) -> None:
    """No alarm of that Source until then; a time that is over takes an earlier word back."""
    statement = upsert(session, table(AlarmAckRow), ("source_id",), lambda new: {"until": new["until"]})
    session.execute(statement, [{"source_id": source_id, "until": until}])


def acknowledged(session: Session, now: datetime) -> Mapping[str, datetime]:
    """The Sources of which a person knows, and until when; what is over is forgotten by the next write."""
    query = select(AlarmAckRow.source_id, AlarmAckRow.until).where(AlarmAckRow.until > now)
    return {row.source_id: row.until for row in session.execute(query)}


def forget_old(session: Session, now: datetime) -> None:
    """Drops words that hold no longer."""
    session.execute(delete(table(AlarmAckRow)).where(AlarmAckRow.until <= now))


def to_tell(session: Session, told_before: datetime) -> tuple[RaisedAlarm, ...]:
    """Alarms that stand and were not told since then, and those told of that have ended; the oldest first."""
    stands = AlarmRow.ended_at.is_(None) & or_(AlarmRow.told_at.is_(None), AlarmRow.told_at <= told_before)
    is_over = AlarmRow.ended_at.is_not(None) & (AlarmRow.told_at < AlarmRow.ended_at)
    numbers = set(session.scalars(select(AlarmRow.id).where(or_(stands, is_over))))
    return tuple(each for each in reversed(find_alarms(session, limit=1000)) if each.number in numbers)


def note_told(session: Session, told: Sequence[RaisedAlarm], now: datetime) -> None:
    """Remembers that these have been told."""
    numbers = [each.number for each in told]
    session.execute(update(table(AlarmRow)).where(AlarmRow.id.in_(numbers)).values(told_at=now))
