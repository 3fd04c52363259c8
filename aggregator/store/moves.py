"""A Source at a new address: its pages get their new URLs, its Entries keep ids and history.

Knows nothing of how the new addresses were found. Start reading at `relink`.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from aggregator.moving import OldPage
from aggregator.store.archive import take_numbers
from aggregator.store.columns import table
from aggregator.store.memory import UrlKey, remember_urls
from aggregator.store.schema import EntryRow, SightingRow, SourceRow, ValidatorRow
from aggregator.urls import canonical_url


def pages_of(session: Session, source_id: str) -> list[OldPage]:
    """All pages of the Source that show an Entry, in order of discovery."""
    query = select(
        SightingRow.id,
        SightingRow.url,
        SightingRow.title,
        SightingRow.published_at,
        SightingRow.published_day,
    ).where(SightingRow.source_id == source_id)
    return [OldPage(*row) for row in session.execute(query.order_by(SightingRow.id))]


def relink(session: Session, source_id: str, links: Iterable[tuple[int, str]], now: datetime) -> int:
    """Gives pages, by the id of their Sighting, their new links; says how many got one.

    The Entry whose home a page is goes with it: same id, same history, a new link in feeds. A
    page whose new address is known already stays as it is.
    """
    known = set(session.scalars(select(SightingRow.url).where(SightingRow.source_id == source_id)))
    moved: list[UrlKey] = []
    for sighting_id, link in links:
        url = canonical_url(link)
        if url not in known:
            _move_page(session, sighting_id, url, link)
            known.add(url)
            moved.append(UrlKey(url))
    remember_urls(session, source_id, moved, now)
    return len(moved)


def forget_ways(session: Session, source_id: str) -> None:
    """Forgets how the Source was entered: the next visit is as its first, but for the known addresses.

    So it finds the ways in anew, and what it brings enters live feeds only where it is new.
    """
    session.execute(delete(table(ValidatorRow)).where(ValidatorRow.source_id == source_id))
    fresh: dict[str, object] = {"way_urls": [], "is_stale": False}
    fresh |= dict.fromkeys(("way", "visited_at", "whole_at", "next_due_at"))
    session.execute(update(table(SourceRow)).where(SourceRow.id == source_id).values(fresh))


def _move_page(session: Session, sighting_id: int, url: str, link: str) -> None:
    row = session.execute(
        select(SightingRow.entry_id, SightingRow.source_id, SightingRow.url).where(
            SightingRow.id == sighting_id
        )
    ).one()
    values = {"url": url, "link": link, "vanished_at": None, "etag": None, "last_modified": None}
    session.execute(update(table(SightingRow)).where(SightingRow.id == sighting_id).values(values))
    is_home = (
        (EntryRow.id == row.entry_id)
        & (EntryRow.source_id == row.source_id)
        & (EntryRow.canonical_url == row.url)
    )
    changed = {"canonical_url": url, "url": link, "vanished_at": None, "change_seq": take_numbers(session)[0]}
    session.execute(update(table(EntryRow)).where(is_home).values(changed))
