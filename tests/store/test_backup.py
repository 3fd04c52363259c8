"""Backups of either database, and what a check of the archive finds."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from archive_samples import MOBILITY, NOW, digested, lease_on, make_article
from sqlalchemy import text

from aggregator.errors import StoreError
from aggregator.items import RunOutcome
from aggregator.query import Query
from aggregator.store import Store, articles, open_store, runs, search, withdrawals
from aggregator.store.backup import back_up, bring_back
from aggregator.store.check import check
from pipelines.save import Saver


def fill(store: Store, *names: str) -> None:
    lease = lease_on(store)
    Saver(store, lease).save_batch(digested(make_article(path=n, blocks=[(1, 2)]) for n in names), NOW)
    with store.write() as session:
        articles.announce(session, MOBILITY.id, now=NOW)
        runs.close(session, lease, RunOutcome.OK, now=NOW, next_due_at=NOW)


def titles(store: Store) -> list[str]:
    with store.read() as session:
        return sorted(entry.article.title for entry in articles.find(session, Query()))


@pytest.fixture(params=["sqlite", "postgresql"])
def elsewhere(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An archive of the other or the same kind."""
    if request.param == "sqlite":
        return str(tmp_path / "elsewhere.sqlite")
    url: str = request.getfixturevalue("empty_postgres")
    return url


def test_a_backup_comes_back_on_either_database(store: Store, elsewhere: str, tmp_path: Path) -> None:
    fill(store, "uno", "due")
    backup = back_up(store, tmp_path / "backups" / "archive")
    assert backup.articles == 2
    assert sorted(path.name for path in backup.path.parent.iterdir()) == ["archive"]
    other = open_store(elsewhere)
    fill(other, "tre")
    bring_back(other, backup.path)
    search.catch_up(other)
    assert titles(other) == ["Titolo due", "Titolo uno"]
    with other.read() as session:
        assert check(session) == []
    other.close()


def test_what_was_withdrawn_since_stays_so(store: Store, tmp_path: Path) -> None:
    fill(store, "uno", "due")
    backup = back_up(store, tmp_path / "archive")
    with store.write() as session:
        id_ = articles.locate(session, "https://mobilita.example/uno")
        withdrawals.withdraw(session, id_, reason="a request", now=NOW)
    assert bring_back(store, backup.path).withdrawn == 1
    assert titles(store) == ["Titolo due"]


def test_a_backup_replaces_no_file(store: Store, tmp_path: Path) -> None:
    (tmp_path / "archive").write_text("dear")
    with pytest.raises(StoreError, match="never replaces"):
        back_up(store, tmp_path / "archive")


@pytest.mark.parametrize(
    "content", [b"", b"no backup", b"\x28\xb5\x2f\xfd broken", b"SQLite format 3\0 broken"]
)
def test_what_is_no_backup_leaves_the_archive_as_it_is(store: Store, tmp_path: Path, content: bytes) -> None:
    fill(store, "uno")
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(StoreError):
        bring_back(store, tmp_path / "file")
    assert titles(store) == ["Titolo uno"]


def test_a_backup_is_made_while_a_writer_writes(tmp_path: Path) -> None:
    store = open_store(str(tmp_path / "archive.sqlite"))
    fill(store, "uno")
    with store.write() as session:
        session.execute(text("UPDATE entry SET title = 'half done'"))
        backup = back_up(store, tmp_path / "backup.sqlite")
    store.close()
    with closing(sqlite3.connect(backup.path)) as connection:
        assert connection.execute("SELECT title FROM entry").fetchall() == [("Titolo uno",)]


@pytest.mark.parametrize(
    ("damage", "rule"),
    [
        ("UPDATE meta SET change_seq = 1", "no number is above the counter"),
        ("UPDATE entry SET announced_seq = 1, change_seq = 9", "changes have an order"),
        ("UPDATE entry SET announced_seq = change_seq + 1", "no number is above the counter"),
        ("DELETE FROM body", "every article has its text"),
        ("DELETE FROM sighting", "every article has a page"),
        ("UPDATE entry SET revisions = 3", "revisions are counted"),
        ("UPDATE block SET pages = pages + 1", "blocks are counted"),
        (
            "INSERT INTO feed_state (name, change_seq, digest) VALUES ('all/2', 1, '')",
            "the documents of feeds",
        ),
        ("UPDATE entry SET withdrawn_at = first_seen_at", "what was withdrawn is gone"),
    ],
)
def test_a_check_names_what_is_wrong(store: Store, damage: str, rule: str) -> None:
    fill(store, "uno", "due")
    with store.read() as session:
        assert check(session) == []
    with store.write() as session:
        session.execute(text(damage))
    with store.read() as session:
        assert any(fault.rule.startswith(rule) for fault in check(session))
