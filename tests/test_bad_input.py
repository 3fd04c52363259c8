"""What goes wrong in the wild goes wrong here, all in one run: each with its words, the rest unharmed."""

import gzip
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from serving import Answer, Done, Place, Site, Story, feed, fill, page, serve, story, write_catalogue

from aggregator.items import Article

_MIB = 1024 * 1024
_GOOD = [f"buona-{n}" for n in range(8)]


# --------------------------------------------------------------------- the sites


def _huge() -> Iterator[bytes]:
    line = b"<p>" + b"parole " * 9_000 + b"</p>"
    yield b"<html><body>"
    for _ in range(20 * _MIB // len(line) + 1):
        yield line


def _bomb() -> bytes:
    return gzip.compress(b"<html><body>" + b"a" * (64 * _MIB), 9)


def _with_neighbours(site: Site, bad: Story, answer: Answer | str) -> None:
    """A site with three good articles, and one whose page is the answer."""
    stories = fill(site, [f"{bad.name}-{n}" for n in range(3)])
    site.put(bad.path, answer)
    feed(site, [*stories, bad])


def _put_control_characters(site: Site) -> None:
    fill(site, [f"controllo-{n}" for n in range(3)])
    known = site.answers["/feed"].body
    assert isinstance(known, bytes)
    site.put("/feed", Answer(known.replace(b"<title>", b"<title>\x01\x0b\x1f"), "application/rss+xml"))


def _put_windows_1252(site: Site) -> None:
    told = story("accenti", title="La città più «verde» è già realtà")
    text = page(told).replace("<p>", "<p>L’università spende 5 € – perché? ", 1)
    site.put(told.path, Answer(text.encode("windows-1252"), "text/html"))
    feed(site, [told])


def _put_undated(site: Site) -> None:
    told = story("senza-data")
    site.put(told.path, page(told, is_dated=False))
    feed(site, [told], is_dated=False)


def _build(sites: dict[str, Site]) -> None:
    fill(sites["good"], _GOOD)
    sites["html"].put("/feed", "<!doctype html><title>Manutenzione</title><p>Torniamo subito.")
    _put_control_characters(sites["control"])
    _with_neighbours(sites["huge"], story("enorme"), Answer(_huge))
    bomb = Answer(_bomb(), headers=(("Content-Encoding", "gzip"),))
    _with_neighbours(sites["bomb"], story("bomba"), bomb)
    _put_windows_1252(sites["windows"])
    _put_undated(sites["undated"])
    long = story("lungo", title="Il titolo che non finisce " * 192 + "mai")
    _with_neighbours(sites["long"], long, page(long))
    away = Answer(status=302, headers=(("Location", "http://169.254.169.254/latest/meta-data/"),))
    _with_neighbours(sites["metadata"], story("altrove"), away)
    fill(sites["robots"], ["vietata"])
    sites["robots"].put("/robots.txt", Answer(b"User-agent: *\nDisallow: /\n", "text/plain"))


_NAMES = ("good", "missing", "html", "control", "huge", "bomb", "windows", "undated", "long", "metadata")


class Crawl:
    """The run, and what it left in the archive, by source."""

    def __init__(self, place: Place, done: Done) -> None:
        self.done = done
        self.articles: dict[str, list[Article]] = {}
        for entry in place.entries():
            self.articles.setdefault(entry.article.source_id, []).append(entry.article)

    def titles(self, source_id: str) -> set[str]:
        return {article.title for article in self.articles.get(source_id, [])}


@pytest.fixture(scope="module")
def crawl(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crawl]:
    place = Place(tmp_path_factory.mktemp("bad"))
    names = (*_NAMES, "robots")
    with serve(*(f"127.0.3.{n + 1}" for n in range(len(names)))) as served:
        sites = dict(zip(names, served, strict=True))
        _build(sites)
        with serve("127.0.3.100") as (down,):
            pass  # a site that was there a moment ago
        write_catalogue(place.folder / "catalogue.toml", {**sites, "down": down})
        yield Crawl(place, place.run())


def _titles(*names: str) -> set[str]:
    return {story(name).title for name in names}


# --------------------------------------------------------------------- what came of it


def test_the_good_source_is_complete_and_the_run_says_that_others_are_not(crawl: Crawl) -> None:
    assert crawl.done.code == 1
    assert "Traceback" not in crawl.done.said
    assert crawl.done.row("good")["outcome"] == "ok"
    assert crawl.done.row("good")["error"] is None
    assert crawl.titles("good") == _titles(*_GOOD)


@pytest.mark.parametrize(
    ("source_id", "words"),
    [
        ("down", "ConnectionRefused"),
        ("missing", "HTTP 404 at http://127.0.3.2"),
        ("html", "feed"),
        ("robots", "robots"),
    ],
)
def test_a_site_without_a_list_fails_in_words(crawl: Crawl, source_id: str, words: str) -> None:
    row = crawl.done.row(source_id)
    assert row["outcome"] == "failed"
    assert words in row["error"]
    assert row["next"] == f"aggregator run {source_id} -v"
    assert f"{source_id}: failed: {row['error']}" in crawl.done.said
    assert source_id not in crawl.articles


@pytest.mark.parametrize(
    ("source_id", "name", "words"),
    [
        ("huge", "enorme", "too_large"),
        ("bomb", "bomba", "too_large"),
        ("metadata", "altrove", "http://169.254.169.254/ is not at one of the hosts"),
    ],
)
def test_a_page_that_is_not_taken_costs_itself_only(
    crawl: Crawl, source_id: str, name: str, words: str
) -> None:
    row = crawl.done.row(source_id)
    assert row["failed"] == 1
    [line] = [line for line in crawl.done.said.splitlines() if f"/notizie/{name}" in line and words in line]
    assert json.loads(line)["source"] == source_id
    assert crawl.titles(source_id) == _titles(*(f"{name}-{n}" for n in range(3)))


def test_a_feed_with_control_characters_is_read(crawl: Crawl) -> None:
    assert crawl.titles("control") == _titles("controllo-0", "controllo-1", "controllo-2")
    assert crawl.done.row("control")["error"] is None


def test_an_undeclared_encoding_is_found(crawl: Crawl) -> None:
    [article] = crawl.articles["windows"]
    assert article.title == "La città più «verde» è già realtà"
    assert "L’università spende 5 € – perché?" in article.text


def test_an_article_without_a_date_is_kept_without_one(crawl: Crawl) -> None:
    [article] = crawl.articles["undated"]
    assert article.title == story("senza-data").title
    assert article.published is None


def test_an_endless_title_is_cut_at_a_word(crawl: Crawl) -> None:
    assert len(crawl.articles["long"]) == 4
    title = max(crawl.titles("long"), key=len)
    assert len(title) <= 500
    assert title.rstrip("… ").rsplit(" ", 1)[-1] in ("Il", "titolo", "che", "non", "finisce")


# --------------------------------------------------------------------- before any crawl


def test_a_catalogue_with_a_typing_error_is_refused_by_file_line_and_key(tmp_path: Path) -> None:
    with serve("127.0.3.1") as (site,):
        path = write_catalogue(tmp_path / "catalogue.toml", {"good": site}, langauges=["it"])
        done = Place(tmp_path).run()
        assert done.code == 3
        line = path.read_text(encoding="utf-8").splitlines().index('langauges = ["it"]') + 1
        [said] = [words for words in done.said.splitlines() if words.startswith("aggregator:")]
        assert f"{path}, line {line}, key langauges" in said
        assert "'languages'" in said  # what was meant
        assert site.asked == []


def test_a_database_that_is_none_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    place = Place(tmp_path)
    place.archive.write_text("data,titolo\n2026-03-11,Bando\n" * 99, encoding="utf-8")
    before = place.archive.read_bytes()
    with serve("127.0.3.1") as (site,):
        fill(site, ["una"])
        write_catalogue(tmp_path / "catalogue.toml", {"good": site})
        done = place.run()
        assert (done.code, site.asked) == (4, [])
    assert f"{place.url} is not a database" in done.said
    assert "Traceback" not in done.said
    assert place.archive.read_bytes() == before


# --------------------------------------------------------------------- a disk that fills up

_FULL = [f"piena-{n}" for n in range(80)]
_PAGES = """
from sqlalchemy import Engine, event
event.listen(Engine, "connect", lambda connection, _: connection.execute("PRAGMA max_page_count = {pages}"))
"""
_FILES = """
import resource
resource.setrlimit(resource.RLIMIT_FSIZE, ({size}, {size}))
"""


@pytest.mark.slow
@pytest.mark.parametrize("limit", [_PAGES, _FILES], ids=["max_page_count", "RLIMIT_FSIZE"])
def test_a_full_disk_keeps_what_was_acknowledged(tmp_path: Path, limit: str) -> None:
    place = Place(tmp_path)
    with serve("127.0.3.1") as (site,):
        write_catalogue(place.folder / "catalogue.toml", {"good": site})
        fill(site, _FULL[:10])
        before = place.run("good")
        fill(site, _FULL)
        # Less than the seventy further ones take, however they come together in transactions.
        size = place.archive.stat().st_size + 100_000
        full = place.run("good", before=limit.format(size=size, pages=size // 4096))
        counted = _counted(place)
        # With room again, the next run brings the rest.
        after = place.run("good")
    assert (before.code, full.code) in ((0, 1), (0, 4))
    lines = [line for line in full.said.splitlines() if "disk" in line]
    assert 1 <= len(lines) <= 4  # told, but not once a page
    assert "Traceback" not in full.said
    assert counted["integrity"] == "ok"
    assert 10 <= counted["kept"] == counted["acknowledged"] < len(_FULL)
    assert after.code == 0
    assert set(place.titles()) == _titles(*_FULL)


def _counted(place: Place) -> dict[str, Any]:
    asked = {
        "integrity": "PRAGMA integrity_check",
        "kept": "SELECT count(*) FROM entry",
        "acknowledged": "SELECT sum(new) FROM crawl_run",
    }
    with closing(sqlite3.connect(place.archive)) as connection:
        return {name: connection.execute(words).fetchone()[0] for name, words in asked.items()}
