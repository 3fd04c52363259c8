"""Archives written by released versions, brought up to this one."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import zstandard

from aggregator.store import open_store
from aggregator.store.version import HEAD

RELEASED = Path(__file__).parents[2] / "fixtures" / "archives"


@pytest.mark.parametrize("kept", sorted(RELEASED.glob("*.zst")), ids=lambda path: path.stem)
def test_an_archive_of_a_release_is_upgraded_with_all_it_holds(kept: Path, tmp_path: Path) -> None:
    path = tmp_path / "archive.sqlite"
    path.write_bytes(zstandard.ZstdDecompressor().decompress(kept.read_bytes()))
    before = _contents(path)
    store = open_store(f"sqlite:///{path}")
    store.close()
    assert any(note.endswith(f" to {HEAD}") for note in store.notes)
    after = _contents(path)
    assert {table: after[table] for table in before} == before
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []


def _contents(path: Path) -> dict[str, set[object]]:
    """What each table holds that says something to people: its rows' first columns, whatever comes after."""
    with closing(sqlite3.connect(path)) as connection:
        tables = ["source", "entry", "body", "event", "snapshot", "sighting", "link", "crawl_run"]
        keys = {
            "body": "entry_id, text",
            "event": "uid, start_day, place",
            "link": "entry_id, other_id, reason",
        }
        return {
            table: set(connection.execute(f"SELECT {keys.get(table, 'id')} FROM {table}")) for table in tables
        } | {
            "entries": set(connection.execute("SELECT tag, title, url, published_day, change_seq FROM entry"))
        }
