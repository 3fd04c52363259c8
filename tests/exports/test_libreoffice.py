"""XLSX and CSV files opened by a real spreadsheet and written back: the same counts, accents and dates."""

import csv
import shutil
import subprocess
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from aggregator.dictionary import Table
from aggregator.exports.columns import TABLES
from aggregator.exports.delimited import write_csv
from aggregator.exports.workbook import write_workbook

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice (soffice) is not installed"),
]
NAMES = ("title", "published_at", "published_day", "authors", "is_hidden")
TABLE = Table(
    "articles", "", tuple(c for name in NAMES for c in TABLES["articles"].columns if c.name == name)
)
ROWS = [
    ("Perché «così»; = 2", datetime(2026, 3, 9, 22, 30, tzinfo=UTC), date(2026, 3, 9), ("Ada Neri",), False),
    ("=1+1", None, None, (), True),
    ("Città\nsu due righe, «già»", None, date(2025, 12, 31), ("A", "B"), False),
]
UTF8_COMMAS = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false"


def through_libreoffice(path: Path, folder: Path, *filters: str) -> list[list[str]]:
    """The rows as LibreOffice has read them."""
    profile = f"-env:UserInstallation=file://{folder / 'profile'}"
    command: list[str | Path] = [
        "soffice",
        profile,
        "--headless",
        *filters,
        "--convert-to",
        UTF8_COMMAS,
        "--outdir",
        folder / "out",
    ]
    subprocess.run([*command, path], check=True, capture_output=True, timeout=240)
    with (folder / "out" / f"{path.stem}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))[1:]


def test_a_workbook_opens_as_it_was_meant(tmp_path: Path) -> None:
    write_workbook(tmp_path / "libro.xlsx", [(TABLE, ROWS)])
    found = through_libreoffice(tmp_path / "libro.xlsx", tmp_path)
    assert [row[0] for row in found] == [row[0] for row in ROWS]
    assert [row[2] for row in found] == ["2026-03-09", "", "2025-12-31"]
    assert found[0][1] == "2026-03-09 23:30:00"


def test_a_csv_for_spreadsheets_opens_as_it_was_meant(tmp_path: Path) -> None:
    with (tmp_path / "righe.csv").open("wb") as file:
        write_csv(file.write, TABLE, ROWS, for_excel=True)
    found = through_libreoffice(tmp_path / "righe.csv", tmp_path, "--infilter=CSV:59,34,76,1")
    assert [row[0].lstrip("'") for row in found] == [row[0] for row in ROWS]
    assert [row[2] for row in found] == ["2026-03-09", "", "2025-12-31"]
    assert found[0][1] == "2026-03-09 23:30:00"
