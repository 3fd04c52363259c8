"""The benchmark's own site: of the sizes it speaks of, the same each time, and read as what it is."""

from datetime import UTC, datetime

from aggregator.items import Article, Candidate, Page, Source, SourceMemory, Vocabulary, Way
from benchmarks import farm
from benchmarks.__main__ import names
from pipelines.normalise import digest

ROOT = "http://127.0.0.1:8000/"


def test_every_benchmark_is_run() -> None:
    assert {"crawl", "dates", "extract", "feeds"} <= set(names())


def test_pages_are_of_the_sizes_stated_and_the_same_each_time() -> None:
    pages = {number: farm.article_page(number, ROOT, 2000).encode() for number in range(1, 2001, 40)}
    assert all(24_000 < len(page) < 90_000 for page in pages.values())
    assert len({len(page) for page in pages.values()}) > 40
    assert pages[41] == farm.article_page(41, ROOT, 2000).encode()


def test_a_page_is_an_article_with_its_date() -> None:
    url = f"{ROOT}7.html"
    page = Page(url, farm.article_page(7, ROOT, 2000).encode(), datetime(2026, 11, 1, tzinfo=UTC), 200)
    source = Source("farm", ROOT, hosts=("127.0.0.1",))
    article = digest(page, Candidate(url, Way.SITEMAP), source, SourceMemory(), Vocabulary())
    assert isinstance(article, Article)
    assert article.title.endswith("(7)")
    assert article.published is not None
    assert article.published.at == datetime(2026, 10, 27, 18, tzinfo=UTC)
    assert "Altre notizie" not in article.text
