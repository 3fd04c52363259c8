"""Why an article's fields are what they are, and the catalogue line that would mend the whole site.

Knows neither SQL nor a terminal. Start reading at `explain`.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aggregator.extract.overrides import is_selector
from aggregator.items import Article, Evidence, Found, PublishedDate
from aggregator.text import fold

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
_VOTES = re.compile(r"(\d+) of (\d+) places agree")
_SURE = 0.6  # a date below it was stated by one place of little trust
# As much of a place as evidence keeps: a longer one was cut, and may be no selector any more.
_PLACE_LENGTH = 50


@dataclass(frozen=True, slots=True)
class Explained:
    """One field: its value in words, the evidence for it, and lines for the Source's `[source.fields]`.

    Shapes: `doubt` says what is wrong with it, `missing` or `disputed`, and is empty where nothing is;
        only then `mends` are the selectors of what else was found on the page, or one to be filled in.
    """

    field: str
    value: str
    chosen: Found | None
    others: tuple[Found, ...]
    why: str
    doubt: str
    mends: tuple[str, ...]


def explain(article: Article) -> tuple[Explained, ...]:
    """Each field of the article with its evidence, in a fixed order; those without any too."""
    told = {item.field: item for item in article.evidence}
    return tuple(
        _explained(article, told.get(field, Evidence(field, None)), key) for field, key in _KEYS.items()
    )


def _explained(article: Article, told: Evidence, key: str) -> Explained:
    name = "modified_at" if told.field == "modified" else told.field
    value = getattr(article, name)
    doubt = _doubt(told, value)
    mends: tuple[str, ...] = ()
    if doubt:
        selectors = dict.fromkeys(css for other in told.others if (css := selector_of(other.where)))
        mends = tuple(f"{key} = {_toml(css)}" for css in selectors) or (f'{key} = "<css selector>"',)
    return Explained(told.field, in_words(value), told.chosen, told.others, told.why, doubt, mends)


def _doubt(told: Evidence, value: object) -> str:
    """What an operator should look at: nothing where places agree, or say the same at other length."""
    if not value:
        return "missing"
    if told.chosen is None or told.chosen.where.startswith("operator:"):
        return ""
    if told.field == "text":
        return "disputed" if "teaser" in told.why else ""
    if isinstance(value, PublishedDate):
        is_sure = value.confidence >= _SURE and "contradicts" not in told.why
        return "" if is_sure else "disputed"
    if told.field not in ("title", "authors") or not told.others:
        return ""
    votes = _VOTES.match(told.why)
    if votes:
        return "" if votes[1] == votes[2] else "disputed"
    mine = _words(told.chosen.value)
    same = any(mine in _words(o.value) or _words(o.value) in mine for o in told.others)
    return "" if same else "disputed"


def _words(value: str) -> str:
    return fold(value).rstrip(". ")


def catalogue_lines(source_id: str, fields: Iterable[Explained]) -> tuple[str, ...]:
    """What to add to the catalogue for the fields that are missing or disputed; nothing where none is."""
    mends = [field.mends[0] for field in fields if field.mends]
    return ("[[source]]", f'id = "{source_id}"', "[source.fields]", *mends) if mends else ()


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
