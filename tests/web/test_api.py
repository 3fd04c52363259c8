"""The JSON API: what may leave, page after page, and one shape of errors."""

import json
from pathlib import Path
from typing import Any

import pytest
from site_samples import SECRET, fill, site_over
from web_samples import Browser

from aggregator.store import Store


@pytest.fixture
def browser(filled: tuple[Store, dict[str, int]], tmp_path: Path) -> Browser:
    return site_over(filled[0], tmp_path, base_url="https://news.example.org")


@pytest.fixture
def ids(filled: tuple[Store, dict[str, int]]) -> dict[str, int]:
    return filled[1]


def ask(browser: Browser, path: str) -> dict[str, Any]:
    got = browser.get(path)
    assert got.status == 200, got.body
    assert got.headers["access-control-allow-origin"] == "*"
    found: dict[str, Any] = json.loads(got.body)
    return found


def titles(answer: dict[str, Any]) -> list[str]:
    return [entry["title"] for entry in answer["entries"]]


def test_entries_are_found_on_both_databases(store: Store, tmp_path: Path) -> None:
    fill(store)
    browser = site_over(store, tmp_path)
    assert titles(ask(browser, "/api/entries?q=idrogeno")) == [
        "L'idrogeno arriva sul lago",
        "Idrogeno verde sul lago d'Iseo",
    ]
    assert titles(ask(browser, "/api/entries?q=fonte:giornale")) == ["Azienda apre a Lecco"]
    for path in ("/api/stats", "/api/events?after=2026-01-01", "/api/sources"):
        ask(browser, path)


def test_hidden_and_unindexed_articles_are_nowhere(browser: Browser, ids: dict[str, int]) -> None:
    shown = {entry["id"] for entry in ask(browser, "/api/entries")["entries"]}
    assert shown == set(ids.values()) - {ids["hidden"], ids["unindexed"]}
    for name in ("hidden", "unindexed"):
        for kind in ("entries", "stories"):
            assert browser.get(f"/api/{kind}/{ids[name]}").status == 404


def test_the_policy_holds_in_every_answer(browser: Browser, ids: dict[str, int]) -> None:
    paths = [f"/api/entries/{ids['closed']}", f"/api/stories/{ids['closed']}", "/api/entries"]
    paths += ["/api/events?after=2026-01-01", "/search.atom?q=azienda", "/search.rss", "/search.json"]
    for path in paths:
        assert SECRET not in browser.get(path).body.decode(), path
    closed = ask(browser, f"/api/entries/{ids['closed']}")
    assert (closed["summary"], closed["html"], closed["authors"]) == (None, None, ["Giornale"])
    assert ask(browser, f"/api/entries/{ids['first']}")["html"]
    assert ask(browser, f"/api/entries/{ids['copied']}")["html"] is None


def test_an_entry_tells_where_it_was_seen_and_what_it_was(browser: Browser, ids: dict[str, int]) -> None:
    told = ask(browser, f"/api/entries/{ids['first']}")
    assert told["title"] == "Idrogeno verde sul lago d'Iseo"
    assert [(one["source"], one["url"]) for one in told["carriers"]] == [
        ("clm", "https://mobilita.example/uno")
    ]
    assert [one["was"]["title"] for one in told["revisions"]] == ["Idrogeno verde sul lago"]
    assert told["evidence"][0]["field"] == "title"
    assert told["story"] == ask(browser, f"/api/stories/{ids['copied']}")["id"]
    assert (told["published_day"], told["precision"], told["published_at"]) == ("2026-03-09", "day", None)


def test_a_story_has_its_members_and_why(browser: Browser, ids: dict[str, int]) -> None:
    story = ask(browser, f"/api/stories/{ids['copied']}")
    levels = {one["id"]: one["level"] for one in story["members"]}
    assert levels == {ids["first"]: "new", ids["copied"]: "story", ids["english"]: "translation"}
    assert next(iter(levels)) == ids["first"]
    assert story["sources"] == ["clm", "agenzia"]


def test_a_translation_tells_its_original(browser: Browser, ids: dict[str, int]) -> None:
    told = ask(browser, f"/api/entries/{ids['english']}")
    assert told["original"] == ids["first"]
    [tie] = told["ties"]
    assert (tie["entry"], tie["level"], tie["original"]) == (ids["first"], "translation", ids["first"])
    first = ask(browser, f"/api/entries/{ids['first']}")
    assert first["original"] is None
    assert {one["entry"]: one["original"] for one in first["ties"]} == {
        ids["english"]: ids["first"],
        ids["copied"]: None,
    }


def test_cursors_lead_through_all_of_it_once(browser: Browser) -> None:
    for order in ("arrival", "change", "ranked"):
        path: str | None = f"/api/entries?limit=2&order={order}"
        found: list[int] = []
        while path:
            page = ask(browser, path)
            found += [entry["id"] for entry in page["entries"]]
            path = page["next"]
        assert len(found) == len(set(found)) == 5


