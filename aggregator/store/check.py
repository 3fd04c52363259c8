"""Whether the archive is what it must be: what every writer promises, looked at over all rows.

Reads alone. Start reading at `check`; a rule gives the rows that break it.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sqlalchemy import Select, func, or_, select, text
from sqlalchemy.orm import Session

from aggregator.store import memory, search
from aggregator.store.archive import change_seq
from aggregator.store.codec import unpack_blocks
from aggregator.store.schema import (
    BlockRow,
    BodyRow,
    EntryRow,
    FeedStateRow,
    KinRow,
    LinkRow,
    RevisionRow,
    SightingRow,
    SnapshotRow,
    WithdrawalRow,
)
from aggregator.urls import url_hash

# Of what breaks a rule: enough to look at.
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Fault:
    """A rule that does not hold, how often, and where, as far as that fits a line."""

    rule: str
    count: int
    where: str


def check(session: Session) -> list[Fault]:
    """The rules that do not hold; none for a sound archive."""
    faults = []
    for rule, broken in _RULES:
        found = list(broken(session))
        if found:
            faults.append(Fault(rule, len(found), ", ".join(found[:_SHOWN])))
    return faults


def _file(session: Session) -> Iterator[str]:
    if session.get_bind().dialect.name != "sqlite":
        return
    for row in session.execute(text("PRAGMA integrity_check")):
        if row[0] != "ok":
            yield row[0]


def _references(session: Session) -> Iterator[str]:
    if session.get_bind().dialect.name != "sqlite":
        return  # PostgreSQL lets no such row in
    for table, rowid, parent, _ in session.execute(text("PRAGMA foreign_key_check")):
        yield f"{table} {rowid} to {parent}"


def _counter(session: Session) -> Iterator[str]:
    last = change_seq(session)
    for column in (
        EntryRow.id, EntryRow.change_seq, EntryRow.announced_seq, SightingRow.id, SnapshotRow.id,
        FeedStateRow.change_seq,
    ):  # fmt: skip
        highest = session.scalar(select(func.max(column))) or 0
        if highest > last:
            yield f"{column} {highest} is above {last}"


def _order(session: Session) -> Iterator[str]:
    for column in (EntryRow.change_seq, EntryRow.announced_seq):
        twice = select(column).where(column.is_not(None)).group_by(column).having(func.count() > 1)
        yield from (f"{column.key} {number}" for number in session.scalars(twice))
    yield from _ids(session, select(EntryRow.id).where(EntryRow.change_seq < EntryRow.announced_seq))
    yield from _ids(session, select(EntryRow.id).where(EntryRow.changed_at < EntryRow.first_seen_at))


def _bodies(session: Session) -> Iterator[str]:
    lone = select(EntryRow.id).where(~select(BodyRow).where(BodyRow.entry_id == EntryRow.id).exists())
    yield from _ids(session, lone)


def _pages(session: Session) -> Iterator[str]:
    shown = select(SightingRow).where(SightingRow.entry_id == EntryRow.id).exists()
    yield from _ids(session, select(EntryRow.id).where(~shown, EntryRow.withdrawn_at.is_(None)))


def _groups(session: Session) -> Iterator[str]:
    compared = select(KinRow).where(KinRow.entry_id == EntryRow.id).exists()
    alone = select(EntryRow.id).where(EntryRow.announced_seq.is_not(None), EntryRow.withdrawn_at.is_(None))
    linked = or_(EntryRow.id.in_(select(LinkRow.entry_id)), EntryRow.id.in_(select(LinkRow.other_id)))
    yield from _ids(session, alone.where(~compared, linked))


def _revisions(session: Session) -> Iterator[str]:
    kept = (
        select(RevisionRow.entry_id, func.count().label("count"), func.max(RevisionRow.seq).label("last"))
        .group_by(RevisionRow.entry_id)
        .subquery()
    )
    counted = select(EntryRow.id).outerjoin(kept, kept.c.entry_id == EntryRow.id)
    wrong = or_(
        func.coalesce(kept.c.count, 0) != EntryRow.revisions,
        func.coalesce(kept.c.last, 0) != EntryRow.revisions,
    )
    yield from _ids(session, counted.where(wrong))


def _blocks(session: Session) -> Iterator[str]:
    """How often blocks stand on a site's pages decides what is cut from its texts."""
    found: dict[str, Counter[tuple[int, int]]] = {}
    query = select(SightingRow.source_id, SightingRow.blocks).execution_options(yield_per=500)
    for source_id, blocks in session.execute(query):
        found.setdefault(source_id, Counter()).update(unpack_blocks(blocks))
    for source_id in session.scalars(select(BlockRow.source_id).distinct()):
        found.setdefault(source_id, Counter())
    for source_id, counts in sorted(found.items()):
        kept = {(key, place): pages for key, place, pages in memory.block_counts(session, source_id)}
        if kept != dict(counts):
            yield source_id


def _feeds(session: Session) -> Iterator[str]:
    """The documents of a feed's history follow each other, each from where the one before ends."""
    ends: dict[str, dict[int, int]] = {}
    for name, seq in session.execute(select(FeedStateRow.name, FeedStateRow.change_seq)):
        feed, _, number = name.rpartition("/")
        if feed and number.isdecimal():
            ends.setdefault(feed, {})[int(number)] = seq
    for feed, numbers in sorted(ends.items()):
        in_order = [numbers[number] for number in sorted(numbers)]
        if sorted(numbers) != list(range(1, len(numbers) + 1)) or sorted(set(in_order)) != in_order:
            yield feed


def _withdrawn(session: Session) -> Iterator[str]:
    known = select(WithdrawalRow.entry_id).where(WithdrawalRow.entry_id.is_not(None))
    erased = EntryRow.withdrawn_at.is_not(None)
    yield from _ids(session, select(EntryRow.id).where(erased, EntryRow.id.not_in(known)))
    tells = select(EntryRow.id).join(BodyRow, BodyRow.entry_id == EntryRow.id)
    yield from _ids(session, tells.where(erased, or_(EntryRow.title != "", BodyRow.text != "")))
    keys = memory.withdrawn_keys(session)
    for url in session.scalars(select(SightingRow.url)) if keys else ():
        if url_hash(url) in keys:
            yield url


def _search(session: Session) -> Iterator[str]:
    if search.is_behind(session):
        yield "articles wait to be indexed"


def _ids(session: Session, query: Select[int]) -> Iterator[str]:
    yield from (f"article {id_}" for id_ in session.scalars(query.order_by(EntryRow.id)))


_RULES: tuple[tuple[str, Callable[[Session], Iterator[str]]], ...] = (
    ("the file is whole", _file),
    ("what rows name is there", _references),
    ("no number is above the counter", _counter),
    ("changes have an order", _order),
    ("every article has its text", _bodies),
    ("every article has a page", _pages),
    ("every tied article has a group", _groups),
    ("revisions are counted", _revisions),
    ("blocks are counted", _blocks),
    ("the documents of feeds follow each other", _feeds),
    ("what was withdrawn is gone", _withdrawn),
    ("the index of search is in step", _search),
)
"""What must hold, in words, and what finds where it does not."""
