"""CrawlRuns: the diary of visits, and while one is open, the lease on its Source's host.

Knows nothing of spiders or of how often a Source should be visited. Start reading at `take`:
one statement repeats the test for what is due and inserts, so that no two workers get one host.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, case, delete, exists, func, literal, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, aliased

from aggregator.errors import StoreError
from aggregator.items import RunOutcome
from aggregator.store.columns import table
from aggregator.store.schema import CrawlRunRow, SourceRow

log = logging.getLogger(__name__)

_RUN = table(CrawlRunRow)
_OPEN = CrawlRunRow.ended_at.is_(None)
_IS_OCCUPIED = exists().where(CrawlRunRow.host == SourceRow.host, _OPEN)
# How far the clocks of a fleet's machines may be apart.
_CLOCK = timedelta(hours=1)
# For how long a server may keep away who names it: some say 'in a year'.
_MOST_PATIENCE = timedelta(days=1)


class LeaseLostError(StoreError):
    """The lease has expired and was closed: another worker may be at the Source."""


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to visit a Source, until it expires. `id` is the fencing token."""

    id: int
    source_id: str
    host: str
    worker: str
    expires_at: datetime
    is_first_visit: bool = False


@dataclass(frozen=True, slots=True)
class RunCounts:
    """What a visit brought. `found`, `fetched`, `checked` and `missed` are the crawl's, the rest is saving's.

    `checked` are pages taken in before that were asked for again, `vanished` those of them that are
    gone, `missed` articles that the source's other ways in named and its own did not,
    `listed` all articles that its lists named, known or not.
    """

    found: int = 0
    fetched: int = 0
    new: int = 0
    copies: int = 0
    updated: int = 0
    failed: int = 0
    refused: Mapping[str, int] = field(default_factory=dict)
    checked: int = 0
    vanished: int = 0
    missed: int = 0
    listed: int = 0


@dataclass(frozen=True, slots=True)
class CrawlRun:
    """A visit as the diary has it."""

    id: int
    source_id: str
    worker: str
    started_at: datetime
    ended_at: datetime | None
    outcome: RunOutcome | None
    error: str | None
    counts: RunCounts


def take(
    session: Session,
    *,
    worker: str,
    now: datetime,
    sources: Sequence[str] | None = None,
    limit: int = 50,
    lease_minutes: float = 15,
    is_visit: bool = True,
    must_be_due: bool = False,
) -> list[Lease]:
    """Leases on Sources that are due, the longest waiting first, one a host.

    Named ones are always due, unless they `must_be_due` like all others.

    Sources that share a host come one at a time: take again when one is closed, without the
    named ones that are done. Leases found expired are closed as LOST first. For work that `is_visit`
    False, named ones come that are switched off, too, and the diary never tells of it; else hosts
    that asked to be left alone are, named or not.
    """
    _close_expired(session, now)
    expires_at = now + timedelta(minutes=lease_minutes)
    due = [
        _is_due(now, sources, with_disabled=not is_visit),
        *([_is_due(now, None)] if must_be_due else []),
        *([~_is_held(now)] if is_visit else []),
        ~_IS_OCCUPIED,
    ]
    run = {"worker": worker, "started_at": now, "expires_at": expires_at, "refused": {}, "is_visit": is_visit}
    taken = _open_runs(session, due, run, limit)
    fresh = _never_visited(session, [row.source_id for row in taken])
    return [
        Lease(row.id, row.source_id, row.host, worker, expires_at, row.source_id in fresh) for row in taken
    ]


def is_any_due(session: Session, now: datetime) -> bool:
    """Whether `take` would find a Source that is due."""
    _close_expired(session, now)
    return bool(session.scalar(select(exists().where(_is_due(now, None), ~_is_held(now), ~_IS_OCCUPIED))))


def _open_runs(
    session: Session, due: Sequence[ColumnElement[bool]], run: dict[str, Any], limit: int
) -> Sequence[Row[int, str, str]]:
    """Opens a run with these values at each Source that is due and whose host nobody is at, as one act."""
    values = [literal(value, _RUN.c[name].type) for name, value in run.items()]
    rows = select(SourceRow.id, SourceRow.host, *values).where(*due)
    rows = rows.order_by(SourceRow.next_due_at.nulls_first(), SourceRow.id).limit(limit)
    make = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    statement = (
        make(_RUN)
        .from_select(["source_id", "host", *run], rows.with_for_update(skip_locked=True, of=SourceRow))
        .on_conflict_do_nothing(index_elements=["host"], index_where=_OPEN)
        .returning(_RUN.c.id, _RUN.c.source_id, _RUN.c.host)
    )
    return session.execute(statement).all()


