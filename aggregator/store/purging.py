"""Letting go of what is no longer needed: old pages, memories of sources that are gone, old diaries.

Articles never go by age: `withdrawals` erases them by a person's word. Start reading at `purge`.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Table, delete, func, select
from sqlalchemy.orm import Session

from aggregator.items import Kind
from aggregator.store.columns import table
from aggregator.store.engine import Store
from aggregator.store.schema import (
    BlockRow,
    CrawlRunRow,
    SightingRow,
    SnapshotRow,
    SourceRow,
    UrlKeyRow,
    ValidatorRow,
)
from aggregator.store.sources import find_sources

DAYS: Mapping[str, int] = {"snapshots": 90, "sources": 30, "refusals": 365, "runs": 730}
"""How old something must be to go, by rule."""

_Part = tuple[Table, tuple[ColumnElement[bool], ...]]


def purge(store: Store, rule: str, days: int, now: datetime, *, dry_run: bool = False) -> int:
    """Removes what that rule names and is older; how many rows, or with `dry_run` how many there are."""
    count = 0
    with store.write() as session:
        for one, where in _parts(session, rule, now - timedelta(days=days)):
            count += session.scalar(select(func.count()).select_from(one).where(*where)) or 0
            if not dry_run:
                session.execute(delete(one).where(*where))
    return count


def _parts(session: Session, rule: str, before: datetime) -> list[_Part]:
    if rule == "snapshots":
        news = [source.id for source in find_sources(session) if source.kind is Kind.NEWS]
        return [(table(SnapshotRow), (SnapshotRow.source_id.in_(news), SnapshotRow.fetched_at < before))]
    if rule == "refusals":
        return [(table(UrlKeyRow), (UrlKeyRow.reason.is_not(None), UrlKeyRow.decided_at < before))]
    if rule == "runs":
        return [(table(CrawlRunRow), (CrawlRunRow.ended_at < before,))]
    return _of_sources(before)


def _of_sources(before: datetime) -> list[_Part]:
    """What is remembered of sources that are switched off and were last visited before then.

    A source with articles stays itself: they name it.
    """
    off = (~SourceRow.enabled, func.coalesce(SourceRow.visited_at, before) <= before)
    with_pages = select(SightingRow.source_id)
    ids = select(SourceRow.id).where(*off)
    return [
        (table(ValidatorRow), (ValidatorRow.source_id.in_(ids),)),
        (table(UrlKeyRow), (UrlKeyRow.source_id.in_(ids), UrlKeyRow.reason.is_not(None))),
        (table(BlockRow), (BlockRow.source_id.in_(ids), BlockRow.source_id.not_in(with_pages))),
    ]