def test_events_are_by_start_and_go_on(browser: Browser) -> None:
    first = ask(browser, "/api/events?after=2026-03-01&limit=1")
    second = ask(browser, first["next"])
    assert [one["start"] for one in (*first["events"], *second["events"])] == [
        "2026-03-20",
        "2026-04-01T12:00:00Z",
    ]
    assert second["next"] is None
    assert [e["kind"] for e in ask(browser, "/api/events?kind=deadline&after=2026-03-01")["events"]] == [
        "deadline"
    ]
    assert ask(browser, "/api/events?after=2026-03-01&before=2026-03-20")["events"] == []


@pytest.mark.parametrize("by", ["source", "cluster", "topic", "language", "month"])
def test_statistics_count_what_a_query_finds(browser: Browser, by: str) -> None:
    told = ask(browser, f"/api/stats?by={by}&q=lago")
    assert told["articles"] == 2
    assert all(row["stories"] <= row["articles"] <= row["appearances"] <= 2 for row in told["values"])
    assert all((row["followed"] is None) == (by != "month") for row in told["values"])
    assert [one["source"] for one in told["followed"]] == ["agenzia", "clm", "giornale"]
    assert f" AS {by}," in told["statement"]


@pytest.mark.parametrize(
    ("path", "parameter"),
    [
        ("/api/entries?q=(", "q"),
        ("/api/entries?q=a%20OR", "q"),
        ("/api/entries?limit=0", "limit"),
        ("/api/entries?limit=101", "limit"),
        ("/api/entries?limit=x", "limit"),
        ("/api/entries?limit=1&limit=2", "limit"),
        ("/api/entries?cursor=zzz", "q"),
        ("/api/entries?order=best", "order"),
        ("/api/entries?page=2", "page"),
        ("/api/events?after=yesterday", "after"),
        ("/api/events?after=2026-02-30", "after"),
        ("/api/events?cursor=zzz", "cursor"),
        ("/api/stats?by=mood", "by"),
        ("/search.atom?q=%22", "q"),
        (f"/api/entries?q={'a' * 1001}", "q"),
    ],
)
def test_what_cannot_be_is_told_with_its_parameter(browser: Browser, path: str, parameter: str) -> None:
    got = browser.get(path)
    assert (got.status, got.headers["content-type"]) == (400, "application/problem+json")
    told = json.loads(got.body)
    assert (told["status"], told["parameter"]) == (400, parameter)
    assert told["detail"]


def test_nothing_is_written_and_unknown_paths_are_not_there(browser: Browser) -> None:
    for path in ("/api/entries", "/api/nothing", "/search.atom"):
        for method in ("POST", "PUT", "DELETE", "PATCH"):
            assert browser.get(path, method=method).status in (404, 405)
    assert browser.get("/api/entries/0").status == 400
    assert browser.get("/api/entries/99999999999999").status == 404
    assert browser.get("/api/nothing").status == 404


def test_an_answer_that_is_known_is_not_sent_again(browser: Browser) -> None:
    for coding in ("", "gzip"):
        first = browser.get("/api/entries", accept_encoding=coding)
        again = browser.get("/api/entries", accept_encoding=coding, if_none_match=first.headers["etag"])
        assert (again.status, again.body) == (304, b"")
        head = browser.get("/api/entries", method="HEAD", accept_encoding=coding)
        assert (head.body, head.headers["content-length"]) == (b"", first.headers["content-length"])


def test_who_asks_too_much_is_asked_to_wait(filled: tuple[Store, dict[str, int]], tmp_path: Path) -> None:
    browser = site_over(filled[0], tmp_path, rate_limit=2)
    found = [browser.get("/api/sources") for _ in range(3)]
    assert [got.status for got in found] == [200, 200, 429]
    assert 0 < int(found[-1].headers["retry-after"]) <= 30


def test_a_search_is_a_feed_with_neighbours(browser: Browser) -> None:
    from lxml import etree

    def feed(path: str) -> tuple[list[str], dict[str, str]]:
        root = etree.fromstring(browser.get(path).body)
        links = {link.get("rel", ""): link.get("href", "") for link in root.iterfind("{*}link")}
        return [title.text or "" for title in root.iterfind("{*}entry/{*}title")], links

    first, links = feed("/search.atom?limit=2")
    assert links["self"] == "https://news.example.org/search.atom?limit=2"
    second, onward = feed(links["next"].removeprefix("https://news.example.org"))
    third, back = feed(onward["next"].removeprefix("https://news.example.org"))
    assert len({*first, *second, *third}) == 5
    assert feed(back["previous"].removeprefix("https://news.example.org"))[0] == second
    assert feed(onward["previous"].removeprefix("https://news.example.org"))[0] == first
    assert "next" not in back
    told = json.loads(browser.get("/search.json?limit=1&q=lago").body)
    assert told["next_url"].startswith("https://news.example.org/search.json?q=lago&limit=1&cursor=")
    assert browser.get("/search.rss?q=lago").headers["content-type"].startswith("application/rss+xml")
