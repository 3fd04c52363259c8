"""Digested pages into the archive, a batch a transaction: Entries, Sightings, Snapshots, counts.

Knows neither Scrapy nor SQL. Start reading at `Saver.save_batch`:

    hash and compress, outside the lock
    lease still ours? else nothing is written
    for each wave of pages that cannot be each other's copies:
        neighbours -> decide -> new Entries, Sightings, or what changed on a known page
    refused URLs remembered, counters of the run raised
"""

import logging
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from aggregator.check import Check
from aggregator.errors import StoreError
from aggregator.items import Article, Fetched, Match, Reason, Refused
from aggregator.store import Session, Store, articles, memory, runs, savepoint, sightings, unsettled
from aggregator.store.memory import UrlKey
from aggregator.store.runs import Lease, RunCounts
from aggregator.store.sightings import Arrival, arrive
from aggregator.store.snapshots import pack_snapshot
from aggregator.urls import canonical_url
from pipelines.dedupe import decide
from pipelines.link import relate_some
from pipelines.place import Decide, Effect, Saved, Visit, place
from pipelines.reserve import withhold

log = logging.getLogger(__name__)

Digested = tuple[Fetched, Article | Refused]

# A server that calls its error page a page says the same as one with the right status.
_GONE = (Reason.NOT_FOUND, Reason.SOFT_404)


@dataclass(frozen=True, slots=True)
class _Kept:
    """A page on its way in: its Article, and the URL keys that it answers to, its own first."""

    arrival: Arrival
    keys: tuple[str, ...]
    check: Check | None = None


@dataclass(frozen=True, slots=True)
class _Turned:
    """A page that is not kept."""

    refused: Refused
    keys: tuple[str, ...]
    check: Check | None = None

    @property
    def is_gone(self) -> bool:
        """Whether the page answered that it is no more."""
        return self.refused.reason in _GONE


class Saver:
    """Saves batches of digested pages of one visit; `is_backfill` keeps old ones out of live feeds.

    Shapes: `checks` are, by address, the pages taken in before that this visit asks for again.
    """

    def __init__(
        self, store: Store, lease: Lease, *, is_backfill: bool = False, decide: Decide = decide,
        checks: Mapping[str, Check] | None = None,
    ) -> None:  # fmt: skip
        self._store = store
        self._lease = lease
        self._is_backfill = is_backfill or lease.is_first_visit
        self._decide = decide
        self._is_marked = False
        self._checks = {} if checks is None else checks  # filled as the visit goes on

    def save_batch(
        self, items: Sequence[Digested], now: datetime, *, others: Collection[int] = ()
    ) -> list[Match | Refused]:
        """What each page is to the archive, in order, once all are durable. Saving again changes nothing.

        Shapes: `others` are the places in `items` of pages that were read with another site memory
            than the Source's: settling reads them again.

        A page that the database cannot take is counted as failed, logged, and comes back
        Refused for `Reason.ERROR`; the others are kept.

        Raises: LeaseLostError when another worker may be at the Source, StoreError when the
            database cannot be used; then nothing of the batch is kept.
        """
        visit = Visit(self._lease.source_id, now, self._is_backfill, self._decide)
        prepared = [
            _prepare(fetched, outcome, self._checks.get(fetched.candidate.url)) for fetched, outcome in items
        ]
        with self._store.write() as session:
            runs.check_fence(session, self._lease)
            prepared = _without_withdrawn(session, prepared)
            outcomes = [outcome for wave in _waves(prepared) for outcome in _save_wave(session, visit, wave)]
            runs.count(session, self._lease, _tally(prepared, outcomes))
            is_marked = self._unsettle(session, prepared, others)
        self._is_marked = is_marked
        return [outcome if isinstance(outcome, Refused) else outcome.match for outcome in outcomes]

    def _unsettle(self, session: Session, items: Sequence[_Kept | _Turned], others: Collection[int]) -> bool:
        """Marks the Source as to be settled, and what is to be read again; whether it is marked now."""
        kept = [(n, item) for n, item in enumerate(items) if isinstance(item, _Kept)]
        urls = {url for n, item in kept if n in others for url in _names(item)}
        if urls or (kept and not self._is_marked):
            unsettled.add_urls(session, self._lease.source_id, urls)
        return self._is_marked or bool(kept)


def save_imported(
    store: Store, source_id: str, items: Sequence[Digested], now: datetime, *, live_days: int
) -> list[Saved | Refused]:
    """What rows from elsewhere are to the archive, in order, once durable and announced.

    There is no visit, so no lease: a row is one article, and nothing is learnt from its site.
    Saving again changes nothing.

    Raises: StoreError when the database cannot be used; then nothing of the batch is kept.
    """
    visit = Visit(source_id, now, is_backfill=True)
    prepared = [_prepare(fetched, outcome) for fetched, outcome in items]
    with store.write() as session:
        prepared = _without_withdrawn(session, prepared)
        outcomes = [outcome for wave in _waves(prepared) for outcome in _save_wave(session, visit, wave)]
        while relate_some(session, source_id, now=now) is not None:
            pass  # a batch is a few chunks at most
        articles.announce(session, source_id, now=now, live_days=live_days)
    return outcomes


