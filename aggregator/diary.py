"""What a visit begins with and what it leaves in the archive: memory, depth, counts, next time.

Knows nothing of requests or of the order of things. Start reading at `open_visit`.
"""

import logging
from datetime import date, datetime
from functools import partial

from aggregator.alias import learn
from aggregator.config import Config
from aggregator.due import due_after
from aggregator.items import Kind, Reason, RunOutcome, Source, Way
from aggregator.store import Session, aliases, memory, runs, sightings
from aggregator.store.memory import UrlKey
from aggregator.store.runs import Lease, RunCounts
from aggregator.store.thinning import thin
from pipelines.habits import learn_habits
from spiders.comparing import Comparing
from spiders.entrance import depth_of
from spiders.visit import Visit

log = logging.getLogger(__name__)


def open_visit(
    session: Session, source: Source, config: Config, now: datetime, *, since: date | None
) -> Visit:
    """The visit to make, with all that it must know; `since` makes it a backfill."""
    is_backfill = since is not None
    remembered = memory.load_memory(session, source.id, now, is_backfill=is_backfill)
    is_cluster = source.kind is Kind.CLUSTER
    depth = depth_of(
        remembered,
        articles=config.first_visit_articles_cluster if is_cluster else config.first_visit_articles,
        days=None if is_cluster else config.first_visit_days,
        since=since,
        now=now,
    )
    is_new = source.way is Way.AUTO and (remembered.is_first_visit or is_backfill)
    return (Comparing if is_new else Visit)(source, remembered, depth, is_backfill=is_backfill)


def outcome_of(visit: Visit) -> RunOutcome:
    """How the visit ended.

    One cut short has failed and keeps no validators: a list that has not changed would hide what
    was not fetched.
    """
    if visit.is_lost:
        return RunOutcome.LOST
    if visit.has_failed or not visit.is_over:
        return RunOutcome.FAILED
    return RunOutcome.NOT_MODIFIED if visit.is_not_modified else RunOutcome.OK


def close_visit(
    session: Session, visit: Visit, lease: Lease, outcome: RunOutcome, now: datetime, *,
    requests_per_day: int,
) -> None:  # fmt: skip
    """Keeps what the visit learnt, and ends it: its counts, when the Source is due next, and why."""
    _keep_pages(session, visit, lease, now)
    is_complete = outcome is RunOutcome.OK and not visit.counts["failed"]
    if is_complete:  # with pages missing, the list must be read again, changed or not
        memory.save_validators(session, lease.source_id, tuple(visit.validators.values()))
    is_whole = is_complete and visit.reads_on and not visit.is_backfill
    is_whole = is_whole and not (visit.errors and visit.memory.is_first_visit)
    memory.save_manner(
        session,
        lease.source_id,
        pace=visit.pace,
        is_stale=visit.is_stale,
        whole_at=now if is_whole else None,
    )
    _learn_aliases(session, visit, lease.source_id)
    kept = visit.way_to_keep()
    if visit.candidates and kept is not None:
        memory.save_way(session, lease.source_id, kept.way, kept.urls)
        habits = learn_habits(memory.date_votes(session, lease.source_id))
        memory.save_date_habits(session, lease.source_id, habits)
    thin(session, lease.source_id, now)
    due = due_after(session, visit, outcome, now, requests_per_day=requests_per_day)
    runs.close(
        session,
        lease,
        outcome,
        now=now,
        next_due_at=due.at,
        due_why=due.why,
        counts=_counts(visit),
        error=visit.trouble,
        not_before=visit.not_before,
    )


def _counts(visit: Visit) -> RunCounts:
    return RunCounts(
        found=visit.counts["found"],
        fetched=visit.counts["fetched"],
        failed=visit.counts["failed"],
        checked=visit.counts["checked"],
        missed=visit.counts["missed"],
        listed=len(visit.candidates),
    )


def _learn_aliases(session: Session, visit: Visit, source_id: str) -> None:
    """Learns in what addresses of one page differ; what was wrongly left out is listed again next time."""
    if not visit.counts["fetched"]:
        return
    learnt = learn(aliases.pairs(session, source_id), partial(aliases.pages, session, source_id))
    if learnt != visit.memory.aliases:
        has_erred = not set(visit.memory.aliases) <= set(learnt)
        aliases.save(session, source_id, learnt, is_whole_due=has_erred)
        log.info("addresses learnt source=%s aliases=%s", source_id, [alias.what for alias in learnt])


def _keep_pages(session: Session, visit: Visit, lease: Lease, now: datetime) -> None:
    """Notes the known pages that say nothing new, and those that could not be had: a few tries, no more."""
    if visit.unchanged:
        sightings.note_checks(session, lease.source_id, visit.unchanged, now)
    failed = [UrlKey(url, Reason.ERROR) for url in visit.failed if url]
    memory.remember_urls(session, lease.source_id, failed, now)
