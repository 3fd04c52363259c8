"""What machines that watch a server ask: `/health` and `/metrics`.

Tells numbers and ids of sources, nothing of who asks or for what. Start reading at `Watch`.
"""

import json
from collections.abc import Iterable

from prometheus_client import CollectorRegistry, Counter, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector

from aggregator.items import RunOutcome
from aggregator.store import Session
from aggregator.store.archive import change_seq
from aggregator.store.articles import count
from aggregator.store.overview import Standing, standings
from aggregator.web.door import Answer, Asked

# Above so many failures in a row a visit is no accident any more: the fourth is asked for half a day later.
_FAILING = 3


class Watch:
    """The counters of this process, and the archive's own figures when they are asked for."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "aggregator_requests", "Answers by what was asked and status.", ("path", "status"),
            registry=self._registry,
        )  # fmt: skip

    def count(self, path: str, status: int) -> None:
        """Counts an answer; `path` is a door's, not what a client sent."""
        self._requests.labels(path, str(status)).inc()

    def metrics(self, asked: Asked) -> Answer:
        """All figures, in Prometheus' text format."""
        registry = CollectorRegistry()
        registry.register(_Figures(asked.session))
        return Answer(generate_latest(self._registry) + generate_latest(registry), CONTENT_TYPE_LATEST)


def health(asked: Asked) -> Answer:
    """Whether the archive answers, and how many of its sources fail; no source's failing makes it ill."""
    followed = [standing for standing in standings(asked.session) if standing.is_enabled]
    visits = [standing.ended_at for standing in followed if standing.ended_at]
    told = {
        "status": "ok",
        "articles": count(asked.session),
        "change_seq": change_seq(asked.session),
        "last_visit_at": max(visits).isoformat() if visits else None,
        "sources": {
            "followed": len(followed),
            "never_visited": sum(standing.visited_at is None for standing in followed),
            "failing": [standing.source_id for standing in followed if is_failing(standing)],
        },
    }
    return Answer(json.dumps(told, indent=1).encode() + b"\n", "application/json")


def is_failing(standing: Standing) -> bool:
    """Whether visits fail, and not once by accident."""
    return standing.failures > _FAILING


class _Figures(Collector):
    """The archive's figures as one state of it has them."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def collect(self) -> Iterable[Metric]:
        """The figures, each with its help."""
        yield GaugeMetricFamily("aggregator_articles", "Articles in the archive.", count(self._session))
        yield GaugeMetricFamily(
            "aggregator_change_seq", "Number of the last change.", change_seq(self._session)
        )
        followed = [standing for standing in standings(self._session) if standing.is_enabled]
        for name, words, value in _PER_SOURCE:
            family = GaugeMetricFamily(name, words, labels=("source",))
            for standing in followed:
                found = value(standing)
                if found is not None:
                    family.add_metric((standing.source_id,), found)
            yield family


_WELL = (RunOutcome.OK, RunOutcome.NOT_MODIFIED)
_PER_SOURCE = (
    ("aggregator_source_failures", "Visits that failed in a row.", lambda s: float(s.failures)),
    (
        "aggregator_source_up",
        "Whether the last visit went well.",
        lambda s: None if s.outcome is None else float(s.outcome in _WELL),
    ),
    (
        "aggregator_source_last_success_timestamp_seconds",
        "When a visit last went well.",
        lambda s: s.visited_at.timestamp() if s.visited_at else None,
    ),
    (
        "aggregator_source_last_visit_articles_new",
        "New articles of the last visit.",
        lambda s: None if s.outcome is None else float(s.new),
    ),
)
