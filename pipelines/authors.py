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
_FIELDS = ("jsonld:", "meta:", "microdata:")


def choose_authors(
    found: tuple[Found, ...], source: Source, url: str, site: tuple[Found, ...] = ()
) -> tuple[tuple[str, ...], Evidence]:
    """The names of the first place that gives any, and the evidence; often there are none.

    The site's own name counts only where nobody else is named: a page that calls itself its author
    says who signs it.
    """
    sites = {fold(item.value) for item in site}
    for why in ("first place with names", "the site signs"):
        for at, item in enumerate(found):
            same = [other for other in found[at:] if other.where == item.where]
            names = unique_names(
                name
                for other in same
                for name in read_names(other.value, other.where.startswith(_FIELDS))
                if _is_own(name, source, url, sites) == (why == "the site signs")
            )
            if names:
                rest = tuple(other for other in found if other.where != item.where)
                return names, evidence("authors", item, rest, why)
    return (), evidence("authors", None, found, "no name among these" if found else "")


def _is_own(name: str, source: Source, url: str, sites: set[str]) -> bool:
    """Whether the name is the site's own."""
    return (fold(name) in sites or is_site_name(name, source, url)) and not is_agency(name)


def unique_names(names: Iterable[str]) -> tuple[str, ...]:
    """The names once each, whatever their case and accents."""
    seen: dict[str, str] = {}
    for name in names:
        seen.setdefault(fold(name), name)
    return tuple(seen.values())[:_MOST_AUTHORS]
