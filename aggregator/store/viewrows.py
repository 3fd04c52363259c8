"""Rows of the views for analysts, as the database gives them, for what is written into files.

Knows nothing of files. Start reading at `read_view`.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnClause, column, select, table
from sqlalchemy.orm import Session


def read_view(
    session: Session, name: str, columns: Sequence[str], key: str = "", ids: Sequence[int] = ()
) -> Iterator[Sequence[Any]]:
    """These columns of the view, in the order of the first; with a `key` only rows where it is of the ids."""
    wanted: list[ColumnClause[Any]] = [column(one) for one in columns]
    query = select(*wanted).select_from(table(name)).order_by(wanted[0])
    if key:
        query = query.where(column(key).in_(ids))
    yield from session.execute(query)
