"""The whole way from a real archive to files; see test_folder for what files endure."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import feedparser
import pytest
from feed_samples import ATOM_SCHEMA, SEEN, SOURCES, TERMS, article
from lxml import etree

from aggregator.errors import PublishError
from aggregator.feeds.publish import PublishReport, publish
from aggregator.items import Article, Precision, Publish, PublishedDate, Source, Vocabulary
from aggregator.store import Store, open_store
from aggregator.store.archive import set_authority
from aggregator.store.articles import announce, insert_entries
from aggregator.store.revisions import change, touch
from aggregator.store.sightings import add, arrive
from aggregator.store.sources import sync

VOCABULARY = Vocabulary(tuple(TERMS.values()))
BASE = "https://feed.example/pub"
FEEDS = [
    "all",
    "it",
    "en",
    "cluster-mob",
    "topic-idrogeno",
    "source-mobilita",
    "source-agenzia",
    "source-giornale",
]
SPECIAL = ["stories", "corrections", "events", "deadlines", "operator"]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = open_store(str(tmp_path / "archive.sqlite"))
    with store.write() as session:
        set_authority(session, "notizie.example")
        sync(session, SOURCES.values(), "1")
    yield store
    store.close()


@pytest.fixture
def _tens(monkeypatch: pytest.MonkeyPatch) -> None:
    """Documents of ten entries: the same history in a tenth of the time."""
    monkeypatch.setattr("aggregator.feeds.newsfeed.ARCHIVE_ENTRIES", 10)


def bring(store: Store, *given: Article, at: datetime = SEEN, is_backfill: bool = False) -> list[int]:
    """Stores articles as a visit does: entries, sightings, and what settled is announced."""
    with store.write() as session:
        arrivals = [arrive(found) for found in given]
        ids = insert_entries(session, arrivals, now=at, is_backfill=is_backfill)
        add(session, list(zip(ids, arrivals, strict=True)), at)
        for source_id in SOURCES:
            announce(session, source_id, now=at)
    return ids


def articles(first: int, last: int, **changes: Any) -> list[Article]:
    """Articles whose order of publication is that of their numbers."""
    start = datetime(2026, 2, 20, tzinfo=UTC)
    return [
        article(
            number,
            **{
                "published": PublishedDate(
                    start + timedelta(minutes=number), date(2026, 2, 20), Precision.MINUTE
                ),
                "text": f"Testo della prova numero {number}, con parole sue.",
                **changes,
            },
        )
        for number in range(first, last + 1)
    ]


def out(store: Store, folder: Path, **options: Any) -> PublishReport:
    return publish(store, VOCABULARY, folder, **{"base_url": BASE} | options)


def titles(path: Path) -> list[str]:
    parsed = feedparser.parse(path.read_bytes())
    assert not parsed.bozo
    return [entry.title for entry in parsed.entries]


def files(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_every_feed_is_there_in_every_format(store: Store, tmp_path: Path) -> None:
    bring(store, *articles(1, 3), *articles(4, 5, source_id="giornale", language="en", mentions=()))
    report = out(store, tmp_path / "public")
    names = FEEDS + SPECIAL
    expected = {f"feeds/{name}.{ending}" for name in names for ending in ("rss", "atom", "json", "html")}
    expected |= {"index.html", "feeds.opml"}
    expected |= {f"feeds/{name}.ics" for name in ("events", "deadlines", "cluster-mob", "topic-idrogeno")}
    assert set(report.written) == expected
    assert set(files(tmp_path / "public")) - {".lock"} == {
        e + twin for e in expected for twin in ("", ".gz", ".br")
    }
    assert (report.feeds, report.unchanged, report.omitted) == (len(names), 0, {})
    feeds = tmp_path / "public" / "feeds"
    counts = {name: len(titles(feeds / f"{name}.rss")) for name in FEEDS}
    assert counts == {
        "all": 5, "it": 3, "en": 2, "cluster-mob": 3, "topic-idrogeno": 3, "source-mobilita": 3,
        "source-agenzia": 0, "source-giornale": 2,
    }  # fmt: skip
    assert titles(feeds / "all.atom") == titles(feeds / "all.rss")
    for path in feeds.glob("*.atom"):
        ATOM_SCHEMA.assertValid(etree.fromstring(path.read_bytes()))


def test_nothing_new_writes_and_renders_nothing(store: Store, tmp_path: Path) -> None:
    bring(store, *articles(1, 3))
    public = tmp_path / "public"
    out(store, public)
    before = {p: p.stat().st_mtime_ns for p in public.rglob("*")}
    report = out(store, public)
    assert (report.written, report.unchanged) == ((), len(FEEDS + SPECIAL))
    assert {p: p.stat().st_mtime_ns for p in public.rglob("*")} == before


def test_one_new_article_rewrites_only_the_feeds_that_carry_it(store: Store, tmp_path: Path) -> None:
    bring(store, *articles(1, 3), *articles(4, 5, source_id="giornale", language="en", mentions=()))
    out(store, tmp_path)
    bring(store, *articles(6, 6, source_id="agenzia", mentions=()))
    report = out(store, tmp_path)
    changed = {name.removeprefix("feeds/").rpartition(".")[0] for name in report.written}
    assert changed == {"all", "it", "source-agenzia"}
    assert report.unchanged == len(FEEDS + SPECIAL) - 3
    assert titles(tmp_path / "feeds" / "all.rss")[0] == "Batterie più leggere, prova numero 6"
    assert out(store, tmp_path).unchanged == len(FEEDS + SPECIAL)


def test_a_correction_is_an_update_under_the_same_id(store: Store, tmp_path: Path) -> None:
    (number,) = bring(store, *articles(1, 1))
    out(store, tmp_path)
    before = feedparser.parse((tmp_path / "feeds" / "all.atom").read_bytes()).entries[0]
    (corrected,) = articles(1, 1, title="Titolo corretto")
    with store.write() as session:
        change(session, number, arrive(corrected), SEEN + timedelta(days=1))
    report = out(store, tmp_path)
    after = feedparser.parse((tmp_path / "feeds" / "all.atom").read_bytes()).entries[0]
    assert "feeds/all.atom" in report.written
    assert (after.title, after.id, after.published) == ("Titolo corretto", before.id, before.published)
    assert after.updated_parsed > before.updated_parsed


@pytest.mark.usefixtures("_tens")
def test_the_same_archive_gives_the_same_bytes(store: Store, tmp_path: Path) -> None:
    bring(store, *articles(1, 25))
    out(store, tmp_path / "one")
    out(store, tmp_path / "two")
    assert files(tmp_path / "one") == files(tmp_path / "two")


def test_both_databases_give_the_same_bytes(store: Store, empty_postgres: str, tmp_path: Path) -> None:
    given = [*articles(1, 3), *articles(4, 5, source_id="giornale", language="en", published=None)]
    bring(store, *given)
    out(store, tmp_path / "same")
    before = files(tmp_path / "same")
    other = open_store(empty_postgres)
    try:
        with other.write() as session:
            set_authority(session, "notizie.example")
            sync(session, SOURCES.values(), "1")
        bring(other, *given)
        assert out(other, tmp_path / "same").written == ()
        assert files(tmp_path / "same") == before
        assert out(other, tmp_path / "same").unchanged == len(FEEDS + SPECIAL)
    finally:
        other.close()


def test_what_was_deleted_in_the_folder_comes_back(store: Store, tmp_path: Path) -> None:
    bring(store, *articles(1, 3))
    out(store, tmp_path)
    (tmp_path / "feeds" / "it.rss").unlink()
    (tmp_path / "feeds" / "en.json.gz").unlink()
    assert set(out(store, tmp_path).written) == {"feeds/it.rss", "feeds/en.json"}


@pytest.mark.usefixtures("_tens")
def test_a_stricter_policy_reaches_feeds_and_history(store: Store, tmp_path: Path) -> None:
    bring(store, *articles(1, 11))
    out(store, tmp_path)
    assert b"nuove celle" in (tmp_path / "feeds" / "all" / "1.atom").read_bytes()
    with store.write() as session:
        stricter = [replace(s, publish=Publish.TITLE) for s in SOURCES.values()]
        sync(session, stricter, "2")
    out(store, tmp_path)
    leaked = [
        name for name, data in files(tmp_path).items() if name.endswith((".atom", ".rss", ".json", ".html"))
        and b"celle" in data
    ]  # fmt: skip
    assert leaked == []


@pytest.mark.usefixtures("_tens")
def test_a_source_that_is_named_otherwise_changes_what_names_it(store: Store, tmp_path: Path) -> None:
    bring(store, *articles(1, 10))
    bring(store, *articles(11, 30, source_id="agenzia"))
    out(store, tmp_path)
    renamed = replace(SOURCES["mobilita"], name="Altro nome")
    added = Source("nuova", "https://nuova.example/")
    with store.write() as session:
        sync(session, [*SOURCES.values(), added], "2")
    written = set(out(store, tmp_path).written)
    assert {name.rpartition(".")[0] for name in written} == {"index", "feeds", "feeds/source-nuova"}
    with store.write() as session:
        sync(session, [*SOURCES.values(), renamed, added], "3")
    written = set(out(store, tmp_path).written)
    assert {f"feeds/all/{n}.atom" in written for n in (2, 3)} == {False}
    assert {"feeds/all/1.atom", "feeds/source-mobilita.rss", "feeds/source-mobilita/1.atom"} <= written
    assert "feeds/source-agenzia.rss" not in written


@pytest.mark.usefixtures("_tens")
def test_a_publication_that_is_killed_goes_on_where_it_was(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bring(store, *articles(1, 30))
    monkeypatch.setattr("aggregator.feeds.publish._AT_RISK", 2)
    with monkeypatch.context() as broken:
        broken.setattr("aggregator.feeds.publish._lists", lambda *_: sys.exit("killed"))
        with pytest.raises(SystemExit):
            out(store, tmp_path / "public")
    before = files(tmp_path / "public")
    assert "feeds/all/3.atom" in before
    assert not any("/" in name.removeprefix("feeds/") for name in out(store, tmp_path / "public").written)
    rendered = out(store, tmp_path / "other")
    assert {"feeds/all/1.atom", "index.html"} <= set(rendered.written)
    assert files(tmp_path / "other").items() >= before.items()


def test_without_an_address_there_is_no_history_and_no_opml(store: Store, tmp_path: Path) -> None:
    bring(store, *articles(1, 11))
    out(store, tmp_path, base_url="")
    assert not (tmp_path / "feeds.opml").exists()
    assert not (tmp_path / "feeds" / "all").exists()
    everything = b"".join(data for name, data in files(tmp_path).items() if not name.endswith((".gz", ".br")))
    assert b"localhost" not in everything
    assert b'rel="self"' not in everything


def links(path: Path) -> dict[str, str]:
    feed = feedparser.parse(path.read_bytes()).feed
    return {link.rel: link.href for link in feed.links if link.rel != "alternate"}


def history(folder: Path, name: str = "all") -> list[str]:
    """All titles that a new subscriber reaches from the live feed, by prev-archive."""
    path = folder / "feeds" / f"{name}.atom"
    found = titles(path)
    while older := links(path).get("prev-archive"):
        path = folder / older.removeprefix(f"{BASE}/")
        found += [title for title in titles(path) if title not in found]
    return found


def test_a_new_subscriber_reads_everything(store: Store, tmp_path: Path) -> None:
    bring(store, *articles(1, 250))
    out(store, tmp_path)
    assert history(tmp_path) == [f"Batterie più leggere, prova numero {n}" for n in range(250, 0, -1)]
    folder = tmp_path / "feeds" / "all"
    assert links(folder / "2.atom") == {
        "self": f"{BASE}/feeds/all/2.atom",
        "current": f"{BASE}/feeds/all.atom",
        "prev-archive": f"{BASE}/feeds/all/1.atom",
        "next-archive": f"{BASE}/feeds/all/3.atom",
    }
    assert [len(titles(folder / f"{n}.atom")) for n in (1, 2, 3)] == [100, 100, 50]
    for path in folder.glob("*.atom"):
        ATOM_SCHEMA.assertValid(etree.fromstring(path.read_bytes()))
        assert (b"fh:archive" in path.read_bytes()) == (path.name != "3.atom")
        for target in links(path).values():
            assert (tmp_path / target.removeprefix(f"{BASE}/")).exists()


@pytest.mark.usefixtures("_tens")
def test_a_short_live_feed_still_reaches_its_history(store: Store, tmp_path: Path) -> None:
    bring(store, *articles(1, 18))
    out(store, tmp_path, feed_entries=5)
    assert len(titles(tmp_path / "feeds" / "all.rss")) == 8
    assert len(history(tmp_path)) == 18


@pytest.mark.usefixtures("_tens")
def test_archive_documents_change_only_with_their_entries(store: Store, tmp_path: Path) -> None:
    ids = bring(store, *articles(1, 25))
    out(store, tmp_path)
    folder = tmp_path / "feeds" / "all"
    before = [(folder / f"{n}.atom").read_bytes() for n in (1, 2)]
    bring(store, *articles(26, 38))
    report = out(store, tmp_path)
    assert [(folder / f"{n}.atom").read_bytes() for n in (1, 2)] == before
    assert {"feeds/all/3.atom", "feeds/all/4.atom"} <= set(report.written)
    (corrected,) = articles(15, 15, title="Titolo corretto")
    with store.write() as session:
        change(session, ids[14], arrive(corrected), SEEN + timedelta(days=1))
    report = out(store, tmp_path)
    assert {name for name in report.written if "all/" in name} == {"feeds/all/2.atom"}
    assert "Titolo corretto" in titles(folder / "2.atom")


@pytest.mark.usefixtures("_tens")
def test_what_leaves_a_feed_moves_no_other_entry(store: Store, tmp_path: Path) -> None:
    ids = bring(store, *articles(1, 25))
    out(store, tmp_path)
    folder = tmp_path / "feeds" / "it"
    before = (folder / "2.atom").read_bytes()
    (english,) = articles(5, 5, language="en")
    with store.write() as session:
        change(session, ids[4], arrive(english), SEEN + timedelta(days=1))
    bring(store, *articles(26, 27))
    out(store, tmp_path)
    assert len(titles(folder / "1.atom")) == 9
    assert (folder / "2.atom").read_bytes() == before


def test_a_backfill_goes_to_the_history_alone(store: Store, tmp_path: Path) -> None:
    old = [
        replace(a, published=PublishedDate(None, date(2020, 1, 1), Precision.DAY)) for a in articles(1, 120)
    ]
    bring(store, *old, is_backfill=True)
    bring(store, *articles(121, 125))
    out(store, tmp_path)
    assert len(titles(tmp_path / "feeds" / "all.rss")) == 5
    assert len(titles(tmp_path / "feeds" / "all" / "1.atom")) == 100


def test_copies_at_other_sources_are_related_links(store: Store, tmp_path: Path) -> None:
    (number,) = bring(store, *articles(1, 1))
    copy = arrive(replace(articles(1, 1)[0], source_id="agenzia", url="https://agenzia.example/c/1",
                          canonical_url="https://agenzia.example/c/1"))  # fmt: skip
    out(store, tmp_path)
    with store.write() as session:
        add(session, [(number, copy)], SEEN)
        touch(session, [number])
    assert "feeds/all.atom" in out(store, tmp_path).written
    (entry,) = feedparser.parse((tmp_path / "feeds" / "all.atom").read_bytes()).entries
    assert [(link.href, link.title) for link in entry.links if link.rel == "related"] == [
        ("https://agenzia.example/c/1", "Agenzia Esempio")
    ]


def test_a_source_that_is_switched_off_keeps_its_feed(store: Store, tmp_path: Path) -> None:
    bring(store, *articles(1, 1))
    out(store, tmp_path)
    gone = Source("nuova", "https://nuova.example/", enabled=False)
    with store.write() as session:
        sync(session, [replace(SOURCES["mobilita"], enabled=False), SOURCES["agenzia"], gone], "2")
    report = out(store, tmp_path)
    assert "feeds/source-mobilita.rss" in report.written or (tmp_path / "feeds/source-mobilita.rss").exists()
    assert titles(tmp_path / "feeds" / "source-mobilita.rss") != []
    assert not (tmp_path / "feeds" / "source-nuova.rss").exists()


def test_a_source_with_a_name_that_no_file_can_have(store: Store, tmp_path: Path) -> None:
    names = ["../../fuori", "Il Giornale / Lombardia", "x" * 300]
    with store.write() as session:
        sync(session, [*SOURCES.values(), *(Source(name, "https://a.example/") for name in names)], "2")
    out(store, tmp_path / "public")
    found = {p.name for p in (tmp_path / "public" / "feeds").glob("*.rss")}
    assert len(found) == len(FEEDS + SPECIAL) + len(names)
    assert {p.name for p in tmp_path.iterdir() if p.is_dir()} == {"public"}
    for path in (tmp_path / "public" / "feeds").glob("*.atom"):
        ATOM_SCHEMA.assertValid(etree.fromstring(path.read_bytes()))
        assert links(path)["self"] == f"{BASE}/feeds/{path.name}"
    assert out(store, tmp_path / "public").written == ()


def test_what_is_left_out_is_reported(store: Store, tmp_path: Path) -> None:
    bring(store, *articles(1, 2), *articles(3, 3, robots=("noindex",)))
    report = out(store, tmp_path)
    assert report.omitted["all"] == {"noindex": 1}
    assert len(titles(tmp_path / "feeds" / "all.rss")) == 2


def test_a_folder_that_cannot_be_used_is_an_error_in_words(store: Store, tmp_path: Path) -> None:
    (tmp_path / "public").write_text("x")
    with pytest.raises(PublishError, match="public"):
        out(store, tmp_path / "public")


PUBLISH = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[3])
from test_publish import VOCABULARY, BASE
from aggregator.feeds.publish import publish
from aggregator.store import open_store
store = open_store(sys.argv[1])
publish(store, VOCABULARY, Path(sys.argv[2]), base_url=BASE)
store.close()
"""


def test_two_publishers_at_once_leave_whole_and_newest_files(store: Store, tmp_path: Path) -> None:
    bring(store, *articles(1, 40))
    paths = [str(tmp_path / "archive.sqlite"), str(tmp_path / "public"), str(Path(__file__).parent)]
    program = [sys.executable, "-c", PUBLISH, *paths]
    running = [subprocess.Popen(program, stderr=subprocess.PIPE) for _ in range(2)]
    bring(store, *articles(41, 42))
    out(store, tmp_path / "public")
    for process in running:
        _, errors = process.communicate(timeout=60)
        assert (process.returncode, errors) == (0, b"")
    out(store, tmp_path / "alone")
    assert files(tmp_path / "public") == files(tmp_path / "alone")
