"""What watches a server is told: whether the archive answers, and how its sources stand."""

import json
from dataclasses import replace

import pytest
from archive_samples import BOTH, MOBILITY, minutes
from web_samples import Browser

from aggregator.config import Config
from aggregator.items import RunOutcome, Vocabulary
from aggregator.store import Store, runs, sources
from aggregator.store.limit import OverdueError, read_within
from aggregator.store.sooner import sooner
from aggregator.web.lately import SECONDS, Lately
from aggregator.web.shapes import instant
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
    assert told["last_visit_at"] == instant(minutes(61))
    one = {source["id"]: source for source in told["sources"]}[MOBILITY.id]
    assert (one["last_visit_at"], one["last_success_at"], one["failures"]) == (
        instant(minutes(61)),
        instant(minutes(1)),
        1,
    )
    assert len(told["sources"]) == 2


def test_what_is_wrong_is_named_and_looked_for_once_a_minute(store: Store) -> None:
    proved = replace(MOBILITY, verified=True)
    with store.write() as session:
        sources.sync(session, (proved,), "digest")
        [lease] = runs.take(session, worker="w", now=minutes(0), sources=[MOBILITY.id])
        error = "ResponseFailed: certificate has expired at 10.0.0.7"
        runs.close(session, lease, RunOutcome.FAILED, now=minutes(1), next_due_at=minutes(90), error=error)
    browser = Browser(create_site(store, Vocabulary(), Config()))
    told = json.loads(browser.get("/health").body)
    assert {"ailment": "certificate", "detail": "", "source": "clm"} in told["findings"]
    assert told["sources"][0]["next_due_at"] == instant(minutes(90))
    text = browser.get("/metrics").body.decode()
    assert 'aggregator_finding{ailment="certificate",detail="",source="clm"} 1.0' in text
    assert "10.0.0.7" not in text + json.dumps(told)
    assert json.loads(browser.get("/health").body)["looked_at"] == told["looked_at"]


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
        with pytest.raises(OverdueError), sooner(session, 0.05):
            session.execute(text(endless[store.is_sqlite]))
        with sooner(session, 30):
            assert session.execute(text("SELECT 1")).scalar_one() == 1
        assert session.execute(text("SELECT 1")).scalar_one() == 1


def test_an_answer_is_kept_for_a_minute() -> None:
    now = [0.0]
    kept: Lately[float] = Lately(lambda: now[0])
    assert kept.get(lambda: 1.0) == kept.get(lambda: 2.0) == 1.0
    now[0] = SECONDS
    assert kept.get(lambda: 3.0) == 3.0
