"""From the first crawl to a withdrawal and back again by every road, on both databases."""

import gzip
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import brotli
import pytest
from databases import Postgres
from sqlalchemy import select

import aggregator
from aggregator.exports.export import checksum
from aggregator.query import Query
from aggregator.samplesite import samples_root
from aggregator.store import Store, open_store, snapshots
from aggregator.store.entries import get, locate
from aggregator.store.find import find
from aggregator.store.schema import SnapshotRow
from aggregator.text import words

pytestmark = pytest.mark.slow
CATALOGUE = str(samples_root() / "catalogue.toml")
TOPICS = Path(aggregator.__file__).with_name("topics.toml")
CHILD = Path(__file__).with_name("crawl_samples.py")


class Archive:
    """An archive of the sample sites, its published folder, and the program over both."""

    def __init__(self, database: str, folder: Path) -> None:
        self.database = database
        self.folder = folder
        self.public = folder / "public"

    def crawl(self) -> int:
        """Crawls and publishes; how many articles were new."""
        done = subprocess.run(
            [sys.executable, str(CHILD), self.database, str(self.public)], capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        return int(done.stdout)

    def run(self, *arguments: str, code: int = 0) -> str:
        """What the command says."""
        given = ("--database", self.database, "--catalogue", CATALOGUE)
        environment = os.environ | {
            "AGGREGATOR_PUBLISH": str(self.public),
            "AGGREGATOR_BASE_URL": "https://news.example",
        }
        done = subprocess.run(
            [sys.executable, "-m", "aggregator", *arguments, *given],
            capture_output=True,
            text=True,
            env=environment,
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr

    def tree(self) -> dict[str, bytes]:
        """All published files."""
        files = sorted(path for path in self.public.rglob("*") if path.is_file())
        return {str(path.relative_to(self.public)): path.read_bytes() for path in files}


@pytest.fixture
def archive(database: str, tmp_path: Path) -> Archive:
    return Archive(database, tmp_path)


def test_a_rebuilt_archive_publishes_the_same_and_crawls_nothing_new(
    archive: Archive, tmp_path: Path, postgres_or_sqlite: str
) -> None:
    assert archive.crawl() == 86
    archive.run("export", "--full", "--out", str(tmp_path / "full.jsonl"))
    other = Archive(postgres_or_sqlite, tmp_path / "other")
    other.folder.mkdir()
    other.run("import", str(tmp_path / "full.jsonl"), "--restore")
    assert "the archive is sound" in other.run("db", "check")
    for one in (archive, other):
        one.run("publish", "--out", str(one.public))
    assert other.tree() == archive.tree()
    assert other.crawl() == 0


@pytest.fixture
def postgres_or_sqlite(request: pytest.FixtureRequest, database: str, tmp_path: Path) -> str:
    """An empty database of the other kind."""
    if database.startswith("postgresql"):
        return f"sqlite:///{tmp_path / 'rebuilt.sqlite'}"
    url: str = request.getfixturevalue("empty_postgres")
    return url


def test_a_withdrawn_article_stays_away(archive: Archive, tmp_path: Path, postgres_or_sqlite: str) -> None:
    assert archive.crawl() == 86
    archive.run("export", "--public", "--out", str(archive.public / "data"))
    archive.run("db", "backup", str(tmp_path / "older"))
    archive.run("export", "--full", "--out", str(tmp_path / "older.jsonl"))
    store = open_store(archive.database)
    url, title, rare = _chosen(store)
    shown = _pages_that_show(store, url, title)
    # Reading the file's bytes would take this process's locks from under an open connection.
    store.close()
    assert any(word in data for data in _bytes(archive) for word in rare)
    assert len(shown) > 1, "the article stands in lists of its site, too"
    archive.run("withdraw", url, "--reason", "a request")
    _assert_gone(archive, rare)
    store = open_store(archive.database)
    assert _pages_that_show(store, url, title) == []
    store.close()

    assert archive.crawl() == 0
    archive.run("reextract")
    for _ in range(9):
        assert archive.crawl() == 0
    _assert_gone(archive, rare)
    line = {"url": url, "title": " ".join(word.decode() for word in rare), "text": "altro " * 50}
    (tmp_path / "row.jsonl").write_text(json.dumps(line))
    archive.run("import", str(tmp_path / "row.jsonl"), code=1)
    for older in ("older", "older.jsonl"):
        assert "had been withdrawn" in archive.run("db", "restore", str(tmp_path / older))
        archive.run("publish", "--out", str(archive.public))
        _assert_gone(archive, rare)
    other = Archive(postgres_or_sqlite, tmp_path / "copied")
    other.folder.mkdir()
    archive.run("db", "copy", other.database)
    assert other.crawl() == 0
    _assert_gone(other, rare)
    assert "the archive is sound" in archive.run("db", "check")
    fresh = tmp_path / "fresh"
    archive.run("db", "backup", str(fresh))
    assert not [word for word in rare if word in fresh.read_bytes()]
    store.close()


@pytest.mark.parametrize("format_", ["csv", "jsonl", "parquet", "xlsx", "sqlite", "warc"])
def test_every_format_goes_out(crawled: Archive, tmp_path: Path, format_: str) -> None:
    what = () if format_ in ("sqlite", "warc") else ("--what", "appearances")
    said = crawled.run("export", "--format", format_, "--out", str(tmp_path / "out"), *what, "--json")
    done = json.loads(said)
    assert done["rows"] >= 86
    assert done["sha256"] == checksum(tmp_path / "out")


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def crawled(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    """The sample sites in an archive that is read alone."""
    folder = tmp_path_factory.mktemp("crawled")
    with ExitStack() as stack:
        url = f"sqlite:///{folder / 'archive.sqlite'}"
        if request.param == "postgresql":
            server: Postgres = request.getfixturevalue("postgres")
            url = stack.enter_context(server.fresh())
        archive = Archive(url, folder)
        assert archive.crawl() == 86
        yield archive


def _pages_that_show(store: Store, url: str, title: str) -> list[str]:
    """The addresses of kept pages with the article's title or its own path in them, unpacked."""
    path = urlsplit(url).path.encode()
    with store.read() as session:
        ids = list(session.scalars(select(SnapshotRow.id)))
        kept = snapshots.load_many(session, ids).values()
        return [one.page.url for one in kept if title.encode() in one.page.body or path in one.page.body]


def _chosen(store: Store) -> tuple[str, str, list[bytes]]:
    """An article with an event and a copy elsewhere, and the words that it alone has."""
    with store.read() as session:
        entries = find(session, Query(limit=None))
        chosen = max(entries, key=lambda e: (len(e.sources) > 1, bool(e.article.events), -e.id))
        article = get(session, locate(session, chosen.article.url)).article
    texts = [f"{e.article.title} {e.article.text}" for e in entries if e.id != chosen.id]
    ours = [path.read_text(encoding="utf-8") for path in (TOPICS, Path(CATALOGUE))]
    elsewhere = " ".join((*texts, *ours)).lower()
    rare = {w for w in words(article.text) if len(w) > 7 and w.isascii() and w not in elsewhere}
    assert len(rare) > 5
    return article.url, article.title, [word.encode() for word in sorted(rare)]


def _bytes(archive: Archive) -> list[bytes]:
    """All that can be read of it: the published files unpacked, the files of SQLite as they are."""
    found = []
    for name, data in archive.tree().items():
        found.append(data)
        if name.endswith(".gz"):
            found.append(gzip.decompress(data))
        elif name.endswith(".br"):
            found.append(brotli.decompress(data))
        elif name.endswith(".xlsx"):
            with zipfile.ZipFile(archive.public / name) as book:
                found += [book.read(part) for part in book.namelist()]
    if archive.database.startswith("sqlite"):
        path = Path(archive.database.partition("///")[2])
        found += [file.read_bytes() for file in path.parent.glob(f"{path.name}*")]
    else:
        store = open_store(archive.database)
        from aggregator.store.copying import dump

        dump(store, found.append)
        store.close()
    return found


def _assert_gone(archive: Archive, rare: list[bytes]) -> None:
    whole = b"\n".join(_bytes(archive))
    assert not [word for word in rare if word in whole or word.title() in whole]
