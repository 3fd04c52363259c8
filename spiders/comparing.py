"""A visit that finds a site's ways in: reads them side by side, and keeps the best.

What one way names and another does not is taken in as well. Knows nothing of Scrapy or the store.
Start reading at `Comparing.choose`.
"""

from dataclasses import dataclass, field
from urllib.parse import urljoin

from aggregator.items import Candidate, Page, Way
from spiders.claim import GUESSES, WayFound
from spiders.entrance import Entrance, entrance_of, key_of
from spiders.offer import Offer, cheapest, offers_of, samples, union
from spiders.visit import Visit

# A trial reads so many pages of one list, so many lists in all, and so many articles to prove them:
# with the home page and robots.txt some 30 requests, half a minute at the usual pace.
TRIAL_PAGES, TRIAL_LISTS, TRIAL_SAMPLES = 3, 20, 8


@dataclass(slots=True)
class Comparing(Visit):
    """A first visit of `auto`. Mutable, as every visit.

    Shapes: `claims` are all that the site's pages say of its ways in; `offered` has the keys
        that each way named, in its order; `unread` are ways of which pages were left over;
        `section` is the page of news that may state the feed that the home page does not.
    """

    claims: list[WayFound] = field(default_factory=list)
    offered: dict[Entrance, dict[str, None]] = field(default_factory=dict)
    guesses: set[Entrance] = field(default_factory=set)
    unread: set[Way] = field(default_factory=set)
    section: Entrance | None = None

    def note_home(self, page: Page, found: tuple[WayFound, ...], *, is_home: bool) -> None:
        """Keeps the home page, which may be a list itself, and what is claimed."""
        Visit.note_home(self, page, found, is_home=is_home)
        self.claims += found

    def plan(self, found: tuple[tuple[Way, str], ...], *, is_home: bool) -> None:
        """Lines up all ways in that are stated, then the well-known places of those that are not."""
        ways = {way for way, _ in found}
        if not is_home:
            # Of a section only its feed is news; robots.txt names sitemaps alone.
            wanted = {Way.FEED} if Way.LISTING in ways else ways
            self.entrances.extendleft(entrance_of(way, found) for way in sorted(ways & wanted))
            return
        self.entrances.extend(entrance_of(way, found) for way in (Way.WORDPRESS, Way.FEED) if way in ways)
        self.section = self._section(found)
        self.entrances.extend([self.section] if self.section else [])
        self.entrances.append(Entrance(Way.AUTO, (urljoin(self.source.url, "/robots.txt"),)))
        self.entrances.extend(entrance_of(way, found) for way in (Way.SITEMAP, Way.LISTING) if way in ways)
        guesses = [Entrance(way, (urljoin(self.source.url, path),)) for way, path in GUESSES]
        self.guesses.update(guesses)
        self.entrances.extend(guesses)

    def next_entrance(self) -> Entrance | None:
        """Goes on to the next way in that was not read yet; guesses only where nothing was stated."""
        while (entrance := Visit.next_entrance(self)) is not None and self._is_needless(entrance):
            pass
        return entrance

    def begin_covering(self) -> bool:
        """Never: the ways are compared anyway."""
        return False

    @property
    def is_enough(self) -> bool:
        """Whether the ways read so far are all that is worth reading."""
        if not self.candidates:
            return False
        way = self.entrance.way if self.entrance else None
        if way is Way.FEED:
            return False  # most carry the latest ten only, and do not say so
        return way is not Way.SITEMAP or any(offer.way is Way.SITEMAP for offer in self.offers())

    def add(self, candidates: tuple[Candidate, ...], chain: str) -> tuple[int, int]:
        """Takes in what a page of a list named, and notes by which way."""
        counts = Visit.add(self, candidates, chain)
        if self.entrance is not None and not self.is_covering:
            offered = self.offered.setdefault(self.entrance, {})
            keys = (key_of(candidate.url) for candidate in candidates)
            offered.update(dict.fromkeys(key for key in keys if key in self.candidates))
        return counts

    def wants_more(self, unknown: int, unnamed: int, named: int) -> bool:
        """Whether the next page of a list is worth asking for."""
        wants = Visit.wants_more(self, unknown, unnamed, named)
        if not wants and unnamed and self.entrance is not None:
            self.unread.add(self.entrance.way)
        return wants

    def offers(self) -> tuple[Offer, ...]:
        """What each way in named that can be an article, best first; addresses that gave nothing left out."""
        named = {
            (entrance.way, tuple(url for url in entrance.urls if self.named.get(url)) or entrance.urls): keys
            for entrance, keys in self.offered.items()
        }
        lists = {key_of(url) for url in self.listed}
        kept = {way: [key for key in keys if key not in lists] for way, keys in named.items()}
        return offers_of(kept, self.candidates, self.unread)

    def choose(self) -> tuple[list[Candidate], list[str]]:
        """What to fetch: the newest that any way named as an article.

        The first way by cost that is not left behind by its site is kept for the next visits.
        """
        offers = self.offers()
        kept = union(offers)
        read = [url for offer in offers for url in offer.urls]
        # What was wrong with addresses that were but tried matters only where nothing worked.
        self.errors = [error for error in self.errors if not offers or any(url in error for url in read)]
        fresh = next((offer for offer in sorted(offers, key=cheapest) if not offer.is_stale), None)
        if fresh is not None:
            self.way = Entrance(fresh.way, fresh.urls)
        dropped = [key for key in self.candidates if key not in kept]
        for key in dropped:
            del self.candidates[key]
        taken, passed = Visit.choose(self)
        return taken, [*passed, *dropped]

    def _is_needless(self, entrance: Entrance) -> bool:
        """Whether it was read already, or is but a guess where the site itself says more."""
        offered = any(each.way is entrance.way and keys for each, keys in self.offered.items())
        is_read = entrance.way is not Way.AUTO and all(url in self.listed for url in entrance.urls)
        has_feed = any(each.way in (Way.WORDPRESS, Way.FEED) and keys for each, keys in self.offered.items())
        return is_read or (entrance in self.guesses and offered) or (entrance == self.section and has_feed)

    def _section(self, found: tuple[tuple[Way, str], ...]) -> Entrance | None:
        """The first page that the home page calls news: Plone states the feed of a folder there alone."""
        lists = entrance_of(Way.LISTING, found).urls
        own = next((url for url in lists if not self.home or url != self.home.url), None)
        return Entrance(Way.AUTO, (own,)) if own else None


@dataclass(slots=True)
class Sampling(Comparing):
    """A trial: a little of every way in is read, and a few articles that each of them names."""

    @property
    def is_enough(self) -> bool:
        """Never: each way is judged."""
        return False

    def wants_more(self, unknown: int, unnamed: int, named: int) -> bool:
        """Whether the next page of a list is worth asking for: only the first few are."""
        wants = Comparing.wants_more(self, unknown, unnamed, named)
        chain = next(reversed(self.named))
        pages = sum(first == chain for first in self.chains.values())
        if wants and (pages >= TRIAL_PAGES or len(self.listed) >= TRIAL_LISTS) and self.entrance is not None:
            self.unread.add(self.entrance.way)
            return False
        return wants

    def choose(self) -> tuple[list[Candidate], list[str]]:
        """A few articles of each way."""
        return [self.candidates[key] for key in samples(self.offers(), TRIAL_SAMPLES)], []


@dataclass(slots=True)
class Survey(Comparing):
    """Lists all that the ways in name, and fetches no article."""

    def choose(self) -> tuple[list[Candidate], list[str]]:
        """Nothing: `offers` has what was named."""
        return [], []
