"""What recognising copies costs: per article in memory, and against archives of several sizes.

    python -m benchmarks.dedupe [--sizes 10000 100000 1000000] [--postgresql]

Texts are made of words by Zipf's law, a fifth of those measured are edited copies. An archive is
filled in bulk with the rows that saving its articles one after the other would have left. Archives
are measured in turns, a few articles each, so that whatever else the machine does costs all of
them the same. Start reading at `main`.
"""

import argparse
import random
import tempfile
import time
from array import array
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import chain, repeat
from math import ceil
from pathlib import Path
from statistics import median

from sqlalchemy import TextClause, text

from aggregator.dedupefile import dedupe_rows
from aggregator.items import Article, Precision, PublishedDate, RunOutcome, Source
from aggregator.near import MOST_HOLDERS
from aggregator.store import Session, articles, open_store, postings, runs, sources
from aggregator.store.archive import take_numbers
from aggregator.store.columns import table
from aggregator.store.schema import BodyRow, EntryRow
from aggregator.store.sightings import arrive
from aggregator.text import fingerprint
from benchmarks.servers import postgres
from pipelines import link
from pipelines.dedupe import sketch
from pipelines.wording import wording

_START = datetime(2026, 1, 1, tzinfo=UTC)
_A_DAY = 800  # articles
_WORDS = 140  # the mean of Italian and English news items, without the longest
_A_TURN, _TURNS = 100, 10
_A_BATCH = 1_000
# Older articles have left the index whatever the slices of the last sweeps.
_KEPT = link.WINDOW.days * _A_DAY + postings.SLICES * link.CHUNK
# As `articles.announce`, without the index of search.
_ANNOUNCE = text("UPDATE entry SET announced_seq = id WHERE announced_seq IS NULL")
_KIN = text(
    "INSERT INTO kin (entry_id, group_id, language, day, story_id) "
    "SELECT id, id, language, published_day, id FROM entry"
)
_STAGE = "CREATE TABLE staged (key BIGINT, entry_id BIGINT, day INTEGER, is_cross INTEGER)"
# Of each key the newest holders, of those that translations share none older than some days before the
# last one; and of each slice of the keys what the last sweep, so many turns ago, found in its window.
_POST = text(
    """
    INSERT INTO posting (key, entry_id, day)
    SELECT key, entry_id, day FROM (
        SELECT key, entry_id, day, is_cross,
            row_number() OVER (PARTITION BY key ORDER BY entry_id DESC) AS place,
            max(day) OVER (PARTITION BY key) AS last_day
        FROM staged
    ) AS ranked
    WHERE place <= :most AND (is_cross = 0 OR day >= last_day - :recent)
        AND day >= :start - :window
            + (:turn - (:turn - key / :a_slice % :slices + :slices) % :slices) * :chunk / :a_day
    ORDER BY key, entry_id
    """
)
_RANDOM = random.Random(7)
_VOCABULARY = ["".join(_RANDOM.choices("aeiourstlnmcdp", k=_RANDOM.randint(2, 10))) for _ in range(40_000)]
_WEIGHTS = [1 / (n + 3) for n in range(len(_VOCABULARY))]
# Each word as often as the law has it, the rarest once or twice.
_DRAWN_BITS = 20
_SCALE = ((1 << _DRAWN_BITS) - len(_VOCABULARY)) / sum(_WEIGHTS)
_DRAWN = list(
    chain.from_iterable(
        repeat(word, ceil(weight * _SCALE)) for word, weight in zip(_VOCABULARY, _WEIGHTS, strict=True)
    )
)
_CAPITALS = 0.1
_SOURCE = Source("banco", "https://banco.example/", hosts=("banco.example",))


