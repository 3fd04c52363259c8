"""The command `serve`: feeds, API and pages over HTTP.

Imports nothing heavy before it runs. Start reading at `add_to`.
"""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from aggregator.commands.common import Job, command

if TYPE_CHECKING:
    from aggregator.config import Config
    from aggregator.items import Vocabulary


def add_to(group: click.Group) -> None:
    """Puts the command into the group."""

    @command(group, "serve", flags=("publish", "base_url"))
    @click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen at.")
    @click.option(
        "--port", default=8000, show_default=True, type=click.IntRange(0, 65535), help="0: a free one."
    )
    @click.option("--publish", type=click.Path(file_okay=False, path_type=Path), help="Folder of the feeds.")
    @click.option("--base-url", help="Address that readers see it at.")
    def serve(job: Job, host: str, port: int) -> None:
        """Serve the published feeds, a search page and a JSON API, until Ctrl-C. Changes nothing."""
        if not (job.config.publish / "index.html").is_file():
            job.warn(f"{job.config.publish} holds no feeds yet: `aggregator publish` writes them")
        serve_archive(job, job.config, job.catalogue.vocabulary, host, port)


def serve_archive(job: Job, config: "Config", vocabulary: "Vocabulary", host: str, port: int) -> None:
    """Serves the archive and the folder of that configuration until Ctrl-C."""
    from aggregator.store import open_store
    from aggregator.web.server import serve
    from aggregator.web.site import create_site

    store = open_store(config.database, create=False, backup=config.backup)
    try:
        serve(create_site(store, vocabulary, config), host, port, job.say)
    finally:
        store.close()
