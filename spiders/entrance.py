"""What a visit goes by: its depth, its ways in, and what two lists say of one article.

Pure values, without state. Start reading at `Entrance`.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from aggregator.items import Candidate, SourceMemory, Way
from aggregator.urls import canonical_url


@dataclass(frozen=True, slots=True)
class Depth:
    """How far back a visit goes: the newest `articles`, none older than `since`, None = no bound."""

    articles: int | None
    since: date | None


@dataclass(frozen=True, slots=True)
class Entrance:
    """One way in with its addresses, all of them read; Entrances are tried one after the other."""

    way: Way
    urls: tuple[str, ...]


def depth_of(
    memory: SourceMemory, *, articles: int | None, days: int | None, since: date | None, now: datetime
) -> Depth:
    """The depth of a visit: a backfill's own date, else the first visit's bounds; later visits have none.

    Later visits need none: what the first passed over is known, all else is new. One that reads
    whole does so to the first one's depth.
    """
    if since is not None:
        return Depth(None, since)
    if not memory.is_first_visit and not memory.is_whole:
        return Depth(None, None)
    return Depth(articles, (now - timedelta(days=days)).date() if days else None)


def entrance_of(way: Way, found: tuple[tuple[Way, str], ...]) -> Entrance:
    """The addresses of that way among those found, in order."""
    return Entrance(way, tuple(url for each, url in found if each is way))


def richer(one: Candidate, other: Candidate) -> Candidate:
    """The first one named, with what only the other says."""
    if other.is_full_text and not one.is_full_text:
        one, other = other, one
    names = ("title", "published", "modified", "summary", "content", "language", "image", "guid")
    missing = {name: getattr(other, name) for name in names if getattr(one, name) is None}
    return replace(
        one,
        **missing,
        authors=one.authors or other.authors,
        tags=one.tags or other.tags,
        translations=one.translations or other.translations,
    )


def key_of(url: str) -> str:
    """The canonical URL; empty for what is no address."""
    try:
        return canonical_url(url)
    except ValueError:
        return ""
