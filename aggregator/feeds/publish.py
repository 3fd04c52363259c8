"""Publishing: the archive's feeds as files, each rendered only when something in it has changed.

Must not know how a format looks. One lock over reading, rendering and writing, so that older data
never replaces newer. Start reading at `publish`, then `_Publication.feed`:

    lock the folder -> one state of the archive -> per feed: changed? -> history -> live -> index -> remember
"""

import json
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from hashlib import blake2b
from pathlib import Path

from aggregator.feeds.agenda import agenda_of, reach
from aggregator.feeds.compose import CALENDARS, absolute, channel_of, document_of, within_reach
from aggregator.feeds.folder import Folder, locked
from aggregator.feeds.ical import render_ical
from aggregator.feeds.jsonfeed import render_json
from aggregator.feeds.model import Archive, Channel, Edition, Related
from aggregator.feeds.opml import Group, render_opml
from aggregator.feeds.pages import FORMATS, render_agenda, render_index, render_page
from aggregator.feeds.strings import LANGUAGES, say
from aggregator.feeds.syndication import render_atom, render_rss
from aggregator.items import Entry, Source, Vocabulary
from aggregator.query import Query
from aggregator.store import Session, Store
from aggregator.store.archive import authority, change_seq
from aggregator.store.articles import find
from aggregator.store.events import find_events, present_day
from aggregator.store.feeds import (
    FeedState,
    arrivals,
    changed_arrivals,
    copies,
    feed_query,
    has_changed,
    load_states,
    save_states,
)
from aggregator.store.sources import find_sources

ARCHIVE_ENTRIES = 100
"""How many entries a document of the history holds."""

# Raised when a renderer changes: what stands in the folder is then rendered anew.
_RENDERING = 1
_ENDINGS = (*(ending for _, ending, _ in FORMATS), "html")


@dataclass(frozen=True, slots=True)
class PublishReport:
    """What a publication did.

    Shapes: `written` are files whose bytes changed, compressed twins aside; `unchanged` feeds
        were not rendered; `omitted` is feed, then reason, then count, of those rendered.
    """

    written: tuple[str, ...] = ()
    feeds: int = 0
    unchanged: int = 0
    omitted: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


def publish(
    store: Store,
    vocabulary: Vocabulary,
    out: Path,
    *,
    base_url: str = "",
    language: str = "it",
    summary_length: int = 200,
    feed_entries: int = 100,
) -> PublishReport:
    """Brings the folder up to the archive: feeds, their history, pages, index and OPML.

    Shapes: without `base_url` nothing that needs an address of its own is written: self links,
        history, OPML.
    Units: `summary_length` in characters.
    Raises: PublishError when the folder cannot be used, StoreError when the archive cannot.
    """
    with locked(out) as folder:
        with store.write() as session:
            minted_by = authority(session)
        with store.read() as session:
            edition = Edition(
                authority=minted_by,
                language=language,
                base_url=base_url.rstrip("/"),
                sources={source.id: source for source in find_sources(session)},
                terms={term.id: term for term in vocabulary.terms},
                summary_length=summary_length,
            )
            publication = _Publication(session, folder, edition, feed_entries)
            groups = tuple(publication.groups())
            for _, channels in groups:
                for channel in channels:
                    if channel.has_news:
                        publication.feed(channel)
                    if channel.has_agenda:
                        publication.calendar(channel)
            publication.lists(groups)
        if publication.states:
            with store.write() as session:
                save_states(session, publication.states)
        return publication.report()


