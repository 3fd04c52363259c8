"""Processes that work on one archive at the same time, for tests. Imported by test processes' children."""

import random
import time
from datetime import timedelta
from multiprocessing.connection import Connection
from pathlib import Path

from archive_samples import NOW, digested, make_article, text_about

from aggregator.items import RunOutcome, Source
from aggregator.query import Query
from aggregator.store import articles, open_store, runs, sources
from pipelines.save import Saver


def worker_source(name: str) -> Source:
    """The source of that worker; all of them see the same pages."""
    return Source(name, f"https://{name}.example/", hosts=(f"{name}.example",))


def save_all(url: str, said: Connection, name: str, count: int, batch: int) -> None:
    """Saves so many pages in an order of its own; says the URLs of each batch once it is durable."""
    source = worker_source(name)
    store = open_store(url)
    with store.write() as session:
        sources.save_source(session, source)
        [lease] = runs.take(session, worker=name, now=NOW, sources=[name], lease_minutes=600)
    saver = Saver(store, lease)
    pages = [
        make_article(source, url=f"https://comune.example/{n}", text=text_about(f"n{n}"))
        for n in range(count)
    ]
    random.Random(name).shuffle(pages)
    for start in range(0, count, batch):
        chunk = pages[start : start + batch]
        saver.save_batch(digested(chunk), NOW)
        said.send([page.canonical_url for page in chunk])
    with store.write() as session:
        articles.announce(session, name, now=NOW)
        runs.close(session, lease, RunOutcome.OK, now=NOW, next_due_at=NOW + timedelta(days=1))
    store.close()


def visit_all(url: str, _said: Connection, name: str, folder: str, rounds: int) -> None:
    """Takes what is due so many times; a file per host shows whoever else is at it."""
    store = open_store(url)
    for number in range(rounds):
        now = NOW + timedelta(minutes=number)
        with store.write() as session:
            leases = runs.take(session, worker=name, now=now, limit=3, lease_minutes=600)
        for lease in leases:
            mark = Path(folder) / lease.host
            mark.touch(exist_ok=False)
        for lease in leases:
            (Path(folder) / lease.host).unlink()
            with store.write() as session:
                runs.close(session, lease, RunOutcome.OK, now=now, next_due_at=now)
    store.close()


def save_for(url: str, said: Connection, name: str, seconds: float) -> None:
    """Saves new pages for so long; says how many."""
    source, store, saved = worker_source(name), open_store(url), 0
    with store.write() as session:
        sources.save_source(session, source)
        [lease] = runs.take(session, worker=name, now=NOW, sources=[name], lease_minutes=600)
    saver, end = Saver(store, lease), time.monotonic() + seconds
    while time.monotonic() < end:
        pages = [
            make_article(source, url=f"{source.url}{n}", text=text_about(f"{name} {n}"))
            for n in range(saved, saved + 10)
        ]
        saver.save_batch(digested(pages), NOW)
        saved += len(pages)
    store.close()
    said.send(saved)


def read_for(url: str, said: Connection, seconds: float) -> None:
    """Reads the newest articles and the diary for so long; says how often."""
    store, times, end = open_store(url), 0, time.monotonic() + seconds
    while time.monotonic() < end:
        with store.read() as session:
            articles.find(session, Query(limit=50))
            runs.find_runs(session)
        times += 1
    store.close()
    said.send(times)


def open_only(url: str, said: Connection) -> None:
    """Opens the archive; says what was done to it."""
    store = open_store(url)
    said.send(store.notes)
    store.close()
