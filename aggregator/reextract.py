"""The kept pages of Sources through today's code: by the same steps that settle a visit.

Knows neither SQL nor a terminal. For each Source, while nobody visits it:

    scan    every Snapshot digested -> which pages differ, what the site repeats by today's code
    write   those pages (all, if it repeats something else), digested with that -> revisions
    finish  the boilerplate counts as applied

Killed anywhere, the next call goes on with what is left. Start reading at `reextract`.
"""

import asyncio
import difflib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path
from typing import Any

from aggregator.catalogue import Catalogue
from aggregator.errors import QueryError
from aggregator.extract.boilerplate import learn
from aggregator.items import Article, Boilerplate, Fetched, Keep, Reason, Refused, Source, SourceMemory, Way
from aggregator.store import Session, Store, memory, reextractions, revisions, runs, sightings, sources
from aggregator.store.codec import unpack_blocks
from aggregator.store.reextractions import Progress
from aggregator.store.runs import Lease
from aggregator.store.sightings import Arrival, arrive
from aggregator.worker import is_gone, own_name
from pipelines.pool import Digester
from pipelines.settle import SettlePlan, StoredPage, apply, finish, load_pages

# As many pages as a batch of a crawl; the lease outlives one by far.
_CHUNK = 50
_LEASE_MINUTES = 30.0
# What decides how a page is read: any change of these files begins anew.
_CODE = ("aggregator/extract", "pipelines", "aggregator/items.py", "aggregator/text.py", "aggregator/urls.py")
_MOST_LINES, _LINE = 6, 160


@dataclass(frozen=True, slots=True)
class Difference:
    """What today's code makes of a known article's page: old and new value by field."""

    source_id: str
    entry_id: int
    url: str
    fields: Mapping[str, tuple[Any, Any]]

    def lines(self) -> Iterator[str]:
        """The difference for a person; of a text its lines, the first few."""
        for name, (old, new) in self.fields.items():
            if name != "text":
                yield f"{name}: {_short(old)} -> {_short(new)}"
                continue
            changes = [
                line
                for line in difflib.unified_diff(old.split("\n"), new.split("\n"), n=0, lineterm="")
                if not line.startswith(("---", "+++", "@@"))
            ]
            yield f"text: {len(old.split())} -> {len(new.split())} words"
            yield from (f"  {line[:_LINE]}" for line in changes[:_MOST_LINES])
            if len(changes) > _MOST_LINES:
                yield f"  ... and {len(changes) - _MOST_LINES} lines more"


@dataclass(slots=True)
class SourceResult:
    """What re-extraction made of a Source, or would make of it on a dry run.

    Shapes: `changed` articles by `fields`; `unseen` differ in markup, mentions, events or evidence alone;
        `refused` are no articles by today's code and stay as they are; `missing` pages are not kept.
    """

    source_id: str
    pages: int = 0
    changed: int = 0
    unseen: int = 0
    missing: int = 0
    fields: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    error: str | None = None


OnDifference = Callable[[Difference], None]


def reextract(
    store: Store, catalogue: Catalogue, only: Sequence[str] = (), *, jobs: int = 0, live_days: int = 14,
    is_dry: bool = False, on_difference: OnDifference = lambda _: None,
) -> list[SourceResult]:  # fmt: skip
    """Reads the kept pages of these Sources, or of all, again; what came of each, by id.

    Without names, and if a former call was killed, only what that call left is done.

    Raises: QueryError for a Source that is not known, StoreError when the database cannot be used.
    """
    rules = _rules(catalogue)
    tasks = _tasks(store, catalogue, only, rules, is_dry=is_dry)
    with Digester(catalogue.vocabulary, jobs) as digester:
        work = _Work(store, digester, live_days, is_dry, on_difference)
        return asyncio.run(work.all(tasks))


@dataclass(frozen=True, slots=True)
class _Scan:
    """What a look at all pages of a Source showed: which differ, and what the site repeats."""

    page_ids: tuple[int, ...]
    boilerplate: Boilerplate


@dataclass(frozen=True, slots=True)
class _Judged:
    """A page as today's code reads it, and what differs: None for nothing at all."""

    stored: StoredPage
    outcome: Article | Refused
    fields: Mapping[str, tuple[Any, Any]] | None = None

    @property
    def is_other(self) -> bool:
        return self.fields is not None or isinstance(self.outcome, Refused)


