"""The examples of docs/query.md, run as they stand, and what Datasette is told."""

import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import zstandard

from aggregator.dictionary import TABLES, datasette
from aggregator.store import open_store

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "query.md").read_text()


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("samples") / "archive.sqlite"
    kept = ROOT / "fixtures" / "archives" / "0.1.0.sqlite.zst"
    path.write_bytes(zstandard.ZstdDecompressor().decompress(kept.read_bytes()))
    open_store(f"sqlite:///{path}").close()
    return path


@pytest.mark.parametrize("statement", [block for block in blocks("sql") if "ATTACH" not in block])
def test_sql_finds_something(archive: Path, statement: str) -> None:
    with closing(sqlite3.connect(f"file:{archive}?mode=ro", uri=True)) as connection:
        assert connection.execute(statement).fetchall()


def test_pandas(archive: Path) -> None:
    pytest.importorskip("pandas", reason="pandas is not installed")
    [block] = [block for block in blocks("python") if "pandas" in block]
    names: dict[str, Any] = {"path": archive}
    exec(block, names)
    assert names["result"].sum() > 50


def test_duckdb_reads_parquet(archive: Path, tmp_path: Path) -> None:
    pytest.importorskip("duckdb", reason="duckdb is not installed")
    pyarrow = pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    import pyarrow.parquet as parquet

    with closing(sqlite3.connect(archive)) as connection:
        days = [day for (day,) in connection.execute("SELECT published_day FROM articles")]
    parquet.write_table(pyarrow.table({"published_day": days}), tmp_path / "articles.parquet")
    [block] = [block for block in blocks("python") if "duckdb" in block]
    names: dict[str, Any] = {"folder": tmp_path}
    exec(block, names)
    assert sum(count for _, count in names["result"]) == len(days)


def test_datasette_is_told_of_every_table(archive: Path) -> None:
    told = datasette()
    assert json.loads((ROOT / "docs" / "datasette.json").read_text()) == told
    tables: dict[str, Any] = told["databases"]["archive"]["tables"]  # type: ignore[index]  # JSON
    with closing(sqlite3.connect(archive)) as connection:
        there = {
            name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        }
    assert {name for name, said in tables.items() if said.get("hidden")} <= there
    assert {table.name for table in TABLES} <= tables.keys()
