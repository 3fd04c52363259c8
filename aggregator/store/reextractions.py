"""How far Sources are whose Snapshots are being read again, so that what was killed goes on.

Knows nothing of how pages are read. Start reading at `begin`.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from aggregator.items import Boilerplate
from aggregator.store.codec import pack_boilerplate, unpack_boilerplate
from aggregator.store.columns import table
from aggregator.store.engine import upsert
from aggregator.store.schema import ReextractionRow


@dataclass(frozen=True, slots=True)
class Progress:
    """A Source under way: with which code, up to which page, and with which boilerplate once learnt."""

    source_id: str
    rules: str
    page_id: int = 0
    boilerplate: Boilerplate | None = None


def begin(session: Session, source_ids: Iterable[str], rules: str) -> None:
    """Notes that these Sources are to be read with this code, each from its first page."""
    rows = [{"source_id": id_, "rules": rules, "page_id": 0, "boilerplate": None} for id_ in source_ids]
    if rows:
        names = ("rules", "page_id", "boilerplate")
        change = upsert(
            session, table(ReextractionRow), ("source_id",), lambda new: {name: new[name] for name in names}
        )
        session.execute(change, rows)


def under_way(session: Session) -> list[Progress]:
    """The Sources that are not done, by id."""
    return [
        Progress(
            row.source_id,
            row.rules,
            row.page_id,
            None if row.boilerplate is None else unpack_boilerplate(row.boilerplate),
        )
        for row in session.scalars(select(ReextractionRow).order_by(ReextractionRow.source_id))
    ]


def keep_learnt(session: Session, source_id: str, boilerplate: Boilerplate) -> None:
    """Keeps what the Source's pages are read with from the first to the last, whatever comes between."""
    _change(session, source_id, boilerplate=pack_boilerplate(boilerplate))


def advance(session: Session, source_id: str, page_id: int) -> None:
    """Notes that all pages up to this one are done."""
    _change(session, source_id, page_id=page_id)


def end(session: Session, source_id: str) -> None:
    """Forgets a Source that is done."""
    session.execute(delete(table(ReextractionRow)).where(ReextractionRow.source_id == source_id))


def forget_all(session: Session) -> None:
    """Forgets what was begun with other code."""
    session.execute(delete(table(ReextractionRow)))


def _change(session: Session, source_id: str, **values: object) -> None:
    session.execute(
        update(table(ReextractionRow)).where(ReextractionRow.source_id == source_id).values(values)
    )
