"""An old diary is thinned: what brought something stays, and no gap comes of the rest."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import insert, select

from aggregator.choices import RunOutcome
from aggregator.items import Source
from aggregator.store import Store, sources
from aggregator.store.columns import table
from aggregator.store.schema import CrawlRunRow
from aggregator.store.statistics import GAP, coverage
from aggregator.store.thinning import thin

START = datetime(2026, 1, 1, tzinfo=UTC)
_SOURCE = Source("sito", "https://sito.example/")
_COUNTS = (
    "found",
    "fetched",
    "new",
    "copies",
    "updated",
    "failed",
    "checked",
    "vanished",
    "missed",
    "listed",
)


def write(
    store: Store, days: Iterable[float], outcome: RunOutcome, error: str | None = None, **counts: object
) -> None:
    """Writes visits down that ended so many days from the start."""
    one: dict[str, object] = {
        "source_id": "sito", "host": "sito.example", "worker": "w", "outcome": outcome.value, "error": error,
        "refused": {}, "is_visit": True, **dict.fromkeys(_COUNTS, 0), **counts,
    }  # fmt: skip
    times = ("started_at", "expires_at", "ended_at")
    rows = [{**one, **dict.fromkeys(times, START + timedelta(days=day))} for day in days]
    with store.write() as session:
        session.execute(insert(table(CrawlRunRow)), rows)


def kept(store: Store) -> list[datetime]:
    with store.read() as session:
        return list(session.scalars(select(CrawlRunRow.ended_at).order_by(CrawlRunRow.ended_at)))


@pytest.fixture
def sito(store: Store) -> Store:
    with store.write() as session:
        sources.save_source(session, _SOURCE)
    return store


def test_a_year_of_visits_without_news_leaves_some_fifty(sito: Store) -> None:
    for day in range(0, 366, 10):
        write(sito, range(day, day + 10), RunOutcome.NOT_MODIFIED, checked=1)
        with sito.write() as session:
            thin(session, "sito", START + timedelta(days=day + 9))
    days = [(at - START).days for at in kept(sito)]
    old = [day for day in days if day < 339]
    assert 50 <= len(old) <= 60
    assert days == [*old, *range(339, 370)]
    assert all(timedelta(days=b - a) <= GAP for a, b in pairwise(days))
    with sito.read() as session:
        assert coverage(session)["sito"].gaps == ()


@pytest.mark.parametrize(
    "told",
    [{"new": 1}, {"copies": 1}, {"updated": 1}, {"vanished": 1}, {"missed": 1}, {"refused": {"old": 2}}],
)
def test_what_brought_something_stays(sito: Store, told: dict[str, object]) -> None:
    write(sito, (0, 1, 3, 4), RunOutcome.OK)
    write(sito, (2,), RunOutcome.OK, None, **told)
    with sito.write() as session:
        assert thin(session, "sito", START + timedelta(days=50)) == 2
    assert [(at - START).days for at in kept(sito)] == [0, 2, 4]


def test_a_site_that_is_gone_fills_nothing(sito: Store) -> None:
    write(sito, (n * 20 / 24 for n in range(24)), RunOutcome.FAILED, "HTTP 500")
    write(sito, (7.1,), RunOutcome.FAILED, "HTTP 403")
    with sito.write() as session:
        assert thin(session, "sito", START + timedelta(days=29)) == 0, "they are not old yet"
        assert thin(session, "sito", START + timedelta(days=55)) == 19
    assert START + timedelta(days=7.1) in kept(sito)
