"""Publishing: the archive's feeds as files, each rendered only when something in it has changed.

Must not know how a format looks. One lock over reading, rendering and writing, so that older data
never replaces newer. Start reading at `publish`:

    lock the folder -> one state of the archive -> per feed: changed? -> write -> index -> remember
"""

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from hashlib import blake2b
from itertools import chain
from pathlib import Path

from aggregator.feeds.agenda import agenda_of, reach
from aggregator.feeds.channels import CALENDARS, MAIN, OPERATOR, channel_of
from aggregator.feeds.desk import (
    LISTS,
    Desk,
    altered_sources,
    digest_of,
    digest_of_value,
    is_feed,
    source_states,
)
from aggregator.feeds.folder import locked
from aggregator.feeds.model import Channel, Edition
from aggregator.feeds.newsfeed import publish_news
from aggregator.feeds.opml import Group, render_opml
from aggregator.feeds.special import is_special, special_document
from aggregator.feeds.strings import say
from aggregator.grammar import parse_query
from aggregator.items import Vocabulary
from aggregator.query import Query
from aggregator.resolve import resolve
from aggregator.store import Session, Store
from aggregator.store.archive import DEFAULT_AUTHORITY, authority, change_seq, held_authority
from aggregator.store.events import find_events, present_day
from aggregator.store.feeds import FeedState, feed_query, forget_states, load_states, save_states
from aggregator.store.savedfeeds import SavedFeed, find_saved
from aggregator.store.sources import find_sources

# Documents of history that a publication which is killed renders again; each takes some 25 ms.
_AT_RISK = 200


@dataclass(frozen=True, slots=True)
class PublishReport:
    """What a publication did.

    Shapes: `written` are files whose bytes changed, compressed twins aside; `unchanged` feeds
        were not rendered; `omitted` is feed, then reason, then count, of those rendered; `gone`
        are feeds that ended with this publication.
    """

    written: tuple[str, ...] = ()
    feeds: int = 0
    unchanged: int = 0
    omitted: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    gone: tuple[str, ...] = ()


def publish(
    store: Store,
    vocabulary: Vocabulary,
    out: Path,
    *,
    base_url: str = "",
    language: str = "it",
    summary_length: int = 200,
    feed_entries: int = 100,
    hub: str = "",
) -> PublishReport:
    """Brings the folder up to the archive: feeds, their history, pages, index and OPML.

    Shapes: without `base_url` nothing that needs an address of its own is written: self links,
        history, OPML, the `hub` that publications are announced at.
    Units: `summary_length` in characters.
    Raises: PublishError when the folder cannot be used, StoreError when the archive cannot,
        QueryError for a saved query that can no longer be read.
    """
    with locked(out) as folder:
        with store.write() as session:
            authority(session)  # from now on it is final
        with store.read() as session:
            edition = edition_of(
                session,
                vocabulary,
                language=language,
                base_url=base_url,
                summary_length=summary_length,
                hub=hub,
            )
            digest = digest_of(edition, folder.root, feed_entries)
            before = load_states(session)
            altered = altered_sources(edition, before)
            desk = Desk(session, folder, edition, feed_entries, change_seq(session), digest, before, altered)
            report = _publish_all(store, desk, {feed.name: feed for feed in find_saved(session)})
        told = [state for state in source_states(edition).values() if before.get(state.name) != state]
        if desk.states or told or report.gone:
            with store.write() as session:
                forget_states(session, _states_of(desk.before, report.gone))
                save_states(session, [*desk.states, *told])
        return report


def edition_of(
    session: Session,
    vocabulary: Vocabulary,
    *,
    language: str = "it",
    base_url: str = "",
    summary_length: int = 200,
    hub: str = "",
) -> Edition:
    """What all feeds of this archive share, as it stands now."""
    return Edition(
        authority=held_authority(session) or DEFAULT_AUTHORITY,
        language=language,
        base_url=base_url.rstrip("/"),
        sources={source.id: source for source in find_sources(session)},
        terms={term.id: term for term in vocabulary.terms},
        summary_length=summary_length,
        saved={feed.name: feed.title or feed.query for feed in find_saved(session) if not feed.ended_at},
        hub=hub,
    )


def _publish_all(store: Store, desk: Desk, saved: Mapping[str, SavedFeed]) -> PublishReport:
    groups = tuple(groups_of(desk.edition, desk.before))
    operator = channel_of(OPERATOR, desk.edition)
    channels = [operator, *chain.from_iterable(found for _, found in groups)]
    for channel in channels:
        _publish_one(desk, channel, saved.get(channel.name))
        if len(desk.states) > _AT_RISK:
            with store.write() as session:
                save_states(session, desk.states)
            desk.states.clear()
    _lists(desk, groups)
    standing = {channel.file for channel in channels}
    ended = {feed.name for feed in saved.values()}
    known = {name.partition("/")[0].removesuffix(".ics") for name in desk.before if is_feed(name)} | ended
    gone = tuple(sorted(known - standing))
    for file in gone:
        desk.end(file)
    new = tuple(file for file in gone if file in desk.before)
    return PublishReport(tuple(desk.written), len(channels), desk.unchanged, desk.omitted, new)


