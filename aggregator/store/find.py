"""The reader of articles: a Query in, Entries, pages of them, counts and facets out.

The one question that command line, API, pages and feeds ask. Knows nothing of how Articles
become rows. Start reading at `find`; `filters` says which Entries a Query means.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, partial
from typing import Any

from sqlalchemy import CTE, ColumnElement, Text, cast, exists, func, not_, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from aggregator.items import Entry, Precision
from aggregator.query import Expression, Order, Query
from aggregator.store import matching
from aggregator.store.entries import to_entries
from aggregator.store.schema import BodyRow, EntryRow, EventRow, KinRow, MentionRow, SightingRow, SourceRow

ANNOUNCED = EntryRow.announced_seq.is_not(None)
DAY_IS_KNOWN = EntryRow.precision.in_([Precision.MINUTE.value, Precision.DAY.value])
# How many values of a facet are counted; a page shows fewer.
_FACET_VALUES = 200
# Measured on 100,000 Entries: a list costs 10 microseconds for each in it, a walk one for each passed. The
# first hundred of 3,000 cost as much either way in an archive of a million; what came in one go, as a first
# visit does, lies far from the newest, and is seldom so much.
_FREQUENT = 3000
# Entries loaded a statement: SQLite takes 32,766 values in one.
_CHUNK = 1000


@dataclass(frozen=True, slots=True)
class Page:
    """Some answers to a Query, and the cursor for `Query.after` that brings the next; None at the end."""

    entries: tuple[Entry, ...]
    cursor: str | None


def find(session: Session, query: Query) -> list[Entry]:
    """The announced Entries that the Query asks for, in its order, without their evidence."""
    return [entry for entry, _ in _answers(session, query, query.limit)]


def find_page(session: Session, query: Query) -> Page:
    """As `find`, with the way to go on; articles that arrive meanwhile neither shift nor repeat anything."""
    limit = query.limit
    found = _answers(session, query, None if limit is None else limit + 1)
    entries = tuple(entry for entry, _ in found[:limit])
    if limit is None or len(found) <= limit or not entries:
        return Page(entries, None)
    last, tier = found[limit - 1]
    if query.order is Order.CHANGE:
        return Page(entries, str(last.change_seq))
    return Page(
        entries, f"{tier}.{last.announced_seq}" if query.order is Order.RANKED else str(last.announced_seq)
    )


def _answers(session: Session, query: Query, limit: int | None) -> list[tuple[Entry, int]]:
    """Entries in order, with the tier of each."""
    if query.words is None or limit is None or query.order is Order.CHANGE:
        found = [(entry, 0) for entry in _in_order(session, query, limit)]
    else:
        found = _matching(session, query, query.words, limit)
    if query.is_as_sighted and len(query.sources) == 1:
        shown = _as_sighted(session, [entry for entry, _ in found], query.sources[0])
        return list(zip(shown, [tier for _, tier in found], strict=True))
    return found


def _in_order(session: Session, query: Query, limit: int | None) -> list[Entry]:
    is_log = query.order is Order.CHANGE
    column = EntryRow.change_seq if is_log else EntryRow.announced_seq
    statement = select(EntryRow, BodyRow).join(BodyRow, BodyRow.entry_id == EntryRow.id)
    where = filters(query, is_walk=limit is not None and is_frequent(session, query))
    statement = statement.where(ANNOUNCED, *where).order_by(column if is_log else column.desc())
    if query.cursor is not None:
        statement = statement.where(column > query.cursor if is_log else column < query.cursor)
    return to_entries(session, session.execute(statement.limit(limit)).all())


def is_frequent(session: Session, query: Query) -> bool:
    """Whether the first answers come sooner by looking at one Entry after the other than from a list.

    A list is as long as what is asked for is frequent, a walk as long as it is rare.
    """
    shown = select(SightingRow.entry_id).where(SightingRow.source_id.in_(query.sources))
    asked = [terms for terms in (query.clusters, query.topics) if terms]
    lists = [select(MentionRow.entry_id).where(MentionRow.term.in_(terms)) for terms in asked]
    lists += [shown] if query.sources else []
    few = (select(func.count()).select_from(rows.limit(_FREQUENT).subquery()) for rows in lists)
    return bool(lists) and all(session.scalar(count) == _FREQUENT for count in few)


def _bounds(session: Session, query: Query) -> tuple[int, int] | None:
    """The first and last arrival of the days asked for: words are then looked up between them alone."""
    if not (query.since or query.until):
        return None
    seq, days = EntryRow.announced_seq, EntryRow.published_day
    inside = days.between(query.since or date.min, query.until or date.max)
    first, last = session.execute(select(func.min(seq), func.max(seq)).where(inside)).one()
    return first or 0, last or 0


def _matching(session: Session, query: Query, words: Expression, limit: int) -> list[tuple[Entry, int]]:
    """What matches, by tier where it is ranked: places first, for wide rows only of what is shown."""
    where = [*filters(replace(query, words=None), is_walk=True)]
    bounds = cache(partial(_bounds, session, query))
    places: list[tuple[int, int]] = []
    tiers = range(query.tier, matching.TIERS) if query.order is Order.RANKED else (matching.TIERS - 1,)
    for tier in tiers:
        nearer = tier - 1 if query.order is Order.RANKED and tier > 0 else None
        before = query.cursor if tier == query.tier or query.order is Order.ARRIVAL else None
        left = limit - len(places)
        hits = matching.newest(
            session, words, where, tier=tier, nearer=nearer, before=before, between=bounds, limit=left
        )
        places += [(seq, tier) for seq in hits]
        if len(places) == limit:
            break
    entries: dict[int, Entry] = {}
    for start in range(0, len(places), _CHUNK):
        wanted = [seq for seq, _ in places[start : start + _CHUNK]]
        statement = select(EntryRow, BodyRow).join(BodyRow, BodyRow.entry_id == EntryRow.id)
        rows = session.execute(statement.where(EntryRow.announced_seq.in_(wanted))).all()
        entries |= {entry.announced_seq or 0: entry for entry in to_entries(session, rows)}
    return [(entries[seq], tier) for seq, tier in places]


def count(session: Session, query: Query | None = None) -> int:
    """How many announced Entries the Query's filters leave."""
    where = filters(query) if query else []
    return session.scalar(select(func.count()).select_from(EntryRow).where(ANNOUNCED, *where)) or 0


