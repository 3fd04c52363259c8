"""The tables of exports are those of `aggregator.dictionary`; here is what their values are in Python.

Knows nothing of formats or of the archive. Start reading at `TABLES`; `dictionary` goes with
every export.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

from aggregator.dictionary import TABLES as DOCUMENTED
from aggregator.dictionary import Column, Table

Value = str | int | float | bool | datetime | date | tuple[str, ...] | Mapping[str, int] | None
Row = tuple[Value, ...]


class Kind(StrEnum):
    """What a column holds, as the dictionary calls it."""

    TEXT = "text"
    NUMBER = "number"
    TRUTH = "yes/no"
    INSTANT = "instant"
    DAY = "day"
    LIST = "list"
    OBJECT = "object"


TABLES: dict[str, Table] = {table.name: table for table in DOCUMENTED}
"""The tables by name."""

DICTIONARY = Table(
    "dictionary",
    "What the columns of the other tables mean.",
    (
        Column("table", Kind.TEXT, "Name of the table.", "articles"),
        Column("column", Kind.TEXT, "Name of the column.", "published_day"),
        Column("kind", Kind.TEXT, "What it holds.", "day"),
        Column("meaning", Kind.TEXT, "What it is.", "The article that it shows."),
        Column("empty", Kind.TEXT, "What an empty cell means.", "it has none", "it is never empty"),
        Column("example", Kind.TEXT, "An example.", "2026-03-11"),
    ),
)
"""The dictionary as a table, for formats that hold several."""


def dictionary(*tables: Table) -> Iterator[Row]:
    """The rows of the dictionary of these tables."""
    for table in tables:
        for column in table.columns:
            yield table.name, column.name, column.kind, column.meaning, column.null, column.example


def typed(value: Any, kind: str) -> Value:  # noqa: ANN401  either driver's
    """What a view gave, or `delimited.plain` wrote, as a value. Units: instants to the second."""
    if value is None or (value == "" and kind != Kind.TEXT):
        return None
    if kind == Kind.INSTANT:
        at = datetime.fromisoformat(value) if isinstance(value, str) else value
        return second(at)
    if kind == Kind.DAY:
        return date.fromisoformat(value) if isinstance(value, str) else value
    if kind == Kind.TRUTH:
        return bool(int(value))
    if kind == Kind.NUMBER:
        return int(value)
    if kind in (Kind.LIST, Kind.OBJECT):
        held = json.loads(value) if isinstance(value, str) else value
        return tuple(held) if kind == Kind.LIST else held
    return str(value)


def second(at: datetime) -> datetime:
    """The instant as tables for analysts have it: UTC, to the second."""
    return at.astimezone(UTC).replace(microsecond=0)
