"""Visits end to end, by the server's own log: what they cost, what they compare, when a site moves."""

import json
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from serving import Answer, Place, Site, Story, feed, page, serve, story, write_catalogue

from aggregator.items import Source
from spiders.poll import poll_of
from spiders.wordpress import first_urls

pytestmark = pytest.mark.slow

_NAMES = [f"costo-{n}" for n in range(8)]
# robots.txt and tdmrep.json, and the home page where it has to be asked for the way in.
_BESIDE = 3


def _publish(site: Site, names: list[str], version: str, *, has_index: bool = False) -> list[Story]:
    """The site as it stands with these articles: feed, sitemap, API and list say the same, with tags."""
    stories = [story(name) for name in names]
    for told in stories:
        site.put(told.path, page(told))
    feed(site, stories, etag=version)
    rows = "".join(
        f"<url><loc>{site.url(told.path)}</loc><lastmod>{told.published.isoformat()}</lastmod></url>"
        for told in stories
    )
    listed = Answer(f"<urlset>{rows}</urlset>".encode(), "application/xml", etag=version)
    if has_index:
        site.put("/articoli.xml", replace(listed, etag=""))
        index = f"<sitemapindex><sitemap><loc>{site.url('/articoli.xml')}</loc></sitemap></sitemapindex>"
        listed = Answer(index.encode(), "application/xml")
    site.put("/sitemap.xml", listed)
    links = "".join(
        f'<article><h2><a href="{told.path}">{told.title}</a></h2><time datetime="{told.published:%Y-%m-%d}">'
        "</time></article>"
        for told in stories
    )
    head = '<link rel="alternate" type="application/rss+xml" href="/feed">'
    site.put("/", Answer(f"<head>{head}</head><main>{links}</main>".encode(), etag=version))
    _answer_api(site, stories, version)
    return stories


def _answer_api(site: Site, stories: list[Story], version: str) -> None:
    posts = [
        {
            "id": number,
            "link": site.url(told.path),
            "date_gmt": f"{told.published:%Y-%m-%dT%H:%M:%S}",
            "modified_gmt": f"{told.published:%Y-%m-%dT%H:%M:%S}",
            "title": {"rendered": told.title},
            "content": {"rendered": "".join(f"<p>{text}</p>" for text in told.paragraphs)},
        }
        for number, told in enumerate(stories, 1)
    ]
    [url] = first_urls(Source("sito", site.url()))
    newest = max(posts, key=lambda post: str(post["modified_gmt"]))
    for asked, shown in ((url, posts), (poll_of(url), [newest])):
        total = (("X-WP-Total", str(len(stories))), ("X-WP-TotalPages", "1"))
        answer = Answer(json.dumps(shown).encode(), "application/json", headers=total)
        site.put(asked.removeprefix(site.url("")), answer)


@dataclass(frozen=True)
class Cost:
    """What the runs of a test asked of a site."""

    place: Place
    site: Site

    def run(self) -> list[str]:
        """The paths that a run asks for."""
        self.site.log.clear()
        self.place.run("sito")
        return [path for path, _ in self.site.log]


@pytest.mark.parametrize(
    ("way", "lists"),
    [("feed", 1), ("sitemap", 1), ("index", 2), ("wordpress", 1), ("listing", 1), ("auto", 2)],
)
def test_what_a_visit_costs(tmp_path: Path, way: str, lists: int) -> None:
    """An `index` of sitemaps as WordPress has it states nothing of its child, and neither knows a tag."""
    with serve("127.0.4.60") as (site,):
        place = Place(tmp_path)
        cost = Cost(place, site)
        kind = "sitemap" if way == "index" else way
        write_catalogue(tmp_path / "catalogue.toml", {"sito": site}, way=kind, feeds=[])
        _publish(site, _NAMES, '"1"', has_index=way == "index")
        first = cost.run()
        second = cost.run()
        _publish(site, [*_NAMES, "nuova"], '"2"', has_index=way == "index")
        third = cost.run()
        fourth = cost.run()
    articles = [path for path in first if path.startswith("/notizie/")]
    assert sorted(articles) == sorted(story(name).path for name in _NAMES)
    assert len(first) - len(articles) <= lists + _BESIDE, first
    assert len(second) == len(fourth) == 1
    assert len(third) <= 3, third
    assert third[-1] == story("nuova").path
    assert len(place.titles()) == len(_NAMES) + 1


def test_a_feed_that_only_the_section_states_dates_what_the_sitemap_names(tmp_path: Path) -> None:
    with serve("127.0.4.67") as (site,):
        place = Place(tmp_path)
        write_catalogue(tmp_path / "catalogue.toml", {"sito": site}, way="auto", feeds=[])
        stories = [story(name) for name in _NAMES]
        rows = "".join(f"<url><loc>{site.url(told.path)}</loc></url>" for told in stories)
        site.put("/sitemap.xml", Answer(f"<urlset>{rows}</urlset>".encode(), "application/xml"))
        for told in stories:
            site.put(told.path, page(told, is_dated=False))
        feed(site, stories[:3], path="/notizie/RSS")
        head = '<link rel="alternate" type="application/rss+xml" href="/notizie/RSS">'
        site.put("/notizie/", f"<head>{head}</head><main><h1>Notizie</h1></main>")
        site.put("/", "<nav><a href='/chi-siamo/'>Chi siamo</a><a href='/notizie/'>Notizie</a></nav>")
        cost = Cost(place, site)
        first, second = cost.run(), cost.run()
    assert len(place.titles()) == len(_NAMES)
    with closing(sqlite3.connect(place.archive)) as archive:
        [dated] = archive.execute("SELECT count(published_at) FROM entry").fetchone()
    assert dated == 3
    assert first.count("/notizie/") == 1
    assert second == ["/notizie/RSS"]


