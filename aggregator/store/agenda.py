"""The events of an Entry over its changes: each keeps its uid, one that goes is kept as cancelled.

Knows nothing of how events are read or shown. Start reading at `change_events`.
"""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from aggregator.items import Event, EventKind
from aggregator.store.columns import table
from aggregator.store.schema import EventRow

_Values = dict[str, Any]


def add_events(session: Session, told: Iterable[tuple[int, str, Sequence[Event]]], now: datetime) -> None:
    """Stores what Entries announce that had no events yet: id, tag and events of each."""
    rows = [
        _first_row(entry_id, tag, position, _values(event), now)
        for entry_id, tag, events in told
        for position, event in enumerate(events)
    ]
    if rows:
        session.execute(insert(table(EventRow)), rows)


def replace_events(session: Session, entry_id: int, tag: str, events: Sequence[Event], now: datetime) -> None:
    """Stores what an Entry announces now that nobody has seen: nothing is left of what it was."""
    session.execute(delete(table(EventRow)).where(EventRow.entry_id == entry_id))
    add_events(session, [(entry_id, tag, events)], now)


def change_events(
    session: Session, entry_id: int, tag: str, events: Sequence[Event], now: datetime, *, is_retitled: bool
) -> bool:
    """Stores what an announced Entry announces now; says whether that is something else.

    Shapes: an event of the same kind and start is the same one, and comes back if it was
        cancelled; so is one of the same day; the only one of a kind that goes and the only one
        that comes are one that was moved. What changed has a higher sequence.
    """
    rows = _rows(session, entry_id)
    pairs = _pair(rows, [_values(event) for event in events])
    position = max((row.position for row in rows), default=-1)
    is_changed = False
    for row, new in pairs:
        if row is None:
            position += 1
            values = _first_row(entry_id, tag, position, new, now)
            session.execute(insert(table(EventRow)), [values])
        elif row.is_cancelled or is_retitled or _is_other(row, new):
            _write(session, row, new | {"is_cancelled": False}, now)
        else:
            continue
        is_changed = True
    kept = {row.position for row, _ in pairs if row is not None}
    for row in rows:
        if row.position not in kept and not row.is_cancelled:
            _write(session, row, {"is_cancelled": True}, now)
            is_changed = True
    return is_changed


def announces_other(session: Session, entry_id: int, events: Sequence[Event]) -> bool:
    """Whether these are other events than those that are kept of the Entry."""
    told = [_values(event) for event in events]
    kept = [row for row in _rows(session, entry_id) if not row.is_cancelled]
    if len(kept) != len(told):
        return True
    return any(all(_is_other(row, new) for new in told) for row in kept)


def load_events(session: Session, titles: Mapping[int, str]) -> dict[int, tuple[Event, ...]]:
    """What these Entries announce, each by their start; they are given with their titles."""
    query = select(EventRow).where(EventRow.entry_id.in_(list(titles)), EventRow.is_cancelled.is_(False))
    found: dict[int, list[EventRow]] = defaultdict(list)
    for row in session.scalars(query):
        found[row.entry_id].append(row)
    return {
        entry_id: tuple(to_event(row, titles[entry_id]) for row in sorted(rows, key=by_start))
        for entry_id, rows in found.items()
    }


def to_event(row: EventRow, title: str) -> Event:
    """The Event that the row was made of, under its Entry's title."""
    end: date | datetime | None = row.end_at
    if end is None and row.end_day > row.start_day:
        end = row.end_day
    return Event(
        kind=EventKind(row.kind),
        title=title,
        start=row.start_at or row.start_day,
        end=end,
        place=row.place,
        is_online=row.is_online,
        sentence=row.sentence,
        is_year_proved=row.is_year_proved,
        confidence=row.confidence,
    )


def by_start(row: EventRow) -> tuple[datetime, str, str]:
    """Where the event stands among others: whole days first, then by the hour."""
    return row.start_at or datetime.combine(row.start_day, time(), UTC), row.kind, row.uid


def _values(event: Event) -> _Values:
    start, end = event.start, event.end if event.end is not None else event.start
    return {
        "kind": event.kind.value,
        "start_day": _day(start),
        "start_at": start.astimezone(UTC) if isinstance(start, datetime) else None,
        "end_day": max(_day(start), _day(end)),
        "end_at": end.astimezone(UTC) if event.end is not None and isinstance(end, datetime) else None,
        "place": event.place,
        "is_online": event.is_online,
        "sentence": event.sentence,
        "is_year_proved": event.is_year_proved,
        "confidence": event.confidence,
    }


def _first_row(entry_id: int, tag: str, position: int, values: _Values, now: datetime) -> _Values:
    born = f"{tag} {position} {values['kind']} {values['start_at'] or values['start_day']}"
    return {
        "entry_id": entry_id,
        "position": position,
        **values,
        "uid": str(uuid.uuid5(uuid.NAMESPACE_URL, born)),
        "sequence": 0,
        "is_cancelled": False,
        "changed_at": now,
    }


def _pair(rows: Sequence[EventRow], news: Sequence[_Values]) -> list[tuple[EventRow | None, _Values]]:
    """Each new event with the one that it was, if any."""
    free = sorted(rows, key=lambda row: (row.is_cancelled, row.position))
    found: dict[int, EventRow] = {}
    for names in (("kind", "start_day", "start_at"), ("kind", "start_day")):
        for n, new in enumerate(news):
            same = (row for row in free if all(getattr(row, name) == new[name] for name in names))
            if n not in found and (row := next(same, None)):
                found[n] = row
                free.remove(row)
    for kind in EventKind:
        gone = [row for row in free if row.kind == kind and not row.is_cancelled]
        come = [n for n, new in enumerate(news) if n not in found and new["kind"] == kind]
        if len(gone) == len(come) == 1:
            found[come[0]] = gone[0]
    return [(found.get(n), new) for n, new in enumerate(news)]


def _is_other(row: EventRow, values: _Values) -> bool:
    """Whether more than the confidence differs: that moves with the rules, and is no news."""
    return any(getattr(row, name) != value for name, value in values.items() if name != "confidence")


def _rows(session: Session, entry_id: int) -> list[EventRow]:
    query = select(EventRow).where(EventRow.entry_id == entry_id).order_by(EventRow.position)
    return list(session.scalars(query.execution_options(populate_existing=True)))


def _write(session: Session, row: EventRow, values: _Values, now: datetime) -> None:
    mine = (EventRow.entry_id == row.entry_id) & (EventRow.position == row.position)
    marks = {"sequence": row.sequence + 1, "changed_at": now}
    session.execute(update(table(EventRow)).where(mine).values({**values, **marks}))


def _day(moment: date | datetime) -> date:
    return moment.date() if isinstance(moment, datetime) else moment
