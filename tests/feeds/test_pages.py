import re
from dataclasses import replace
from datetime import date
from itertools import pairwise
from typing import Any

import pytest
from feed_samples import EDITION, WITHOUT_ADDRESS, entries, entry
from lxml import html

from aggregator.feeds.channels import channel_of
from aggregator.feeds.compose import document_of
from aggregator.feeds.model import Archive
from aggregator.feeds.pages import render_index, render_page
from aggregator.items import Entry, Precision, PublishedDate


def page(given: list[Entry], name: str = "all", edition: Any = EDITION, **options: Any) -> Any:
    return html.document_fromstring(
        render_page(document_of(channel_of(name, edition), given, edition, **options)).decode()
    )


def index(edition: Any = EDITION) -> Any:
    groups = [
        ("Tutte", tuple(channel_of(name, edition) for name in ("all", "it", "en"))),
        ("Per cluster", (channel_of("cluster-mob", edition),)),
        ("Per tema", ()),
    ]
    return html.document_fromstring(
        render_index(groups[0][1][0], groups, edition.language, edition.base_url).decode()
    )


@pytest.mark.parametrize("tree", [page(entries(3)), page([]), index()])
def test_pages_have_what_readers_and_their_programs_need(tree: Any) -> None:
    assert tree.get("lang") == "it"
    assert len(tree.findall(".//h1")) == len(tree.findall(".//main")) == len(tree.findall(".//header")) == 1
    assert tree.xpath("//meta[@name='viewport']")
    assert tree.findtext(".//title")
    target = tree.xpath("//a[@class='skip']/@href")[0]
    assert tree.xpath(f"//main[@id='{target[1:]}']")
    ids = tree.xpath("//@id")
    assert len(ids) == len(set(ids))
    assert {name for names in tree.xpath("//@aria-labelledby") for name in names.split()} <= set(ids)
    levels = [int(node.tag[1]) for node in tree.iter("h1", "h2", "h3")]
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert all(link.text_content().strip() or link.get("aria-label") for link in tree.iter("a"))


@pytest.mark.parametrize("tree", [page(entries(3)), index()])
def test_pages_run_nothing_and_load_nothing(tree: Any) -> None:
    assert not tree.xpath("//script|//img|//iframe|//link[@rel='stylesheet']|//@onclick")
    assert "url(" not in tree.findtext(".//style")


def test_feeds_are_found_by_browsers_and_readers() -> None:
    links = page(entries(1)).xpath("//link[@rel='alternate']")
    assert {(link.get("type"), link.get("href")) for link in links} == {
        ("application/rss+xml", "https://feed.example/pub/feeds/all.rss"),
        ("application/atom+xml", "https://feed.example/pub/feeds/all.atom"),
        ("application/feed+json", "https://feed.example/pub/feeds/all.json"),
    }
    assert page(entries(1)).xpath("//link[@rel='canonical']/@href") == [
        "https://feed.example/pub/feeds/all.html"
    ]
    relative = page(entries(1), edition=WITHOUT_ADDRESS)
    assert relative.xpath("//link[@rel='alternate']/@href") == ["all.rss", "all.atom", "all.json"]
    assert relative.xpath("//link[@rel='canonical']") == []


def test_markup_in_a_title_is_text() -> None:
    tree = page([entry(title='Con a < b e "c" <12 mesi>', summary="1 < 2 & <x>")])
    assert tree.findtext(".//h3/a") == 'Con a < b e "c" <12 mesi>'
    assert tree.xpath("//article/p/text()")[-1] == "1 < 2 & <x>"


SHOWN = [
    (entry().article.published, "27 febbraio 2026, ore 23:45", "2026-02-27T22:45:00Z"),
    (PublishedDate(None, date(2024, 3, 11), Precision.DAY), "11 marzo 2024", "2024-03-11"),
    (PublishedDate(None, date(2024, 3, 1), Precision.MONTH), "marzo 2024", "2024-03"),
    (PublishedDate(None, date(2024, 1, 1), Precision.YEAR), "2024", "2024"),
    (None, "senza data, letto il 1 marzo 2026", "2026-03-01"),
]


@pytest.mark.parametrize(("published", "shown", "machine"), SHOWN)
def test_dates_are_shown_no_finer_than_they_are_known(
    published: PublishedDate | None, shown: str, machine: str
) -> None:
    (time,) = page([entry(published=published)]).iter("time")
    assert (time.text, time.get("datetime")) == (shown, machine)


def test_an_entry_in_another_language_says_so() -> None:
    tree = page([entry(language="en", translations=(("it", "https://mobilita.example/it/1"),))])
    assert tree.xpath("//article/h3/@lang") == ["en"]
    assert tree.xpath("//article//a[@hreflang='it']/text()") == ["Anche in: Italiano"]


def test_the_page_of_the_english_feed_is_english() -> None:
    tree = page(entries(1), "en")
    assert tree.get("lang") == "en"
    assert tree.xpath("//nav/a/text()") == ["All feeds"]


def test_older_news_lead_to_the_history() -> None:
    found = page(entries(1), archive=Archive(previous=7)).xpath("//footer//a/@href")
    assert found == ["https://feed.example/pub/feeds/all/7.atom"]


def test_the_index_lists_every_feed_in_every_format() -> None:
    tree = index()
    assert tree.xpath("//h2/text()") == ["Tutte", "Per cluster"]
    for name in ("all", "it", "en", "cluster-mob"):
        for ending in ("html", "rss", "atom", "json"):
            assert tree.xpath(f"//main//a[@href='feeds/{name}.{ending}']")
    assert tree.xpath("//footer//a/@href") == ["feeds.opml"]
    assert index(WITHOUT_ADDRESS).xpath("//footer//a/@href") == []
    assert index(replace(EDITION, language="en")).get("lang") == "en"


def contrast(one: str, other: str) -> float:
    """WCAG 2.1, relative luminance and contrast ratio."""

    def luminance(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_colours_have_contrast_in_light_and_dark() -> None:
    css = page([]).findtext(".//style")
    palettes = [
        dict(re.findall(r"--(\w+): (#\w{6})", rule)) for rule in re.findall(r":root \{([^}]*)\}", css)
    ]
    assert len(palettes) == 2
    for palette in palettes:
        for ink in ("ink", "soft", "link"):
            for paper in ("paper", "card"):
                assert contrast(palette[ink], palette[paper]) >= 4.5


def test_a_page_of_100_entries_is_small() -> None:
    given = [entry(n, summary="Una frase di prova. " * 20) for n in range(100, 0, -1)]
    assert len(render_page(document_of(channel_of("all", EDITION), given, EDITION))) < 100_000
