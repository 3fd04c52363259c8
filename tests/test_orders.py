"""The sample sites crawled in any order, one by one or all at once: the same entries, the same sightings."""

import os
import random
import sqlite3
from collections import defaultdict
from contextlib import closing
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from aggregator.catalogue import load_catalogue
from aggregator.config import load
from aggregator.query import Query
from aggregator.sampleserver import SampleSites
from aggregator.samplesite import samples_root
from aggregator.samplesite.answer import Answer
from aggregator.store import open_store, sources
from aggregator.store.articles import find


class _Slow(SampleSites):
    """Sites that answer late, each page by lot, so that the order of arrival is another each time."""

    def __init__(self, draw: random.Random) -> None:
        super().__init__()
        self._draw = draw

    def answer(self, url: str) -> Answer:
        Event().wait(self._draw.uniform(0, 0.1))
        return super().answer(url)


def crawl_in_order(folder: Path, number: int) -> None:
    """Crawls the samples into an archive there; even numbers visit one host after the other.

    Odd ones learn what a site repeats while they visit it, others when they settle.
    """
    from aggregator import stop
    from aggregator.crawl import crawl
    from aggregator.run import Request

    draw = random.Random(number)
    stop.LEARN_AFTER = 4 if number % 2 else 10_000
    ever = 36_500
    config = replace(load(), jobs=2, pace=0.0, first_visit_articles=ever, first_visit_days=ever)
    config = replace(config, concurrent_hosts=1) if number % 2 == 0 else config
    catalogue = load_catalogue(samples_root() / "catalogue.toml", None, pace=0.0)
    store = open_store(f"sqlite:///{folder / 'archive.sqlite'}")
    with store.write() as session:
        sources.sync(session, catalogue.sources, catalogue.digest)
    ids = [source.id for source in catalogue.sources]
    draw.shuffle(ids)
    _line_up(folder / "archive.sqlite", ids)
    with _Slow(draw) if number % 2 else SampleSites() as proxy:
        os.environ["http_proxy"] = proxy
        os.environ.pop("no_proxy", None)
        report = crawl(config, catalogue, store, Request(None))
    assert sorted(row.source_id for row in report.sources) == sorted(ids)
    assert not [row for row in report.sources if row.error]
    if number % 2 == 0:
        assert [row.source_id for row in report.sources] == ids
    store.close()


def _line_up(archive: Path, ids: list[str]) -> None:
    """Makes the sources due one after the other: hosts are taken in that order."""
    with closing(sqlite3.connect(archive)) as connection, connection:
        rows = [(f"2020-01-{day:02} 00:00:00.000000", id_) for day, id_ in enumerate(ids, 1)]
        connection.executemany("UPDATE source SET next_due_at = ? WHERE id = ?", rows)


@dataclass(frozen=True)
class Outcome:
    """What an order left: pages, which of them are one Entry, and each Entry's article by its home page."""

    pages: frozenset[tuple[Any, ...]]
    groups: frozenset[frozenset[str]]
    articles: dict[str, Any]


def _outcome(folder: Path) -> Outcome:
    archive = folder / "archive.sqlite"
    store = open_store(f"sqlite:///{archive}")
    with closing(store), store.read() as session:
        articles = [entry.article for entry in find(session, Query(limit=None))]
    columns = "entry_id, url, source_id, link, title, text_key, published_at, published_day"
    with closing(sqlite3.connect(archive)) as connection:
        rows = connection.execute(f"SELECT {columns} FROM sighting").fetchall()
    groups: dict[int, set[str]] = defaultdict(set)
    for entry_id, url, *_ in rows:
        groups[entry_id].add(url)
    return Outcome(
        frozenset(row[1:] for row in rows),
        frozenset(frozenset(group) for group in groups.values()),
        {a.canonical_url: (a.source_id, a.title, a.text, a.published, a.language) for a in articles},
    )


@pytest.mark.parametrize("orders", [2, pytest.param(10, marks=pytest.mark.slow)])
def test_the_order_of_arrival_changes_nothing(tmp_path: Path, orders: int) -> None:
    """Also which of several copies stands for a text: a run announces all that it brought at its end."""
    outcomes = []
    for number in range(orders):
        folder = tmp_path / str(number)
        folder.mkdir()
        child = get_context("spawn").Process(target=crawl_in_order, args=(folder, number))
        child.start()
        child.join()
        assert child.exitcode == 0
        outcomes.append(_outcome(folder))
    first, *others = outcomes
    assert len(first.articles) > 80
    for number, other in enumerate(others, 1):
        assert other.pages == first.pages, f"pages of order {number}"
        assert other.groups == first.groups, f"entries of order {number}"
        assert other.articles == first.articles, f"articles of order {number}"
