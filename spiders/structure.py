"""Learns from a list page itself which of its blocks are articles: the structure that repeats.

Knows nothing of charsets, fetching or dates as such (a date is a text that looks like one).
Start reading at `find_items`.
"""

import re
from collections import defaultdict
from dataclasses import dataclass
from urllib.parse import urlsplit

from bs4 import BeautifulSoup, Tag

from aggregator import urls
from aggregator.items import Source
from aggregator.text import hash64, one_line
from spiders.reading import wanted

_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_NOISE_TAGS = ("script", "style", "noscript", "template", "nav", "form", "svg", "iframe", "select", "button")
# Whole words of class and id that name what surrounds a list. `no-sidebar` and the like stand on
# wrappers of everything: what holds most of the page's text is never dropped.
_NOISE_WORDS = re.compile(
    r"(?:^|[\s_-])(?:nav|navbar|navigation|menu|submenu|breadcrumbs?|cookies?|site-footer|page-footer|tag-?cloud|tagcloud|social|share|"
    r"sharing|sidebar|widget|pagination|pager|lang(?:uage)?-?(?:switcher|selector)|skip-?links?|topbar|toolbar)(?:$|[\s_-])",
    re.IGNORECASE,
)
_NOISE_ROLES = {"navigation", "contentinfo", "banner", "search", "menu", "menubar", "toolbar"}
# The first three letters of the months' names, Italian and English.
_MONTHS = "gen|feb|mar|apr|mag|giu|lug|ago|set|ott|nov|dic|jan|may|jun|jul|aug|sep|oct|dec"
_DATE = re.compile(
    rf"\b\d{{1,2}}[./\-]\d{{1,2}}[./\-]\d{{2,4}}\b|\b\d{{4}}-\d{{2}}-\d{{2}}\b|"
    rf"\b\d{{1,2}}(?:°|º|st|nd|rd|th)?\s+(?:of\s+)?(?:{_MONTHS})[a-z]*\.?,?\s*(?:'?\d{{2,4}})?|"
    rf"\b(?:{_MONTHS})[a-z]*\.?\s+\d{{1,2}}(?:st|nd|rd|th)?(?:,?\s+\d{{4}})?\b|"
    r"\b(?:\d+\s+(?:minut|or[ae]|giorn|settiman|mes|minute|hour|day|week|month)\w*\s+(?:fa|ago)|ieri|oggi|yesterday|today)\b",
    re.IGNORECASE,
)
_DATE_WORDS = re.compile(
    r"(?:^|[\s_-])(?:date?|data|time|published|pubdate|posted|when|created|giorno)(?:$|[\s_-])", re.IGNORECASE
)
# Such a date is when something happens, not when it was published.
_EVENT_NAMES = re.compile(
    r"(?:^|[\s_-])(?:events?|evento|eventi|start|end|inizio|fine|scadenza)(?:$|[\s_-])",
    re.IGNORECASE,
)
_TITLE_NAMES = re.compile(
    r"(?:^|[\s_-])(?:title|titolo|headline|summary|url|bookmark)(?:$|[\s_-])", re.IGNORECASE
)
_UPDATED = re.compile(r"(?:^|[\s_-])(?:updated|modified|modifica|aggiornat[oa])(?:$|[\s_-])", re.IGNORECASE)
_MORE = re.compile(
    r"^(?:leggi|continua|scopri|vai|read|continue|more|details?|dettagli\w*|approfondisci|altro|view|learn|see|apri|»|>|→|\W*$)"
    r"(?:\s+\S+){0,3}$",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"\d+")
# Longer texts beside a link are an article's own text, not the date of a list's entry.
_DATE_TEXT = 60
# Titles of news have four words and more; labels of menus and tags have one to three.
_TITLE_WORDS = 4
_TEASER_WORDS = 8


@dataclass(frozen=True, slots=True)
class Item:
    """One article as a list page shows it; texts as found."""

    url: str
    title: str | None
    date: str | None
    summary: str | None
    image: str | None


def find_items(soup: BeautifulSoup, base: str, source: Source) -> tuple[list[Item], tuple[int, ...]]:
    """The articles that a page lists, in its order, found by what the page repeats; and by which structures.

    Steps: drop what surrounds; group links by address; each address has the largest block that
    names no other; blocks of one shape are a structure; a structure counts if its blocks carry
    what news carry (heading, date, teaser, a long title).
    """
    _drop_noise(soup)
    links = _links(soup, base, source)
    strong = {url for url, anchors in links.items() if _is_strong(anchors)}
    strong -= _sections(strong, links)
    owner = {id(anchor): url for url in strong for anchor in links[url]}
    blocks = {url: _block(links[url], url, owner) for url in links if url in strong}
    shapes: dict[str, list[str]] = defaultdict(list)
    for url, block in blocks.items():
        shapes[_shape(block)].append(url)
    items = {url: _item(url, blocks[url], links[url], base) for url in blocks}
    order = sorted(shapes, key=lambda shape: -len(shapes[shape]))
    news = [shape for shape in order if _is_news([items[u] for u in shapes[shape]], shapes[shape], blocks)]
    if not news:
        rows = [items[url] for url in shapes[order[0]]] if order else []
        news = order[:1] if len(rows) >= 5 and _long_titles(rows) else []
    chosen = {url for shape in news for url in shapes[shape]}
    return [items[url] for url in blocks if url in chosen], tuple(hash64(shape) for shape in news)


