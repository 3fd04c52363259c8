"""The archive as rows of the tables of exports, newest arrival first, a portion at a time.

Knows nothing of formats. Start reading at `read_rows`; `shown` is the publish policy for what
leaves in public.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from aggregator.exports.columns import Row
from aggregator.feeds.policy import permitted
from aggregator.items import Entry, Precision, Publish, PublishedDate, Source
from aggregator.query import Order, Query
from aggregator.store import Session
from aggregator.store.find import find
from aggregator.store.past import as_known, seen_pages, told_events
from aggregator.store.sources import find_sources
from aggregator.store.stories import stories_of
from aggregator.text import cut

# Some 10 MB of articles in memory at a time.
_PORTION = 500


@dataclass(frozen=True, slots=True)
class Selection:
    """What of the archive is exported.

    Shapes: `as_of` is an instant: what the archive said then; `is_public` leaves what its
        sources and pages allow; `clusters` are ids of terms that are technology clusters.
    Units: `summary_length` in characters.
    """

    query: Query = Query(limit=None, with_hidden=True)  # noqa: RUF009  frozen
    as_of: datetime | None = None
    is_public: bool = False
    summary_length: int = 200
    clusters: frozenset[str] = frozenset()


def read_rows(session: Session, what: str, selection: Selection) -> Iterator[Row]:
    """The rows of that table for the articles of the Query."""
    sources = {source.id: source for source in find_sources(session)}
    read = _READERS[what]
    done: set[int] = set()
    for entries in portions(session, selection, sources):
        yield from read(session, entries, selection, sources, done)


def portions(session: Session, selection: Selection, sources: dict[str, Source]) -> Iterator[list[Entry]]:
    """The articles, each as it may leave and as it was known then."""
    query = replace(selection.query, order=Order.ARRIVAL, limit=_PORTION)
    if selection.is_public:
        query = replace(query, with_hidden=False)
    left = selection.query.limit
    while left is None or left > 0:
        found = find(session, query)
        if not found:
            return
        entries = as_known(session, found, selection.as_of) if selection.as_of else found
        if selection.is_public:
            allowed = (shown(entry, sources, selection.summary_length) for entry in entries)
            entries = [entry for entry in allowed if entry is not None]
        if left is not None:
            entries = entries[:left]
            left -= len(entries)
        yield entries
        query = replace(query, cursor=found[-1].announced_seq)


def shown(entry: Entry, sources: dict[str, Source], summary_length: int) -> Entry | None:
    """The Entry as it may leave, by its source's policy and its page's directives; None for not at all."""
    article = entry.article
    permit = permitted(article.robots, sources.get(article.source_id) or Source(article.source_id, ""))
    if permit is None:
        return None
    letters = min(permit.letters, summary_length)
    is_full = permit.publish is Publish.FULL
    kept = replace(
        article,
        text=article.text if is_full else "",
        html="",
        summary=cut(article.summary, letters) if letters else "",
        image=article.image if permit.with_image else None,
        authors=article.authors if letters else (),
        tags=article.tags if letters else (),
        events=tuple(
            replace(e, sentence=cut(e.sentence, letters) if letters else "") for e in article.events
        ),
    )
    return replace(entry, article=kept)


_Reader = Callable[[Session, list[Entry], Selection, dict[str, Source], set[int]], Iterator[Row]]


def _articles(
    session: Session, entries: list[Entry], selection: Selection, sources: dict[str, Source], _: set[int]
) -> Iterator[Row]:
    stories = stories_of(session, [entry.id for entry in entries])
    for entry in entries:
        article, story = entry.article, stories.get(entry.id)
        named = tuple(dict.fromkeys(mention.term for mention in article.mentions))
        published = article.published
        yield (
            entry.tag, entry.id, article.url, article.title, article.text, article.summary, article.language,
            article.source_id, _name(sources, article.source_id), stated(published),
            published.at if published else None, published.day if published else None,
            published.precision.value if published else None, article.modified_at, article.authors,
            article.tags, article.image, tuple(term for term in named if term in selection.clusters),
            tuple(term for term in named if term not in selection.clusters), entry.sources,
            story.id if story else entry.id, entry.first_seen_at, entry.changed_at, entry.vanished_at,
            entry.is_hidden,
        )  # fmt: skip


def stated(published: PublishedDate | None) -> str | None:
    """The date as text, as exactly as it was stated; what `import` reads."""
    if published is None:
        return None
    if published.at is not None:
        return published.at.astimezone(UTC).isoformat().replace("+00:00", "Z")
    length = {Precision.YEAR: 4, Precision.MONTH: 7}.get(published.precision, 10)
    return published.day.isoformat()[:length]


def _appearances(
    session: Session, entries: list[Entry], selection: Selection, sources: dict[str, Source], _: set[int]
) -> Iterator[Row]:
    pages = seen_pages(session, [entry.id for entry in entries], selection.as_of)
    for entry in entries:
        for page in pages.get(entry.id, ()):
            is_first = page.source_id == entry.article.source_id and page.url == entry.article.canonical_url
            yield (
                entry.id, entry.tag, page.source_id, _name(sources, page.source_id), page.link, page.title,
                page.published_at, page.published_day, page.first_seen_at, page.vanished_at, is_first,
            )  # fmt: skip


def _stories(
    session: Session, entries: list[Entry], selection: Selection, sources: dict[str, Source], done: set[int]
) -> Iterator[Row]:
    known = stories_of(session, [entry.id for entry in entries])
    new = {entry.id: known[entry.id] for entry in entries if entry.id in known}
    leads = _leads(session, {story.lead.entry_id for story in new.values()}, selection, sources)
    for entry in entries:
        story = new.get(entry.id)
        if story is None or story.id in done:
            continue
        done.add(story.id)
        lead = leads.get(story.lead.entry_id, entry).article  # of a lead that may not leave, nothing does
        yield (
            story.id, lead.title, lead.url, lead.source_id, lead.language, story.first_day, story.last_day,
            len(story.members), story.sources, tuple(str(member.entry_id) for member in story.members),
        )  # fmt: skip


def _leads(
    session: Session, ids: set[int], selection: Selection, sources: dict[str, Source]
) -> dict[int, Entry]:
    found = find(session, Query(ids=tuple(sorted(ids)), limit=None, with_hidden=not selection.is_public))
    if not selection.is_public:
        return {entry.id: entry for entry in found}
    allowed = (shown(entry, sources, selection.summary_length) for entry in found)
    return {entry.id: entry for entry in allowed if entry is not None}


def _events(
    session: Session, entries: list[Entry], selection: Selection, sources: dict[str, Source], _: set[int]
) -> Iterator[Row]:
    told = told_events(session, [entry.id for entry in entries])
    for entry in entries:
        quotes = not selection.is_public or any(event.sentence for event in entry.article.events)
        for event in told.get(entry.id, ()):
            yield (
                event.uid, event.kind, entry.article.title, event.start_day, event.start_at, event.end_day,
                event.end_at, event.place if quotes else None, event.is_online, event.is_cancelled,
                event.sentence if quotes and not selection.is_public else "", entry.id, entry.article.url,
                entry.article.source_id,
            )  # fmt: skip


def _name(sources: dict[str, Source], source_id: str) -> str:
    source = sources.get(source_id)
    return source.name if source and source.name else source_id


_READERS: dict[str, _Reader] = {
    "articles": _articles,
    "appearances": _appearances,
    "stories": _stories,
    "events": _events,
}
