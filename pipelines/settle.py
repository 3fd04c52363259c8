"""The end of a visit: what the site repeats is learnt, texts are freed of it, feeds may see them.

Knows neither SQL nor how pages are read. Start reading at `settle`; its three steps stand apart
so that a crawl can digest in its own pool meanwhile:

    plan    boilerplate now against boilerplate applied -> pages on which the difference stands
    apply   their Snapshots, digested again -> changed texts, copies that show themselves as such
    finish  pending Entries are tied to copies and translations, the boilerplate counts as
            applied, they are announced

Killed anywhere, the next visit's `settle` does the rest: what is applied is written last.
"""

import logging
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from aggregator.choices import Cause
from aggregator.errors import StoreError
from aggregator.extract.boilerplate import difference, learn
from aggregator.items import Article, Boilerplate, Fetched, Reason, Refused, SourceMemory
from aggregator.store import (
    Session,
    Store,
    articles,
    memory,
    revisions,
    runs,
    savepoint,
    sightings,
    snapshots,
    unsettled,
)
from aggregator.store.neighbours import KnownPage, find_neighbours, find_pages
from aggregator.store.runs import Lease
from aggregator.store.sightings import arrive
from pipelines.link import relate_pending, relate_some
from pipelines.place import Effect, Visit, revisit

log = logging.getLogger(__name__)

# As many pages as a batch of a crawl: the lock is held as long.
_CHUNK = 50

# Digests pages as they were fetched, in order, with that memory of their Source.
DigestMany = Callable[[Sequence[Fetched], SourceMemory], Sequence[Article | Refused]]


@dataclass(frozen=True, slots=True)
class SettlePlan:
    """What is to be done: the memory to digest with, and the ids of the pages that it changes.

    Shapes: not `is_needed` where no page came since the Source was settled.
    """

    memory: SourceMemory
    page_ids: tuple[int, ...]
    is_needed: bool = True

    def chunks(self) -> Iterator[tuple[int, ...]]:
        """The pages in portions for `load_pages` and `apply`."""
        for start in range(0, len(self.page_ids), _CHUNK):
            yield self.page_ids[start : start + _CHUNK]


@dataclass(frozen=True, slots=True)
class SettleCounts:
    """What settling did. `changed` texts, `merged` into equal ones, `removed` as no articles."""

    digested: int = 0
    changed: int = 0
    merged: int = 0
    removed: int = 0
    announced: int = 0


@dataclass(frozen=True, slots=True)
class StoredPage:
    """A page of the archive with its Snapshot."""

    page: KnownPage
    fetched: Fetched


def settle(
    store: Store, lease: Lease, digest: DigestMany, now: datetime, *, live_days: int = 14
) -> SettleCounts:
    """Ends a visit; what it did. The result does not depend on the order of crawling.

    Raises: LeaseLostError, StoreError; what is then undone, the next visit does.
    """
    plan = plan_settling(store, lease.source_id)
    totals: Counter[str] = Counter()
    for chunk in plan.chunks():
        pages = load_pages(store, chunk)
        outcomes = digest([stored.fetched for stored in pages], plan.memory)
        totals += apply(store, lease, list(zip(pages, outcomes, strict=True)), now)
    announced = finish(store, lease, plan, now, live_days=live_days)
    return SettleCounts(
        digested=totals["digested"],
        changed=totals["changed"],
        merged=totals["merged"],
        removed=totals["removed"],
        announced=announced,
    )


def plan_settling(store: Store, source_id: str) -> SettlePlan:
    """What the Source's pages show now to be boilerplate, and which pages that changes.

    Where no page came since it was settled that is nothing, and costs the same in a large archive.
    """
    with store.read() as session:
        pending = unsettled.load(session, source_id)
        if pending is None:
            return SettlePlan(SourceMemory(source_id), (), is_needed=False)
        past = memory.load_memory(session, source_id, with_known=False)
        learnt = _learn(session, source_id, past.boilerplate)
        ids = {*pending, *_changed_pages(session, source_id, past.boilerplate, learnt)}
    return SettlePlan(replace(past, boilerplate=learnt), tuple(sorted(ids)))


def learn_early(store: Store, lease: Lease) -> Boilerplate:
    """What the pages of a visit under way show to be boilerplate; the Source's from now on.

    Later pages are then read but once. Those saved before that show some of it are marked: settling
    reads them again, so that the result is as if all had waited for it.

    Raises: LeaseLostError, StoreError.
    """
    with store.write() as session:
        runs.check_fence(session, lease)
        past = memory.load_memory(session, lease.source_id, with_known=False).boilerplate
        learnt = _learn(session, lease.source_id, past)
        unsettled.add(session, lease.source_id, _changed_pages(session, lease.source_id, past, learnt))
        memory.save_boilerplate(session, lease.source_id, learnt)
    return learnt


