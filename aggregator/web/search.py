"""Any search as a feed: `/search.atom?q=...`, `.rss` and `.json`, page after page.

Knows no HTTP. Start reading at `DOORS`; the documents are made as those that are published.
"""

from collections.abc import Callable
from dataclasses import replace

from aggregator.feeds.channels import channel_of
from aggregator.feeds.compose import document_of
from aggregator.feeds.jsonfeed import render_json
from aggregator.feeds.model import Channel, Document, Edition
from aggregator.feeds.syndication import render_atom, render_rss
from aggregator.store.find import find_page
from aggregator.store.paging import previous_cursor
from aggregator.text import hash64, one_line
from aggregator.web.api import CURSOR, LIMIT, OPEN, QUERY, address, read_query
from aggregator.web.door import Answer, Asked, Door
from aggregator.web.published import TYPES
from aggregator.web.strings import say

_RENDERERS: dict[str, Callable[[Document], bytes]] = {
    "atom": render_atom,
    "rss": render_rss,
    "json": render_json,
}


def _feed(asked: Asked, ending: str) -> Answer:
    text, limit = one_line(asked.values["q"]), asked.values["limit"]
    query = read_query(asked)
    page = find_page(asked.session, query)
    pages: list[tuple[str, str]] = []
    if page.cursor:
        pages.append(("next", _address(text, limit, page.cursor)))
    if page.entries and asked.values["cursor"]:
        first_seq = page.entries[0].announced_seq or 0
        before = previous_cursor(asked.session, query, first_seq, limit)
        pages += [] if before is None else [("previous", _address(text, limit, before))]
    own = _address(text, limit, asked.values["cursor"])
    channel = replace(_channel(text, asked.edition), query=own)
    document = replace(document_of(channel, page.entries, asked.edition), pages=tuple(pages))
    return Answer(_RENDERERS[ending](document), TYPES[ending], OPEN)


def _channel(text: str, edition: Edition) -> Channel:
    """The feed of that search; each page of it is the same feed."""
    name = f"search-{hash64(text) & 0xFFFFFFFFFFFFFFFF:016x}"
    title = (
        say("search.feed", edition.language, query=text) if text else say("search.title", edition.language)
    )
    everything = channel_of("all", edition)
    return replace(
        everything,
        name=name,
        file="search",
        id=edition.tag(f"feed/{name}"),
        label=title,
        title=title,
        description=say("search.about", edition.language, query=text) if text else everything.description,
        site_url=edition.address(address("", q=text)) or everything.site_url,
        address=edition.address("search"),
    )


def _address(text: str, limit: int, cursor: str) -> str:
    """What stands after the ending in the address of that page."""
    return address("", q=text, limit=limit if limit != LIMIT.default else "", cursor=cursor)


def _door(ending: str) -> Door:
    return Door(
        f"/search.{ending}",
        lambda asked: _feed(asked, ending),
        "A search as a feed.",
        (QUERY, LIMIT, CURSOR),
    )


DOORS = tuple(_door(ending) for ending in _RENDERERS)
"""The search as a feed in each format."""
