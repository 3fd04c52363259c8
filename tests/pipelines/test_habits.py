"""A site's habits with dates: how they are learnt from what articles voted, and what they change."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from archive_samples import MOBILITY, NOW, day, digested, lease_on, make_article

from aggregator.items import Article, Candidate, Found, Page, RawArticle, SourceMemory, Vocabulary, Way
from aggregator.store import Store, memory
from pipelines.habits import Habit, is_doubted, learn_habits, weigh
from pipelines.normalise import digest
from pipelines.pagedate import PageDates, choose_dates
from pipelines.save import Saver

JSONLD, META, FEED = "jsonld:NewsArticle.datePublished", "meta:article:published_time", "feed:published"
VISIBLE, CLOCK = "page:ul.meta>li.date", "page:header>div.today"
Votes = tuple[tuple[str, bool], ...]


def _dates(*published: tuple[str, str], habits: tuple[Habit, ...] = (), path: str = "un-titolo") -> PageDates:
    raw = RawArticle(f"https://mobilita.example/{path}/", published=tuple(Found(*one) for one in published))
    return choose_dates(raw, MOBILITY, NOW, habits)


@pytest.mark.parametrize(
    ("published", "votes"),
    [
        ([("11/03/2024", VISIBLE), ("2024-03-11", JSONLD)], {VISIBLE: True, JSONLD: True}),
        (
            [("11/03/2024", VISIBLE), ("2024-03-11", FEED), ("2019-01-01", JSONLD)],
            {VISIBLE: True, FEED: True, JSONLD: False},
        ),
        # One against one, two against two, and one alone prove nothing.
        ([("11/03/2024", VISIBLE), ("2019-01-01", JSONLD)], {}),
        (
            [("11/03/2024", VISIBLE), ("2024-03-11", FEED), ("2019-01-01", JSONLD), ("2019-01-01", META)],
            {},
        ),
        ([("11/03/2024", VISIBLE)], {}),
        ([("11/03/2024", VISIBLE), ("11 marzo 2024", "page:p.date")], {}),
        # A place that states both days says nothing; a month is no witness of a day.
        (
            [("11/03/2024", VISIBLE), ("2024-03-11", FEED), ("12/03/2024", VISIBLE), ("2024-03-11", META)],
            {FEED: True, META: True},
        ),
        ([("11/03/2024", VISIBLE), ("marzo 2024", "listing:date")], {}),
        ([("nessuna", VISIBLE)], {}),
        ([], {}),
    ],
)
def test_votes(published: list[tuple[str, str]], votes: dict[str, bool]) -> None:
    assert dict(_dates(*published).evidence[0].votes) == votes


def test_addresses_vote_too() -> None:
    pair = (("2024-03-11", JSONLD), ("11/03/2024", VISIBLE))
    assert dict(_dates(*pair, path="2024/03").evidence[0].votes)["url:path"] is True
    assert dict(_dates(*pair, path="2021/07").evidence[0].votes)["url:path"] is False


@pytest.mark.parametrize(
    ("votes", "habits"),
    [
        ([], ()),
        ([((VISIBLE, True), (FEED, True)), ((VISIBLE, False),)], ((VISIBLE, 1, 1), (FEED, 1, 0))),
        ([((META, True), (FEED, False))], ((FEED, 0, 1), (META, 1, 0))),
        ([(("page:" + "x" * 100, True),)], ()),
    ],
)
def test_learning(votes: Sequence[Votes], habits: tuple[Habit, ...]) -> None:
    assert learn_habits(votes) == habits
    assert learn_habits(reversed(votes)) == habits


def test_few_places_are_kept() -> None:
    often = tuple((f"page:span.s{n:02}", True) for n in range(20))
    seldom = tuple((f"page:em.e{n:02}", True) for n in range(20))
    assert {where for where, _, _ in learn_habits([often, often, seldom])} == {where for where, _ in often}


@pytest.mark.parametrize(
    ("right", "wrong", "trust"),
    [
        (0, 0, 0.7), (9, 0, 0.7), (0, 9, 0.7), (5, 5, 0.7), (99, 1, 0.7),
        (10, 0, 0.76), (4, 6, 0.35), (0, 10, 0.35),
    ],
)  # fmt: skip
def test_trust(right: int, wrong: int, trust: float) -> None:
    habits = ((META, 0, 50), (VISIBLE, right, wrong))
    assert weigh(0.7, VISIBLE, habits) == pytest.approx(trust)
    assert is_doubted(VISIBLE, habits) is (trust < 0.7)
    assert weigh(0.7, FEED, habits) == 0.7


def test_a_place_that_was_mostly_wrong_loses_against_one_other() -> None:
    pair = (("2019-01-01T09:00:00Z", JSONLD), ("11/03/2024", VISIBLE))
    before, after = _dates(*pair), _dates(*pair, habits=((JSONLD, 1, 9),))
    assert before.published
    assert after.published
    assert (before.published.day.isoformat(), after.published.day.isoformat()) == ("2019-01-01", "2024-03-11")
    assert after.evidence[0].why.endswith(f"; seldom right at this site: {JSONLD}")
    assert "seldom" not in before.evidence[0].why


def test_it_is_still_believed_a_little_where_nothing_else_is_stated() -> None:
    alone = ("2024-03-11", JSONLD)
    before, after = _dates(alone), _dates(alone, habits=((JSONLD, 0, 99),))
    assert before.published
    assert after.published
    assert before.published.day == after.published.day
    assert after.published.confidence < 0.5 < before.published.confidence


def test_two_that_agree_win_against_one_that_was_always_right() -> None:
    said = (("2024-03-12", META), ("11/03/2024", VISIBLE), ("2024-03-11", FEED))
    dates = _dates(*said, habits=((META, 200, 0),))
    assert dates.published
    assert dates.published.day.isoformat() == "2024-03-11"


_TEXT = "Le imprese del distretto provano i nuovi banchi di misura, e ne raccontano l'uso in officina."


def _read(month: int, *, known: SourceMemory, feed: bool, stated: str = "", clock: str = "") -> Article:
    """An article of the first of that month, on a page of a template with a fault."""
    url = f"https://mobilita.example/notizia-{month}/"
    script = f'{{"@type":"NewsArticle","headline":"Prove {month}","datePublished":"{stated}"}}'
    html = f"""<html lang="it"><head><title>Prove {month}</title>
        {f'<script type="application/ld+json">{script}</script>' if stated else ""}</head>
        <body><main><article><div class="clock">{clock}</div><h1>Prove {month}</h1>
        <p class="date">01/{month:02}/2025</p>
        <p>{_TEXT} {month}</p><p>{_TEXT * 3}</p></article></main></body></html>"""
    page = Page(url, html.encode(), NOW, headers=(("content-type", "text/html; charset=utf-8"),))
    at = datetime(2025, month, 1, 9, tzinfo=UTC).isoformat()
    candidate = Candidate(url, Way.FEED, published=at if feed else None)
    article = digest(page, candidate, MOBILITY, known, Vocabulary())
    assert isinstance(article, Article)
    return article


def _day(article: Article) -> str:
    return article.published.day.isoformat() if article.published else ""


def test_a_template_s_wrong_date_loses_after_ten_articles(store: Store) -> None:
    """The feed shows which of two is right; then articles that no feed states come out right too."""
    wrong = "2019-01-01T08:00:00Z"
    lease = lease_on(store)
    with store.read() as session:
        known = memory.load_memory(session, MOBILITY.id)
    first = [_read(month, known=known, feed=True, stated=wrong) for month in range(1, 11)]
    assert [_day(article) for article in first] == [f"2025-{month:02}-01" for month in range(1, 11)]
    assert _day(_read(11, known=known, feed=False, stated=wrong)) == "2019-01-01"
    Saver(store, lease).save_batch(digested(first), NOW)
    with store.write() as session:
        habits = learn_habits(memory.date_votes(session, MOBILITY.id))
        memory.save_date_habits(session, MOBILITY.id, habits)
    with store.read() as session:
        known = memory.load_memory(session, MOBILITY.id, with_known=False)
    assert (JSONLD, 0, 10) in known.date_habits
    assert _day(_read(11, known=known, feed=False, stated=wrong)) == "2025-11-01"


def test_the_visitor_s_day_loses_after_ten_articles() -> None:
    def template(month: int, known: SourceMemory, *, feed: bool) -> Article:
        return _read(month, known=known, feed=feed, clock="mercoledì 11 marzo 2026 09:30")

    known = SourceMemory(MOBILITY.id)
    first = [template(month, known, feed=True) for month in range(1, 11)]
    assert [_day(article) for article in first] == [f"2025-{month:02}-01" for month in range(1, 11)]
    assert _day(template(11, known, feed=False)) == "2026-03-11"
    habits = learn_habits(item.votes for article in first for item in article.evidence)
    [clock] = [habit for habit in habits if "clock" in habit[0]]
    assert clock[1:] == (0, 10)
    known = SourceMemory(MOBILITY.id, date_habits=habits)
    assert _day(template(11, known, feed=False)) == "2025-11-01"


def test_votes_are_those_of_the_source_s_own_articles_once_each(store: Store) -> None:
    lease = lease_on(store)
    told = _dates(("2024-03-11", FEED), ("11/03/2024", VISIBLE)).evidence
    own = replace(make_article(path="uno", published=day("2024-03-11")), evidence=told)
    copy = replace(own, url=own.url + "?b=1", canonical_url=own.canonical_url + "-copia")
    silent = make_article(path="due")
    Saver(store, lease).save_batch(digested([own, copy, silent]), NOW)
    with store.read() as session:
        assert memory.date_votes(session, MOBILITY.id) == [told[0].votes]
        assert memory.date_votes(session, "agenzia") == []
