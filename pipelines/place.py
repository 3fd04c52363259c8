"""Where arriving Articles go: an Entry of their own, a Sighting, or what changed on a known page.

Knows neither pages nor SQL; the identity rules of the archive stand here. Start reading at
`place`; `revisit` is for a page that was seen before, from the network or from its Snapshot.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum, auto

from aggregator.choices import Cause
from aggregator.items import Article, Level, Match
from aggregator.store import Session, articles, revisions, sightings
from aggregator.store.neighbours import KnownPage, Neighbour, Neighbours, find_neighbours, rank
from aggregator.store.sightings import Arrival
from aggregator.text import words
from aggregator.urls import canonical_url
from pipelines.dedupe import decide

# The share of the shorter text's runs of three words. Of different articles one or two in a hundred are
# shared, of a teaser and its article all.
_ALIKE = 0.1
# Fewer words may all be changed in an article that stays the same: a notice with a new date.
_ENOUGH_WORDS = 25

Decide = Callable[[Article, Neighbours], Match]


class Effect(Enum):
    """What saving a page changed: which counter of the run it raises."""

    NEW = auto()
    COPY = auto()
    UPDATED = auto()
    SAME = auto()


@dataclass(frozen=True, slots=True)
class Saved:
    """What a page is to the archive now, what that changed, and the canonical URL it is kept under."""

    match: Match
    effect: Effect
    url: str = ""


@dataclass(frozen=True, slots=True)
class Visit:
    """What all pages of a batch share; `is_again` when today's code reads what is known already.

    Shapes: `cause` is who has changed what an Entry says, if anything has.
    """

    source_id: str
    now: datetime
    is_backfill: bool = False
    decide: Decide = decide
    is_again: bool = False
    cause: Cause = Cause.PUBLISHER


def place(
    session: Session, visit: Visit, arrivals: Sequence[Arrival], keys: Sequence[tuple[str, ...]]
) -> list[Saved]:
    """Stores pages that cannot be each other's copies; what each is, in order.

    Shapes: `keys` are the canonical URLs that each page answers to, that of its own address first.
    """
    found = find_neighbours(session, [arrival.article for arrival in arrivals])
    saved: list[Saved] = []
    new: list[tuple[int, Arrival, Match]] = []
    copies: list[tuple[Arrival, Neighbour]] = []
    for n, (arriving, nearby, own) in enumerate(zip(arrivals, found, keys, strict=True)):
        arrival, hood = _with_true_key(session, arriving, nearby, own)
        match = visit.decide(arrival.article, hood)
        if hood.page is not None:
            effect = revisit(session, visit, hood.page, arrival, hood.by_text)
        elif match.level in (Level.URL, Level.TEXT):
            effect = Effect.COPY
            copies.append((arrival, _entry_of(match, hood)))
        else:
            effect = Effect.NEW
            new.append((n, arrival, match))
        saved.append(Saved(match, effect, arrival.article.canonical_url))
    ids = _store_new(session, visit, [(arrival, match) for _, arrival, match in new])
    _store_copies(session, visit, copies)
    for (n, _, match), entry_id in zip(new, ids, strict=True):
        if match.level is Level.NEW:
            saved[n] = replace(saved[n], match=replace(match, entry_id=entry_id))
    return saved


def revisit(
    session: Session, visit: Visit, page: KnownPage, arrival: Arrival, by_text: Sequence[Neighbour]
) -> Effect:
    """Writes what a known page says now; says what that changed.

    The Entry that was made of it follows its changes; if nobody has seen that Entry yet and
    another has the same text now, they become one. A copy that turns into something else
    becomes an Entry of its own, never a revision of another's, and so does an address that its
    publisher gives to another article.
    """
    is_back = page.is_vanished and arrival.snapshot is not None  # a Snapshot read again proves nothing
    if page.content == arrival.content and not is_back and not visit.is_again:
        return Effect.SAME
    twin = next((entry for entry in by_text if entry.entry_id != page.entry.entry_id), None)
    if _is_another(session, visit, page, arrival):
        arrival = replace(arrival, origin=sightings.turn_over(session, page, visit.now))
        if twin is None:
            _store_new(session, visit, [(arrival, Match(Level.NEW))])
            return Effect.NEW
        _store_copies(session, visit, [(arrival, twin)])
        return Effect.COPY
    if page.is_home and (twin is None or page.entry.is_announced):
        changed = revisions.change(session, page.entry.entry_id, arrival, visit.now, visit.cause)
        sightings.refresh(session, page, arrival, page.entry.entry_id)
        return Effect.UPDATED if changed else Effect.SAME
    is_alike = visit.is_again and not page.is_home and _is_alike(session, page, arrival)
    if not page.is_home and (is_alike or _is_still_a_copy(page, arrival)):
        sightings.refresh(session, page, arrival, page.entry.entry_id)
        return Effect.UPDATED
    if twin is None:
        [entry_id] = articles.insert_entries(session, [arrival], now=visit.now, is_backfill=visit.is_backfill)
        sightings.refresh(session, page, arrival, entry_id)
        return Effect.NEW
    if page.is_home:
        revisions.merge(session, page.entry.entry_id, twin.entry_id)
    sightings.refresh(session, page, arrival, twin.entry_id)
    _choose_homes(session, visit, [(arrival, twin)])
    return Effect.COPY


def _is_still_a_copy(page: KnownPage, arrival: Arrival) -> bool:
    """The text has not changed, or is the Entry's, or it is the Entry's own page at another Source."""
    is_own_page = page.url == page.entry.canonical_url
    return is_own_page or arrival.text_key in (page.text_key, page.entry.text_key)


def _is_another(session: Session, visit: Visit, page: KnownPage, arrival: Arrival) -> bool:
    """Whether an Entry's own page, fetched again, tells of something else altogether.

    A publisher rewrites texts and titles, and seldom both from end to end; the day of publication
    then stays. Only where nothing agrees is it another article at the same address.
    """
    if visit.is_again or arrival.snapshot is None or not (page.is_home and page.entry.is_announced):
        return False
    published = arrival.article.published
    if published is not None and published.day == page.entry.published_day:
        return False
    old, new = set(words(page.title)), set(words(arrival.article.title))
    if len(old & new) * 2 >= min(len(old), len(new)):
        return False
    told = words(arrival.article.text), words(articles.text_of(session, page.entry.entry_id))
    return min(map(len, told)) >= _ENOUGH_WORDS and not _is_alike(session, page, arrival)


def _is_alike(session: Session, page: KnownPage, arrival: Arrival) -> bool:
    """Whether a copy that its publisher left alone shares passages with its Entry, read as it may be.

    Of two pages with one text the one is read again before the other, and each by its site's markup;
    only what turns out to have nothing in common was never a copy.
    """
    told = words(arrival.article.text), words(articles.text_of(session, page.entry.entry_id))
    here, there = (set(zip(w, w[1:], w[2:], strict=False)) for w in told)
    return len(here & there) >= _ALIKE * min(len(here), len(there))


def _with_true_key(
    session: Session, arrival: Arrival, hood: Neighbours, keys: tuple[str, ...]
) -> tuple[Arrival, Neighbours]:
    """The page under its own address where the canonical one it states is another article's.

    Some sites state their home page, or the last article, as canonical on every page; believing
    them would make each article a revision of the one before.
    """
    page, article = hood.page, arrival.article
    if page is None or not keys or keys[0] in (article.canonical_url, *_key(page.link)):
        return arrival, hood
    is_same_text = arrival.text_key != "" and arrival.text_key == page.text_key
    if is_same_text or article.title == page.title:
        return arrival, hood
    arrival = replace(arrival, article=replace(article, canonical_url=keys[0]))
    return arrival, find_neighbours(session, [arrival.article])[0]


def _key(link: str) -> tuple[str, ...]:
    try:
        return (canonical_url(link),)
    except ValueError:
        return ()


def _entry_of(match: Match, hood: Neighbours) -> Neighbour:
    entries = (*(page.entry for page in hood.by_url), *hood.by_text)
    return next(entry for entry in entries if entry.entry_id == match.entry_id)


def _store_new(session: Session, visit: Visit, new: Sequence[tuple[Arrival, Match]]) -> list[int]:
    arrivals = [arrival for arrival, _ in new]
    ids = articles.insert_entries(session, arrivals, now=visit.now, is_backfill=visit.is_backfill)
    sightings.add(session, list(zip(ids, arrivals, strict=True)), visit.now)
    return ids


def _store_copies(session: Session, visit: Visit, copies: Sequence[tuple[Arrival, Neighbour]]) -> None:
    if not copies:
        return
    sightings.add(session, [(entry.entry_id, arrival) for arrival, entry in copies], visit.now)
    revisions.touch(session, sorted({entry.entry_id for _, entry in copies}))
    _choose_homes(session, visit, copies)


def _choose_homes(session: Session, visit: Visit, copies: Sequence[tuple[Arrival, Neighbour]]) -> None:
    """Gives each Entry that nobody has seen the page that was first, whichever came in first."""
    best: dict[int, Arrival] = {}
    for arrival, entry in copies:
        if entry.is_announced or rank(arrival.article) >= entry.rank:
            continue
        other = best.get(entry.entry_id)
        if other is None or rank(arrival.article) < rank(other.article):
            best[entry.entry_id] = arrival
    for entry_id, arrival in best.items():
        revisions.move_home(session, entry_id, arrival, is_backfill=visit.is_backfill)