def _prepare(fetched: Fetched, outcome: Article | Refused, check: Check | None = None) -> _Kept | _Turned:
    page = fetched.page
    keys = tuple(dict.fromkeys(_keys(page.url, page.requested_url, fetched.candidate.url)))
    if isinstance(outcome, Refused):
        return _Turned(outcome, keys, check)
    try:
        arrival = withhold(arrive(outcome, pack_snapshot(fetched)))
        arrival = replace(arrival, etag=page.header("etag"), last_modified=page.header("last-modified"))
        return _Kept(arrival, keys, check)
    except Exception as error:  # noqa: BLE001 (a bad page costs one page)
        return _Turned(_failed(outcome.url, outcome.source_id, error), keys)


def _without_withdrawn(session: Session, items: Sequence[_Kept | _Turned]) -> list[_Kept | _Turned]:
    """The items, those turned away that were withdrawn; of these no address is remembered either."""
    texts = [item.arrival.text_key for item in items if isinstance(item, _Kept)]
    known = memory.find_withdrawn(session, [url for item in items for url in _names(item)], texts)
    return [
        _Turned(Refused("", Reason.WITHDRAWN), ()) if known.intersection(_names(item)) else item
        for item in items
    ]


def _names(item: _Kept | _Turned) -> tuple[str, ...]:
    """What a withdrawn article would be known by: its addresses, its text."""
    if isinstance(item, _Turned):
        return item.keys
    return (*item.keys, item.arrival.article.canonical_url, item.arrival.text_key)


def _keys(*urls: str) -> Iterator[str]:
    for url in dict.fromkeys(urls):
        try:
            yield canonical_url(url)
        except ValueError:
            continue  # an empty one, or one that no browser would open either


def _waves(items: Sequence[_Kept | _Turned]) -> Iterator[list[_Kept | _Turned]]:
    """The items in order, cut where one may be the same page or text as an earlier one.

    Those of a wave do not see each other, so that they can be looked up and stored all at once.
    """
    wave: list[_Kept | _Turned] = []
    taken: set[str] = set()
    for item in items:
        names = {*item.keys}
        if isinstance(item, _Kept):
            names |= {item.arrival.article.canonical_url, item.arrival.text_key} - {""}
        if names & taken:
            yield wave
            wave, taken = [], set()
        wave.append(item)
        taken |= names
    if wave:
        yield wave


def _save_wave(session: Session, visit: Visit, wave: list[_Kept | _Turned]) -> list[Saved | Refused]:
    """Saves a wave at once; where that fails, each page alone, so that a bad one costs only itself."""
    try:
        with savepoint(session):
            return _write_wave(session, visit, wave)
    except StoreError:
        raise
    except Exception as error:  # noqa: BLE001 (a bad page costs one page)
        if len(wave) > 1:
            return [outcome for item in wave for outcome in _save_wave(session, visit, [item])]
        item = wave[0]
        url = item.arrival.article.url if isinstance(item, _Kept) else item.refused.url
        return [_failed(url, visit.source_id, error)]


def _write_wave(session: Session, visit: Visit, wave: list[_Kept | _Turned]) -> list[Saved | Refused]:
    kept = [item for item in wave if isinstance(item, _Kept)]
    placed = iter(place(session, visit, [item.arrival for item in kept], [item.keys for item in kept]))
    outcomes = [item.refused if isinstance(item, _Turned) else next(placed) for item in wave]
    turned = [item for item in wave if isinstance(item, _Turned) and item.is_gone]
    gone = [key for item in turned for key in (*item.keys, *([item.check.key] if item.check else []))]
    if gone:
        sightings.vanish(session, visit.source_id, gone, visit.now)
    memory.remember_urls(session, visit.source_id, _decided(wave, outcomes), visit.now)
    for item, outcome in zip(wave, outcomes, strict=True):
        if item.check is not None:
            is_changed = isinstance(outcome, Saved) and outcome.effect is not Effect.SAME
            checks = [item.check]
            sightings.note_checks(session, visit.source_id, checks, visit.now, is_changed=is_changed)
    return outcomes


def _decided(wave: list[_Kept | _Turned], outcomes: Sequence[Saved | Refused]) -> Iterator[UrlKey]:
    for item, outcome in zip(wave, outcomes, strict=True):
        if isinstance(item, _Kept):
            home = outcome.url if isinstance(outcome, Saved) else None
            yield UrlKey(item.arrival.article.canonical_url)
            for key in item.keys:
                yield UrlKey(key, shows=home if key != home else None)
        elif item.refused.reason is not Reason.ERROR:  # a fault is no decision: the page is asked for again
            for key in item.keys:
                yield UrlKey(key, item.refused.reason)


def _tally(items: Sequence[_Kept | _Turned], outcomes: Sequence[Saved | Refused]) -> RunCounts:
    effects = Counter(outcome.effect for outcome in outcomes if isinstance(outcome, Saved))
    vanished = sum(1 for item in items if isinstance(item, _Turned) and item.check and item.is_gone)
    reasons = Counter(
        outcome.reason
        for item, outcome in zip(items, outcomes, strict=True)
        if isinstance(outcome, Refused) and item.check is None
    )
    failed = reasons.pop(Reason.ERROR, 0)
    return RunCounts(
        new=effects[Effect.NEW],
        copies=effects[Effect.COPY],
        updated=effects[Effect.UPDATED],
        vanished=vanished,
        failed=failed,
        refused={reason.value: number for reason, number in reasons.items()},
    )


def _failed(url: str, source_id: str, error: Exception) -> Refused:
    log.error("article not saved source=%s url=%s", source_id, url, exc_info=error)
    return Refused(url, Reason.ERROR, f"{type(error).__name__}: {error}"[:300])