@dataclass(frozen=True, slots=True)
class Facet:
    """A value that Entries of an answer share, and how many of them do."""

    value: str
    count: int


FACETS = ("source", "cluster", "topic", "language", "month")


def facets(
    session: Session, query: Query, names: Sequence[str] = FACETS, *, terms: Collection[str] | None = None
) -> dict[str, list[Facet]]:
    """How the whole answer to the Query divides, by `FACETS`; the most frequent first, months newest first.

    Shapes: an Entry counts for each source it was seen at and each cluster or topic it names;
        a month is `2026-03`, and "" for an unknown date. `terms` are the ids of clusters: what else is
        mentioned is a topic; without them both facets hold all.
    """
    answer = select(EntryRow.id).where(ANNOUNCED, *filters(query)).cte("answer")
    return {name: _facet(session, answer, name, terms) for name in names}


def _facet(session: Session, answer: CTE, name: str, terms: Collection[str] | None) -> list[Facet]:
    inside = select(answer.c.id)
    value: Any
    if name == "source":
        value, owner, where = SightingRow.source_id, SightingRow.entry_id, []
    elif name in ("cluster", "topic"):
        value, owner = MentionRow.term, MentionRow.entry_id
        is_cluster = MentionRow.term.in_(terms or ())
        where = [] if terms is None else [is_cluster if name == "cluster" else not_(is_cluster)]
    else:
        value, owner, where = EntryRow.language, EntryRow.id, []
        if name == "month":
            value = func.coalesce(func.substr(cast(EntryRow.published_day, Text), 1, 7), "")
    number = func.count(owner.distinct())
    statement = select(value, number).where(owner.in_(inside), *where).group_by(value)
    order = (value.desc(),) if name == "month" else (number.desc(), value)
    rows = session.execute(statement.order_by(*order).limit(_FACET_VALUES))
    return [Facet(found, times) for found, times in rows]


