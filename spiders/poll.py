"""One cheap question in place of a list that cannot be asked whether it has changed.

WordPress's API knows no 'not modified', its feed does, and moves with every post. Knows nothing
of fetching. Start reading at `poll_of`.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from aggregator.items import Candidate, Validator, Way
from spiders.again import stated_at

# Clocks differ, and an editor saves twice: what changed a day before the last visit is listed again.
_MARGIN = timedelta(days=1)


def poll_of(way: Way, urls: tuple[str, ...]) -> str | None:
    """The feed that moves whenever these lists do; None where the way can be asked itself."""
    if way is not Way.WORDPRESS or not urls:
        return None
    parts = urlsplit(urls[0])
    if "rest_route=" in parts.query:
        return urlunsplit((parts.scheme, parts.netloc, parts.path, "feed=rss2", ""))
    root, mark, _ = parts.path.partition("/wp-json/")
    return urlunsplit((parts.scheme, parts.netloc, f"{root}/feed/", "", "")) if mark else None


def narrow(url: str, since: datetime) -> str:
    """The same list of the API with what changed since then alone; older programs ignore the wish.

    Source: developer.wordpress.org/rest-api, `modified_after`, since WordPress 5.7.
    """
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    query["modified_after"] = (since - _MARGIN).strftime("%Y-%m-%dT%H:%M:%S")
    return urlunsplit(parts._replace(query=urlencode(query, safe="/,:.")))


def first_validator(poll: str, candidates: Iterable[Candidate]) -> Validator | None:
    """What to ask a feed with that was never read: the time of the newest change that the API told."""
    stamps = (stated_at(candidate.modified or candidate.published, "UTC") for candidate in candidates)
    newest = max((stamp for stamp in stamps if stamp), default=None)
    return Validator(poll, None, format_datetime(newest.astimezone(UTC), usegmt=True)) if newest else None
