"""Site memory: which blocks of a Source's pages are not the article, and taking them out.

Pure: counts in, a Boilerplate out; pieces in, fewer pieces out. Start reading at `learn`.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from enum import Enum
from itertools import islice

from aggregator.extract.junk import HEADINGS
from aggregator.extract.render import Piece
from aggregator.items import Block, Boilerplate
from aggregator.urls import canonical_url

# A block is suspect from its third page on: twice happens to a quotation or a notice that two
# releases share. On large sites it must also stand on one page in two hundred, so that a
# sentence reused now and then over years does not add up.
_MIN_PAGES = 3
_MIN_SHARE = 0.005
# Below this many pages nothing is known of a site: three of four pages may well be one series.
_MIN_SITE = 4
# A place is boilerplate when at least this share of the distinct blocks seen there are suspect. A
# teaser list scores near 1, an article's own paragraphs near 0; a closing paragraph that each
# article carries stands at the paragraphs' own place, and stays.
_PLACE_SHARE = 0.6
# A block on this share of all pages is furniture wherever it stands: nine articles in ten never
# share a paragraph of their own.
_EVERYWHERE = 0.9
_EVERYWHERE_PAGES = 10


@dataclass(slots=True)
class _Seen:
    distinct: int = 0
    suspect: int = 0
    everywhere: set[int] = field(default_factory=set)


_NOTHING = Boilerplate()


def learn(
    counts: Iterable[tuple[int, int, int]],
    pages: int,
    aged: Collection[tuple[int, int]] = (),
    past: Boilerplate = _NOTHING,
) -> Boilerplate:
    """What is boilerplate among (key, place, number of pages) counts over that many pages of a Source.

    Shapes: each (key, place) pair once; the order does not matter. Counts are of blocks before
        any removal, so what was learnt before does not feed back. `aged` pairs have not been seen for
        long: they prove nothing of today's pages, and on the old ones stay what they were in `past`.
    """
    if pages < _MIN_SITE:
        return _NOTHING
    threshold = max(_MIN_PAGES, pages * _MIN_SHARE)
    keys = set(_as_before(aged, past))
    places: dict[int, _Seen] = {}
    for key, place, on_pages in counts:
        if (key, place) in aged:
            continue
        seen = places.setdefault(place, _Seen())
        seen.distinct += 1
        if on_pages >= threshold:
            keys.add(key)
            seen.suspect += 1
        if pages >= _EVERYWHERE_PAGES and on_pages >= _EVERYWHERE * pages:
            seen.everywhere.add(key)
    bad = {place for place, seen in places.items() if seen.suspect >= _PLACE_SHARE * seen.distinct}
    # Furniture at the article's own place is listed by the one hash that says both.
    pairs = {pair_key(key, place) for place, seen in places.items() for key in seen.everywhere}
    return Boilerplate(keys=frozenset(keys | pairs), places=frozenset(bad))


def _as_before(aged: Iterable[tuple[int, int]], past: Boilerplate) -> Iterator[int]:
    """The hashes by which aged blocks go where they went: wherever their place, or where they lead away."""
    for key, place in aged:
        fate = _fate(key, place, past)
        if fate is not _Fate.STAYS:
            yield pair_key(key, place) if fate is _Fate.GOES else key


class _Fate(Enum):
    STAYS = 0
    GOES_IF_LINKED = 1
    GOES = 2


def _fate(key: int, place: int, known: Boilerplate) -> _Fate:
    """What becomes of a block at that place on pages that it does not link to."""
    is_known = key in known.keys
    if (is_known and place in known.places) or pair_key(key, place) in known.keys:
        return _Fate.GOES
    return _Fate.GOES_IF_LINKED if is_known else _Fate.STAYS


def pair_key(key: int, place: int) -> int:
    """One signed 64-bit number for a block at a place, as `learn` lists what stands on nearly all pages."""
    mixed = (key * 0x9E3779B97F4A7C15 ^ place * 0xC2B2AE3D27D4EB4F) & 0xFFFFFFFFFFFFFFFF
    return mixed - (1 << 64) if mixed >> 63 else mixed


def difference(old: Boilerplate, new: Boilerplate) -> Callable[[int, int], bool] | None:
    """Whether a block (its key, its place) may go by the one and stay by the other; None if none may."""
    if old == new:
        return None
    return lambda key, place: _fate(key, place, old) is not _fate(key, place, new)


def differs(blocks: Iterable[Block], old: Boilerplate, new: Boilerplate) -> bool:
    """Whether a page that shows these blocks may read otherwise with the one than with the other."""
    is_other = difference(old, new)
    return is_other is not None and any(is_other(block.key, block.place) for block in blocks)


def blocks_of(pieces: list[Piece]) -> list[Block]:
    """What site memory counts of each piece, in order.

    A linked heading lends its link to the lines of its card: the lead under a teaser's title
    leads where the title leads.
    """
    blocks: list[Block] = []
    heading: Piece | None = None
    for piece in pieces:
        block = piece.block()
        if piece.kind in HEADINGS:
            heading = piece if piece.links and piece.link_density > 0.8 else None
        elif heading is not None and not piece.links and _is_same_card(heading, piece):
            block = replace(block, links=heading.links)
        blocks.append(block)
    return blocks


def _is_same_card(heading: Piece, piece: Piece) -> bool:
    card = heading.owner.getparent()
    if card is not None and card.tag in ("header", "hgroup"):
        card = card.getparent()
    return card is not None and any(a is card for a in islice(piece.owner.iterancestors(), 3))


def is_boilerplate(block: Block, known: Boilerplate, own: frozenset[str]) -> bool:
    """Whether the block is to go from the page whose own canonical URLs are given.

    It goes where its key is known and its place is boilerplate or a link of it leads to another
    page, or where it stands at that place on nearly all pages; never from the page that it links to.
    """
    targets = {t for link in block.links if (t := _canonical(link))}
    if targets & own:
        return False
    fate = _fate(block.key, block.place, known)
    return fate is _Fate.GOES or (fate is _Fate.GOES_IF_LINKED and bool(targets))


def without_boilerplate(
    pieces: list[Piece], blocks: list[Block], known: Boilerplate, addresses: Iterable[str]
) -> list[Piece]:
    """The pieces that stay; all of them where no text would be left."""
    if not known.keys:
        return pieces
    own = frozenset(t for a in addresses if (t := _canonical(a)))
    kept: list[Piece] = []
    has_followers = False
    for piece, block in zip(reversed(pieces), reversed(blocks), strict=True):
        goes = is_boilerplate(block, known, own)
        if piece.kind in HEADINGS and not block.links:
            # 'What happens next' stands in every release, over words of its own: it goes with what it heads.
            goes = goes and not has_followers
            has_followers = False
        else:
            has_followers = not goes
        if not goes:
            kept.append(piece)
    kept.reverse()
    return kept if any(p.text for p in kept) else pieces


def _canonical(url: str) -> str | None:
    try:
        return canonical_url(url)
    except ValueError:
        return None
