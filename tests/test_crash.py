"""Crawls that are killed, and crawls that meet: nothing lost, nothing twice, no host asked by two at once."""

import os
import random
import select
import signal
import sqlite3
import subprocess
from collections import Counter, defaultdict
from contextlib import closing, suppress
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from serving import Place, Site, fill, finished, serve, story, write_catalogue

from aggregator.catalogue import load_catalogue
from aggregator.store import open_store, runs, sources
from aggregator.worker import own_name

_PAGES = [f"caduta-{n}" for n in range(150)]


def _rows(place: Place, question: str) -> list[Any]:
    with closing(sqlite3.connect(place.archive)) as connection:
        return connection.execute(question).fetchall()


def _titles(names: list[str]) -> list[str]:
    return sorted(story(name).title for name in names)


# --------------------------------------------------------------------- killed


def _others_in_group(leader: int) -> list[int]:
    """The living processes of that process group, its leader apart."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # one that has ended meanwhile
            state, _, group = stat.read_text().rpartition(")")[2].split()[:3]
            if int(group) == leader and state != "Z" and int(stat.parent.name) != leader:
                found.append(int(stat.parent.name))
    return found


def _kill(process: "subprocess.Popen[str]", *, with_group: bool) -> None:
    """Kills the crawl, with its pages' processes or alone, as where memory is short; none of them stays."""
    handles = []
    for pid in _others_in_group(process.pid):
        with suppress(ProcessLookupError):
            handles.append(os.pidfd_open(pid))
    if with_group:
        os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.communicate(timeout=60)
    for handle in handles:
        ended = select.poll()
        ended.register(handle, select.POLLIN)
        assert ended.poll(20_000), "a process of a killed crawl lives on"
        os.close(handle)


def _wait_for(site: Site, requests: int, process: "subprocess.Popen[str]", seconds: float) -> None:
    """Until the site was asked so often, and a moment longer."""
    while len(site.asked) < requests and process.poll() is None:
        site.heard.wait(0.05)
        site.heard.clear()
    with suppress(subprocess.TimeoutExpired):
        process.wait(seconds)


