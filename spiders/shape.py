"""The shapes that a site's addresses have, and which of them its articles have.

Knows nothing of pages: an address alone is read here. Start reading at `articles_among`.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable
from urllib.parse import parse_qsl, unquote, urlsplit

_YEAR = re.compile(r"^(?:19|20)\d\d$")
_NUMBER = re.compile(r"^\d+$")
_DATED = re.compile(r"(?:^|\D)(?:19|20)\d\d[-_]?[01]\d(?:[-_]?[0-3]\d)?(?:\D|$)")
_EXTENSION = re.compile(r"\.(?:s?html?|php\d?|aspx?|jsp|xhtml|md)$", re.IGNORECASE)
_WORDS = re.compile(r"[^\W\d_]+")
# Sections that hold news, as they are named in addresses, Italian and English.
_NEWS = re.compile(
    r"^(?:news|notizi[ae]|novita|attualita|articol[oi]|articles?|posts?|blogs?|weblog|magazine|"
    r"comunicat[oi](?:-stampa)?|comunicazioni|press(?:-?releases?)?|stampa|sala-stampa|stories|story|storie|"
    r"journal|updates?|aggiornamenti|avvisi|bandi|event[iso]?|eventi|events|appuntamenti|agenda|"
    r"media|newsroom|primo-piano|approfondimenti|rassegna-stampa|editorial[ei]?|opinioni|interviste)$",
    re.IGNORECASE,
)
# Sections that never do: what programs make of labels, and what shops and manuals consist of.
_OTHER = re.compile(
    r"^(?:tags?|categor(?:y|ies|ia|ie)|taxonom(?:y|ies)|authors?|autor[ei]|users?|utent[ei]|profil[eoi]s?|members?|page|pagina|"
    r"search|cerca|login|account|cart|carrello|checkout|products?|prodott[oi]|shop|negozio|docs?|manual|guida|"
    r"guide|api|reference|tutorials?|help|faq|wiki|galler(?:y|ies|ia)|galleries|portfolio|series|topics?|etichette|"
    r"genindex|listings|_modules|_sources|archives?)$",
    re.IGNORECASE,
)
_SLUG_WORDS = 3  # words of a slug: 'chi-siamo' and 'privacy-policy' have two
_GROUP = 4  # addresses of one shape that are no accident


def shape_of(url: str) -> str:
    """The address with what differs from article to article left open.

    Shapes: `/Y/N/*.html`: years are Y, numbers N, slugs `*`, short last segments `?`; other
        segments stand as they are; of the query only the names of its parameters.
    """
    parts = urlsplit(url)
    segments = [unquote(part).lower() for part in parts.path.split("/") if part]
    folders = [_folder(segment) for segment in segments[:-1]]
    last = _last(segments[-1]) if segments else ""
    query = "&".join(sorted(name for name, _ in parse_qsl(parts.query, keep_blank_values=True)))
    return "/" + "/".join([*folders, last]) + (f"?{query}" if query else "")


def articles_among(urls: Iterable[str], known: Collection[str] = ()) -> list[str]:
    """Of all the addresses of a site, those that can be articles, in their order.

    Shapes: `known` are addresses that another way in named as articles. A shape counts that one
        of these has, or that news have; where none does, all addresses stay: what cannot be told
        apart is told by the pages.
    """
    groups: dict[str, list[str]] = defaultdict(list)
    listed = list(urls)
    for url in listed:
        groups[shape_of(url)].append(url)
    proved = {shape_of(url) for url in known}
    good = {shape for shape, group in groups.items() if shape in proved or is_news(shape, group)}
    return [url for url in listed if shape_of(url) in good] if good else listed


def is_news(shape: str, group: Collection[str]) -> bool:
    """Whether addresses of that shape are news by themselves: dated, in a section of news, or titled."""
    path = shape.partition("?")[0]
    folders = [part for part in path.split("/")[:-1] if part]
    if any(_OTHER.match(part) for part in folders):
        return False
    is_open = path.rsplit("/", 1)[-1].startswith(("*", "N"))
    if "Y" in folders or any(_DATED.search(url) for url in list(group)[:3]):
        return is_open or not path.endswith(("/N", "/Y", "/"))
    if any(_NEWS.match(part) for part in folders):
        return True
    return is_open and len(group) >= _GROUP


def _folder(segment: str) -> str:
    if _YEAR.match(segment):
        return "Y"
    if _NUMBER.match(segment):
        return "N"
    return "*" if _is_slug(segment) else segment


def _last(segment: str) -> str:
    name = _EXTENSION.sub("", segment)
    extension = segment[len(name) :]
    if _NUMBER.match(name):
        return ("Y" if _YEAR.match(name) else "N") + extension
    if name == "index" and extension:
        return segment
    return ("*" if _is_slug(name) or any(c.isdigit() for c in name) else "?") + extension


def _is_slug(segment: str) -> bool:
    return len(_WORDS.findall(segment)) >= _SLUG_WORDS
