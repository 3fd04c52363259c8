"""Time of finding articles in archives of 100,000 and 1,000,000: the newest, by words, by hostile questions.

    python -m benchmarks.search [SIZE ...] [--keep DIR]    by default 10000 100000; 1000000 takes half an hour
    python -m benchmarks.search SIZE --database URL        an empty archive on PostgreSQL, or one filled so

Budgets, on SQLite: the newest 50 at most twice as slow at 1,000,000 as at 100,000; two words with a date and
a source, 95 of 100 under 100 ms at 100,000 and under 400 ms at 1,000,000; no hostile question beyond its
limit. Times are CPU, so that what else the machine does is not counted. Articles are made of invented
Italian and English words, as frequent as words are (Zipf), and of the vocabulary's. A million takes 4 GB;
with --keep what is there is asked again. On PostgreSQL times are by the clock: the work is the server's.
"""

import argparse
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from aggregator.catalogue import load_catalogue
from aggregator.errors import QueryError
from aggregator.grammar import parse_query
from aggregator.items import Source
from aggregator.query import Order, Query
from aggregator.store import Session, Store, open_store, search
from aggregator.store.archive import take_numbers
from aggregator.store.codec import compress, pack
from aggregator.store.columns import table
from aggregator.store.find import find
from aggregator.store.limit import OverdueError, read_within
from aggregator.store.rows import bulk_load
from aggregator.store.schema import BodyRow, EntryRow, MentionRow, SightingRow
from aggregator.store.sources import sync

SIZES = (10_000, 100_000)  # a few minutes; a million by argument
WORDS = 100  # of a text: a brief; twice as many double the size of the index, not the time of an answer
SOURCES = 40
FIRST_DAY = date(2021, 1, 1)
DAYS = 5 * 365
LIMIT_SECONDS = 5.0
_BATCH = 2000
_SYLLABLES = (
    "ba be bi bo ca ce chi co da de di do fa fe fi fo ga ge gi go la le li lo ma me mi mo na ne ni no pa pe "
    "pi po ra re ri ro sa se si so sta ste sti ta te ti to tra tri va ve vi vo za zi ble con per pro str th"
)
_ENDINGS = (
    "a e i o azione azioni mento menti ista isti ale ali ita oso osa are ato ati tion tions ing ed er ers "
    "s ness ly able"
)


_SIGNS = (
    "NEAR(a b)", "'; DROP TABLE entry; --", "^x", "{title}:y", "a+b", '"', "(", "*", "\0", "-", "a:b", "%",
)  # fmt: skip


class Language:
    """Words with the frequency of each; the same for the same seed."""

    def __init__(self, seed: int, extra: Sequence[str], size: int = 30_000) -> None:
        chance, syllables, endings = random.Random(seed), _SYLLABLES.split(), _ENDINGS.split()
        made = {
            "".join(chance.choices(syllables, k=chance.randint(1, 4))) + chance.choice(endings)
            for _ in range(size)
        }
        self.words = sorted(made)
        chance.shuffle(self.words)
        self.words[200:200] = extra
        self._weights = list(accumulate(1 / (rank + 3) for rank in range(len(self.words))))

    def text(self, chance: random.Random, words: int) -> str:
        """So many words, the frequent ones often."""
        return " ".join(chance.choices(self.words, cum_weights=self._weights, k=words))


def languages() -> dict[str, Language]:
    """Italian and English, each with the words by which topics are known."""
    terms = load_catalogue().vocabulary.terms
    extra = {
        code: sorted({word for term in terms for told, word in term.words if told in (code, "")})
        for code in ("it", "en")
    }
    return {code: Language(seed, extra[code]) for seed, code in enumerate(extra)}


def sources() -> list[Source]:
    """Sources that are as frequent as their number says: the first has most."""
    return [Source(f"fonte{n}", f"https://fonte{n}.example/", cluster=f"c{n % 9}") for n in range(SOURCES)]


def fill(store: Store, size: int, seed: int = 1) -> None:
    """Puts so many articles into an empty archive, in the order in which their days say they came."""
    chance, spoken = random.Random(seed), languages()
    with store.write() as session:
        sync(session, sources(), "benchmark")
    with bulk_load(store) as session:
        for start in range(0, size, _BATCH):
            ids = take_numbers(session, min(_BATCH, size - start))
            rows = [_article(chance, spoken, id_, (start + n) / size) for n, id_ in enumerate(ids)]
            _save(session, rows)
    search.catch_up(store)


