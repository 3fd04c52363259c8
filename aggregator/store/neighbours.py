"""What of the archive may be the same as an arriving Article: what `dedupe.decide` looks at.

Knows nothing of how it is decided. Start reading at `find_neighbours`.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy import RowMapping, Table, select
from sqlalchemy.orm import Session

from aggregator.items import Article
from aggregator.store.columns import table
from aggregator.store.schema import EntryRow, SightingRow
from aggregator.text import fingerprint

# Below this many words ('Il contenuto è riservato agli abbonati') equal texts say nothing: the
# title must be equal too. Half lets login notices through, double parts short notices from copies.
_SHORT_WORDS = 25

_ENTRY: Table = table(EntryRow)
_SIGHTING: Table = table(SightingRow)
_OF_ENTRY = tuple(
    _ENTRY.c[name].label(f"entry_{name}" if name != "id" else "entry_id")
    for name in (
        "id", "source_id", "canonical_url", "title", "text_key", "announced_seq",
        "published_at", "published_day",
    )
)  # fmt: skip
_OF_PAGE = tuple(
    _SIGHTING.c[name]
    for name in (
        "id",
        "source_id",
        "url",
        "link",
        "title",
        "text_key",
        "content",
        "snapshot_id",
        "vanished_at",
    )
)


@dataclass(frozen=True, slots=True)
class Neighbour:
    """An Entry that an arriving Article may be: its home, and whether feeds carry it already."""

    entry_id: int
    source_id: str
    canonical_url: str
    title: str
    text_key: str
    is_announced: bool
    published_at: datetime | None = None
    published_day: date | None = None

    @property
    def rank(self) -> tuple[date, datetime, int, str, str]:
        """Which of equal texts is the first: the lower one."""
        return _rank(self.published_at, self.published_day, self.canonical_url, self.source_id)


@dataclass(frozen=True, slots=True)
class KnownPage:
    """A Sighting with its Entry."""

    id: int
    source_id: str
    url: str
    link: str
    title: str
    text_key: str
    content: int
    snapshot_id: int | None
    is_vanished: bool
    entry: Neighbour

    @property
    def is_home(self) -> bool:
        """Whether it is the page that the Entry was made of."""
        return self.source_id == self.entry.source_id and self.url == self.entry.canonical_url


@dataclass(frozen=True, slots=True)
class Neighbours:
    """What may be the same: this very page, its URL at other Sources, Entries of the same text.

    Shapes: announced ones first, then by arrival.
    """

    page: KnownPage | None = None
    by_url: tuple[KnownPage, ...] = ()
    by_text: tuple[Neighbour, ...] = ()


def text_key(article: Article) -> str:
    """What articles of the same text share; empty where the text is too little to say anything."""
    if not article.text.strip():
        return ""
    if len(article.text.split(maxsplit=_SHORT_WORDS)) >= _SHORT_WORDS:
        return article.fingerprint
    return fingerprint(f"{article.title}\n{article.text}")


def rank(article: Article) -> tuple[date, datetime, int, str, str]:
    """Which of equal texts is the first: by publication, then the shorter URL; a total order."""
    at, day = (article.published.at, article.published.day) if article.published else (None, None)
    return _rank(at, day, article.canonical_url, article.source_id)


def find_neighbours(session: Session, articles: Sequence[Article]) -> list[Neighbours]:
    """For each Article what the archive holds that may be the same. The Articles don't see each other."""
    pages = defaultdict(list)
    for page in _pages(session, [article.canonical_url for article in articles]):
        pages[page.url].append(page)
    keys = [text_key(article) for article in articles]
    entries = defaultdict(list)
    for entry in _entries(session, [key for key in keys if key]):
        entries[entry.text_key].append(entry)
    return [
        Neighbours(
            page=next((p for p in pages[article.canonical_url] if p.source_id == article.source_id), None),
            by_url=tuple(p for p in pages[article.canonical_url] if p.source_id != article.source_id),
            by_text=tuple(entries[key]) if key else (),
        )
        for article, key in zip(articles, keys, strict=True)
    ]


def find_pages(session: Session, ids: Iterable[int]) -> list[KnownPage]:
    """The Sightings with these ids that still exist, by id."""
    query = select(*_OF_PAGE, *_OF_ENTRY).join_from(_SIGHTING, _ENTRY).where(_SIGHTING.c.id.in_(list(ids)))
    return [_to_page(row) for row in session.execute(query.order_by(_SIGHTING.c.id)).mappings()]


def _pages(session: Session, urls: list[str]) -> list[KnownPage]:
    query = select(*_OF_PAGE, *_OF_ENTRY).join_from(_SIGHTING, _ENTRY).where(_SIGHTING.c.url.in_(urls))
    return sorted((_to_page(row) for row in session.execute(query).mappings()), key=lambda p: _age(p.entry))


def _entries(session: Session, keys: list[str]) -> list[Neighbour]:
    if not keys:
        return []
    query = select(*_OF_ENTRY).where(_ENTRY.c.text_key.in_(keys))
    return sorted((_to_neighbour(row) for row in session.execute(query).mappings()), key=_age)


def _rank(
    at: datetime | None, day: date | None, url: str, source_id: str
) -> tuple[date, datetime, int, str, str]:
    return (day or date.max, at or datetime.max.replace(tzinfo=UTC), len(url), url, source_id)


def _age(entry: Neighbour) -> tuple[bool, int]:
    return (not entry.is_announced, entry.entry_id)


def _to_neighbour(row: RowMapping) -> Neighbour:
    return Neighbour(
        entry_id=row["entry_id"],
        source_id=row["entry_source_id"],
        canonical_url=row["entry_canonical_url"],
        title=row["entry_title"],
        text_key=row["entry_text_key"],
        is_announced=row["entry_announced_seq"] is not None,
        published_at=row["entry_published_at"],
        published_day=row["entry_published_day"],
    )


def _to_page(row: RowMapping) -> KnownPage:
    return KnownPage(
        id=row["id"],
        source_id=row["source_id"],
        url=row["url"],
        link=row["link"],
        title=row["title"],
        text_key=row["text_key"],
        content=row["content"],
        snapshot_id=row["snapshot_id"],
        is_vanished=row["vanished_at"] is not None,
        entry=_to_neighbour(row),
    )
