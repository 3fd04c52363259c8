"""Which of a site's new addresses is which old article: by path, by title and date, by slug.

Pure: addresses, titles and dates in, pairs out. Start reading at `pair_up`.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from typing import TypeVar
from urllib.parse import urlsplit

from aggregator.items import Candidate
from aggregator.text import fold

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class OldPage:
    """A page of the archive at the address it had. Units: `published_at` is UTC."""

    id: int
    url: str
    title: str
    published_at: datetime | None = None
    published_day: date | None = None


def pair_up(old: Sequence[OldPage], new: Sequence[Candidate]) -> tuple[tuple[OldPage, Candidate], ...]:
    """The pairs of one article's old page and its new address; each stands in one pair at most.

    A key pairs only where it is one page's and one address's alone: what two articles share says
    nothing. The surest key first: the path; title and instant; title and day; the slug; the title.
    """
    pairs: list[tuple[OldPage, Candidate]] = []
    for of_old, of_new in _KEYS:
        taken = {page.id for page, _ in pairs}
        named = {candidate.url for _, candidate in pairs}
        left = _unique([page for page in old if page.id not in taken], of_old)
        right = _unique([one for one in new if one.url not in named], of_new)
        pairs += [
            (page, right[key]) for key, page in left.items() if key in right and _agree(page, right[key])
        ]
    return tuple(pairs)


def _unique(items: Iterable[_T], key_of: Callable[[_T], Hashable | None]) -> dict[Hashable, _T]:
    found: dict[Hashable, list[_T]] = defaultdict(list)
    for item in items:
        key = key_of(item)
        if key is not None:
            found[key].append(item)
    return {key: group[0] for key, group in found.items() if len(group) == 1}


def _agree(page: OldPage, candidate: Candidate) -> bool:
    """Whether nothing speaks against the pair: dates that are both stated are within a day."""
    at = _instant(candidate)
    if at is None or page.published_day is None:
        return True
    return abs((at.date() - page.published_day).days) <= 1


def _path(url: str) -> Hashable | None:
    parts = urlsplit(url)
    path = parts.path.rstrip("/")
    return (path, parts.query) if path or parts.query else None


def _slug(url: str) -> Hashable | None:
    last = urlsplit(url).path.rstrip("/").rpartition("/")[2].partition(".")[0].lower()
    return last if sum(c.isalpha() for c in last) >= 5 else None


def _title(text: str | None) -> str | None:
    return fold(text) or None if text else None


def _with(title: str | None, when: Hashable | None) -> Hashable | None:
    return (title, when) if title and when else None


def _instant(candidate: Candidate) -> datetime | None:
    """When the way says it was published, where it says so for machines and with its zone."""
    for read in _readings(candidate.published or ""):
        return read.astimezone(UTC) if read.tzinfo else read.replace(tzinfo=UTC)
    return None


def _readings(text: str) -> Iterator[datetime]:
    try:
        yield datetime.fromisoformat(text.strip())
    except ValueError:
        try:
            yield parsedate_to_datetime(text)
        except (ValueError, OverflowError, TypeError):
            return


def _minute(at: datetime | None) -> datetime | None:
    return at.replace(second=0, microsecond=0) if at else None


def _utc_day(page: OldPage) -> date | None:
    return page.published_at.date() if page.published_at else page.published_day


def _new_day(candidate: Candidate) -> date | None:
    at = _instant(candidate)
    return at.date() if at else None


_KEYS: tuple[tuple[Callable[[OldPage], Hashable | None], Callable[[Candidate], Hashable | None]], ...] = (
    (lambda page: _path(page.url), lambda one: _path(one.url)),
    (
        lambda page: _with(_title(page.title), _minute(page.published_at)),
        lambda one: _with(_title(one.title), _minute(_instant(one))),
    ),
    (
        lambda page: _with(_title(page.title), _utc_day(page)),
        lambda one: _with(_title(one.title), _new_day(one)),
    ),
    (lambda page: _slug(page.url), lambda one: _slug(one.url)),
    (lambda page: _title(page.title), lambda one: _title(one.title)),
)