def _article(chance: random.Random, spoken: dict[str, Language], id_: int, share: float) -> dict[str, Any]:
    code = "it" if chance.random() < 0.8 else "en"
    day = FIRST_DAY + timedelta(days=int(share * DAYS) - int(chance.expovariate(0.5)))
    at = datetime(day.year, day.month, day.day, 9, tzinfo=UTC)
    source = f"fonte{min(int(chance.expovariate(0.1)), SOURCES - 1)}"
    text = spoken[code].text(chance, WORDS)
    return {
        "id": id_, "tag": f"tag:benchmark,2026:{id_}", "source_id": source, "language": code,
        "canonical_url": f"https://{source}.example/{id_}", "url": f"https://{source}.example/{id_}",
        "title": spoken[code].text(chance, 9).capitalize(), "summary": text[:120], "text": text,
        "fingerprint": "", "text_key": str(id_), "published_at": at, "published_day": day,
        "precision": "minute", "date_confidence": 1.0, "modified_at": None, "authors": [], "tags": [],
        "image": None, "first_seen_at": at, "changed_at": at, "change_seq": id_, "announced_seq": id_,
        "is_backfill": False, "is_live": True, "vanished_at": None, "revisions": 0,
    }  # fmt: skip


_HTML, _EVIDENCE = compress(b""), pack([])


