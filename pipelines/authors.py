"""Who wrote an article, as its readers would name them: people, desks and agencies.

Knows nothing of pages; works on the texts that were found. Start reading at `choose_authors`.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from aggregator.items import Evidence, Found, Source
from aggregator.text import fold
from pipelines.evidence import evidence
from pipelines.names import is_agency, is_desk, read_account, read_names
from pipelines.titles import is_site_name

_MOST_AUTHORS = 12
_FIELDS = ("jsonld:", "meta:")
_HOST = re.compile(r"\w\.\w{2,}$")
_DATELINE = "page:dateline"
_CARD = "meta:twitter:"
# How far a place is believed. Fields for machines and social cards name the account that posted an
# article, where a byline by its title names who wrote it.
_OPERATOR, _BYLINE, _FIELD, _FAR, _LAST = range(5)


@dataclass(frozen=True, slots=True)
class _Place:
    """What one place says: the names of others than the site, and those that are the site's own."""

    told: tuple[Found, ...]
    rank: int
    names: tuple[str, ...]
    own: tuple[str, ...]

    @property
    def keys(self) -> set[str]:
        """The names as comparisons see them."""
        return {fold(name) for name in self.names}


def choose_authors(
    found: tuple[Found, ...], source: Source, url: str, site: tuple[Found, ...] = ()
) -> tuple[tuple[str, ...], Evidence]:
    """The names of the best place that gives any, and the evidence; often there are none.

    The site's own name counts only where nobody else is named, for a page that calls itself its author
    says who signs it; an account only where a byline shows it.
    """
    places = _places(found, source, url, site)
    best = _best([place for place in places if place.names])
    if best:
        return best.names, _told(best, found, "first place with names")
    for place in places:
        if place.own:
            return place.own, _told(place, found, "the site signs")
    for place in places:
        account = read_account(_text(place.told)) if place.rank == _BYLINE else ""
        if account:
            return (account,), _told(place, found, "an account signs")
    return (), evidence("authors", None, found, "no name among these" if found else "")


def _told(place: _Place, found: tuple[Found, ...], why: str) -> Evidence:
    rest = tuple(item for item in found if item.where != place.told[0].where)
    return evidence("authors", place.told[0], rest, why)


def _best(places: list[_Place]) -> _Place | None:
    """The first place, rather a person's than a desk's; of bylines rather one that a field agrees with.

    That field counts itself where all that it names besides stand in places of the page too.
    """
    by_people = [place for place in places if not all(map(is_desk, place.names))]
    first = (by_people or places)[:1]
    if not first or (places[0].rank == _BYLINE != first[0].rank):
        return places[0] if places else None
    shown = {key for place in places if place.rank in (_BYLINE, _FAR) for key in place.keys}
    for byline in by_people:
        for field in by_people:
            if byline.rank == _BYLINE and field.rank == _FIELD and byline.keys & field.keys:
                return field if byline.keys < field.keys <= shown else byline
    return first[0]


def _places(found: tuple[Found, ...], source: Source, url: str, site: tuple[Found, ...]) -> list[_Place]:
    """What each place says, the most believed first."""
    sites = {fold(item.value) for item in site if not _HOST.search(item.value)}
    by_place: dict[str, list[Found]] = {}
    for item in found:
        by_place.setdefault(item.where, []).append(item)
    places: list[_Place] = []
    for where, told in by_place.items():
        texts = [_text(told)] if where.startswith("page:") else [item.value for item in told]
        names = [name for text in texts for name in _names(text, where, sites)]
        own = [name for name in names if fold(name) in sites or is_site_name(name, source, url)]
        own = [name for name in own if not is_agency(name)]
        others = _unique(name for name in names if name not in own)
        places.append(_Place(tuple(told), _rank(where), others, _unique(own)))
    return sorted(places, key=lambda place: place.rank)


def _names(text: str, where: str, sites: set[str]) -> tuple[str, ...]:
    if fold(text) in sites:  # `Rossi & Bianchi` is one, where it is the site's name
        return (text,)
    names = read_names(text, where.startswith(_FIELDS))
    return tuple(filter(is_agency, names)) if where.startswith(_DATELINE) else names


def _rank(where: str) -> int:
    if where.startswith(("operator:", "selector:")):
        return _OPERATOR
    if where.startswith("page:"):
        return _FAR if where.endswith(" (far)") else _BYLINE
    return _LAST if where.startswith(_CARD) else _FIELD


def _text(told: Iterable[Found]) -> str:
    """The parts of a byline as one text: what one of them is, another may say."""
    return " | ".join(item.value for item in told)


def _unique(names: Iterable[str]) -> tuple[str, ...]:
    """The names once each, whatever their case and accents."""
    seen: dict[str, str] = {}
    for name in names:
        seen.setdefault(fold(name), name)
    return tuple(seen.values())[:_MOST_AUTHORS]
