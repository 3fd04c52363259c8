"""Several processes at one archive, and processes that die in the middle."""

import multiprocessing
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

import pytest
from archive_workers import open_only, read_for, save_all, save_for, visit_all, worker_source
from sqlalchemy import func, select, text

from aggregator.query import Query
from aggregator.store import Store, articles, open_store, runs, sources
from aggregator.store.schema import BodyRow, CrawlRunRow, EntryRow, SightingRow, SnapshotRow


@dataclass(frozen=True)
class Worker:
    """A process at the archive, and what it says."""

    process: ForkServerProcess
    said: Connection

    def listen(self) -> list[Any]:
        """All that it says until it ends, or has said before it died."""
        words = []
        try:
            while True:
                words.append(self.said.recv())
        except EOFError:
            self.process.join()
            return words

    @property
    def ended_well(self) -> bool:
        return self.process.exitcode == 0


def start(task: Callable[..., None], url: str, *arguments: object) -> Worker:
    context = multiprocessing.get_context("forkserver")
    # One import of SQLAlchemy for all of them. Nothing of tests/: its folder is not on the server's path.
    context.set_forkserver_preload(["pipelines.save", "psycopg", "sqlalchemy.dialects.postgresql.psycopg"])
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=task, args=(url, theirs, *arguments))
    process.start()
    theirs.close()
    return Worker(process, ours)


def counts(store: Store) -> dict[str, int]:
    with store.read() as session:
        return {
            model.__tablename__: session.scalar(select(func.count()).select_from(model)) or 0
            for model in (EntryRow, BodyRow, SightingRow, SnapshotRow)
        }


def check_integrity(store: Store) -> None:
    with store.read() as session:
        if store.is_sqlite:
            assert session.scalar(text("PRAGMA integrity_check")) == "ok"
            assert session.execute(text("PRAGMA foreign_key_check")).all() == []
        lonely = select(func.count()).select_from(EntryRow).outerjoin(SightingRow)
        assert session.scalar(lonely.where(SightingRow.id.is_(None))) == 0


def test_four_processes_saving_the_same_pages_store_each_once(database: str) -> None:
    names = ["uno", "due", "tre", "quattro"]
    workers = [start(save_all, database, name, 300, 20) for name in names]
    assert [len(worker.listen()) for worker in workers] == [15] * 4
    assert all(worker.ended_well for worker in workers)
    store = open_store(database)
    assert counts(store) == {"entry": 300, "body": 300, "sighting": 1200, "snapshot": 1200}
    check_integrity(store)
    with store.read() as session:
        entries = articles.find(session, Query(limit=None))
        assert {frozenset(entry.sources) for entry in entries} == {frozenset(names)}
        seqs = [entry.announced_seq or 0 for entry in entries]
        assert len(set(seqs)) == 300
        assert seqs == sorted(seqs, reverse=True)
        new = sum(run.counts.new for run in runs.find_runs(session))
        copies = sum(run.counts.copies for run in runs.find_runs(session))
        assert (new, copies) == (300, 900)
    store.close()


def kill_in_the_middle(url: str, kills: int) -> None:
    """Workers are killed after ever more batches; what they acknowledged must all be there."""
    acknowledged: set[str] = set()
    for number in range(kills):
        worker = start(save_all, url, f"w{number}", 300, 5)
        for _ in range(number + 2):
            acknowledged.update(worker.said.recv())
        worker.process.kill()
        acknowledged.update(*worker.listen())
    store = open_store(url)
    check_integrity(store)
    with store.read() as session:
        stored = list(session.scalars(select(EntryRow.canonical_url)))
    assert len(stored) == len(set(stored))
    assert acknowledged <= set(stored)
    last = start(save_all, url, "last", 300, 50)
    last.listen()
    assert last.ended_well
    assert counts(store)["entry"] == 300
    store.close()


def test_killed_in_the_middle_of_batches(database: str) -> None:
    kill_in_the_middle(database, 2)


@pytest.mark.slow
def test_killed_ten_times(database: str) -> None:
    kill_in_the_middle(database, 10)


def never_two_on_one_host(url: str, folder: Path, workers: int, rounds: int) -> None:
    store = open_store(url)
    with store.write() as session:
        for n in range(12):
            sources.save_source(session, worker_source(f"s{n}"))
    started = [start(visit_all, url, f"w{n}", str(folder), rounds) for n in range(workers)]
    for worker in started:
        worker.listen()
    assert all(worker.ended_well for worker in started)
    with store.read() as session:
        assert session.scalar(select(func.count()).where(CrawlRunRow.ended_at.is_(None))) == 0
        assert len(runs.find_runs(session, limit=10_000)) > rounds
    store.close()


def test_no_host_is_visited_twice_at_once(database: str, tmp_path: Path) -> None:
    never_two_on_one_host(database, tmp_path, 3, 30)


@pytest.mark.slow
def test_eight_processes_never_meet_on_a_host(database: str, tmp_path: Path) -> None:
    never_two_on_one_host(database, tmp_path, 8, 100)


def test_processes_that_open_a_new_archive_together_create_it_once(database: str) -> None:
    workers = [start(open_only, database) for _ in range(4)]
    said = [worker.listen() for worker in workers]
    assert all(worker.ended_well for worker in workers)
    assert sum("created" in str(words) for words in said) == 1


@pytest.mark.soak
def test_four_writers_and_two_readers_never_find_it_locked(database: str) -> None:
    """For a minute. A process that is told 'database is locked' ends with that error."""
    open_store(database).close()
    writers = [start(save_for, database, name, 60) for name in ("uno", "due", "tre", "quattro")]
    readers = [start(read_for, database, 60) for _ in range(2)]
    saved = [worker.listen() for worker in writers]
    read = [worker.listen() for worker in readers]
    assert all(worker.ended_well for worker in (*writers, *readers))
    assert all(times > 0 for [times] in read)
    store = open_store(database)
    assert counts(store)["entry"] == sum(number for [number] in saved) > 0
    check_integrity(store)
    store.close()


def test_readers_see_one_state(database: str) -> None:
    store = open_store(database)
    with store.read() as session:
        before = session.scalar(select(func.count()).select_from(EntryRow))
        start(save_all, database, "uno", 20, 20).listen()
        assert session.scalar(select(func.count()).select_from(EntryRow)) == before == 0
    assert counts(store)["entry"] == 20
    store.close()
