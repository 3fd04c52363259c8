"""Backups: a copy of the archive in one file, made while others read and write, read back before it counts.

Knows nothing of what the tables are for. Start reading at `back_up`; `bring_back` takes either
kind of file into either kind of database.
"""

import io
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import zstandard

from aggregator.errors import StoreError
from aggregator.store import Store, open_store
from aggregator.store.copying import Loaded, check_dump, copy_archive, dump, restore
from aggregator.store.version import HEAD

_SQLITE = b"SQLite format 3\0"
_ZSTD = b"\x28\xb5\x2f\xfd"


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that was written and read back."""

    path: Path
    articles: int
    bytes: int


def back_up(store: Store, path: Path) -> Backup:
    """Writes one state of the archive to the file, beside it first, and reads it back.

    Shapes: of SQLite a SQLite file, of PostgreSQL a full export, compressed by zstd.
    Raises: StoreError when the file is there already, cannot be written, or is not what was read.
    """
    if path.exists():
        raise StoreError(f"{path} is there already: a backup never replaces another")
    beside = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside.unlink(missing_ok=True)
        articles = _copy_file(store, beside) if store.is_sqlite else _dump_file(store, beside)
        beside.rename(path)
    except (OSError, sqlite3.Error) as error:
        raise StoreError(f"no backup could be written to {path}: {error}") from error
    finally:
        beside.unlink(missing_ok=True)
    return Backup(path, articles, path.stat().st_size)


def bring_back(store: Store, path: Path) -> Loaded:
    """Replaces all that the archive holds by what the backup does, at once or not at all.

    What has been withdrawn since the backup was made stays withdrawn.

    Raises: StoreError when the file is no backup, or is damaged; then the archive stays as it is.
    """
    try:
        with path.open("rb") as file:
            start = file.read(len(_SQLITE))
    except OSError as error:
        raise StoreError(f"{path}: {error.strerror}") from error
    if start == _SQLITE:
        return _from_file(store, path)
    if start.startswith(_ZSTD):
        return restore(store, _lines(path), replace=True)
    with path.open("rb") as file:
        return restore(store, file, replace=True)


def _copy_file(store: Store, path: Path) -> int:
    source = Path(store.engine.url.database or "")
    # SQLite's own online backup: it starts again where another process writes meanwhile, and its
    # result is one state. All pages at once, so that a busy run cannot make it start for ever.
    with (
        closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as read,
        closing(sqlite3.connect(path)) as copy,
    ):
        read.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")  # one file, without a log beside it
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as copy:
        [found] = copy.execute("PRAGMA integrity_check(1)").fetchone()
        if found != "ok":
            raise StoreError(f"the archive is damaged, and so is its backup: {found}")
        [version] = copy.execute("SELECT version_num FROM alembic_version").fetchone()
        if version != HEAD:
            raise StoreError(f"the archive is of version {version}: upgrade it first")
        return int(copy.execute("SELECT count(*) FROM entry").fetchone()[0])


def _dump_file(store: Store, path: Path) -> int:
    with path.open("xb") as file, zstandard.ZstdCompressor(level=3).stream_writer(file) as packed:
        rows = dump(store, packed.write)
    held = check_dump(_lines(path))
    if held.total() != rows:
        raise StoreError("the backup does not hold what was read")
    return held["entry"]


def _lines(path: Path) -> Iterator[bytes]:
    """The lines of a compressed full export. Raises: StoreError when it is damaged."""
    with path.open("rb") as file, zstandard.ZstdDecompressor().stream_reader(file) as plain:
        try:
            yield from io.BufferedReader(plain)
        except zstandard.ZstdError as error:
            raise StoreError(f"{path} is damaged: {error}") from error


def _from_file(store: Store, path: Path) -> Loaded:
    """The file itself is not opened for writing: what is older is migrated in a copy."""
    with tempfile.TemporaryDirectory(prefix="aggregator-restore-") as folder:
        copy = Path(folder) / "backup.sqlite"
        try:
            shutil.copyfile(path, copy)
            with closing(sqlite3.connect(copy)) as opened:
                [found] = opened.execute("PRAGMA integrity_check(1)").fetchone()
        except (OSError, sqlite3.Error) as error:
            raise StoreError(f"{path} cannot be read: {error}") from error
        if found != "ok":
            raise StoreError(f"{path} is damaged: {found}")
        source = open_store(str(copy), backup=False)
        try:
            return copy_archive(source, store, replace=True)
        finally:
            source.close()
