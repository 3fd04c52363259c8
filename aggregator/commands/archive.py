"""Commands on the archive itself: `db upgrade`, `check`, `copy`, `backup`, `restore`.

Start reading at `add_to`.
"""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from aggregator.commands.common import Job, command

if TYPE_CHECKING:
    from aggregator.store.copying import Loaded

PROBLEMS = 1


def add_to(group: click.Group) -> None:
    """Puts the commands of this theme into the group."""

    @group.group("db")
    def db() -> None:
        """Look after the archive."""

    for add in (_add_upgrade, _add_check, _add_copy, _add_backup, _add_restore):
        add(db)


def _add_upgrade(db: click.Group) -> None:
    @command(db, "upgrade")
    def upgrade(job: Job) -> None:
        """Bring an archive of an older version up to this one.

        A SQLite file is backed up beside itself first, unless the option `backup` is off.
        """
        from aggregator import fleet
        from aggregator.store import upgrade_store

        notes = upgrade_store(job.config.database, backup=job.config.backup)
        if fleet.install(job.config):
            notes = (*notes, "the tables of the fleet's queue are made")
        for note in notes or ("the archive is up to date",):
            job.say(note)


def _add_check(db: click.Group) -> None:
    @command(db, "check")
    def check(job: Job) -> int:
        """Look whether the archive is sound: references, counters, order, search, withdrawals."""
        from aggregator.store.check import check as look

        store = job.open_store()
        try:
            with store.read() as session:
                faults = look(session)
        finally:
            store.close()
        for fault in faults:
            job.warn(f"does not hold: {fault.rule}: {fault.count} times: {fault.where}")
        if job.is_json:
            told = [{"rule": f.rule, "count": f.count, "where": f.where} for f in faults]
            job.answer({"ok": not faults, "faults": told})
        elif not faults:
            job.say("the archive is sound")
        return PROBLEMS if faults else 0


def _add_copy(db: click.Group) -> None:
    @command(db, "copy")
    @click.argument("url", metavar="TO-URL")
    def copy(job: Job, url: str) -> None:
        """Copy the whole archive into an empty one at TO-URL, SQLite or PostgreSQL; compare both."""
        from aggregator.store import open_store, search
        from aggregator.store.copying import copy_archive

        source = job.open_store()
        try:
            target = open_store(url, backup=job.config.backup)
            try:
                loaded = copy_archive(source, target)
                search.catch_up(target)
            finally:
                target.close()
        finally:
            source.close()
        _tell_loaded(job, loaded, "copied, read back and found the same, table by table")


def _tell_loaded(job: Job, loaded: "Loaded", what: str) -> None:
    if job.is_json:
        job.answer({"rows": dict(loaded.rows), "withdrawn": loaded.withdrawn})
        return
    rows = sum(loaded.rows.values())
    job.say(f"{what}: {rows} rows, {loaded.rows.get('entry', 0)} articles")
    if loaded.withdrawn:
        job.say(f"{loaded.withdrawn} articles had been withdrawn here and were erased again")


def _add_backup(db: click.Group) -> None:
    @command(db, "backup")
    @click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
    def backup(job: Job, file: Path) -> None:
        """Write the archive to a new FILE and read it back; safe while a run goes on."""
        from aggregator.store.backup import back_up

        store = job.open_store()
        try:
            done = back_up(store, file)
        finally:
            store.close()
        if job.is_json:
            job.answer({"file": str(done.path), "articles": done.articles, "bytes": done.bytes})
        else:
            job.say(f"{done.articles} articles, {done.bytes} bytes in {done.path}, read back and sound")


def _add_restore(db: click.Group) -> None:
    @command(db, "restore")
    @click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
    def restore(job: Job, file: Path) -> None:
        """Replace all that the archive holds by what is in FILE, a backup or a full export.

        What has been withdrawn since stays withdrawn. Articles that only the present archive holds
        are lost: back it up first.
        """
        from aggregator.store import search, withdrawals
        from aggregator.store.backup import bring_back

        store = job.open_store(create=True)
        try:
            loaded = bring_back(store, file)
            search.catch_up(store)
            withdrawals.scrub(store)
        finally:
            store.close()
        _tell_loaded(job, loaded, "restored")
