"""Sources whose pages scripts draw: the real command with the system's Chromium, against a hostile page."""

import json
from pathlib import Path

import pytest
from scrapy import Request
from scrapy.utils.test import get_crawler
from serving import Answer, Place, Site, Story, serve, story, write_catalogue

from aggregator.items import Source
from spiders import browser
from spiders.refusal import Refusal, Rule

drawn = [
    pytest.mark.slow,
    pytest.mark.skipif(browser.find_chromium() is None, reason="no Chromium here to draw pages with"),
]
_SHELL = (
    '<!doctype html><html lang="it"><head><title>Sito</title>{head}</head>'
    '<body><div id="root"></div>{body}</body></html>'
)
_DRAW = """
const put = html => { document.getElementById('root').innerHTML = html };
const slug = location.pathname.split('/').pop();
fetch(slug ? `/dati/${slug}.json` : '/dati/elenco.json', {headers: {'X-Chiave': 'pubblica'}})
  .then(answer => answer.json())
  .then(data => slug
    ? put(`<article><h1>${data.title}</h1><time datetime="${data.published}">${data.published}</time>`
          + data.paragraphs.map(p => `<p>${p}</p>`).join('') + '</article>')
    : put('<main>' + data.map(n =>
        `<article><h2><a href="/notizie/${n.name}">${n.title}</a></h2></article>`).join('') + '</main>'));
"""
# All the ways out of a page that come to mind; what a robots.txt forbids, and what is only for eyes.
_ESCAPE = """
const away = '%s';
fetch(away + '/fetch').catch(() => 0);
fetch('/via').catch(() => 0);
fetch('/vietato/segreto.json').catch(() => 0);
fetch('/invio', {method: 'POST', body: 'x'}).catch(() => 0);
new Image().src = away + '/image';
new Image().src = '/foto.png';
navigator.sendBeacon(away + '/beacon', 'x');
try { new WebSocket(away.replace('http', 'ws') + '/socket') } catch (error) {}
try { new EventSource(away + '/events') } catch (error) {}
const frame = document.createElement('iframe'); frame.src = away + '/frame'; document.body.append(frame);
if (navigator.serviceWorker) navigator.serviceWorker.register('/app.js').catch(() => 0);
open(away + '/window');
setTimeout(() => { location.href = away + '/leave' }, 50);
"""


def _furnish(site: Site, names: list[str], *, beside: str = "") -> list[Story]:
    """A site that is an empty shell at every address, and the data that its script asks for."""
    told = [story(name) for name in names]
    shell = _SHELL.format(
        head='<link rel="stylesheet" href="/stile.css">', body=f'<script src="/app.js"></script>{beside}'
    )
    for path in ("/", *(one.path for one in told)):
        site.put(path, Answer(shell.encode(), etag='"guscio"'))
    site.put("/app.js", Answer(_DRAW.encode(), "text/javascript"))
    rows = [{"name": one.name, "title": one.title} for one in told]
    site.put("/dati/elenco.json", Answer(json.dumps(rows).encode(), "application/json"))
    for one in told:
        data = {"title": one.title, "paragraphs": one.paragraphs, "published": one.published.isoformat()}
        site.put(f"/dati/{one.name}.json", Answer(json.dumps(data).encode(), "application/json"))
    site.put("/robots.txt", Answer(b"User-agent: *\nDisallow: /vietato/\n", "text/plain"))
    return told


class TestDrawn:
    pytestmark = drawn

    def test_scripts_draw_list_and_articles_and_reach_nothing_else(self, tmp_path: Path) -> None:
        place = Place(tmp_path)
        with serve("127.0.0.61", "127.0.0.62") as (site, elsewhere):
            told = _furnish(
                site, [f"disegno-{n}" for n in range(6)], beside='<script src="/fuga.js"></script>'
            )
            site.put("/fuga.js", Answer((_ESCAPE % elsewhere.url("")).encode(), "text/javascript"))
            site.put("/via", Answer(b"", status=302, headers=(("Location", elsewhere.url("/hop")),)))
            catalogue = tmp_path / "catalogue.toml"
            write_catalogue(
                catalogue, {"sito": site}, way="listing", listing=[site.url()], feeds=[], render=True
            )
            first = place.run("sito")
            asked = list(site.asked)
            second = place.run("sito")
        assert first.row("sito")["new"] == len(told), (first.answer, first.said)
        kept = {entry.article.title: entry.article for entry in place.entries()}
        assert set(kept) == {one.title for one in told}
        for one in told:
            published = kept[one.title].published
            assert published is not None
            assert published.at == one.published
            assert all(paragraph in kept[one.title].text for paragraph in one.paragraphs)
        assert elsewhere.asked == [], "no way out"
        assert not [path for path in asked if path.startswith(("/vietato", "/invio", "/foto", "/stile"))]
        assert asked.count("/app.js") == asked.count("/fuga.js") == 1, "a script is asked for once a crawl"
        assert second.row("sito")["new"] == 0
        assert site.asked[len(asked) :].count("/dati/elenco.json") == 1, (
            "no 304 of the shell hides what is new"
        )

    def test_scripts_that_do_not_end_and_pages_without_end_cost_one_page(self, tmp_path: Path) -> None:
        place = Place(tmp_path)
        with serve("127.0.0.63") as (site,):
            told = _furnish(site, [f"senza-fine-{n}" for n in range(4)])
            endless = _SHELL.format(head="", body="<script>for (;;) {}</script>")
            large = "<script>document.body.append(document.createComment('a'.repeat(9e6)))</script>"
            site.put(told[0].path, endless)
            site.put(told[1].path, _SHELL.format(head="", body=large))
            catalogue = tmp_path / "catalogue.toml"
            write_catalogue(
                catalogue, {"sito": site}, way="listing", listing=[site.url()], feeds=[], render=True
            )
            done = place.run(
                "sito", before="from spiders import browser as b; b._PATIENCE, b._LONGEST = 1, 10"
            )
        assert set(place.titles()) == {one.title for one in told[2:]}
        assert done.row("sito")["failed"] == 2
        assert "its scripts do not end" in done.said
        assert "draw more than is taken" in done.said, done.said


def test_without_the_extra_nothing_is_asked_and_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(browser, "find_spec", lambda name: None)
    render = browser.Render.from_crawler(get_crawler())
    sources = {flag: Source("sito", "https://www.example.org/", render=flag) for flag in (True, False)}
    render.process_request(Request("https://www.example.org/", meta={"source": sources[False]}))
    with pytest.raises(Refusal, match=r"pip install 'lombardy-aggregator\[browser\]'") as refused:
        render.process_request(Request("https://www.example.org/", meta={"source": sources[True]}))
    assert refused.value.rule is Rule.BROWSER
