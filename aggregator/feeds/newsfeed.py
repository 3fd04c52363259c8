"""A feed that is a Query: its live form, and its history in documents that stay (RFC 5005).

Must not know how a format looks. Start reading at `publish_news`:

    has anything in it changed? -> history: new documents, and those that hold a change -> live feed
"""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import replace

from aggregator.feeds.compose import absolute, document_of, within_reach
from aggregator.feeds.desk import Desk
from aggregator.feeds.folder import TWINS
from aggregator.feeds.model import Archive, Channel, Related
from aggregator.items import Entry
from aggregator.query import Query
from aggregator.store.feeds import FeedState, arrivals, arrivals_at, changed_arrivals, copies, has_changed
from aggregator.store.find import find

ARCHIVE_ENTRIES = 100
"""How many entries a document of the history holds."""


def publish_news(desk: Desk, channel: Channel, query: Query, digest: str = "") -> None:
    """Renders and writes what of the feed has changed; its state is kept.

    Shapes: `digest` is of what this feed alone depends on beside its entries, such as its query.
    """
    query = replace(query, is_live=False)
    digest = desk.digest + digest
    state = desk.before.get(channel.file)
    bounds = _bounds(desk, channel.file)
    is_standing = state is not None and state.digest == digest and _stands(desk, channel, bounds)
    since = state.change_seq if state is not None and is_standing else 0
    has_news = bool(desk.altered) or (since < desk.seq and has_changed(desk.session, query, since))
    if is_standing and not has_news:
        desk.unchanged += 1
    else:
        tail = _history(desk, channel, query, bounds, since) if channel.address else 0
        _live(desk, channel, replace(query, is_live=True), len(bounds), tail)
    if since < desk.seq or not is_standing:
        desk.keep(channel.file, digest=digest)


def _live(desk: Desk, channel: Channel, query: Query, previous: int, tail: int) -> None:
    """Writes the feed that readers follow: it reaches back to the newest document of the history."""
    entries = find(desk.session, replace(query, limit=max(desk.feed_entries, tail)))
    archive = Archive(previous=previous)
    document = document_of(channel, entries, desk.edition, related=_related(desk, entries), archive=archive)
    desk.render(within_reach(document, tail))


def _history(desk: Desk, channel: Channel, query: Query, bounds: list[int], since: int) -> int:
    """Writes the documents that are new or hold a change; extends `bounds`; counts what follows them.

    A document's bounds, once set, are kept: what leaves a feed later never moves another entry.
    """
    known = len(bounds)
    wanted = _touched(desk, bounds, since) if since and bounds else set(range(1, known + 1))
    tail = arrivals(desk.session, query, bounds[-1] if bounds else 0)
    is_filling = len(tail) % ARCHIVE_ENTRIES
    for bound in tail[ARCHIVE_ENTRIES - 1 :: ARCHIVE_ENTRIES]:
        bounds.append(bound)
        desk.states.append(FeedState(f"{channel.file}/{len(bounds)}", bound, ""))
    for number in sorted(wanted | set(range(known + 1, len(bounds) + 1))):
        place = Archive(number, number - 1, number + 1, is_full=True)
        low = bounds[number - 2] if number > 1 else 0
        _document(desk, channel, query, place, low, bounds[number - 1])
    if bounds:
        # The one that is filling has its place already, so that the full one before it can name
        # it from the start and never changes; nobody is sent to it as to an archive.
        place = Archive(len(bounds) + 1, len(bounds))
        _document(desk, channel, query, place, bounds[-1], desk.seq)
    return is_filling


def _touched(desk: Desk, bounds: list[int], since: int) -> set[int]:
    """The numbers of the full documents that hold a changed entry, or one of an altered source."""
    changed = changed_arrivals(desk.session, since, bounds[-1])
    if desk.altered:
        changed += arrivals_at(desk.session, desk.altered, bounds[-1])
    return {bisect_left(bounds, seq) + 1 for seq in changed}


def _document(desk: Desk, channel: Channel, query: Query, place: Archive, low: int, high: int) -> None:
    from aggregator.feeds.syndication import render_atom

    entries = list(_between(desk, query, low, high))
    document = document_of(channel, entries, desk.edition, archive=place)
    desk.write(_archive_name(channel.file, place.number), render_atom(document))


def _between(desk: Desk, query: Query, low: int, high: int) -> Iterator[Entry]:
    """The entries announced after `low` up to `high`, newest first."""
    cursor = high + 1
    # One more than a document holds: the first beyond it tells that all of it is read.
    limit = ARCHIVE_ENTRIES + 1
    while True:
        page = find(desk.session, replace(query, cursor=cursor, limit=limit))
        for entry in page:
            cursor = entry.announced_seq or 0
            if cursor <= low:
                return
            yield entry
        if len(page) < limit:
            return


def _related(desk: Desk, entries: list[Entry]) -> dict[int, tuple[Related, ...]]:
    """Where else each entry stands: copies and translations seen at other sources."""
    own = {entry.id: entry.article.source_id for entry in entries}
    found: dict[int, tuple[Related, ...]] = {}
    for entry_id, source_id, link in copies(desk.session, list(own)):
        address = absolute(link)
        if source_id != own[entry_id] and address:
            source = desk.edition.sources.get(source_id)
            name = source.name if source else ""
            found[entry_id] = (*found.get(entry_id, ()), Related(address, name))
    return found


def _bounds(desk: Desk, name: str) -> list[int]:
    """The `announced_seq` at which each full document of the feed's history ends."""
    bounds: list[int] = []
    while state := desk.before.get(f"{name}/{len(bounds) + 1}"):
        bounds.append(state.change_seq)
    return bounds


def _stands(desk: Desk, channel: Channel, bounds: list[int]) -> bool:
    if not desk.has_all(channel.file):
        return False
    if not (channel.address and bounds):
        return True
    names = desk.folder.names(f"feeds/{channel.file}")
    numbers = range(1, len(bounds) + 2)
    return all(f"{number}.atom{twin}" in names for number in numbers for twin in ("", *TWINS))


def _archive_name(feed: str, number: int) -> str:
    return f"feeds/{feed}/{number}.atom"
