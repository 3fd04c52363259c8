"""The pages for people: what they show, in which language, and that no text on them is code."""

import json
import re
from pathlib import Path
from string import Formatter

import pytest
from archive_samples import minutes
from lxml import html
from site_samples import SECRET, fill, site_over
from sqlalchemy import text
from web_samples import Browser

from aggregator.store import Session, Store
from aggregator.store.views import ask
from aggregator.store.withdrawals import withdraw
from aggregator.web.strings import TEXTS


@pytest.fixture
def browser(filled: tuple[Store, dict[str, int]], tmp_path: Path) -> Browser:
    return site_over(filled[0], tmp_path, base_url="https://news.example.org")


@pytest.fixture
def ids(filled: tuple[Store, dict[str, int]]) -> dict[str, int]:
    return filled[1]


def page(browser: Browser, path: str) -> html.HtmlElement:
    got = browser.get(path)
    assert got.status == 200, path
    return html.document_fromstring(got.body.decode())


def text_of(tree: html.HtmlElement) -> str:
    return " ".join(tree.text_content().split())


def links(tree: html.HtmlElement) -> dict[str, str]:
    return {" ".join(a.text_content().split()): a.get("href") for a in tree.iter("a")}


def every(ids: dict[str, int]) -> list[str]:
    shown = [number for name, number in ids.items() if name not in ("hidden", "unindexed")]
    pages = [
        "/",
        "/?q=idrogeno&order=ranked",
        "/events?after=2026-01-01",
        "/events?kind=deadline",
        "/sources",
    ]
    pages += ["/sources/clm", "/trends", "/trends?q=lago"]
    return pages + [f"/{kind}/{number}" for kind in ("entries", "stories") for number in shown]


def test_pages_are_served_on_both_databases(store: Store, tmp_path: Path) -> None:
    ids = fill(store)
    browser = site_over(store, tmp_path)
    for path in [*every(ids), "/charts/month.svg", "/charts/source.svg"]:
        assert browser.get(path).status == 200, path


def test_every_page_is_bounded_by_a_strict_policy(browser: Browser, ids: dict[str, int]) -> None:
    for path in [*every(ids), "/?q=(", "/entries/999999"]:
        policy = browser.get(path).headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "script" not in policy
        assert "unsafe" not in policy


@pytest.mark.parametrize("language", ["it", "en"])
def test_no_text_becomes_code(browser: Browser, ids: dict[str, int], language: str) -> None:
    for path in every(ids):
        tree = page(browser, f"{path}{'&' if '?' in path else '?'}lang={language}")
        assert not tree.xpath(
            "//script | //svg | //iframe | //object | //style | //base"
            " | //form[@action!='/' and @action!='/trends']"
        )
        assert not [
            name for node in tree.iter() for name in node.attrib if name.startswith("on") or name == "style"
        ]
        addresses = [
            value for node in tree.iter() for name, value in node.attrib.items() if name in ("href", "src")
        ]
        assert not [a for a in addresses if not re.match(r"(?:/(?!/)|https?://|#|data:,$)", a)]
        assert not [node for node in tree.iter("img") if not node.get("src", "").startswith("/charts/")]


def test_an_attack_is_shown_as_the_text_that_it_is(browser: Browser, ids: dict[str, int]) -> None:
    tree = page(browser, f"/entries/{ids['hostile']}")
    assert "<script>" not in browser.get(f"/entries/{ids['hostile']}").body.decode()
    assert "49" not in text_of(tree.find(".//h1"))
    tree = page(browser, "/?q=%3Cscript%3Ealert%281%29%3C%2Fscript%3E")
    assert tree.get_element_by_id("q").get("value") == "<script>alert(1)</script>"


def test_the_policy_and_a_person_s_word_hold(browser: Browser, ids: dict[str, int]) -> None:
    for path in every(ids):
        body = browser.get(path).body.decode()
        assert SECRET not in body, path
        assert "Da nascondere" not in body
        assert "Da non indicizzare" not in body
    for name in ("hidden", "unindexed"):
        assert browser.get(f"/entries/{ids[name]}").status == 404


def test_search_leads_from_filter_to_article_to_story(browser: Browser, ids: dict[str, int]) -> None:
    found = links(page(browser, "/?q=lago"))
    narrower = links(page(browser, found["Cluster Mobilità"]))
    assert "Idrogeno verde sul lago d'Iseo" in narrower
    assert "L'idrogeno arriva sul lago" not in narrower
    article = page(browser, narrower["Idrogeno verde sul lago d'Iseo"])
    assert "titolo: Idrogeno verde sul lago" in text_of(article)
    story = page(browser, links(article)["Le altre notizie sullo stesso fatto (2)"])
    assert "apre la storia" in text_of(story)
    assert "stesso fatto" in text_of(story)


