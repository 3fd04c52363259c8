"""A person's value for a field of an article, checked and brought into the form of the archive.

Knows nothing of how it is kept. Start reading at `corrected`.
"""

import html
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from aggregator import urls
from aggregator.items import Article, Precision, PublishedDate, Source, Vocabulary
from aggregator.text import one_line
from pipelines.dates import read_date
from pipelines.dates.read import zone_of
from pipelines.relevance import mentions

_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_NO_TERMS = Vocabulary()
_SEPARATOR = re.compile(r"\s*[;\n]\s*")


def corrected(
    article: Article,
    field: str,
    value: str,
    source: Source,
    now: datetime,
    vocabulary: Vocabulary = _NO_TERMS,
) -> Article:
    """The article with the field as a person gives it, and with the clusters and topics that it names then.

    Shapes: authors and tags are separated by semicolons; a date is anything that the reader of
        dates understands; empty is 'none' for authors, tags, image, summary and published.
    Raises: ValueError, in words for a person.
    """
    value = value.strip()
    changed = _changed(article, field, value, source, now)
    named = mentions(changed.title, changed.text, changed.tags, vocabulary)
    return replace(changed, mentions=named) if field in ("title", "text", "tags") else changed


def _changed(article: Article, field: str, value: str, source: Source, now: datetime) -> Article:
    if field == "text":
        return _with_text(article, value)
    readers: dict[str, Callable[[str], Any]] = {
        "title": _filled,
        "summary": one_line,
        "language": _language,
        "authors": _list,
        "tags": _list,
        "image": lambda text: _address(text, article.url),
        "published": lambda text: _date(text, article, source, now),
    }
    change: dict[str, Any] = {field: readers[field](value)}
    return replace(article, **change)


def _filled(value: str) -> str:
    if not value:
        raise ValueError("an article cannot be without it")
    return one_line(value)


def _with_text(article: Article, value: str) -> Article:
    lines = [line for line in map(one_line, value.splitlines()) if line]
    if not lines:
        raise ValueError("an article cannot be without it; `aggregator hide` keeps it out of the feeds")
    markup = "".join(f"<p>{html.escape(line, quote=False)}</p>" for line in lines)
    return replace(article, text="\n".join(lines), html=markup)


def _language(value: str) -> str:
    if not _LANGUAGE.fullmatch(value):
        raise ValueError("expected a language such as it or en")
    return value


def _list(value: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part for part in map(one_line, _SEPARATOR.split(value)) if part))


def _address(value: str, base: str) -> str | None:
    if not value:
        return None
    address = urls.join(base, value)
    if not address:
        raise ValueError("expected an http(s) address")
    return address


def _date(value: str, article: Article, source: Source, now: datetime) -> PublishedDate | None:
    if not value:
        return None
    where = {"language": article.language, "zone": source.zone, "role": "published"}
    reading = read_date(value, **where, order=source.date_order, reference=now)
    if reading is None:
        raise ValueError("no date can be read in it; 2026-03-11 and 2026-03-11T09:30 always can")
    if isinstance(reading.start, datetime):
        day = reading.start.astimezone(zone_of(source.zone)).date()
        return PublishedDate(reading.start.astimezone(UTC), day, Precision.MINUTE)
    return PublishedDate(None, reading.start, reading.precision)
