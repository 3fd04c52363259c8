"""What `sources move` does: lists the new site, pairs its articles with the archive's, re-links.

Start reading at `move_source`.
"""

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from aggregator.choices import Way
from aggregator.commands.child import in_child, survey
from aggregator.commands.common import Job

if TYPE_CHECKING:
    from aggregator.catalogue_edit import OperatorCatalogue
    from aggregator.items import Source


def move_source(
    job: Job, editor: "OperatorCatalogue", source: "Source", url: str, private: dict[str, Any]
) -> int:
    """Moves the source, in catalogue and archive; gives the exit code.

    Nothing is changed where the new address shows no article.
    """
    from aggregator.catalogue import default_hosts
    from aggregator.moving import pair_up
    from aggregator.store import moves

    hosts = default_hosts([url])
    there = replace(source, url=url, hosts=hosts, way=Way.AUTO, include=(), exclude=(), **private)
    listed = in_child(job, survey, there)
    if not listed:
        job.warn(f"no article was found at {url}: nothing was changed")
        job.warn(f"`aggregator sources detect {url}` tells more")
        return 1
    store = job.open_store()
    try:
        with store.read() as session:
            old = moves.pages_of(session, source.id)
        pairs = pair_up(old, listed)
        with store.write() as session:
            links = [(page.id, candidate.url) for page, candidate in pairs]
            moved = moves.relink(session, source.id, links, datetime.now(UTC))
            moves.forget_ways(session, source.id)
            editor.move_source(source.id, url, **private)  # last: what fails leaves all as it was
    finally:
        store.close()
    figures = {"source": source.id, "url": url, "pages": len(old), "moved": moved, "listed": len(listed)}
    if job.is_json:
        job.answer(figures)
    job.say(f"{source.id} is at {url} now: {moved} of its {len(old)} pages were found there again")
    if len(old) > moved:
        job.say(f"{len(old) - moved} were not; they stay in the archive under their old addresses")
    job.say(f"`aggregator run {source.id}` visits the new address")
    return 0