def test_a_translation_leads_to_its_original_and_back(browser: Browser, ids: dict[str, int]) -> None:
    english = page(browser, f"/entries/{ids['english']}")
    assert "Traduzione di: Idrogeno verde sul lago d'Iseo" in text_of(english)
    first = page(browser, links(english)["Idrogeno verde sul lago d'Iseo"])
    assert "Originale di: Hydrogen on the lake" in text_of(first)
    assert "days before" in text_of(first)


def test_every_facet_finds_what_it_counts(browser: Browser) -> None:
    tree = page(browser, "/")
    for item in tree.xpath("//aside//li[a]"):
        number = int(item.find("span").text_content())
        answer = text_of(page(browser, item.find("a").get("href")))
        # What is not to be indexed is counted by the archive, and shown by nobody.
        assert f"{number} notizi" in answer


def test_pages_go_on_to_the_end(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aggregator.web.pages._ROWS", 2)
    path, seen = "/", []
    while path:
        tree = page(browser, path)
        seen += [a.get("href") for a in tree.xpath("//article//h3/a")]
        path = next(iter(tree.xpath("//a[@rel='next']/@href")), "")
    assert len(seen) == len(set(seen)) == 5


def test_english_is_kept_from_page_to_page(browser: Browser) -> None:
    tree = page(browser, "/?lang=en")
    assert tree.get("lang") == "en"
    inner = [
        a for a in tree.xpath("//main//a/@href | //nav//a/@href") if a.startswith("/") and "feed" not in a
    ]
    assert [a for a in inner if "lang=" not in a and not a.startswith(("/index.html", "/search."))] == []
    assert "Search" in text_of(tree)
    assert "Cerca" in text_of(page(browser, "/"))


def test_twins_are_there(browser: Browser, ids: dict[str, int]) -> None:
    for path in every(ids):
        for link in page(browser, path).xpath("//head/link[@rel='alternate']"):
            address = link.get("href")
            if not address.startswith("/feeds"):
                got = browser.get(address)
                assert (got.status, got.headers["content-type"].partition(";")[0]) == (200, link.get("type"))


def test_charts_are_drawings_without_code_and_the_same_each_time(browser: Browser) -> None:
    for by in ("month", "source", "cluster", "topic", "language"):
        got = browser.get(f"/charts/{by}.svg")
        assert (got.status, got.headers["content-type"]) == (200, "image/svg+xml")
        assert b"<script" not in got.body
        assert b"http://www.w3.org/2000/svg" in got.body
        assert not re.search(rb"(?:href|src)=.http", got.body)
        assert browser.get(f"/charts/{by}.svg").body == got.body
    assert browser.get("/charts/mood.svg").status == 404
    assert browser.get("/charts/month.svg?q=nessunacosa").status == 200


def test_trends_tell_the_numbers_beside_each_chart(browser: Browser) -> None:
    tree = page(browser, "/trends")
    assert len(tree.xpath("//section//img")) == len(tree.xpath("//section//table")) == 4
    assert "senza data" in text_of(tree)
    assert "Le fonti seguite sono 3" in text_of(tree)
    cells = {
        row.find("th").text_content(): [cell.text_content() for cell in row.findall("td")]
        for row in tree.xpath("//section[@aria-labelledby='by-month']//tbody/tr")
    }
    assert cells["2026-02"][:3] == ["1", "1", "1"]
    assert re.fullmatch(r"\d su 3", cells["2026-02"][3])
    assert cells["senza data"][3] == ""


def test_the_query_behind_a_figure_counts_it_again(
    filled: tuple[Store, dict[str, int]], browser: Browser
) -> None:
    tree = page(browser, "/trends?q=lago+lang:%22x%27%29+OR+1%3D1+--%22+lang:it+source:clm")
    shown = tree.xpath("//section[@aria-labelledby='by-language']//pre")[0].text_content()
    with ask(filled[0], shown, seconds=10) as answer:
        assert list(answer.rows) == [("it", 1, 1, 1)]


def test_what_takes_too_long_to_count_does_not_cost_the_answer(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    def endless(session: Session, *_: object, **__: object) -> None:
        session.execute(
            text("WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT sum(x) FROM n")
        )

    monkeypatch.setattr("aggregator.web.division.facets", endless)
    monkeypatch.setattr("aggregator.web.division.count_by", endless)
    monkeypatch.setattr("aggregator.web.pages._DIVIDING_SECONDS", 0.05)
    monkeypatch.setattr("aggregator.web.trends._COUNTING_SECONDS", 0.05)
    found = page(browser, "/?q=lago")
    assert "Idrogeno verde sul lago d'Iseo" in text_of(found)
    assert not found.xpath("//aside")
    assert "Il tempo non è bastato" in text_of(page(browser, "/trends?q=lago"))


def test_too_much_to_count_is_not_counted(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aggregator.web.trends._MOST_COUNTED", 2)
    tree = page(browser, "/trends")
    assert "troppe da contare" in text_of(tree)
    assert not tree.xpath("//img | //table")
    assert page(browser, "/trends?q=lago").xpath("//table")


def test_what_does_not_change_is_divided_once(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    first = browser.get("/trends?q=lago").body

    def counted_again(*_: object, **__: object) -> None:
        raise AssertionError("counted again")

    monkeypatch.setattr("aggregator.web.division.count_by", counted_again)
    assert browser.get("/trends?q=lago").body == first
    assert browser.get("/api/stats?q=lago&by=source").status == 200


def test_too_much_to_divide_is_not_divided(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aggregator.web.pages._MOST_DIVIDED", 2)
    assert not page(browser, "/").xpath("//aside")
    assert page(browser, "/?q=lago").xpath("//aside")


def test_a_source_tells_how_its_visits_went(browser: Browser) -> None:
    told = text_of(page(browser, "/sources/clm"))
    assert "testo intero" in told
    assert "bene" in told
    assert browser.get("/sources/none").status == 404


def test_errors_are_pages_in_the_language_asked_for(browser: Browser) -> None:
    for path, status, words in (
        ("/?q=(", 400, "La richiesta non si può leggere"),
        ("/?q=(&lang=en", 400, "The request cannot be read"),
        ("/entries/999999", 404, "Qui non c'è nulla"),
        ("/?lang=de", 400, "it, en"),
    ):
        got = browser.get(path)
        assert got.status == status
        assert words in text_of(html.document_fromstring(got.body.decode()))


def test_a_search_that_cannot_be_read_stands_there_to_be_mended(browser: Browser) -> None:
    shown = html.document_fromstring(browser.get("/?q=lago+%28%22").body.decode())
    assert shown.xpath("//form//input[@name='q']/@value") == ['lago ("']
    assert shown.xpath("//*[@role='alert']/span[@lang='en']")


def test_an_address_of_nothing_is_a_page_for_people_and_a_problem_for_programs(browser: Browser) -> None:
    for path, accept, kind in (
        ("/nowhere", "text/html,*/*;q=0.8", "text/html"),
        ("/nowhere", "*/*", "application/problem+json"),
        ("/api/nowhere", "text/html", "application/problem+json"),
    ):
        got = browser.get(path, accept=accept)
        assert (got.status, got.headers["content-type"].partition(";")[0]) == (404, kind)
        assert ("content-security-policy" in got.headers) == (kind == "text/html")


def test_what_was_looked_for_is_marked_and_nothing_else(browser: Browser) -> None:
    assert {mark.text for mark in page(browser, "/?q=IDROGENI").iter("mark")} == {"Idrogeno", "idrogeno"}
    assert not page(browser, "/").xpath("//mark")


def test_what_was_withdrawn_is_gone_and_says_no_more(store: Store, tmp_path: Path) -> None:
    ids = fill(store)
    browser = site_over(store, tmp_path)
    asked = [f"/{kind}/{ids['first']}" for kind in ("entries", "api/entries", "stories", "api/stories")]
    asked += ["/", "/trends", "/events?after=2026-01-01", "/api/entries?order=change", "/api/stats"]
    asked += ["/api/events?after=2026-01-01", "/search.atom", f"/stories/{ids['copied']}"]
    assert all("Iseo" in browser.get(path).body.decode() for path in asked[:4])
    with store.write() as session:
        withdraw(session, ids["first"], reason="segretamente chiesto", now=minutes(90))
    for path in asked:
        body = browser.get(path).body.decode()
        assert "Iseo" not in body, path
        assert "segretamente" not in body, path
    got = browser.get(asked[0])
    assert (got.status, got.headers["content-type"]) == (410, "text/html; charset=utf-8")
    assert "Questa notizia è stata ritirata" in got.body.decode()
    problem = browser.get(asked[1])
    assert (problem.status, problem.headers["content-type"]) == (410, "application/problem+json")
    told = json.loads(browser.get("/api/withdrawals?after=2026-01-01").body)["withdrawals"]
    assert [one["id"] for one in told] == [ids["first"]]
    assert json.loads(browser.get("/api/withdrawals?after=2999-01-01").body) == {"withdrawals": []}
    assert browser.get(f"/entries/{ids['hidden']}").status == 404


def test_both_languages_say_all() -> None:
    places = {
        code: {
            key: {name for _, name, _, _ in Formatter().parse(text) if name} for key, text in texts.items()
        }
        for code, texts in TEXTS.items()
    }
    assert places["it"] == places["en"]
    assert all(text.strip() for texts in TEXTS.values() for text in texts.values())


def test_every_text_is_used_and_none_is_missing() -> None:
    sources = Path(__file__).resolve().parents[2] / "aggregator" / "web"
    code = "".join(
        path.read_text()
        for path in (*sources.glob("*.py"), *sources.glob("templates/*.html"))
        if path.name != "strings.py"
    )
    for key in TEXTS["it"]:
        stem, _, last = key.rpartition(".")
        assert key in code or f'{stem}."' in code or f"{stem}.{{" in code or f'"{last}"' in code, key
