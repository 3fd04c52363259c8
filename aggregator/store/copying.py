"""A whole archive into an empty one: from another database, or from the lines of a full export.

Knows nothing of what the tables are for. Start reading at `copy_archive`; `dump` and `restore`
do the same by way of a file:

    header (version, tables, their columns) -> one line a row, table by table -> end (rows, checksum)
"""

import json
from binascii import a2b_base64, b2a_base64
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from itertools import groupby, islice
from operator import itemgetter
from typing import Any

from sqlalchemy import LargeBinary, Table, delete, func, select
from sqlalchemy.orm import Session

from aggregator.errors import StoreError
from aggregator.store import search, withdrawals
from aggregator.store.codec import dumps
from aggregator.store.columns import Base
from aggregator.store.engine import Store
from aggregator.store.rows import AT_ONCE, Row, bulk_load, read_rows, tables, write_rows
from aggregator.store.schema import EntryRow, WithdrawalRow, WithdrawnKeyRow
from aggregator.store.transfer import transfer
from aggregator.store.version import HEAD, REVISIONS

FORMAT = 1
"""Of the full export: raised when its lines change."""

_MARK = b'{"aggregator_archive":'
# What an archive knows of its own and keeps when another is loaded into it.
_KEPT = (WithdrawalRow.__tablename__, WithdrawnKeyRow.__tablename__)


@dataclass(frozen=True, slots=True)
class Loaded:
    """What was brought in: rows by table, and how many articles of them had been withdrawn here."""

    rows: Mapping[str, int]
    withdrawn: int = 0


def copy_archive(source: Store, target: Store, *, replace: bool = False) -> Loaded:
    """Copies all rows, reads them back and compares them with those that were read.

    Shapes: the target must hold no articles, or is to be replaced; what it has withdrawn stays
        withdrawn. The index of search is left to `search.catch_up`.
    Raises: StoreError when it holds some, or when a table came out otherwise; then nothing is kept.
    """
    with transfer(source, target) as (writing, way):
        kept = _clear(writing, replace=replace)
        for table in tables():
            way.move(table)
        rows = {table.name: way.proven(table) for table in tables()}
        withdrawn = _withdraw_again(writing, kept)
    return Loaded(rows, withdrawn)


def dump(store: Store, write: Callable[[bytes], object]) -> int:
    """Writes the whole archive as JSON lines of one state; how many rows.

    Shapes: a header that names the columns of each table, then a list a row: its table, its values as
        SQLite spells them, bytes in base64; then the count and the SHA-256 of all lines before. The same
        archive is the same bytes.
    """
    total, seen = 0, sha256()

    def put(*lines: str) -> None:
        data = "".join([f"{line}\n" for line in lines]).encode()
        seen.update(data)
        write(data)

    with store.read() as session:
        put(dumps({"aggregator_archive": FORMAT, "version": HEAD, "tables": _columns()}))
        for table in tables():
            packed = _packed(table, _columns()[table.name])
            for rows in read_rows(session, table):
                total += len(rows)
                put(*[_line([table.name, *_changed(row, packed, _spelled)]) for row in rows])
    write(dumps({"end": True, "rows": total, "sha256": seen.hexdigest()}).encode() + b"\n")
    return total


def is_dump(line: bytes) -> bool:
    """Whether a file that begins with this line is a full export."""
    return line.startswith(_MARK)


def restore(store: Store, lines: Iterable[bytes], *, replace: bool = False) -> Loaded:
    """Rebuilds an archive from the lines of a full export, in place of an empty one or of any.

    Raises: StoreError when the archive holds articles, or the lines are no full export, are of a newer
        version, damaged or cut; then nothing is kept.
    """
    given = iter(lines)
    first = next(given, b"")
    columns = _header(first)
    reader, counts = _Reader(first, given), Counter[str]()
    with bulk_load(store) as session:
        kept = _clear(session, replace=replace)
        for name, rows in reader.portions():
            table = _table(name, columns)
            packed = _packed(table, columns[name])
            values = [tuple(_changed(row[1:], packed, a2b_base64)) for row in rows]
            counts[name] += write_rows(session, table, columns[name], [values])
        reader.check()
        withdrawn = _withdraw_again(session, kept)
    return Loaded(counts, withdrawn)


