"""Why an article's fields are what they are, and the catalogue line that would mend the whole site.

Knows neither SQL nor a terminal. Start reading at `explain`.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aggregator.extract.overrides import is_selector
from aggregator.items import Article, Evidence, Found, PublishedDate

# Field of an article -> its key in `[source.fields]`, where the catalogue can name a selector.
_KEYS = {
    "title": "title",
    "published": "published",
    "modified": "modified",
    "authors": "authors",
    "language": "language",
    "summary": "summary",
    "text": "body",
    "tags": "tags",
    "image": "image",
    "canonical_url": "canonical",
}
# Where a Found was read, as far as it is a selector that tells one element from its neighbours.
_PAGE = re.compile(r"page:(?P<css>h1|(?=.*[.#\[])(?!.*\[\d)[^\s:]+)")
_META = re.compile(r"meta:(?P<name>[\w:.-]+)")
_META_ELEMENT = re.compile(r"meta:(?P<css>\w+\[.+\])")
# As much of a place as evidence keeps: a longer one was cut, and may be no selector any more.
_PLACE_LENGTH = 50


@dataclass(frozen=True, slots=True)
class Explained:
    """One field: its value in words, the evidence for it, and lines for the Source's `[source.fields]`.

    Shapes: `mends` are the selectors of what else was found on the page, or one to be filled in;
        empty where no selector can help.
    """

    field: str
    value: str
    chosen: Found | None
    others: tuple[Found, ...]
    why: str
    mends: tuple[str, ...]


def explain(article: Article) -> tuple[Explained, ...]:
    """Each field of the article with its evidence, in a fixed order; those without any too."""
    told = {item.field: item for item in article.evidence}
    return tuple(
        _explained(article, told.get(field, Evidence(field, None)), key) for field, key in _KEYS.items()
    )


def _explained(article: Article, told: Evidence, key: str) -> Explained:
    name = "modified_at" if told.field == "modified" else told.field
    selectors = tuple(dict.fromkeys(css for other in told.others if (css := selector_of(other.where))))
    mends = tuple(f"{key} = {_toml(css)}" for css in selectors) or (f'{key} = "<css selector>"',)
    return Explained(told.field, in_words(getattr(article, name)), told.chosen, told.others, told.why, mends)


def selector_of(where: str) -> str | None:
    """The CSS selector by which the catalogue can name that place; None where it is not on the page."""
    if len(where) >= _PLACE_LENGTH:
        return None
    if match := _META_ELEMENT.fullmatch(where) or _PAGE.fullmatch(where):
        css = match["css"]
    elif match := _META.fullmatch(where):
        css = f'meta[property="{match["name"]}"], meta[name="{match["name"]}"]'
    else:
        return None
    if css == "html[lang]":
        return "html::attr(lang)"
    return css if is_selector(css) else None


def in_words(value: Any) -> str:  # noqa: ANN401  any field of an Article
    """A field's value on one line; empty where there is none."""
    match value:
        case None:
            return ""
        case PublishedDate():
            stated = (value.at or value.day).isoformat()
            return f"{stated} ({value.precision}, confidence {value.confidence:.2f})"
        case datetime():
            return value.isoformat(timespec="seconds")
        case tuple():
            return "; ".join(str(item) for item in value)
        case _:
            return " ".join(str(value).split())


def _toml(text: str) -> str:
    return f"'{text}'" if '"' in text else f'"{text}"'