def _never_visited(session: Session, ids: Sequence[str]) -> set[str]:
    query = select(SourceRow.id).where(SourceRow.id.in_(ids), SourceRow.visited_at.is_(None))
    return set(session.scalars(query))


def _is_due(
    now: datetime, sources: Sequence[str] | None, *, with_disabled: bool = False
) -> ColumnElement[bool]:
    if sources is not None:
        is_named = SourceRow.id.in_(sources)
        return is_named if with_disabled else SourceRow.enabled & is_named
    # Visited in the future: the clock ran ahead, and the Source would rest until time has caught up.
    is_ahead = SourceRow.visited_at > now + _CLOCK
    return SourceRow.enabled & or_(SourceRow.next_due_at.is_(None), SourceRow.next_due_at <= now, is_ahead)


def _is_held(now: datetime) -> ColumnElement[bool]:
    """Whether a server at the Source's host asked to be left alone for longer."""
    other = aliased(SourceRow)
    return exists().where(other.host == SourceRow.host, other.not_before > now)


def held(session: Session, source_ids: Sequence[str], now: datetime) -> dict[str, datetime]:
    """Those of these Sources whose host asked to be left alone, and until when."""
    other = aliased(SourceRow)
    query = (
        select(SourceRow.id, func.max(other.not_before))
        .join(other, other.host == SourceRow.host)
        .where(SourceRow.id.in_(source_ids), other.not_before > now)
        .group_by(SourceRow.id)
    )
    return {id_: until for id_, until in session.execute(query) if until is not None}


def _close_expired(session: Session, now: datetime) -> None:
    words = "the lease expired: its worker is gone"
    for row in _lose(session, CrawlRunRow.expires_at <= now, words, now):
        log.warning("run lost source=%s run=%s", row.source_id, row.id)


def abandon(session: Session, is_gone: Callable[[str], bool], now: datetime) -> int:
    """Closes as LOST the open visits of workers known to be gone; how many.

    Killed workers would else keep their hosts until their leases expire.
    """
    open_runs = session.execute(select(CrawlRunRow.id, CrawlRunRow.worker).where(_OPEN)).all()
    ids = [row.id for row in open_runs if is_gone(row.worker)]
    return len(_lose(session, CrawlRunRow.id.in_(ids), "its worker was killed", now)) if ids else 0


def _lose(session: Session, which: ColumnElement[bool], words: str, now: datetime) -> Sequence[Row[int, str]]:
    """Closes those open visits, and drops the leases of work that was none: the diary must not tell of it."""
    unseen = {"synchronize_session": False}
    session.execute(delete(CrawlRunRow).where(_OPEN, which, ~CrawlRunRow.is_visit), execution_options=unseen)
    lost = session.execute(
        update(CrawlRunRow)
        .where(_OPEN, which)
        .values(ended_at=now, outcome=RunOutcome.LOST.value, error=words)
        .returning(CrawlRunRow.id, CrawlRunRow.source_id),
        execution_options=unseen,
    )
    return lost.all()


def open_sources(session: Session) -> set[str]:
    """The Sources that somebody is visiting."""
    return set(session.scalars(select(CrawlRunRow.source_id).where(_OPEN)))


def renew(session: Session, lease: Lease, *, now: datetime, lease_minutes: float = 15) -> Lease:
    """The lease with a later end.

    Raises: LeaseLostError when it was closed meanwhile.
    """
    expires_at = now + timedelta(minutes=lease_minutes)
    _change_open(session, lease, expires_at=expires_at)
    return Lease(lease.id, lease.source_id, lease.host, lease.worker, expires_at, lease.is_first_visit)


def check_fence(session: Session, lease: Lease) -> None:
    """Returns if the lease still holds; inside a write transaction it then holds until commit.

    Raises: LeaseLostError when it was closed.
    """
    if session.scalar(select(CrawlRunRow.id).where(CrawlRunRow.id == lease.id, _OPEN)) is None:
        raise _lost(lease)


