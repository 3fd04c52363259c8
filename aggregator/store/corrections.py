"""What a person said of an Entry's fields: kept, and laid over whatever is read from its page.

Knows nothing of how a value is checked. Start reading at `impose`: the one place where a person's
word meets an Article on its way into the archive.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from aggregator.items import Article, Evidence, Found, Mention, Precision, PublishedDate
from aggregator.store.columns import table
from aggregator.store.engine import upsert
from aggregator.store.schema import CorrectionRow

FIELDS = ("title", "published", "authors", "language", "summary", "text", "tags", "image")
"""What of an Entry a person can correct."""

WHERE = "operator:correct"
# Fields in which an article can name a cluster or topic, in the order in which Mentions stand.
_NAMING = ("title", "tags", "text")
# As long as other evidence is kept (see pipelines.evidence): enough to tell values apart.
_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Correction:
    """A person's word: the field, its value, and the value that its page states, in words."""

    field: str
    value: str
    read: str
    reason: str
    corrected_at: datetime


def impose(session: Session, entry_id: int, article: Article) -> Article:
    """The Article as it is to be written, a person's word over it; what its page states is kept aside."""
    rows = _rows(session, entry_id)
    for row in rows:
        read = _values(article, row.field)
        if read != row.read:
            where = (CorrectionRow.entry_id == entry_id, CorrectionRow.field == row.field)
            session.execute(update(table(CorrectionRow)).where(*where).values(read=read))
    return _laid_over(article, rows)


def apply(session: Session, entry_id: int, article: Article) -> Article:
    """The Article with a person's word over it; writes nothing."""
    return _laid_over(article, _rows(session, entry_id))


def as_read(session: Session, entry_id: int, article: Article) -> Article:
    """The Article as its page states it, without anybody's word."""
    for row in _rows(session, entry_id):
        article = _with_values(article, row.read)
    return article


def save(
    session: Session, entry_id: int, field: str, said: Article, read: Article, reason: str, now: datetime
) -> None:
    """Keeps that the field is as `said` has it, in place of what was said of it before."""
    row = {
        "entry_id": entry_id,
        "field": field,
        "value": _values(said, field),
        "read": _values(read, field),
        "reason": reason,
        "corrected_at": now,
    }
    names = ("value", "read", "reason", "corrected_at")
    statement = upsert(
        session, table(CorrectionRow), ("entry_id", "field"), lambda new: {name: new[name] for name in names}
    )
    session.execute(statement, [row])


def remove(session: Session, entry_id: int, field: str) -> bool:
    """Forgets what was said of the field; says whether anything was."""
    where = (CorrectionRow.entry_id == entry_id, CorrectionRow.field == field)
    gone = session.execute(delete(table(CorrectionRow)).where(*where).returning(CorrectionRow.field))
    return gone.first() is not None


def move(session: Session, entry_id: int, into_id: int) -> None:
    """Gives what was said of an Entry to another, unless something was said of that field there."""
    taken = select(CorrectionRow.field).where(CorrectionRow.entry_id == into_id)
    session.execute(
        update(table(CorrectionRow))
        .where(CorrectionRow.entry_id == entry_id, CorrectionRow.field.not_in(taken.scalar_subquery()))
        .values(entry_id=into_id)
    )


def find(session: Session, entry_id: int) -> list[Correction]:
    """What persons said of the Entry, by field."""
    return [
        Correction(row.field, shown(row.value), shown(row.read), row.reason, row.corrected_at)
        for row in _rows(session, entry_id)
    ]


def with_operator(evidence: Sequence[Evidence], corrections: Sequence[Correction]) -> tuple[Evidence, ...]:
    """The evidence of a page, a person's word first where there is one."""
    by_field = {item.field: item for item in evidence}
    for said in corrections:
        page = by_field.get(said.field, Evidence(said.field, None))
        others = (page.chosen, *page.others) if page.chosen else page.others
        why = f"{said.reason} ({said.corrected_at:%Y-%m-%d})"
        by_field[said.field] = Evidence(said.field, Found(said.value[:_SHOWN], WHERE), others, why)
    return tuple(by_field.values())


def shown(values: Mapping[str, Any]) -> str:
    """A field's value in words; empty where it has none."""
    value = next((v for name, v in values.items() if name not in ("html", "mentions")), None)
    if "published" in values:
        return "" if value is None else _date_in_words(_date_of(value))
    return ", ".join(value) if isinstance(value, list) else value or ""


def _date_in_words(published: PublishedDate) -> str:
    if published.at is not None:
        return published.at.isoformat()
    length = {Precision.YEAR: 4, Precision.MONTH: 7}.get(published.precision, 10)
    return published.day.isoformat()[:length]


def _rows(session: Session, entry_id: int) -> list[CorrectionRow]:
    query = select(CorrectionRow).where(CorrectionRow.entry_id == entry_id).order_by(CorrectionRow.field)
    return list(session.scalars(query, execution_options={"populate_existing": True}))


def _laid_over(article: Article, rows: Sequence[CorrectionRow]) -> Article:
    for row in rows:
        article = _with_values(article, row.value)
    return article


def _values(article: Article, field: str) -> dict[str, Any]:
    """The field as JSON; the text with its HTML, and each with what it names."""
    value = getattr(article, field)
    if field in _NAMING:
        named = [[m.term, m.words] for m in article.mentions if m.where == field]
        told = {"text": article.text, "html": article.html} if field == "text" else {field: _plain(value)}
        return {**told, "mentions": named}
    if isinstance(value, PublishedDate):
        at = value.at.isoformat() if value.at else None
        return {field: [at, value.day.isoformat(), value.precision.value, value.confidence]}
    return {field: _plain(value)}


def _plain(value: Any) -> Any:  # noqa: ANN401  a field of an Article
    return list(value) if isinstance(value, tuple) else value


def _with_values(article: Article, values: Mapping[str, Any]) -> Article:
    values = dict(values)
    named = values.pop("mentions", None)
    if named is not None:  # what 0.1.0 kept has none: then the page's own stay
        field = next(name for name in values if name != "html")
        mentions = [m for m in article.mentions if m.where != field]
        mentions += [Mention(term, words, field) for term, words in named]
        article = replace(article, mentions=tuple(sorted(mentions, key=_place)))
    typed: dict[str, Any] = {
        name: _date_of(value)
        if name == "published" and value is not None
        else tuple(value)
        if isinstance(value, list)
        else value
        for name, value in values.items()
    }
    return replace(article, **typed)


def _place(mention: Mention) -> int:
    return _NAMING.index(mention.where) if mention.where in _NAMING else len(_NAMING)


def _date_of(value: Sequence[Any]) -> PublishedDate:
    at, day, precision, confidence = value
    instant = datetime.fromisoformat(at) if at else None
    return PublishedDate(instant, date.fromisoformat(day), Precision(precision), confidence)
