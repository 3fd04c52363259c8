"""Stories as readers ask for them: by id, by one of their Entries, or those that a Query touches.

Knows nothing of how Entries are found to tell the same. Start reading at `find_stories`. An
Entry that nothing is tied to is a story of one, so that every announced Entry has its story.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import Session

from aggregator.choices import Level
from aggregator.errors import StoreError
from aggregator.query import Query
from aggregator.store.articles import filters
from aggregator.store.schema import BodyRow, EntryRow, KinRow, LinkRow, SightingRow
from aggregator.story import Member, Story

# Entries looked at in one go. Of articles on one subject each fifth shares its story with another:
# a page of fifty stories of two or more is found in one or two.
_AT_ONCE = 500
_LAST_DAY, _LAST = date.max, datetime.max.replace(tzinfo=UTC)


def find_stories(session: Session, query: Query | None = None, *, fewest: int = 2) -> list[Story]:
    """The stories of the Entries that the Query asks for, the one that grew last first.

    Shapes: stories are whole, with members that the Query leaves out; `fewest` members or more.
    Units: the Query's `cursor` is the `announced_seq` of the last Story already seen.
    """
    query = query or Query()
    found: list[Story] = []
    cursor = query.cursor
    while query.limit is None or len(found) < query.limit:
        rows = session.execute(_arrivals(query, cursor).limit(_AT_ONCE)).all()
        if not rows:
            break
        arrived: dict[int, int] = {}
        for story_id, seq in rows:
            arrived.setdefault(story_id, seq or 0)
        shown = _arrived_since(session, query, list(arrived), cursor)
        whole = _load(session, [story_id for story_id in arrived if story_id not in shown])
        stories = (replace(whole[id_], announced_seq=seq) for id_, seq in arrived.items() if id_ in whole)
        found += [story for story in stories if len(story.members) >= fewest]
        cursor = rows[-1][1]
    return found[: query.limit]


def get_story(session: Session, id_: int) -> Story:
    """The Story with that id, or with the Entry of that id.

    Raises: StoreError when there is none.
    """
    story = story_of(session, id_)
    if story is None:
        raise StoreError(f"no story {id_} in the archive")
    return story


def story_of(session: Session, entry_id: int) -> Story | None:
    """The Story that the Entry belongs to; None where none of it may be seen."""
    return stories_of(session, [entry_id]).get(entry_id)


def stories_of(session: Session, entry_ids: Sequence[int]) -> dict[int, Story]:
    """The Story of each of these Entries, by the Entry's id; for many at once."""
    query = select(KinRow.entry_id, KinRow.story_id).where(KinRow.entry_id.in_(entry_ids))
    ids = {row.entry_id: row.story_id for row in session.execute(query)}
    found = _load(session, sorted(set(ids.values())))
    return {entry_id: found[story_id] for entry_id, story_id in ids.items() if story_id in found}


def _arrivals(query: Query, cursor: int | None) -> Select[int, int | None]:
    """Story and `announced_seq` of each Entry of the Query below the cursor, latest first."""
    seq = EntryRow.announced_seq
    statement = select(KinRow.story_id, seq).join(EntryRow, EntryRow.id == KinRow.entry_id)
    statement = statement.where(seq.is_not(None), *filters(query)).order_by(seq.desc())
    return statement if cursor is None else statement.where(seq < cursor)


def _arrived_since(session: Session, query: Query, ids: Sequence[int], cursor: int | None) -> set[int]:
    """Those of the stories that stood above the cursor already."""
    if cursor is None:
        return set()
    statement = select(KinRow.story_id).join(EntryRow, EntryRow.id == KinRow.entry_id)
    statement = statement.where(KinRow.story_id.in_(ids), EntryRow.announced_seq >= cursor, *filters(query))
    return set(session.scalars(statement.distinct()))


_COLUMNS = (
    KinRow.story_id,
    EntryRow.id,
    EntryRow.source_id,
    EntryRow.title,
    EntryRow.url,
    EntryRow.language,
    EntryRow.published_day,
    EntryRow.published_at,
    EntryRow.announced_seq,
    EntryRow.change_seq,
    EntryRow.changed_at,
    func.length(BodyRow.text).label("length"),
)


def _load(session: Session, ids: Sequence[int]) -> dict[int, Story]:
    if not ids:
        return {}
    statement = (
        select(*_COLUMNS)
        .join_from(KinRow, EntryRow, EntryRow.id == KinRow.entry_id)
        .join(BodyRow, BodyRow.entry_id == EntryRow.id)
        .where(KinRow.story_id.in_(ids), EntryRow.announced_seq.is_not(None), EntryRow.hidden_at.is_(None))
    )
    rows: dict[int, list[Row[Any]]] = defaultdict(list)
    for row in session.execute(statement):
        rows[row.story_id].append(row)
    entry_ids = [row.id for told in rows.values() for row in told]
    ties, shown = _ties(session, entry_ids), _shown(session, entry_ids)
    return {id_: _to_story(id_, told, ties, shown) for id_, told in rows.items()}


def _ties(session: Session, ids: Sequence[int]) -> dict[int, LinkRow]:
    """What ties each of these Entries to an earlier one: the closest, where there are several."""
    query = select(LinkRow).where(LinkRow.entry_id.in_(ids))
    links = sorted(session.scalars(query), key=lambda row: (_CLOSENESS.index(row.level), -row.score))
    return {row.entry_id: row for row in reversed(links)}


_CLOSENESS = [Level.NEAR.value, Level.TRANSLATION.value, Level.STORY.value]


def _shown(session: Session, ids: Sequence[int]) -> dict[int, list[str]]:
    """The Sources that showed each of these Entries, in order of discovery."""
    query = select(SightingRow.entry_id, SightingRow.source_id).where(SightingRow.entry_id.in_(ids))
    shown: dict[int, list[str]] = defaultdict(list)
    for entry_id, source_id in session.execute(query.order_by(SightingRow.id)):
        shown[entry_id].append(source_id)
    return shown


def _to_story(
    id_: int, rows: Iterable[Row[Any]], ties: dict[int, LinkRow], shown: dict[int, list[str]]
) -> Story:
    ordered = sorted(rows, key=_publication)
    members = [_to_member(row, ties.get(row.id)) for row in ordered]
    days = [row.published_day for row in ordered if row.published_day is not None]
    sources = dict.fromkeys(row.source_id for row in ordered)
    sources |= dict.fromkeys(source for row in ordered for source in shown.get(row.id, ()))
    return Story(
        id=id_,
        lead=members[0],
        members=tuple(members),
        sources=tuple(sources),
        first_day=min(days, default=None),
        last_day=max(days, default=None),
        announced_seq=max(row.announced_seq for row in ordered),
        change_seq=max(row.change_seq for row in ordered),
        changed_at=max(row.changed_at for row in ordered),
    )


def _publication(row: Row[Any]) -> tuple[date, datetime, int, int]:
    """By day, then by the minute where one is stated, then the longer text, then by arrival."""
    return (row.published_day or _LAST_DAY, row.published_at or _LAST, -row.length, row.id)


def _to_member(row: Row[Any], tie: LinkRow | None) -> Member:
    return Member(
        entry_id=row.id,
        source_id=row.source_id,
        title=row.title,
        url=row.url,
        language=row.language,
        day=row.published_day,
        level=Level(tie.level) if tie else Level.NEW,
        score=tie.score if tie else 1.0,
        reason=tie.reason if tie else "",
        original_id=tie.original_id if tie else None,
    )
