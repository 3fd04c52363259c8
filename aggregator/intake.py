"""Articles from elsewhere, a JSON line each, into the archive by the same stages as crawled ones.

Knows nothing of fetching. Start reading at `take_in`.
"""

import html
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import groupby, islice
from typing import Any

from aggregator.catalogue import Catalogue
from aggregator.items import Article, Candidate, Fetched, Keep, Page, Refused, Source, SourceMemory, Way
from aggregator.store import Store, sources
from aggregator.urls import canonical_url, host_of
from pipelines.normalise import digest
from pipelines.save import save_imported

# As many rows as a batch of a crawl: one transaction, and what a crash makes to be sent again.
_BATCH = 50
_TEXTS = ("id", "url", "title", "text", "html", "published", "language", "source", "image")
_LISTS = ("authors", "tags")


@dataclass(slots=True)
class IntakeReport:
    """What an import did. `errors` name the line and what is wrong with it."""

    rows: int = 0
    new: int = 0
    copies: int = 0
    refused: int = 0
    errors: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Row:
    """A line that can be used: what acknowledges it, its Source, and its record as fetched."""

    number: int
    key: str
    source: Source
    fetched: Fetched


def take_in(
    store: Store,
    catalogue: Catalogue,
    lines: Iterable[bytes],
    *,
    live_days: int = 14,
    ack: Callable[[str], None] | None = None,
) -> IntakeReport:
    """Saves every line that is an article; a bad line costs itself.

    Shapes: `ack` is called with `ACK <id>`, or with the url where a row has no id, once the row
        is durable; what was there already is acknowledged again.
    Raises: StoreError when the database cannot be used; what was acknowledged is kept.
    """
    report = IntakeReport()
    with store.write() as session:
        sources.sync(session, catalogue.sources, catalogue.digest)
    known = {source.id: source for source in catalogue.sources}
    rows = _rows(lines, known, report)
    while batch := list(islice(rows, _BATCH)):
        for _, group in groupby(batch, key=lambda row: row.source.id):
            _save(store, catalogue, list(group), report, live_days, ack)
    return report


def _save(
    store: Store, catalogue: Catalogue, rows: list[_Row], report: IntakeReport, live_days: int,
    ack: Callable[[str], None] | None,
) -> None:  # fmt: skip
    source = rows[0].source
    if source.id not in {known.id for known in catalogue.sources}:
        with store.write() as session:
            sources.save_source(session, source)
    digested = [(row.fetched, _digest(row, catalogue)) for row in rows]
    outcomes = save_imported(store, source.id, digested, datetime.now(UTC), live_days=live_days)
    for row, outcome in zip(rows, outcomes, strict=True):
        if isinstance(outcome, Refused):
            report.refused += 1
            report.errors.append(f"line {row.number}: not kept: {outcome.reason}: {outcome.detail}")
            continue
        report.new += outcome.effect.name == "NEW"
        report.copies += outcome.effect.name == "COPY"
        if ack is not None:
            ack(f"ACK {row.key}")


def _digest(row: _Row, catalogue: Catalogue) -> Article | Refused:
    fetched, memory = row.fetched, SourceMemory(row.source.id)
    return digest(fetched.page, fetched.candidate, row.source, memory, catalogue.vocabulary)


def _rows(lines: Iterable[bytes], known: Mapping[str, Source], report: IntakeReport) -> Iterator[_Row]:
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        report.rows += 1
        try:
            yield _row(number, line, known)
        except ValueError as error:
            report.refused += 1
            report.errors.append(f"line {number}: {error}")


def _row(number: int, line: bytes, known: Mapping[str, Source]) -> _Row:
    """The line as a row. Raises: ValueError in words."""
    try:
        given = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"not JSON: {error}") from error
    if not isinstance(given, dict):
        raise ValueError("not a JSON object")  # noqa: TRY004  one kind of error for the caller
    _check(given)
    url = given["url"]
    source = _source(given, known)
    content = given.get("html") or _paragraphs(given.get("text") or "")
    candidate = Candidate(
        url, Way.IMPORT, title=given["title"], published=given.get("published"), content=content or None,
        is_full_text=bool(content), authors=tuple(given.get("authors") or ()),
        tags=tuple(given.get("tags") or ()), language=given.get("language"), image=given.get("image"),
    )  # fmt: skip
    page = Page(url, b"", datetime.now(UTC), 200, (("content-type", "application/json"),), url)
    return _Row(number, str(given.get("id") or url), source, Fetched(source.id, page, candidate))


def _check(given: Mapping[str, Any]) -> None:
    for name in ("url", "title"):
        if not isinstance(given.get(name), str) or not given[name].strip():
            raise ValueError(f"no {name}")
    canonical_url(given["url"])
    for name in _TEXTS:
        if given.get(name) is not None and not isinstance(given[name], str | int):
            raise ValueError(f"{name} is not a text")
    for name in _LISTS:
        value = given.get(name)
        if value is not None and not (isinstance(value, list) and all(isinstance(v, str) for v in value)):
            raise ValueError(f"{name} is not a list of texts")


def _source(given: Mapping[str, Any], known: Mapping[str, Source]) -> Source:
    """The row's Source; unknown ones are made, switched off: nobody asked to crawl them."""
    host = host_of(given["url"])
    name = str(given.get("source") or "").strip()
    found = known.get(name) or next((s for s in known.values() if not name and host in s.hosts), None)
    if found is None:
        id_ = re.sub(r"[^a-z0-9]+", "-", (name or host.removeprefix("www.")).lower()).strip("-") or "import"
        found = known.get(id_) or Source(id_, f"https://{host}/", name or host, enabled=False)
    # What a person imports is wanted, whatever it is about and wherever it stood.
    return replace(found, keep=Keep.ALL, hosts=tuple(dict.fromkeys((*found.hosts, host))))


def _paragraphs(text: str) -> str:
    return "".join(f"<p>{html.escape(line)}</p>" for line in text.splitlines() if line.strip())
