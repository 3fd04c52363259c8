"""The Sources as the archive knows them: what runs and the fleet read.

Knows nothing of TOML or of visits. Start reading at `sync`.
"""

from collections.abc import Iterable, Sequence

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from aggregator.items import Source
from aggregator.store.codec import source_from_json, source_to_json
from aggregator.store.columns import table
from aggregator.store.engine import upsert
from aggregator.store.schema import MetaRow, SourceRow
from aggregator.urls import host_of

_FRESH = {"failures": 0, "way_urls": [], "date_habits": []}


def sync(session: Session, sources: Iterable[Source], digest: str) -> bool:
    """Takes over the catalogue if its digest is not the one taken over last; says whether it was.

    Sources that are gone from the catalogue stay, with all that was learnt, switched off.
    """
    if session.scalar(select(MetaRow.catalogue_digest)) == digest:
        return False
    listed = list(sources)
    for source in listed:
        save_source(session, source)
    ids = {source.id for source in listed}
    gone = [id_ for id_ in session.scalars(select(SourceRow.id)) if id_ not in ids]
    for id_ in gone:
        session.execute(update(SourceRow).where(SourceRow.id == id_).values(enabled=False))
    session.execute(update(MetaRow).values(catalogue_digest=digest))
    return True


def save_source(session: Session, source: Source) -> None:
    """Writes what the catalogue says of the Source; what visits have learnt stays."""
    values = {
        "host": host_of(source.url).removeprefix("www."),
        "cluster": source.cluster,
        "enabled": source.enabled,
        "definition": source_to_json(source),
    }
    statement = upsert(session, table(SourceRow), ("id",), lambda new: {name: new[name] for name in values})
    session.execute(statement, [{"id": source.id, **values, **_FRESH}])


def find_sources(
    session: Session, ids: Sequence[str] | None = None, *, enabled_only: bool = False
) -> list[Source]:
    """The Sources with these ids, or all, by id; `enabled` as the table has it."""
    query = select(SourceRow.definition, SourceRow.enabled).order_by(SourceRow.id)
    if ids is not None:
        query = query.where(SourceRow.id.in_(ids))
    if enabled_only:
        query = query.where(SourceRow.enabled)
    return [source_from_json({**row.definition, "enabled": row.enabled}) for row in session.execute(query)]
