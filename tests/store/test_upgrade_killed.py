"""An upgrade that is killed at any statement leaves the archive as it was, and the next one does it all."""

import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
import zstandard
from sqlalchemy import text

from aggregator.store import open_store, upgrade_store
from aggregator.store.engine import connect
from aggregator.store.version import HEAD

_RELEASED = sorted((Path(__file__).parents[2] / "fixtures" / "archives").glob("*.zst"))
# A child for each kill: to load Alembic takes longer than to upgrade. Only a child touches a database,
# since connections must not be inherited.
_KILLER = """
import os, signal, sys
from alembic import command, config
from sqlalchemy import Engine, event
from aggregator.store import upgrade_store
done = [0]
stop_at = 0
@event.listens_for(Engine, "before_cursor_execute")
def count(*_):
    done[0] += 1
    if done[0] == stop_at:
        os.kill(os.getpid(), signal.SIGKILL)
statements = int(sys.argv[1])
addresses = sys.argv[2:]
for number, address in enumerate(addresses):
    child = os.fork()
    if not child:
        stop_at = max(1, statements * (number + 1) // (len(addresses) + 1)) if statements else 0
        upgrade_store(address)
        print(done[0], flush=True)
        os._exit(0)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


def _killed(statements: int, addresses: list[str]) -> list[int]:
    command = [sys.executable, "-c", _KILLER, str(statements), *addresses]
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ)
    assert done.returncode == 0, done.stderr
    return [int(line) for line in done.stdout.split()]


@pytest.mark.parametrize("kept", _RELEASED, ids=lambda path: path.stem)
@pytest.mark.parametrize("kills", [3, pytest.param(20, marks=pytest.mark.slow)])
def test_a_killed_upgrade_of_a_file_is_none(kept: Path, tmp_path: Path, kills: int) -> None:
    original = zstandard.ZstdDecompressor().decompress(kept.read_bytes())
    paths = [tmp_path / f"{number}.sqlite" for number in range(kills + 1)]
    for path in paths:
        path.write_bytes(original)
    before = _dump(paths[0])
    statements, _ = _killed(0, [f"sqlite:///{paths[0]}"])
    assert statements > 30
    after = _dump(paths[0])
    assert _killed(statements, [f"sqlite:///{path}" for path in paths[1:]]) == [-signal.SIGKILL] * kills
    for path in paths[1:]:
        assert _dump(path) == before
        assert upgrade_store(f"sqlite:///{path}")[-1] == f"migrated from 0001 to {HEAD}"
        assert _dump(path) == after


def _dump(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """All that is in the archive, and how its tables are made; the index of search is made on opening."""
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        made = connection.execute("SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'search%'")
        kept = {"": sorted(made.fetchall(), key=str)}
        for kind, name, _ in kept[""]:
            if kind == "table":
                columns = [row[1] for row in connection.execute(f'PRAGMA table_info("{name}")')]
                chosen = ", ".join(f'"{column}"' for column in columns if column != "due_at")  # from now on
                kept[str(name)] = sorted(connection.execute(f'SELECT {chosen} FROM "{name}"'), key=str)
        return kept


def test_a_killed_upgrade_of_a_server_is_none(empty_postgres: str) -> None:
    store = connect(empty_postgres)
    _to_first_release(empty_postgres)
    for part in (10, 40):
        assert _killed(part, [empty_postgres]) == [-signal.SIGKILL]
        with store.connect() as connection:
            assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == "0001"
            found = connection.execute(text("SELECT count(*) FROM pg_views WHERE schemaname = 'public'"))
            assert found.scalar() == 0
    store.dispose()
    assert upgrade_store(empty_postgres)[-1] == f"migrated from 0001 to {HEAD}"
    open_store(empty_postgres).close()


def _to_first_release(address: str) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "aggregator.store:migrations")
    engine = connect(address)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
    engine.dispose()
