"""What watches a server is told: whether the archive answers, and how its sources stand."""

import json

import pytest
from archive_samples import BOTH, MOBILITY, minutes
from web_samples import Browser

from aggregator.config import Config
from aggregator.items import RunOutcome, Vocabulary
from aggregator.store import Store, runs, sources
from aggregator.store.limit import OverdueError, read_within
from aggregator.web.site import create_site


@pytest.fixture
def visited(store: Store) -> Store:
    """An archive of which one source failed once, after a visit that went well."""
    with store.write() as session:
        sources.sync(session, BOTH, "digest")
        for at, outcome in ((0, RunOutcome.OK), (60, RunOutcome.FAILED)):
            [lease] = runs.take(session, worker="w", now=minutes(at), sources=[MOBILITY.id])
            runs.close(session, lease, outcome, now=minutes(at + 1), next_due_at=None)
    return store


def test_health_tells_what_fails(visited: Store) -> None:
    got = Browser(create_site(visited, Vocabulary(), Config())).get("/health")
    told = json.loads(got.body)
    assert (got.status, told["status"], told["articles"]) == (200, "ok", 0)
    assert told["last_visit_at"] == minutes(61).isoformat()
    assert told["sources"] == {"followed": 2, "never_visited": 1, "failing": []}


def test_metrics_count_answers_and_name_sources(visited: Store) -> None:
    browser = Browser(create_site(visited, Vocabulary(), Config()), address="192.0.2.77")
    browser.get("/health?who=Mario")
    text = browser.get("/metrics").body.decode()
    assert 'aggregator_requests_total{path="/health",status="400"} 1.0' in text
    assert 'aggregator_source_failures{source="clm"} 1.0' in text
    assert 'aggregator_source_up{source="clm"} 0.0' in text
    assert 'last_success_timestamp_seconds{source="clm"} 1.77322146e+09' in text
    assert "192.0.2.77" not in text
    assert "Mario" not in text


def test_a_question_that_takes_too_long_is_given_up(store: Store) -> None:
    from sqlalchemy import text

    endless = {
        True: "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n",
        False: "SELECT pg_sleep(30)",
    }
    with pytest.raises(OverdueError), read_within(store, 0.05) as session:
        session.execute(text(endless[store.is_sqlite]))
    with read_within(store, 60) as session:
        assert session.execute(text("SELECT 1")).scalar_one() == 1
