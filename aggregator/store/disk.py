"""How many bytes the archive takes, by kind and source.

Knows nothing of how they are shown. Start reading at `usage`.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import ColumnElement, LargeBinary, cast, func, select, text
from sqlalchemy.orm import InstrumentedAttribute, Session

from aggregator.store.schema import BodyRow, EntryRow, RevisionRow, SnapshotRow

_SQLITE_INDEX = text("SELECT sum(length(block)) FROM search_data")
# What the file will be: pages still in its log count, as all else that is asked of it does.
_SQLITE_ALL = text("SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()")
_POSTGRESQL_INDEX = text("SELECT pg_total_relation_size('search')")
_POSTGRESQL_ALL = text("SELECT pg_database_size(current_database())")


@dataclass(frozen=True, slots=True)
class Usage:
    """Bytes of one kind that are there for one source; for all of them where it is empty."""

    kind: str
    source_id: str
    bytes: int


def usage(session: Session) -> list[Usage]:
    """What takes room: pages kept, texts, evidence, revisions by source; the index; all else.

    Shapes: the sum of all is the size of the file with its log written back, or of the database.
    """
    found = [*_by_source(session), Usage("search index", "", _index(session))]
    rest = _total(session) - sum(one.bytes for one in found)
    return [*found, Usage("tables and indexes", "", max(0, rest))]


def _by_source(session: Session) -> Iterator[Usage]:
    is_sqlite = session.get_bind().dialect.name == "sqlite"

    def size(*columns: InstrumentedAttribute[str] | InstrumentedAttribute[bytes]) -> ColumnElement[int]:
        """Bytes, not letters; before PostgreSQL compresses them."""
        length = func.length if is_sqlite else func.octet_length
        each = [length(cast(column, LargeBinary) if is_sqlite else column) for column in columns]
        return func.sum(sum(each[1:], each[0]))

    of_page, of_entry = SnapshotRow.source_id, EntryRow.source_id
    with_body = select(of_entry, size(BodyRow.text, BodyRow.html))
    evidence = select(of_entry, size(BodyRow.evidence))
    revisions = select(of_entry, size(RevisionRow.old))
    asked = (
        ("pages", select(of_page, size(SnapshotRow.body, SnapshotRow.head)).group_by(of_page)),
        ("texts", with_body.join(BodyRow, BodyRow.entry_id == EntryRow.id).group_by(of_entry)),
        ("evidence", evidence.join(BodyRow, BodyRow.entry_id == EntryRow.id).group_by(of_entry)),
        ("revisions", revisions.join(RevisionRow, RevisionRow.entry_id == EntryRow.id).group_by(of_entry)),
    )
    for kind, statement in asked:
        for source_id, held in session.execute(statement.order_by(text("2 DESC"), text("1"))):
            yield Usage(kind, source_id, int(held or 0))


def _index(session: Session) -> int:
    statement = _SQLITE_INDEX if session.get_bind().dialect.name == "sqlite" else _POSTGRESQL_INDEX
    return int(session.scalar(statement) or 0)


def _total(session: Session) -> int:
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    return int(session.scalar(_SQLITE_ALL if is_sqlite else _POSTGRESQL_ALL) or 0)
