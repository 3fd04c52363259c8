"""CPU of copying and rebuilding an archive against raw `executemany`; of counting from Parquet and SQLite.

    python -m benchmarks.archive [SIZE]

Floors: `db copy` and `import --restore` at most 1.6 times the CPU of `executemany` of the same rows into
the same tables, 1.2 times where both index for search as well; months counted from Parquet by DuckDB for
at most a third of what SQLite takes. The same process, SQLite files, 100,000 articles unless SIZE says
otherwise; each step but the indexing is the best of three.
"""

import io
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from aggregator.exports.export import Format, export
from aggregator.exports.rows import Selection
from aggregator.store import Store, open_store, search
from aggregator.store.copying import copy_archive, dump, restore
from aggregator.store.rows import Row, read_rows, tables
from benchmarks.search import fill

SIZE = 100_000
ROUNDS = 3
_MONTHS = "substr(CAST(published_day AS TEXT), 1, 7) AS month, count(*)"


def cpu(work: Callable[[], object]) -> float:
    """Seconds of CPU of one round."""
    start = time.process_time()
    work()
    return time.process_time() - start


def best(work: Callable[[], object]) -> float:
    """Seconds of CPU of the fastest round."""
    return min(cpu(work) for _ in range(ROUNDS))


class Bench:
    """An archive, and empty ones to fill."""

    def __init__(self, folder: Path, size: int) -> None:
        self.folder = folder
        self.store = open_store(str(folder / "archive.sqlite"))
        fill(self.store, size)
        with self.store.read() as session:
            self.rows: dict[str, list[Row]] = {
                table.name: [row for rows in read_rows(session, table) for row in rows] for table in tables()
            }
        file = io.BytesIO()
        dump(self.store, file.write)
        self.lines = file.getvalue()
        self._made = 0

    def empty(self) -> Store:
        """A new archive."""
        self._made += 1
        return open_store(str(self.folder / f"copy{self._made}.sqlite"))

    def raw(self) -> Store:
        """A new archive, filled by `executemany` with rows that are in memory."""
        store = self.empty()
        with closing(sqlite3.connect(store.engine.url.database or "")) as connection, connection:
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute("DELETE FROM meta")
            for name, rows in self.rows.items():
                marks = ", ".join("?" * len(rows[0])) if rows else ""
                if rows:
                    connection.executemany(f"INSERT INTO {name} VALUES ({marks})", rows)
        return store

    def copied(self) -> Store:
        """A new archive, filled by `db copy`."""
        store = self.empty()
        copy_archive(self.store, store)
        return store

    def restored(self) -> Store:
        """A new archive, filled by `import --restore`."""
        store = self.empty()
        restore(store, io.BytesIO(self.lines))
        return store


def filling(bench: Bench) -> bool:
    """Prints the ratios; whether they are within their floors."""
    made = {"executemany": bench.raw, "db copy": bench.copied, "import --restore": bench.restored}
    spent = {name: best(lambda work=work: work().close()) for name, work in made.items()}  # type: ignore[misc]  # a default argument
    stores = {name: work() for name, work in made.items()}
    indexing = min(cpu(lambda store=store: search.catch_up(store)) for store in stores.values())  # type: ignore[misc]  # a default argument
    raw, is_within = spent["executemany"], True
    for name, seconds in spent.items():
        bare, whole = seconds / raw, (seconds + indexing) / (raw + indexing)
        is_within &= bare <= 1.6 and whole <= 1.2
        print(f"  {name:<18}{seconds:8.2f} s{bare:8.2f} times{whole:8.2f} with search ({indexing:.1f} s)")
    return is_within


def counting(bench: Bench) -> bool:
    """Prints what counting months costs; whether Parquet takes a third at most.

    On the side of SQLite is what an analyst would write: a question to the documented view.
    """
    import duckdb

    with bench.store.read() as session:
        export(session, Format.PARQUET, "articles", Selection(), bench.folder / "parquet")
    parts = f"'{bench.folder}/parquet/articles/*/*.parquet'"
    database: Any = duckdb.connect()
    with closing(sqlite3.connect(bench.folder / "archive.sqlite")) as connection:
        of_sqlite = f"SELECT {_MONTHS} FROM articles GROUP BY month"
        of_parquet = f"SELECT {_MONTHS} FROM {parts} GROUP BY 1"
        found = sorted(database.execute(of_parquet).fetchall(), key=str)
        assert found == sorted(connection.execute(of_sqlite).fetchall(), key=str)
        slow = best(lambda: connection.execute(of_sqlite).fetchall())
    # What the partition says need not be read from the rows.
    by_part = f"SELECT month, count(*) FROM read_parquet({parts}, hive_partitioning = true) GROUP BY month"
    for name, question in (("by day", of_parquet), ("by part", by_part)):
        fast = best(lambda question=question: database.execute(question).fetchall())  # type: ignore[misc]  # a default argument
        shown = f"{fast * 1000:8.1f} ms of DuckDB, {slow * 1000:.1f} ms of SQLite"
        print(f"  months {name:<10}{shown}: {slow / fast:.1f}")
    return slow / fast >= 3


def main(size: int) -> int:
    """Prints all figures; 1 where one misses its floor."""
    with tempfile.TemporaryDirectory() as folder:
        print(f"{size} articles: CPU")
        bench = Bench(Path(folder), size)
        is_within = [filling(bench), counting(bench)]
        bench.store.close()
    return int(not all(is_within))


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else SIZE))
