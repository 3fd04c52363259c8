"""Moving tables from one archive into another, and proving that they came out the same.

Knows nothing of what the tables are for. Start reading at `transfer`: it says which of the two ways
is taken; both prove what they moved by reading it back.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import Table
from sqlalchemy.orm import Session

from aggregator.errors import StoreError
from aggregator.store.engine import Store
from aggregator.store.rows import Digest, Row, bulk_load, quoted, read_rows, write_rows


class Way(Protocol):
    """How the tables of one archive come into another."""

    def move(self, table: Table) -> None:
        """Brings all its rows over."""

    def proven(self, table: Table) -> int:
        """How many rows came. Raises: StoreError where they are not the same as there."""


@contextmanager
def transfer(source: Store, target: Store) -> Iterator[tuple[Session, Way]]:
    """A transaction that loads the target, and the way from one state of the source into it."""
    if source.path is not None and target.path is not None:
        try:
            with bulk_load(target) as writing:
                yield writing, _Beside(source.path, writing)
        finally:
            target.close()  # its connection has the other file open as well
        return
    with source.read() as reading, bulk_load(target) as writing:
        yield writing, _Through(reading, writing)


class _Through:
    """By way of this program: from any database into any other."""

    def __init__(self, reading: Session, writing: Session) -> None:
        self._reading, self._writing = reading, writing
        self._sent: dict[str, Digest] = {}

    def move(self, table: Table) -> None:
        digest = self._sent[table.name] = Digest()
        names = [column.name for column in table.columns]
        write_rows(self._writing, table, names, _digested(read_rows(self._reading, table), digest))

    def proven(self, table: Table) -> int:
        sent, got = self._sent[table.name], Digest()
        for rows in read_rows(self._writing, table):
            got.add(rows)
        if (got.count, got.sum) != (sent.count, sent.sum):
            raise _otherwise(table, sent.count, got.count)
        return sent.count


def _digested(portions: Iterable[list[Row]], digest: Digest) -> Iterator[list[Row]]:
    for rows in portions:
        digest.add(rows)
        yield rows


class _Beside:
    """From SQLite file to SQLite file, by SQLite itself: half the work, since no row becomes Python's."""

    def __init__(self, path: Path, writing: Session) -> None:
        driver: Any = writing.connection().connection.driver_connection
        self._driver = driver
        # What is read of it is one state: that of the first look, up to the end of the transaction.
        driver.execute("ATTACH DATABASE ? AS origin", (str(path),))

    def move(self, table: Table) -> None:
        names = ", ".join(quoted(column.name) for column in table.columns)
        keys = ", ".join(quoted(column.name) for column in table.primary_key.columns)
        self._driver.execute(
            f"INSERT INTO main.{quoted(table.name)} ({names})"  # noqa: S608  names of our own schema
            f" SELECT {names} FROM origin.{quoted(table.name)} ORDER BY {keys}"
        )

    def proven(self, table: Table) -> int:
        name = quoted(table.name)
        same = [f"there.{key} = here.{key}" for key in map(quoted, table.primary_key.columns.keys())]
        same += [f"there.{column} IS here.{column}" for column in map(quoted, table.columns.keys())]
        both = f"origin.{name} AS there CROSS JOIN main.{name} AS here ON {' AND '.join(same)}"
        sent, got, equal = (self._count(rows) for rows in (f"origin.{name}", f"main.{name}", both))
        if not sent == got == equal:
            raise _otherwise(table, sent, got)
        return sent

    def _count(self, rows: str) -> int:
        [count] = self._driver.execute(f"SELECT count(*) FROM {rows}").fetchone()  # noqa: S608  our own names
        return int(count)


def _otherwise(table: Table, sent: int, got: int) -> StoreError:
    return StoreError(f"{table.name} came out otherwise: {sent} rows read, {got} there now; nothing is kept")
