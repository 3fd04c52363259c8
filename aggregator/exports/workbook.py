"""XLSX: sheets of rows with real dates, and a sheet that says what the columns mean.

Knows nothing of the archive. Start reading at `write_workbook`.
"""

import warnings
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import xlsxwriter

from aggregator.dictionary import Table
from aggregator.exports.columns import DICTIONARY, Row, Value, dictionary
from aggregator.exports.delimited import local, told

# Limits of the format, of Microsoft's page 'Excel specifications and limits'.
_LETTERS = 32_767
_ROWS = 1_048_576
# Excel counts days from 1900, and takes that year for a leap year.
_FIRST_DAY = date(1900, 3, 1)
_WIDTHS = {
    "text": 60,
    "title": 60,
    "summary": 60,
    "url": 40,
    "sentence": 60,
    "meaning": 100,
    "published_at": 18,
}
_WIDTH = 16


def write_workbook(
    path: Path, tables: Sequence[tuple[Table, Iterable[Row]]], *, made_at: datetime | None = None
) -> tuple[int, int]:
    """Writes a sheet a table, and the dictionary; how many rows, and how many cells were cut.

    Shapes: texts are texts whatever they begin with; one beyond what a cell holds is cut, and says
        so; rows beyond what a sheet holds go on in another. Times are in Europe/Rome. With `made_at` the
        same rows are the same bytes.
    """
    options = {
        "constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
        "strings_to_numbers": False, "use_zip64": True,
    }  # fmt: skip
    book = xlsxwriter.Workbook(str(path), options)
    if made_at is not None:
        book.set_properties({"created": made_at.astimezone(UTC).replace(tzinfo=None)})
    writer = _Writer(book)
    count = sum(writer.table(table, rows) for table, rows in tables)
    writer.table(DICTIONARY, dictionary(*(table for table, _ in tables)))
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # what XlsxWriter cannot write is no export
        book.close()
    return count, writer.cut


class _Writer:
    """The sheets of a book under way."""

    def __init__(self, book: Any) -> None:  # noqa: ANN401  XlsxWriter has no types
        self._book = book
        self._head = book.add_format({"bold": True})
        self._day = book.add_format({"num_format": "yyyy-mm-dd"})
        self._time = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        self.cut = 0

    def table(self, table: Table, rows: Iterable[Row]) -> int:
        """Writes the rows; how many."""
        sheet, line, count = self._sheet(table, 1), 1, 0
        for row in rows:
            if line == _ROWS:
                sheet, line = self._sheet(table, count // (_ROWS - 1) + 1), 1
            for column, value in enumerate(row):
                self._cell(sheet, line, column, value)
            line += 1
            count += 1
        return count

    def _sheet(self, table: Table, number: int) -> Any:  # noqa: ANN401  XlsxWriter has no types
        sheet = self._book.add_worksheet(table.name if number == 1 else f"{table.name} {number}")
        sheet.freeze_panes(1, 0)
        for column, name in enumerate(table.names):
            sheet.set_column(column, column, _WIDTHS.get(name, _WIDTH))
            sheet.write_string(0, column, name, self._head)
        return sheet

    def _cell(self, sheet: Any, line: int, column: int, value: Value) -> None:  # noqa: ANN401  XlsxWriter has no types
        if isinstance(value, bool):
            sheet.write_boolean(line, column, value)
        elif isinstance(value, int):
            sheet.write_number(line, column, value)
        elif isinstance(value, datetime) and value.date() > _FIRST_DAY:
            sheet.write_datetime(line, column, local(value), self._time)
        elif isinstance(value, date) and not isinstance(value, datetime) and value >= _FIRST_DAY:
            sheet.write_datetime(line, column, value, self._day)
        elif value not in (None, "", (), {}):
            sheet.write_string(line, column, self._fitting(told(value)))

    def _fitting(self, text: str) -> str:
        """The text, cut where a cell could not hold it. Units: a cell's are of UTF-16."""
        if len(text.encode("utf-16-le", "replace")) // 2 <= _LETTERS:
            return text
        self.cut += 1
        mark = f" [... cut: {len(text)} letters in all]"
        kept = text.encode("utf-16-le", "replace")[: 2 * (_LETTERS - len(mark))]
        return kept.decode("utf-16-le", "ignore") + mark
