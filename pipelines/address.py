"""The article's canonical address: what the page says of itself, believed as far as it can be true.

Knows nothing of the network. Start reading at `choose_address`.
"""

import re
from urllib.parse import urlsplit

from aggregator.items import Evidence, Found, Source
from aggregator.text import words
from aggregator.urls import canonical_url, host_of, is_within
from pipelines.evidence import evidence

_LANGUAGE_ROOT = re.compile(
    r"^/?(?:[a-z]{2}(?:-[a-z]{2})?/?)?(?:(?:index|home|default)(?:\.\w+)?)?/?$", re.IGNORECASE
)
# Shorter words stand in every slug: `di`, `per`, `the`.
_SLUG_WORD = 4


def choose_address(
    found: tuple[Found, ...],
    page_url: str,
    title: str,
    source: Source,
    others: frozenset[str] = frozenset(),
) -> tuple[str, Evidence]:
    """The canonical URL: the first stated one that can be this page's, else the page's own.

    Raises: nothing. `others` are canonical URLs that are known to be something else: the page's translations,
    the list that named it.
    """
    refused = ""
    for at, item in enumerate(found):
        why = why_not(item.value, page_url, title, source, others)
        if not why:
            return canonical_url(item.value), evidence("canonical_url", item, found[at + 1 :], refused)
        refused = refused or f"{item.where} is {why}"
    own = Found(page_url, "http:url")
    return key_of(page_url) or page_url, evidence("canonical_url", own, found, refused)


def key_of(url: str) -> str:
    """The canonical form of an address, empty for what is none (a page from a file may have none)."""
    try:
        return canonical_url(url)
    except ValueError:
        return ""


def is_root(url: str) -> bool:
    """Whether the address is a site's home page, in any language."""
    parts = urlsplit(url)
    return bool(_LANGUAGE_ROOT.match(parts.path)) and not parts.query


def why_not(
    stated: str, page_url: str, title: str, source: Source, others: frozenset[str] = frozenset()
) -> str:
    """What is wrong with a stated canonical address, in words; empty if it can be true."""
    stated_key, page_key = key_of(stated), key_of(page_url)
    if not stated_key:
        return "no address"
    if stated_key == page_key:
        return ""
    if not is_within(stated, source.hosts) and _bare(stated) != _bare(page_url):
        return "on another host"
    if is_root(stated_key):
        return "the home page"
    if stated_key in others:
        return "another page"
    if (
        page_key.startswith(stated_key + "/")
        and "?" not in page_key
        and not _is_numbered(page_key, stated_key)
    ):
        return "a list above it"
    if _tells_another(stated_key, page_key, title):
        return "another article"
    return ""


def _bare(url: str) -> str:
    return host_of(url).removeprefix("www.")


def _is_numbered(page_key: str, stated_key: str) -> bool:
    """`/articolo/2` is the second page of `/articolo`, not an article below it."""
    return re.fullmatch(r"/(?:page/|pagina/)?\d{1,2}", page_key.removeprefix(stated_key)) is not None


def _tells_another(stated_key: str, page_key: str, title: str) -> bool:
    """Whether both addresses are made of words, and the stated one of none that title or page know."""
    stated, own = _slug(stated_key), _slug(page_key)
    return len(stated) > 1 and len(own) > 1 and not stated & (own | set(words(title)))


def _slug(key: str) -> set[str]:
    last = urlsplit(key).path.rsplit("/", 1)[-1]
    return {word for word in words(last.replace("_", " ")) if len(word) >= _SLUG_WORD and not word.isdigit()}
