"""One visit under way, on the road's side: its lease, what waits to be saved, what it foretells.

Knows nothing of other visits. Start reading at `Stop.save`.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from aggregator.check import Check
from aggregator.errors import StoreError
from aggregator.extract.boilerplate import differs
from aggregator.items import Article, Boilerplate, Fetched, Refused, SourceMemory
from aggregator.store.runs import Lease
from pipelines.save import Saver
from spiders.visit import Visit

log = logging.getLogger(__name__)

# One transaction for up to so many articles, or for what came in so many seconds: 50 cost the disk no
# more than one does, and 15 half the CPU of five times three. Nobody waits for the last ones.
BATCH_ARTICLES = 50
BATCH_SECONDS = 0.5
# From so many pages on a first visit learns what its site repeats, and again whenever they have doubled:
# of 2,000 pages 280 are then read twice, where waiting for the end has 1,446 read twice.
LEARN_AFTER = 30


@dataclass(frozen=True, slots=True)
class Unchanged:
    """A known page that was asked for again and says nothing new."""

    source_id: str
    check: Check


@dataclass(frozen=True, slots=True)
class Read:
    """A page, what it is, and the site memory that it was read with."""

    fetched: Fetched
    outcome: Article | Refused
    boilerplate: Boilerplate

    def differs_from(self, known: Boilerplate) -> bool:
        """Whether it may read otherwise with that site memory."""
        if isinstance(self.outcome, Refused) or known is self.boilerplate:
            return False
        return differs(self.outcome.blocks, self.boilerplate, known)


@dataclass(slots=True)
class Stop:
    """A visit with its lease; `in_database` runs a call in the store's one thread, `tasks` are all open.

    Shapes: `learn` gives back what the visit shows of its site by now, and makes it the Source's;
        `began` is the memory that the visit began with.
    """

    visit: Visit
    lease: Lease
    saver: Saver
    in_database: Callable[..., Awaitable[Any]]
    tasks: set[asyncio.Task[Any]]
    learn: Callable[[], Boilerplate]
    waiting: list[tuple[Read, asyncio.Future[object]]] = field(default_factory=list)
    timer: asyncio.TimerHandle | None = None
    began: SourceMemory = field(init=False)
    kept: int = 0
    next_learning: int = field(init=False)

    def __post_init__(self) -> None:
        self.began, self.next_learning = self.visit.memory, LEARN_AFTER

    @property
    def has_learnt(self) -> bool:
        """Whether more is known of the site than when the visit began."""
        return self.visit.memory is not self.began

    def lose(self, error: StoreError) -> None:
        """Ends the visit: its lease or the database is gone, and nothing of it can be saved any more."""
        if not self.visit.is_lost:
            self.visit.is_lost = True
            self.visit.errors.append(str(error))
            log.error("visit lost source=%s error=%s", self.visit.source.id, error)

    async def save(self, item: Read) -> object:
        """What became of the item, once its batch is durable."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[object] = loop.create_future()
        self.waiting.append((item, future))
        if len(self.waiting) >= BATCH_ARTICLES or self._is_last:
            self.flush()
        elif self.timer is None:
            self.timer = loop.call_later(BATCH_SECONDS, self.flush)
        return await future

    @property
    def _is_last(self) -> bool:
        """Whether all that the visit still waits for is to be saved."""
        visit = self.visit
        return visit.is_choosing_done and not visit.open_requests and visit.open_items <= len(self.waiting)

    def flush(self) -> None:
        """Saves what waits, in the background."""
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None
        batch, self.waiting = self.waiting, []
        if batch:
            task = asyncio.get_running_loop().create_task(self._save_batch(batch))
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)

    async def _save_batch(self, batch: list[tuple[Read, asyncio.Future[object]]]) -> None:
        items = [item for item, _ in batch]
        try:
            outcomes = await self.in_database(self._save, items)
        except Exception as error:  # noqa: BLE001  each waiting item raises it where it is counted
            for _, future in batch:
                future.set_exception(error)
            return
        for (_, future), outcome in zip(batch, outcomes, strict=True):
            future.set_result(outcome)

    def _save(self, items: Sequence[Read]) -> Sequence[object]:
        """In the store's thread, as all that changes what the Source's site memory is."""
        known = self.visit.memory.boilerplate
        others = [n for n, item in enumerate(items) if item.differs_from(known)]
        digested = [(item.fetched, item.outcome) for item in items]
        outcomes = self.saver.save_batch(digested, datetime.now(UTC), others=others)
        self.kept += sum(1 for outcome in outcomes if not isinstance(outcome, Refused))
        if self.kept >= self.next_learning and not self.began.boilerplate.keys:
            self.visit.memory = replace(self.visit.memory, boilerplate=self.learn())
            self.next_learning = 2 * self.kept
        return outcomes
