"""Commands on the archive itself: `db upgrade`.

Start reading at `add_to`.
"""

import click

from aggregator.commands.common import Job, command


def add_to(group: click.Group) -> None:
    """Puts the commands of this theme into the group."""

    @group.group("db")
    def db() -> None:
        """Look after the archive."""

    @command(db, "upgrade")
    def upgrade(job: Job) -> None:
        """Bring an archive of an older version up to this one.

        A SQLite file is backed up beside itself first, unless the option `backup` is off.
        """
        from aggregator.store import upgrade_store

        notes = upgrade_store(job.config.database, backup=job.config.backup)
        for note in notes or ("the archive is up to date",):
            job.say(note)
