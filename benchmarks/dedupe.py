"""What recognising copies costs: per article in memory, and against archives of several sizes.

    python -m benchmarks.dedupe [--sizes 10000 100000 1000000] [--postgresql]

Texts are made of words by Zipf's law, a fifth of those measured are edited copies. Archives are
measured in turns, a few articles each, so that whatever else the machine does costs all of them
the same. Start reading at `main`.
"""

import argparse
import random
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from pathlib import Path
from statistics import median

from sqlalchemy import text

from aggregator.dedupefile import dedupe_rows
from aggregator.items import Article, Precision, PublishedDate, RunOutcome, Source
from aggregator.near import Kin
from aggregator.store import Session, articles, kinship, open_store, postings, runs, sources
from aggregator.store.sightings import arrive
from aggregator.text import fingerprint
from benchmarks.servers import postgres
from pipelines import link
from pipelines.dedupe import RULES, sketch
from pipelines.wording import wording

_START = datetime(2026, 1, 1, tzinfo=UTC)
_A_DAY = 800  # articles
_WORDS = 140  # the mean of Italian and English news items, without the longest
_A_TURN, _TURNS = 100, 10
# As `articles.announce`, without the index of search.
_ANNOUNCE = text("UPDATE entry SET announced_seq = id WHERE announced_seq IS NULL")
_RANDOM = random.Random(7)
_VOCABULARY = ["".join(_RANDOM.choices("aeiourstlnmcdp", k=_RANDOM.randint(2, 10))) for _ in range(40_000)]
_WEIGHTS = list(accumulate(1 / (n + 3) for n in range(len(_VOCABULARY))))
_SOURCE = Source("banco", "https://banco.example/", hosts=("banco.example",))


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
        for start in range(0, self._size, 1_000):
            part = range(start, min(start + 1_000, self._size))
            made = self._insert(part)
            with self._store.write() as session:
                self._index(session, made)
                session.execute(_ANNOUNCE)

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

    def _index(self, session: Session, made: Sequence[tuple[int, Article]]) -> None:
        added = []
        for id_, article in made:
            drawn = sketch(wording(article))
            day = article.published.day if article.published else _START.date()
            added.append((id_, day, (*drawn.keys, *drawn.cross_keys)))
        holders = postings.find(session, {key for _, _, keys in added for key in keys})
        for id_, _, keys in added:
            for key in keys:
                holders.setdefault(key, []).append(id_)
        kinship.add(session, [(id_, Kin(id_, "it", day, id_)) for id_, day, _ in added], [], RULES)
        postings.add(session, added, holders)
        for id_, day, _ in added[:: link.CHUNK]:
            postings.sweep(session, id_ // link.CHUNK, day - link.WINDOW)

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
    chosen = random.Random(number)
    for word in chosen.choices(_VOCABULARY, cum_weights=_WEIGHTS, k=_WORDS):
        yield word.capitalize() if chosen.random() < 0.1 else word


def _at(number: int) -> datetime:
    return _START + timedelta(days=number / _A_DAY)


if __name__ == "__main__":
    main()
