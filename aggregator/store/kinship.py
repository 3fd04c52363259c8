"""Groups of copies and translations: which Entries belong together, and what ties them.

Knows nothing of how it is decided. Start reading at `pending`: Entries that no group has yet are
those that nobody has compared.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from sqlalchemy import Table, and_, delete, insert, or_, select, update
from sqlalchemy.orm import Session, aliased

from aggregator.errors import StoreError
from aggregator.items import Level, Match
from aggregator.near import Kin
from aggregator.store import articles
from aggregator.store.codec import decompress
from aggregator.store.columns import table
from aggregator.store.engine import upsert
from aggregator.store.lookup import Lookup, among
from aggregator.store.schema import BodyRow, EntryRow, KinRow, LinkRow, SightingRow, StaleRow, VerdictRow

_KIN: Table = table(KinRow)
_ENTRY: Table = table(EntryRow)
_BODY: Table = table(BodyRow)
_KINS = Lookup("SELECT entry_id, group_id, language, day, story_id FROM {keys}", "kin", "entry_id")


@dataclass(frozen=True, slots=True)
class Told:
    """What of an Entry tells whether another says the same.

    Shapes: `text` is the summary where there is no text; `day` is that of publication, if known,
        `seen` that of discovery; `translations` are the addresses that the page itself names.
    """

    id: int
    source_id: str
    title: str
    text: str
    language: str
    day: date | None
    seen: date
    translations: tuple[str, ...] = ()


def pending(session: Session, *source_ids: str, limit: int) -> list[Told]:
    """Entries that these Sources' visits brought and nobody has compared yet, in order of announcement."""
    query = articles.pending(*source_ids).where(~select(_KIN).where(_KIN.c.entry_id == EntryRow.id).exists())
    ids = list(session.scalars(query.limit(limit)))
    told = {entry.id: entry for entry in load(session, ids)}
    return [told[id_] for id_ in ids]


def stale(session: Session, *source_ids: str, limit: int) -> list[Told]:
    """Entries of these Sources that older rules have compared, in order of announcement."""
    query = select(EntryRow.id).where(EntryRow.id.in_(select(StaleRow.entry_id)))
    # A join, or an order without the sum, has SQLite walk all Entries for the few that are stale.
    query = query.where(EntryRow.source_id.in_(source_ids)).order_by(EntryRow.announced_seq + 0)
    ids = list(session.scalars(query.limit(limit)))
    told = {entry.id: entry for entry in load(session, ids)}
    return [told[id_] for id_ in ids]


def renewed(session: Session, ids: Sequence[int]) -> None:
    """Marks these Entries as compared by today's rules."""
    session.execute(delete(table(StaleRow)).where(StaleRow.entry_id.in_(ids)))


def load(session: Session, ids: Sequence[int]) -> list[Told]:
    """These Entries, as far as they exist."""
    columns = ("id", "source_id", "title", "summary", "language", "published_day", "first_seen_at")
    query = (
        select(*(_ENTRY.c[name] for name in columns), _BODY.c.text, _BODY.c.translations)
        .join_from(_ENTRY, _BODY, _BODY.c.entry_id == _ENTRY.c.id)
        .where(_ENTRY.c.id.in_(ids))
    )
    return [
        Told(
            id=row.id,
            source_id=row.source_id,
            title=row.title,
            text=row.text or row.summary,
            language=row.language,
            day=row.published_day,
            seen=row.first_seen_at.date(),
            translations=tuple(url for _, url in row.translations),
        )
        for row in session.execute(query)
    ]


def shown(session: Session, ids: Sequence[int]) -> dict[int, tuple[str, str | None, str]]:
    """Address, image and HTML of these Entries."""
    query = select(_ENTRY.c.id, _ENTRY.c.url, _ENTRY.c.image, _BODY.c.html)
    query = query.join_from(_ENTRY, _BODY, _BODY.c.entry_id == _ENTRY.c.id).where(_ENTRY.c.id.in_(ids))
    return {
        id_: (url, image, decompress(html).decode("utf-8", "replace"))
        for id_, url, image, html in session.execute(query)
    }


