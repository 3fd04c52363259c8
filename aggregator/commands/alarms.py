"""What a run does for its operator: looks whether there is room, and tells what is wrong.

Knows nothing of crawls. Start reading at `tell_alarms`.
"""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from aggregator.commands.common import Job

if TYPE_CHECKING:
    from aggregator.store import Store


def has_no_room(job: Job, store: "Store") -> bool:
    """Whether the disk of the archive is so full that nothing may be taken in; feeds still go out."""
    from aggregator.watch import is_too_full

    if store.path is None or not is_too_full(store.path, job.config.disk_reserve):
        return False
    job.warn(
        f"less than {job.config.disk_reserve} MiB are free for {store.path}: nothing is taken in "
        "(`aggregator stats --disk` shows what fills it)"
    )
    return True


def tell_alarms(job: Job, store: "Store") -> None:
    """Keeps what is wrong as alarms, for the feed `operator`, and sends what is to be told."""
    from aggregator.notify import notify
    from aggregator.watch import look, watch

    now = datetime.now(UTC)
    outlook = look(store, job.catalogue.sources, now, places=(job.config.publish,))
    watch(store, outlook, now, language=job.config.language)
    for failure in notify(job.config, store, now):
        job.warn(failure)
