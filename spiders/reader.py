"""Who reads a page of lists: each way's reader, loaded with its parsers when the first list is there.

A visit that is told 'not modified' reads none, and parsers take a third of a second to load. Start
reading at `read_list`.
"""

from aggregator.items import Page, Source, Way
from spiders.claim import WayFound
from spiders.reading import Listing


def read_list(way: Way, page: Page, source: Source) -> Listing:
    """What a list page of that way names. Raises: ParseError."""
    match way:
        case Way.FEED:
            from spiders.feed import read
        case Way.WORDPRESS:
            from spiders.wordpress import read
        case Way.SITEMAP:
            from spiders.sitemap import read
        case _:
            from spiders.listing import read
    return read(page, source)


def read_ways(page: Page, source: Source) -> tuple[WayFound, ...]:
    """The ways in that a home page or a robots.txt offers."""
    from spiders import detect

    return detect.read_ways(page, source)
