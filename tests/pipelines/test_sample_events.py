"""Events of the sample sites' pages, through `digest`, against their content files.

What goes out must be right; what is missed is counted. Pages are read one by one, without what
their site would have taught.
"""

from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from aggregator.catalogue import load_catalogue
from aggregator.items import Article, Candidate, Event, EventKind, Keep, Page, SourceMemory, Vocabulary, Way
from aggregator.sampleserver import SampleSites
from aggregator.samplesite import samples_root
from aggregator.samplesite.content import Post
from pipelines.normalise import digest

SAMPLES = SampleSites()
SOURCES = {source.hosts[0]: source for source in load_catalogue(samples_root() / "catalogue.toml").sources}
POSTS = [post for site in SAMPLES.sites for post in site.articles]
FETCHED = datetime(2026, 11, 22, 9, tzinfo=UTC)
# Of 29: one is told after it was over, two are of today without saying which day that is, one
# states neither year nor weekday. Measured on 2026-11-22.
FOUND_AT_LEAST = 25


def read(post: Post) -> Article | None:
    """The article; its day is given where a feed or list tells it, not the page."""
    source = replace(SOURCES[post.host], keep=Keep.ALL)
    answer = SAMPLES.answer(post.url)
    headers = (("content-type", answer.media_type),)
    page = Page(post.url, answer.body, FETCHED, answer.status, headers, post.url)
    told = post.at.isoformat() if post.at else post.day.isoformat() if post.day else None
    candidate = Candidate(post.url, Way.FEED, title=post.title, published=told)
    found = digest(page, candidate, source, SourceMemory(source.id), Vocabulary())
    return found if isinstance(found, Article) else None


@pytest.fixture(scope="module")
def found() -> dict[str, tuple[Event, ...]]:
    """What each post announces, as far as its day and year are proved."""
    articles = {post.key: read(post) for post in POSTS}
    return {key: tuple(e for e in a.events if e.is_year_proved) for key, a in articles.items() if a}


def is_told(event: Event, post: Post) -> bool:
    """Whether the content file has the event, or the last day, of which it has the end alone."""
    if event.kind is EventKind.DEADLINE:
        return any((None, event.start) == (known.start, known.end) for known in post.events)
    return any((event.start, event.end) == (known.start, known.end) for known in post.events)


def test_every_event_that_goes_out_is_one(found: dict[str, tuple[Event, ...]]) -> None:
    posts = {post.key: post for post in POSTS}
    wrong = [
        (key, event)
        for key, events in found.items()
        for event in events
        if not is_told(event, posts[posts[key].copy_of or key])
    ]
    assert wrong == []


def test_most_events_are_found(found: dict[str, tuple[Event, ...]]) -> None:
    assert sum(len(post.events) for post in POSTS) == 29
    hits = [event for post in POSTS for event in found.get(post.key, ()) if is_told(event, post)]
    assert len(hits) >= FOUND_AT_LEAST


def test_places_are_those_of_the_content_files(found: dict[str, tuple[Event, ...]]) -> None:
    told = [(post, event) for post in POSTS for event in found.get(post.key, ()) if post.events]
    for post, event in told:
        places = {known.place for known in post.events if known.place}
        assert event.place is None or event.place in places | {"Palazzo Lombardia"}, post.key
        assert event.is_online <= any(known.is_online for known in post.events), post.key


ROME = ZoneInfo("Europe/Rome")
BLOCK = [
    # The page that the project began from, and the items of the block beside its text.
    ("nine-clusters-en", []),
    ("jec-en", [(date(2025, 6, 11), date(2025, 6, 12), "Cernobbio", False)]),
    ("trademark-en", []),
    ("tomorrow-work-en", [(date(2024, 11, 9), date(2024, 11, 11), "Brescia", False)]),
    ("aqm-en", []),
    ("digital-systems-en", [
        (datetime(2024, 10, 23, 16, tzinfo=ROME), datetime(2024, 10, 23, 17, 30, tzinfo=ROME), None, True)
    ]),
]  # fmt: skip


@pytest.mark.parametrize(("name", "events"), BLOCK, ids=[name for name, _ in BLOCK])
def test_the_page_it_began_from_and_its_block(
    found: dict[str, tuple[Event, ...]], name: str, events: list[object]
) -> None:
    told = found[f"mobilita.example/{name}"]
    assert [(e.start, e.end, e.place, e.is_online) for e in told] == events
