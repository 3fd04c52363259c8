"""A run: what it is asked for, and what it brought.

Knows neither Scrapy nor pages, so that a run with nothing due loads neither. Start reading at
`Request`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from aggregator.items import RunOutcome, Way
from aggregator.store.runs import RunCounts


@dataclass(frozen=True, slots=True)
class Request:
    """What a run was asked for.

    Shapes: `only` None takes what is due, else these, due or not unless they `must_be_due`;
        `since` asks for a backfill.
    """

    only: tuple[str, ...] | None = None
    since: date | None = None
    must_be_due: bool = False


@dataclass(frozen=True, slots=True)
class Forecast:
    """What a backfill is about to ask for, told before it does. Units: `pace` is seconds a request."""

    source_id: str
    requests: int
    pace: float


@dataclass(frozen=True, slots=True)
class SourceReport:
    """What one visit brought, for the closing table of a run."""

    source_id: str
    way: Way | None
    outcome: RunOutcome
    counts: RunCounts
    error: str | None = None


@dataclass(frozen=True, slots=True)
class CrawlReport:
    """What a crawl brought: a report a source, and whether it was interrupted.

    Shapes: `held` are Sources asked for by name whose server wants to be left alone, and until when.
    """

    sources: tuple[SourceReport, ...] = ()
    is_interrupted: bool = False
    held: Mapping[str, datetime] = field(default_factory=dict)
