"""What each way into a site offered, compared: the best of them, and which addresses are articles.

Knows nothing of fetching or of pages. Start reading at `best`.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from aggregator.items import Candidate, Way
from spiders.again import stated_day
from spiders.shape import articles_among

# The order of trust where ways offer as much: an API tells most and costs least, a list page least.
TRUST = (Way.WORDPRESS, Way.FEED, Way.SITEMAP, Way.LISTING)
# A feed may lack the one article that is scheduled, a list page its pinned one.
_AS_MUCH = 0.97
# So many addresses below another one are no accident: parts of one article are two or three.
_FOLDER = 4
# A way whose newest article is so much older than another's has been left behind by its site.
_STALE = timedelta(days=45)


@dataclass(frozen=True, slots=True)
class Offer:
    """What one way in named, all its addresses read together.

    Shapes: `keys` are canonical, in the order of the lists, each once; `newest` and `oldest` are
        stated by the way itself; `is_whole` says that no further page of it was left unread.
    """

    way: Way
    urls: tuple[str, ...]
    keys: tuple[str, ...]
    newest: date | None = None
    oldest: date | None = None
    is_whole: bool = True
    is_stale: bool = False


def offers_of(
    named: Mapping[tuple[Way, tuple[str, ...]], Iterable[str]],
    candidates: Mapping[str, Candidate],
    unread: Collection[Way] = (),
) -> tuple[Offer, ...]:
    """The ways that named anything, best first; of sitemaps only what can be an article.

    Shapes: `named` has the keys by way and addresses; `unread` are ways with pages left over.
    """
    lists = sections(candidates)
    told = [
        (way, urls, tuple(key for key in keys if key not in lists)) for (way, urls), keys in named.items()
    ]
    known = {key for way, _, keys in told if way is not Way.SITEMAP for key in keys}
    offers = []
    for way, urls, keys in told:
        kept = tuple(_of_sitemap(keys, candidates, known)) if way is Way.SITEMAP else keys
        days = [day for key in kept if (day := _published_day(candidates[key]))]
        if kept:
            newest, oldest = (max(days), min(days)) if days else (None, None)
            offers.append(Offer(way, urls, kept, newest, oldest, is_whole=way not in unread))
    latest = max((offer.newest for offer in offers if offer.newest), default=None)
    offers = [replace(offer, is_stale=_is_stale(offer, latest)) for offer in offers]
    return tuple(sorted(offers, key=lambda offer: _rank(offer, offers)))


def sections(keys: Collection[str]) -> set[str]:
    """Those of the addresses that are folders of many others: `/posts` above `/posts/...`."""
    below = Counter(key.partition("?")[0].rpartition("/")[0] for key in keys)
    return {key for key in keys if below[key] >= _FOLDER}


def cheapest(offer: Offer) -> int:
    """The order in which ways are asked for what is new, once all is taken in."""
    return TRUST.index(offer.way)


def best(offers: Sequence[Offer]) -> Offer | None:
    """The way that yields most, among those that do the most trusted; None where none yields anything."""
    return offers[0] if offers else None


def union(offers: Sequence[Offer]) -> frozenset[str]:
    """Every article's key that any way named."""
    return frozenset(key for offer in offers for key in offer.keys)


def samples(offers: Sequence[Offer], count: int) -> tuple[str, ...]:
    """Keys to look at, so that each way is judged: its newest, its oldest, and what it alone names."""
    shares: list[list[str]] = []
    for offer in offers:
        others = union([other for other in offers if other is not offer])
        own = [key for key in offer.keys if key not in others]
        shares.append([*offer.keys[:1], *own[:1], *offer.keys[-1:], *own[-1:], *offer.keys[1:2]])
    mixed = [share[n] for n in range(5) for share in shares if n < len(share)]
    return tuple(dict.fromkeys(mixed))[:count]


def _published_day(candidate: Candidate) -> date | None:
    """Not when it was changed: many sitemaps state the day on which the site was built."""
    return stated_day(replace(candidate, modified=None))


def _of_sitemap(keys: Sequence[str], candidates: Mapping[str, Candidate], known: set[str]) -> list[str]:
    """A sitemap has all of a site's pages; one for news says so itself, by dates of publication."""
    stated = {key for key in keys if candidates[key].published} | known
    kept = {*articles_among(keys, stated), *stated}
    return [key for key in keys if key in kept]


def _is_stale(offer: Offer, latest: date | None) -> bool:
    return latest is not None and offer.newest is not None and latest - offer.newest > _STALE


def _rank(offer: Offer, offers: Sequence[Offer]) -> tuple[bool, bool, int, int]:
    most = max(len(other.keys) for other in offers)
    is_least = len(offer.keys) < most * _AS_MUCH
    return offer.is_stale, is_least, -len(offer.keys) if is_least else 0, TRUST.index(offer.way)
