"""Jobs a second that a fleet takes from its queue, against bare procrastinate with the same empty jobs.

    python -m benchmarks.fleet [--jobs 2000] [--rounds 3]

On one PostgreSQL, in alternating rounds: 8 workers of 4 visits at a time, jobs over 200 hosts, a lock a
host. `bare` is procrastinate alone; `ours` is what `aggregator worker` runs, with visits that do nothing;
`leases` also takes each Source's lease and gives it back, two commits to the archive, one after another: so
many visits a second a fleet could begin and end, where 5,000 sources asked every hour need 1.4. The floor:
ours at least 0.8 of bare, by the medians of all rounds. Time runs from when all jobs are set free until the
last is done.
"""

import argparse
import asyncio
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from aggregator import fleet
from aggregator.choices import RunOutcome
from aggregator.config import Config
from aggregator.items import Source
from aggregator.store import open_store, runs
from aggregator.store.address import conninfo
from aggregator.store.sources import sync
from aggregator.store.waiting import Waiting, find_waiting
from aggregator.worker import own_name
from benchmarks.servers import postgres

if TYPE_CHECKING:
    from psycopg import Connection

WORKERS, CONCURRENCY, HOSTS = 8, 4, 200
KINDS = ("bare", "ours", "leases")
FLOOR = 0.8
_NEWS = '{"type": "job_inserted", "job_id": 1}'
_IS_DONE = "SELECT NOT EXISTS (SELECT FROM procrastinate_jobs WHERE status IN ('todo', 'doing'))"


# --------------------------------------------------------------------- workers


def work(kind: str, database: str) -> None:
    """A worker, until it is asked to stop."""
    config = Config(database=database)
    if kind == "bare":
        asyncio.run(_bare(config))
        return

    async def nothing(_: str) -> None:
        pass

    visit = _leases(database) if kind == "leases" else nothing
    fleet.run_worker(config, concurrency=CONCURRENCY, visit=visit)


async def _bare(config: Config) -> None:
    app = fleet.open_app(config)

    async def visit(source_id: str) -> None:
        pass

    app.task(name="visit")(visit)
    async with app.open_async():
        await app.run_worker_async(concurrency=CONCURRENCY)


def _leases(database: str) -> Callable[[str], Awaitable[None]]:
    """Takes the lease of the Source, as a visit does, and ends it; what comes between is nobody's here."""
    store = open_store(database)

    def visit_now(source_id: str) -> None:
        now = datetime.now(UTC)
        with store.write() as session:
            [lease] = runs.take(session, worker=own_name(), now=now, sources=[source_id], must_be_due=True)
        with store.write() as session:
            runs.close(session, lease, RunOutcome.OK, now=now, next_due_at=now + timedelta(days=1))

    async def visit(source_id: str) -> None:
        await asyncio.to_thread(visit_now, source_id)

    return visit


# --------------------------------------------------------------------- rounds


def jobs_a_second(kind: str, database: str, count: int) -> float:
    """A round on a fresh archive and queue."""
    import psycopg

    config = Config(database=database)
    store = open_store(database)
    fleet.install(config)
    with store.write() as session:
        sync(session, [_source(number) for number in range(count)], "benchmark")
    with store.read() as session:
        waiting = find_waiting(session, datetime.now(UTC))
    store.close()
    asyncio.run(_enqueue(config, waiting))
    address = conninfo(database) or ""
    with psycopg.connect(address, autocommit=True) as queue:
        queue.execute(f"SET search_path TO {fleet.SCHEMA}".encode())
        queue.execute("UPDATE procrastinate_jobs SET scheduled_at = now() + interval '1 day'")
        with _workers(kind, database):
            _wait(queue, "SELECT count(*) = %s FROM procrastinate_workers", WORKERS)
            time.sleep(1)  # each has looked into the queue, and waits
            began = time.perf_counter()
            queue.execute("UPDATE procrastinate_jobs SET scheduled_at = NULL")
            queue.execute("SELECT pg_notify('procrastinate_any_queue_v1', %s)", [_NEWS])
            _wait(queue, _IS_DONE)
            return count / (time.perf_counter() - began)


async def _enqueue(config: Config, waiting: list[Waiting]) -> None:
    app = fleet.open_app(config)
    async with app.open_async():
        await fleet.enqueue(app, waiting)


def _source(number: int) -> Source:
    host = f"host{number % HOSTS}.example"
    return Source(f"s{number:05}", f"https://{host}/{number}/", hosts=(host,))


def _wait(queue: "Connection[tuple[object, ...]]", question: str, *given: object) -> None:
    while (row := queue.execute(question.encode(), given).fetchone()) is None or not row[0]:
        time.sleep(0.05)


@contextmanager
def _workers(kind: str, database: str) -> Iterator[None]:
    command = [sys.executable, "-m", "benchmarks.fleet", "--work", kind, database]
    with ExitStack() as stack:
        started = []
        for _ in range(WORKERS):
            process = stack.enter_context(subprocess.Popen(command, stderr=subprocess.DEVNULL))
            stack.callback(process.kill)
            started.append(process)
        yield
        for process in started:
            process.terminate()
        for process in started:
            process.wait(30)


def main() -> int:
    """Prints each round and the ratios; 1 where the floor does not hold."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--jobs", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--work", nargs=2, metavar=("KIND", "DATABASE"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.work:
        work(*options.work)
        return 0
    found: dict[str, list[float]] = {kind: [] for kind in KINDS}
    with tempfile.TemporaryDirectory() as folder, postgres(Path(folder)) as server:
        for number in range(options.rounds):
            for kind in KINDS if number % 2 == 0 else KINDS[::-1]:
                database = server.create(f"round_{number}_{kind}")
                found[kind].append(jobs_a_second(kind, database, options.jobs))
            told = ", ".join(f"{kind} {speeds[-1]:.0f}/s" for kind, speeds in found.items())
            print(f"  round {number + 1}: {told}", flush=True)
    middle = {kind: statistics.median(speeds) for kind, speeds in found.items()}
    for kind in KINDS[1:]:
        print(f"  {kind}: {middle[kind] / middle['bare']:.2f} of bare procrastinate")
    holds = middle["ours"] >= FLOOR * middle["bare"]
    print(f"  floor: ours at least {FLOOR} of bare: {'holds' if holds else 'MISSED'}")
    return int(not holds)


if __name__ == "__main__":
    sys.exit(main())
