"""Which version of the tables a database holds, and how it gets to the one this program needs.

Knows nothing of what the tables are for. Start reading at `bring_up`: one cheap query tells;
Alembic is loaded only when there is something to migrate.
"""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Column, Connection, MetaData, String, Table, insert, inspect, select
from sqlalchemy.orm import Session

from aggregator.errors import StoreError
from aggregator.store import search, views
from aggregator.store.columns import Base
from aggregator.store.engine import Store
from aggregator.store.schema import MetaRow

# All revisions, oldest first, as in migrations/versions (a test compares them).
REVISIONS = ("0001", "0002", "0003", "0004", "0005", "0006", "0007")
HEAD = REVISIONS[-1]
_VERSION = Table("alembic_version", MetaData(), Column("version_num", String(32), primary_key=True))


def bring_up(store: Store, *, create: bool = True, migrate: bool, backup: bool = True) -> tuple[str, ...]:
    """Creates the tables in an empty database, migrates an older SQLite file; says what it did.

    With `backup` a SQLite file is copied beside itself before it is migrated.

    Raises: StoreError for an empty database unless `create`, one of another program, of a newer
        version of this one, or of an older one that must not be migrated here.
    """
    found = _version(store)
    if found == HEAD:
        return ()
    if found is None:
        if not create:
            raise missing(store)
        return (_create(store),)
    if found not in REVISIONS:
        raise StoreError(
            f"the archive {_name(store)} was written by a newer version of this program ({found}; this one "
            f"knows {HEAD}): install that version, or restore the backup made when it was upgraded"
        )
    if not store.is_sqlite:
        raise StoreError(
            f"the archive {_name(store)} is of version {found}: run `aggregator db upgrade` once"
        )
    if not migrate:
        raise StoreError(
            f"the archive {_name(store)} is of version {found} and must be migrated to {HEAD} first"
        )
    return upgrade(store, backup=backup)


def upgrade(store: Store, *, backup: bool = True) -> tuple[str, ...]:
    """Migrates to this program's version, a SQLite file after a backup beside it; says what it did."""
    found = _version(store)
    if found is None or found == HEAD:
        return bring_up(store, migrate=True)
    notes = [_backup(store, found)] if store.is_sqlite and backup else []
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "aggregator.store:migrations")
    with store.write() as session:
        config.attributes["connection"] = session.connection()
        views.drop(session.connection())
        command.upgrade(config, "head")
        views.create(session.connection())
    return (*notes, f"migrated from {found} to {HEAD}")


def _version(store: Store) -> str | None:
    """The version that the database holds; None for an empty one."""
    with store.read() as session:
        tables = set(inspect(session.connection()).get_table_names())
        if _VERSION.name not in tables:
            if tables:
                raise StoreError(
                    f"the database {_name(store)} belongs to another program: {sorted(tables)[:3]}"
                )
            return None
        return session.scalar(select(_VERSION.c.version_num)) or ""


def _create(store: Store) -> str:
    with store.write() as session:
        connection = session.connection()
        # Another process may have been first: it holds the same lock, so this look is the last word.
        if inspect(connection).has_table(_VERSION.name):
            return "opened"
        create_tables(connection)
        _first_row(session)
    return f"created {_name(store)}"


def create_tables(connection: Connection) -> None:
    """All tables at this program's version, without Alembic: the quick way for an empty database."""
    Base.metadata.create_all(connection, checkfirst=False)
    search.create(connection)
    views.create(connection)
    _VERSION.create(connection, checkfirst=False)
    connection.execute(insert(_VERSION).values(version_num=HEAD))


def _first_row(session: Session) -> None:
    session.execute(
        insert(MetaRow).values(id=1, change_seq=0, catalogue_digest="", created_at=datetime.now(UTC))
    )


def _backup(store: Store, version: str) -> str:
    """A copy of the SQLite file beside it, made by SQLite itself, so that it is whole."""
    path = Path(store.engine.url.database or "")
    target = path.with_name(f"{path.name}.{version}-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.backup")
    try:
        with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(target)) as copy:
            source.backup(copy)
    except sqlite3.Error as error:
        raise StoreError(f"no backup could be written to {target}: {error}; nothing was changed") from error
    return f"backed up to {target}"


def missing(store: Store) -> StoreError:
    """What to say to whoever asks an archive that is not there."""
    return StoreError(f"there is no archive at {_name(store)}; is that right? `aggregator run` makes one")


def _name(store: Store) -> str:
    return store.engine.url.render_as_string(hide_password=True)
