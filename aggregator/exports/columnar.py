"""Parquet: one file, or a folder with a part a month of publication.

Knows nothing of the archive. Start reading at `write_partitioned`. Needs pyarrow, an extra.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from aggregator.dictionary import Table
from aggregator.errors import ConfigError
from aggregator.exports.columns import Kind, Row, Value
from aggregator.exports.delimited import plain

# Rows held before they are written: 20 MB of articles, however many months they are spread over.
_HELD = 5_000
_UNKNOWN = "unknown"


def write_parquet(path: Path, table: Table, rows: Iterable[Row]) -> int:
    """Writes one file, compressed by zstd; how many rows. Raises: ConfigError without pyarrow."""
    arrow, parquet = _load()
    schema = _schema(arrow, table)
    count = 0
    with parquet.ParquetWriter(path, schema, compression="zstd") as writer:
        held: list[Row] = []
        for row in rows:
            held.append(row)
            if len(held) == _HELD:
                writer.write_table(_columns(arrow, schema, held))
                count += len(held)
                held = []
        if held or not count:
            writer.write_table(_columns(arrow, schema, held))
        return count + len(held)


def write_partitioned(folder: Path, table: Table, rows: Iterable[Row]) -> int:
    """Writes `<table>/month=2026-03/part.parquet` and so on, `month=unknown` for no date; how many rows.

    Shapes: the first column that is a day says the month; a table without one is a single part beside
        no others. DuckDB, pandas and R read the folder as one table.
    Raises: ConfigError without pyarrow.
    """
    arrow, parquet = _load()
    schema = _schema(arrow, table)
    day = next((n for n, column in enumerate(table.columns) if column.kind == Kind.DAY), None)
    if day is None:
        (folder / table.name).mkdir()
        return write_parquet(folder / table.name / "part.parquet", table, rows)
    writers: dict[str, Any] = {}
    held: dict[str, list[Row]] = defaultdict(list)
    count = waiting = 0

    def write(month: str) -> None:
        if month not in writers:
            place = folder / table.name / f"month={month}" / "part.parquet"
            place.parent.mkdir(parents=True)
            writers[month] = parquet.ParquetWriter(place, schema, compression="zstd")
        writers[month].write_table(_columns(arrow, schema, held.pop(month)))

    try:
        for row in rows:
            value = row[day]
            held[str(value)[:7] if value is not None else _UNKNOWN].append(row)
            count += 1
            waiting += 1
            if waiting == _HELD:
                fullest = max(held, key=lambda month: len(held[month]))
                waiting -= len(held[fullest])
                write(fullest)
        for month in sorted(held) or ([_UNKNOWN] if not writers else []):
            held.setdefault(month, [])
            write(month)
    finally:
        for writer in writers.values():
            writer.close()
    return count


def _load() -> tuple[Any, Any]:
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ImportError as error:
        raise ConfigError("Parquet needs pyarrow: install the wheel with its extra `parquet`") from error
    return pa, parquet


def _schema(arrow: Any, table: Table) -> Any:  # noqa: ANN401  pyarrow has no types
    types: dict[str, Any] = {
        Kind.TEXT: arrow.string(), Kind.NUMBER: arrow.int64(), Kind.TRUTH: arrow.bool_(),
        Kind.INSTANT: arrow.timestamp("us", tz="UTC"), Kind.DAY: arrow.date32(),
        Kind.LIST: arrow.list_(arrow.string()), Kind.OBJECT: arrow.string(),
    }  # fmt: skip
    told = {column.name: {"meaning": column.meaning} for column in table.columns}
    return arrow.schema([arrow.field(c.name, types[c.kind], metadata=told[c.name]) for c in table.columns])


def _columns(arrow: Any, schema: Any, rows: list[Row]) -> Any:  # noqa: ANN401  pyarrow has no types
    values = list(zip(*rows, strict=True)) if rows else [()] * len(schema)
    arrays = [
        arrow.array([_held(value) for value in column], type=field.type)
        for column, field in zip(values, schema, strict=True)
    ]
    return arrow.Table.from_arrays(arrays, schema=schema)


def _held(value: Value) -> Value:
    return plain(value) if isinstance(value, Mapping) else value
