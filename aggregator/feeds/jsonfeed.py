"""JSON Feed 1.1.

Takes a Document and returns bytes. Start reading at `render_json`.
"""

import json
from typing import Any

from aggregator.feeds.model import Document, Item
from aggregator.feeds.strings import write_rfc3339


def render_json(document: Document) -> bytes:
    """The Document as JSON Feed 1.1, keys in a fixed order, UTF-8.

    Source: https://www.jsonfeed.org/version/1.1/; an item's `_source` is our extension, by its rules.
    """
    channel = document.channel
    following = dict(document.pages).get("next", "")
    feed: dict[str, Any] = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": channel.title,
        "description": channel.description,
        "language": channel.language,
        "home_page_url": channel.site_url,
        "feed_url": f"{channel.address}.json{channel.query}" if channel.address else None,
        "next_url": f"{channel.address}.json{following}" if channel.address and following else None,
        "authors": [{"name": channel.author}],
        "hubs": [{"type": "WebSub", "url": channel.hub}] if channel.hub else [],
        "items": [_item(item) for item in document.items],
    }
    # Without line breaks the encoder is C, five times as fast.
    return json.dumps(_without_empty(feed), ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _item(item: Item) -> dict[str, Any]:
    found: dict[str, Any] = {
        "id": item.tag,
        "url": item.url,
        "title": item.title,
        "summary": item.summary,
        "content_html": item.html,
        # One of the two contents must be there; the title says no more than may be said.
        "content_text": "" if item.html else item.summary or item.title,
        "image": item.image.url if item.image else "",
        "date_published": write_rfc3339(item.published_at),
        "date_modified": write_rfc3339(item.updated_at),
        "authors": [{"name": author} for author in item.authors],
        "tags": [category.label for category in item.categories],
        "language": item.language,
        "_source": {
            "id": item.publisher.id,
            "title": item.publisher.name,
            "url": item.publisher.url,
            "rights": item.rights,
            "date_precision": item.precision.value if item.precision else "unknown",
            "categories": [[c.scheme, c.term] for c in item.categories],
            "related": [
                _without_empty({"url": r.url, "title": r.title, "language": r.language}) for r in item.related
            ],
        },
    }
    return _without_empty(found)


def _without_empty(values: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value or key == "items"}