def _publish_one(desk: Desk, channel: Channel, saved: SavedFeed | None) -> None:
    if saved is not None:
        digest = blake2b(f"{saved.query}\0{saved.title}".encode(), digest_size=8).hexdigest()
        asked = parse_query(saved.query)
        edition = desk.edition
        query = resolve(asked, edition.sources.values(), edition.terms.values(), is_strict=False)
        publish_news(desk, channel, query, digest)
    elif is_special(channel):
        _special(desk, channel)
    else:
        publish_news(desk, channel, feed_query(channel.name))
    if channel.has_agenda:
        _calendar(desk, channel)


def groups_of(edition: Edition, before: Container[str] = ()) -> Iterator[Group]:
    """All feeds by kind, under their headings; a source switched off keeps the feed it had `before`."""
    clusters = [f"cluster-{term.id}" for term in edition.terms.values() if term.is_cluster]
    topics = [f"topic-{term.id}" for term in edition.terms.values() if not term.is_cluster]
    sources = sorted(edition.sources.values(), key=lambda s: ((s.name or s.id).casefold(), s.id))
    channels = {s.id: channel_of(f"source-{s.id}", edition) for s in sources}
    kept = [channels[s.id].name for s in sources if s.enabled or channels[s.id].file in before]
    for kind, names in (
        ("main", MAIN),
        ("calendar", CALENDARS),
        ("saved", edition.saved),
        ("cluster", clusters),
        ("topic", topics),
        ("source", kept),
    ):
        heading = say(f"index.{kind}", edition.language)
        yield heading, tuple(channel_of(name, edition) for name in names)


def _special(desk: Desk, channel: Channel) -> None:
    """Renders a feed that is not made of articles alone, if anything in the archive has changed.

    Alarms have no place in the order of changes: their feed is always composed; it is short.
    """
    state, document = FeedState(channel.file, desk.seq, desk.digest), None
    if channel.name == OPERATOR:
        document = special_document(desk.session, channel, desk.edition, desk.feed_entries)
        state = FeedState(channel.file, 0, desk.digest + digest_of_value(document))
    if desk.before.get(channel.file) == state and not desk.altered and desk.has_all(channel.file):
        desk.unchanged += 1
        return
    document = document or special_document(desk.session, channel, desk.edition, desk.feed_entries)
    written = len(desk.written)
    desk.render(document, with_page=not channel.is_calendar)
    desk.unchanged += len(desk.written) == written
    if desk.before.get(channel.file) != state:
        desk.keep(channel.file, seq=state.change_seq, digest=state.digest)


def _calendar(desk: Desk, channel: Channel) -> None:
    """Renders and writes what the feed's articles announce, if anything in the archive has changed.

    A new article may move the first day of every calendar, so that each is asked for anew.
    """
    files = [f"feeds/{channel.file}.ics", *([f"feeds/{channel.file}.html"] if channel.is_calendar else [])]
    state = FeedState(f"{channel.file}.ics", desk.seq, desk.digest)
    if desk.before.get(state.name) == state and not desk.altered and all(map(desk.folder.has, files)):
        return
    from aggregator.feeds.ical import render_ical
    from aggregator.feeds.pages import render_agenda

    query = Query() if channel.is_calendar else replace(feed_query(channel.name), is_live=False)
    today = present_day(desk.session)
    happenings = []
    if today is not None:
        since, until = reach(today)
        kind = CALENDARS.get(channel.name)
        happenings = find_events(desk.session, query, kind=kind, since=since, until=until)
    agenda = agenda_of(channel, happenings, desk.edition)
    desk.write(files[0], render_ical(agenda))
    if channel.is_calendar:
        desk.write(files[1], render_agenda(channel, agenda, today or date.min))
    desk.keep(state.name)


def _lists(desk: Desk, groups: tuple[Group, ...]) -> None:
    """Writes the index and the OPML file, if they have changed."""
    edition = desk.edition
    state = FeedState(LISTS, 0, desk.digest + digest_of_value(groups))
    if desk.before.get(LISTS) == state and all(map(desk.folder.has, _list_files(edition))):
        return
    from aggregator.feeds.pages import render_index

    desk.keep(LISTS, seq=0, digest=state.digest)
    index = render_index(channel_of("all", edition), groups, edition.language, edition.base_url)
    desk.write("index.html", index)
    if edition.base_url:
        desk.write("feeds.opml", render_opml(groups, edition.language))


def _list_files(edition: Edition) -> tuple[str, ...]:
    return ("index.html", "feeds.opml") if edition.base_url else ("index.html",)


def _states_of(before: Iterable[str], files: tuple[str, ...]) -> list[str]:
    """The names under which anything is remembered of these feeds."""
    return [name for name in before if name.partition("/")[0].removesuffix(".ics") in files]
