"""Commands that erase: `withdraw`, `purge`.

Start reading at `add_to`.
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from aggregator.commands.common import Job, command
from aggregator.commands.road import PROBLEMS, publish_feeds

if TYPE_CHECKING:
    from aggregator.store import Store
    from aggregator.store.withdrawals import Traces

_GOING = {
    "snapshots": "pages of news sites as fetched",
    "sources": "rows on sources that are switched off",
    "refusals": "refused addresses",
    "runs": "visits",
}
RULES = tuple(_GOING)


def add_to(group: click.Group) -> None:
    """Puts the commands of this theme into the group."""
    _add_withdraw(group)
    _add_purge(group)


def _add_withdraw(group: click.Group) -> None:
    @command(group, "withdraw", flags=("publish", "base_url"))
    @click.argument("id_", metavar="ID")
    @click.option("--reason", required=True, help="Why; it is kept, so it must not repeat what is erased.")
    @click.option("--personal", metavar="NAME", help="Who asked; only a hash of the name is kept.")
    @click.option("--publish", type=click.Path(path_type=Path), help="Folder that the feeds are written to.")
    @click.option("--base-url", help="Address that this folder is served at.")
    def withdraw(job: Job, id_: str, reason: str, personal: str | None) -> int:
        """Erase an article everywhere, and never take it in again.

        ID is its number, tag or address; an address that is not in the archive is kept out of it.
        What stays is the number, a hash of the address, the day and the reason.
        """
        from aggregator.store import withdrawals

        store = job.open_store()
        try:
            traces, others = _erase(store, id_, reason, personal)
            is_scrubbed = withdrawals.scrub(store)
            left = _clean_folder(job, store, traces)
        finally:
            store.close()
        return _tell(job, traces, others, left, is_scrubbed=is_scrubbed)


def _erase(
    store: "Store", name: str, reason: str, person: str | None
) -> tuple["Traces | None", list[tuple[int, str]]]:
    """What the article could still be found by, and the number and level of what is tied to it."""
    from aggregator.errors import QueryError
    from aggregator.store import entries, kinship, withdrawals

    now = datetime.now(UTC)
    with store.write() as session:
        if withdrawals.withdrawal_of(session, name) is not None:
            return None, []  # what follows is done once more
        try:
            entry_id = entries.locate(session, name)
        except QueryError:
            withdrawals.withdraw_url(session, name, reason=reason, now=now, person=person)
            return None, []
        others = [(tie.other_id, tie.level.value) for tie in kinship.ties_of(session, entry_id)]
        return withdrawals.withdraw(session, entry_id, reason=reason, now=now, person=person), others


def _clean_folder(job: Job, store: "Store", traces: "Traces | None") -> list[Path]:
    """Publishes anew what carried it, and removes what else in the folder still does; which files."""
    from aggregator.exports.withdrawn import rewrite_exports, sweep

    folder = job.config.publish
    if not folder.is_dir():
        return []
    published = publish_feeds(job, store)
    rewritten = rewrite_exports(store, folder)
    job.say(f"{len(published.written) + len(rewritten)} published files rewritten in {folder}")
    removed = sweep(folder, traces) if traces is not None else []
    if removed:
        publish_feeds(job, store)  # of those that feeds do keep, they are made anew
    return [path for path in removed if not path.exists()]


def _tell(
    job: Job, traces: "Traces | None", others: list[tuple[int, str]], left: list[Path], *, is_scrubbed: bool
) -> int:
    backups = _older_backups(job)
    for path in left:
        job.warn(f"removed, since no feed keeps it any more: {path}")
    for path in backups:
        job.warn(f"still holds it, erase it or make it anew: {path}")
    pages = traces.bystanders if traces else 0
    if pages:
        job.warn(f"kept pages of other articles that showed it, and are let go: {pages}")
    for number, level in others:
        job.warn(f"tells the same and stays ({level}): article {number}")
    if not is_scrubbed:
        job.warn("a program that reads the archive keeps its log: end it, then run this command again")
    if job.is_json:
        job.answer(
            {
                "erased": traces is not None,
                "pages": pages,
                "others": [number for number, _ in others],
                "removed": [str(path) for path in left],
                "backups": [str(path) for path in backups],
                "complete": is_scrubbed,
            }
        )
    else:
        job.say("erased, and kept out from now on" if traces else "kept out from now on; nothing was there")
    return 0 if is_scrubbed else PROBLEMS


def _older_backups(job: Job) -> list[Path]:
    """Copies that upgrades have left beside a SQLite archive."""
    prefix, _, place = job.config.database.partition("///")
    path = Path(place or prefix)
    return sorted(path.parent.glob(f"{path.name}.*.backup")) if "postgres" not in prefix else []


def _add_purge(group: click.Group) -> None:
    @command(group, "purge")
    @click.argument("rule", type=click.Choice(RULES))
    @click.option("--days", type=click.IntRange(min=1), help="How old it must be; default by the options.")
    @click.option("--dry-run", is_flag=True, help="Say what would go, and let nothing go.")
    def purge(job: Job, rule: str, days: int | None, dry_run: bool) -> None:
        """Let go of what is no longer needed, by a RULE.

        \b
        snapshots  kept pages of news sites, older than snapshot_days_news
        sources    what is remembered of sources that left the catalogue
        refusals   refused addresses, older than a year: they may come again
        runs       the diary of visits, older than two years
        """  # noqa: D301  click's sign for lines that stay as they are
        from aggregator.store import purging

        store = job.open_store()
        try:
            by_option = {"snapshots": job.config.snapshot_days_news}
            keep = days or by_option.get(rule, purging.DAYS[rule])
            gone = purging.purge(store, rule, keep, datetime.now(UTC), dry_run=dry_run) if keep else 0
        finally:
            store.close()
        if job.is_json:
            job.answer({"rule": rule, "rows": gone, "dry_run": dry_run})
        else:
            if not keep:
                job.say("nothing goes: by the option snapshot_days_news pages are kept for ever")
                return
            done = "would go" if dry_run else "are gone"
            job.say(f"{gone:,} {_GOING[rule]}, older than {keep:,} days, {done}")
