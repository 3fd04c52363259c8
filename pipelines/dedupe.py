"""What an arriving Article is to the archive: new, or the same as something that is there.

Pure: knows the neighbours it is given, and neither database nor page. Start reading at `decide`.
"""

from aggregator.items import Article, Level, Match
from aggregator.store.neighbours import Neighbours


def decide(article: Article, neighbours: Neighbours) -> Match:
    """The first of these that holds: this page is known, its URL is, its text is; else it is new.

    Shapes: texts that are too short to say anything by themselves come as neighbours only
        with an equal title.
    """
    if neighbours.page is not None:
        return Match(Level.URL, neighbours.page.entry.entry_id, reason="this page is known")
    if neighbours.by_url:
        page = neighbours.by_url[0]
        return Match(Level.URL, page.entry.entry_id, reason=f"same canonical URL at {page.source_id}")
    if neighbours.by_text:
        entry = neighbours.by_text[0]
        return Match(Level.TEXT, entry.entry_id, reason=f"same text as {entry.canonical_url}")
    return Match(Level.NEW, reason="neither its URL nor its text is known")