def check_dump(lines: Iterable[bytes]) -> Counter[str]:
    """How many rows of each table a full export holds. Raises: StoreError when it is damaged or cut."""
    given = iter(lines)
    first = next(given, b"")
    _header(first)
    reader, counts = _Reader(first, given), Counter[str]()
    for name, rows in reader.portions():
        counts[name] += len(rows)
    reader.check()
    return counts


class _Reader:
    """The lines of a full export after its header: their rows by table, and whether all of them came."""

    def __init__(self, header: bytes, lines: Iterator[bytes]) -> None:
        self._seen = sha256(header)
        self._lines = lines
        self._last: dict[str, Any] = {}
        self._rows = 0

    def portions(self) -> Iterator[tuple[str, list[list[Any]]]]:
        """The rows by table, up to the last line. Raises: StoreError for a line that is none."""
        while lines := list(islice(self._lines, AT_ONCE)):
            try:
                # Many at once: a call a line costs more than the parsing of most lines.
                rows: list[Any] = json.loads(b"[" + b",".join(lines) + b"]")
            except ValueError as error:
                raise StoreError(f"the export is damaged after row {self._rows}: {error}") from error
            if isinstance(rows[-1], dict):
                self._last = rows.pop()
                lines.pop()
            if not all(isinstance(row, list) and row for row in rows):
                raise StoreError(f"the export is damaged after row {self._rows}: a line is no row")
            self._seen.update(b"".join(lines))
            self._rows += len(rows)
            yield from ((name, list(group)) for name, group in groupby(rows, key=itemgetter(0)))

    def check(self) -> None:
        """Raises: StoreError when rows are missing or are others than were written."""
        if not self._last:
            raise StoreError(f"the export is cut: it ends after {self._rows} rows without saying so")
        if (self._last.get("rows"), self._last.get("sha256")) != (self._rows, self._seen.hexdigest()):
            raise StoreError("the export is damaged: its rows are not those that were written")


def _table(name: object, columns: Mapping[str, Sequence[str]]) -> Table:
    if not isinstance(name, str) or name not in columns:
        raise StoreError("the export is damaged: a line of no table")
    return Base.metadata.tables[name]


@cache
def _columns() -> dict[str, list[str]]:
    return {table.name: [column.name for column in table.columns] for table in tables()}


def _header(line: bytes) -> Mapping[str, Sequence[str]]:
    if not is_dump(line):
        raise StoreError("this is no full export: `export --full` writes one; plain rows need no --restore")
    header = json.loads(line)
    unknown = header["aggregator_archive"] != FORMAT or header["version"] not in REVISIONS
    if unknown or header["tables"].keys() - _columns().keys():
        raise StoreError(f"the export was written by a newer version of this program ({header['version']})")
    return dict(header["tables"])


def _clear(session: Session, *, replace: bool) -> Mapping[str, list[Row]]:
    """Empties the archive; what of it stays. Raises: StoreError when it holds articles."""
    held = session.scalar(select(func.count()).select_from(EntryRow).where(EntryRow.withdrawn_at.is_(None)))
    if held and not replace:
        raise StoreError(f"the archive holds {held} articles already: only an empty one can be filled")
    kept = {
        table.name: [row for rows in read_rows(session, table) for row in rows]
        for table in tables()
        if table.name in _KEPT
    }
    search.clear(session)
    for table in reversed(tables()):
        session.execute(delete(table))
    return kept


def _withdraw_again(session: Session, kept: Mapping[str, list[Row]]) -> int:
    """Puts back what was withdrawn here, and erases what of it has come; how many articles."""
    for table in tables():
        if table.name in kept:
            key = next(iter(table.primary_key.columns))
            there = set(session.scalars(select(key)))
            position = list(table.columns).index(key)
            rows = [row for row in kept[table.name] if row[position] not in there]
            write_rows(session, table, [column.name for column in table.columns], [rows])
    return withdrawals.withdraw_known(session) if any(kept.values()) else 0


_line = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def _packed(table: Table, names: Sequence[str]) -> list[int]:
    """Where among these columns those are whose values are bytes."""
    return [at for at, name in enumerate(names) if isinstance(table.columns[name].type, LargeBinary)]


def _changed(row: Sequence[Any], places: Sequence[int], change: Callable[[Any], object]) -> Sequence[Any]:
    if not places:
        return row
    values = list(row)
    for at in places:
        if values[at] is not None:
            values[at] = change(values[at])
    return values


def _spelled(value: bytes) -> str:
    return b2a_base64(value, newline=False).decode()
