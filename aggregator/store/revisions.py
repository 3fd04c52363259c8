"""How Entries change: revisions, and, before anybody has seen them, merging and moving house.

Knows nothing of pages. Start reading at `change`: an announced Entry keeps what it was.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from aggregator.choices import Cause
from aggregator.items import Article
from aggregator.store import corrections, search
from aggregator.store.agenda import announces_other, change_events, replace_events
from aggregator.store.archive import authority, take_numbers
from aggregator.store.articles import add_mentions, body_values, entry_values, home_values
from aggregator.store.codec import compress, content_values, pack, unpack
from aggregator.store.columns import table
from aggregator.store.schema import BodyRow, EntryRow, MentionRow, RevisionRow, SightingRow
from aggregator.store.sightings import Arrival

# `updated` in feeds has whole seconds; a change must show in them.
_TICK = timedelta(seconds=1)
_TOUCH = (
    update(table(EntryRow))
    .where(table(EntryRow).c.id == bindparam("an_entry"))
    .values(change_seq=bindparam("a_place"))
)


def change(
    session: Session, entry_id: int, arrival: Arrival, now: datetime, cause: Cause = Cause.PUBLISHER
) -> tuple[str, ...]:
    """Writes what the article says now; the names of the fields that changed, maybe none.

    An announced Entry gets a revision with the old values, and a later `changed_at`; its events
    carry their own changes. One that had vanished is back when its page was fetched.
    """
    arrival = replace(arrival, article=corrections.impose(session, entry_id, arrival.article))
    entry = session.get_one(EntryRow, entry_id, populate_existing=True)
    body = session.get_one(BodyRow, entry_id, populate_existing=True)
    found = _compare(entry, body, arrival.article)
    changed = tuple(found)
    events = arrival.article.events
    is_agenda_changed = entry.announced_seq is not None and change_events(
        session, entry_id, entry.tag, events, now, is_retitled="title" in changed
    )
    is_back = entry.vanished_at is not None and arrival.snapshot is not None
    values: dict[str, Any] = {"vanished_at": None} if is_back else {}
    if changed or is_agenda_changed or is_back or _is_remade(session, body, arrival.article):
        values["change_seq"] = take_numbers(session)[0]
    if changed and entry.announced_seq is not None:
        at = max(now, entry.changed_at + _TICK)
        values |= {"changed_at": at, "revisions": entry.revisions + 1}
        _keep(session, entry, {name: old for name, (old, _) in found.items()}, at, cause)
    if entry.announced_seq is None:
        replace_events(session, entry_id, entry.tag, events, entry.first_seen_at)
    _write(session, entry_id, arrival, values)
    return (*changed, "events") if is_agenda_changed else changed


def differences(session: Session, entry_id: int, article: Article) -> dict[str, tuple[Any, Any]]:
    """What `change` would make a revision of: old and new value by column."""
    article = corrections.apply(session, entry_id, article)
    return _compare(session.get_one(EntryRow, entry_id), session.get_one(BodyRow, entry_id), article)


def is_remade(session: Session, entry_id: int, article: Article) -> bool:
    """Whether it differs in what readers do not see as a change: markup, mentions, events, evidence."""
    article = corrections.apply(session, entry_id, article)
    body = session.get_one(BodyRow, entry_id)
    return body.evidence != body_values(article)["evidence"] or _is_remade(session, body, article)


def _compare(entry: EntryRow, body: BodyRow, article: Article) -> dict[str, tuple[Any, Any]]:
    new = {**content_values(article), "translations": [list(pair) for pair in article.translations]}
    new["robots"] = list(article.robots)
    old = {name: getattr(body if name in _OF_BODY else entry, name) for name in new}
    found = {name: (old[name], new[name]) for name in new if new[name] != old[name]}
    # How sure a date is moves with the rules that read it; that alone is no news to a reader.
    return {} if found.keys() == {"date_confidence"} else found


def _is_remade(session: Session, body: BodyRow, article: Article) -> bool:
    if body.html != compress(article.html.encode("utf-8")):
        return True
    if announces_other(session, body.entry_id, article.events):
        return True
    columns = (MentionRow.term, MentionRow.words, MentionRow.place)
    named = session.execute(select(*columns).where(MentionRow.entry_id == body.entry_id))
    return {tuple(row) for row in named} != {(m.term, m.words, m.where) for m in article.mentions}


_OF_BODY = frozenset({"text", "translations", "robots"})


def move_home(session: Session, entry_id: int, arrival: Arrival, *, is_backfill: bool) -> None:
    """Makes another page the home of an Entry that nobody has seen: content, Source and tag."""
    values = {
        **home_values(arrival, authority(session)),
        "is_backfill": is_backfill,
        "change_seq": take_numbers(session)[0],
    }
    arrival = replace(arrival, article=corrections.impose(session, entry_id, arrival.article))
    seen_at = session.get_one(EntryRow, entry_id).first_seen_at
    replace_events(session, entry_id, values["tag"], arrival.article.events, seen_at)
    _write(session, entry_id, arrival, values)


def merge(session: Session, entry_id: int, into_id: int) -> None:
    """Gives the pages of an Entry that nobody has seen to another Entry, and removes it."""
    session.execute(
        update(table(SightingRow)).where(SightingRow.entry_id == entry_id).values(entry_id=into_id)
    )
    corrections.move(session, entry_id, into_id)
    hidden_at = session.scalar(select(EntryRow.hidden_at).where(EntryRow.id == entry_id))
    if hidden_at is not None:  # what was hidden is this very text
        values = {"hidden_at": hidden_at, "change_seq": take_numbers(session)[0]}
        session.execute(update(table(EntryRow)).where(EntryRow.id == into_id).values(values))
    session.execute(delete(table(EntryRow)).where(EntryRow.id == entry_id))


def remove(session: Session, entry_id: int) -> None:
    """Removes an Entry that nobody has seen and that no page shows any more."""
    session.execute(delete(table(EntryRow)).where(EntryRow.id == entry_id))


@dataclass(frozen=True, slots=True)
class Revision:
    """What an Entry was until it changed: old values by column."""

    changed_at: datetime
    old: dict[str, Any]


def history(session: Session, entry_id: int) -> list[Revision]:
    """What the Entry was before, oldest first. Instants and days in `old` are ISO 8601 text."""
    query = select(RevisionRow).where(RevisionRow.entry_id == entry_id).order_by(RevisionRow.seq)
    return [Revision(row.changed_at, unpack(row.old)) for row in session.scalars(query)]


def page_ids(session: Session, entry_id: int) -> list[int]:
    """The pages that show the Entry."""
    return list(session.scalars(select(SightingRow.id).where(SightingRow.entry_id == entry_id)))


def touch(session: Session, entry_ids: list[int]) -> None:
    """Gives the Entries a new place in the order of changes: another Source shows them."""
    places = zip(entry_ids, take_numbers(session, len(entry_ids)), strict=True)
    rows = [{"an_entry": entry_id, "a_place": seq} for entry_id, seq in places]
    if rows:
        session.connection().execute(_TOUCH, rows)


def _keep(session: Session, entry: EntryRow, old: dict[str, Any], at: datetime, cause: Cause) -> None:
    values = {
        "entry_id": entry.id,
        "seq": entry.revisions + 1,
        "changed_at": at,
        "fields": sorted(old),
        "old": pack(old),
        "cause": cause.value,
    }
    session.execute(insert(table(RevisionRow)), [values])


def _write(session: Session, entry_id: int, arrival: Arrival, values: dict[str, Any]) -> None:
    article: Article = arrival.article
    search.forget(session, [entry_id])
    columns = {**entry_values(article), "text_key": arrival.text_key, **values}
    session.execute(update(table(EntryRow)).where(EntryRow.id == entry_id).values(columns))
    session.execute(update(table(BodyRow)).where(BodyRow.entry_id == entry_id).values(body_values(article)))
    session.execute(delete(table(MentionRow)).where(MentionRow.entry_id == entry_id))
    add_mentions(session, [(entry_id, article)])
    search.renew(session, [entry_id])
