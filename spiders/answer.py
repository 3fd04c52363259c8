"""What a server answered, and what a list told in full, as Pages.

Knows nothing of visits. Start reading at `page_of`.
"""

import re
from datetime import UTC, datetime

from scrapy.http import Response

from aggregator.items import Candidate, Page
from spiders.robots import RESERVED

_LINK = re.compile(rb"<a\s", re.IGNORECASE)


def page_of(response: Response) -> Page:
    """What the server answered, as a Page; repeated headers are kept in order."""
    names = response.headers.keys()
    headers = tuple(
        (name.decode("latin-1").lower(), value.decode("latin-1"))
        for name in names
        for value in response.headers.getlist(name)
    )
    if response.request and response.request.meta.get(RESERVED):
        headers = (*headers, ("tdm-reservation", "1"))
    first = (
        (response.request.meta.get("redirect_urls") or [response.request.url])[0]
        if response.request
        else response.url
    )
    return Page(response.url, response.body, datetime.now(UTC), response.status, headers, first)


def is_blank(page: Page) -> bool:
    """Whether a page that was had has no link at all: an error page, a broken one, or one of scripts."""
    return page.status < 400 and _LINK.search(page.body) is None


def record_page(candidate: Candidate) -> Page:
    """The Page that stands for a record whose way gave the full text: no page was fetched."""
    return Page(
        candidate.url, b"", datetime.now(UTC), 200, (("content-type", "application/json"),), candidate.url
    )
