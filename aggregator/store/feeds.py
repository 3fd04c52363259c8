"""How far feeds are published, and whether anything in them has changed since.

Knows nothing of formats or files. Start reading at `has_changed`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import and_, delete, or_, select, union_all
from sqlalchemy.orm import Session, aliased

from aggregator.errors import QueryError
from aggregator.query import Query
from aggregator.store.articles import filters
from aggregator.store.columns import table
from aggregator.store.engine import upsert
from aggregator.store.find import is_frequent
from aggregator.store.schema import EntryRow, FeedStateRow, KinRow, SightingRow


@dataclass(frozen=True, slots=True)
class FeedState:
    """A feed as last published: the archive's `change_seq` then, and the digest of what was written."""

    name: str
    change_seq: int
    digest: str


def feed_query(name: str, limit: int = 50) -> Query:
    """The Query behind a feed: `all`, `it`, `en`, `cluster-<id>`, `topic-<id>`, `source-<id>`.

    Raises: QueryError for any other name.
    """
    kind, _, id_ = name.partition("-")
    if name == "all":
        return Query(is_live=True, is_once=True, limit=limit)
    if name in ("it", "en"):
        return Query(languages=(name,), is_live=True, is_once=True, limit=limit)
    if kind == "cluster" and id_:
        return Query(clusters=(id_,), is_live=True, limit=limit)
    if kind == "topic" and id_:
        return Query(topics=(id_,), is_live=True, limit=limit)
    if kind == "source" and id_:
        return Query(sources=(id_,), is_live=True, is_as_sighted=True, limit=limit)
    raise QueryError(f"no feed is called {name!r}; there are all, it, en, cluster-ID, topic-ID and source-ID")


def has_changed(session: Session, query: Query, since: int) -> bool:
    """Whether the answer to the Query may differ from that at the `change_seq` `since`; cheap.

    A revised or hidden Entry counts for every Query: it may have left this one's filters.
    """
    is_gone = or_(EntryRow.vanished_at.is_not(None), EntryRow.hidden_at.is_not(None))
    may_have_left = or_(EntryRow.revisions > 0, is_gone)
    if query.topics or query.clusters:  # what an article names can change while its text does not
        may_have_left = or_(may_have_left, EntryRow.change_seq > EntryRow.announced_seq)
    query_ = select(EntryRow.id).where(
        EntryRow.change_seq > since,
        EntryRow.announced_seq.is_not(None),
        or_(may_have_left, and_(True, *filters(query, is_walk=True))),
    )
    return session.scalar(query_.limit(1)) is not None


def arrivals(session: Session, query: Query, after: int = 0) -> list[int]:
    """The `announced_seq` of the Entries of the Query that were announced after that one, oldest first."""
    seq = EntryRow.announced_seq
    where = filters(query, is_walk=after > 0 and is_frequent(session, query))
    statement = select(seq).where(seq.is_not(None), seq > after, *where).order_by(seq)
    return [found for found in session.scalars(statement) if found is not None]


def changed_arrivals(session: Session, since: int, until: int) -> list[int]:
    """The `announced_seq`, up to `until`, of Entries changed after the `change_seq` `since`."""
    # By what changed alone: asked for `announced_seq` too, SQLite walks the archive along that.
    statement = select(EntryRow.announced_seq).where(EntryRow.change_seq > since)
    return [found for found in session.scalars(statement) if found is not None and found <= until]


def arrivals_at(session: Session, sources: Sequence[str], until: int) -> list[int]:
    """The `announced_seq`, up to `until`, of Entries that any of these Sources has shown."""
    shown = select(SightingRow.entry_id).where(SightingRow.source_id.in_(sources))
    statement = select(EntryRow.announced_seq).where(EntryRow.id.in_(shown))
    return [found for found in session.scalars(statement) if found is not None and found <= until]


def copies(session: Session, ids: Sequence[int]) -> list[tuple[int, str, str]]:
    """Entry, Source and link of every page that showed these Entries or their copies and translations.

    Shapes: in order of discovery.
    """
    own, other = aliased(KinRow), aliased(KinRow)
    pages = (SightingRow.id, SightingRow.source_id, SightingRow.link)
    shown = select(SightingRow.entry_id.label("shown"), *pages).where(SightingRow.entry_id.in_(ids))
    kindred = (
        select(own.entry_id.label("shown"), *pages)
        .join(other, and_(other.group_id == own.group_id, other.entry_id != own.entry_id))
        .join(EntryRow, EntryRow.id == other.entry_id)
        .join(SightingRow, SightingRow.entry_id == other.entry_id)
        .where(own.entry_id.in_(ids), EntryRow.announced_seq.is_not(None), EntryRow.hidden_at.is_(None))
    )
    both = union_all(shown, kindred).subquery()
    statement = select(both.c.shown, both.c.source_id, both.c.link).order_by(both.c.id)
    return [(entry_id, source_id, link) for entry_id, source_id, link in session.execute(statement)]


def load_states(session: Session) -> dict[str, FeedState]:
    """How far each feed is published, by name."""
    columns = (FeedStateRow.name, FeedStateRow.change_seq, FeedStateRow.digest)
    rows = session.execute(select(*columns).order_by(FeedStateRow.name))
    return {name: FeedState(name, seq, digest) for name, seq, digest in rows}


def save_states(session: Session, states: Sequence[FeedState]) -> None:
    """Keeps how far these feeds are published now."""
    rows = [{"name": s.name, "change_seq": s.change_seq, "digest": s.digest} for s in states]
    if rows:
        statement = upsert(
            session,
            table(FeedStateRow),
            ("name",),
            lambda new: {"change_seq": new["change_seq"], "digest": new["digest"]},
        )
        session.execute(statement, rows)


def forget_states(session: Session, names: Sequence[str]) -> None:
    """Forgets feeds that are published no more."""
    session.execute(delete(FeedStateRow).where(FeedStateRow.name.in_(names)))
