"""How Entries change: revisions, and, before anybody has seen them, merging and moving house.

Knows nothing of pages. Start reading at `change`: an announced Entry keeps what it was.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from aggregator.items import Article
from aggregator.store.agenda import change_events, replace_events
from aggregator.store.archive import authority, take_numbers
from aggregator.store.articles import add_mentions, body_values, entry_values, home_values
from aggregator.store.codec import content_values, pack
from aggregator.store.schema import BodyRow, EntryRow, MentionRow, RevisionRow, SightingRow, table
from aggregator.store.sightings import Arrival

# `updated` in feeds has whole seconds; a change must show in them.
_TICK = timedelta(seconds=1)


def change(session: Session, entry_id: int, arrival: Arrival, now: datetime) -> tuple[str, ...]:
    """Writes what the article says now; the names of the fields that changed, maybe none.

    An announced Entry gets a revision with the old values, and a later `changed_at`; its events
    carry their own changes.
    """
    entry = session.get_one(EntryRow, entry_id, populate_existing=True)
    body = session.get_one(BodyRow, entry_id, populate_existing=True)
    new = {**content_values(arrival.article), "translations": [list(p) for p in arrival.article.translations]}
    new["robots"] = list(arrival.article.robots)
    old = {name: getattr(body if name in _OF_BODY else entry, name) for name in new}
    changed = tuple(name for name in new if new[name] != old[name])
    events = arrival.article.events
    is_agenda_changed = entry.announced_seq is not None and change_events(
        session, entry_id, entry.tag, events, now, is_retitled="title" in changed
    )
    values: dict[str, Any] = {"vanished_at": None}
    if changed or is_agenda_changed or entry.vanished_at is not None:
        values["change_seq"] = take_numbers(session)[0]
    if changed and entry.announced_seq is not None:
        at = max(now, entry.changed_at + _TICK)
        values |= {"changed_at": at, "revisions": entry.revisions + 1}
        _keep(session, entry, {name: old[name] for name in changed}, at)
    if entry.announced_seq is None:
        replace_events(session, entry_id, entry.tag, events, entry.first_seen_at)
    _write(session, entry_id, arrival, values)
    return (*changed, "events") if is_agenda_changed else changed


_OF_BODY = frozenset({"text", "translations", "robots"})


def move_home(session: Session, entry_id: int, arrival: Arrival, *, is_backfill: bool) -> None:
    """Makes another page the home of an Entry that nobody has seen: content, Source and tag."""
    values = {
        **home_values(arrival, authority(session)),
        "is_backfill": is_backfill,
        "change_seq": take_numbers(session)[0],
    }
    seen_at = session.get_one(EntryRow, entry_id).first_seen_at
    replace_events(session, entry_id, values["tag"], arrival.article.events, seen_at)
    _write(session, entry_id, arrival, values)


def merge(session: Session, entry_id: int, into_id: int) -> None:
    """Gives the pages of an Entry that nobody has seen to another Entry, and removes it."""
    session.execute(
        update(table(SightingRow)).where(SightingRow.entry_id == entry_id).values(entry_id=into_id)
    )
    session.execute(delete(table(EntryRow)).where(EntryRow.id == entry_id))


def remove(session: Session, entry_id: int) -> None:
    """Removes an Entry that nobody has seen and that no page shows any more."""
    session.execute(delete(table(EntryRow)).where(EntryRow.id == entry_id))


def page_ids(session: Session, entry_id: int) -> list[int]:
    """The pages that show the Entry."""
    return list(session.scalars(select(SightingRow.id).where(SightingRow.entry_id == entry_id)))


def touch(session: Session, entry_ids: list[int]) -> None:
    """Gives the Entries a new place in the order of changes: another Source shows them."""
    for entry_id, seq in zip(entry_ids, take_numbers(session, len(entry_ids)), strict=True):
        session.execute(update(table(EntryRow)).where(EntryRow.id == entry_id).values(change_seq=seq))


def _keep(session: Session, entry: EntryRow, old: dict[str, Any], at: datetime) -> None:
    values = {
        "entry_id": entry.id,
        "seq": entry.revisions + 1,
        "changed_at": at,
        "fields": sorted(old),
        "old": pack(old),
    }
    session.execute(insert(table(RevisionRow)), [values])


def _write(session: Session, entry_id: int, arrival: Arrival, values: dict[str, Any]) -> None:
    article: Article = arrival.article
    columns = {**entry_values(article), "text_key": arrival.text_key, **values}
    session.execute(update(table(EntryRow)).where(EntryRow.id == entry_id).values(columns))
    session.execute(update(table(BodyRow)).where(BodyRow.entry_id == entry_id).values(body_values(article)))
    session.execute(delete(table(MentionRow)).where(MentionRow.entry_id == entry_id))
    add_mentions(session, [(entry_id, article)])
