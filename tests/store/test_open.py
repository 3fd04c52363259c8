"""Opening archives: created, reopened, migrated, refused, each with words for a person."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from aggregator.errors import StoreError
from aggregator.store import Store, archive, open_store, search, upgrade_store, version
from aggregator.store.engine import connect
from aggregator.store.schema import EntryRow


def test_is_created_then_opened(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "archive.sqlite"
    first = open_store(str(path))
    assert [note.split()[0] for note in first.notes] == ["created"]
    first.close()
    second = open_store(f"sqlite:///{path}")
    assert second.notes == ()
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    second.close()


def test_pragmas_hold_on_every_connection(tmp_path: Path) -> None:
    store = open_store(str(tmp_path / "archive.sqlite"))
    for _ in range(2):
        with store.read() as session:
            found = {
                name: session.execute(text(f"PRAGMA {name}")).scalar()
                for name in ("foreign_keys", "synchronous", "busy_timeout", "secure_delete")
            }
        assert found == {"foreign_keys": 1, "synchronous": 1, "busy_timeout": 30000, "secure_delete": 1}
        store.engine.dispose()
    store.close()


def test_alembic_is_not_loaded_for_a_new_archive(tmp_path: Path) -> None:
    program = (
        "import sys; from aggregator.store import open_store; "
        f"open_store({str(tmp_path / 'a.sqlite')!r}).close(); sys.exit('alembic' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program]).returncode == 0


def test_models_and_created_tables_agree(store: Store) -> None:
    assert _differences(store) == []


def test_models_and_migrated_tables_agree(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(version, "REVISIONS", ("", *version.REVISIONS))
    _make_first_version(database)
    assert upgrade_store(database)[-1] == f"migrated from  to {version.HEAD}"
    store = open_store(database)
    assert _differences(store) == []
    with store.write() as session:
        assert list(archive.take_numbers(session, 2)) == [1, 2]
    store.close()


def test_older_sqlite_is_backed_up_and_migrated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(version, "REVISIONS", ("", *version.REVISIONS))
    url = f"sqlite:///{tmp_path / 'old.sqlite'}"
    _make_first_version(url)
    with pytest.raises(StoreError, match="must be migrated"):
        open_store(url, migrate=False)
    store = open_store(url)
    assert [note.split(" to ")[0] for note in store.notes] == ["backed up", "migrated from "]
    [backup] = tmp_path.glob("old.sqlite.*.backup")
    with closing(sqlite3.connect(backup)) as connection:
        assert connection.execute("SELECT DISTINCT tbl_name FROM sqlite_master").fetchall() == [
            ("alembic_version",)
        ]
    store.close()


def test_a_backup_can_be_declined(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(version, "REVISIONS", ("", *version.REVISIONS))
    url = f"sqlite:///{tmp_path / 'old.sqlite'}"
    _make_first_version(url)
    store = open_store(url, backup=False)
    assert [note.split(" to ")[0] for note in store.notes] == ["migrated from "]
    assert list(tmp_path.glob("*.backup")) == []
    store.close()


def test_older_postgresql_is_left_to_the_operator(
    empty_postgres: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(version, "REVISIONS", ("", *version.REVISIONS))
    _make_first_version(empty_postgres)
    with pytest.raises(StoreError, match="aggregator db upgrade"):
        open_store(empty_postgres)


def test_known_revisions_are_those_in_the_folder() -> None:
    config = Config()
    config.set_main_option("script_location", "aggregator.store:migrations")
    scripts = ScriptDirectory.from_config(config)
    assert tuple(s.revision for s in reversed(list(scripts.walk_revisions()))) == version.REVISIONS


def test_newer_is_refused_with_the_way_out(database: str) -> None:
    store = open_store(database)
    with store.write() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    store.close()
    with pytest.raises(StoreError, match=r"newer version.*install that version, or restore the backup"):
        open_store(database)


def test_tables_of_others_are_refused(empty_postgres: str, tmp_path: Path) -> None:
    path = tmp_path / "other.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE recipe (id INTEGER)")
    other = Store(connect(empty_postgres))
    with other.write() as session:
        session.execute(text("CREATE TABLE recipe (id INTEGER)"))
    other.close()
    for url in (str(path), empty_postgres):
        with pytest.raises(StoreError, match=r"another program.*recipe"):
            open_store(url)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("mysql://user:secret@host/name", "mysql is not supported"),
        ("sqlite://", "an archive needs a file"),
        ("postgresql://nobody:secret@127.0.0.1:1/none", "does not answer"),
        ("://", "not a database URL"),
        ("nonsense://x", "not a database URL|not supported|driver"),
    ],
)
def test_addresses_that_cannot_be_used(url: str, words: str) -> None:
    with pytest.raises(StoreError, match=words) as caught:
        open_store(url)
    assert "secret" not in str(caught.value)


def test_a_folder_a_text_and_a_missing_database(tmp_path: Path, postgres: object) -> None:
    with pytest.raises(StoreError, match="is a folder"):
        open_store(str(tmp_path))
    text_file = tmp_path / "notes.txt"
    text_file.write_text("appunti della riunione, non un archivio " * 50)
    with pytest.raises(StoreError, match="is not a database"):
        open_store(str(text_file))
    assert text_file.read_text().startswith("appunti")
    missing = postgres.url("never_created")  # type: ignore[attr-defined]  # the fixture of databases.py
    with pytest.raises(StoreError, match="does not exist on this server"):
        open_store(missing)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_is_not_ours(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(StoreError, match="cannot be"):
        open_store(str(tmp_path / "archive.sqlite"))
    tmp_path.chmod(0o700)


def test_a_read_only_file_says_so(tmp_path: Path) -> None:
    path = tmp_path / "archive.sqlite"
    open_store(str(path)).close()
    store = open_store(f"sqlite:///file:{path}?mode=ro&uri=true")
    with pytest.raises(StoreError, match="cannot be written to"), store.write() as session:
        archive.take_numbers(session)
    store.close()


def test_authority_is_set_once(database: str) -> None:
    open_store(database, authority="news.example").close()
    store = open_store(database, authority="other.example")
    assert "other.example is not used" in store.notes[-1]
    with store.write() as session:
        assert archive.authority(session) == "news.example"
        archive.set_authority(session, "news.example")
        with pytest.raises(StoreError, match="cannot be changed"):
            archive.set_authority(session, "third.example")
    store.close()


def _make_first_version(url: str) -> None:
    """An archive from before the first migration: Alembic's table, and nothing in it."""
    bare = Store(connect(url))
    with bare.write() as session:
        version._VERSION.create(session.connection())
    bare.close()


def _differences(store: Store) -> list[object]:
    with store.read() as session:
        opts = {"compare_type": True, "include_name": _is_modelled}
        context = MigrationContext.configure(session.connection(), opts=opts)
        assert "entry" in inspect(session.connection()).get_table_names()
        return list(compare_metadata(context, EntryRow.metadata))


def _is_modelled(name: str | None, kind: str, _parents: object) -> bool:
    """The index of search is made in other words on each database, so that no model describes it."""
    return kind != "table" or name is None or name.partition("_")[0] != search.NAME or name == "search_state"


def test_a_server_without_its_socket_is_named_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(StoreError) as told:
        open_store(f"postgresql+psycopg://postgres@/postgres?host={tmp_path}")
    assert str(told.value).endswith("does not answer; is the server up, and the address right?")
    assert "\n" not in str(told.value)