class _Work:
    """One call's work; one Source at a time, its pages over the cores."""

    def __init__(
        self, store: Store, digester: Digester, live_days: int, is_dry: bool, on_difference: OnDifference
    ) -> None:
        self._store, self._digester, self._live_days = store, digester, live_days
        self._is_dry, self._on_difference = is_dry, on_difference

    async def all(self, tasks: Sequence[tuple[Source, Progress]]) -> list[SourceResult]:
        return [await self._source(source, progress) for source, progress in tasks]

    async def _source(self, source: Source, progress: Progress) -> SourceResult:
        if self._is_dry:
            return await self._read(source, progress, None)
        lease = _take(self._store, source)
        if lease is None:
            return SourceResult(source.id, error="is being visited now: run this again afterwards")
        try:
            return await self._read(source, progress, lease)
        finally:
            with self._store.write() as session:
                runs.release(session, lease)

    async def _read(self, source: Source, progress: Progress, lease: Lease | None) -> SourceResult:
        with self._store.read() as session:
            past = memory.load_memory(session, source.id, with_known=False)
            kept = sightings.kept_pages(session, source.id)
            total = sightings.count_pages(session, source.id)
        result = SourceResult(source.id, missing=total - len(kept))
        boilerplate = progress.boilerplate
        page_ids = kept
        if boilerplate is None:
            scan = await self._scan(source, past, kept, lease)
            boilerplate = scan.boilerplate
            page_ids = list(scan.page_ids) if boilerplate == past.boilerplate else kept
            result.pages = len(kept)
        todo = [id_ for id_ in page_ids if id_ > progress.page_id]
        result.pages = result.pages or len(todo)
        plan = SettlePlan(replace(past, boilerplate=boilerplate), tuple(todo))
        await self._write(source, plan, lease, result)
        if lease is not None:
            finish(self._store, lease, plan, datetime.now(UTC), live_days=self._live_days)
            with self._store.write() as session:
                reextractions.end(session, source.id)
        return result

    async def _scan(
        self, source: Source, past: SourceMemory, kept: Sequence[int], lease: Lease | None
    ) -> _Scan:
        """Reads all pages as they are kept; writes nothing but what was learnt."""
        with self._store.read() as session:
            counts = Counter({(k, p): n for k, p, n in memory.block_counts(session, source.id)})
            aged = memory.aged_blocks(session, source.id)
            total = sightings.count_pages(session, source.id)
        differing: list[int] = []
        for start in range(0, len(kept), _CHUNK):
            judged = await self._judge(source, past, kept[start : start + _CHUNK])
            with self._store.read() as session:
                old = sightings.blocks_of(session, [one.stored.page.id for one in judged])
            for one in judged:
                if isinstance(one.outcome, Article):
                    counts.subtract(unpack_blocks(old[one.stored.page.id]))
                    counts.update({(block.key, block.place) for block in one.outcome.blocks})
            differing += [one.stored.page.id for one in judged if one.is_other]
            self._renew(lease)
        rows = ((key, place, n) for (key, place), n in counts.items() if n > 0)
        learnt = learn(rows, total, aged, past.boilerplate)
        if lease is not None:
            with self._store.write() as session:
                reextractions.keep_learnt(session, source.id, learnt)
        return _Scan(tuple(differing), learnt)

    async def _write(
        self, source: Source, plan: SettlePlan, lease: Lease | None, result: SourceResult
    ) -> None:
        for chunk in plan.chunks():
            judged = await self._judge(source, plan.memory, chunk)
            for one in judged:
                self._tell(one, result)
            if lease is None:
                continue
            outcomes = [(one.stored, one.outcome) for one in judged if one.is_other]
            apply(self._store, lease, outcomes, datetime.now(UTC), is_again=True)
            with self._store.write() as session:
                runs.renew(session, lease, now=datetime.now(UTC), lease_minutes=_LEASE_MINUTES)
                reextractions.advance(session, source.id, chunk[-1])

    async def _judge(self, source: Source, known: SourceMemory, page_ids: Sequence[int]) -> list[_Judged]:
        pages = load_pages(self._store, page_ids)
        outcomes = await asyncio.gather(
            *(self._digester.digest(page.fetched, _for_page(source, page.fetched), known) for page in pages)
        )
        with self._store.read() as session:
            blocks = sightings.blocks_of(session, [page.page.id for page in pages])
            return [
                _judged(session, page, outcome, blocks.get(page.page.id, b""))
                for page, outcome in zip(pages, outcomes, strict=True)
            ]

    def _tell(self, one: _Judged, result: SourceResult) -> None:
        if isinstance(one.outcome, Refused):
            if one.outcome.reason is Reason.ERROR:
                result.error = f"a page could not be read: {one.outcome.url}: {one.outcome.detail}"
            else:
                result.refused[one.outcome.reason.value] += 1
        elif one.fields:
            page = one.stored.page
            result.changed += 1
            result.fields.update({_NAMES.get(name, name) for name in one.fields})
            self._on_difference(Difference(result.source_id, page.entry.entry_id, page.link, one.fields))
        elif one.fields is not None:
            result.unseen += 1

    def _renew(self, lease: Lease | None) -> None:
        if lease is not None:
            with self._store.write() as session:
                runs.renew(session, lease, now=datetime.now(UTC), lease_minutes=_LEASE_MINUTES)