class _Publication:
    """One publication under way: what stands, and what has been done so far."""

    def __init__(self, session: Session, folder: Folder, edition: Edition, feed_entries: int) -> None:
        self.session = session
        self.folder = folder
        self.edition = edition
        self.feed_entries = feed_entries
        self.seq = change_seq(session)
        self.digest = _digest(edition, folder.root, feed_entries)
        self.before = load_states(session)
        self.states: list[FeedState] = []
        self.written: list[str] = []
        self.feeds = self.unchanged = 0
        self.omitted: dict[str, Mapping[str, int]] = {}

    def groups(self) -> Iterator[Group]:
        """All feeds by kind, under their headings; a source switched off keeps the feed it had."""
        edition = self.edition
        clusters = [f"cluster-{term.id}" for term in edition.terms.values() if term.is_cluster]
        topics = [f"topic-{term.id}" for term in edition.terms.values() if not term.is_cluster]
        sources = sorted(edition.sources.values(), key=lambda s: ((s.name or s.id).casefold(), s.id))
        channels = {s.id: channel_of(f"source-{s.id}", edition) for s in sources}
        kept = [channels[s.id].name for s in sources if s.enabled or channels[s.id].file in self.before]
        for kind, names in (
            ("main", ["all", *LANGUAGES]),
            ("calendar", list(CALENDARS)),
            ("cluster", clusters),
            ("topic", topics),
            ("source", kept),
        ):
            heading = say(f"index.{kind}", edition.language)
            yield heading, tuple(channel_of(name, edition) for name in names)

    def feed(self, channel: Channel) -> None:
        """Renders and writes what of the feed has changed; its state goes to `states`."""
        self.feeds += 1
        query = replace(feed_query(channel.name), is_live=False)
        state = self.before.get(channel.file)
        bounds = self._bounds(channel.file)
        is_standing = state is not None and state.digest == self.digest and self._stands(channel, bounds)
        since = state.change_seq if state is not None and is_standing else 0
        if is_standing and not (since < self.seq and has_changed(self.session, query, since)):
            self.unchanged += 1
        else:
            tail = self._history(channel, query, bounds, since) if channel.address else 0
            self._live(channel, replace(query, is_live=True), len(bounds), tail)
        if since < self.seq or not is_standing:
            self.states.append(FeedState(channel.file, self.seq, self.digest))

    def calendar(self, channel: Channel) -> None:
        """Renders and writes what the feed's articles announce, if anything in the archive has changed.

        A new article may move the first day of every calendar, so that each is asked for anew.
        """
        files = [f"feeds/{channel.file}.ics", *([] if channel.has_news else [f"feeds/{channel.file}.html"])]
        state = FeedState(f"{channel.file}.ics", self.seq, self.digest)
        if self.before.get(state.name) == state and all(map(self.folder.has, files)):
            return
        query = replace(feed_query(channel.name), is_live=False) if channel.has_news else Query()
        today = present_day(self.session)
        happenings = []
        if today is not None:
            since, until = reach(today)
            kind = CALENDARS.get(channel.name)
            happenings = find_events(self.session, query, kind=kind, since=since, until=until)
        agenda = agenda_of(channel, happenings, self.edition)
        self._write(files[0], render_ical(agenda))
        if not channel.has_news:
            self._write(files[1], render_agenda(channel, agenda, today or date.min))
        self.states.append(state)

    def lists(self, groups: tuple[Group, ...]) -> None:
        """Writes the index and the OPML file."""
        edition = self.edition
        index = render_index(channel_of("all", edition), groups, edition.language, edition.base_url)
        self._write("index.html", index)
        if edition.base_url:
            news = tuple(
                (heading, channels) for heading, channels in groups if channels and channels[0].has_news
            )
            self._write("feeds.opml", render_opml(news, edition.language))

    def report(self) -> PublishReport:
        """What was done."""
        return PublishReport(tuple(self.written), self.feeds, self.unchanged, self.omitted)

    def _live(self, channel: Channel, query: Query, previous: int, tail: int) -> None:
        """Writes the feed that readers follow: it reaches back to the newest document of the history."""
        entries = find(self.session, replace(query, limit=max(self.feed_entries, tail)))
        document = document_of(
            channel, entries, self.edition, related=self._related(entries), archive=Archive(previous=previous)
        )
        document = within_reach(document, tail)
        if document.omitted:
            self.omitted[channel.name] = document.omitted
        for ending, render in (
            ("atom", render_atom),
            ("rss", render_rss),
            ("json", render_json),
            ("html", render_page),
        ):
            self._write(f"feeds/{channel.file}.{ending}", render(document))

    def _history(self, channel: Channel, query: Query, bounds: list[int], since: int) -> int:
        """Writes the documents that are new or hold a change; extends `bounds`; counts what follows them.

        A document's bounds, once set, are kept: what leaves a feed later never moves another entry.
        """
        known = len(bounds)
        changed = changed_arrivals(self.session, since, bounds[-1]) if since and bounds else []
        tail = arrivals(self.session, query, bounds[-1] if bounds else 0)
        is_filling = len(tail) % ARCHIVE_ENTRIES
        for bound in tail[ARCHIVE_ENTRIES - 1 :: ARCHIVE_ENTRIES]:
            bounds.append(bound)
            self.states.append(FeedState(f"{channel.file}/{len(bounds)}", bound, ""))
        for number, (low, high) in enumerate(zip([0, *bounds], bounds, strict=False), start=1):
            holds_change = bisect_right(changed, low) < bisect_right(changed, high)
            if not since or number > known or holds_change:
                place = Archive(number, number - 1, number + 1, is_full=True)
                self._document(channel, query, place, low, high)
        if bounds:
            # The one that is filling has its place already, so that the full one before it can name
            # it from the start and never changes; nobody is sent to it as to an archive.
            place = Archive(len(bounds) + 1, len(bounds))
            self._document(channel, query, place, bounds[-1], self.seq)
        return is_filling

    def _document(self, channel: Channel, query: Query, place: Archive, low: int, high: int) -> None:
        entries = list(self._between(query, low, high))
        document = document_of(channel, entries, self.edition, archive=place)
        self._write(_archive_name(channel.file, place.number), render_atom(document))

    def _between(self, query: Query, low: int, high: int) -> Iterator[Entry]:
        """The entries announced after `low` up to `high`, newest first."""
        cursor = high + 1
        # One more than a document holds: the first beyond it tells that all of it is read.
        limit = ARCHIVE_ENTRIES + 1
        while True:
            page = find(self.session, replace(query, cursor=cursor, limit=limit))
            for entry in page:
                cursor = entry.announced_seq or 0
                if cursor <= low:
                    return
                yield entry
            if len(page) < limit:
                return

    def _related(self, entries: list[Entry]) -> dict[int, tuple[Related, ...]]:
        """Where else each entry stands: copies and translations seen at other sources."""
        own = {entry.id: entry.article.source_id for entry in entries}
        found: dict[int, tuple[Related, ...]] = {}
        for entry_id, source_id, link in copies(self.session, list(own)):
            address = absolute(link)
            if source_id != own[entry_id] and address:
                source = self.edition.sources.get(source_id)
                name = source.name if source else ""
                found[entry_id] = (*found.get(entry_id, ()), Related(address, name))
        return found

    def _bounds(self, name: str) -> list[int]:
        """The `announced_seq` at which each full document of the feed's history ends."""
        bounds: list[int] = []
        while state := self.before.get(f"{name}/{len(bounds) + 1}"):
            bounds.append(state.change_seq)
        return bounds

    def _stands(self, channel: Channel, bounds: list[int]) -> bool:
        names = [f"feeds/{channel.file}.{ending}" for ending in _ENDINGS]
        if channel.address and bounds:
            names += [_archive_name(channel.file, number) for number in range(1, len(bounds) + 2)]
        return all(self.folder.has(name) for name in names)

    def _write(self, name: str, data: bytes) -> None:
        if self.folder.write(name, data):
            self.written.append(name)


def _archive_name(feed: str, number: int) -> str:
    return f"feeds/{feed}/{number}.atom"


def _digest(edition: Edition, out: Path, feed_entries: int) -> str:
    """What else than entries the bytes depend on, and the folder that they are in."""
    facts = [
        [_RENDERING, str(out.resolve()), feed_entries],
        [edition.authority, edition.language, edition.base_url, edition.summary_length],
        [_facts(source) for _, source in sorted(edition.sources.items())],
        [[term.id, term.labels, term.is_cluster] for _, term in sorted(edition.terms.items())],
    ]
    return blake2b(json.dumps(facts).encode(), digest_size=16).hexdigest()


def _facts(source: Source) -> list[object]:
    """What feeds say of a source, or decide by."""
    return [
        source.id,
        source.name,
        source.url,
        source.feeds,
        source.kind,
        source.cluster,
        source.languages,
        source.zone,
        source.publish,
    ]
