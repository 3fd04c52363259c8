"""Ways found and proved by the address alone: detect, add, check, move, on sites of this machine."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from serving import Answer, Site, Story, feed, page, serve, story

from aggregator.commands.tables import run_row
from aggregator.items import Candidate, RunOutcome, Source, Way
from aggregator.moving import OldPage, pair_up
from aggregator.query import Query
from aggregator.run import SourceReport
from aggregator.store import open_store
from aggregator.store.articles import find
from aggregator.store.runs import RunCounts
from spiders.guard import check
from spiders.refusal import Refusal

# Home page, robots.txt, lists and samples of a trial, with the well-known places: see README.
MOST_REQUESTS = 40
NAMES = [f"articolo-di-prova-numero-{n}" for n in range(24)]


@pytest.fixture
def site() -> Iterator[Site]:
    with serve("127.0.0.7") as (one,):
        yield one


def furnish(site: Site, stories: list[Story], *, folder: str = "/notizie/") -> None:
    """A site as many are: a feed of the latest ten, a sitemap with pages too, a home page of five."""

    def path(told: Story) -> str:
        return f"{folder}{told.name}"

    links = "".join(f'<article><h2><a href="{path(t)}">{t.title}</a></h2></article>' for t in stories[:5])
    head = '<link rel="alternate" type="application/rss+xml" href="/feed">'
    site.put("/", f"<html><head><title>Officina</title>{head}</head><body><main>{links}</main></body></html>")
    manual = ["/guida/uno", "/guida/due", "/chi-siamo", "/contatti"]
    for told in stories:
        site.put(path(told), page(told))
    for other in manual:
        site.put(other, f"<html><body><h1>{other}</h1><p>{'Come si usa il banco. ' * 30}</p></body></html>")
    urls = "".join(f"<url><loc>{site.url(p)}</loc></url>" for p in [*manual, *map(path, stories)])
    site.put("/sitemap.xml", Answer(f"<urlset>{urls}</urlset>".encode(), "application/xml"))
    feed(site, stories[:10])
    if folder != "/notizie/":
        latest = site.answers["/feed"].body
        assert isinstance(latest, bytes)
        site.put("/feed", Answer(latest.replace(b"/notizie/", folder.encode()), "application/rss+xml"))


class Operator:
    """A person at a terminal, with an empty catalogue of their own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "empty.toml").write_text("", encoding="utf-8")
        (folder / "aggregator.toml").write_text('contact = "a@example.org"\nauthority = "example.org"\n')

    @property
    def archive(self) -> str:
        return f"sqlite:///{self.folder / 'archive.sqlite'}"

    def does(self, *words: str) -> tuple[int, str]:
        """The exit code of a command and all that it said."""
        given = ["--config", str(self.folder / "aggregator.toml"), "--database", self.archive]
        given += ["--catalogue", str(self.folder / "empty.toml")]
        if words[0] == "run" or words[:2] == ("sources", "add"):
            given += ["--publish", str(self.folder / "public")]
        command = [sys.executable, "-m", "aggregator", *words, *given]
        environment = os.environ | {"AGGREGATOR_JOBS": "1"}
        done = subprocess.run(
            command, capture_output=True, text=True, env=environment, timeout=120, check=False
        )
        return done.returncode, done.stdout + done.stderr

    def catalogue(self) -> str:
        return (self.folder / "catalogue.toml").read_text(encoding="utf-8")

    def entries(self) -> dict[str, str]:
        """The eternal id of each article, with its address."""
        with closing(open_store(self.archive)) as store, store.read() as session:
            return {entry.tag: entry.article.url for entry in find(session, Query(limit=None))}


@pytest.fixture
def operator(tmp_path: Path) -> Operator:
    return Operator(tmp_path)


def test_detect_finds_every_article_within_few_requests(site: Site, operator: Operator) -> None:
    furnish(site, [story(name) for name in NAMES])
    code, said = operator.does("sources", "detect", site.url(), "--json")
    told = json.loads(said.splitlines()[-1])
    assert code == 0
    assert (told["articles"], told["ways"][0]["way"]) == (24, "sitemap")
    assert told["way"] == "auto"  # the feed tells what is new
    assert {way["way"]: way["articles"] for way in told["ways"]} == {"sitemap": 24, "feed": 10, "listing": 5}
    assert all(one["refused"] is None and one["published"] for one in told["shown"])
    assert len(site.asked) <= MOST_REQUESTS
    assert "/guida/uno" not in site.asked


def test_where_nothing_is_found_it_says_what_was_tried(site: Site, operator: Operator) -> None:
    site.put("/", '<html><body><div id="root"></div><script src="/app.js"></script></body></html>')
    code, said = operator.does("sources", "add", site.url())
    assert code == 1
    assert "scripts" in said
    assert "nothing was added" in said
    assert not (operator.folder / "catalogue.toml").exists()


@pytest.mark.slow
def test_added_checked_and_moved(site: Site, operator: Operator) -> None:
    stories = [story(name) for name in NAMES]
    furnish(site, stories)
    code, said = operator.does("sources", "add", site.url(), "--id", "officina", "--cluster", "clm")
    assert (code, said.count("in all, it, cluster-clm, ")) == (0, 3), said
    assert "verified = true" in operator.catalogue()
    before = operator.entries()
    assert len(before) == 24

    code, said = operator.does("sources", "check", "--all", "--write")
    assert code == 0
    assert "officina proved 24 articles" in " ".join(said.split())

    with serve("127.0.0.8") as (other,):
        furnish(other, stories, folder="/archivio/")
        code, said = operator.does("sources", "move", "officina", other.url())
        assert code == 0, said
        assert "24 of its 24 pages" in said
        code, said = operator.does("run", "officina")
        assert code == 0, said
        after = operator.entries()
        assert after.keys() == before.keys()
        assert {url.split("/")[2] for url in after.values()} == {other.url().split("/")[2]}


OLD = [
    OldPage(1, "https://a.example/2024/03/forni-a-induzione", "Forni a induzione"),
    OldPage(2, "https://a.example/2024/04/bando", "Bando"),
    OldPage(3, "https://a.example/2025/04/bando", "Bando"),
    OldPage(4, "https://a.example/2024/05/presse", "Presse a caldo"),
]


@pytest.mark.parametrize(
    ("url", "title", "expected"),
    [
        ("https://b.example/2024/03/forni-a-induzione/", None, 1),  # the path
        ("https://b.example/?p=7", "Presse a Caldo", 4),  # the title
        ("https://b.example/news/forni-a-induzione.html", None, 1),  # the slug
        ("https://b.example/news/bando", "Bando", None),  # two had that title and that slug
        ("https://b.example/2025/04/bando", "Bando", 3),  # but one path
        ("https://b.example/altro", "Tutt'altro", None),
    ],
)
def test_pairs(url: str, title: str | None, expected: int | None) -> None:
    pairs = pair_up(OLD, [Candidate(url, Way.SITEMAP, title=title)])
    assert [page.id for page, _ in pairs] == ([expected] if expected else [])


def test_a_move_is_proposed_with_scheme_and_port() -> None:
    with pytest.raises(Refusal) as refused:
        check("https://nuovo.example:8443/notizie/", Source("sito", "https://vecchio.example/"))
    report = SourceReport("sito", Way.FEED, RunOutcome.FAILED, RunCounts(), str(refused.value))
    assert run_row(report)["next"] == "aggregator sources move sito https://nuovo.example:8443/"
