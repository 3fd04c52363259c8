"""The tables for analysts: stable, documented, the same on both databases, and only to be read."""

import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from archive_samples import AGENCY, MOBILITY, day, digested, lease_on, make_article, minutes

from aggregator.dictionary import TABLES, markdown
from aggregator.errors import QueryError
from aggregator.items import Article, RunOutcome, Source
from aggregator.store import Store, articles, runs, views
from aggregator.store.limit import OverdueError
from pipelines.save import Saver

ROOT = Path(__file__).parents[2]


def put(store: Store, source: Source, *pages: Article, at: float = 0) -> None:
    lease = lease_on(store, source)
    Saver(store, lease).save_batch(digested(pages), minutes(at))
    with store.write() as session:
        articles.announce(session, source.id, now=minutes(at))
        runs.close(session, lease, RunOutcome.OK, now=minutes(at + 1), next_due_at=None)


@pytest.fixture
def filled(store: Store) -> Store:
    first = make_article(path="a", published=day("2026-03-09"), mentions=["idrogeno", "clm", "idrogeno"])
    put(store, MOBILITY, first)
    put(
        store,
        AGENCY,
        make_article(AGENCY, "copia", text=first.text, title="Copia"),
        make_article(AGENCY, "b"),
    )
    lease = lease_on(store, MOBILITY)
    Saver(store, lease).save_batch(digested([make_article(path="waits")]), minutes(9))
    return store


def asked(store: Store, statement: str) -> list[Sequence[Any]]:
    with views.ask(store, statement, seconds=10) as answer:
        return list(answer.rows)


def test_every_column_is_documented_in_its_order(filled: Store) -> None:
    assert tuple(table.name for table in TABLES) == views.NAMES
    for table in TABLES:
        with views.ask(filled, f"SELECT * FROM {table.name}", seconds=10) as answer:
            assert answer.columns == tuple(column.name for column in table.columns)
            held = list(answer.rows)
        for at, column in enumerate(table.columns):
            if not column.null:
                assert all(row[at] is not None for row in held), (
                    f"{table.name}.{column.name} has no word on null"
                )


def test_what_they_hold(filled: Store) -> None:
    found = asked(
        filled, "SELECT source_id, title, published_day, is_estimated, about FROM articles ORDER BY 1, 2"
    )
    rows = [(*map(str, row[:3]), bool(row[3]), _list(row[4])) for row in found]
    assert rows == [
        ("agenzia", "Titolo b", "None", True, []),
        ("clm", "Titolo a", "2026-03-09", False, ["clm", "idrogeno"]),
    ]
    pages = asked(
        filled, "SELECT source_id, is_home FROM appearances WHERE title IN ('Copia', 'Titolo a') ORDER BY 1"
    )
    assert [(source, bool(is_home)) for source, is_home in pages] == [("agenzia", False), ("clm", True)]
    assert asked(filled, "SELECT outcome, new, copies FROM runs WHERE outcome = 'ok' ORDER BY id") == [
        ("ok", 1, 0),
        ("ok", 1, 1),
    ]
    assert asked(filled, "SELECT id, name FROM sources WHERE followed_since IS NOT NULL ORDER BY 1") == [
        ("agenzia", ""),
        ("clm", ""),
    ]
    assert asked(filled, "SELECT count(*) FROM mentions") == [(3,)]


def _list(value: object) -> object:
    return json.loads(value) if isinstance(value, str) else value


def test_instants_are_utc(filled: Store) -> None:
    [[at]] = asked(filled, "SELECT first_seen_at FROM articles WHERE source_id = 'clm'")
    assert at == ("2026-03-11T09:30:00Z" if filled.is_sqlite else minutes(0))


@pytest.mark.parametrize(
    "statement",
    ["DELETE FROM entry", "UPDATE entry SET title = ''", "CREATE TABLE x (y INTEGER)", "DROP VIEW articles"],
)
def test_nothing_can_be_written(filled: Store, statement: str) -> None:
    with pytest.raises(QueryError, match=r"readonly|read-only|syntax error"):
        asked(filled, statement)
    assert asked(filled, "SELECT count(*) FROM articles") == [(2,)]


@pytest.mark.parametrize("statement", ["SELECT nothing FROM articles", "", "SELECT 1; SELECT 2"])
def test_wrong_sql_is_told_in_the_databases_words(filled: Store, statement: str) -> None:
    with pytest.raises(QueryError):
        asked(filled, statement)


def test_a_percent_sign_is_only_a_sign(filled: Store) -> None:
    assert asked(filled, "SELECT title FROM articles WHERE title LIKE '%b'") == [("Titolo b",)]


def test_what_takes_too_long_is_given_up(filled: Store) -> None:
    endless = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n"
    with pytest.raises(OverdueError, match="longer than"), views.ask(filled, endless, seconds=0.2) as answer:
        list(answer.rows)


def test_the_page_of_the_dictionary_is_todays() -> None:
    assert (ROOT / "docs" / "dictionary.md").read_text() == markdown(), (
        "aggregator sql --tables > docs/dictionary.md"
    )


def test_archives_of_releases_get_the_views(tmp_path: Path) -> None:
    import zstandard

    from aggregator.store import open_store

    [kept] = sorted((ROOT / "fixtures" / "archives").glob("*0.1.0*.zst"))
    path = tmp_path / "archive.sqlite"
    path.write_bytes(zstandard.ZstdDecompressor().decompress(kept.read_bytes()))
    open_store(f"sqlite:///{path}").close()
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT count(*) FROM articles").fetchone()[0] > 50
