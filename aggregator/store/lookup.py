"""Many rows by their numbers at once, for lookups that run thousands of times a visit.

Knows no table. Start reading at `among`: the numbers go over as one parameter, so that a
statement is the same text whatever their count; an `IN` list costs more than the rows it finds.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import TextClause, text
from sqlalchemy.orm import Session

_AT_ONCE = 20_000
# On SQLite an `IN (SELECT ...)` may be planned as a scan of the whole table; a CROSS JOIN is kept in order.
_SQLITE = "json_each(:numbers) AS wanted CROSS JOIN {table} ON {table}.{column} = wanted.value"
_POSTGRESQL = (
    "unnest(CAST(:numbers AS bigint[])) AS wanted(value) JOIN {table} ON {table}.{column} = wanted.value"
)


@dataclass(frozen=True, slots=True)
class Lookup:
    """A SELECT over the rows of a table whose column is one of many numbers.

    Shapes: in `statement` `{keys}` stands for the table with its numbers, `{table}` for its name.
    """

    statement: str
    table: str
    column: str
    sqlite: TextClause = field(init=False)
    postgresql: TextClause = field(init=False)

    def __post_init__(self) -> None:
        """Spells it for both databases, once."""
        for name, form in (("sqlite", _SQLITE), ("postgresql", _POSTGRESQL)):
            keys = form.format(table=self.table, column=self.column)
            object.__setattr__(self, name, text(self.statement.format(keys=keys, table=self.table)))


def among(
    session: Session, lookup: Lookup, numbers: Sequence[int], values: Mapping[str, Any] | None = None
) -> list[Any]:
    """The rows of these numbers."""
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    statement = lookup.sqlite if is_sqlite else lookup.postgresql
    found: list[Any] = []
    for start in range(0, len(numbers), _AT_ONCE):
        part = list(numbers[start : start + _AT_ONCE])
        wanted = {"numbers": json.dumps(part) if is_sqlite else part, **(values or {})}
        found += session.connection().execute(statement, wanted).all()
    return found