# Columns that are one field to a person.
_NAMES = {"published_at": "published", "published_day": "published", "precision": "published"}


def _judged(session: Session, stored: StoredPage, outcome: Article | Refused, blocks: bytes) -> _Judged:
    if isinstance(outcome, Refused):
        return _Judged(stored, outcome)
    page = stored.page
    outcome = replace(outcome, canonical_url=page.url)
    arrival: Arrival = arrive(outcome)
    is_other = arrival.content != page.content or arrival.blocks != blocks
    if not page.is_home:
        return _Judged(stored, outcome, {} if is_other else None)
    fields = revisions.differences(session, page.entry.entry_id, outcome)
    fields.pop("date_confidence", None)
    is_other = is_other or revisions.is_remade(session, page.entry.entry_id, outcome)
    return _Judged(stored, outcome, fields if fields or is_other else None)


def _for_page(source: Source, fetched: Fetched) -> Source:
    """What a person imported is wanted, whatever it is about, as when it was taken in."""
    return replace(source, keep=Keep.ALL) if fetched.candidate.way is Way.IMPORT else source


def _tasks(
    store: Store, catalogue: Catalogue, only: Sequence[str], rules: str, *, is_dry: bool
) -> list[tuple[Source, Progress]]:
    """The Sources to read, each with how far a killed call came with the same rules."""
    if not is_dry:
        with store.write() as session:
            sources.sync(session, catalogue.sources, catalogue.digest)
    with store.read() as session:
        known = {source.id: source for source in sources.find_sources(session)}
        left = {one.source_id: one for one in reextractions.under_way(session)}
        kept = sightings.kept_sources(session)
    known |= {source.id: source for source in catalogue.sources if source.id in known}
    for id_ in only:
        if id_ not in known:
            raise QueryError(f"the archive holds no source {id_!r}; `aggregator sources list` names them")
    if is_dry:
        return [(known[id_], Progress(id_, rules)) for id_ in sorted(only or kept)]
    left = {id_: one for id_, one in left.items() if one.rules == rules}
    wanted = sorted(set(only) or set(left) or kept)
    with store.write() as session:
        if not left:
            reextractions.forget_all(session)
        reextractions.begin(session, [id_ for id_ in wanted if id_ not in left], rules)
    return [(known[id_], left.get(id_, Progress(id_, rules))) for id_ in wanted]


def _take(store: Store, source: Source) -> Lease | None:
    """The right to be alone with the Source; None while it is visited."""
    now = datetime.now(UTC)
    with store.write() as session:
        runs.abandon(session, is_gone, now)
        leases = runs.take(
            session, worker=own_name(), now=now, sources=[source.id], lease_minutes=_LEASE_MINUTES,
            is_visit=False,
        )  # fmt: skip
    return next(iter(leases), None)


def _rules(catalogue: Catalogue) -> str:
    """A digest of all that decides how a page is read: code, Sources, vocabulary."""
    root = Path(__file__).parent.parent
    digest = blake2b(catalogue.digest.encode(), digest_size=16)
    for place in _CODE:
        path = root / place
        for file in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            digest.update(file.read_bytes())
    return digest.hexdigest()


def _short(value: object) -> str:
    text = " ".join(str(value).split())
    return text if len(text) <= _LINE else text[:_LINE] + " ..."
