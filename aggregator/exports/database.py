"""SQLite: a file with a table for each view of the archive, under its name, and the dictionary.

Knows nothing of the archive and its tables. Start reading at `write_database`.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

from aggregator.dictionary import Table
from aggregator.exports.columns import DICTIONARY, Kind, Row, Value, dictionary
from aggregator.exports.delimited import plain

_TYPES: dict[str, str] = {Kind.NUMBER: "INTEGER", Kind.TRUTH: "INTEGER"}
_INDEXED = frozenset({"id", "article_id", "published_day", "source_id", "story_id", "term"})


def write_database(path: Path, tables: Sequence[tuple[Table, Iterable[Row]]]) -> int:
    """Writes a new file; how many rows, the dictionary's apart.

    Shapes: instants and days as ISO 8601 text, yes/no as 1 and 0, lists as JSON, as in the archive itself.
    """
    count = 0
    with closing(sqlite3.connect(path)) as connection, connection:
        for table, rows in tables:
            count += _write(connection, table, rows)
        _write(connection, DICTIONARY, dictionary(*(table for table, _ in tables)))
    return count


def _write(connection: sqlite3.Connection, table: Table, rows: Iterable[Row]) -> int:
    columns = ", ".join(f'"{column.name}" {_TYPES.get(column.kind, "TEXT")}' for column in table.columns)
    connection.execute(f'CREATE TABLE "{table.name}" ({columns})')
    marks = ", ".join("?" * len(table.columns))
    count = 0

    def values() -> Iterator[list[str | int | None]]:
        nonlocal count
        for row in rows:
            count += 1
            yield [_value(value) for value in row]

    connection.executemany(f'INSERT INTO "{table.name}" VALUES ({marks})', values())  # noqa: S608  our own names
    for name in table.names:
        if name in _INDEXED and table is not DICTIONARY:
            connection.execute(f'CREATE INDEX "{table.name}_{name}" ON "{table.name}" ("{name}")')
    return count


def _value(value: Value) -> str | int | None:
    return value if value is None else int(value) if isinstance(value, int) else plain(value)