def withdrawn_filters(query: Query) -> list[ColumnElement[bool]]:
    """What passed the Query's filters before it was withdrawn, as far as that can be told."""
    return [EntryRow.withdrawn_at.is_not(None), *_filters(query, is_walk=True)]


def filters(query: Query, *, is_walk: bool = False) -> list[ColumnElement[bool]]:
    """The Query's filters as conditions on the entry table; with `is_walk` for one Entry after the other.

    Nothing that was withdrawn passes them.

    A list of all that a source has shown is quick to make and to use, unless a few words have
    left but some Entries to look at: then each is looked up by itself.
    """
    where = [EntryRow.withdrawn_at.is_(None), *_filters(query, is_walk=is_walk)]
    if not query.with_hidden:
        where.append(EntryRow.hidden_at.is_(None))
    return where


def _filters(query: Query, *, is_walk: bool) -> list[ColumnElement[bool]]:
    where: list[ColumnElement[bool]] = []
    if query.sources:
        seen = SightingRow.source_id.in_(query.sources)
        where.append(_among(SightingRow.entry_id, seen, is_walk=is_walk))
    if query.clusters:
        own = select(SourceRow.id).where(SourceRow.cluster.in_(query.clusters))
        named = MentionRow.term.in_(query.clusters)
        is_named = _among(MentionRow.entry_id, named, is_walk=is_walk)
        where.append(or_(is_named, EntryRow.source_id.in_(own)))
    if query.topics:
        where.append(_among(MentionRow.entry_id, MentionRow.term.in_(query.topics), is_walk=is_walk))
    if query.languages:
        where.append(EntryRow.language.in_(query.languages))
    if query.since or query.until:
        where.append(EntryRow.published_day.between(query.since or date.min, query.until or date.max))
    if query.is_live:
        where.append(EntryRow.is_live.is_(True))
    if query.is_once:
        where.append(~_seen_before(query))
    if query.ids:
        where.append(EntryRow.id.in_(query.ids))
    if query.has_event:
        told = exists().where(EventRow.entry_id == EntryRow.id, EventRow.is_cancelled.is_(False))
        where.append(told)
    if query.words is not None:
        where.append(matching.condition(query.words))
    return where


def _seen_before(query: Query) -> ColumnElement[bool]:
    """Whether a copy or translation was announced earlier, among what the Query asks for."""
    own, other, first = aliased(KinRow), aliased(KinRow), aliased(EntryRow)
    seen = (
        exists()
        .where(own.entry_id == EntryRow.id, other.group_id == own.group_id, other.entry_id != own.entry_id)
        .where(first.id == other.entry_id, first.announced_seq < EntryRow.announced_seq)
    )
    if not query.with_hidden:
        seen = seen.where(first.hidden_at.is_(None))
    if query.languages:
        seen = seen.where(first.language.in_(query.languages))
    if query.is_live:
        seen = seen.where(first.is_live.is_(True))
    return seen


def _among(
    owner: InstrumentedAttribute[int], where: ColumnElement[bool], *, is_walk: bool
) -> ColumnElement[bool]:
    if is_walk:
        return exists().where(owner == EntryRow.id, where)
    return EntryRow.id.in_(select(owner).where(where))


def _as_sighted(session: Session, entries: list[Entry], source_id: str) -> list[Entry]:
    """The same Entries with the link and title of that Source's page, its own page first."""
    query = (
        select(SightingRow.entry_id, SightingRow.link, SightingRow.title)
        .where(SightingRow.source_id == source_id, SightingRow.entry_id.in_([e.id for e in entries]))
        .order_by(SightingRow.id.desc())
    )
    pages = {entry_id: (link, title) for entry_id, link, title in session.execute(query)}
    return [_with_page(entry, source_id, pages.get(entry.id)) for entry in entries]


def _with_page(entry: Entry, source_id: str, page: tuple[str, str] | None) -> Entry:
    if page is None or entry.article.source_id == source_id:
        return entry
    link, title = page
    return replace(entry, article=replace(entry.article, source_id=source_id, url=link, title=title))
