"""The catalogue's own CSS selectors for a site: what a person says of its pages comes first.

Knows nothing of how pages usually look. Start reading at `read_overrides`.
"""

from functools import lru_cache

from lxml import etree

from aggregator import urls
from aggregator.extract.jsonld import Founds
from aggregator.extract.tree import text_of
from aggregator.items import Found, Source
from aggregator.text import one_line

_ADDRESSES = {"image": ("content", "data-src", "src", "href"), "canonical": ("href", "content")}
_MAX_MATCHES = 50


def read_overrides(root: etree._Element, source: Source, base: str) -> Founds:
    """Found tuples by field for `source.fields`; `body` is left to `select_body`.

    A selector may end in `::attr(name)`, as in Scrapy. One that is not CSS finds nothing: the
    catalogue's check names it.
    """
    found: Founds = {}
    for field, selector in source.fields:
        if field == "body":
            continue
        css, attribute = _split(selector)
        for element in select(root, css)[:_MAX_MATCHES]:
            value = _value(element, field, attribute, base)
            if value:
                found.setdefault(field, []).append(Found(value, f"selector:{selector}"))
    return found


def select_body(root: etree._Element, source: Source) -> list[etree._Element]:
    """The elements that the source's `body` selector names, in the page's order; often none."""
    return [e for field, css in source.fields if field == "body" for e in select(root, _split(css)[0])]


def is_selector(selector: str) -> bool:
    """Whether the text is a CSS selector that can be used here."""
    return _xpath(_split(selector)[0]) is not None


def _split(selector: str) -> tuple[str, str]:
    css, _, attribute = selector.partition("::attr(")
    return css.strip(), attribute.rstrip(") ")


def _value(element: etree._Element, field: str, attribute: str, base: str) -> str:
    if attribute:
        text = element.get(attribute) or ""
    elif field in _ADDRESSES:
        text = next((v for a in _ADDRESSES[field] if (v := element.get(a))), "")
    else:
        text = element.get("datetime") or element.get("content") or text_of(element, " ")
    if field in _ADDRESSES:
        return urls.join(base, text) or ""
    return one_line(text)


def select(root: etree._Element, css: str) -> list[etree._Element]:
    """The elements that a selector names, in the page's order; none where it is no selector."""
    path = _xpath(css)
    if path is None:
        return []
    matches = path(root)
    return [e for e in matches if isinstance(e, etree._Element)] if isinstance(matches, list) else []


@lru_cache(maxsize=256)
def _xpath(css: str) -> etree.XPath | None:
    from cssselect import HTMLTranslator, SelectorError  # 20 ms that few sources need

    try:
        return etree.XPath(HTMLTranslator().css_to_xpath(css, prefix="descendant-or-self::"))
    except (SelectorError, etree.XPathError):
        return None
