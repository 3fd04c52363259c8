"""One visit to one Source: what was listed, what is worth fetching, when the visit is over.

Knows nothing of Scrapy or the store; the spider drives it. Start reading at `Visit.choose`.
"""

from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from urllib.parse import urljoin

from aggregator.check import Check
from aggregator.items import Candidate, Page, Source, SourceMemory, Validator, Way
from spiders.again import choose_again, stated_day
from spiders.claim import GUESSES, WayFound
from spiders.entrance import Depth, Entrance, entrance_of, key_of, richer
from spiders.freshness import fresh_for
from spiders.known import Known
from spiders.learnt import REBUILT, is_rebuilt, is_untrue, learnt
from spiders.poll import mark_of, poll_of, polls_of
from spiders.reading import Listing

# Pages of lists, API or sitemaps in one visit: 50,000 URLs of a sitemap index, or the 1,000
# posts of a cluster's first visit in steps of ten, stay well below; an endless calendar does not.
MAX_LISTING_PAGES = 200
# Pages fetched in a later visit: a site brings no such number of new articles between two visits, a
# calendar of empty days does. What is beyond comes with the next visits.
MAX_ARTICLES = 2_000
# Pages of each other way in that is compared, and how many ways: enough for the window of a first visit.
_COVER_PAGES, _COVER_WAYS = 10, 3
# Two full sitemaps (50,000 URLs each by the protocol): some 100 MB of Candidates at double that.
MAX_SITEMAP_URLS = 100_000


