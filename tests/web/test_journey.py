"""A reader's way through the site in a real browser, and all pages before an accessibility checker."""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from site_samples import VOCABULARY

from aggregator.feeds.publish import publish
from aggregator.store import Store

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), "")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not BROWSER, reason="no Chromium here to look at the pages with"),
    # Playwright's own loop leaves its sockets to the collector.
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"),
]
SCHEMES = ("light", "dark")
WIDTHS = (360, 1440)
BUDGET = 60 * 1024


@dataclass
class Visit:
    """A page in the browser, and what its console and the network had to say."""

    page: Any
    start: str
    said: list[str]
    asked: list[str]

    def go(self, path: str) -> None:
        """Opens the page at that path."""
        assert self.page.goto(self.start + path).ok, path


@pytest.fixture(scope="module")
def address(filled: tuple[Store, dict[str, int]], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the command serves the archive, its feeds published."""
    store, _ = filled
    public = tmp_path_factory.mktemp("public")
    publish(store, VOCABULARY, public, base_url="https://news.example.org")
    command = [sys.executable, "-m", "aggregator", "serve", "--port", "0", "--publish", str(public)]
    database = store.engine.url.render_as_string(hide_password=False)
    server = subprocess.Popen([*command, "--database", database], stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        found = re.search(r"http://[\d.:]+", server.stdout.readline())
        assert found
        yield found[0]
    finally:
        server.terminate()
        server.wait(20)
        if server.stdout is not None:
            server.stdout.close()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=BROWSER, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium: Any, address: str, request: pytest.FixtureRequest) -> Iterator[Visit]:
    """A fresh window, by default light and wide."""
    scheme, width = getattr(request, "param", ("light", 1440))
    context = chromium.new_context(color_scheme=scheme, viewport={"width": width, "height": 900})
    page = context.new_page()
    found = Visit(page, address, [], [])
    page.on("console", lambda message: found.said.append(message.text))
    page.on("pageerror", lambda error: found.said.append(str(error)))
    page.on("dialog", lambda dialog: found.said.append(dialog.message))
    page.on("request", lambda asked: found.asked.append(asked.url))
    yield found
    context.close()


def paths(ids: dict[str, int]) -> list[str]:
    places = ["/", "/?q=idrogeno", "/?q=(", "/events?after=2026-01-01", "/sources", "/sources/clm", "/trends"]
    places += [f"/entries/{ids[name]}" for name in ("first", "hostile", "closed")]
    return [
        *places,
        f"/stories/{ids['first']}",
        "/?lang=en",
        "/index.html",
        "/feeds/all.html",
        "/feeds/events.html",
    ]


def shown_of(visit: Visit) -> str:
    text: str = visit.page.inner_text("main")
    return text


def test_a_reader_finds_an_article_its_story_and_its_feed(visit: Visit) -> None:
    page = visit.page
    visit.go("/")
    page.get_by_label("Parole").fill("lago")
    page.get_by_role("button", name="Cerca").click()
    assert "2 notizie" in shown_of(visit)
    page.get_by_role("complementary").get_by_role("link", name="Cluster Mobilità").click()
    assert "1 notizia" in shown_of(visit)
    page.get_by_role("link", name="Idrogeno verde sul lago d'Iseo").click()
    assert "Che cosa diceva prima" in shown_of(visit)
    page.get_by_text("Da dove viene ogni dato").click()
    assert "page:h1" in shown_of(visit)
    page.get_by_role("link", name="Le altre notizie").click()
    assert "L'idrogeno arriva sul lago" in shown_of(visit)
    page.get_by_role("link", name="Feed", exact=True).click()
    page.get_by_role("link", name="Tutte le notizie").first.click()
    assert "Idrogeno verde" in shown_of(visit)
    assert visit.said == []
    assert [url for url in visit.asked if not url.startswith((visit.start, "data:"))] == []


def test_the_keyboard_is_enough(visit: Visit) -> None:
    visit.go("/")
    visit.page.keyboard.press("Tab")
    assert visit.page.evaluate("document.activeElement.textContent") == "Vai al contenuto"
    visit.page.keyboard.press("Enter")
    visit.page.keyboard.press("Tab")
    assert visit.page.evaluate("document.activeElement.id") == "q"
    visit.page.keyboard.type("idrogeno")
    visit.page.keyboard.press("Enter")
    visit.page.wait_for_url("**/?q=idrogeno*")


@pytest.mark.parametrize("visit", [(s, w) for s in SCHEMES for w in WIDTHS], indirect=True)
def test_every_page_is_accessible_small_and_fits(visit: Visit, filled: tuple[Store, dict[str, int]]) -> None:
    from axe_playwright_python.sync_playwright import Axe

    for path in paths(filled[1]):
        visit.page.goto(visit.start + path)
        found = Axe().run(visit.page).response["violations"]
        assert [
            (v["id"], v["nodes"][0]["html"]) for v in found if v["impact"] in ("serious", "critical")
        ] == [], path
        room = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert visit.page.evaluate(room) == 0, path
    errors = [line for line in visit.said if "400 (Bad Request)" not in line]
    assert errors == []


def test_pages_and_style_are_small(visit: Visit, filled: tuple[Store, dict[str, int]]) -> None:
    style = len(visit.page.request.get(visit.start + "/style.css").body())
    for path in paths(filled[1]):
        assert len(visit.page.request.get(visit.start + path).body()) + style < BUDGET, path
