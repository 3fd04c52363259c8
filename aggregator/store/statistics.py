"""Counts over the archive, three ways (appearances, articles, stories), each with the query behind it.

Asks the views of `aggregator.store.views` alone, so that a person can ask the same. Start reading
at `count_by`; `coverage` says since when sources are followed, and where the gaps are.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any

from sqlalchemy import ColumnElement, Select, column, literal_column, select, table, text
from sqlalchemy.orm import Session

from aggregator.query import Query
from aggregator.store.find import ANNOUNCED, filters
from aggregator.store.schema import CrawlRunRow, EntryRow

BY = ("month", "source", "cluster", "topic", "language")
"""What articles can be counted by."""

UNKNOWN = "unknown"
# A source that is not visited for so long may have lost what its way in no longer names: ten entries
# of a feed at the pace of the busiest cluster's site (fixtures of 2026).
GAP = timedelta(days=7)

_VALUE = {
    "month": f"CASE WHEN a.published_day IS NULL THEN '{UNKNOWN}'"
    " WHEN a.precision = 'year' THEN substr(CAST(a.published_day AS TEXT), 1, 4) || '-??'"
    " ELSE substr(CAST(a.published_day AS TEXT), 1, 7) END",
    "source": "p.source_id",
    "cluster": "m.term",
    "topic": "m.term",
    "language": "a.language",
}
_ORDER = {
    "month": "1",
    "source": "3 DESC, 1",
    "cluster": "3 DESC, 1",
    "topic": "3 DESC, 1",
    "language": "3 DESC, 1",
}
_TERMS = ("cluster", "topic")
_THREE: tuple[ColumnElement[int], ...] = (
    literal_column("count(DISTINCT p.id)").label("appearances"),
    literal_column("count(DISTINCT a.id)").label("articles"),
    literal_column("count(DISTINCT coalesce(a.story_id, -a.id))").label("stories"),
)
_ARTICLES = table("articles", column("id")).alias("a")
_PAGES = table("appearances", column("article_id")).alias("p")
_NAMED = table("mentions", column("article_id")).alias("m")


@dataclass(frozen=True, slots=True)
class Count:
    """How many pages, articles and stories share a value; `followed` sources could have added to it."""

    value: str
    appearances: int
    articles: int
    stories: int


@dataclass(frozen=True, slots=True)
class Counts:
    """What was counted, and the SQL that counts it again."""

    rows: tuple[Count, ...]
    statement: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """Since when a source is followed, and the spans between visits that were too long for its news.

    Shapes: `since` is None for a source that was never visited with success; `gaps` are in order.
    """

    source_id: str
    since: datetime | None
    until: datetime | None
    gaps: tuple[tuple[datetime, datetime], ...]

    def is_throughout(self, first: datetime, last: datetime) -> bool:
        """Whether it was followed all the time between."""
        if self.since is None or self.until is None or self.since > first or self.until + GAP < last:
            return False
        return not any(start < last and end > first for start, end in self.gaps)


def count_by(
    session: Session,
    by: str,
    query: Query | None = None,
    *,
    clusters: Collection[str] = (),
    as_of: date | None = None,
    panel: Collection[str] | None = None,
) -> Counts:
    """How the answer to the Query divides by month, source, cluster, topic or language.

    Shapes: `clusters` are the ids that tell clusters from topics; `as_of` leaves out what was first seen
        after that day; with a `panel` only pages of those sources count. Unknown months are a row.
    """
    parts = [f"m.term {'NOT ' if by == 'topic' else ''}IN ({quoted(clusters)})"] if by in _TERMS else []
    if as_of is not None:
        end = datetime.combine(as_of + timedelta(days=1), time(), UTC)
        parts += [f"{name}.first_seen_at < '{end:%Y-%m-%dT%H:%M:%SZ}'" for name in ("a", "p")]
    if panel is not None:
        parts.append(f"p.source_id IN ({quoted(panel)})")
    joined = _ARTICLES.join(_PAGES, _PAGES.c.article_id == _ARTICLES.c.id)
    if by in _TERMS:
        joined = joined.join(_NAMED, _NAMED.c.article_id == _ARTICLES.c.id)
    columns: list[Any] = [literal_column(_VALUE[by]).label(by), *_THREE]
    counted = select(*columns).select_from(joined)
    counted = counted.where(*map(text, parts)).group_by(text("1")).order_by(text(_ORDER[by]))
    if query is not None:
        answer = select(EntryRow.id).where(ANNOUNCED, *filters(query))
        counted = counted.where(_ARTICLES.c.id.in_(answer))
    rows = tuple(Count(*row) for row in session.execute(counted))
    return Counts(rows, _written(session, counted))


def _written(session: Session, statement: Select[Any]) -> str:
    """The statement with its values written out, for a person to ask again; it is never run here."""
    dialect = session.get_bind().dialect
    written = str(statement.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))
    if dialect.paramstyle in ("format", "pyformat"):
        written = written.replace("%%", "%")  # doubled for a driver that puts values in
    return "\n".join(line.rstrip() for line in written.split("\n"))


def run(session: Session, statement: str) -> Sequence[Sequence[Any]]:
    """The rows of SQL that this package has made."""
    result = session.connection().exec_driver_sql(statement, execution_options={"no_parameters": True})
    return [tuple(row) for row in result]


def coverage(session: Session) -> dict[str, Coverage]:
    """How each source was followed, by id: from its visits that went well."""
    good = select(CrawlRunRow.source_id, CrawlRunRow.ended_at).where(
        CrawlRunRow.outcome.in_(("ok", "not_modified"))
    )
    visits: dict[str, list[datetime]] = {}
    for source_id, at in session.execute(good.order_by(CrawlRunRow.ended_at)):
        if at is not None:
            visits.setdefault(source_id, []).append(at)
    return {source_id: _covered(source_id, times) for source_id, times in sorted(visits.items())}


def _covered(source_id: str, times: Sequence[datetime]) -> Coverage:
    gaps = tuple((a, b) for a, b in pairwise(times) if b - a > GAP)
    return Coverage(source_id, times[0], times[-1], gaps)


def quoted(values: Collection[str]) -> str:
    """The values as a list in SQL."""
    return ", ".join("'" + value.replace("'", "''") + "'" for value in sorted(values)) or "''"


def shares(followed: Mapping[str, Coverage], month: str) -> str:
    """How many of the sources were followed all through the month, as `3 of 8`; `-` for no month."""
    number = throughout(followed, month)
    return "-" if number is None else f"{number} of {len(followed)}"


def throughout(followed: Mapping[str, Coverage], month: str) -> int | None:
    """How many of the sources were followed all through the month; None for no month."""
    try:
        first = datetime.strptime(month, "%Y-%m").replace(tzinfo=UTC)
    except ValueError:
        return None
    newest = max((one.until for one in followed.values() if one.until), default=first)
    end = min((first + timedelta(days=32)).replace(day=1), newest)
    return sum(one.is_throughout(first, max(first, end)) for one in followed.values())