def _copy_of(row: type[EntryRow | BodyRow], id_name: str) -> TextClause:
    """Copies of some rows under other numbers and names."""
    values = {
        **{column.name: column.name for column in table(row).columns},
        **dict.fromkeys((id_name, "change_seq", "announced_seq"), "{} + :shift"),
        **dict.fromkeys(("tag", "canonical_url", "text_key"), "{} || '-' || CAST(:shift AS text)"),
    }
    names = [column.name for column in table(row).columns]
    chosen = ", ".join(values[name].format(name) for name in names)
    return text(
        f"INSERT INTO {table(row).name} ({', '.join(names)}) SELECT {chosen} "
        f"FROM {table(row).name} WHERE {id_name} BETWEEN :first AND :upto"
    )


_COPIES = (_copy_of(EntryRow, "id"), _copy_of(BodyRow, "entry_id"))


def main() -> None:
    """Prints one line a measurement."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="*", default=[10_000, 100_000])
    parser.add_argument("--postgresql", action="store_true", help="a server of its own instead of SQLite")
    options = parser.parse_args()
    _measure_memory()
    with (
        tempfile.TemporaryDirectory(prefix="dedupe-") as folder,
        _archives(options, Path(folder)) as archives,
    ):
        for archive in archives:
            archive.fill()
        for _ in range(_TURNS):
            for archive in archives:
                archive.measure()
        for archive in archives:
            print(archive.report(archives[0]))


@contextmanager
def _archives(options: argparse.Namespace, folder: Path) -> Iterator[list["_Archive"]]:
    """An empty archive for each size."""
    sizes = sorted(options.sizes)
    if options.postgresql and sizes:
        with postgres(folder) as server:
            yield [_Archive(server.create(f"of{size}"), size, server.cpu) for size in sizes]
    else:
        yield [_Archive(f"sqlite:///{folder / str(size)}.sqlite", size, lambda: 0.0) for size in sizes]


def _measure_memory() -> None:
    made = [_article(n) for n in range(3_000)]
    rows = [
        {"id": n, "url": a.url, "title": a.title, "text": a.text, "published": "2026-01-01", "lang": "it"}
        for n, a in enumerate(made)
    ]
    start = time.process_time()
    groups = {answer["cluster"] for answer in dedupe_rows(rows)}
    seconds = time.process_time() - start
    print(f"in memory: {len(rows) / seconds:,.0f} articles per CPU second, {len(groups)} groups")


class _Archive:
    """An archive that holds so many articles, with what it took to compare a few more."""

    def __init__(self, url: str, size: int, server_cpu: Callable[[], float]) -> None:
        self._store = open_store(url, authority="banco.example")
        self._size, self._next, self._server_cpu = size, size, server_cpu
        self._costs: list[float] = []
        self._ties = 0
        with self._store.write() as session:
            sources.sync(session, [_SOURCE], "digest")

    def fill(self) -> None:
        """Stores articles and their keys as if they had been compared."""
        oldest = max(0, self._size - _KEPT)
        if oldest:
            self._fill_old(oldest)
        with self._store.write() as session:
            session.execute(text(_STAGE))
        for start in range(oldest, self._size, _A_BATCH):
            made = self._insert(range(start, min(start + _A_BATCH, self._size)))
            with self._store.write() as session:
                _stage(session, made)
        with self._store.write() as session:
            session.execute(_ANNOUNCE)
            session.execute(_KIN)
            session.execute(_POST, self._kept())
            session.execute(text("DROP TABLE staged"))
        if not self._store.is_sqlite:  # as the server would do by itself soon
            with self._store.engine.begin() as connection:
                connection.exec_driver_sql("ANALYZE")

    def _fill_old(self, count: int) -> None:
        """Articles whose keys have left the index again: copies of the first ones, under other names."""
        first = [id_ for id_, _ in self._insert(range(min(count, _A_BATCH)))]
        with self._store.write() as session:
            session.execute(_ANNOUNCE)
            for shift in range(len(first), count, len(first)):
                upto = first[min(len(first), count - shift) - 1]
                for copy in _COPIES:
                    session.execute(copy, {"shift": shift, "first": first[0], "upto": upto})
            take_numbers(session, count - len(first))

    def _kept(self) -> dict[str, int]:
        """What `postings` would have kept of all that was stored: see `_POST`."""
        return {
            "most": MOST_HOLDERS,
            "recent": link.RECENT.days,
            "a_slice": postings.SLICE,
            "slices": postings.SLICES,
            "turn": self._size // link.CHUNK,
            "chunk": link.CHUNK,
            "a_day": _A_DAY,
            "start": _START.date().toordinal(),
            "window": link.WINDOW.days,
        }

    def measure(self) -> None:
        """Compares a few more articles."""
        numbers = range(self._next, self._next + _A_TURN)
        self._next, now = numbers.stop, _at(numbers.stop)
        self._insert(numbers)
        with self._store.write() as session:
            [lease] = runs.take(session, worker="bench", now=now, sources=[_SOURCE.id], lease_minutes=60)
        start = time.process_time() + self._server_cpu()
        self._ties += link.relate_pending(self._store, lease, now)
        self._costs.append(time.process_time() + self._server_cpu() - start)
        with self._store.write() as session:
            session.execute(_ANNOUNCE)
            runs.close(session, lease, RunOutcome.OK, now=now, next_due_at=None)

    def report(self, other: "_Archive") -> str:
        """What an article cost, and beside the other archive's: the medians of the turns."""
        cost, beside = median(self._costs) / _A_TURN, median(other._costs) / _A_TURN
        return (
            f"{self._size:>9,} stored: {1 / cost:7,.0f} articles per CPU second, {cost / beside:.2f} times "
            f"the first's cost, {self._ties} ties of {self._next - self._size}, "
            f"{self._index_bytes() / self._next:,.0f} bytes of index an article"
        )

    def _insert(self, numbers: range) -> list[tuple[int, Article]]:
        made = [_article(n) for n in numbers]
        with self._store.write() as session:
            ids = articles.insert_entries(session, [arrive(a) for a in made], now=_at(numbers.stop))
        return list(zip(ids, made, strict=True))

    def _index_bytes(self) -> int:
        query = (
            "SELECT sum(pgsize) FROM dbstat WHERE name = 'posting' OR name = 'kin' OR name LIKE 'ix_kin%'"
            if self._store.is_sqlite
            else "SELECT sum(pg_total_relation_size(t)) FROM (VALUES ('posting'), ('kin')) v(t)"
        )
        with self._store.engine.connect() as connection:
            return int(connection.exec_driver_sql(query).scalar_one() or 0)