def kins(session: Session, ids: Iterable[int]) -> dict[int, Kin]:
    """Group, language and day of those of these Entries that still exist."""
    rows = among(session, _KINS, sorted(set(ids)))
    return {id_: Kin(group, language, _to_day(day), story) for id_, group, language, day, story in rows}


# SQLite gives the day as it is written: the same few days over and over.
@lru_cache(maxsize=4096)
def _to_day(day: date | str | None) -> date | None:
    return date.fromisoformat(day) if isinstance(day, str) else day


def members(session: Session, group: int) -> list[tuple[int, str]]:
    """Id and language of the Entries of the group, by id."""
    query = select(_KIN.c.entry_id, _KIN.c.language).where(_KIN.c.group_id == group)
    return [(id_, language) for id_, language in session.execute(query.order_by(_KIN.c.entry_id))]


def languages(session: Session, groups: Sequence[int]) -> dict[int, frozenset[str]]:
    """The languages that each of these groups has Entries in."""
    query = select(_KIN.c.group_id, _KIN.c.language).where(_KIN.c.group_id.in_(groups)).distinct()
    found: dict[int, frozenset[str]] = {}
    for group, language in session.execute(query):
        found[group] = found.get(group, frozenset()) | {language}
    return found


def first_announced(session: Session, groups: Sequence[int]) -> list[int]:
    """The Entry of each group that readers saw first, by id; groups that nobody has seen have none."""
    query = (
        select(_KIN.c.group_id, _ENTRY.c.id)
        .join_from(_KIN, _ENTRY, _ENTRY.c.id == _KIN.c.entry_id)
        .where(_KIN.c.group_id.in_(groups), _ENTRY.c.announced_seq.is_not(None))
        .order_by(_ENTRY.c.announced_seq.desc())
    )
    return sorted({row.group_id: row.id for row in session.execute(query)}.values())


def at_urls(session: Session, urls: Sequence[str], source_id: str | None = None) -> list[int]:
    """The Entries that these canonical URLs showed, at that Source if one is given, by id."""
    if not urls:
        return []
    query = select(SightingRow.entry_id).where(SightingRow.url.in_(urls)).distinct()
    if source_id is not None:
        query = query.where(SightingRow.source_id == source_id)
    return sorted(session.scalars(query))


def add(
    session: Session, kin: Sequence[tuple[int, Kin]], links: Sequence[tuple[int, Match]], rules: int
) -> None:
    """Stores the groups of compared Entries and the Links behind them, by that version of the rules."""
    if kin:
        session.execute(
            insert(_KIN),
            [{**_of(k), "entry_id": id_} for id_, k in kin],
        )
    articles.add_links(session, links, rules)


def _of(kin: Kin) -> dict[str, object]:
    return {"group_id": kin.group, "story_id": kin.story, "language": kin.language, "day": kin.day}


def join(session: Session, group: int, into: int) -> None:
    """Makes two groups one."""
    session.execute(update(_KIN).where(_KIN.c.group_id == group).values(group_id=into))


def join_stories(session: Session, story: int, into: int) -> None:
    """Makes two stories one."""
    session.execute(update(_KIN).where(_KIN.c.story_id == story).values(story_id=into))


def kin_of(session: Session, entry_id: int) -> Kin:
    """Group, story, language and day of the Entry.

    Raises: StoreError when there is no such Entry, or nobody has compared it yet.
    """
    found = kins(session, [entry_id]).get(entry_id)
    if found is None:
        raise StoreError(f"no article {entry_id} in the archive that has been announced")
    return found


def story_members(session: Session, story: int) -> list[int]:
    """The Entries of the story, by id."""
    query = select(_KIN.c.entry_id).where(_KIN.c.story_id == story)
    return list(session.scalars(query.order_by(_KIN.c.entry_id)))


def move(session: Session, entry_id: int, group: int, story: int) -> None:
    """Puts the Entry into that group and story."""
    values = {"group_id": group, "story_id": story}
    session.execute(update(_KIN).where(_KIN.c.entry_id == entry_id).values(values))


