"""All that names a person: what must be known before a request to erase it can be answered.

Knows nothing of who may ask. Start reading at `naming`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import permutations
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from aggregator.errors import QueryError
from aggregator.query import Or, Phrase
from aggregator.stems import tokens
from aggregator.store import search
from aggregator.store.codec import unpack
from aggregator.store.matching import condition
from aggregator.store.schema import BodyRow, CorrectionRow, EntryRow, EventRow, RevisionRow, SightingRow

# Names are short: of five words there are 120 orders already.
_MOST_WORDS = 5


@dataclass(frozen=True, slots=True)
class Naming:
    """An Entry that names the person, hidden or not yet announced too, and in which of its parts."""

    entry_id: int
    title: str
    url: str
    places: tuple[str, ...]


def naming(session: Session, name: str) -> list[Naming]:
    """The Entries in which the words of the name stand in a row, in any order (`Rossi Anna`).

    Shapes: by number; accents and capitals count for nothing. Looks at what each says now, said before
        it changed, was called at other sources, announces, and at what a person corrected.
    Raises: QueryError for a name without words, or with more than five.
    """
    words = tokens(name)
    if not words or len(words) > _MOST_WORDS:
        raise QueryError(f"a name has one to {_MOST_WORDS} words; {name!r} has {len(words)}")
    orders = sorted({search.spaced(order) for order in permutations(words)})
    places: dict[int, dict[str, None]] = {}
    for entry_id, place, said in _said(session, words):
        if any(order in search.spaced(tokens(said)) for order in orders):
            places.setdefault(entry_id, {})[place] = None
    rows = select(EntryRow.id, EntryRow.title, EntryRow.url).where(EntryRow.withdrawn_at.is_(None))
    return [
        Naming(id_, title, url, tuple(places[id_]))
        for id_, title, url in session.execute(rows.order_by(EntryRow.id))
        if id_ in places
    ]


def _said(session: Session, words: list[str]) -> Iterator[tuple[int, str, str]]:
    """Number, part and words of all that may name the person."""
    phrases = tuple(Phrase(order) for order in sorted(set(permutations(words))))
    is_indexed = condition(phrases[0] if len(phrases) == 1 else Or(phrases))
    entry = select(EntryRow, BodyRow.text).join(BodyRow, BodyRow.entry_id == EntryRow.id)
    for row, text in session.execute(entry.where(or_(EntryRow.announced_seq.is_(None), is_indexed))):
        yield row.id, "title", row.title
        yield row.id, "text", text
        yield row.id, "summary", row.summary
        yield from ((row.id, "authors", author) for author in row.authors)
        yield from ((row.id, "tags", tag) for tag in row.tags)
    for id_, title in session.execute(select(SightingRow.entry_id, SightingRow.title)):
        yield id_, "title at another source", title
    for id_, sentence, place in session.execute(select(EventRow.entry_id, EventRow.sentence, EventRow.place)):
        yield id_, "event", f"{sentence} · {place or ''}"
    for id_, value, read in session.execute(
        select(CorrectionRow.entry_id, CorrectionRow.value, CorrectionRow.read)
    ):
        yield id_, "correction", f"{_flat(value)} · {_flat(read)}"
    for id_, old in session.execute(select(RevisionRow.entry_id, RevisionRow.old)):
        yield id_, "what it was before", _flat(unpack(old))


def _flat(value: Any) -> str:  # noqa: ANN401  any JSON value
    """All texts in it, in order."""
    if isinstance(value, dict):
        return " · ".join(map(_flat, value.values()))
    if isinstance(value, list):
        return " · ".join(map(_flat, value))
    return value if isinstance(value, str) else ""
