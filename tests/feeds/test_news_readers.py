"""Readers that people use, on loopback: everything arrives, nothing twice, a correction as an update."""

import mailbox
import shutil
import sqlite3
import subprocess
import sys
from calendar import timegm
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import feedparser
import pytest
from feed_samples import EDITION, SEEN, entries, entry
from receiver import Receiver, receiving

from aggregator.feeds.channels import channel_of
from aggregator.feeds.compose import document_of
from aggregator.feeds.model import Document
from aggregator.feeds.syndication import render_atom, render_rss
from aggregator.items import Entry

COUNT = 30
CORRECTED = "Batterie più leggere & sicure, prova numero 7"
FORMATS = ("rss", "atom")


def given() -> list[Entry]:
    """Newest first: one without a date, one in English, one that may say nothing but its title."""
    special = [entry(33, source_id="giornale"), entry(32, language="en"), entry(31, published=None)]
    return [*special, *entries(COUNT - 3)]


def document(found: list[Entry]) -> Document:
    return document_of(channel_of("all", EDITION), found, EDITION)


@dataclass
class Stand:
    """A server with the feed in both formats; `republish` gives other bytes and another order."""

    receiver: Receiver
    folder: Path

    def publish(self, found: list[Entry]) -> Document:
        made = document(found)
        (self.folder / "feed.rss").write_bytes(render_rss(made))
        (self.folder / "feed.atom").write_bytes(render_atom(made))
        return made

    def republish(self, *, corrected: bool = False) -> None:
        found = given()[::-1]
        if corrected:
            at = next(n for n, each in enumerate(found) if each.id == 7)
            found[at] = entry(7, title=CORRECTED, changed_at=SEEN.replace(day=2))
        self.publish(found)

    def url(self, form: str) -> str:
        return f"{self.receiver.url}/feed.{form}"

    def statuses(self, form: str) -> list[int]:
        return [status for path, status in self.receiver.answers if path == f"/feed.{form}"]


@pytest.fixture
def stand(tmp_path: Path) -> Iterator[Stand]:
    (tmp_path / "served").mkdir()
    with receiving(tmp_path / "served") as receiver:
        stand = Stand(receiver, tmp_path / "served")
        stand.publish(given())
        yield stand


def expected() -> dict[str, tuple[str, str, datetime]]:
    """Title, link and date by id."""
    return {
        item.tag: (item.title, item.url, item.published_at.replace(microsecond=0))
        for item in document(given()).items
    }


def program(name: str) -> str:
    found = shutil.which(name)
    if not found:
        pytest.skip(f"no {name} here to read the feeds with")
    return found


def run(*words: str | Path, stdin: bytes | None = None, home: Path | None = None) -> str:
    env = {"PATH": "/usr/bin:/bin", "HOME": str(home or "/nonexistent"), "TZ": "UTC", "LC_ALL": "C.UTF-8"}
    done = subprocess.run([*map(str, words)], input=stdin, capture_output=True, timeout=120, env=env)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


@pytest.mark.parametrize("form", FORMATS)
def test_feedparser(stand: Stand, form: str) -> None:
    parsed = feedparser.parse(stand.url(form))
    assert not parsed.bozo
    dates = {e.id: datetime.fromtimestamp(timegm(e.published_parsed), UTC) for e in parsed.entries}
    assert {e.id: (e.title, e.link, dates[e.id]) for e in parsed.entries} == expected()
    assert feedparser.parse(stand.url(form), etag=parsed.etag).status == 304


