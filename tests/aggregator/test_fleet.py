"""A fleet on a real PostgreSQL: each source once, no two at a host, and no job lost with its worker."""

import asyncio
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from archive_samples import AGENCY, fetch, lease_on, make_article
from click.testing import CliRunner
from serving import Place, fill, serve, write_catalogue

from aggregator import fleet
from aggregator.choices import Kind, RunOutcome
from aggregator.cli import cli
from aggregator.config import Config
from aggregator.errors import ConfigError
from aggregator.items import Source
from aggregator.store import Store, open_store, runs, sources
from aggregator.store.waiting import find_poison, find_waiting
from pipelines.save import Saver

NOW = datetime(2026, 5, 11, 9, tzinfo=UTC)
_WORKER = Path(__file__).parents[1] / "fleet_worker.py"


def many(count: int, hosts: int) -> list[Source]:
    return [
        Source(f"s{n:04}", f"https://host{n % hosts}.example/{n}/", hosts=(f"host{n % hosts}.example",))
        for n in range(count)
    ]


@pytest.fixture
def archive(empty_postgres: str) -> Iterator[tuple[str, Store]]:
    store = open_store(empty_postgres)
    fleet.install(Config(database=empty_postgres))
    yield empty_postgres, store
    store.close()


@contextmanager
def workers(url: str, count: int, milliseconds: int = 5) -> Iterator[list["subprocess.Popen[bytes]"]]:
    with ExitStack() as stack:
        started = []
        for _ in range(count):
            command = [sys.executable, str(_WORKER), url, str(milliseconds)]
            process = stack.enter_context(subprocess.Popen(command, stderr=subprocess.DEVNULL))
            stack.callback(process.kill)
            started.append(process)
        yield started
        for process in started:
            process.send_signal(signal.SIGTERM)


def wait_for(condition: Callable[[], bool], seconds: float = 120) -> None:
    """Until it holds, looked at ten times a second; fails if it never does."""
    for _ in range(int(seconds * 10)):
        if condition():
            return
        time.sleep(0.1)
    raise AssertionError("it never came about")


def visited(store: Store) -> list[str]:
    with store.read() as session:
        found = runs.find_runs(session, limit=10_000)
    return sorted(run.source_id for run in found if run.outcome is RunOutcome.OK)


def overlaps(store: Store) -> int:
    """How many visits began while another was at the same host."""
    with store.read() as session:
        found = sorted(runs.find_runs(session, limit=10_000), key=lambda run: run.started_at)
        hosts = {source.id: source.hosts[0] for source in sources.find_sources(session)}
    free: dict[str, datetime] = {}
    count = 0
    for run in found:
        host = hosts[run.source_id]
        count += run.started_at < free.get(host, run.started_at)
        free[host] = run.ended_at or run.started_at
    return count


def test_each_due_source_is_visited_once_and_one_at_a_host(archive: tuple[str, Store]) -> None:
    url, store = archive
    listed = many(60, 12)
    with store.write() as session:
        sources.sync(session, listed, "digest")
    assert fleet.schedule(Config(database=url)) == (60, 0)
    assert fleet.schedule(Config(database=url)) == (0, 0)
    with workers(url, 2):
        wait_for(lambda: len(visited(store)) == 60)
    assert visited(store) == [source.id for source in listed]
    assert overlaps(store) == 0
    assert fleet.schedule(Config(database=url)) == (0, 0)


@pytest.mark.slow
def test_two_thousand_jobs_and_a_worker_that_is_killed(archive: tuple[str, Store]) -> None:
    url, store = archive
    listed = many(2000, 200)
    with store.write() as session:
        sources.sync(session, listed, "digest")
    assert fleet.schedule(Config(database=url))[0] == 2000
    with workers(url, 8) as started:
        wait_for(lambda: len(visited(store)) > 100)
        started[0].kill()
        started[0].wait()
        wait_for(lambda: len(visited(store)) == 2000, 300)
    assert visited(store) == [source.id for source in listed]
    assert overlaps(store) == 0


