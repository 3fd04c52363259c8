"""Who wrote an article, as its readers would name them: people, desks and agencies.

Knows nothing of pages; works on the texts that were found. Start reading at `choose_authors`.
"""

from collections.abc import Iterable

from aggregator.items import Evidence, Found, Source
from aggregator.text import fold
from pipelines.evidence import evidence
from pipelines.names import is_agency, read_names
from pipelines.titles import is_site_name

_MOST_AUTHORS = 12
_FIELDS = ("jsonld:", "meta:")
_CARD = "meta:twitter:"


def choose_authors(
    found: tuple[Found, ...], source: Source, url: str, site: tuple[Found, ...] = ()
) -> tuple[tuple[str, ...], Evidence]:
    """The names of the first place that gives any, and the evidence; often there are none.

    The site's own name counts only where nobody else is named: a page that calls itself its author
    says who signs it.
    """
    sites = {fold(item.value) for item in site}
    places: dict[str, list[Found]] = {}
    for item in sorted(found, key=lambda item: _rank(item.where)):
        places.setdefault(item.where, []).append(item)
    for why in ("first place with names", "the site signs"):
        for place, told in places.items():
            names = unique_names(
                name
                for text in _texts(place, told)
                for name in ((text,) if fold(text) in sites else read_names(text, place.startswith(_FIELDS)))
                if _is_own(name, source, url, sites) == (why == "the site signs")
            )
            if names:
                rest = tuple(item for item in found if item.where != place)
                return names, evidence("authors", told[0], rest, why)
    return (), evidence("authors", None, found, "no name among these" if found else "")


def _rank(place: str) -> int:
    """How far a place is believed: the operator's, then bylines by the title, then fields for machines.

    These and social cards name the account that posted it, where a byline names who wrote it.
    """
    if place.startswith(("operator:", "selector:")):
        return 0
    if place.startswith("page:"):
        return 3 if place.endswith(" (far)") else 1
    return 4 if place.startswith(_CARD) else 2


def _texts(place: str, told: list[Found]) -> list[str]:
    """What stands at a place: values of a field one by one, parts of a byline together."""
    values = [item.value for item in told]
    return [" | ".join(values)] if place.startswith("page:") else values


def _is_own(name: str, source: Source, url: str, sites: set[str]) -> bool:
    """Whether the name is the site's own."""
    return (fold(name) in sites or is_site_name(name, source, url)) and not is_agency(name)


def unique_names(names: Iterable[str]) -> tuple[str, ...]:
    """The names once each, whatever their case and accents."""
    seen: dict[str, str] = {}
    for name in names:
        seen.setdefault(fold(name), name)
    return tuple(seen.values())[:_MOST_AUTHORS]