@pytest.mark.parametrize("form", FORMATS)
def test_reader(stand: Stand, form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    library = pytest.importorskip("reader", reason="no reader (PyPI) here to read the feeds with")
    # It carries an older feedparser, which asks for a module of Python 2 by the name that it had there.
    monkeypatch.setitem(sys.modules, "sgmllib", pytest.importorskip("feedparser_sgmllib"))
    with closing(library.make_reader(":memory:")) as reader:
        reader.add_feed(stand.url(form))
        reader.update_feeds()
        found = {e.id: (e.title, e.link, e.published) for e in reader.get_entries()}
        assert found == expected()
        reader.mark_entry_as_read((stand.url(form), document(given()).items[0].tag))
        stand.republish()
        result = reader.update_feed(stand.url(form))
        assert (result.new, reader.get_entry_counts().total, reader.get_entry_counts().read) == (0, COUNT, 1)
        stand.republish(corrected=True)
        result = reader.update_feed(stand.url(form))
        assert (result.new, result.modified) == (0, 1)
        assert CORRECTED in {e.title for e in reader.get_entries()}
        reader.update_feed(stand.url(form))
        assert stand.statuses(form)[-1] == 304


@pytest.mark.slow
@pytest.mark.parametrize("form", FORMATS)
def test_newsboat(stand: Stand, form: str, tmp_path: Path) -> None:
    newsboat = program("newsboat")
    (tmp_path / "urls").write_text(stand.url(form))
    (tmp_path / "config").write_text("")
    cache = tmp_path / "cache.db"

    def reload() -> dict[str, tuple[str, str, datetime]]:
        files = ("-u", tmp_path / "urls", "-C", tmp_path / "config", "-c", cache)
        run(newsboat, *files, "-x", "reload", home=tmp_path)
        with closing(sqlite3.connect(cache)) as database:
            rows = database.execute("SELECT guid, title, url, pubDate FROM rss_item").fetchall()
        assert len({guid for guid, *_ in rows}) == len(rows)
        return {guid: (title, url, datetime.fromtimestamp(at, UTC)) for guid, title, url, at in rows}

    assert reload() == expected()
    stand.republish()
    assert reload() == expected()
    stand.republish(corrected=True)
    assert len(reload()) == COUNT
    reload()
    assert stand.statuses(form)[-1] == 304


@pytest.mark.slow
@pytest.mark.parametrize("form", FORMATS)
def test_rss2email(stand: Stand, form: str, tmp_path: Path) -> None:
    r2e = program("r2e")
    config = tmp_path / "rss2email.cfg"
    config.write_text(
        "[DEFAULT]\nfrom = a@notizie.example\nto = b@notizie.example\nemail-protocol = maildir\n"
        f"maildir-path = {tmp_path / 'mail'}\nmaildir-mailbox = \ndate-header = True\n"
    )
    base = (r2e, "-c", config, "-d", tmp_path / "seen.json")
    box = mailbox.Maildir(tmp_path / "mail")
    run(*base, "add", "prova", stand.url(form), home=tmp_path)
    run(*base, "run", home=tmp_path)
    first = [message["Subject"] for message in box]
    assert len(first) == COUNT
    stand.republish()
    run(*base, "run", home=tmp_path)
    assert len(list(mailbox.Maildir(tmp_path / "mail"))) == COUNT
    run(*base, "run", home=tmp_path)
    assert stand.statuses(form)[-1] == 304


@pytest.mark.slow
@pytest.mark.parametrize("form", FORMATS)
def test_sfeed(stand: Stand, form: str) -> None:
    sfeed = program("sfeed")
    lines = run(sfeed, stdin=(stand.folder / f"feed.{form}").read_bytes()).splitlines()
    rows = [line.split("\t") for line in lines]
    found = {row[5]: (row[1], row[2], datetime.fromtimestamp(int(row[0]), UTC)) for row in rows}
    # It keeps the last of several dates of an entry; Atom's `updated` is one.
    wanted = expected()
    assert {tag: row[:2] for tag, row in found.items()} == {tag: row[:2] for tag, row in wanted.items()}
    if form == "rss":
        assert found == wanted
    before = sorted(lines)
    stand.republish()
    assert sorted(run(sfeed, stdin=(stand.folder / f"feed.{form}").read_bytes()).splitlines()) == before
