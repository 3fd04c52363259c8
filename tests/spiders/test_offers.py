"""What each way in offered, compared: shapes of addresses, sections, and which way is best."""

import pytest

from aggregator.items import Candidate, Way
from spiders.offer import best, offers_of, samples, sections, union
from spiders.shape import articles_among, shape_of

SITE = "https://officina.example"
SLUGS = (
    "forni-a-induzione-per-tutti",
    "nuovo-banco-di-prova",
    "tre-borse-di-studio",
    "la-pressa-a-caldo",
    "un-prototipo",
)


@pytest.mark.parametrize(
    ("url", "shape"),
    [
        ("https://a.example/2026/11/forni-a-induzione-per-tutti.html", "/Y/N/*.html"),
        ("https://a.example/blog/2026/11/18/la-pressa-a-caldo/", "/blog/Y/N/N/*"),
        ("https://a.example/chi-siamo/", "/?"),
        ("https://a.example/news/1234", "/news/N"),
        ("https://a.example/posts/un-prototipo/", "/posts/?"),
        ("https://a.example/index.php?id=7&cat=2", "/index.php?cat&id"),
        ("https://a.example/", "/"),
    ],
)
def test_shape(url: str, shape: str) -> None:
    assert shape_of(url) == shape


def site(folder: str) -> list[str]:
    return [f"{SITE}{folder}{slug}" for slug in SLUGS]


PAGES = [
    f"{SITE}/guida/installazione",
    f"{SITE}/guida/configurazione",
    f"{SITE}/chi-siamo",
    f"{SITE}/contatti",
]


@pytest.mark.parametrize(
    ("articles", "known"),
    [
        (site("/blog/2026/"), ()),
        (site("/notizie/"), ()),
        (site("/articoli-di-officina/"), site("/articoli-di-officina/")[:4]),
        # Short slugs at the root look like static pages: another way must have named one like them.
        ([f"{SITE}/it/{name}" for name in ("forni", "presse", "banchi")], [f"{SITE}/it/forni"]),
    ],
)
def test_articles_among_pages(articles: list[str], known: list[str]) -> None:
    found = articles_among([*PAGES[:2], *articles, *PAGES[2:]], known)
    assert [url for url in found if url in articles][:3] == articles[:3]
    assert not set(found) & set(PAGES)


def test_where_nothing_tells_articles_apart_all_stay() -> None:
    assert articles_among(PAGES) == PAGES


def test_a_folder_of_many_is_a_list() -> None:
    assert sections([*site("/posts/"), f"{SITE}/posts", f"{SITE}/un-prototipo"]) == {f"{SITE}/posts"}


def candidates(keys: list[str], way: Way, day: str | None = None) -> dict[str, Candidate]:
    return {key: Candidate(key, way, published=day) for key in keys}


Named = tuple[Way, tuple[str, ...]]
FEED: Named = (Way.FEED, ("f",))
SITEMAP: Named = (Way.SITEMAP, ("s",))
LIST: Named = (Way.LISTING, ("l",))


def test_the_way_with_most_articles_is_best_and_pages_are_none() -> None:
    articles = site("/notizie/")
    named = {FEED: articles[:2], SITEMAP: [*articles, *PAGES], LIST: articles[:3]}
    offers = offers_of(named, candidates([*articles, *PAGES], Way.SITEMAP))
    chosen = best(offers)
    assert chosen is not None
    assert (chosen.way, set(chosen.keys)) == (Way.SITEMAP, set(articles))
    assert union(offers) == set(articles)


def test_of_equals_the_most_trusted_is_best() -> None:
    articles = site("/notizie/")
    offers = offers_of({LIST: articles, SITEMAP: articles, FEED: articles}, candidates(articles, Way.FEED))
    assert [offer.way for offer in offers] == [Way.FEED, Way.SITEMAP, Way.LISTING]


def test_a_way_left_behind_is_never_best() -> None:
    old, new = site("/notizie/"), site("/news/")[:2]
    told = candidates(old, Way.FEED, "2024-03-01") | candidates(new, Way.LISTING, "2026-11-02")
    assert [offer.way for offer in offers_of({FEED: old, LIST: new}, told)] == [Way.LISTING, Way.FEED]


def test_samples_judge_every_way() -> None:
    articles = site("/notizie/")
    offers = offers_of({FEED: articles[:2], LIST: articles[3:]}, candidates(articles, Way.FEED))
    taken = samples(offers, 4)
    assert {articles[0], articles[3]} <= set(taken)
    assert len(taken) == 4
