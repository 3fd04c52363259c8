"""Sources, pages and articles in our own words, for tests of the archive."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta

from aggregator.items import (
    Article,
    Block,
    Candidate,
    Evidence,
    Fetched,
    Found,
    Mention,
    Page,
    Precision,
    PublishedDate,
    Source,
    Way,
)
from aggregator.store import Store, runs, sources
from aggregator.store.runs import Lease
from aggregator.text import fingerprint
from aggregator.urls import canonical_url

NOW = datetime(2026, 3, 11, 9, 30, tzinfo=UTC)
MOBILITY = Source("clm", "https://mobilita.example/", hosts=("mobilita.example",), cluster="clm")
AGENCY = Source("agenzia", "https://agenzia.example/", hosts=("agenzia.example",))
BOTH = (MOBILITY, AGENCY)


def minutes(count: float) -> datetime:
    """So long after NOW."""
    return NOW + timedelta(minutes=count)


def day(text: str) -> PublishedDate:
    """A publication date of that day."""
    return PublishedDate(None, date.fromisoformat(text), Precision.DAY)


def text_about(subject: str, words: int = 60) -> str:
    """A text of so many words that no other subject has."""
    return " ".join(f"{subject}{n}" for n in range(words))


def make_article(
    source: Source = MOBILITY,
    path: str = "uno",
    *,
    title: str = "",
    text: str | None = None,
    published: PublishedDate | None = None,
    language: str = "it",
    mentions: Iterable[str] = (),
    blocks: Iterable[tuple[int, int]] = (),
    url: str = "",
) -> Article:
    """An article at that path of the source; its text is its own unless given."""
    url = url or f"{source.url}{path}"
    text = text_about(path) if text is None else text
    return Article(
        source_id=source.id,
        url=url,
        canonical_url=canonical_url(url),
        title=title or f"Titolo {path}",
        text=text,
        html=f"<p>{text}</p>",
        summary=text[:40],
        language=language,
        fingerprint=fingerprint(text),
        published=published,
        mentions=tuple(Mention(term, term, "title") for term in mentions),
        blocks=tuple(Block(key, place) for key, place in blocks),
        evidence=(Evidence("title", Found(title, "page:h1"), (Found("altro", "meta:title"),), "first"),),
    )


def fetch(article: Article, body: bytes = b"<html>pagina</html>") -> Fetched:
    """The page that the article was read from."""
    page = Page(article.url, body, NOW, headers=(("content-type", "text/html"),), requested_url=article.url)
    return Fetched(article.source_id, page, Candidate(article.url, Way.FEED, title=article.title))


def digested(articles: Iterable[Article]) -> list[tuple[Fetched, Article]]:
    """What a crawl hands to the Saver."""
    return [(fetch(article), article) for article in articles]


def lease_on(store: Store, source: Source = MOBILITY, catalogue: Sequence[Source] = BOTH) -> Lease:
    """A lease on the source, its catalogue taken over before."""
    with store.write() as session:
        sources.sync(session, catalogue, "digest")
        [lease] = runs.take(session, worker="worker", now=NOW, sources=[source.id], lease_minutes=600)
    return lease
