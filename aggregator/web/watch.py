"""What machines that watch a server ask: `/health` and `/metrics`.

Tells numbers and ids, nothing of who asks or for what, nor what errors say. Start reading at `Watch`.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from prometheus_client import CollectorRegistry, Counter, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector

from aggregator.health import Finding
from aggregator.items import RunOutcome
from aggregator.store import Store
from aggregator.store.archive import change_seq
from aggregator.store.find import count
from aggregator.store.overview import Standing, standings
from aggregator.watch import look
from aggregator.web.door import Answer, Asked
from aggregator.web.lately import Lately
from aggregator.web.shapes import instant


@dataclass(frozen=True, slots=True)
class _Seen:
    """How everything stood at one moment."""

    at: datetime
    articles: int
    change_seq: int
    standings: tuple[Standing, ...]
    findings: tuple[Finding, ...]


class Watch:
    """The counters of this process, and how the archive does, looked at once a minute at most."""

    def __init__(self, store: Store, places: Sequence[Path] = ()) -> None:
        self._store = store
        self._places = places
        self._seen: Lately[_Seen] = Lately()
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
        registry.register(_Figures(self._look(asked)))
        return Answer(generate_latest(self._registry) + generate_latest(registry), CONTENT_TYPE_LATEST)

    def health(self, asked: Asked) -> Answer:
        """That the archive answers, and what is wrong; no source's failing makes the server ill."""
        seen = self._look(asked)
        visits = [standing.ended_at for standing in seen.standings if standing.ended_at]
        told = {
            "status": "ok",
            "looked_at": instant(seen.at),
            "articles": seen.articles,
            "change_seq": seen.change_seq,
            "last_visit_at": instant(max(visits, default=None)),
            "findings": [
                {"ailment": one.ailment.value, "detail": one.detail, "source": one.source_id}
                for one in seen.findings
            ],
            "sources": [
                {
                    "id": standing.source_id,
                    "last_visit_at": instant(standing.ended_at),
                    "last_success_at": instant(standing.visited_at),
                    "next_due_at": instant(standing.next_due_at),
                    "failures": standing.failures,
                }
                for standing in seen.standings
            ],
        }
        return Answer(json.dumps(told, indent=1).encode() + b"\n", "application/json")

    def _look(self, asked: Asked) -> _Seen:
        return self._seen.get(lambda: self._see(asked))

    def _see(self, asked: Asked) -> _Seen:
        now = datetime.now(UTC)
        outlook = look(self._store, asked.edition.sources.values(), now, places=self._places)
        theirs = (finding for each in outlook.conditions for finding in each.findings)
        return _Seen(
            now,
            count(asked.session),
            change_seq(asked.session),
            tuple(standing for standing in standings(asked.session) if standing.is_enabled),
            (*outlook.here, *theirs),
        )


class _Figures(Collector):
    """The archive's figures as they stood when it was looked at."""

    def __init__(self, seen: _Seen) -> None:
        self._seen = seen

    def collect(self) -> Iterable[Metric]:
        """The figures, each with its help."""
        seen = self._seen
        yield GaugeMetricFamily("aggregator_articles", "Articles in the archive.", seen.articles)
        yield GaugeMetricFamily("aggregator_change_seq", "Number of the last change.", seen.change_seq)
        wrong = GaugeMetricFamily(
            "aggregator_finding", "1 for each thing that is wrong.", labels=("ailment", "detail", "source")
        )
        for one in seen.findings:
            wrong.add_metric((one.ailment.value, one.detail, one.source_id or ""), 1.0)
        yield wrong
        for name, words, value in _PER_SOURCE:
            family = GaugeMetricFamily(name, words, labels=("source",))
            for standing in seen.standings:
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
        "aggregator_source_last_visit_timestamp_seconds",
        "When the last visit ended.",
        lambda s: s.ended_at.timestamp() if s.ended_at else None,
    ),
    (
        "aggregator_source_next_due_timestamp_seconds",
        "When the next visit is due.",
        lambda s: s.next_due_at.timestamp() if s.next_due_at else None,
    ),
    (
        "aggregator_source_last_visit_articles_new",
        "New articles of the last visit.",
        lambda s: None if s.outcome is None else float(s.new),
    ),
)
