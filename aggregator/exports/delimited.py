"""CSV and JSON lines.

Knows nothing of the archive. Start reading at `write_csv`; `plain` says how a value is written.
"""

import csv
import io
import json
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from aggregator.dictionary import Table
from aggregator.exports.columns import Row, Value

SHOWN_ZONE = ZoneInfo("Europe/Rome")
"""The zone of times in files for spreadsheets, which know none."""

# What a spreadsheet takes for the beginning of a formula, wide forms included (OWASP, CSV injection).
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_BOM = "\ufeff"


def write_csv(
    write: Callable[[bytes], object], table: Table, rows: Iterable[Row], *, for_excel: bool = False
) -> int:
    """Writes a header and the rows, as UTF-8; how many rows.

    Shapes: `for_excel`: semicolons, a byte order mark, CRLF, times in Europe/Rome, lists for
        people, and an apostrophe before what would be a formula. Else commas, LF, instants in UTC,
        lists as JSON: `columns.typed` reads them back.
    """
    buffer = io.StringIO()
    style = {"delimiter": ";", "lineterminator": "\r\n"} if for_excel else {"lineterminator": "\n"}
    lines = csv.writer(buffer, **style)  # type: ignore[arg-type]  # the stubs want each option by its name
    spell = _for_excel if for_excel else plain
    write(_BOM.encode() if for_excel else b"")
    lines.writerow(table.names)
    count = 0
    for row in rows:
        lines.writerow([spell(value) for value in row])
        count += 1
        if buffer.tell() > 1 << 16:
            _flush(buffer, write)
    _flush(buffer, write)
    return count


def write_jsonl(write: Callable[[bytes], object], table: Table, rows: Iterable[Row]) -> int:
    """Writes an object a line, with null for what is unknown; how many.

    Shapes: of articles each is a line for `import`, with more in it: the source is called as
        there, and `published` is the date as exactly as it was stated.
    """
    count = 0
    for row in rows:
        line = {name: _json(value) for name, value in zip(table.names, row, strict=True)}
        if table.name == "articles":
            line["source"] = line.pop("source_id")
            line["published"] = _stated(line)
        write(json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace") + b"\n")
        count += 1
    return count


def _stated(line: Mapping[str, object]) -> object:
    if line["published_at"] is not None or line["published_day"] is None:
        return line["published_at"]
    return str(line["published_day"])[: {"year": 4, "month": 7}.get(str(line["precision"]), 10)]


def plain(value: Value) -> str:
    """The value as text: empty for None, ISO 8601 in UTC, 1 and 0, lists as JSON."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple | Mapping):
        return json.dumps(value, ensure_ascii=False)
    return str(value)


def told(value: Value) -> str:
    """The value as text for people who read it in a cell: lists with semicolons between."""
    if isinstance(value, tuple):
        return "; ".join(value)
    if isinstance(value, Mapping):
        return "; ".join(f"{name}: {count}" for name, count in value.items())
    return plain(value)


def local(value: datetime) -> datetime:
    """The instant as a spreadsheet shows it: in Europe/Rome, without a zone, to the second."""
    return value.astimezone(SHOWN_ZONE).replace(tzinfo=None, microsecond=0)


def _for_excel(value: Value) -> str:
    if isinstance(value, datetime):
        return local(value).isoformat(" ")
    text = told(value)
    if isinstance(value, str | tuple) and text.lstrip(" \u00a0").startswith(_FORMULA):
        return f"'{text}"
    return text


def _json(value: Value) -> object:
    return plain(value) if isinstance(value, datetime | date) else value


def _flush(buffer: io.StringIO, write: Callable[[bytes], object]) -> None:
    write(buffer.getvalue().encode("utf-8", "replace"))
    buffer.seek(0)
    buffer.truncate()
