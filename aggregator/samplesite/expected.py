"""What a perfect reader would get from the sample sites, derived from their content files alone.

Knows neither templates nor the crawler's code. Start reading at `expected`; `python -m
aggregator.samplesite.expected` writes `expected.json` anew.
"""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zlib import crc32

from aggregator.samplesite import samples_root
from aggregator.samplesite.content import Event, Post, Site, load

_HELD = 3  # one page in three is not looked at while the readers are being built


def expected(site: Site, sites: tuple[Site, ...]) -> list[dict[str, Any]]:
    """The articles of one site, newest first.

    Shapes: `published_at` is the instant if page, feed or API states one; `published_day` the day in the
        site's zone; `page_states` what the page alone tells; `about` whether it names a cluster or topic;
        `text` a string a block, as shown without a subscription; `held` marks what no rule was made on.
    """
    urls = {post.key: post.url for other in sites for post in other.posts}
    return [_row(site, post, urls) for post in site.articles]


def _row(site: Site, post: Post, urls: dict[str, str]) -> dict[str, Any]:
    return {
        "site": site.host,
        "url": post.url,
        "aliases": [f"http://{site.host}{path}" for path in post.aliases],
        "title": post.title,
        "text": [block.plain for block in post.shown],
        "language": post.language,
        "published_at": post.at.astimezone(UTC).isoformat() if post.at else None,
        "published_day": _iso(post.day),
        "page_states": post.states,
        "authors": list(post.authors),
        "events": [_event(event) for event in post.events],
        "cluster": site.cluster,
        "about": post.is_about,
        "translation_of": urls.get(post.translation_of),
        "copy_of": urls.get(post.copy_of),
        "is_cut": len(post.shown) < len(post.text),
        "held": crc32(post.key.encode()) % _HELD == 0,
    }


def _event(event: Event) -> dict[str, Any]:
    return {
        "start": _iso(event.start),
        "end": _iso(event.end),
        "place": event.place,
        "online": event.is_online,
    }


def _iso(at: date | datetime | None) -> str | None:
    return at.isoformat() if at else None


def render(root: Path) -> str:
    """The whole of `expected.json`."""
    sites = load(root)
    rows = [row for site in sites for row in expected(site, sites)]
    return json.dumps(rows, ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    target = samples_root() / "expected.json"
    target.write_text(render(samples_root()), "utf-8")
