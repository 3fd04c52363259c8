"""Reads list pages: by the catalogue's selectors, else by the structure that the page repeats.

Knows nothing of fetching, dates or the store; texts are given as found. Start reading at `read`.

Selectors are CSS, in a Source's `fields`: `list` the block of one article, and inside it
`list_link` (default: the first link), `list_title` (default: heading, else the link's text),
`list_date` and `list_summary`; `list_next` the link to the next page.
"""

from bs4 import BeautifulSoup, Tag
from bs4.exceptions import ParserRejectedMarkup
from soupsieve import SelectorSyntaxError

from aggregator import urls
from aggregator.errors import ParseError
from aggregator.items import Candidate, Page, Source, Way
from spiders.paging import next_page, other_languages
from spiders.reading import Listing, decode, further, gather
from spiders.structure import Item, date_in, find_items, heading_in, image_in, summary_in, text_of


def read(page: Page, source: Source) -> Listing:
    """The Candidates of a list page in its order, its next page and its other languages.

    Raises: ParseError when the answer is no HTML, or a selector of the catalogue finds nothing.
    """
    soup = parse(page)
    fields = dict(source.fields)
    base = base_of(soup, page)
    next_link = _href(soup, fields.get("list_next"), base, page) if "list_next" in fields else None
    more = [
        next_link or next_page(soup, base, page.url),
        *other_languages(soup, base, page.url, source.languages),
    ]
    # Last, since learning takes menus and pagers out of the tree.
    patterns: tuple[int, ...] = ()
    if "list" in fields:
        items = _select(soup, fields, base, page)
    else:
        items, patterns = find_items(soup, base, source)
    candidates, outside = gather((_candidate(item, page) for item in items), source)
    return Listing(candidates, further(more, page, source), outside, patterns=patterns)


def parse(page: Page) -> BeautifulSoup:
    """The page as a tree.

    Raises: ParseError when the answer is no HTML.
    """
    text = decode(page)
    if "<" not in text or (
        text.lstrip().startswith(("<?xml", "<rss", "<feed", "<urlset", "%PDF")) and "<html" not in text
    ):
        kind = (page.header("content-type") or "text").partition(";")[0]
        raise ParseError(f"the answer is {kind}, a list page in HTML was expected", url=page.url)
    try:
        return BeautifulSoup(text, "lxml")
    except (ParserRejectedMarkup, RecursionError, AssertionError) as error:
        raise ParseError(f"the page cannot be parsed: {error}", url=page.url) from error


def base_of(soup: BeautifulSoup, page: Page) -> str:
    """The address that links are relative to: `<base href>`, else the page's own."""
    tag = soup.find("base", href=True)
    return (urls.join(page.url, str(tag["href"])) if isinstance(tag, Tag) else None) or page.url


def _select(soup: BeautifulSoup, fields: dict[str, str], base: str, page: Page) -> list[Item]:
    blocks = _all(soup, fields["list"], "list", page)
    if not blocks:
        raise ParseError(f"the selector list = {fields['list']!r} finds nothing", url=page.url, where="list")
    items = [item for block in blocks if (item := _item(block, fields, base, page))]
    if not items:
        raise ParseError(
            f"no link in the {len(blocks)} blocks of list = {fields['list']!r}",
            url=page.url,
            where="list_link",
        )
    return items


def _item(block: Tag, fields: dict[str, str], base: str, page: Page) -> Item | None:
    def one(name: str) -> Tag | None:
        return next(iter(_all(block, fields[name], name, page)), None) if name in fields else None

    link = one("list_link") or (block if block.name == "a" else block.find("a", href=True))
    if isinstance(link, Tag) and not link.get("href"):
        link = link.find("a", href=True)
    url = urls.join(base, str(link["href"])) if isinstance(link, Tag) and link.get("href") else None
    if url is None or not isinstance(link, Tag):
        return None
    title, when, teaser = one("list_title"), one("list_date"), one("list_summary")
    heading = heading_in(block)
    named = text_of(title) or text_of(heading) or text_of(link) or str(link.get("title") or "").strip()
    return Item(
        url,
        named or None,
        date_in(when, whole=True) if when else (None if "list_date" in fields else date_in(block)),
        text_of(teaser) or (None if "list_summary" in fields else summary_in(block, named)),
        image_in(block, base),
    )


def _all(tag: Tag, selector: str, name: str, page: Page) -> list[Tag]:
    try:
        return list(tag.select(selector))
    except SelectorSyntaxError as error:
        message = f"{name} = {selector!r} is not a CSS selector: {str(error).splitlines()[0]}"
        raise ParseError(message, url=page.url, where=name) from error


def _href(soup: BeautifulSoup, selector: str | None, base: str, page: Page) -> str | None:
    found = _all(soup, selector, "list_next", page) if selector else []
    return urls.join(base, str(found[0].get("href") or "")) if found else None


def _candidate(item: Item, page: Page) -> Candidate:
    return Candidate(
        url=item.url,
        way=Way.LISTING,
        listed_at=page.url,
        title=item.title,
        published=item.date,
        summary=item.summary,
        image=item.image,
    )
