"""The views for analysts: stable names over the inner tables, and the way to ask them and nothing else.

What each column means stands in `aggregator.dictionary`. Start reading at `create`; views hold no data, so
that they are made anew at each upgrade. `ask` runs a person's SQL.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from aggregator.errors import QueryError
from aggregator.store.engine import Store, connect
from aggregator.store.limit import read_within

# Said in the words of both databases; what they say differently stands in capitals (see `_WORDS`).
VIEWS = {
    "articles": """
        SELECT e.id, e.tag, e.url, e.source_id, e.title, e.summary, b.text, e.language,
            e.published_day, INSTANT(e.published_at) AS published_at, e.precision,
            e.published_day IS NULL AS is_estimated, INSTANT(e.modified_at) AS modified_at,
            INSTANT(e.first_seen_at) AS first_seen_at, INSTANT(e.changed_at) AS changed_at, e.revisions,
            e.authors, e.tags, e.image,
            (SELECT coalesce(LIST(v), '[]') FROM (
                SELECT DISTINCT m.term AS v FROM mention AS m WHERE m.entry_id = e.id ORDER BY 1
            ) AS named) AS about,
            k.story_id, (
                SELECT min(l.original_id) FROM link AS l
                WHERE (l.entry_id = e.id OR l.other_id = e.id) AND l.original_id <> e.id
            ) AS original_id, INSTANT(e.vanished_at) AS vanished_at, e.hidden_at IS NOT NULL AS is_hidden
        FROM entry AS e JOIN body AS b ON b.entry_id = e.id LEFT JOIN kin AS k ON k.entry_id = e.id
        WHERE SHOWN(e)""",
    "appearances": """
        SELECT s.id, s.entry_id AS article_id, s.source_id, s.link AS url, s.title, s.published_day,
            INSTANT(s.published_at) AS published_at, INSTANT(s.first_seen_at) AS first_seen_at,
            INSTANT(s.vanished_at) AS vanished_at,
            (s.source_id = e.source_id AND s.url = e.canonical_url) AS is_home
        FROM sighting AS s JOIN entry AS e ON e.id = s.entry_id
        WHERE SHOWN(e)""",
    "stories": """
        SELECT k.story_id AS id, count(DISTINCT e.id) AS articles, count(s.id) AS appearances,
            count(DISTINCT s.source_id) AS sources,
            (SELECT coalesce(LIST(v), '[]') FROM (
                SELECT DISTINCT o.language AS v FROM kin AS k2 JOIN entry AS o ON o.id = k2.entry_id
                WHERE k2.story_id = k.story_id AND SHOWN(o) ORDER BY 1
            ) AS spoken) AS languages,
            min(e.published_day) AS first_day, max(e.published_day) AS last_day,
            INSTANT(min(e.first_seen_at)) AS first_seen_at
        FROM kin AS k JOIN entry AS e ON e.id = k.entry_id LEFT JOIN sighting AS s ON s.entry_id = e.id
        WHERE SHOWN(e) GROUP BY k.story_id""",
    "events": """
        SELECT v.uid AS id, v.entry_id AS article_id, v.kind, v.start_day, INSTANT(v.start_at) AS start_at,
            v.end_day, INSTANT(v.end_at) AS end_at, v.place, v.is_online, v.sentence, v.is_year_proved,
            v.is_cancelled, v.sequence, INSTANT(v.changed_at) AS changed_at
        FROM event AS v JOIN entry AS e ON e.id = v.entry_id
        WHERE SHOWN(e)""",
    "revisions": """
        SELECT r.entry_id AS article_id, r.seq AS number, INSTANT(r.changed_at) AS changed_at, r.fields
        FROM revision AS r JOIN entry AS e ON e.id = r.entry_id
        WHERE SHOWN(e)""",
    "runs": """
        SELECT r.id, r.source_id, INSTANT(r.started_at) AS started_at, INSTANT(r.ended_at) AS ended_at,
            r.outcome, r.error, r.found, r.fetched, r.new, r.copies, r.updated, r.failed, r.refused
        FROM crawl_run AS r""",
    "mentions": """
        SELECT m.entry_id AS article_id, m.term, m.words, m.place
        FROM mention AS m JOIN entry AS e ON e.id = m.entry_id
        WHERE SHOWN(e)""",
    "sources": """
        SELECT s.id, KEY(s.definition, name) AS name, KEY(s.definition, url) AS url,
            KEY(s.definition, kind) AS kind, s.cluster, s.enabled AS is_enabled, (
                SELECT INSTANT(min(r.ended_at)) FROM crawl_run AS r
                WHERE r.source_id = s.id AND r.outcome IN ('ok', 'not_modified')
            ) AS followed_since
        FROM source AS s""",
}
NAMES = tuple(VIEWS)

_ALIKE = ((re.compile(r"SHOWN\((\w+)\)"), r"\1.announced_seq IS NOT NULL AND \1.withdrawn_at IS NULL"),)
_INSTANT = re.compile(r"INSTANT\(((?:[^()]|\([^()]*\))+)\)")
_KEY = re.compile(r"KEY\((\S+), (\w+)\)")
_LIST = re.compile(r"\bLIST\(")
_WORDS = {
    "sqlite": (
        (_INSTANT, r"strftime('%Y-%m-%dT%H:%M:%SZ', \1)"),
        (_KEY, r"json_extract(\1, '$.\2')"),
        (_LIST, "json_group_array("),
    ),
    "postgresql": ((_INSTANT, r"\1"), (_KEY, r"(\1 ->> '\2')"), (_LIST, "json_agg(")),
}


def create(connection: Connection) -> None:
    """Makes the views, in place of those that are there."""
    drop(connection)
    options = {"no_parameters": True}
    for name, select in VIEWS.items():
        statement = f"CREATE VIEW {name} AS {_said(select, connection.dialect.name)}"
        connection.exec_driver_sql(statement, execution_options=options)


def _said(select: str, dialect: str) -> str:
    for sign, meaning in (*_ALIKE, *_WORDS[dialect]):
        select = sign.sub(meaning, select)
    return select


def drop(connection: Connection) -> None:
    """Takes the views away, so that the tables behind them can change."""
    for name in NAMES:
        connection.exec_driver_sql(f"DROP VIEW IF EXISTS {name}")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a statement gives: the names of its columns, and its rows as they are read."""

    columns: tuple[str, ...]
    rows: Iterator[Sequence[Any]]


@contextmanager
def ask(store: Store, statement: str, *, seconds: float) -> Iterator[Answer]:
    """The answer to a person's SQL, on a connection that can only read.

    Raises: QueryError with what the database says of it, OverdueError when it takes too long.
    """
    reader = _reader(store)
    try:
        with read_within(reader, seconds) as session:
            try:
                options = {"no_parameters": True, "stream_results": True}
                result = session.connection().exec_driver_sql(statement, execution_options=options)
                if not result.returns_rows:
                    raise QueryError("the archive is only read here: ask with SELECT")
                yield Answer(tuple(result.keys()), (tuple(row) for row in result))
            except DBAPIError as error:
                said = str(error.orig).strip()
                if said == "interrupted" or "statement timeout" in said:
                    raise
                raise QueryError(f"the database says: {said}") from error
    finally:
        if reader is not store:
            reader.close()


def _reader(store: Store) -> Store:
    """The archive, opened so that nothing can be written to it; PostgreSQL's readers cannot anyway."""
    if not store.is_sqlite:
        return store
    path = Path(store.engine.url.database or "").absolute()
    return Store(connect(f"sqlite:///file:{quote(str(path))}?mode=ro&uri=true"))
