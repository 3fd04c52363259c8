"""Which form of a document a request gets, and whether it needs to be sent at all.

Pure functions on header values: knows neither files nor frameworks. Start reading at `is_unchanged`.
"""

from datetime import UTC
from email.utils import formatdate, parsedate_to_datetime
from functools import lru_cache

TWINS: tuple[tuple[str, str], ...] = (("br", ".br"), ("gzip", ".gz"))
"""Codings of which a compressed twin stands beside a file, the smaller first, and their endings."""


def is_unchanged(
    if_none_match: str | None, if_modified_since: str | None, etag: str, modified_at: float
) -> bool:
    """Whether the client has these very bytes: either header alone is enough.

    Units: `modified_at` in seconds since 1970.
    Source: RFC 9110 sections 13.1.2, 13.1.3 and 13.2.2: a date is asked only where there is no tag.
    """
    if if_none_match is not None:
        tags = [tag.strip().removeprefix("W/") for tag in if_none_match.split(",")]
        return etag in tags or tags == ["*"]
    since = read_http_date(if_modified_since) if if_modified_since else None
    return since is not None and int(modified_at) <= since


@lru_cache(maxsize=1024)
def write_http_date(seconds: int) -> str:
    """The instant as HTTP has it: `Sun, 06 Nov 1994 08:49:37 GMT`."""
    return formatdate(seconds, usegmt=True)


@lru_cache(maxsize=1024)
def read_http_date(text: str) -> float | None:
    """Seconds since 1970; None for what is no date. Never raises."""
    try:
        at = parsedate_to_datetime(text)
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


@lru_cache(maxsize=256)  # a handful of readers sends the same few lines over and over
def accepted(accept_encoding: str) -> tuple[tuple[str, str], ...]:
    """The codings of `TWINS` that the client takes, in our order, best of equals first.

    Source: RFC 9110 section 12.5.3; a weight that is no number counts as nothing.
    """
    weights: dict[str, float] = {}
    for part in accept_encoding.lower().split(","):
        coding, _, parameter = part.partition(";")
        name, _, value = parameter.partition("=")
        try:
            weights[coding.strip()] = float(value) if name.strip() == "q" else 1.0
        except ValueError:
            weights[coding.strip()] = 0.0
    wanted = [(weights.get(coding, weights.get("*", 0.0)), (coding, ending)) for coding, ending in TWINS]
    return tuple(twin for weight, twin in sorted(wanted, key=lambda w: -w[0]) if weight > 0)
