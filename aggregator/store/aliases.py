"""What a Source's pages show of its addresses: which lead to one page, and what each leads to.

Knows nothing of what is learnt from it. Start reading at `pairs`.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from aggregator.alias import Alias, Kind
from aggregator.store.columns import table
from aggregator.store.schema import KinRow, SightingRow, SourceRow, UrlKeyRow

Thing = tuple[int, str]


def pairs(session: Session, source_id: str) -> Iterator[tuple[str, str]]:
    """Addresses that showed one page, each with the one that the page is kept under.

    By what the page states, by redirects, and by texts that are the same in all their words.
    """
    yield from _shown(session, source_id)
    seen = table(SightingRow).c
    of_source = seen.source_id == source_id
    twice = select(seen.entry_id).where(of_source).group_by(seen.entry_id).having(func.count() > 1)
    query = select(seen.entry_id, seen.text_key, seen.url).where(of_source, seen.entry_id.in_(twice))
    alike: dict[tuple[int, str], list[str]] = defaultdict(list)
    for entry_id, text_key, url in session.execute(query):
        if text_key:
            alike[entry_id, text_key].append(url)
    for urls in alike.values():
        first, *others = sorted(urls, key=lambda url: (len(url), url))
        yield from ((url, first) for url in others)


def pages(session: Session, source_id: str) -> list[tuple[str, Thing]]:
    """All addresses of the Source that show an article, and which: copies of one text are one.

    Those that nobody has compared yet are left out: what looks like another may turn out to be a copy.
    """
    query = (
        select(SightingRow.url, KinRow.group_id, KinRow.language)
        .join(KinRow, KinRow.entry_id == SightingRow.entry_id)
        .where(SightingRow.source_id == source_id)
    )
    found = {url: (group, language) for url, group, language in session.execute(query)}
    others = [(key, found[home]) for key, home in _shown(session, source_id) if home in found]
    return [*found.items(), *others]


def _shown(session: Session, source_id: str) -> list[tuple[str, str]]:
    query = select(UrlKeyRow.url, UrlKeyRow.shows).where(
        UrlKeyRow.source_id == source_id, UrlKeyRow.shows.is_not(None)
    )
    return [(url, home) for url, home in session.execute(query) if home]


def save(session: Session, source_id: str, aliases: Sequence[Alias], *, is_whole_due: bool) -> None:
    """Keeps what was learnt; with `is_whole_due` the next visit reads all lists whole again."""
    values: dict[str, object] = {"aliases": [[alias.kind.value, alias.what, alias.into] for alias in aliases]}
    values |= {"whole_at": None} if is_whole_due else {}
    session.execute(update(SourceRow).where(SourceRow.id == source_id).values(values))


def from_json(kept: Sequence[Sequence[str]]) -> tuple[Alias, ...]:
    """The aliases as they were kept."""
    return tuple(Alias(Kind(kind), what, into) for kind, what, into in kept)
