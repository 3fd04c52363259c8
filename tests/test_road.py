"""The whole road over the sample sites: what comes out against what their content files say."""

import json
import os
import sqlite3
import subprocess
import sys
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import feedparser
import pytest

from aggregator.catalogue import load_catalogue
from aggregator.items import Entry, Keep
from aggregator.query import Query
from aggregator.samplesite import samples_root
from aggregator.store import open_store
from aggregator.store.articles import find
from aggregator.text import fold
from aggregator.urls import canonical_url

CATALOGUE = load_catalogue(samples_root() / "catalogue.toml")
KEPT_WHOLE = {source.hosts[0] for source in CATALOGUE.sources if source.keep is Keep.ALL}
EXPECTED: list[dict[str, Any]] = json.loads((samples_root() / "expected.json").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Demo:
    """A demo that has run: where it left its files, what it said."""

    folder: Path
    answer: dict[str, Any]
    entries: tuple[Entry, ...]

    def entry(self, url: str) -> Entry:
        """The entry whose home is at that address."""
        return next(e for e in self.entries if e.article.canonical_url == canonical_url(url))


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    folder = tmp_path_factory.mktemp("demo")
    environment = os.environ | {"XDG_CONFIG_HOME": str(folder), "XDG_DATA_HOME": str(folder)}
    done = subprocess.run(
        [sys.executable, "-m", "aggregator", "demo", "--keep", str(folder), "--json"],
        capture_output=True, text=True, env=environment,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    store = open_store(f"sqlite:///{folder / 'archive.sqlite'}")
    with store.read() as session:
        entries = tuple(find(session, Query(limit=None)))
    store.close()
    return Demo(folder, json.loads(done.stdout), entries)


def test_every_relevant_article_is_there_once_and_nothing_else(demo: Demo) -> None:
    wanted = {canonical_url(row["url"]) for row in EXPECTED if row["about"] or row["site"] in KEPT_WHOLE}
    homes = Counter(entry.article.canonical_url for entry in demo.entries)
    assert not [url for url, times in homes.items() if times > 1]
    assert set(homes) <= wanted
    sighted = {canonical_url(row["copy_of"]) for row in EXPECTED if row["copy_of"]}
    missing = wanted - set(homes)
    assert all(
        row["copy_of"] or canonical_url(row["url"]) in sighted
        for row in EXPECTED
        if canonical_url(row["url"]) in missing
    )


def test_dates_are_those_of_the_content_files(demo: Demo) -> None:
    rows = {canonical_url(row["url"]): row for row in EXPECTED}
    wrong: list[object] = []
    for entry in demo.entries:
        row, published = rows[entry.article.canonical_url], entry.article.published
        if row["page_states"] is None or row["published_day"] is None:
            if published is not None:
                wrong.append((row["url"], "none", published))
        elif published is None or published.day.isoformat() != row["published_day"]:
            wrong.append((row["url"], row["published_day"], published))
        elif (
            row["page_states"] == "minute"
            and published.at
            and published.at.isoformat() != row["published_at"]
        ):
            wrong.append((row["url"], row["published_at"], published))
    assert not wrong


def test_what_proved_right_about_dates_is_remembered(demo: Demo) -> None:
    with closing(sqlite3.connect(demo.folder / "archive.sqlite")) as connection:
        [(habits,)] = connection.execute("SELECT date_habits FROM source WHERE id = 'mobilita'")
    counts = {where: (right, wrong) for where, right, wrong in json.loads(habits)}
    right, wrong = counts["wordpress:date"]
    assert right >= 10
    assert wrong == 0
    assert any(where.startswith("page:") for where in counts)


def test_titles_and_languages_are_those_of_the_content_files(demo: Demo) -> None:
    rows = {canonical_url(row["url"]): row for row in EXPECTED}
    wrong = [
        (entry.article.title, row["title"], entry.article.language)
        for entry in demo.entries
        if (row := rows[entry.article.canonical_url])
        and (fold(entry.article.title), entry.article.language) != (fold(row["title"]), row["language"])
    ]
    assert not wrong


def words(text: str) -> Counter[str]:
    return Counter(fold(text).split())


def test_texts_hold_the_article_and_nothing_else(demo: Demo) -> None:
    rows = {canonical_url(row["url"]): row for row in EXPECTED}
    hits = extra = missed = 0
    for entry in demo.entries:
        row = rows[entry.article.canonical_url]
        want, got = words(" ".join(row["text"])), words(entry.article.text)
        both = sum((want & got).values())
        hits += both
        extra += sum(got.values()) - both
        missed += 0 if row["is_cut"] else sum(want.values()) - both
    assert hits / (hits + extra) >= 0.99
    assert hits / (hits + missed) >= 0.99


def test_the_page_it_began_from_comes_out_right(demo: Demo) -> None:
    entry = demo.entry(
        "http://mobilita.example/en/lombardys-technology-clusters-for-competitiveness-and-innovation/"
    )
    assert entry.article.published is not None
    assert entry.article.published.day.isoformat() == "2024-03-11"
    for foreign in ("JEC", "14590", "Brescia", "AQM", "October 23", "Recent Articles"):
        assert foreign not in entry.article.text


def test_feeds_parse_with_every_entry(demo: Demo) -> None:
    feeds = sorted((demo.folder / "public" / "feeds").glob("*.atom"))
    assert len(feeds) >= 10
    for atom in feeds:
        rss = feedparser.parse(str(atom.with_suffix(".rss")))
        parsed = feedparser.parse(str(atom))
        assert not parsed.bozo
        assert not rss.bozo
        assert [e.id for e in parsed.entries] == [e.id for e in rss.entries]
    everything = feedparser.parse(str(demo.folder / "public" / "feeds" / "all.atom"))
    carried = {entry.id for entry in everything.entries}
    with closing(sqlite3.connect(demo.folder / "archive.sqlite")) as archive:
        tied = {
            tag for (tag,) in archive.execute("SELECT tag FROM entry JOIN link ON link.entry_id = entry.id")
        }
    live = {entry.tag for entry in demo.entries if entry.is_live}
    assert live - carried <= tied, "all but copies and translations of what it carries"
    assert len(tied & live - carried) >= 5