# --------------------------------------------------------------------- week by week


def _a_week_passes(place: Place) -> None:
    with closing(sqlite3.connect(place.archive)) as archive, archive:
        archive.execute("UPDATE source SET whole_at = strftime('%Y-%m-%d %H:%M:%f', whole_at, '-8 days')")
        archive.execute("UPDATE sighting SET due_at = NULL")


def _health(place: Place, *options: str) -> str:
    command = [word for word in place.command("health", *options) if options or word != "--json"]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


def test_what_a_way_misses_is_fetched_and_told(tmp_path: Path) -> None:
    with serve("127.0.4.61") as (site,):
        place = Place(tmp_path)
        write_catalogue(tmp_path / "catalogue.toml", {"sito": site}, feeds=[site.url("/feed")])
        shown = _publish(site, _NAMES, "")[:3]
        feed(site, shown)
        before = place.run("sito").row("sito")
        _a_week_passes(place)
        after = place.run("sito").row("sito")
    assert (before["new"], before["missed"]) == (3, 0)
    assert (after["new"], after["missed"]) == (5, 5)
    assert "sito: 5 articles missed, fetched" in _health(place)


def test_a_tag_that_stays_while_the_list_changes_is_never_believed_again(tmp_path: Path) -> None:
    with serve("127.0.4.62") as (site,):
        place = Place(tmp_path)
        write_catalogue(tmp_path / "catalogue.toml", {"sito": site}, feeds=[site.url("/feed")])

        def visit(names: list[str], *, is_later: bool = False) -> list[tuple[str, int]]:
            for name in names:
                site.put(story(name).path, page(story(name)))
            feed(site, map(story, names), etag='"always"')
            if is_later:
                _a_week_passes(place)
            site.log.clear()
            place.run("sito")
            return list(site.log)

        visit(_NAMES[:3])
        believed = visit(_NAMES[:4])
        noticed = visit(_NAMES[:4], is_later=True)
        afterwards = visit(_NAMES[:5])
    assert believed == [("/feed", 304)]
    assert ("/feed", 200) in noticed
    assert (story(_NAMES[3]).path, 200) in noticed
    assert afterwards == [("/feed", 200), (story(_NAMES[4]).path, 200)]


def _moved(site: Site, other: Site) -> Callable[[str], Answer]:
    return lambda path: Answer(status=301, headers=(("Location", other.url(path)),))


def test_a_site_that_moved_as_a_whole_is_proposed_for_a_move(tmp_path: Path) -> None:
    with serve("127.0.4.63", "127.0.4.64") as (site, other):
        place = Place(tmp_path)
        write_catalogue(tmp_path / "catalogue.toml", {"sito": site}, feeds=[site.url("/feed")])
        _publish(site, _NAMES, "")
        place.run("sito")
        _publish(other, [*_NAMES, "nuova"], "")
        away = _moved(site, other)
        for path in list(site.answers):
            site.put(path, away(path))
        told = place.run("sito").row("sito")
        [row] = [json.loads(line) for line in _health(place, "--json").splitlines()]
    assert told["next"] == f"aggregator sources move sito {other.url()}"
    assert told["new"] == 0
    assert [each["ailment"] for each in row["findings"]] == ["moved"]
    assert not [path for path in other.asked if path != "/robots.txt"], "another site is not asked"


_CARD = "<div class='scheda'><a href='{path}'><h3>{title}</h3></a><p>{day}</p></div>"


def test_a_list_that_is_built_otherwise_is_named_and_learnt_anew(tmp_path: Path) -> None:
    with serve("127.0.4.65") as (site,):
        place = Place(tmp_path)
        write_catalogue(tmp_path / "catalogue.toml", {"sito": site}, way="listing", feeds=[])
        _publish(site, _NAMES, "")
        place.run("sito")
        steady = place.run("sito").row("sito")
        stories = _publish(site, [*_NAMES, "nuova"], "")
        cards = "".join(_CARD.format(path=t.path, title=t.title, day="3 marzo 2026") for t in stories)
        site.put("/", f"<section>{cards}</section>")
        rebuilt = place.run("sito").row("sito")
        told = _health(place)
        again = place.run("sito").row("sito")
        site.put("/", "<p>Torniamo presto</p>")
        gone = place.run("sito").row("sito")
    assert (steady["error"], again["error"]) == (None, None)
    assert (rebuilt["outcome"], rebuilt["new"]) == ("ok", 1)
    assert "is built otherwise than before: learnt anew, 9 articles" in rebuilt["error"]
    assert "sito: drifting a list: a list of its is built otherwise" in told
    assert gone["outcome"] == "failed"
    assert "no articles are seen in it" in gone["error"]
