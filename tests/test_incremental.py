"""Requests that a visit costs, by the server's own log; and what is kept from one visit to the next."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from serving import Answer, Place, Site, feed, fill, page, serve, story, write_catalogue

_RESERVED = json.dumps([{"location": "/notizie/riservata*", "tdm-reservation": 1}]).encode()


def _asked(place: Place, site: Site) -> list[tuple[str, int]]:
    site.log.clear()
    place.run("sito")
    return list(site.log)


def _rows(place: Place, question: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(place.archive)) as archive:
        return archive.execute(question).fetchall()


def test_a_visit_asks_for_what_is_new_and_for_nothing_twice(tmp_path: Path) -> None:
    place = Place(tmp_path)
    with serve("127.0.4.2") as (site,):
        write_catalogue(tmp_path / "catalogue.toml", {"sito": site})
        stories = fill(site, ["prima", "seconda", "riservata-1"])
        feed(site, stories, etag='"1"')
        site.put("/.well-known/tdmrep.json", Answer(_RESERVED, "application/json"))
        site.put(
            "/notizie/prima", Answer(page(stories[0]).encode(), status=429, headers=(("Retry-After", "1"),))
        )
        first = _asked(place, site)
        pace = _rows(place, "SELECT pace FROM source")[0][0]
        site.put("/notizie/prima", page(stories[0]))
        second = _asked(place, site)
        third = _asked(place, site)
        new = story("terza")
        site.put(new.path, page(new))
        feed(site, [new, *stories], etag='"2"')
        fourth = _asked(place, site)
    assert sorted({path for path, _ in first}) == [
        "/.well-known/tdmrep.json", "/feed", *sorted(told.path for told in stories), "/robots.txt"
    ]  # fmt: skip
    assert isinstance(pace, float)
    assert pace > 0
    assert second == [("/feed", 200), ("/notizie/prima", 200)], "a page was missed: its list is read again"
    assert third == [("/feed", 304)]
    assert fourth == [("/feed", 200), (new.path, 200)]
    _check_reserved(place)


def _check_reserved(place: Place) -> None:
    """Of a page whose owner reserves mining nothing is kept but what a reader is told."""
    [(title, text, html, snapshot, blocks)] = _rows(
        place,
        "SELECT e.title, b.text, b.html, s.snapshot_id, s.blocks FROM entry e"
        " JOIN body b ON b.entry_id = e.id JOIN sighting s ON s.entry_id = e.id"
        " WHERE e.url LIKE '%riservata%'",
    )
    assert title == story("riservata-1").title
    assert (text, snapshot, blocks) == ("", None, b"")
    assert isinstance(html, bytes)
    assert len(html) < 20
    assert _rows(place, "SELECT count(*) FROM snapshot") == [(3,)]


@pytest.mark.slow
def test_a_server_that_asks_to_wait_is_left_alone_by_name_too(tmp_path: Path) -> None:
    place = Place(tmp_path)
    with serve("127.0.4.3") as (site,):
        write_catalogue(tmp_path / "catalogue.toml", {"sito": site})
        fill(site, ["prima"])
        site.put("/feed", Answer(b"", status=429, headers=(("Retry-After", "3600"),)))
        place.run("sito")
        assert _asked_again(place, site) == []
        with closing(sqlite3.connect(place.archive)) as archive, archive:  # an hour later
            archive.execute("UPDATE source SET not_before = '2020-01-01 00:00:00.000000'")
        fill(site, ["prima"])
        assert "/notizie/prima" in [path for path, _ in _asked_again(place, site, is_held=False)]


def _asked_again(place: Place, site: Site, *, is_held: bool = True) -> list[tuple[str, int]]:
    site.log.clear()
    said = place.run("sito").said
    assert ("sito: not visited: its server asked to be left alone until 2" in said) is is_held
    return list(site.log)
