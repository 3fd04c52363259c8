"""One visit under way, on the road's side: its lease, what waits to be saved, what it foretells.

Knows nothing of other visits. Start reading at `Stop.save`.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from aggregator.check import Check
from aggregator.errors import StoreError
from aggregator.store.runs import Lease
from pipelines.save import Digested, Saver
from spiders.visit import Visit

log = logging.getLogger(__name__)

# One transaction for up to so many articles, or for what came in so many seconds: 50 cost the
# disk no more than one does, and nobody waits longer than a fifth of a second.
BATCH_ARTICLES = 50
BATCH_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class Forecast:
    """What a backfill is about to ask for, told before it does. Units: `pace` is seconds a request."""

    source_id: str
    requests: int
    pace: float


@dataclass(frozen=True, slots=True)
class Unchanged:
    """A known page that was asked for again and says nothing new."""

    source_id: str
    check: Check


@dataclass(slots=True)
class Stop:
    """A visit with its lease; `in_database` runs a call in the store's one thread, `tasks` are all open."""

    visit: Visit
    lease: Lease
    saver: Saver
    in_database: Callable[..., Awaitable[Any]]
    tasks: set[asyncio.Task[Any]]
    waiting: list[tuple[Digested, asyncio.Future[object]]] = field(default_factory=list)
    timer: asyncio.TimerHandle | None = None

    def lose(self, error: StoreError) -> None:
        """Ends the visit: its lease or the database is gone, and nothing of it can be saved any more."""
        if not self.visit.is_lost:
            self.visit.is_lost = True
            self.visit.errors.append(str(error))
            log.error("visit lost source=%s error=%s", self.visit.source.id, error)

    async def save(self, item: Digested) -> object:
        """What became of the item, once its batch is durable."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[object] = loop.create_future()
        self.waiting.append((item, future))
        if len(self.waiting) >= BATCH_ARTICLES:
            self.flush()
        elif self.timer is None:
            self.timer = loop.call_later(BATCH_SECONDS, self.flush)
        return await future

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

    async def _save_batch(self, batch: list[tuple[Digested, asyncio.Future[object]]]) -> None:
        items = [item for item, _ in batch]
        try:
            outcomes = await self.in_database(self.saver.save_batch, items, datetime.now(UTC))
        except Exception as error:  # noqa: BLE001  each waiting item raises it where it is counted
            for _, future in batch:
                future.set_exception(error)
            return
        for (_, future), outcome in zip(batch, outcomes, strict=True):
            future.set_result(outcome)
