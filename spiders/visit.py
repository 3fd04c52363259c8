"""One visit to one Source: what was listed, what is worth fetching, when the visit is over.

Knows nothing of Scrapy or the store; the spider drives it. Start reading at `Visit.choose`.
"""

from collections import Counter, deque
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urljoin

from aggregator.items import Candidate, Source, SourceMemory, Validator, Way
from aggregator.urls import canonical_url, url_hash
from spiders.detect import GUESSES

# Pages of lists, API or sitemaps in one visit: 50,000 URLs of a sitemap index, or the 1,000
# posts of a cluster's first visit in steps of ten, stay well below; an endless calendar does not.
MAX_LISTING_PAGES = 200
# Two full sitemaps (50,000 URLs each by the protocol): some 100 MB of Candidates at double that.
MAX_SITEMAP_URLS = 100_000


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


@dataclass(slots=True)
class Visit:
    """The state of a visit. Mutable: the spider's callbacks move it along.

    Shapes: `way` is the last entrance that was read as a list; `counts` hold found, fetched,
        not_modified, outside, failed, passed_over; `errors` are words for the operator about
        the way in under way, `past_errors` about those given up.
    """

    source: Source
    memory: SourceMemory
    depth: Depth
    is_backfill: bool = False
    entrances: deque[Entrance] = field(default_factory=deque)
    entrance: Entrance | None = None
    way: Entrance | None = None
    candidates: dict[str, Candidate] = field(default_factory=dict)
    listed: set[str] = field(default_factory=set)
    chains: dict[str, str] = field(default_factory=dict)
    named: dict[str, set[str]] = field(default_factory=dict)
    open_listings: int = 0
    open_requests: int = 0
    open_items: int = 0
    is_choosing_done: bool = False
    is_lost: bool = False
    """Nothing more can be saved, and another worker may be at the Source: nothing more is asked."""
    counts: Counter[str] = field(default_factory=Counter)
    errors: list[str] = field(default_factory=list)
    past_errors: list[str] = field(default_factory=list)
    not_before: datetime | None = None
    validators: dict[str, Validator] = field(default_factory=dict)

    @property
    def is_over(self) -> bool:
        """Whether nothing of this visit is under way any more."""
        return self.is_choosing_done and self.open_requests == 0 and self.open_items == 0

    @property
    def is_not_modified(self) -> bool:
        """Whether every list that was asked for answered 304."""
        return not self.candidates and not self.errors and self.counts["not_modified"] > 0

    @property
    def has_failed(self) -> bool:
        """Whether no way in gave anything, not even 'nothing new'."""
        return (
            bool(self.errors or self.past_errors) and not self.candidates and not self.counts["not_modified"]
        )

    def first_entrances(self, wordpress_urls: tuple[str, ...]) -> list[Entrance]:
        """The ways in to begin with: those that are known, else the home page is asked."""
        source, memory = self.source, self.memory
        home = Entrance(Way.AUTO, (source.url,))
        match source.way:
            case Way.FEED if source.feeds:
                return [Entrance(Way.FEED, source.feeds)]
            case Way.LISTING:
                return [Entrance(Way.LISTING, source.listing or (source.url,))]
            case Way.WORDPRESS:
                return [Entrance(Way.WORDPRESS, wordpress_urls)]
            case _ if memory.way is not None and memory.way_urls and source.way in (Way.AUTO, memory.way):
                return [Entrance(memory.way, memory.way_urls), home]
            case _:
                return [home]

    def plan(self, found: tuple[tuple[Way, str], ...], *, is_home: bool) -> None:
        """Lines up the ways in that a page stated, best first; robots.txt is asked before a mere list.

        Where nothing is stated, the well-known places of the wanted way are tried, one by one.
        """
        wanted = self.source.way
        ways = {way for way, _ in found if wanted in (Way.AUTO, way)}
        if not is_home:
            self.entrances.extendleft(_entrance(way, found) for way in sorted(ways))
            return
        strong = [way for way in (Way.WORDPRESS, Way.FEED) if way in ways]
        self.entrances.extend(_entrance(way, found) for way in strong)
        if wanted in (Way.AUTO, Way.SITEMAP):
            # What robots.txt names is meant for programs; a page's own link may lead to one for people.
            self.entrances.append(Entrance(Way.AUTO, (urljoin(self.source.url, "/robots.txt"),)))
        if Way.SITEMAP in ways:
            self.entrances.append(_entrance(Way.SITEMAP, found))
        self.entrances.extend(
            Entrance(way, (urljoin(self.source.url, path),)) for way, path in GUESSES if way is wanted
        )
        if Way.LISTING in ways:
            self.entrances.append(_entrance(Way.LISTING, found))

    def next_entrance(self) -> Entrance | None:
        """Goes on to the next way in; what was wrong with the last one matters only if none works."""
        self.past_errors += self.errors
        self.errors = []
        self.entrance = self.entrances.popleft() if self.entrances else None
        return self.entrance

    def ask_not_before(self, moment: datetime | None) -> None:
        """Notes when the server wants to be asked again, the latest of all it said."""
        if moment is not None:
            self.not_before = max(moment, self.not_before or moment)

    @property
    def trouble(self) -> str | None:
        """What was wrong, in words: with the way in that was used, or with all that were tried."""
        words = self.past_errors + self.errors if self.has_failed else self.errors
        return "; ".join(dict.fromkeys(words))[:1000] or None

    def add(self, candidates: tuple[Candidate, ...], chain: str) -> int:
        """Takes in what a list named; gives back how many neither the past nor this list knew.

        Another list may have named them first: the same posts under `?lang=`, a second feed.
        """
        fresh = 0
        named = self.named.setdefault(chain, set())
        for candidate in candidates:
            key = _key(candidate.url)
            if not key:
                continue
            fresh += not self._is_known(key) and key not in named
            named.add(key)
            seen = self.candidates.get(key)
            self.candidates[key] = candidate if seen is None else _richer(seen, candidate)
        return fresh

    def _is_known(self, key: str) -> bool:
        """Whether the past decided upon it; of what was withdrawn only hashes are kept."""
        withdrawn = self.memory.withdrawn
        return key in self.memory.known or (bool(withdrawn) and url_hash(key) in withdrawn)

    def wants_more(self, fresh: int) -> bool:
        """Whether the next page of a list is worth asking for, when the last gave `fresh` new URLs.

        On later visits a page of known articles ends the paging; on a first one the depth does.
        """
        if len(self.listed) >= MAX_LISTING_PAGES:
            return False
        if self.entrance is not None and self.entrance.way is Way.SITEMAP:
            return len(self.candidates) < MAX_SITEMAP_URLS
        if fresh == 0 and not self.is_backfill:
            return False
        return self.depth.articles is None or len(self.candidates) < self.depth.articles

    def choose(self) -> tuple[list[Candidate], list[str]]:
        """What to fetch, newest first, and the canonical URLs that are passed over for good.

        Passing over is what keeps a second visit from fetching what the first left behind.
        """
        ordered = sorted(
            self.candidates.items(), key=lambda pair: _stated_day(pair[1]) or date.max, reverse=True
        )
        taken: list[Candidate] = []
        passed: list[str] = []
        for rank, (key, candidate) in enumerate(ordered):
            if self._is_known(key):
                continue
            if self._is_too_deep(rank, candidate):
                passed.append(key)
            else:
                taken.append(candidate)
        self.counts["found"] += len(taken)
        self.counts["passed_over"] += len(passed)
        return taken, passed

    def _is_too_deep(self, rank: int, candidate: Candidate) -> bool:
        day = _stated_day(candidate)
        if self.depth.since and day and day < self.depth.since:
            return True
        bounded = self.memory.is_first_visit and self.depth.articles is not None
        return bounded and rank >= (self.depth.articles or 0)


def depth_of(
    memory: SourceMemory, *, articles: int | None, days: int | None, since: date | None, now: datetime
) -> Depth:
    """The depth of a visit: a backfill's own date, else the first visit's bounds; later visits have none.

    Later visits need none: what the first passed over is known, all else is new.
    """
    if since is not None:
        return Depth(None, since)
    if not memory.is_first_visit:
        return Depth(None, None)
    return Depth(articles, (now - timedelta(days=days)).date() if days else None)


def _entrance(way: Way, found: tuple[tuple[Way, str], ...]) -> Entrance:
    return Entrance(way, tuple(url for each, url in found if each is way))


def _key(url: str) -> str:
    try:
        return canonical_url(url)
    except ValueError:
        return ""


def _richer(one: Candidate, other: Candidate) -> Candidate:
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


def _stated_day(candidate: Candidate) -> date | None:
    """The day of a machine-written date, None for any other: words are not read here."""
    for text in (candidate.published, candidate.modified):
        if not text:
            continue
        try:
            return datetime.fromisoformat(text.strip()).date()
        except ValueError:
            pass
        try:
            return parsedate_to_datetime(text.strip()).astimezone(UTC).date()
        except (ValueError, OverflowError):
            pass
    return None
