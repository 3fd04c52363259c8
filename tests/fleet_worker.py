"""A worker of a fleet whose visits are short: takes the lease, keeps it for a moment, closes the run."""

import asyncio
import sys
from datetime import UTC, datetime, timedelta

from aggregator.choices import RunOutcome
from aggregator.config import Config
from aggregator.fleet import BusyError, run_worker
from aggregator.store import open_store, runs
from aggregator.store.waiting import is_due
from aggregator.worker import is_gone, own_name


def main(database: str, milliseconds: str) -> None:
    store = open_store(database)

    def begin(source_id: str) -> runs.Lease | None:
        now = datetime.now(UTC)
        with store.write() as session:
            runs.abandon(session, is_gone, now)
            taken = runs.take(session, worker=own_name(), now=now, sources=[source_id], must_be_due=True)
            if not taken and is_due(session, source_id, now):
                raise BusyError(source_id)
            return taken[0] if taken else None

    def end(lease: runs.Lease) -> None:
        now = datetime.now(UTC)
        with store.write() as session:
            runs.close(session, lease, RunOutcome.OK, now=now, next_due_at=now + timedelta(days=1))

    async def visit(source_id: str) -> None:
        lease = begin(source_id)
        if lease is not None:
            await asyncio.sleep(int(milliseconds) / 1000)
            end(lease)

    run_worker(Config(database=database), concurrency=4, visit=visit)


if __name__ == "__main__":
    main(*sys.argv[1:])