def count(session: Session, lease: Lease, counts: RunCounts) -> None:
    """Adds to the counters of an open run.

    Raises: LeaseLostError when it was closed.
    """
    refused = session.scalar(select(CrawlRunRow.refused).where(CrawlRunRow.id == lease.id)) or {}
    total = {key: refused.get(key, 0) + counts.refused.get(key, 0) for key in {**refused, **counts.refused}}
    _change_open(
        session,
        lease,
        found=CrawlRunRow.found + counts.found,
        fetched=CrawlRunRow.fetched + counts.fetched,
        new=CrawlRunRow.new + counts.new,
        copies=CrawlRunRow.copies + counts.copies,
        updated=CrawlRunRow.updated + counts.updated,
        failed=CrawlRunRow.failed + counts.failed,
        refused=dict(sorted(total.items())),
        checked=CrawlRunRow.checked + counts.checked,
        vanished=CrawlRunRow.vanished + counts.vanished,
        missed=CrawlRunRow.missed + counts.missed,
        listed=CrawlRunRow.listed + counts.listed,
    )


def close(
    session: Session,
    lease: Lease,
    outcome: RunOutcome,
    *,
    now: datetime,
    next_due_at: datetime | None,
    due_why: str = "",
    counts: RunCounts | None = None,
    error: str | None = None,
    not_before: datetime | None = None,
) -> None:
    """Ends the visit, adds the crawl's own counts, and says when the Source is due next, and why then.

    Nobody visits its host before `not_before`, for a day at most, asked for by name or not.
    Raises: LeaseLostError when it was closed already.
    """
    count(session, lease, counts or RunCounts())
    _change_open(session, lease, ended_at=now, outcome=outcome.value, error=error)
    is_well = outcome in (RunOutcome.OK, RunOutcome.NOT_MODIFIED)
    session.execute(
        update(SourceRow)
        .where(SourceRow.id == lease.source_id)
        .values(
            next_due_at=next_due_at,
            due_why=due_why,
            not_before=min(not_before, now + _MOST_PATIENCE) if not_before else None,
            failures=0 if is_well else SourceRow.failures + 1,
            visited_at=case(
                (literal(is_well), literal(now, SourceRow.visited_at.type)), else_=SourceRow.visited_at
            ),
        ),
        execution_options={"synchronize_session": False},
    )


def release(session: Session, lease: Lease) -> None:
    """Gives a lease back that was taken for work that is no visit: the diary does not tell of it."""
    session.execute(delete(table(CrawlRunRow)).where(CrawlRunRow.id == lease.id, _OPEN))


def failures(session: Session, source_id: str) -> int:
    """How many visits in a row have failed."""
    return session.scalar(select(SourceRow.failures).where(SourceRow.id == source_id)) or 0


@dataclass(frozen=True, slots=True)
class NextVisit:
    """When an enabled Source is due, and why then; `due_at` None is at once."""

    source_id: str
    due_at: datetime | None
    why: str
    visited_at: datetime | None
    failures: int


def next_visits(session: Session) -> list[NextVisit]:
    """All enabled Sources, the one that is due first at the top."""
    query = (
        select(SourceRow).where(SourceRow.enabled).order_by(SourceRow.next_due_at.nulls_first(), SourceRow.id)
    )
    return [
        NextVisit(row.id, row.next_due_at, row.due_why, row.visited_at, row.failures)
        for row in session.scalars(query)
    ]


def find_runs(session: Session, source_id: str | None = None, *, limit: int = 50) -> list[CrawlRun]:
    """The last visits, newest first."""
    query = select(CrawlRunRow).where(CrawlRunRow.is_visit).order_by(CrawlRunRow.id.desc()).limit(limit)
    if source_id is not None:
        query = query.where(CrawlRunRow.source_id == source_id)
    return [_to_run(row) for row in session.scalars(query)]


def get_run(session: Session, id_: int) -> CrawlRun:
    """That visit. Raises: StoreError when there is none."""
    row = session.get(CrawlRunRow, id_)
    if row is None:
        raise StoreError(f"no run {id_} in the archive")
    return _to_run(row)


def _change_open(session: Session, lease: Lease, **values: object) -> None:
    changed = session.scalar(
        update(CrawlRunRow).where(CrawlRunRow.id == lease.id, _OPEN).values(values).returning(CrawlRunRow.id),
        execution_options={"synchronize_session": False},
    )
    if changed is None:
        raise _lost(lease)


def _lost(lease: Lease) -> LeaseLostError:
    return LeaseLostError(f"the lease on {lease.source_id} (run {lease.id}) was lost to another worker")


def _to_run(row: CrawlRunRow) -> CrawlRun:
    counts = RunCounts(**{field.name: getattr(row, field.name) for field in fields(RunCounts)})
    outcome = RunOutcome(row.outcome) if row.outcome else None
    return CrawlRun(
        row.id, row.source_id, row.worker, row.started_at, row.ended_at, outcome, row.error, counts
    )
