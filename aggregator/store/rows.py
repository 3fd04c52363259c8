"""Rows of any table as plain values that are equal on SQLite and PostgreSQL, read and written in bulk.

Knows nothing of what the tables are for. Start reading at `read_rows`; the values are those that
SQLite keeps: instants and days as text, truth as 0 and 1, JSON as its text.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import JSON, Boolean, Column, Connection, Date, Table, Text, text
from sqlalchemy.orm import Session

from aggregator.errors import StoreError
from aggregator.store.columns import Base, Instant
from aggregator.store.engine import Store

Row = tuple[Any, ...]
# Rows of texts and pages: some 10 MB at once, of which half a dozen copies may be in memory.
AT_ONCE = 500
# How far the index of search is made: what is loaded is indexed anew.
_DERIVED = frozenset({"search_state"})


def tables() -> list[Table]:
    """All tables of the archive, those first that others point to; not what is made of them."""
    return [table for table in Base.metadata.sorted_tables if table.name not in _DERIVED]


def read_rows(session: Session, table: Table) -> Iterator[list[Row]]:
    """All rows of the table by primary key, some hundred at once."""
    connection = session.connection()
    is_sqlite = connection.dialect.name == "sqlite"
    columns = ", ".join(_selected(column, is_sqlite=is_sqlite) for column in table.columns)
    order = ", ".join(_ordered(column, is_sqlite=is_sqlite) for column in table.primary_key.columns)
    query = f"SELECT {columns} FROM {quoted(table.name)} ORDER BY {order}"  # noqa: S608  names of our own schema
    driver: Any = connection.connection.driver_connection
    # A named cursor of PostgreSQL hands rows out as they are asked for; SQLite's always does.
    with _closing(driver.cursor() if is_sqlite else driver.cursor(name="rows")) as cursor:
        cursor.execute(query)
        while rows := cursor.fetchmany(AT_ONCE):
            yield rows


def write_rows(session: Session, table: Table, names: Sequence[str], portions: Iterable[list[Row]]) -> int:
    """Inserts rows that hold these columns, the others as the schema has them; how many there were."""
    columns = ", ".join(map(quoted, names))
    connection = session.connection()
    driver: Any = connection.connection.driver_connection
    count = 0
    with _closing(driver.cursor()) as cursor:
        if connection.dialect.name == "sqlite":
            marks = ", ".join("?" * len(names))
            statement = f"INSERT INTO {quoted(table.name)} ({columns}) VALUES ({marks})"  # noqa: S608  our own names
            for rows in portions:
                cursor.executemany(statement, rows)
                count += len(rows)
            return count
        with cursor.copy(f"COPY {quoted(table.name)} ({columns}) FROM STDIN") as copy:
            for rows in portions:
                for row in rows:
                    copy.write_row(row)
                count += len(rows)
    return count


def quoted(name: str) -> str:
    """A name of our own schema as SQL takes it, whatever word it is."""
    return f'"{name}"'


class Digest:
    """A checksum over rows: the same on either database in one process, another in the next.

    Shapes: `sum` is Python's own keyed 64-bit hash, chained over portions as `read_rows` gives them. It
        sees every letter, for a tenth of what SHA-256 over the same rows as bytes costs.
    """

    def __init__(self) -> None:
        self.sum = self.count = 0

    def add(self, rows: Sequence[Row]) -> None:
        """Takes in further rows."""
        self.sum = hash((self.sum, *rows))
        self.count += len(rows)


@contextmanager
def bulk_load(store: Store) -> Iterator[Session]:
    """A write transaction without secondary indexes and checks of references, made up for at its end.

    Raises: StoreError when a reference leads nowhere; then nothing of it is kept.
    """
    with store.load() as session:
        connection = session.connection()
        if not store.is_sqlite:
            connection.execute(text("SET LOCAL TIME ZONE 'UTC'"))
        indexes = [index for table in tables() for index in table.indexes]
        for index in indexes:
            index.drop(connection)
        yield session
        for index in indexes:
            index.create(connection)
        _check_references(connection)
        _set_sequences(connection)


def _check_references(connection: Connection) -> None:
    if connection.dialect.name != "sqlite":
        return  # PostgreSQL looks at each row as it comes
    lost = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    if lost is not None:
        raise StoreError(f"a row of {lost[0]} names one of {lost[2]} that is not there")


def _set_sequences(connection: Connection) -> None:
    """Numbers that the server itself hands out go on after those that came."""
    if connection.dialect.name == "sqlite":
        return
    for table in tables():
        column = table.autoincrement_column
        if column is None:
            continue
        name = f"pg_get_serial_sequence('{table.name}', '{column.name}')"
        connection.execute(
            text(
                f'SELECT setval({name}, coalesce(max("{column.name}"), 1), count(*) > 0) FROM "{table.name}"'  # noqa: S608  our own names
            )
        )


def _selected(column: Column[Any], *, is_sqlite: bool) -> str:
    name = quoted(column.name)
    if is_sqlite:
        return name
    if isinstance(column.type, Instant):
        return f"to_char({name} AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')"
    if isinstance(column.type, Boolean):
        return f"{name}::int"
    if isinstance(column.type, JSON | Date):
        return f"{name}::text"
    return name


def _ordered(column: Column[Any], *, is_sqlite: bool) -> str:
    # By bytes, as SQLite orders, and not by the rules of a language that the server was set up with.
    return quoted(column.name) + ("" if is_sqlite or not isinstance(column.type, Text) else ' COLLATE "C"')


@contextmanager
def _closing(cursor: Any) -> Iterator[Any]:  # noqa: ANN401  either driver's
    try:
        yield cursor
    finally:
        cursor.close()
