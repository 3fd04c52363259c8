"""Marks of programs, shells that scripts fill, answers' headers, and the other side of a sitemap."""

from datetime import UTC, datetime

import pytest

from aggregator.items import Page, Source, Way
from spiders import detect, sitemap
from spiders.listing import parse
from spiders.marks import needs_browser, programs_of

SOURCE = Source("x", "https://officina.example/", hosts=("officina.example",), languages=("it", "en"))


def page(body: str, url: str = SOURCE.url, *headers: tuple[str, str]) -> Page:
    return Page(url, body.encode(), datetime(2026, 11, 1, tzinfo=UTC), headers=headers)


@pytest.mark.parametrize(
    ("markup", "name"),
    [
        ('<meta name="generator" content="Hexo 8.1.2">', "Hexo"),
        ('<meta name="generator" content="Docusaurus v3.9">', "Docusaurus"),
        ('<meta name="generator" content="Nikola (getnikola.com)">', "Nikola"),
        ('<meta name=generator content="mkdocs-1.6, mkdocs-material-9">', "MkDocs"),
        ('<script src="_static/documentation_options.js?v=1"></script>', "Sphinx"),
        ('<script src="/_next/static/chunks/main.js"></script>', "Next.js"),
        ("<div id='___gatsby'></div>", "Gatsby"),
        ('<link href="/o/frontend-css-web/main.css">', "Liferay"),
    ],
)
def test_programs(markup: str, name: str) -> None:
    assert name in [program.name for program in programs_of(f"<html><head>{markup}</head></html>")]


def test_words_of_a_program_in_a_text_are_no_mark() -> None:
    text = "<p>Il laboratorio passa da WordPress a Hugo, Jekyll e Ghost; il generatore scelto è Hexo.</p>"
    assert programs_of(text) == ()


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ('<div id="root"></div><script src="/a.js"></script>', True),
        (
            '<div id="app">Attendi</div><script src="/a.js"></script><noscript>Abilita JavaScript</noscript>',
            True,
        ),
        ('<p>In manutenzione, torniamo presto.</p><script src="/a.js"></script>', False),
        ("<p></p>", False),
        (
            f'<div id="root">{"<p>Una notizia del distretto.</p>" * 20}</div><script src="/a.js"></script>',
            False,
        ),
    ],
)
def test_needs_browser(body: str, expected: bool) -> None:
    assert needs_browser(parse(page(f"<html><body>{body}</body></html>"))) is expected


def test_what_headers_state() -> None:
    links = (
        ("link", '<https://officina.example/sito/wp-json/>; rel="https://api.w.org/"'),
        ("link", '</notizie.xml>; rel="alternate"; type="application/rss+xml", </x.css>; rel=preload'),
    )
    ways = detect.read_ways(page("<html><body><p>Officina</p></body></html>", SOURCE.url, *links), SOURCE)
    told = [(way.way, way.url.partition("?")[0]) for way in ways]
    assert (Way.WORDPRESS, "https://officina.example/sito/wp-json/wp/v2/posts") in told
    assert (Way.FEED, "https://officina.example/notizie.xml") in told


def test_both_sides_of_a_sitemap_are_taken() -> None:
    body = (
        '<urlset xmlns:xhtml="http://www.w3.org/1999/xhtml"><url><loc>https://officina.example/it/forni</loc>'
        '<xhtml:link rel="alternate" hreflang="en" href="https://officina.example/en/furnaces"/>'
        '<xhtml:link rel="alternate" hreflang="de" href="https://officina.example/de/ofen"/></url></urlset>'
    )
    read = sitemap.read(page(body, "https://officina.example/sitemap.xml"), SOURCE)
    assert [candidate.url for candidate in read.candidates] == [
        "https://officina.example/it/forni",
        "https://officina.example/en/furnaces",
    ]