@pytest.mark.slow
def test_what_follows_visits_follows_those_of_a_fleet_too(
    archive: tuple[str, Store], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url, store = archive
    catalogue = tmp_path / "catalogue.toml"
    catalogue.write_text('[[source]]\nid = "agenzia"\nurl = "https://agenzia.example/"\nkind = "news"\n')
    lease = lease_on(store, replace(AGENCY, kind=Kind.NEWS))
    article = make_article(AGENCY)
    page = replace(fetch(article).page, fetched_at=NOW - timedelta(days=9999))
    Saver(store, lease).save_batch([(replace(fetch(article), page=page), article)], NOW)
    monkeypatch.setenv("AGGREGATOR_PUBLISH", str(tmp_path / "public"))
    result = CliRunner().invoke(cli, ["schedule", "-v", "--catalogue", str(catalogue), "--database", url])
    assert "1 pages of news sites are older than 90 days: let go" in result.output
    assert (tmp_path / "public" / "index.html").exists()


@pytest.mark.slow
def test_the_job_of_a_killed_worker_is_done_by_another(archive: tuple[str, Store]) -> None:
    url, store = archive
    with store.write() as session:
        sources.sync(session, many(1, 1), "digest")
    fleet.schedule(Config(database=url))
    with workers(url, 1, milliseconds=600_000) as [sleeper]:
        wait_for(lambda: _under_way(store))
        sleeper.kill()
        sleeper.wait()  # until then it is a zombie, which has not gone
        with workers(url, 1):
            wait_for(lambda: visited(store) == ["s0000"], fleet.STALLED_SECONDS * 4)


def _under_way(store: Store) -> bool:
    with store.read() as session:
        return bool(runs.open_sources(session))


@pytest.mark.slow
def test_a_worker_crawls_real_sites_and_stops_when_asked(archive: tuple[str, Store], tmp_path: Path) -> None:
    url, store = archive
    place = Place(tmp_path)
    with serve("127.0.6.1", "127.0.6.2") as served:
        for site in served:
            fill(site, [f"{site.host}-{n}" for n in range(4)])
        catalogue = write_catalogue(
            tmp_path / "catalogue.toml", dict(zip(("uno", "due"), served, strict=True))
        )
        options = ["--catalogue", str(catalogue), "--database", url]
        program = [sys.executable, "-m", "aggregator"]
        environment = {"AGGREGATOR_PUBLISH": str(place.folder / "public")}
        scheduled = subprocess.run(
            [*program, "schedule", *options],
            capture_output=True,
            text=True,
            check=True,
            env=_with(environment),
        )
        assert "2 visits handed out" in scheduled.stdout
        command = [*program, "worker", *options]
        with subprocess.Popen(command, env=_with(environment)) as worker, ExitStack() as stack:
            stack.callback(worker.kill)
            wait_for(lambda: visited(store) == ["due", "uno"])
            worker.send_signal(signal.SIGTERM)
            assert worker.wait(60) == 0
    with store.read() as session:
        assert [run.counts.new for run in runs.find_runs(session)] == [4, 4]


def _with(extra: dict[str, str]) -> dict[str, str]:
    import os

    return {**os.environ, **extra}


def test_a_source_that_kills_its_workers_is_left_to_a_person(store: Store) -> None:
    listed = many(2, 2)
    with store.write() as session:
        sources.sync(session, listed, "digest")
        for visit in range(3):
            runs.take(
                session, worker="gone", now=NOW + timedelta(minutes=visit), sources=["s0000"], lease_minutes=1
            )
            runs.abandon(session, lambda _: True, NOW + timedelta(minutes=visit))
        [poison] = find_poison(session)
        assert (poison.source_id, poison.reason) == ("s0000", "its last 3 visits took their worker with them")
        assert [each.source_id for each in find_waiting(session, NOW + timedelta(hours=1))] == ["s0001"]
        [lease] = runs.take(session, worker="well", now=NOW + timedelta(hours=2), sources=["s0000"])
        runs.close(session, lease, RunOutcome.OK, now=NOW + timedelta(hours=2), next_due_at=None)
        assert find_poison(session) == []


def test_a_fleet_needs_postgresql(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="a fleet needs PostgreSQL"):
        fleet.open_app(Config(database=f"sqlite:///{tmp_path}/a.sqlite"))


def test_the_queue_is_made_once(empty_postgres: str) -> None:
    config = Config(database=empty_postgres)
    assert (fleet.install(config), fleet.install(config)) == (True, False)
    assert fleet.fleet_of(config) == fleet.Fleet(0, 0, 0, 0)

    async def look() -> None:
        app = fleet.open_app(config)
        async with app.open_async():
            assert await fleet.rescue(app) == 0

    asyncio.run(look())
