"""A page in a file to an article as JSON: what `extract` prints, by the steps of the road's own `digest`.

Knows no store and no network. Start reading at `article_row`.
"""

import gc
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from aggregator.items import (
    Article,
    Candidate,
    Event,
    Evidence,
    Found,
    Page,
    Reason,
    Refused,
    Source,
    Vocabulary,
    Way,
)
from aggregator.urls import host_of


def read_many() -> None:
    """Readies the process for pages by the hundred: the collector of cycles looks at them by the dozen.

    A page makes thousands of objects and next to no cycles; at Python's own pace looking for these
    takes a sixth of its time. Of 120 pages the memory stays at 69 MiB either way.
    """
    gc.set_threshold(50_000, 20, 20)


def article_row(row: Mapping[str, Any]) -> dict[str, Any]:
    """The article in the file of a row `{"id","url","path"}`; `error` in place of one that is none.

    Never raises for a bad row or page.
    """
    answer: dict[str, Any] = {"id": row.get("id")}
    if "error" in row:
        return answer | {"error": row["error"]}
    try:
        url, path = str(row["url"] or ""), Path(str(row["path"]))
        body = path.read_bytes()
    except KeyError as error:
        return answer | {"error": f"the line has no {error}"}
    except OSError as error:
        return answer | {"error": f"{path}: {error.strerror}"}
    now = datetime.now(UTC)
    url = url.strip() or _stated_address(body, now)
    host = host_of(url)
    if not host:
        lacking = "is not an absolute http(s) address" if url else "is empty, and the page states none"
        return answer | {"url": url, "error": f"the url {lacking}"}
    page = Page(url, body, now, 200, (("content-type", "text/html"),), url)
    source = Source(id="page", url=f"https://{host}/", hosts=(host,))
    try:
        outcome, zone = _digest(page, source)
    except Exception as error:  # noqa: BLE001  a bad page costs its line, not the stream
        return answer | {"url": url, "error": f"{type(error).__name__}: {error}"}
    if isinstance(outcome, Refused):
        return answer | {"url": url, "error": f"{outcome.reason}: {outcome.detail}"}
    return answer | _article(outcome, zone)


def _stated_address(body: bytes, now: datetime) -> str:
    """The address that a page gives itself, for one whose address nobody knows; empty where it gives none."""
    from aggregator.extract.meta import read_meta
    from aggregator.extract.tree import parse_page

    root = parse_page(Page("", body, now))
    stated = read_meta(root, "")["canonical"] if root is not None else []
    return stated[0].value if stated else ""


def _digest(page: Page, source: Source) -> tuple[Article | Refused, str]:
    """The page's article and the zone of its hours: a Source that nobody described is placed by its page."""
    from aggregator.extract import extract
    from pipelines.normalise import normalise
    from pipelines.placing import placed
    from pipelines.refusal import refuse_answer

    candidate = Candidate(page.url, Way.IMPORT)
    refused = refuse_answer(page, candidate)
    if refused:
        return refused, source.zone
    raw = extract(page, candidate, source)
    source = placed(source, raw, page)
    outcome = normalise(raw, candidate, source, Vocabulary(), page.fetched_at)
    if isinstance(outcome, Refused) and outcome.reason is Reason.NO_TITLE and raw.body:
        # A crawl asks such a page again; of a file there is no better copy, and its text is its text.
        opening = Found(raw.body.text.partition("\n")[0], "page:opening")
        outcome = normalise(replace(raw, title=(opening,)), candidate, source, Vocabulary(), page.fetched_at)
        if isinstance(outcome, Article):
            lacking = Evidence("title", None, raw.title, "no title of the article's own")
            rest = tuple(item for item in outcome.evidence if item.field != "title")
            outcome = replace(outcome, title="", evidence=(lacking, *rest))
    return outcome, source.zone


def _published(article: Article, zone: str) -> str | None:
    """The date as ISO 8601, with the offset that the page states: in whose zone else is its day?"""
    if article.published is None:
        return None
    if article.published.at is None:
        return article.published.day.isoformat()
    stated = next((e.chosen.value for e in article.evidence if e.field == "published" and e.chosen), "")
    with suppress(ValueError):
        moment = datetime.fromisoformat(stated)
        if (
            moment.tzinfo is not None
            and moment == article.published.at
            and moment.date() == article.published.day
        ):
            return moment.isoformat()
    return article.published.at.astimezone(ZoneInfo(zone)).isoformat()


def _article(article: Article, zone: str) -> dict[str, Any]:
    return {
        "url": article.url,
        "title": article.title or None,
        "text": article.text,
        "html": article.html,
        "date_published": _published(article, zone),
        "date_modified": article.modified_at.isoformat() if article.modified_at else None,
        "authors": list(article.authors),
        "language": article.language,
        "image": article.image,
        "tags": list(article.tags),
        "canonical_url": article.canonical_url,
        "events": [_event(event) for event in article.events],
        "evidence": [asdict(evidence) for evidence in article.evidence],
    }


def _event(event: Event) -> dict[str, Any]:
    return {
        "kind": event.kind.value,
        "start": event.start.isoformat(),
        "end": event.end.isoformat() if event.end else None,
        "place": event.place,
        "online": event.is_online,
        "year_proved": event.is_year_proved,
        "sentence": event.sentence,
    }
