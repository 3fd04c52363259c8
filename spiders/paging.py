"""Finds where a list page goes on: its next page and the same list in another language.

Knows nothing of fetching or of what the list holds. Start reading at `next_page`.
"""

import re
from collections.abc import Iterator

from bs4 import BeautifulSoup, Tag

from aggregator import urls
from spiders.reading import plain

_NEXT = re.compile(
    r"^\W*(?:(?:pagina\s+)?(?:successiv[aoi]|seguent[ei]|prossim[aoi])(?:\s+pagina)?|avanti|next(?:\s+page)?|older(?:\s+\w+)?|"
    r"(?:articoli|post|notizie)\s+(?:più\s+vecchi|precedenti|meno recenti)|più\s+vecchi\w*|meno\s+recenti|"
    r"(?:carica|mostra|vedi|leggi)\s+(?:altr[eoi]|di\s+più|ancora)(?:\s+\w+)?|(?:load|show|view)\s+more(?:\s+\w+)?)\W*$|^\s*[»›→>⟩▶►❯⇒]\s*$",
    re.IGNORECASE,
)
_NEXT_CLASS = re.compile(r"(?:^|[\s_-])(?:next|successiv[ao]|load-?more|older)(?:$|[\s_-])", re.IGNORECASE)
# The page's number in an address, as programs write it: WordPress, Drupal (from 0), Pelican,
# Django, Joomla's and Plone's offsets.
_NUMBERED = (
    re.compile(
        r"(?P<head>.*?/(?:page|pagina|pag|p)[/-])(?P<number>\d{1,5})(?P<tail>(?:\.html)?/?(?:\?.*)?)$",
        re.IGNORECASE,
    ),
    re.compile(
        r"(?P<head>.*[?&](?:page|paged|pag|pagina|p|pg|start|limitstart|offset|b_start(?::|%3A)int)=)(?P<number>\d{1,6})"
        r"(?P<tail>(?:&.*)?)$",
        re.IGNORECASE,
    ),
    re.compile(r"(?P<head>.*/[a-z_-]+?)(?P<number>\d{1,4})(?P<tail>\.html)$", re.IGNORECASE),
)
_LOAD_MORE = ("data-next-url", "data-next-page-url", "data-next", "data-href", "data-url")


def next_page(soup: BeautifulSoup, base: str, url: str) -> str | None:
    """The next page of a list: stated, named, loaded by a button with a plain address, or numbered."""
    for address in (*_stated(soup), *_named(soup), *_buttons(soup)):
        joined = urls.join(base, address)
        if joined and joined != url:
            return joined
    return _by_number(soup, base, url)


def other_languages(soup: BeautifulSoup, base: str, url: str, languages: tuple[str, ...]) -> Iterator[str]:
    """The same list in the Source's other languages, by hreflang."""
    for tag in soup.find_all(["link", "a"], hreflang=True, href=True):
        language = str(tag["hreflang"]).lower().partition("-")[0]
        address = urls.join(base, str(tag["href"]))
        if language in languages and address and address.rstrip("/") != url.rstrip("/"):
            yield address


def _stated(soup: BeautifulSoup) -> Iterator[str]:
    for tag in soup.find_all(["link", "a"], rel="next", href=True):
        yield str(tag["href"])


def _named(soup: BeautifulSoup) -> Iterator[str]:
    for tag in soup.find_all("a", href=True):
        words = plain(tag.get_text(" ")) or str(tag.get("aria-label") or tag.get("title") or "")
        if len(words) <= 40 and (
            _NEXT.match(words) or (_NEXT_CLASS.search(_classes(tag)) and len(words) <= 20)
        ):
            href = str(tag["href"])
            if not href.startswith("#"):
                yield href


def _buttons(soup: BeautifulSoup) -> Iterator[str]:
    for tag in soup.find_all(["button", "a", "div", "span"]):
        if _NEXT_CLASS.search(_classes(tag)):
            for name in _LOAD_MORE:
                address = tag.get(name)
                if isinstance(address, str) and "/" in address:
                    yield address


def _classes(tag: Tag) -> str:
    classes = tag.get("class") or []
    return " ".join(classes) if isinstance(classes, list) else str(classes)


def _by_number(soup: BeautifulSoup, base: str, url: str) -> str | None:
    """Of numbered links of one pattern, the one after this page."""
    current = _number_of(url)
    following: tuple[int, str] | None = None
    for tag in soup.find_all("a", href=True):
        address = urls.join(base, str(tag["href"]))
        # A pager's labels are numbers and arrows; an article's title has letters.
        if not address or any(c.isalpha() for c in tag.get_text()) or not (found := _number_of(address)):
            continue
        head, number = found
        if number <= (current[1] if current else 0) or (current and head != current[0]):
            continue
        if current is None and tag.get_text(strip=True) == "1":
            continue
        if following is None or number < following[0]:
            following = (number, address)
    return following[1] if following else None


def _number_of(url: str) -> tuple[str, int] | None:
    for pattern in _NUMBERED:
        if match := pattern.match(url):
            return match["head"] + match["tail"], int(match["number"])
    return None
