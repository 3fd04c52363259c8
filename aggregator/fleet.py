"""Many workers on many machines: PostgreSQL hands out visits, one a host, and takes back those of the dead.

The queue is procrastinate's, in tables of its own; the lease on a Source stays the truth, and a job
that finds it taken does nothing. Start reading at `run_worker`.
"""

import asyncio
import ctypes
import logging
import multiprocessing
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from aggregator.config import Config
from aggregator.errors import ConfigError, StoreError
from aggregator.store import open_store
from aggregator.store.waiting import Waiting, find_waiting, is_due

if TYPE_CHECKING:
    from procrastinate import App

log = logging.getLogger(__name__)

SCHEMA = "aggregator_fleet"
_TASK = "visit"
# A worker says that it lives every so many seconds; silent for three of them, its jobs are given to others.
HEARTBEAT_SECONDS, STALLED_SECONDS = 5.0, 15.0
_POLL_SECONDS = 2.0
# How long a visit may go on after its worker was asked to stop: it saves what was fetched, no more.
_GRACE_SECONDS = 60.0
_KILL_SECONDS = 30.0
_PR_SET_PDEATHSIG = 1  # linux/prctl.h


@dataclass(frozen=True, slots=True)
class Fleet:
    """How the queue does: jobs by state, and workers heard of lately."""

    workers: int
    waiting: int
    running: int
    failed: int


def open_app(config: Config) -> "App":
    """The queue in that archive's PostgreSQL. Raises: ConfigError for SQLite, or without the extra."""
    from aggregator.store.address import conninfo

    address = conninfo(config.database)
    if address is None:
        raise ConfigError("a fleet needs PostgreSQL: `run` does the same on one machine with SQLite")
    try:
        from procrastinate import App, PsycopgConnector
        from psycopg.conninfo import make_conninfo
    except ImportError as error:
        raise ConfigError("a fleet needs procrastinate: install the wheel with its extra `fleet`") from error
    own = make_conninfo(address, options=f"-c search_path={SCHEMA}")
    return App(connector=PsycopgConnector(conninfo=own))


def install(config: Config) -> bool:
    """Makes the queue's tables where there are none; says whether it did. For `db upgrade`."""
    from aggregator.store.address import conninfo

    address = conninfo(config.database)
    if address is None:
        return False
    try:
        import psycopg
        from procrastinate.schema import SchemaManager
    except ImportError:
        return False  # no fleet on this machine
    with psycopg.connect(address, autocommit=False) as connection:
        connection.execute(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}".encode())
        connection.execute(f"SET LOCAL search_path TO {SCHEMA}".encode())
        found = connection.execute("SELECT to_regclass('procrastinate_jobs')").fetchone()
        if found is not None and found[0] is not None:
            return False
        connection.execute(SchemaManager.get_schema().encode())
    return True


async def enqueue(app: "App", waiting: Sequence[Waiting]) -> int:
    """A job for each Source that has none waiting yet; how many were new.

    Only what is due now: a job for later under a host's lock would hold up those for now.
    """
    from procrastinate.exceptions import AlreadyEnqueued

    count = 0
    for each in waiting:
        job = app.configure_task(_TASK, lock=f"host:{each.host}", queueing_lock=f"source:{each.source_id}")
        with suppress(AlreadyEnqueued):
            await job.defer_async(source_id=each.source_id)
            count += 1
    return count


async def rescue(app: "App") -> int:
    """Puts the jobs of workers that are silent back into the queue; how many."""
    stalled = list(await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_SECONDS))
    for job in stalled:
        log.warning("job rescued source=%s", job.task_kwargs.get("source_id"))
        await app.job_manager.retry_job(job)
    return len(stalled)


def schedule(config: Config) -> tuple[int, int]:
    """Enqueues what is due and takes back what is lost; how many of each. What a timer does in a fleet."""
    app = open_app(config)
    store = open_store(config.database, migrate=False)
    try:
        with store.read() as session:
            waiting = find_waiting(session, datetime.now(UTC))
    finally:
        store.close()

    async def work() -> tuple[int, int]:
        async with app.open_async():
            return await enqueue(app, waiting), await rescue(app)

    return asyncio.run(work())


def run_worker(
    config: Config, *, concurrency: int, visit: Callable[[str], Awaitable[None]] | None = None
) -> None:
    """Visits Sources as the queue hands them out, until it is asked to stop; then ends what it began.

    Shapes: `visit` is what is done with a Source's id; by default a crawl in a child process.
    Raises: ConfigError without PostgreSQL or procrastinate, StoreError when the archive cannot be used.
    """
    app = open_app(config)
    open_store(config.database, migrate=False).close()
    chosen = visit or _Visits(config).visit

    async def work_on(source_id: str) -> None:
        await chosen(source_id)

    app.task(name=_TASK, retry=_retries())(work_on)

    async def work() -> None:
        async with app.open_async():
            watch = asyncio.create_task(_rescue_for_ever(app))
            try:
                await app.run_worker_async(
                    concurrency=concurrency,
                    name=f"{os.uname().nodename}:{os.getpid()}",
                    fetch_job_polling_interval=_POLL_SECONDS,
                    shutdown_graceful_timeout=_GRACE_SECONDS,
                    update_heartbeat_interval=HEARTBEAT_SECONDS,
                    stalled_worker_timeout=STALLED_SECONDS,
                    delete_jobs="successful",
                )
            finally:
                watch.cancel()

    asyncio.run(work())


