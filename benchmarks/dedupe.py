"""What recognising copies costs: per article in memory, and against archives that grow.

    python -m benchmarks.dedupe [--sizes 10000 100000] [--database URL]

Texts are made of words by Zipf's law, a fifth of those measured are edited copies. Start reading
at `main`.
"""

import argparse
import random
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from pathlib import Path

from aggregator.dedupefile import dedupe_rows
from aggregator.items import Article, Precision, PublishedDate, RunOutcome, Source
from aggregator.near import Kin
from aggregator.store import Session, Store, articles, kinship, open_store, postings, runs, sources
from aggregator.store.sightings import arrive
from aggregator.text import fingerprint
from pipelines import link
from pipelines.dedupe import RULES, sketch
from pipelines.wording import wording

_START = datetime(2026, 1, 1, tzinfo=UTC)
_A_DAY = 800  # articles
_WORDS = 140  # the mean of Italian and English news items, without the longest
_MEASURED = 400
_RANDOM = random.Random(7)
_VOCABULARY = ["".join(_RANDOM.choices("aeiourstlnmcdp", k=_RANDOM.randint(2, 10))) for _ in range(40_000)]
_WEIGHTS = list(accumulate(1 / (n + 3) for n in range(len(_VOCABULARY))))
_SOURCE = Source("banco", "https://banco.example/", hosts=("banco.example",))


def main() -> None:
    """Prints one line a measurement."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--database", help="SQLAlchemy URL of an empty database; default a SQLite file")
    options = parser.parse_args()
    _measure_memory()
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(
            options.database or str(Path(folder) / "archive.sqlite"), authority="banco.example"
        )
        with store.write() as session:
            sources.sync(session, [_SOURCE], "digest")
        filled = 0
        for size in sorted(options.sizes):
            _fill(store, range(filled, size))
            filled = size + _MEASURED
            _measure_archive(store, size)
        store.close()


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


def _measure_archive(store: Store, size: int) -> None:
    numbers = range(size, size + _MEASURED)
    _insert(store, numbers)
    with store.write() as session:
        [lease] = runs.take(session, worker="bench", now=_at(size), sources=[_SOURCE.id], lease_minutes=60)
    start, cpu = time.perf_counter(), time.process_time()
    ties = link.relate_pending(store, lease, _at(size))
    wall, cpu = time.perf_counter() - start, time.process_time() - cpu
    with store.write() as session:
        articles.announce(session, _SOURCE.id, now=_at(size))
        runs.close(session, lease, RunOutcome.OK, now=_at(size), next_due_at=None)
    print(
        f"{size:>9,} stored: {_MEASURED / wall:7,.0f} articles/s, {_MEASURED / cpu:7,.0f} per CPU second, "
        f"{ties} ties, {_index_bytes(store) / (size + _MEASURED):,.0f} bytes of index an article"
    )


def _fill(store: Store, numbers: range) -> None:
    """Stores articles with their keys as if they had been compared: nothing to compare them with is read."""
    for start in range(numbers.start, numbers.stop, 1_000):
        part = range(start, min(start + 1_000, numbers.stop))
        made = _insert(store, part)
        with store.write() as session:
            _index(session, made)
            articles.announce(session, _SOURCE.id, now=_at(part.stop))


def _index(session: Session, made: Sequence[tuple[int, Article]]) -> None:
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


def _insert(store: Store, numbers: range) -> list[tuple[int, Article]]:
    made = [_article(n) for n in numbers]
    with store.write() as session:
        ids = articles.insert_entries(session, [arrive(a) for a in made], now=_at(numbers.stop))
    return list(zip(ids, made, strict=True))


def _article(number: int) -> Article:
    words = list(_words(number))
    if number % 5 == 4:  # a copy of an article of the day before, with a few words changed
        words = list(_words(max(number - _A_DAY, 0) // 5 * 5))
        words[number % len(words)] = "altro"
        del words[-number % 40 - 1 :]
    text = " ".join(words)
    title = " ".join(words[:8])
    url = f"https://banco.example/{number}"
    published = PublishedDate(None, _at(number).date(), Precision.DAY)
    return Article(
        "banco", url, url, title, text, f"<p>{text}</p>", text[:80], "it", fingerprint(text), published
    )


def _words(number: int) -> Iterator[str]:
    chosen = random.Random(number)
    for word in chosen.choices(_VOCABULARY, cum_weights=_WEIGHTS, k=_WORDS):
        yield word.capitalize() if chosen.random() < 0.1 else word


def _at(number: int) -> datetime:
    return _START + timedelta(days=number / _A_DAY)


def _index_bytes(store: Store) -> int:
    query = (
        "SELECT sum(pgsize) FROM dbstat WHERE name IN ('posting', 'kin', 'ix_kin_group_id')"
        if store.is_sqlite
        else "SELECT sum(pg_total_relation_size(t)) FROM (VALUES ('posting'), ('kin')) v(t)"
    )
    with store.engine.connect() as connection:
        return int(connection.exec_driver_sql(query).scalar_one() or 0)


if __name__ == "__main__":
    main()
