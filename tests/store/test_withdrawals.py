"""Withdrawn articles: nothing of them is left but a number, hashes, a date and a reason; none comes back."""

import io
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from archive_samples import AGENCY, MOBILITY, NOW, digested, lease_on, make_article, minutes
from sqlalchemy import select

from aggregator.errors import QueryError
from aggregator.items import Article, Match, Mention, Reason, Refused, Source
from aggregator.query import Query
from aggregator.store import Store, amend, articles, memory, open_store, withdrawals
from aggregator.store.copying import copy_archive, dump, restore
from aggregator.store.rows import read_rows, tables
from aggregator.store.schema import EntryRow, EventRow
from aggregator.urls import url_hash
from pipelines.save import Saver

RARE = "zafferanone"
SECRET = replace(
    make_article(path=f"storia-{RARE}", title=f"Il {RARE} di Ada Neri", text=f"parole {RARE} " * 40),
    mentions=(Mention("idrogeno", RARE, "title"),),
    translations=(("en", "https://mobilita.example/en/story"),),
)
OTHER = replace(make_article(path="altro", text="tutt'altra cosa " * 40), translations=(("it", SECRET.url),))


def save(store: Store, *pages: Article, source: Source = MOBILITY) -> list[Match | Refused]:
    lease = lease_on(store, source)
    outcomes = Saver(store, lease).save_batch(digested(pages), NOW)
    with store.write() as session:
        articles.announce(session, lease.source_id, now=NOW)
        session.connection().exec_driver_sql("UPDATE crawl_run SET ended_at = started_at")
    return outcomes


def fill(store: Store) -> int:
    save(store, SECRET, OTHER)
    save(store, make_article(AGENCY, f"copia-{RARE}", text=SECRET.text), source=AGENCY)
    with store.write() as session:
        id_ = articles.locate(session, SECRET.url)
        amend.correct(
            session, id_, "summary", replace(SECRET, summary=f"{RARE}!"), reason="so", now=minutes(1)
        )
    return id_


def withdraw(store: Store, id_: int, person: str | None = None) -> withdrawals.Traces:
    with store.write() as session:
        return withdrawals.withdraw(session, id_, reason="a request", now=minutes(5), person=person)


def everything(store: Store) -> str:
    with store.read() as session:
        return repr([rows for table in tables() for rows in read_rows(session, table)])


def test_nothing_is_left_in_any_table(store: Store) -> None:
    id_ = fill(store)
    assert RARE in everything(store)
    traces = withdraw(store, id_, person="Ada Neri")
    assert any(RARE in url for url in traces.urls)
    left = everything(store)
    assert RARE not in left
    assert "Ada" not in left
    assert "a request" in left


def test_feeds_are_told_that_it_is_gone(store: Store) -> None:
    id_ = fill(store)
    withdraw(store, id_)
    with store.read() as session:
        assert [entry.article.title for entry in articles.find(session, Query())] == [OTHER.title]
        row = session.get_one(EntryRow, id_)
        assert (row.title, row.url, row.hidden_at, row.withdrawn_at) == ("", "", minutes(5), minutes(5))
        assert row.change_seq > (row.announced_seq or 0)
        assert all(event.is_cancelled for event in session.scalars(select(EventRow)))


def test_it_is_never_taken_in_again(store: Store) -> None:
    withdraw(store, fill(store))
    elsewhere = make_article(AGENCY, "altrove", text=SECRET.text)
    changed = replace(SECRET, text="un testo nuovo " * 40, title="Un titolo nuovo")
    again = [*save(store, SECRET, changed), *save(store, elsewhere, source=AGENCY)]
    assert [outcome.reason for outcome in again if isinstance(outcome, Refused)] == [Reason.WITHDRAWN] * 3
    assert RARE not in everything(store)
    with store.read() as session:
        known = memory.load_memory(session, MOBILITY.id)
    assert url_hash(SECRET.canonical_url) in known.withdrawn
    assert SECRET.canonical_url not in known.known


def test_what_was_never_there_can_be_kept_out(store: Store) -> None:
    lease_on(store)
    with store.write() as session:
        withdrawals.withdraw_url(session, SECRET.url, reason="a request", now=NOW)
        session.connection().exec_driver_sql("UPDATE crawl_run SET ended_at = started_at")
    [outcome] = save(store, SECRET)
    assert isinstance(outcome, Refused)
    with store.read() as session:
        assert withdrawals.withdrawal_of(session, SECRET.url) is not None
        assert withdrawals.withdrawal_of(session, OTHER.url) is None


@pytest.mark.parametrize("way", ["copy", "restore"])
def test_older_data_does_not_bring_it_back(store: Store, tmp_path: Path, way: str) -> None:
    older = open_store(str(tmp_path / "older.sqlite"))
    fill(older)
    save_id = fill(store)
    withdraw(store, save_id, person="Ada Neri")
    with store.write() as session:  # only what was withdrawn is left here
        session.connection().exec_driver_sql("DELETE FROM sighting")
        session.connection().exec_driver_sql("DELETE FROM entry WHERE withdrawn_at IS NULL")
    if way == "copy":
        report = copy_archive(older, store)
    else:
        file = io.BytesIO()
        dump(older, file.write)
        report = restore(store, io.BytesIO(file.getvalue()))
    older.close()
    assert report.withdrawn == 1
    assert RARE not in everything(store)
    with store.read() as session:
        assert [entry.article.title for entry in articles.find(session, Query())] == [OTHER.title]
        assert len(withdrawals.find_withdrawals(session, person="Ada Neri")) == 1


def test_a_request_is_found_by_its_person_and_kept_by_no_name(store: Store) -> None:
    id_ = fill(store)
    with store.write() as session, pytest.raises(QueryError, match="names the person"):
        withdrawals.withdraw(session, id_, reason="asked by ADA NERI", now=NOW, person="Ada Neri")
    withdraw(store, id_, person="Ada  Néri")
    with store.read() as session:
        [found] = withdrawals.find_withdrawals(session, person="ada neri")
        assert found.entry_id == id_
        assert withdrawals.find_withdrawals(session, person="Bruno Galli") == []


def test_no_byte_of_the_file_tells(tmp_path: Path) -> None:
    path = tmp_path / "archive.sqlite"
    store = open_store(str(path))
    withdraw(store, fill(store))
    assert withdrawals.scrub(store)
    held = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    store.close()
    assert RARE.encode() not in held
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