def text_of(tag: Tag | None) -> str:
    """The text of a tag on one line; empty for none."""
    return one_line(tag.get_text(" ")) if tag is not None else ""


def heading_in(block: Tag) -> Tag | None:
    """The block's first heading that says something."""
    return next((tag for tag in block.find_all(_HEADINGS) if text_of(tag)), None)


def date_in(block: Tag, *, whole: bool = False) -> str | None:
    """The text of the block's date, as found, never one inside its title or its teaser.

    A machine-readable date (`<time datetime>`, hAtom's `<abbr title>`, microdata) comes first, then
    an element named so, then a short text that is little else than a date. With `whole` the block
    is the date's own element, and its text is the date.
    """
    tags = [tag for tag in (block, *block.find_all(True)) if not _is_of_event(tag, block)]
    stated = (_machine_date(tag) for tag in tags)
    if found := next((text for text in stated if text), None):
        return found
    if whole:
        return text_of(block) or None
    for tag in tags:
        text = text_of(tag) if tag.name == "time" or _DATE_WORDS.search(_names(tag)) else ""
        if any(c.isdigit() for c in text) and len(text) <= _DATE_TEXT and not _is_title(tag):
            return text
    for string in block.find_all(string=_DATE):
        text = one_line(string)
        found_at = _DATE.search(text)
        parent = string.parent
        if not found_at or parent is None or _is_title(parent) or _is_of_event(parent, block):
            continue
        if len(found_at[0]) * 2 >= len(text):
            return text.strip(" -–—|·•,:;")
    return _date_before(block)


def _is_of_event(tag: Tag, block: Tag) -> bool:
    """Whether an element inside the block is named as the date of what is announced."""
    parents = [tag] if tag is block else [tag, *tag.parents]
    inner = parents[: next((at for at, parent in enumerate(parents) if parent is block), 1)]
    return any(_EVENT_NAMES.search(_names(parent)) for parent in inner)


def _machine_date(tag: Tag) -> str | None:
    """The attribute that states a date for programs."""
    if _UPDATED.search(_names(tag)):
        return None
    if tag.name == "time":
        value = tag.get("datetime")
    elif _DATE_WORDS.search(_names(tag)):
        value = (
            tag.get("datetime") or tag.get("content") or (tag.get("title") if tag.name == "abbr" else None)
        )
    else:
        return None
    text = one_line(str(value or ""))
    return text if any(c.isdigit() for c in text) else None


def _is_title(tag: Tag) -> bool:
    """Whether a text stands in a heading, or in a link that is all title rather than a whole card."""
    for parent in (tag, *tag.parents):
        if parent.name in _HEADINGS:
            return True
        if parent.name == "a":
            return parent.find([*_HEADINGS, "div", "p"]) is None
    return False


def _date_before(block: Tag) -> str | None:
    """In a definition list the term before the entry, where it is a date: `<dt>11 marzo</dt><dd>`."""
    term = block.find_previous_sibling() if block.name == "dd" else None
    return date_in(term) or text_of(term) or None if isinstance(term, Tag) and term.name == "dt" else None


def summary_in(block: Tag, title: str) -> str | None:
    """The block's teaser: its longest paragraph that is neither title nor date."""
    texts = [
        text_of(tag)
        for tag in block.find_all(["p", "div", "span", "dd", "td"])
        if not tag.find(["p", "div", "h2", "h3"])
    ]
    texts = [text for text in texts if text and text != title and not _MORE.match(text)]
    best = max(texts, key=len, default="")
    return best if len(best.split()) >= _TEASER_WORDS else None


def image_in(block: Tag, base: str) -> str | None:
    """The address of the block's first image, lazily loaded ones included."""
    for tag in block.find_all("img"):
        address = tag.get("data-src") or tag.get("data-lazy-src") or tag.get("src")
        if address and not str(address).startswith("data:"):
            return urls.join(base, str(address))
    return None


