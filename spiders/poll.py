"""One cheap question in place of WordPress's list of posts, which knows no 'not modified'.

Its feed does, but by the newest change of any post: one published with an older stamp, as imports and
schedules make them, leaves it still. So the API is asked for one post, the last changed, and says
how many there are. Knows nothing of fetching. Start reading at `poll_of`.
"""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from aggregator.items import Candidate, Page, Way
from spiders.entrance import Entrance

# Clocks differ, and an editor saves twice: what changed a day before the last visit is listed again.
_MARGIN = timedelta(days=1)
_TOTAL = "x-wp-total"


def polls_of(entrance: Entrance) -> tuple[str, ...]:
    """The question for each list of the way in; none where the lists can be asked themselves."""
    return tuple(map(poll_of, entrance.urls)) if entrance.way is Way.WORDPRESS else ()


def poll_of(url: str) -> str:
    """The address that tells in a few hundred bytes whether this list of the API has changed."""
    url = re.sub(r"(?<=[?&])_embed=[^&]*&?", "", url)
    return _with(url, per_page="1", orderby="modified", _fields="id,link,modified,modified_gmt")


def narrow(url: str, since: datetime) -> str:
    """The same list with what changed since then alone; older programs ignore the wish.

    Source: developer.wordpress.org/rest-api, `modified_after`, since WordPress 5.7.
    """
    return _with(url, modified_after=(since - _MARGIN).strftime("%Y-%m-%dT%H:%M:%S"))


def mark_of(page: Page, candidates: Iterable[Candidate]) -> str | None:
    """What moves whenever the list does: how many there are, and the last change; None if it is not told."""
    total = page.header(_TOTAL)
    newest = max((c.modified for c in candidates if c.modified), default=None)
    return f"{total} {newest}" if total and newest else None


def is_grown(mark: str, known: str) -> bool:
    """Whether a post came or went between both marks; else one was changed."""
    return mark.partition(" ")[0] != known.partition(" ")[0]


def _with(url: str, **values: str) -> str:
    parts = urlsplit(url)
    query = {**dict(parse_qsl(parts.query, keep_blank_values=True)), **values}
    return urlunsplit(parts._replace(query=urlencode(query, safe="/,:.")))