def _retries() -> Any:  # noqa: ANN401  procrastinate's own
    from procrastinate import RetryStrategy

    return RetryStrategy(max_attempts=200, wait=int(_POLL_SECONDS), retry_exceptions=[BusyError])


async def _rescue_for_ever(app: "App") -> None:
    while True:
        await asyncio.sleep(STALLED_SECONDS / 3)
        try:
            await rescue(app)
        except Exception as error:  # noqa: BLE001  the database may be away for a moment; the worker waits
            log.warning("jobs not rescued error=%s", error)


class BusyError(Exception):
    """The Source is still due, but somebody holds its host: asked again in a moment."""


class _Visits:
    """Visits, each in a child process: a reactor can't be started twice."""

    def __init__(self, config: Config) -> None:
        # Workers are many: each visit digests in its own process. A view of a dict can't cross to one.
        self.config = replace(config, jobs=1, origins={})
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(["aggregator.crawl", "scrapy.crawler", "spiders.base"])

    async def visit(self, source_id: str) -> None:
        """Visits that Source if it is still due. Raises: BusyError while its host is taken."""
        process = self._context.Process(target=visit_source, args=(self.config, source_id))
        process.start()
        try:
            await _ended(process)
        except asyncio.CancelledError:
            await _stop(process)
            raise
        if process.exitcode == _BUSY:
            raise BusyError(source_id)
        if process.exitcode:
            raise StoreError(f"the visit to {source_id} ended with {_ending(process.exitcode)}")


_BUSY = 75  # sysexits.h: EX_TEMPFAIL


def visit_source(config: Config, source_id: str) -> None:
    """What the child does: one visit, by the same code as `run`; ends the process with a code."""
    _die_with_parent()
    from aggregator.catalogue import Catalogue, load_catalogue
    from aggregator.crawl import crawl
    from aggregator.run import Request
    from aggregator.store import archive, sources

    vocabulary = load_catalogue(
        config.catalogue, config.operator_catalogue, config.topics, pace=config.pace
    ).vocabulary
    store = open_store(config.database, migrate=False)
    try:
        with store.read() as session:
            found = tuple(sources.find_sources(session, [source_id]))
            digest = archive.catalogue_digest(session)
        # The table is what runs: this machine's own catalogue may be another one.
        report = crawl(
            config, Catalogue(found, vocabulary, digest), store, Request((source_id,), must_be_due=True)
        )
        with store.read() as session:
            is_left = not report.sources and is_due(session, source_id, datetime.now(UTC))
    finally:
        store.close()
    sys.exit(_BUSY if is_left else 0)


def _die_with_parent() -> None:
    """A worker that is killed takes its visits along: their leases are known to be free at once."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    signal.signal(signal.SIGINT, signal.default_int_handler)


async def _ended(process: Any) -> None:  # noqa: ANN401  a process of any context
    """Waits for it without a thread."""
    loop = asyncio.get_running_loop()
    done = asyncio.Event()
    loop.add_reader(process.sentinel, done.set)
    try:
        await done.wait()
    finally:
        loop.remove_reader(process.sentinel)
    process.join()


async def _stop(process: Any) -> None:  # noqa: ANN401
    """Asks it to end, as Ctrl-C does, then ends it."""
    for number, seconds in ((signal.SIGINT, _KILL_SECONDS), (signal.SIGKILL, _KILL_SECONDS)):
        with suppress(ProcessLookupError):
            os.kill(process.pid, number)
        with suppress(TimeoutError):
            await asyncio.wait_for(_ended(process), seconds)
            return


def _ending(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"


def fleet_of(config: Config) -> Fleet | None:
    """How the queue does; None where there is no fleet."""
    from aggregator.store.address import conninfo

    address = conninfo(config.database)
    if address is None:
        return None
    import psycopg

    with psycopg.connect(address) as connection:
        connection.execute(f"SET search_path TO {SCHEMA}".encode())
        found = connection.execute("SELECT to_regclass('procrastinate_jobs')").fetchone()
        if found is None or found[0] is None:
            return None
        rows = connection.execute("SELECT status::text, count(*) FROM procrastinate_jobs GROUP BY 1")
        states: dict[str, int] = dict(rows.fetchall())
        workers = connection.execute(
            "SELECT count(*) FROM procrastinate_workers"
            " WHERE last_heartbeat > now() - make_interval(secs => %s)",
            (STALLED_SECONDS,),
        ).fetchone()
    return Fleet(
        workers[0] if workers else 0, states.get("todo", 0), states.get("doing", 0), states.get("failed", 0)
    )