def _drop_noise(soup: BeautifulSoup) -> None:
    for tag in soup.find_all(_NOISE_TAGS):
        tag.decompose()
    most = len(soup.get_text()) / 2
    for tag in soup.find_all(True):
        if tag.decomposed or tag.name in {"html", "body", "main", "article"}:
            continue
        is_noise = str(tag.get("role") or "") in _NOISE_ROLES or bool(_NOISE_WORDS.search(_names(tag)))
        # Inside an entry of the list, header and footer hold its title and its date.
        is_frame = tag.name in {"header", "footer"} and not tag.find_parent(
            ["article", "main", "li", "section"]
        )
        if (is_noise or is_frame) and not tag.find(["main", "article"]) and len(tag.get_text()) < most:
            tag.decompose()


def _names(tag: Tag) -> str:
    classes = tag.get("class") or []
    parts = [*(classes if isinstance(classes, list) else [classes]), tag.get("id"), tag.get("itemprop")]
    return " ".join(str(part) for part in parts if part)


def _links(soup: BeautifulSoup, base: str, source: Source) -> dict[str, list[Tag]]:
    links: dict[str, list[Tag]] = defaultdict(list)
    own = base.partition("?")[0].rstrip("/")
    for anchor in soup.find_all("a", href=True):
        url = urls.join(base, str(anchor["href"]))
        if url and wanted(url, source) and not (url.partition("?")[0].rstrip("/") == own and _is_paging(url)):
            links[url].append(anchor)
    return links


def _is_paging(url: str) -> bool:
    query = urlsplit(url).query
    return not query or bool(
        re.match(r"^(?:page|paged|start|pag|p|b_start:int)=\d+$", query.replace("%3A", ":"))
    )


def _is_strong(anchors: list[Tag]) -> bool:
    """Whether an address is shown as an article is: by a heading, an image or more than a label."""
    return any(
        len(_label(anchor).split()) >= 3
        or anchor.find_parent(_HEADINGS) is not None
        or any(_TITLE_NAMES.search(_names(tag)) for tag in (anchor, anchor.parent) if tag is not None)
        or anchor.find([*_HEADINGS, "img", "time"]) is not None
        for anchor in anchors
    )


def _sections(strong: set[str], links: dict[str, list[Tag]]) -> set[str]:
    """Addresses of sections: others lie under them, and they stand in many blocks."""
    paths = {url: urlsplit(url).path.rstrip("/") + "/" for url in strong}
    counts = {url: len(links[url]) for url in strong}
    return {
        url
        for url in strong
        if counts[url] > 3
        and sum(path.startswith(paths[url]) for other, path in paths.items() if other != url) > 2
    }


def _label(anchor: Tag) -> str:
    text = text_of(anchor)
    return "" if _MORE.match(text) else text


def _block(anchors: list[Tag], url: str, owner: dict[int, str]) -> Tag:
    """The largest element around the best link that names no other article."""
    best = max(anchors, key=lambda a: (a.find_parent(_HEADINGS) is not None, len(_label(a))))
    block = best
    while isinstance(block.parent, Tag) and block.parent.name not in {"body", "main", "html", "[document]"}:
        # Lazily: in a flat list of hundreds the next entry is a step away, all of them are not.
        if any(owner.get(id(node), url) != url for node in block.parent.descendants):
            break
        block = block.parent
    return block


def _shape(block: Tag) -> str:
    """Tag and classes of the block and its parent; numbers (`post-123`) do not count."""

    def one(tag: Tag | None) -> str:
        names = sorted(set(_DIGITS.sub("", _names(tag)).split())) if tag is not None else []
        steady = [name for name in names if name.count("-") <= 1][:3]
        return f"{tag.name if tag is not None else ''}.{'.'.join(steady)}"

    return f"{one(block.parent)}>{block.name}"


def _item(url: str, block: Tag, anchors: list[Tag], base: str) -> Item:
    heading = heading_in(block)
    label = max((_label(anchor) for anchor in anchors), key=len, default="")
    titled = next((str(a.get("title")) for a in anchors if a.get("title")), "")
    image = next((str(i.get("alt") or "") for a in anchors for i in a.find_all("img")), "")
    title = text_of(heading) or label or one_line(titled) or one_line(image)
    return Item(url, title or None, date_in(block), summary_in(block, title), image_in(block, base))


def _is_news(items: list[Item], group: list[str], blocks: dict[str, Tag]) -> bool:
    """Whether blocks of one shape are news: half of them carry what menus and tag clouds lack."""
    marks = [
        (item.date is not None) + (item.summary is not None) + (heading_in(blocks[url]) is not None)
        for item, url in zip(items, group, strict=True)
    ]
    good = sum(mark >= (1 if len(group) >= 3 else 2) for mark in marks)
    return good * 2 >= len(group)


def _long_titles(items: list[Item]) -> bool:
    lengths = sorted(len((item.title or "").split()) for item in items)
    return lengths[len(lengths) // 2] >= _TITLE_WORDS
