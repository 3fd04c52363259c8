"""The tables for analysts as rows: of the articles of a Query, as known on a day, as far as they may leave.

Knows nothing of formats. Start reading at `read_rows`: without a day and in private its rows are those of the
views. `shown` is the publish policy for what leaves in public.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from aggregator.exports.columns import TABLES, Row, Value, second, typed
from aggregator.feeds.policy import permitted
from aggregator.items import Entry, Publish, Source
from aggregator.query import Order, Query
from aggregator.store import Session
from aggregator.store.find import find
from aggregator.store.kinship import originals
from aggregator.store.past import as_known, revision_counts, stories_then, story_numbers
from aggregator.store.sources import find_sources
from aggregator.store.viewrows import read_view
from aggregator.text import cut

# Some 10 MB of articles in memory at a time.
_PORTION = 500
OF_ALL = frozenset({"runs", "sources"})
"""Tables that are not of articles: no Query picks their rows."""

# When what a row tells began to be known, and what came later than that.
_BEGINS = {"appearances": "first_seen_at", "revisions": "changed_at", "runs": "started_at"}
_LATER: dict[str, dict[str, tuple[str, ...]]] = {
    "appearances": {"vanished_at": ("vanished_at",)},
    "runs": {"ended_at": ("ended_at", "outcome", "error")},
    "sources": {"followed_since": ("followed_since",)},
}
# In public: what never leaves, and what does where the page lets some words of its text leave.
_PRIVATE: dict[str, dict[str, Value]] = {"runs": {"error": None}, "events": {"sentence": ""}}
_QUOTES: dict[str, dict[str, Value]] = {"events": {"place": None}, "mentions": {"words": ""}}


@dataclass(frozen=True, slots=True)
class Selection:
    """What of the archive is exported.

    Shapes: `as_of` is an instant: what the archive said then; `is_public` leaves what its
        sources and pages allow.
    Units: `summary_length` in characters.
    """

    query: Query = Query(limit=None, with_hidden=True)  # noqa: RUF009  frozen
    as_of: datetime | None = None
    is_public: bool = False
    summary_length: int = 200


def read_rows(session: Session, what: str, selection: Selection) -> Iterator[Row]:
    """The rows of that table for the articles of the Query, newest arrival first; all visits and sources."""
    if what in OF_ALL:
        yield from _view(session, what, selection)
        return
    sources = {source.id: source for source in find_sources(session)}
    done: set[int] = set()
    for entries in portions(session, selection, sources):
        if what == "articles":
            yield from _articles(session, entries, selection.as_of)
        elif what == "stories":
            yield from _stories(session, entries, selection, done)
        else:
            yield from _tied(session, what, entries, selection, sources)


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
    permit = permitted(article.robots, _source(entry, sources))
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
    )
    return replace(entry, article=kept)


def _source(entry: Entry, sources: dict[str, Source]) -> Source:
    return sources.get(entry.article.source_id) or Source(entry.article.source_id, "")


def _articles(session: Session, entries: list[Entry], at: datetime | None) -> Iterator[Row]:
    ids = [entry.id for entry in entries]
    stories, revisions = story_numbers(session, ids), revision_counts(session, ids, at)
    origins = originals(session, ids)
    for entry in entries:
        article, published = entry.article, entry.article.published
        modified, gone = article.modified_at, entry.vanished_at
        yield (
            entry.id, entry.tag, article.url, article.source_id, article.title, article.summary, article.text,
            article.language, published.day if published else None,
            second(published.at) if published and published.at else None,
            published.precision.value if published else None, published is None,
            second(modified) if modified else None, second(entry.first_seen_at), second(entry.changed_at),
            revisions.get(entry.id, 0), article.authors, article.tags, article.image,
            tuple(sorted({mention.term for mention in article.mentions})), stories.get(entry.id),
            origins.get(entry.id), second(gone) if gone else None, entry.is_hidden,
        )  # fmt: skip


def _stories(session: Session, entries: list[Entry], selection: Selection, done: set[int]) -> Iterator[Row]:
    told = set(story_numbers(session, [entry.id for entry in entries]).values())
    new = sorted(told - done)
    done |= told
    if selection.as_of is None:
        yield from _view(session, "stories", selection, "id", new)
        return
    for story in stories_then(session, new, selection.as_of):
        yield (
            story.id, story.articles, story.appearances, story.sources, story.languages, story.first_day,
            story.last_day, second(story.first_seen_at),
        )  # fmt: skip


def _tied(
    session: Session, what: str, entries: list[Entry], selection: Selection, sources: dict[str, Source]
) -> Iterator[Row]:
    """Rows that belong to articles, article by article."""
    table = TABLES[what]
    at = table.names.index("article_id")
    rows: dict[Value, list[Row]] = {}
    for row in _view(session, what, selection, "article_id", [entry.id for entry in entries]):
        rows.setdefault(row[at], []).append(row)
    for entry in entries:
        permit = permitted(entry.article.robots, _source(entry, sources))
        hides = selection.is_public and not (permit and permit.letters)
        for row in rows.get(entry.id, ()):
            yield _with(row, table.names, _QUOTES.get(what, {})) if hides else row


def _view(
    session: Session, what: str, selection: Selection, key: str = "", ids: Sequence[int] = ()
) -> Iterator[Row]:
    """Rows of the view as they were known then, and as they may leave."""
    table = TABLES[what]
    kinds = [column.kind for column in table.columns]
    changes = _PRIVATE.get(what, {}) if selection.is_public else {}
    for held in read_view(session, what, table.names, key, ids):
        row = tuple([typed(value, kind) for value, kind in zip(held, kinds, strict=True)])
        known = _known(row, what, selection.as_of) if selection.as_of else row
        if known is not None:
            yield _with(known, table.names, changes)


def _known(row: Row, what: str, at: datetime) -> Row | None:
    """The row as it was known at that instant; None where it was not."""
    names = TABLES[what].names
    if what in _BEGINS and _is_later(row[names.index(_BEGINS[what])], at):
        return None
    for when, later in _LATER.get(what, {}).items():
        if _is_later(row[names.index(when)], at):
            row = _with(row, names, dict.fromkeys(later))
    return row


def _is_later(value: Value, at: datetime) -> bool:
    return isinstance(value, datetime) and value > at


def _with(row: Row, names: tuple[str, ...], changes: Mapping[str, Value]) -> Row:
    if not changes:
        return row
    return tuple([changes.get(name, value) for name, value in zip(names, row, strict=True)])