@pytest.mark.slow
def test_killed_crawls_lose_nothing_and_store_nothing_twice(tmp_path: Path) -> None:
    kills = 10
    place, draw = Place(tmp_path), random.Random(kills)
    stored: set[tuple[int, str]] = set()
    with serve("127.0.4.1") as (site,):
        fill(site, _PAGES)
        write_catalogue(tmp_path / "catalogue.toml", {"good": site})
        for number in range(kills):
            process = place.start("good")
            # Each takes up its host at once: it does not wait for the lease of the killed one to expire.
            wanted = len(site.asked) + draw.randrange(2, 120 // kills)
            _wait_for(site, wanted, process, draw.uniform(0, 0.5))
            _kill(process, with_group=number % 2 == 1)
            assert process.returncode == -signal.SIGKILL
            now = set(_rows(place, "SELECT id, canonical_url FROM entry"))
            assert stored <= now
            stored = now
        done = place.run("good")
    assert done.code == 0, done.said
    assert stored <= set(_rows(place, "SELECT id, canonical_url FROM entry"))
    assert place.titles() == _titles(_PAGES)
    assert _rows(place, "SELECT sum(new), count(*) - sum(outcome = 'lost') FROM crawl_run") == [(150, 1)]
    assert _rows(place, "PRAGMA integrity_check") == [("ok",)]


@pytest.mark.slow
def test_a_killed_backfill_goes_on_where_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AGGREGATOR_FIRST_VISIT_ARTICLES_CLUSTER", "10")
    # More pages than are saved at once, so that the kill falls between.
    place, names, backfill = Place(tmp_path), _PAGES, ("good", "--since", "2000-01-01")
    stored = "SELECT link FROM sighting"
    with serve("127.0.4.12") as (site,):
        fill(site, names)
        write_catalogue(tmp_path / "catalogue.toml", {"good": site})
        assert place.run("good").row("good")["new"] == 10
        process = place.start(*backfill)
        while len(_rows(place, stored)) < 20 and process.poll() is None:
            site.heard.wait(0.05)
            site.heard.clear()
        _kill(process, with_group=True)
        kept = {link.removeprefix(site.url("")) for (link,) in _rows(place, stored)}
        assert 20 <= len(kept) < len(names)
        site.asked.clear()
        done = place.run(*backfill)
    assert not kept.intersection(site.asked)
    assert done.row("good")["new"] == len(names) - len(kept)
    assert "requests to come" in done.said
    assert place.titles() == _titles(names)


def test_an_interrupted_crawl_hides_nothing_from_the_next(tmp_path: Path) -> None:
    """A list that is asked with its ETag answers 'not modified', whatever of it was never fetched."""
    place = Place(tmp_path)
    with serve("127.0.4.9") as (site,):
        fill(site, _PAGES)
        site.answers = {path: replace(answer, headers=(*answer.headers, ("ETag", '"one"')))
                        for path, answer in site.answers.items()}  # fmt: skip
        write_catalogue(tmp_path / "catalogue.toml", {"good": site})
        process = place.start("good")
        _wait_for(site, 40, process, 0)
        process.send_signal(signal.SIGINT)
        said = process.communicate(timeout=60)
        assert process.returncode == 130, said
        assert len(_rows(place, "SELECT url FROM sighting")) < len(_PAGES), "it was interrupted"
        assert _rows(place, "SELECT count(*) FROM validator") == [(0,)]
        assert _rows(place, "SELECT visited_at FROM source WHERE id = 'good'") == [(None,)]
        assert place.run("good").code == 0
    assert place.titles() == _titles(_PAGES)


# --------------------------------------------------------------------- at once


@pytest.mark.parametrize("named", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_two_runs_at_once_share_the_work(tmp_path: Path, *, named: bool) -> None:
    place = Place(tmp_path)
    with serve("127.0.4.1", "127.0.4.2", "127.0.4.3") as sites:
        names = [[f"insieme-{site.host}-{n}" for n in range(15)] for site in sites]
        for site, stories in zip(sites, names, strict=True):
            fill(site, stories)
        known = dict(zip(("uno", "due", "tre"), sites, strict=True))
        write_catalogue(tmp_path / "catalogue.toml", known)
        orders = [list(known), list(reversed(known))] if named else [[], []]
        both = [finished(process) for process in [place.start(*order) for order in orders]]
    assert [done.code for done in both] == [0, 0], [done.said for done in both]
    assert place.titles() == _titles([name for stories in names for name in stories])
    for site, stories in zip(sites, names, strict=True):
        asked = Counter(site.asked)
        assert {asked[story(name).path] for name in stories} == {1}
    assert _visits_that_overlap(place) == []


@pytest.mark.parametrize(
    ("is_enabled", "words"), [(True, "another run is at its site"), (False, "it is not enabled")]
)
def test_a_source_that_is_left_out_is_named(tmp_path: Path, *, is_enabled: bool, words: str) -> None:
    place = Place(tmp_path)
    with serve("127.0.4.1", "127.0.4.2") as (busy, free):
        fill(free, ["libera"])
        path = write_catalogue(tmp_path / "catalogue.toml", {"busy": busy, "free": free})
        if is_enabled:
            _hold(place, path)
        else:
            path.write_text(path.read_text().replace("pace = 0.0", "enabled = false\npace = 0.0", 1))
        done = place.run("busy", "free")
        assert busy.asked == []
    assert f"busy: not visited: {words}" in done.said.splitlines()
    assert [row["source"] for row in done.answer["sources"]] == ["free"]
    assert done.code == 0
    assert place.titles() == _titles(["libera"])


def _hold(place: Place, catalogue: Path) -> None:
    """Takes the lease of `busy` for this process, which lives on."""
    known = load_catalogue(catalogue, None)
    store = open_store(place.url)
    with closing(store), store.write() as session:
        sources.sync(session, known.sources, known.digest)
        [lease] = runs.take(session, worker=own_name(), now=datetime.now(UTC), sources=["busy"])
    assert lease.source_id == "busy"


def _visits_that_overlap(place: Place) -> list[str]:
    by_host: dict[str, list[tuple[Any, Any]]] = defaultdict(list)
    for host, began, ended in _rows(place, "SELECT host, started_at, ended_at FROM crawl_run"):
        assert ended is not None
        by_host[host].append((began, ended))
    assert len(by_host) == 3
    return [
        host
        for host, visits in by_host.items()
        for earlier, later in pairwise(sorted(visits))
        if earlier[1] > later[0]
    ]