def _learn(session: Session, source_id: str, past: Boilerplate) -> Boilerplate:
    counts, pages = memory.block_counts(session, source_id), sightings.count_pages(session, source_id)
    return learn(counts, pages, memory.aged_blocks(session, source_id), past)


def _changed_pages(session: Session, source_id: str, old: Boilerplate, new: Boilerplate) -> list[int]:
    is_other = difference(old, new)
    return sightings.pages_with(session, source_id, is_other) if is_other else []


def load_pages(store: Store, page_ids: Sequence[int]) -> list[StoredPage]:
    """These pages with their Snapshots; those whose Snapshot is gone are left out."""
    with store.read() as session:
        pages = [page for page in find_pages(session, page_ids) if page.snapshot_id is not None]
        found = snapshots.load_many(session, [page.snapshot_id for page in pages if page.snapshot_id])
    return [StoredPage(page, found[page.snapshot_id]) for page in pages if page.snapshot_id in found]


def apply(
    store: Store, lease: Lease, outcomes: Sequence[tuple[StoredPage, Article | Refused]], now: datetime,
    *, is_again: bool = False,
) -> Counter[str]:  # fmt: skip
    """Writes what the pages are with the new memory; counts `digested`, `changed`, `merged`, `removed`.

    With `is_again` also what no reader sees, since it is today's code that read them.
    """
    counts = Counter(digested=len(outcomes))
    is_backfill = lease.is_first_visit or is_again
    visit = Visit(lease.source_id, now, is_backfill, is_again=is_again, cause=Cause.RULES)
    with store.write() as session:
        runs.check_fence(session, lease)
        for stored, outcome in outcomes:
            try:
                with savepoint(session):
                    counts[_apply_one(session, visit, stored.page, outcome)] += 1
            except StoreError:
                raise
            except Exception:
                log.exception("page not settled source=%s url=%s", lease.source_id, stored.page.url)
    return counts


def keep(store: Store, lease: Lease, plan: SettlePlan) -> None:
    """Keeps what is now applied: the Source is settled, what it brought waits to be announced."""
    if plan.is_needed:
        with store.write() as session:
            _keep(session, lease, plan)


def _keep(session: Session, lease: Lease, plan: SettlePlan) -> None:
    runs.check_fence(session, lease)
    memory.save_boilerplate(session, lease.source_id, plan.memory.boilerplate)
    unsettled.clear(session, lease.source_id)


def announce(store: Store, source_ids: Collection[str], now: datetime, *, live_days: int = 14) -> int:
    """Relates and announces what settled Sources brought, at the end of a run; how many Entries.

    All at once, so that the first publisher is credited whichever site answered first. A Source
    that another worker is at is left to that worker: what it has saved by now is not settled.
    """
    while True:
        with store.write() as session:
            free = sorted(set(source_ids) - runs.open_sources(session))
            if relate_some(session, *free, now=now) is None:
                return articles.announce(session, *free, now=now, live_days=live_days)


def finish(store: Store, lease: Lease, plan: SettlePlan, now: datetime, *, live_days: int = 14) -> int:
    """Keeps what is now applied, relates and announces what was pending; how many Entries."""
    relate_pending(store, lease, now)
    with store.write() as session:
        _keep(session, lease, plan)
        return articles.announce(session, lease.source_id, now=now, live_days=live_days)


_COUNTED = {Effect.NEW: "changed", Effect.UPDATED: "changed", Effect.COPY: "merged", Effect.SAME: "same"}


def _apply_one(session: Session, visit: Visit, read: KnownPage, outcome: Article | Refused) -> str:
    # Looked up anew: an earlier page of this chunk may have taken its Entry along.
    page = next(iter(find_pages(session, [read.id])), None)
    if page is None or page.snapshot_id != read.snapshot_id:  # gone, or fetched again meanwhile
        return "same"
    if isinstance(outcome, Refused):
        return _remove(session, visit, page, outcome)
    article = replace(outcome, canonical_url=page.url)
    [hood] = find_neighbours(session, [article])
    return _COUNTED[revisit(session, visit, page, arrive(article), hood.by_text)]


def _remove(session: Session, visit: Visit, page: KnownPage, refused: Refused) -> str:
    """Takes out a page that is no article without the boilerplate, unless somebody may have read it."""
    if refused.reason is Reason.ERROR or page.entry.is_announced:
        return "same"
    if page.is_home and len(revisions.page_ids(session, page.entry.entry_id)) > 1:
        return "same"
    sightings.drop(session, page)
    if page.is_home:
        revisions.remove(session, page.entry.entry_id)
    memory.refuse_url(session, page.source_id, page.url, refused.reason, visit.now)
    return "removed"
