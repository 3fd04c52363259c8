"""What is announced, over all Entries: the question that calendars ask.

Knows nothing of formats or policies. Start reading at `find_events`.
"""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from aggregator.items import Event, EventKind
from aggregator.query import Query
from aggregator.store.agenda import by_start, to_event
from aggregator.store.find import DAY_IS_KNOWN, filters, withdrawn_filters
from aggregator.store.schema import BodyRow, EntryRow, EventRow, KinRow


@dataclass(frozen=True, slots=True)
class Happening:
    """An Event as the archive keeps it, with what a calendar needs of its Entry.

    Shapes: `uid` is eternal, `sequence` is higher after each change, at `changed_at`; `robots`
        are the directives of the Entry's page; Entries that tell the same news share a
        `group_id`, `announced_seq` says which came first.
    """

    uid: str
    sequence: int
    is_cancelled: bool
    changed_at: datetime
    event: Event
    entry_id: int
    announced_seq: int
    source_id: str
    url: str
    language: str
    robots: tuple[str, ...] = ()
    group_id: int | None = None
    is_withdrawn: bool = False


def find_events(
    session: Session,
    query: Query | None = None,
    *,
    kind: EventKind | None = None,
    since: date | None = None,
    until: date | None = None,
) -> list[Happening]:
    """What announced Entries announce, by its start; only what proves its day and year.

    Shapes: of the Query its filters count; what is over before the day `since`, or starts after
        `until`, is left out; what was cancelled is not. Of what was withdrawn only that is told.
    """
    asked = query or Query()
    gone = and_(EventRow.is_cancelled, *withdrawn_filters(asked))
    stands = and_(*filters(asked, is_walk=True))  # few Entries announce anything
    where = [EntryRow.announced_seq.is_not(None), EventRow.is_year_proved, or_(stands, gone)]
    if kind is not None:
        where.append(EventRow.kind == kind.value)
    if since is not None:
        where.append(EventRow.end_day >= since)
    if until is not None:
        where.append(EventRow.start_day <= until)
    statement = (
        select(EventRow, EntryRow, BodyRow.robots, KinRow.group_id)
        .join_from(EventRow, EntryRow, EntryRow.id == EventRow.entry_id)
        .join(BodyRow, BodyRow.entry_id == EntryRow.id)
        .outerjoin(KinRow, KinRow.entry_id == EntryRow.id)
        .where(*where)
    )
    rows = sorted(session.execute(statement).all(), key=lambda row: by_start(row[0]))
    return [_happening(*row) for row in rows]


def present_day(session: Session) -> date | None:
    """The day that the archive has come to: of its newest publication, never after its newest arrival.

    Asked of the data, for documents whose bytes must not depend on when they are made; None
    for an archive without announced Entries.
    """
    announced = EntryRow.announced_seq
    newest = select(EntryRow.first_seen_at).where(announced.is_not(None)).order_by(announced.desc())
    arrived_at = session.scalar(newest.limit(1))
    if arrived_at is None:
        return None
    days = select(EntryRow.published_day).where(announced.is_not(None), DAY_IS_KNOWN)
    days = days.where(EntryRow.published_day <= arrived_at.date())
    published = session.scalar(days.order_by(EntryRow.published_day.desc()).limit(1))
    return published or arrived_at.date()


def _happening(row: EventRow, entry: EntryRow, robots: list[str], group_id: int | None) -> Happening:
    return Happening(
        uid=row.uid,
        sequence=row.sequence,
        is_cancelled=row.is_cancelled,
        changed_at=row.changed_at,
        event=to_event(row, entry.title),
        entry_id=entry.id,
        announced_seq=entry.announced_seq or 0,
        source_id=entry.source_id,
        url=entry.url,
        language=entry.language,
        robots=tuple(robots),
        group_id=group_id,
        is_withdrawn=entry.withdrawn_at is not None,
    )
