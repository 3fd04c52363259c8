"""What is kept of pages: news for a while, all else for ever; what they showed stays."""

from dataclasses import replace
from datetime import timedelta

import pytest
from archive_samples import AGENCY, MOBILITY, NOW, digested, fetch, lease_on, make_article
from sqlalchemy import select

from aggregator.items import Kind, Match, Source
from aggregator.query import Query
from aggregator.store import Store, articles, sightings, snapshots
from aggregator.store.schema import SnapshotRow
from aggregator.store.snapshots import drop_old
from pipelines.save import Saver

NEWS = replace(AGENCY, kind=Kind.NEWS)
LATER = NOW + timedelta(days=91)


def fill(store: Store, source: Source, count: int) -> list[int]:
    lease = lease_on(store, source, (MOBILITY, NEWS))
    pages = digested(make_article(source, f"{source.id}{n}") for n in range(count))
    outcomes = Saver(store, lease).save_batch(pages, NOW)
    with store.write() as session:
        articles.announce(session, source.id, now=NOW)
    return [o.entry_id for o in outcomes if isinstance(o, Match) and o.entry_id is not None]


def kept(store: Store) -> list[str]:
    with store.read() as session:
        return list(session.scalars(select(SnapshotRow.source_id).order_by(SnapshotRow.source_id)))


@pytest.mark.parametrize(
    ("days", "later", "left"),
    [
        (90, 91, ["clm", "clm"]),
        (90, 89, ["agenzia", "agenzia", "clm", "clm"]),
        (0, 9999, ["agenzia"] * 2 + ["clm"] * 2),
    ],
)
def test_pages_of_news_sites_go_when_they_are_old(
    store: Store, days: int, later: int, left: list[str]
) -> None:
    news = fill(store, NEWS, 2)
    fill(store, MOBILITY, 2)
    assert drop_old(store, days, NOW + timedelta(days=later)) == 4 - len(left)
    assert kept(store) == left
    with store.read() as session:
        assert len(articles.find(session, Query())) == 4
        for entry_id in news:
            [page] = sightings.pages_of(session, entry_id)
            assert page.has_snapshot is ("agenzia" in left)


def test_a_run_lets_go_of_a_bounded_number_and_the_next_of_the_rest(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshots, "_PORTION", 2)
    monkeypatch.setattr(snapshots, "_MOST_PORTIONS", 2)
    fill(store, NEWS, 7)
    assert [drop_old(store, 90, LATER) for _ in range(3)] == [4, 3, 0]


def test_a_page_that_was_let_go_comes_back_when_it_changes(store: Store) -> None:
    lease = lease_on(store, NEWS, (MOBILITY, NEWS))
    saver, article = Saver(store, lease), make_article(NEWS)
    saver.save_batch([(fetch(article), article)], NOW)
    assert drop_old(store, 90, LATER) == 1
    saver.save_batch([(fetch(article), replace(article, title="Cambiato"))], LATER)
    assert kept(store) == ["agenzia"]
