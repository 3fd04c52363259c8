"""One cheap question in place of lists that know no 'not modified': WordPress's API, and its sitemaps.

Its feed does, but by the newest change of any post: one published with an older stamp, as imports and
schedules make them, leaves it still. So the API is asked for one post, the last changed, and says
how many there are. An index of sitemaps that states nothing of its children is not asked where one of
them alone names articles. Knows nothing of fetching. Start reading at `polls_of`.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from aggregator.items import Candidate, Page, Validator, Way
from aggregator.text import hash64
from spiders.entrance import Entrance

# Clocks differ, and an editor saves twice: what changed a day before the last visit is listed again.
_MARGIN = timedelta(days=1)
_TOTAL = "x-wp-total"
_NAMES = "names "
# Sitemaps are cut at 200, 1,000, 2,000 or 50,000 addresses.
_FULL = 100


def polls_of(entrance: Entrance, validators: Iterable[Validator]) -> tuple[str, ...]:
    """The questions that stand for the lists of the way in, where their last answers are known."""
    known = {v.url: v.stamp for v in validators if v.stamp}
    if entrance.way is Way.WORDPRESS:
        return tuple(url for url in map(poll_of, entrance.urls) if url in known)
    children = tuple(url for url, stamp in known.items() if stamp.startswith(_NAMES))
    return children if entrance.way is Way.SITEMAP and len(children) == len(entrance.urls) == 1 else ()


def mark_of_child(candidates: Sequence[Candidate]) -> str | None:
    """What moves whenever a sitemap does of which its index states nothing: what it names.

    None for one that may be full, as programs count: what is new then stands in the next.
    """
    names = hash64(
        "\n".join(sorted(f"{candidate.url} {candidate.modified or ''}" for candidate in candidates))
    )
    return f"{_NAMES}{len(candidates)} {names}" if len(candidates) % _FULL else None


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