def say(session: Session, pairs: Iterable[tuple[int, int]], now: datetime, *, is_same: bool) -> None:
    """Keeps a person's word on these pairs of Entries; the last one holds."""
    rows = [
        {"entry_id": max(pair), "other_id": min(pair), "is_same": is_same, "said_at": now} for pair in pairs
    ]
    if rows:
        keys = ("entry_id", "other_id")
        statement = upsert(
            session,
            table(VerdictRow),
            keys,
            lambda new: {"is_same": new["is_same"], "said_at": new["said_at"]},
        )
        session.execute(statement, rows)


def are_apart(session: Session, story: int, other: int) -> bool:
    """Whether a person has said that Entries of these two stories do not belong together."""
    one, two = aliased(KinRow), aliased(KinRow)
    either = or_(
        and_(one.story_id == story, two.story_id == other),
        and_(one.story_id == other, two.story_id == story),
    )
    query = (
        select(VerdictRow.entry_id)
        .join(one, one.entry_id == VerdictRow.entry_id)
        .join(two, two.entry_id == VerdictRow.other_id)
        .where(VerdictRow.is_same.is_(False), either)
    )
    return session.scalar(query.limit(1)) is not None


def unlink(session: Session, entry_id: int) -> None:
    """Removes what ties the Entry to others."""
    ties = (LinkRow.entry_id == entry_id) | (LinkRow.other_id == entry_id)
    session.execute(delete(table(LinkRow)).where(ties))


def unlink_pair(session: Session, entry_id: int, other_id: int) -> None:
    """Removes what ties these two Entries to each other."""
    link = table(LinkRow)
    session.execute(delete(link).where(link.c.entry_id == entry_id, link.c.other_id == other_id))


@dataclass(frozen=True, slots=True)
class Tie:
    """What ties an Entry to another, as `explain` tells it; `is_later` when the other came after it.

    Shapes: `rules` is the version of the rules that said so; `original_id` the one of the two that a
        translation was made of, None where neither shows it.
    """

    other_id: int
    url: str
    level: Level
    score: float
    reason: str
    rules: int
    is_later: bool
    original_id: int | None = None


def ties_of(session: Session, entry_id: int) -> list[Tie]:
    """What ties the Entry to others, by the other's id."""
    query = select(LinkRow).where((LinkRow.entry_id == entry_id) | (LinkRow.other_id == entry_id))
    links = {
        (row.other_id if row.entry_id == entry_id else row.entry_id): row for row in session.scalars(query)
    }
    urls = select(_ENTRY.c.id, _ENTRY.c.url).where(_ENTRY.c.id.in_(links)).order_by(_ENTRY.c.id)
    return [
        Tie(
            other_id=other,
            url=url,
            level=Level(row.level),
            score=row.score,
            reason=row.reason,
            rules=row.rules,
            is_later=row.entry_id == other,
            original_id=row.original_id,
        )
        for other, url in session.execute(urls)
        for row in [links[other]]
    ]


def originals(session: Session, ids: Sequence[int]) -> dict[int, int]:
    """The Entry that each of these was translated from, where one of the two shows it."""
    link = table(LinkRow).c
    ours = link.entry_id.in_(ids) | link.other_id.in_(ids)
    query = select(link.entry_id, link.other_id, link.original_id).where(ours, link.original_id.is_not(None))
    found: dict[int, int] = {}
    for entry_id, other_id, original in session.execute(query.order_by(link.original_id)):
        found.setdefault(other_id if original == entry_id else entry_id, original)
    return {id_: found[id_] for id_ in ids if id_ in found}


def names(session: Session, ids: Iterable[int]) -> dict[int, str]:
    """The tags of these Entries."""
    query = select(_ENTRY.c.id, _ENTRY.c.tag).where(_ENTRY.c.id.in_(list(ids)))
    return {row.id: row.tag for row in session.execute(query)}


def of_text(session: Session, text_key: str) -> list[int]:
    """The Entries of that text, by id."""
    query = select(_ENTRY.c.id).where(_ENTRY.c.text_key == text_key)
    return list(session.scalars(query.order_by(_ENTRY.c.id)))
