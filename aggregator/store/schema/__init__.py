"""The tables of the archive, as typed SQLAlchemy models for SQLite and PostgreSQL alike.

One module a theme; this one names them all, so that none is forgotten when tables are made.
Start reading at `aggregator.store.schema.articles`.
"""

from aggregator.store.schema.archive import FeedStateRow, MetaRow, WithdrawalRow, WithdrawnKeyRow
from aggregator.store.schema.articles import (
    BodyRow,
    CorrectionRow,
    EntryRow,
    EventRow,
    MentionRow,
    ReextractionRow,
    RevisionRow,
    SightingRow,
    SnapshotRow,
)
from aggregator.store.schema.feeds import AlarmAckRow, AlarmRow, MailedRow, SavedFeedRow
from aggregator.store.schema.identity import KinRow, LinkRow, PostingRow, StaleRow, VerdictRow
from aggregator.store.schema.search import SearchStateRow
from aggregator.store.schema.visits import (
    BlockRow,
    CrawlRunRow,
    RobotsRow,
    SourceRow,
    UrlKeyRow,
    ValidatorRow,
)

__all__ = [
    "AlarmAckRow",
    "AlarmRow",
    "BlockRow",
    "BodyRow",
    "CorrectionRow",
    "CrawlRunRow",
    "EntryRow",
    "EventRow",
    "FeedStateRow",
    "KinRow",
    "LinkRow",
    "MailedRow",
    "MentionRow",
    "MetaRow",
    "PostingRow",
    "ReextractionRow",
    "RevisionRow",
    "RobotsRow",
    "SavedFeedRow",
    "SearchStateRow",
    "SightingRow",
    "SnapshotRow",
    "SourceRow",
    "StaleRow",
    "UrlKeyRow",
    "ValidatorRow",
    "VerdictRow",
    "WithdrawalRow",
    "WithdrawnKeyRow",
]
