"""A whole archive into another: from database to database, and by way of a full export."""

import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from archive_samples import AGENCY, BOTH, MOBILITY, NOW, digested, lease_on, make_article, minutes
from sqlalchemy import text

from aggregator.errors import StoreError
from aggregator.items import Precision, PublishedDate, RunOutcome
from aggregator.query import Query
from aggregator.store import Store, amend, articles, open_store, runs
from aggregator.store.copying import copy_archive, dump, restore
from aggregator.store.rows import Digest, read_rows, tables
from pipelines.save import Saver


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Store]:
    store = open_store(str(tmp_path / "other.sqlite"))
    yield store
    store.close()


def fill(store: Store) -> None:
    """An archive with a bit of everything: copies, a correction, a hidden article, accents, no date."""
    told = PublishedDate(NOW, NOW.date(), Precision.MINUTE)
    lease = lease_on(store)
    pages = [
        make_article(
            path=f"n{n}",
            title=f"Perché «così» n. {n}",
            published=told if n else None,
            mentions=["idrogeno"],
            blocks=[(-n - 1, n)],
        )
        for n in range(3)
    ]
    Saver(store, lease).save_batch(digested(pages), NOW)
    with store.write() as session:
        articles.announce(session, MOBILITY.id, now=NOW)
        runs.close(session, lease, RunOutcome.OK, now=minutes(1), next_due_at=minutes(60))
    lease = lease_on(store, AGENCY)
    copy = make_article(AGENCY, "copia", text=pages[0].text)
    Saver(store, lease).save_batch(digested([copy]), minutes(2))
    with store.write() as session:
        first = articles.locate(session, pages[1].url)
        said = make_article(path="n1", title="Un titolo giusto")
        amend.correct(session, first, "title", said, reason="a typing error", now=minutes(3))
        amend.hide(session, articles.locate(session, pages[2].url), minutes(4))


def dumped(store: Store) -> bytes:
    file = io.BytesIO()
    dump(store, file.write)
    return file.getvalue()


def checksums(store: Store) -> dict[str, str]:
    found = {}
    with store.read() as session:
        for table in tables():
            digest = Digest()
            for rows in read_rows(session, table):
                digest.add(rows)
            found[table.name] = f"{digest.count} {digest.sum}"
    return found


def test_a_copy_is_the_same_row_for_row(store: Store, other: Store) -> None:
    fill(store)
    report = copy_archive(store, other)
    assert report.rows["entry"] == 3
    assert report.rows["sighting"] == 4
    assert checksums(other) == checksums(store)


def test_a_copy_goes_back_to_postgresql(postgres_url: str, other: Store) -> None:
    fill(other)
    target = open_store(postgres_url)
    copy_archive(other, target)
    assert checksums(target) == checksums(other)
    taken = lease_on(target, catalogue=BOTH)  # numbers go on after those that came
    assert taken.id == 3
    target.close()


def test_a_copy_that_came_out_otherwise_is_not_kept(store: Store, other: Store) -> None:
    fill(store)
    with other.write() as session:
        session.execute(
            text(
                "CREATE TRIGGER spoil AFTER INSERT ON sighting"
                " BEGIN UPDATE sighting SET title = title || ' ' WHERE id = NEW.id; END"
            )
        )
    before = checksums(other)
    with pytest.raises(StoreError, match="sighting came out otherwise: 4 rows read, 4 there now"):
        copy_archive(store, other)
    assert checksums(other) == before


def test_a_row_that_the_database_refuses_is_told_in_words(store: Store, other: Store) -> None:
    fill(other)
    lines = dumped(other).splitlines(keepends=True)
    with pytest.raises(StoreError, match=r"unique|UNIQUE"):
        restore(store, [*lines[:-1], lines[-2], lines[-1]])


@pytest.fixture
def postgres_url(empty_postgres: str) -> str:
    return empty_postgres


def test_a_rebuilt_archive_is_exported_as_the_same_bytes(store: Store, other: Store) -> None:
    fill(store)
    restore(other, io.BytesIO(dumped(store)))
    assert dumped(other) == dumped(store)


def test_full_exports_are_lists_under_named_columns(store: Store) -> None:
    fill(store)
    header, *rows, last = [json.loads(line) for line in dumped(store).splitlines()]
    assert header["aggregator_archive"] == 1
    names = header["tables"]["entry"]
    entries = [dict(zip(names, row[1:], strict=True)) for row in rows if row[0] == "entry"]
    assert {line["first_seen_at"] for line in entries} == {"2026-03-11 09:30:00.000000"}
    assert sorted(map(str, (line["hidden_at"] for line in entries))) == [
        "2026-03-11 09:34:00.000000", "None", "None"
    ]  # fmt: skip
    assert last["rows"] == len(rows)


def test_only_an_empty_archive_is_filled(store: Store, other: Store) -> None:
    fill(store)
    fill(other)
    before = checksums(other)
    with pytest.raises(StoreError, match="holds 3 articles already"):
        copy_archive(store, other)
    with pytest.raises(StoreError, match="holds 3 articles already"):
        restore(other, io.BytesIO(dumped(store)))
    assert checksums(other) == before


@pytest.mark.parametrize(
    ("spoil", "word"),
    [
        (lambda lines: lines[:-1], "cut"),
        (lambda lines: [*lines[:5], *lines[6:]], "damaged|not there"),
        (lambda lines: [*lines[:5], lines[5][:20], *lines[6:]], "damaged after row"),
        (lambda lines: lines[1:], "no full export"),
        (lambda lines: [lines[0].replace(b'"version":"', b'"version":"9'), *lines[1:]], "newer version"),
        (lambda lines: [line.replace("Perché".encode(), b"Percio") for line in lines], "damaged"),
    ],
)
def test_a_spoilt_export_leaves_nothing_behind(store: Store, other: Store, spoil: object, word: str) -> None:
    assert callable(spoil)
    fill(other)
    lines = dumped(other).splitlines(keepends=True)
    before = checksums(store)
    with pytest.raises(StoreError, match=word):
        restore(store, spoil(lines))
    assert checksums(store) == before


def test_a_filled_archive_goes_on(store: Store, other: Store) -> None:
    fill(other)
    restore(store, io.BytesIO(dumped(other)))
    lease = lease_on(store)
    outcomes = Saver(store, lease).save_batch(
        digested([make_article(path="n1"), make_article(path="nuovo")]), NOW
    )
    assert [outcome.level.value for outcome in outcomes if hasattr(outcome, "level")] == ["url", "new"]
    with store.read() as session:
        assert len(articles.find(session, Query(with_hidden=True))) == 3
