"""What a site's pages claim of its ways in, and the well-known places where they claim nothing.

Knows no page. Start reading at `GUESSES`.
"""

from dataclasses import dataclass

from aggregator.items import Way

# Tried one by one where a page states nothing: (way, path from the root of the site).
_PLACES = (
    "wordpress:/wp-json/wp/v2/posts feed:/feed/ feed:/rss.xml feed:/feed.xml feed:/atom.xml feed:/index.xml "
    "feed:/rss feed:/RSS feed:/feed.json sitemap:/sitemap.xml sitemap:/sitemap_index.xml "
    "sitemap:/wp-sitemap.xml sitemap:/sitemap.xml.gz sitemap:/news-sitemap.xml sitemap:/sitemap-news.xml"
)


def places(text: str) -> tuple[tuple[Way, str], ...]:
    """Ways and paths from words such as `feed:/rss.xml`."""
    pairs = (place.split(":", 1) for place in text.split())
    return tuple((Way(way), path) for way, path in pairs)


GUESSES = places(_PLACES)


@dataclass(frozen=True, slots=True)
class WayFound:
    """A way in that a page states or shows the marks of, its address, and why it is believed."""

    way: Way
    url: str
    why: str
