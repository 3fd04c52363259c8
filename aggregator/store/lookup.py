"""Many rows by their numbers at once, for lookups that run thousands of times a visit.

Knows no table. Start reading at `among`: the numbers go over as one parameter, so that a
statement is the same text whatever their count; an `IN` list costs more than the rows it finds.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import CursorResult, TextClause, text
from sqlalchemy.orm import Session

_AT_ONCE = 20_000
# On SQLite an `IN (SELECT ...)` may be planned as a scan of the whole table; a CROSS JOIN is kept in order.
_SQLITE = {
    "numbers": "json_each(:numbers) AS wanted",
    "keys": "json_each(:numbers) AS wanted CROSS JOIN {table} ON {table}.{column} = wanted.value",
    "gathered": "group_concat({gathered})",
}
_POSTGRESQL = {
    "numbers": "unnest(CAST(:numbers AS bigint[])) AS wanted(value)",
    "keys": "unnest(CAST(:numbers AS bigint[])) AS wanted(value) "
    "JOIN {table} ON {table}.{column} = wanted.value",
    "gathered": "string_agg(CAST({gathered} AS text), ',')",
}


@dataclass(frozen=True, slots=True)
class Lookup:
    """A statement over the rows of a table whose column is one of many numbers.

    Shapes: in `statement` `{keys}` stands for the table with its numbers, `{table}` for its name,
        `{numbers}` for the numbers alone, each a `wanted.value`, and `{gathered}` for all values of
        that column in one text, in no order, commas between.
    """

    statement: str
    table: str
    column: str
    gathered: str = ""
    sqlite: TextClause = field(init=False)
    postgresql: TextClause = field(init=False)

    def __post_init__(self) -> None:
        """Spells it for both databases, once."""
        names = {"table": self.table, "column": self.column, "gathered": self.gathered}
        for name, forms in (("sqlite", _SQLITE), ("postgresql", _POSTGRESQL)):
            spelled = {part: form.format(**names) for part, form in forms.items()}
            object.__setattr__(self, name, text(self.statement.format(**{**names, **spelled})))


def among(
    session: Session, lookup: Lookup, numbers: Sequence[int], values: Mapping[str, Any] | None = None
) -> list[Any]:
    """The rows of these numbers."""
    found: list[Any] = []
    for start in range(0, len(numbers), _AT_ONCE):
        part = numbers[start : start + _AT_ONCE]
        found += _run(session, lookup, {"numbers": part, **(values or {})}).all()
    return found


def write(session: Session, lookup: Lookup, rows: Sequence[Mapping[str, Any]]) -> None:
    """Runs it for each row: its `numbers` and other values."""
    if rows:
        _run(session, lookup, *rows)


def _run(session: Session, lookup: Lookup, *rows: Mapping[str, Any]) -> CursorResult[Any]:
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    spell: Callable[[Sequence[int]], object] = json.dumps if is_sqlite else list
    wanted = [{**row, "numbers": spell(row["numbers"])} for row in rows]
    return session.connection().execute(
        lookup.sqlite if is_sqlite else lookup.postgresql, wanted if len(wanted) > 1 else wanted[0]
    )