def _stage(session: Session, made: Sequence[tuple[int, Article]]) -> None:
    rows = []
    for id_, article in made:
        drawn = sketch(wording(article))
        day = (article.published.day if article.published else _START.date()).toordinal()
        for keys, is_cross in ((drawn.keys, 0), (drawn.cross_keys, 1)):
            rows += [{"key": key, "entry_id": id_, "day": day, "is_cross": is_cross} for key in keys]
    session.connection().execute(text("INSERT INTO staged VALUES (:key, :entry_id, :day, :is_cross)"), rows)


def _article(number: int) -> Article:
    words = list(_words(number))
    if number % 5 == 4:  # a copy of an article of the day before, with a few words changed
        words = list(_words(max(number - _A_DAY, 0) // 5 * 5))
        words[number % len(words)] = "altro"
        del words[-number % 40 - 1 :]
    body = " ".join(words)
    title = " ".join(words[:8])
    url = f"https://banco.example/{number}"
    published = PublishedDate(None, _at(number).date(), Precision.DAY)
    return Article(
        "banco", url, url, title, body, f"<p>{body}</p>", body[:80], "it", fingerprint(body), published
    )


def _words(number: int) -> Iterator[str]:
    for draw in array("I", random.Random(number).randbytes(4 * _WORDS)):
        word = _DRAWN[(draw & (1 << _DRAWN_BITS) - 1) % len(_DRAWN)]
        yield word.capitalize() if draw >> _DRAWN_BITS < _CAPITALS * (1 << 32 - _DRAWN_BITS) else word


def _at(number: int) -> datetime:
    return _START + timedelta(days=number / _A_DAY)


if __name__ == "__main__":
    main()