def _save(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    wide = [{"entry_id": row["id"], "text": row.pop("text"), "html": _HTML, "evidence": _EVIDENCE,
             "translations": [], "robots": []} for row in rows]  # fmt: skip
    session.execute(insert(table(EntryRow)), rows)
    session.execute(insert(table(BodyRow)), wide)
    seen = [{"id": row["id"], "entry_id": row["id"], "source_id": row["source_id"], "url": row["url"],
             "link": row["url"], "title": row["title"], "text_key": row["text_key"], "content": 0,
             "published_at": row["published_at"], "published_day": row["published_day"],
             "first_seen_at": row["first_seen_at"], "vanished_at": None, "snapshot_id": None,
             "blocks": b""} for row in rows]  # fmt: skip
    session.execute(insert(table(SightingRow)), seen)
    named = [{"entry_id": row["id"], "position": 0, "term": f"topic{row['id'] % 29}", "words": "x",
              "place": "title"} for row in rows if row["id"] % 3 == 0]  # fmt: skip
    session.execute(insert(table(MentionRow)), named)


def two_words(count: int, seed: int = 2) -> Iterator[Query]:
    """What a person asks: two words, neither the rarest nor the most frequent, a source and some months."""
    chance, spoken = random.Random(seed), languages()
    for _ in range(count):
        words = spoken[chance.choice(("it", "it", "en"))].words
        pair = (
            f"{words[int(chance.triangular(20, 5000, 200))]} {words[int(chance.triangular(20, 5000, 200))]}"
        )
        since = FIRST_DAY + timedelta(days=chance.randrange(DAYS - 400))
        until = since + timedelta(days=chance.choice((30, 90, 365)))
        told = f"{pair} source:fonte{chance.randrange(SOURCES)} after:{since} before:{until}"
        yield parse_query(told)


def hostile(count: int, seed: int = 3) -> Iterator[str]:
    """Questions made to hurt: all frequent words, every prefix, negations, nesting, signs of SQL and FTS5."""
    chance, spoken = random.Random(seed), languages()
    often = spoken["it"].words[:60]
    made: tuple[Callable[[], str], ...] = (
        lambda: " OR ".join(chance.sample(often, 50)),
        lambda: " ".join(f"{start}*" for start in ("bar", "cen", "dis", "for", "gas", "let", "min", "not")),
        lambda: " ".join(f"NOT {word}" for word in chance.sample(often, 20)),
        lambda: f'"{" ".join(chance.sample(often, 3))}" OR "{" ".join(chance.sample(often, 3))}"',
        lambda: "(" * 18 + " OR ".join(chance.sample(often, 8)) + ")" * 18,
        lambda: f"{chance.choice(often)} OR NOT {chance.choice(often)}",
        lambda: " ".join(chance.choices(_SIGNS, k=6)),
        lambda: f"assente{chance.random()} source:fonte3 after:2021 has:event",
    )  # fmt: skip
    for number in range(count):
        yield made[number % len(made)]()


def milliseconds(store: Store, question: Callable[[], object]) -> float:
    """The CPU that the answer takes: pages are in memory, so that it is all there is to wait for."""
    clock = time.process_time if store.is_sqlite else time.perf_counter
    start = clock()
    question()
    return (clock() - start) * 1000


def ask_newest(store: Store, rounds: int = 31) -> float:
    """Milliseconds of the newest 50, the middle of all rounds."""
    with store.read() as session:
        find(session, Query())
        return statistics.median(milliseconds(store, lambda: find(session, Query())) for _ in range(rounds))


def ask_words(store: Store, order: Order, count: int = 300) -> tuple[float, float, float]:
    """Milliseconds of two words, a source and some months: the middle, 95 of 100, the worst."""
    times = []
    for query in two_words(count):
        with store.read() as session:
            asked = replace(query, order=order)
            times.append(milliseconds(store, lambda asked=asked, session=session: find(session, asked)))  # type: ignore[misc]  # mypy has no types for these defaults
    times.sort()
    return statistics.median(times), times[int(len(times) * 0.95)], times[-1]


def ask_hostile(store: Store, count: int = 200) -> dict[str, float]:
    """How hostile questions ended, and the seconds of the slowest."""
    ends: dict[str, float] = {"answered": 0, "refused": 0, "given up": 0, "slowest": 0}
    for number, text in enumerate(hostile(count)):
        start = time.perf_counter()
        try:
            order = Order.RANKED if number % 2 else Order.ARRIVAL
            with read_within(store, LIMIT_SECONDS) as session:
                find(session, replace(parse_query(text), order=order))
            ends["answered"] += 1
        except OverdueError:
            ends["given up"] += 1
        except QueryError:
            ends["refused"] += 1
        ends["slowest"] = max(ends["slowest"], time.perf_counter() - start)
    return ends


def ask_frequencies(store: Store) -> None:
    """Prints what a word costs by how frequent it is, ranked: the middle of three, alone and filtered."""
    words = languages()["it"].words
    for name, ranks in (
        ("frequent", (0, 2, 5)),
        ("middling", (60, 150, 400)),
        ("rare", (3000, 9000, 20_000)),
    ):
        for filters in ("", " source:fonte30", " after:2024 before:2025"):
            times = []
            for rank in ranks:
                query = replace(parse_query(words[rank] + filters), order=Order.RANKED)
                with store.read() as session:
                    times.append(
                        milliseconds(store, lambda query=query, session=session: find(session, query))  # type: ignore[misc]  # mypy has no types for these defaults
                    )
            print(f"          a {name} word{filters}: {statistics.median(times):.1f} ms")


def report(size: int, address: str) -> float:
    """Prints what an archive of that size answers, and how fast; milliseconds of the newest 50."""
    store = open_store(address, authority="benchmark.example")
    with store.read() as session:
        is_there = bool(find(session, Query(limit=1)))
    if not is_there:
        start = time.process_time()
        fill(store, size)
        shown = f", {store.path.stat().st_size / 2**20:,.0f} MiB" if store.path else ""
        print(f"{size:>9,} articles: made in {time.process_time() - start:,.0f} s CPU{shown}")
    newest = ask_newest(store)
    print(f"{size:>9,} newest 50: {newest:.1f} ms")
    for order in (Order.ARRIVAL, Order.RANKED):
        middle, most, worst = ask_words(store, order)
        print(f"{size:>9,} two words, source and dates, {order.value}: "
              f"{middle:.1f} ms, p95 {most:.1f} ms, worst {worst:.1f} ms")  # fmt: skip
    ask_frequencies(store)
    print(f"{size:>9,} hostile: {ask_hostile(store)}", flush=True)
    store.close()
    return newest


def main() -> None:
    """Makes the archives, asks them, prints the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", nargs="*", type=int, default=SIZES)
    parser.add_argument("--keep", type=Path, help="a folder for the archives, asked again next time")
    parser.add_argument("--database", help="a PostgreSQL archive in place of SQLite files")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = given.keep or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        newest = [
            report(size, given.database or str(folder / f"search-{size}.sqlite")) for size in given.sizes
        ]
    if len(newest) > 1:
        print(
            f"newest 50, {given.sizes[-1]:,} against {given.sizes[0]:,}: {newest[-1] / newest[0]:.2f} times"
        )


if __name__ == "__main__":
    main()
