"""What a page's JSON-LD says of its article, as Found per field.

Never trusts it to be JSON, flat or about this page. Start reading at `read_jsonld`.
"""

import html
import json
import re
from collections.abc import Iterator

from lxml import etree

from aggregator.items import Found
from aggregator.urls import canonical_url

Founds = dict[str, list[Found]]

_ARTICLE_TYPE = re.compile(
    r"(Article|Posting|Report|Review|Recipe|HowTo|Event|CreativeWork|PressRelease|Interview|FAQPage)$"
)
# Lists among them: that a page calls itself one is a reason to refuse it.
_PAGE_TYPE = re.compile(r"((?:Web|Item|About|Collection|SearchResults|Profile)Page|VideoObject)$")
# Where an article's own description may nest; `hasPart`, `itemListElement` and `comment` are others'.
_NESTS = ("@graph", "mainEntity", "mainEntityOfPage", "itemReviewed")
_MAX_SCRIPT = 2_000_000
_MAX_NODES = 2000
_KEYS = {
    "title": ("headline", "name"),
    "published": ("datePublished", "dateCreated", "uploadDate"),
    "modified": ("dateModified",),
    "authors": ("author", "creator"),
    "site": ("publisher",),
    "summary": ("description", "abstract"),
    "image": ("image", "thumbnailUrl"),
    "language": ("inLanguage",),
    "tags": ("keywords", "articleSection"),
    "kind": ("@type", "isAccessibleForFree"),
    "body": ("articleBody",),
    "canonical": ("url",),
}
_NESTED_VALUE = {
    "image": ("url", "contentUrl", "@id"),
    "authors": ("name",),
    "language": ("alternateName", "name"),
}
_COMMA_BEFORE_END = re.compile(r",(\s*[}\]])")
_WRAPPING = re.compile(
    r"^\s*(?:<!--|//\s*<!\[CDATA\[|<!\[CDATA\[|/\*\s*<!\[CDATA\[\s*\*/)|(?:-->|//\s*\]\]>|\]\]>|;)\s*$"
)
_PAIR = re.compile(r'"(headline|datePublished|dateModified|articleBody)"\s*:\s*"((?:[^"\\]|\\.)*)"')


def read_jsonld(root: etree._Element, url: str) -> Founds:
    """Found tuples by field, of the node that is about this page first. Never raises."""
    found: Founds = {}
    strong: list[dict[str, object]] = []
    weak: list[dict[str, object]] = []
    named: dict[str, object] = {}
    for script in root.iter("script"):
        if "ld+json" not in (script.get("type") or "").lower():
            continue
        text = (script.text or "")[:_MAX_SCRIPT]
        data = _load(text)
        if data is None:
            _salvage(text, found)
            continue
        for node in nodes_of(data):
            names = types_of(node)
            if isinstance(node.get("@id"), str) and node.get("name"):
                named.setdefault(str(node["@id"]), node["name"])
            if any(_ARTICLE_TYPE.search(n) for n in names):
                strong.append(node)
            elif any(_PAGE_TYPE.search(n) for n in names):
                weak.append(node)
    for node in _about_this(strong, url) + weak[:1]:
        _read_node(node, found, named)
    return found


def _load(text: str) -> object:
    text = _WRAPPING.sub("", _WRAPPING.sub("", text))
    attempts = [text, _COMMA_BEFORE_END.sub(r"\1", text)]
    if "&quot;" in text:  # a template escaped what a browser never unescapes
        attempts.append(html.unescape(text))
    for attempt in attempts:
        try:
            return json.loads(attempt, strict=False)
        except (ValueError, RecursionError):
            continue
    return None


def _salvage(text: str, found: Founds) -> None:
    """The plain pairs of a script that is not quite JSON."""
    fields = {
        "headline": "title",
        "datePublished": "published",
        "dateModified": "modified",
        "articleBody": "body",
    }
    for key, value in _PAIR.findall(text)[:20]:
        try:
            clear = json.loads(f'"{value}"', strict=False)
        except ValueError:
            continue
        found.setdefault(fields[key], []).append(Found(clear, f"jsonld:?.{key}"))


def scripts_of(root: etree._Element, word: str = "") -> Iterator[object]:
    """What each JSON-LD script of the page holds, of those in whose text the word stands."""
    for script in root.iter("script"):
        if "ld+json" in (script.get("type") or "").lower():  # other scripts are large
            text = (script.text or "")[:_MAX_SCRIPT]
            if word in text:
                yield _load(text)


def nodes_of(data: object, nests: tuple[str, ...] = _NESTS) -> Iterator[dict[str, object]]:
    """The objects with a type that may describe the page, in the document's order."""
    stack = [(data, 0)]
    for _ in range(_MAX_NODES):
        if not stack:
            return
        item, depth = stack.pop()
        if isinstance(item, list):
            stack += [(i, depth) for i in reversed(item[:_MAX_NODES])]
        elif isinstance(item, dict):
            if item.get("@type"):
                yield item
            if depth < 12:
                stack += [
                    (item[k], depth + 1) for k in reversed(nests) if isinstance(item.get(k), dict | list)
                ]


def types_of(node: dict[str, object]) -> list[str]:
    """The names of the object's types."""
    kinds = node.get("@type")
    return [k for k in (kinds if isinstance(kinds, list) else [kinds]) if isinstance(k, str)]


def _about_this(nodes: list[dict[str, object]], url: str) -> list[dict[str, object]]:
    """Those that name this address, else the first: a page of news may describe its neighbours too."""
    mine = address_key(url)
    naming = [n for n in nodes if mine and mine in {address_key(a) for a in addresses_of(n)}]
    return naming[:3] or nodes[:1]


def addresses_of(node: dict[str, object]) -> Iterator[str]:
    """The addresses by which the object says what page it is about."""
    for key in ("url", "@id", "mainEntityOfPage"):
        value = node.get(key)
        if isinstance(value, dict):
            value = value.get("@id") or value.get("url")
        if isinstance(value, str):
            yield value


def address_key(address: str) -> str | None:
    """The address as addresses are compared; None where it is none."""
    try:
        return canonical_url(address)
    except ValueError:
        return None


def _read_node(node: dict[str, object], found: Founds, named: dict[str, object]) -> None:
    """Adds what the object says; who is only referred to (JSON-LD 1.1, 3.3) is named by `named`."""
    kind = (types_of(node) or ["?"])[0]
    for field, keys in _KEYS.items():
        if kind.endswith("Page") and field == "body":
            continue
        for key in keys:
            told = _referred(node.get(key), named) if field == "authors" else node.get(key)
            for value in _values(told, field):
                found.setdefault(field, []).append(Found(value, f"jsonld:{kind}.{key}"))


def _referred(value: object, named: dict[str, object]) -> object:
    """The value with references to objects of the page replaced by the names that these have."""
    if isinstance(value, list):
        return [_referred(item, named) for item in value[:50] if not isinstance(item, list)]
    if isinstance(value, dict) and not value.get("name"):
        return named.get(str(value.get("@id")))
    return value


def _values(value: object, field: str, depth: int = 0) -> Iterator[str]:
    if depth > 3:
        return
    if isinstance(value, list):
        for item in value[:50]:
            yield from _values(item, field, depth + 1)
    elif isinstance(value, dict):
        for key in _NESTED_VALUE.get(field, ("@value", "name")):
            if key in value:
                yield from _values(value[key], field, depth + 1)
                return
    elif isinstance(value, bool):
        yield str(value).lower()
    elif isinstance(value, str) and value.strip():
        yield value
