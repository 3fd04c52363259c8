"""What a Query finds, in which order, and whether a feed has changed."""

from dataclasses import replace
from datetime import date

import pytest
from archive_samples import AGENCY, BOTH, MOBILITY, digested, lease_on, make_article, minutes

from aggregator.errors import QueryError, StoreError
from aggregator.items import Article, Precision, PublishedDate, RunOutcome, Source
from aggregator.query import Order, Query
from aggregator.store import Session, Store, archive, articles, feeds, runs
from aggregator.store.feeds import FeedState
from pipelines.save import Saver


def put(store: Store, source: Source, *pages: Article, at: float = 0) -> None:
    """A visit that brings these articles and is announced."""
    lease = lease_on(store, source)
    Saver(store, lease).save_batch(digested(pages), minutes(at))
    with store.write() as session:
        articles.announce(session, source.id, now=minutes(at))
        runs.close(session, lease, RunOutcome.OK, now=minutes(at), next_due_at=None)


def on(day: int) -> PublishedDate:
    return PublishedDate(None, date(2026, 3, day), Precision.DAY)


@pytest.fixture
def filled(store: Store) -> Store:
    put(store, MOBILITY, make_article(path="a", published=on(9), mentions=["idrogeno"]))
    put(store, AGENCY, make_article(AGENCY, "b", published=on(8), language="en", mentions=["clm"]))
    copied = make_article(path="a").text
    put(store, AGENCY, make_article(AGENCY, "copia", title="Copia", text=copied), make_article(AGENCY, "c"))
    put(
        store,
        MOBILITY,
        make_article(path="d", published=PublishedDate(None, date(2026, 3, 7), Precision.DAY)),
    )
    return store


QUERIES = [
    (Query(), "dcba"),
    (Query(limit=2), "dc"),
    (Query(limit=None), "dcba"),
    (Query(sources=("clm",)), "da"),
    (Query(sources=("agenzia",)), "cba"),
    (Query(sources=("clm", "agenzia")), "dcba"),
    (Query(clusters=("clm",)), "dba"),
    (Query(clusters=("afil",)), ""),
    (Query(topics=("idrogeno",)), "a"),
    (Query(languages=("en",)), "b"),
    (Query(languages=("it", "en"), sources=("agenzia",)), "cba"),
    (Query(since=date(2026, 3, 8)), "ba"),
    (Query(until=date(2026, 3, 8)), "db"),
    (Query(since=date(2026, 3, 8), until=date(2026, 3, 8)), "b"),
    (Query(is_live=True), "dcba"),
    (Query(order=Order.CHANGE), "bacd"),
]


@pytest.mark.parametrize("frequent", [1, 3000], ids=["walked", "listed"])
@pytest.mark.parametrize(("query", "names"), QUERIES)
def test_queries(
    filled: Store, query: Query, names: str, frequent: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aggregator.store.find._FREQUENT", frequent)
    with filled.read() as session:
        entries = articles.find(session, query)
        assert "".join(entry.article.canonical_url[-1] for entry in entries) == names
        if query.limit is None or query.limit > 2:
            assert articles.count(session, query) == len(names)


@pytest.mark.parametrize("order", [Order.ARRIVAL, Order.CHANGE])
def test_cursors_walk_through_while_articles_arrive(filled: Store, order: Order) -> None:
    seen = []
    cursor = None
    for round_ in range(3):
        with filled.read() as session:
            page = articles.find(session, Query(order=order, limit=2, cursor=cursor))
        seen += [entry.article.canonical_url[-1] for entry in page]
        cursor = page[-1].announced_seq if order is Order.ARRIVAL else page[-1].change_seq
        if round_ == 0:
            put(filled, MOBILITY, make_article(path="e"))
        if order is Order.ARRIVAL and round_ == 1:
            break
    assert "".join(seen) == {"arrival": "dcba", "change": "bacde"}[order]


def test_a_source_sees_entries_under_its_own_link(filled: Store) -> None:
    query = feeds.feed_query("source-agenzia")
    with filled.read() as session:
        entries = articles.find(session, query)
        plain = {e.id: e for e in articles.find(session, Query())}
    links = [e.article.url for e in entries]
    assert links == [
        "https://agenzia.example/c",
        "https://agenzia.example/b",
        "https://agenzia.example/copia",
    ]
    assert entries[-1].article.title == "Copia"
    assert [e.tag for e in entries] == [plain[e.id].tag for e in entries]


def test_there_is_no_such_article(store: Store) -> None:
    with store.read() as session, pytest.raises(StoreError, match="no article 99"):
        articles.get(session, 99)


@pytest.mark.parametrize("name", ["", "cluster-", "source", "everything", "it-"])
def test_names_that_are_no_feed(name: str) -> None:
    with pytest.raises(QueryError, match="no feed is called"):
        feeds.feed_query(name)


def changed(session: Session, since: int) -> set[str]:
    names = ("all", "it", "en", "cluster-clm", "topic-idrogeno", "source-clm", "source-agenzia")
    return {name for name in names if feeds.has_changed(session, feeds.feed_query(name), since)}


def test_feeds_change_when_their_entries_do(filled: Store) -> None:
    def seq() -> int:
        with filled.read() as session:
            now = archive.change_seq(session)
            assert changed(session, now) == set()
            return now

    since = seq()
    put(filled, AGENCY, make_article(AGENCY, "x"))
    with filled.read() as session:
        assert changed(session, since) == {"all", "it", "source-agenzia"}
    since = seq()
    put(filled, AGENCY, make_article(AGENCY, "y", text=make_article(path="d").text))
    with filled.read() as session:
        assert {"source-agenzia", "source-clm"} <= changed(session, since)
    since = seq()
    put(filled, MOBILITY, replace(make_article(path="d", published=on(7)), language="en"), at=5)
    with filled.read() as session:
        assert {"it", "en"} <= changed(session, since), "it has left one and come to the other"
    since = seq()
    lease = lease_on(filled, MOBILITY, BOTH)
    Saver(filled, lease).save_batch(digested([make_article(path="nuovo")]), minutes(6))
    with filled.read() as session:
        assert changed(session, since) == set(), "what is not announced changes no feed"


def test_states_of_feeds_are_kept(store: Store) -> None:
    states = [FeedState("all", 4, "aa"), FeedState("it", 4, "bb")]
    with store.write() as session:
        assert feeds.load_states(session) == {}
        feeds.save_states(session, states)
        feeds.save_states(session, [FeedState("it", 9, "cc")])
        feeds.save_states(session, [])
        assert feeds.load_states(session) == {"all": states[0], "it": FeedState("it", 9, "cc")}
        feeds.forget_states(session, ["all"])
        assert set(feeds.load_states(session)) == {"it"}
