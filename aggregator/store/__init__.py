"""The archive in SQLite or PostgreSQL: the only package that knows SQLAlchemy.

Rows stay in, dataclasses come out; functions take a session and never commit, the caller owns
the transaction. Start reading at `open_store`.
"""

import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy.orm import Session

from aggregator.errors import StoreError
from aggregator.store import archive, search
from aggregator.store.engine import BUSY_SECONDS, Store, connect, describe, savepoint
from aggregator.store.version import bring_up, missing

# The first with RETURNING, of March 2021.
_SQLITE = (3, 35, 0)

__all__ = ["Session", "Store", "open_store", "savepoint", "upgrade_store"]


def open_store(
    url: str,
    *,
    create: bool = True,
    migrate: bool = True,
    backup: bool = True,
    authority: str | None = None,
) -> Store:
    """The archive at that URL (or path of a SQLite file); with `create` made when there is none.

    Shapes: `notes` of the Store say what was done to it: created, backed up, migrated.
        With `backup` an older SQLite file is copied before it is migrated.
        `authority` mints the ids of an archive that has none yet; another's is kept, and noted.
    Raises: StoreError, in words for a person: not there, not a database, a folder, not writable, no
        server, of another program, of a newer version, or older and `migrate` is off.
    """
    store = _reach(url, create=create)
    try:
        done = bring_up(store, create=create, migrate=migrate, backup=backup)
        store.notes = (*done, *_claim(store, authority))
        if found := search.catch_up(store):
            store.notes = (*store.notes, f"made {found} articles ready for search")
    except BaseException:
        store.close()
        raise
    return store


def _claim(store: Store, authority: str | None) -> tuple[str, ...]:
    if authority is None:
        return ()
    with store.read() as session:
        held = archive.held_authority(session)
    if held is None:
        with store.write() as session:
            archive.set_authority(session, authority)
    elif held != authority:
        return (f"this archive mints its ids under {held}, and goes on doing so: {authority} is not used",)
    return ()


def upgrade_store(url: str, *, backup: bool = True) -> tuple[str, ...]:
    """Migrates the archive at that URL, PostgreSQL included; says what was done.

    With `backup` a SQLite file is copied before.

    Raises: StoreError as `open_store` does.
    """
    from aggregator.store.version import upgrade

    store = _reach(url)
    try:
        return upgrade(store, backup=backup)
    finally:
        store.close()


def _reach(url: str, *, create: bool = True) -> Store:
    store = Store(connect(url))
    if store.is_sqlite and sqlite3.sqlite_version_info < _SQLITE:
        raise StoreError(f"SQLite {sqlite3.sqlite_version} is too old: 3.35 or later is needed")
    if store.is_sqlite:
        if not create:
            _look_for(store)
        _prepare_file(store)
    return store


def _look_for(store: Store) -> None:
    """Raises: StoreError where there is no file, or an empty one; SQLite would begin an archive in it."""
    path = store.path
    if path is not None and not (path.exists() and (path.is_dir() or path.stat().st_size)):
        raise missing(store)


def _prepare_file(store: Store) -> None:
    """Makes the folder, and sets the file to write-ahead logging, which stays with it.

    Not at each connection: the switch wants the file for itself, and would fail under load.
    """
    database = store.engine.url.database
    if not database or database == ":memory:":
        raise StoreError("an archive needs a file: memory is not shared between the threads of a run")
    path = Path(database)
    if path.is_dir():
        raise StoreError(
            f"the database {path} is a folder; give a file in it, like {path / 'archive.sqlite'}"
        )
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)) as connection:
            if connection.execute("PRAGMA journal_mode").fetchone() != ("wal",):
                connection.execute("BEGIN EXCLUSIVE")  # waits for its turn, as the switch itself does not
                connection.execute("COMMIT")
                connection.execute("PRAGMA journal_mode = WAL")
    except OSError as error:
        raise StoreError(f"the folder {path.parent} cannot be used: {error.strerror}") from error
    except sqlite3.Error as error:
        raise StoreError(describe(store.engine.url, error)) from error