@dataclass(slots=True)
class Visit:
    """The state of a visit. Mutable: the spider's callbacks move it along.

    Shapes: `way` is the last entrance that was read as a list; `counts` hold found, fetched,
        not_modified, outside, failed, passed_over, checked, missed; `errors` are words for the
        operator about the way in under way, `past_errors` about those given up; `others` are what
        the ways in that are only compared name; `checks` the known pages asked for again, by
        address, and `unchanged` those that have not changed; `failed` could not be had.
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
    repeated: Counter[str] = field(default_factory=Counter)
    stated: set[str] = field(default_factory=set)
    named: dict[str, set[str]] = field(default_factory=dict)
    open_listings: int = 0
    open_requests: int = 0
    open_items: int = 0
    is_choosing_done: bool = False
    is_lost: bool = False
    """Nothing more can be saved, and another worker may be at the Source: nothing more is asked."""
    has_bug: bool = False
    """Something here went wrong by a fault of this program."""
    counts: Counter[str] = field(default_factory=Counter)
    errors: list[str] = field(default_factory=list)
    past_errors: list[str] = field(default_factory=list)
    not_before: datetime | None = None
    ttl: timedelta = timedelta()
    pace: float | None = None
    """Seconds between requests, where the host's complaints have raised them."""
    validators: dict[str, Validator] = field(default_factory=dict)
    stamps: dict[str, str] = field(default_factory=dict)
    others: dict[str, Candidate] = field(default_factory=dict)
    narrowed: Entrance | None = None
    """The way in as it is, where only what changed was listed."""
    is_covering: bool = False
    is_stale: bool = False
    """The server called a list by the tag it had, and the list was another one."""
    checks: dict[str, Check] = field(default_factory=dict)
    unchanged: list[Check] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    home: Page | None = None
    at_hand: dict[str, Page] = field(default_factory=dict)
    known: Known = field(init=False)

    def __post_init__(self) -> None:
        """Knows what is remembered."""
        self.known = Known(self.memory)

    @property
    def is_over(self) -> bool:
        """Whether nothing of this visit is under way any more."""
        return self.is_choosing_done and self.open_requests == 0 and self.open_items == 0

    @property
    def is_not_modified(self) -> bool:
        """Whether every list that was asked for answered 304."""
        is_still = not self.candidates and not self.checks and not self.others
        return is_still and not self.errors and self.counts["not_modified"] > 0

    @property
    def reads_on(self) -> bool:
        """Whether lists are read beyond the first page of known articles."""
        return self.memory.is_first_visit or self.memory.is_whole or self.is_backfill

    @property
    def asks_conditionally(self) -> bool:
        """Whether 'not modified' would be believed."""
        return not (self.is_backfill or self.memory.is_whole or self.memory.is_stale)

    @property
    def has_failed(self) -> bool:
        """Whether no way in gave anything, not even 'nothing new', or the program itself is at fault."""
        is_empty = not self.candidates and not self.counts["not_modified"]
        return self.has_bug or (bool(self.errors or self.past_errors) and is_empty)

    def next_poll(self, entrance: Entrance) -> str | None:
        """The next cheap question to ask before a way in, if its answer then is known; each once."""
        url = next((url for url in self._polls(entrance)), None)
        self.listed |= {url} if url else set()
        return url

    def has_polls(self, entrance: Entrance) -> bool:
        """Whether a question is left."""
        return any(self._polls(entrance))

    def _polls(self, entrance: Entrance) -> Iterator[str]:
        if not self.reads_on and not self.is_covering:
            yield from (url for url in polls_of(entrance, self.memory.validators) if url not in self.listed)

    def first_entrances(self, wordpress_urls: tuple[str, ...]) -> list[Entrance]:
        """The ways in to begin with: those that are known, else the home page is asked."""
        source, memory = self.source, self.memory
        home = Entrance(Way.AUTO, (source.url,))
        if memory.way is Way.WORDPRESS is source.way and memory.way_urls and not self.reads_on:
            # Those of its lists that named anything: not every site knows each language apart.
            return [Entrance(Way.WORDPRESS, memory.way_urls), Entrance(Way.WORDPRESS, wordpress_urls)]
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
            self.entrances.extendleft(entrance_of(way, found) for way in sorted(ways))
            return
        strong = [way for way in (Way.WORDPRESS, Way.FEED) if way in ways]
        self.entrances.extend(entrance_of(way, found) for way in strong)
        if wanted in (Way.AUTO, Way.SITEMAP):
            # What robots.txt names is meant for programs; a page's own link may lead to one for people.
            self.entrances.append(Entrance(Way.AUTO, (urljoin(self.source.url, "/robots.txt"),)))
        if Way.SITEMAP in ways:
            self.entrances.append(entrance_of(Way.SITEMAP, found))
        self.entrances.extend(
            Entrance(way, (urljoin(self.source.url, path),)) for way, path in GUESSES if way is wanted
        )
        if Way.LISTING in ways:
            self.entrances.append(entrance_of(Way.LISTING, found))

    def note_home(self, page: Page, found: tuple[WayFound, ...], *, is_home: bool) -> None:
        """Keeps what is stated, and the page: where it is read as a list, it is at hand already."""
        self.stated |= {way.url for way in found}
        self.at_hand[page.url] = page
        self.home = page if is_home else self.home

    @property
    def is_enough(self) -> bool:
        """Whether no further way in is worth reading."""
        return bool(self.candidates or self.counts["not_modified"])

    def next_entrance(self) -> Entrance | None:
        """Goes on to the next way in; what was wrong with the last one matters only if none works."""
        if not self.is_covering:
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

    def add(self, candidates: tuple[Candidate, ...], chain: str) -> tuple[int, int]:
        """Takes in what a page of a list named; how many of it are unknown, how many new to this list.

        Another list may have named them first: the same posts under `?lang=`, a second feed.
        """
        unknown = unnamed = 0
        named = self.named.setdefault(chain, set())
        kept = self.others if self.is_covering else self.candidates
        for candidate in candidates:
            key = key_of(candidate.url)
            if not key:
                continue
            unknown += not self.known.holds(key)
            unnamed += key not in named
            named.add(key)
            seen = kept.get(key)
            kept[key] = candidate if seen is None else richer(seen, candidate)
        return unknown, unnamed

    def note_answer(self, asked: str, page: Page, read: Listing) -> None:
        """Keeps what to ask a list with next time, and whether its server told the truth this time.

        An index is asked so only if it states when its children changed, to the minute: else it
        stands still while they move.
        """
        if self.is_covering:
            return
        self.ttl = max(self.ttl, fresh_for(page))
        if self.reads_on and asked in self.chains and (mark := mark_of(page, read.candidates)):
            self._note_mark(self.chains[asked], mark)
        is_head = self.chains.get(asked) == asked
        is_child = not is_head and self.entrance is not None and self.entrance.way is Way.SITEMAP
        new = learnt(asked, page, read, self.stamps, is_head=is_head, is_child=is_child)
        old = self.memory.validator(asked)
        self.stamps |= {url: stated for url, stated in read.stamps if "T" in stated}
        is_blind = any(url not in self.stamps for url in read.more) and not read.candidates
        if is_blind or new is None:
            return
        self.is_stale = self.is_stale or is_untrue(old, new)
        if is_rebuilt(old, read):
            self.errors.append(f"{asked} {REBUILT}: learnt anew, {len(read.candidates)} articles")
        self.validators[asked] = new

    def _note_mark(self, chain: str, mark: str) -> None:
        """Keeps the newest change that any page of the list told, to know the list by."""
        poll = poll_of(chain)
        known = self.validators.get(poll)
        if known is None or (known.stamp or "").partition(" ")[2] < mark.partition(" ")[2]:
            self.validators[poll] = Validator(poll, stamp=mark)

    def moved(self, read: Listing) -> tuple[str, ...]:
        """The further addresses of a list, without children that an index calls unchanged."""
        if not self.asks_conditionally or self.is_covering:
            return read.more
        known = {v.url: v.stamp for v in self.memory.validators if v.stamp}
        return tuple(url for url in read.more if known.get(url, "") != self.stamps.get(url))

    def wants_more(self, unknown: int, unnamed: int, named: int) -> bool:
        """Whether the next page of a list is worth asking for, by what this one named.

        A later visit stops where most of a page is known; a first one and one that reads whole
        where the depth ends; every one at a page that only repeats.
        """
        if len(self.listed) >= MAX_LISTING_PAGES:
            return False
        if self.entrance is not None and self.entrance.way is Way.SITEMAP:
            return len(self.candidates) + len(self.others) < MAX_SITEMAP_URLS
        if unnamed == 0:
            return False
        if self.is_covering and not self.is_backfill:
            return len(self.named[next(reversed(self.named))]) < _COVER_PAGES * max(named, 1)
        if not self.reads_on:
            return unknown * 2 > named
        return self.depth.articles is None or len(self.candidates) < self.depth.articles

    def asks_once_more(self, asked: str) -> bool:
        """Whether what answered nonsense is asked again: no list that was but tried; a list's pages twice."""
        chain, is_read = self.chains.get(asked), bool(self.candidates) or self.memory.way is not None
        is_proven = is_read or asked in self.stated or chain != asked
        if not is_proven or self.repeated[asked] > (chain not in (None, asked)) or self.is_covering:
            return False
        self.repeated[asked] += 1
        return True

    def begin_covering(self) -> bool:
        """Whether the site's other ways in are to be compared now, where they have not been yet."""
        is_due = (self.memory.is_coverage_due or self.is_backfill) and not self.is_covering
        if not is_due or self.way is None or not self.candidates:
            return False
        self.is_covering = True
        self.entrances.clear()
        self.entrance = Entrance(Way.AUTO, (self.source.url,))
        return True

    def way_to_keep(self) -> Entrance | None:
        """The way in for the next visits: of WordPress's lists those that named what no other did."""
        kept = self.narrowed or self.way
        if kept is None or self.narrowed or kept.way is not Way.WORDPRESS:
            return kept
        named: set[str] = set()
        urls: list[str] = []
        for url in kept.urls:
            here = self.named.get(url, set())
            if not urls or here - named:
                urls.append(url)
            named |= here
        return Entrance(kept.way, tuple(urls))

    def plan_covering(self, found: tuple[tuple[Way, str], ...]) -> None:
        """Lines up the ways in that are compared: those of programs, without the one that is used."""
        used = self.way.way if self.way else Way.AUTO
        told = [*((Way.FEED, url) for url in self.source.feeds), *found]
        for way in (Way.WORDPRESS, Way.FEED, Way.SITEMAP):
            entrance = entrance_of(way, tuple(dict.fromkeys(told)))
            urls = tuple(url for url in entrance.urls if url not in self.listed)
            if way is not used and urls:
                self.entrances.append(Entrance(way, urls[:_COVER_WAYS]))

    def finish_lists(self) -> None:
        """Adds to what was listed what only the compared ways name, inside the depth of a first visit."""
        since = self.depth.since
        for key, candidate in self.others.items():
            day = stated_day(candidate)
            is_inside = day is not None and (since is None or day >= since)
            # A sitemap also lists what is no article; without a date nothing says how old it is.
            is_inside = is_inside or (day is None and candidate.way is not Way.SITEMAP)
            if key in self.candidates or self.known.holds(key) or not is_inside:
                continue
            self.candidates[key] = candidate
            self.counts["missed"] += not self.is_backfill

    def choose(self) -> tuple[list[Candidate], list[str]]:
        """What to fetch, newest first, and the canonical URLs that are passed over for good.

        Passing over is what keeps a second visit from fetching what the first left behind.
        """
        ordered = sorted(
            self.candidates.items(), key=lambda pair: stated_day(pair[1]) or date.max, reverse=True
        )
        taken, passed = list[Candidate](), list[str]()
        for rank, (key, candidate) in enumerate(ordered):
            if not self.known.wants(key):
                continue
            if self._is_too_deep(rank, candidate):
                passed.append(key)
            else:
                taken.append(candidate)
        if not self.memory.is_first_visit and not self.is_backfill and len(taken) > MAX_ARTICLES:
            del taken[MAX_ARTICLES:]
            self.errors.append(f"more than {MAX_ARTICLES} new addresses: the rest comes with the next visits")
        self.counts["found"] += len(taken)
        self.counts["passed_over"] += len(passed)
        return taken, passed

    def choose_again(self, now: datetime) -> list[Candidate]:
        """The known pages to ask for again, each once in a visit; none where the site is in trouble."""
        if self.has_failed or self.is_backfill:
            return []
        checks = self.memory.checks if self.source.pages else ()
        again = choose_again(self.candidates, checks, now, self.source.zone)
        self.checks |= {candidate.url: check for candidate, check in again}
        self.counts["checked"] += len(again)
        return [candidate for candidate, _ in again]

    def miss(self, candidate: Candidate, *, is_asked: bool = True) -> None:
        """Notes a page that could not be had: a known one is asked again when it is due next."""
        if is_asked and self.leave_unchanged(candidate.url):
            return
        if candidate.url not in self.checks:
            self.counts["failed"] += 1
            self.failed += [key_of(candidate.url)] * is_asked

    def break_off(self, words: str, candidate: Candidate | None) -> None:
        """Ends the visit as failed for a bug: nothing more is listed, what is under way is still kept."""
        self.has_bug = True
        self.errors.append(words)
        if candidate is not None:
            self.miss(candidate)
        else:
            self.is_choosing_done = True

    def leave_unchanged(self, url: str) -> bool:
        """Notes that a page asked for again says nothing new; False for an address that was not."""
        check = self.checks.get(url)
        if check is not None:
            self.unchanged.append(check)
        return check is not None

    def _is_too_deep(self, rank: int, candidate: Candidate) -> bool:
        if not (self.memory.is_first_visit or self.is_backfill):
            return False  # a late article, or one that was missed
        day = stated_day(candidate)
        if self.depth.since and day and day < self.depth.since:
            return True
        return self.depth.articles is not None and rank >= self.depth.articles
