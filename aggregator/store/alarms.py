"""What an operator must know of, over time: each alarm is raised once, may change, and ends.

Knows nothing of how trouble is found or told. Start reading at `keep_alarms`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, insert, select, update
from sqlalchemy.orm import Session

from aggregator.store.columns import table
from aggregator.store.schema import AlarmRow


@dataclass(frozen=True, slots=True)
class Alarm:
    """A trouble as it stands now.

    Shapes: `key` is the same for the same trouble at each look: `silent:clm`; `title` is one line,
        `text` says what is known and what to do; `source_id` is None where no Source is concerned.
    """

    key: str
    title: str
    text: str = ""
    source_id: str | None = None


@dataclass(frozen=True, slots=True)
class RaisedAlarm:
    """An Alarm with its history; `number` is never used again, `ended_at` None while it lasts."""

    number: int
    alarm: Alarm
    raised_at: datetime
    changed_at: datetime
    ended_at: datetime | None = None


def keep_alarms(session: Session, alarms: Sequence[Alarm], now: datetime) -> tuple[RaisedAlarm, ...]:
    """Takes these for all that is wrong now; gives those that are new, have changed or are over.

    An alarm that is over and comes back is raised anew. Of several with one key the last counts.
    """
    standing = {row.key: row for row in session.scalars(_open())}
    wanted = {alarm.key: alarm for alarm in alarms}
    touched: list[int] = []
    for key, alarm in wanted.items():
        if key not in standing:
            touched.append(_raise(session, alarm, now))
        elif _to_alarm(standing[key]) != alarm:
            touched.append(standing[key].id)
            _set(session, standing[key].id, **_values(alarm), changed_at=now)
    for key, row in standing.items():
        if key not in wanted:
            touched.append(row.id)
            _set(session, row.id, ended_at=now, changed_at=now)
    query = select(AlarmRow).where(AlarmRow.id.in_(touched)).order_by(AlarmRow.id)
    return _to_raised(session.scalars(query, execution_options={"populate_existing": True}))


def find_alarms(session: Session, *, limit: int = 100, only_open: bool = False) -> tuple[RaisedAlarm, ...]:
    """The latest alarms, newest first."""
    query = _open() if only_open else select(AlarmRow)
    return _to_raised(session.scalars(query.order_by(AlarmRow.id.desc()).limit(limit)))


def _open() -> Select[AlarmRow]:
    return select(AlarmRow).where(AlarmRow.ended_at.is_(None))


def _raise(session: Session, alarm: Alarm, now: datetime) -> int:
    values = {**_values(alarm), "key": alarm.key, "raised_at": now, "changed_at": now}
    return session.scalars(insert(table(AlarmRow)).values(values).returning(AlarmRow.id)).one()


def _set(session: Session, number: int, **values: object) -> None:
    session.execute(update(table(AlarmRow)).where(AlarmRow.id == number).values(values))


def _values(alarm: Alarm) -> dict[str, object]:
    return {"source_id": alarm.source_id, "title": alarm.title, "text": alarm.text}


def _to_alarm(row: AlarmRow) -> Alarm:
    return Alarm(row.key, row.title, row.text, row.source_id)


def _to_raised(rows: Iterable[AlarmRow]) -> tuple[RaisedAlarm, ...]:
    return tuple(
        RaisedAlarm(row.id, _to_alarm(row), row.raised_at, row.changed_at, row.ended_at) for row in rows
    )
