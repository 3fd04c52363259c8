"""An export from the archive to a file or a stream, with its count and checksum.

Knows which module writes which format, nothing of how. Start reading at `export`.
"""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from pathlib import Path

from aggregator import __version__
from aggregator.errors import ConfigError
from aggregator.exports.columns import TABLES
from aggregator.exports.rows import Selection, portions, read_rows
from aggregator.items import Fetched
from aggregator.store import Session, snapshots
from aggregator.store.past import seen_pages
from aggregator.store.sources import find_sources


class Format(StrEnum):
    """What an export is written as."""

    CSV = "csv"
    JSONL = "jsonl"
    PARQUET = "parquet"
    XLSX = "xlsx"
    SQLITE = "sqlite"
    WARC = "warc"


STREAMS = frozenset({Format.CSV, Format.JSONL})
"""The formats that can be written to standard output."""

SOFTWARE = f"lombardy-aggregator/{__version__}"


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written. Shapes: of a folder `sha256` is over the names and checksums of its files."""

    rows: int
    sha256: str
    cut: int = 0


def export(
    session: Session,
    format_: Format,
    what: str,
    selection: Selection,
    out: Path | Callable[[bytes], object],
    *,
    for_excel: bool = False,
) -> Exported:
    """Writes one state of the archive: to a file, made beside and put in place whole, or to a stream.

    Shapes: `cut` are cells of a workbook that could not hold their text. SQLite gets all tables
        where `what` is empty; WARC gets the kept pages of the articles.
    Raises: ConfigError when a library that the format needs is missing; OSError.
    """
    if not isinstance(out, Path):
        return _stream(session, format_, what, selection, out, for_excel=for_excel)
    with beside(out) as path:
        if format_ in STREAMS:
            with path.open("wb") as file:
                return _stream(session, format_, what, selection, file.write, for_excel=for_excel)
        rows, cut = _file(session, format_, what, selection, path)
        return Exported(rows, checksum(path), cut)


def checksum(path: Path) -> str:
    """The SHA-256 of a file, or of all files of a folder with their names."""
    if path.is_dir():
        files = sorted(file for file in path.rglob("*") if file.is_file())
        told = "".join(f"{checksum(file)}  {file.relative_to(path)}\n" for file in files)
        return sha256(told.encode()).hexdigest()
    found = sha256()
    with path.open("rb") as read:
        while block := read.read(1 << 20):
            found.update(block)
    return found.hexdigest()


def _stream(
    session: Session, format_: Format, what: str, selection: Selection, write: Callable[[bytes], object],
    *, for_excel: bool,
) -> Exported:  # fmt: skip
    from aggregator.exports.delimited import write_csv, write_jsonl

    seen, table = sha256(), TABLES[what or "articles"]

    def put(data: bytes) -> None:
        seen.update(data)
        write(data)

    rows = read_rows(session, table.name, selection)
    if format_ is Format.CSV:
        count = write_csv(put, table, rows, for_excel=for_excel)
    else:
        count = write_jsonl(put, table, rows)
    return Exported(count, seen.hexdigest())


def _file(session: Session, format_: Format, what: str, selection: Selection, path: Path) -> tuple[int, int]:
    """How many rows were written, and how many cells cut."""
    if format_ is Format.WARC:
        from aggregator.exports.pages import write_warc

        if selection.is_public:
            raise ConfigError("pages as served are never public: leave out --public")
        return write_warc(path, _pages(session, selection), SOFTWARE), 0
    table = TABLES[what or "articles"]
    if format_ is Format.SQLITE:
        from aggregator.exports.database import write_database

        named = [table] if what else list(TABLES.values())
        return write_database(path, [(one, read_rows(session, one.name, selection)) for one in named]), 0
    rows = read_rows(session, table.name, selection)
    if format_ is Format.XLSX:
        from aggregator.exports.workbook import write_workbook

        return write_workbook(path, [(table, rows)], made_at=selection.as_of)
    from aggregator.exports.columnar import write_partitioned

    path.mkdir()
    return write_partitioned(path, table, rows), 0


def _pages(session: Session, selection: Selection) -> Iterator[Fetched]:
    """The kept pages of the articles, oldest of each first."""
    sources = {source.id: source for source in find_sources(session)}
    for entries in portions(session, selection, sources):
        shown = seen_pages(session, [entry.id for entry in entries], selection.as_of)
        for entry in entries:
            ids = [page.snapshot_id for page in shown.get(entry.id, ()) if page.snapshot_id is not None]
            kept = snapshots.load_many(session, ids)
            yield from (kept[id_] for id_ in ids if id_ in kept)


@contextmanager
def beside(path: Path) -> Iterator[Path]:
    """A name beside the path to write to; what is there when all went well takes the path's place."""
    part = path.with_name(f".{path.name}.part")
    path.parent.mkdir(parents=True, exist_ok=True)
    _remove(part)
    try:
        yield part
        if path.is_dir():
            _remove(path)  # a folder cannot be replaced in one step
        part.replace(path)
    finally:
        _remove(part)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
