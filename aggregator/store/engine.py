"""The connection to a database and its transactions, on SQLite and PostgreSQL.

Knows nothing of articles or of tables. Start reading at `Store.write`: writers come one by one,
so what is read inside a write transaction is still true when it commits.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import (
    URL,
    ColumnElement,
    Connection,
    Engine,
    Insert,
    Table,
    create_engine,
    event,
    make_url,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, DatabaseError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.orm import Session

from aggregator.errors import StoreError
from aggregator.store.codec import dumps

Excluded = Mapping[str, Any]

# SQLite's lock is no queue: who waits asks again every 100 ms, and may be passed over. With 5 s one of
# eight processes that did nothing but write starved on two overloaded cores; at double these 30 s a
# lock that somebody left open takes a minute to be reported.
BUSY_SECONDS = 30
_WRITE = "aggregator_write"
_ONE_STATE = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
# Taken for the transaction by every writer; one archive a schema.
_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended('aggregator ' || current_schema(), 0))")
# What SQLite and PostgreSQL say, and what it means to the person who runs the program.
_MEANINGS = (
    ("not a database", "is not a database; give another file, or move this one away"),
    ("unable to open database file", "cannot be opened; the folder must exist and be writable"),
    ("readonly database", "cannot be written to; check owner and permissions of the file and its folder"),
    ("disk is full", "has no room left: the disk is full; what was acknowledged before is kept"),
    ("no space left", "has no room left: the disk is full; what was acknowledged before is kept"),
    ("disk i/o error", "cannot be written to: the disk fails or is full; what was acknowledged is kept"),
    ("is malformed", "is damaged; restore it from a backup"),
    ("database is locked", "is kept locked by another program"),
    ("permission denied", "refuses this user"),
    ("administrator command", "was stopped; what was acknowledged before is kept"),
    ("shutting down", "was stopped; what was acknowledged before is kept"),
    ("starting up", "is just starting; try again in a moment"),
    ("server closed the connection", "went away; what was acknowledged before is kept"),
    ("connection refused", "does not answer; is the server up, and the address right?"),
    ("is the server running", "does not answer; is the server up, and the address right?"),  # no socket
    ("does not exist", "does not exist on this server; create it first"),
)


class Store:
    """An open archive. Sessions come from `write` and `read`; rows stay in the store package."""

    def __init__(self, engine: Engine, notes: tuple[str, ...] = ()) -> None:
        self.engine = engine
        self.notes = notes

    @property
    def is_sqlite(self) -> bool:
        """Whether the archive is a SQLite file."""
        return self.engine.dialect.name == "sqlite"

    @property
    def path(self) -> Path | None:
        """The file of a SQLite archive; None where a server keeps it."""
        return Path(self.engine.url.database or "") if self.is_sqlite else None

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A session in a transaction that no other writer shares; committed at the end.

        Raises: StoreError when the database cannot be used; then nothing of it is kept.
        """
        with _in_words(self.engine.url), self.engine.connect() as opened:
            connection = opened.execution_options(**{_WRITE: True})
            with Session(connection, autoflush=False, expire_on_commit=False) as session, session.begin():
                if not self.is_sqlite:
                    session.execute(_LOCK)
                yield session

    @contextmanager
    def load(self) -> Iterator[Session]:
        """As `write`, but SQLite does not look at references: who loads in bulk checks them at the end.

        Raises: StoreError when the database cannot be used or refuses a row, also of what the driver
            itself is asked, past SQLAlchemy; then nothing of it is kept.
        """
        try:
            with self._loading() as session:
                yield session
        except self.engine.dialect.loaded_dbapi.Error as error:
            raise StoreError(describe(self.engine.url, error)) from error

    @contextmanager
    def _loading(self) -> Iterator[Session]:
        if not self.is_sqlite:
            with self.write() as session:
                yield session
            return
        with _in_words(self.engine.url), self.engine.connect() as opened:
            driver: Any = opened.connection.driver_connection
            driver.execute("PRAGMA foreign_keys = OFF")  # says nothing, and does nothing, in a transaction
            try:
                connection = opened.execution_options(**{_WRITE: True})
                with Session(connection, autoflush=False) as session, session.begin():
                    yield session
            finally:
                driver.execute("PRAGMA foreign_keys = ON")

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session that sees one state of the archive throughout.

        Raises: StoreError when the database cannot be used.
        """
        with _in_words(self.engine.url), self.engine.connect() as opened:
            options = {} if self.is_sqlite else _ONE_STATE
            with Session(opened.execution_options(**options), autoflush=False) as session:
                yield session

    def scrub(self) -> bool:
        """Rewrites the database without what was deleted; False where another program's reading kept a log.

        SQLite: the file is written anew, the write-ahead log emptied. PostgreSQL: the tables
        are written anew; its own log and standbys forget as the server is set up to.
        """
        with _in_words(self.engine.url), self.engine.connect() as opened:
            driver: Any = opened.connection.driver_connection
            if self.is_sqlite:
                driver.execute("VACUUM")
                busy, *_ = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
                return not busy
            driver.autocommit = True
            try:
                driver.execute("VACUUM FULL")
            finally:
                driver.autocommit = False
            return True

    def close(self) -> None:
        """Lets go of all connections."""
        self.engine.dispose()


@contextmanager
def savepoint(session: Session) -> Iterator[None]:
    """What is written inside is undone when it raises; the transaction goes on.

    Raises: StoreError when it is the database that fails, and not what was written to it.
    """
    first: DBAPIError | None = None  # a full disk ends the transaction, and undoing then fails as well
    try:
        with session.begin_nested():
            try:
                yield
            except DBAPIError as error:
                first = error
                raise
    except DBAPIError as error:
        fault = first or error
        if is_fault(fault):
            raise StoreError(describe(session.get_bind().engine.url, fault)) from fault
        raise


def connect(address: str) -> Engine:
    """An engine for that URL or path of a SQLite file; nothing is opened yet.

    Raises: StoreError for an address that cannot be read or a database that is not supported.
    """
    url = _url(address)
    options: dict[str, Any] = {"json_serializer": dumps}
    if url.get_backend_name() == "sqlite":
        options["connect_args"] = {"timeout": BUSY_SECONDS}
    else:
        options["pool_pre_ping"] = True
    try:
        engine = create_engine(url, **options)
    except ImportError as error:
        raise StoreError(
            f"{url.drivername} needs a driver: install the wheel with its extra `postgres`"
        ) from error
    if url.get_backend_name() == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def is_fault(error: DBAPIError) -> bool:
    """Whether the database itself fails (full, locked, gone, damaged) rather than one value."""
    return isinstance(error, (OperationalError, InterfaceError)) or type(error) is DatabaseError


def describe(url: URL, error: Exception) -> str:
    """The fault in one line for a person: which database, what it means."""
    said = str(getattr(error, "orig", error)).strip()
    meaning = next((words for sign, words in _MEANINGS if sign in said.lower()), f"cannot be used: {said}")
    return f"the database {url.render_as_string(hide_password=True)} {meaning}"


def _url(address: str) -> URL:
    if "://" not in address:
        return URL.create("sqlite", database=str(Path(address).expanduser()))
    try:
        url = make_url(address)
    except ArgumentError as error:
        raise StoreError(
            f"not a database URL: {address!r}; like sqlite:////var/lib/aggregator.sqlite"
        ) from error
    if url.drivername in ("postgres", "postgresql"):
        return url.set(drivername="postgresql+psycopg")
    if url.get_backend_name() not in ("sqlite", "postgresql"):
        raise StoreError(f"{url.get_backend_name()} is not supported; use sqlite:///FILE or postgresql://...")
    return url


@contextmanager
def _in_words(url: URL) -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        if is_fault(error):
            raise StoreError(describe(url, error)) from error
        raise


def _prepare_sqlite(connection: DBAPIConnection, _record: object) -> None:
    # The driver must not open transactions by itself: ours say BEGIN IMMEDIATE (see _begin_sqlite).
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("synchronous = NORMAL", "foreign_keys = ON", "secure_delete = ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # A plain BEGIN that reads before it writes fails at once under several writers.
    is_write = connection.get_execution_options().get(_WRITE)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if is_write else "BEGIN")


def upsert(
    session: Session,
    table: Table,
    keys: Sequence[str],
    change: Callable[[Excluded], Mapping[str, object]] | None = None,
    where: ColumnElement[bool] | None = None,
) -> Insert:
    """An insert of rows that, where one with these keys exists, makes this change to it, or none.

    Shapes: `change` is given the columns of the row that was to be inserted.
    """
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    statement = sqlite.insert(table) if is_sqlite else postgresql.insert(table)
    if change is None:
        return statement.on_conflict_do_nothing(index_elements=list(keys))
    changed = dict(change(dict(statement.excluded.items())))
    return statement.on_conflict_do_update(index_elements=list(keys), set_=changed, where=where)
