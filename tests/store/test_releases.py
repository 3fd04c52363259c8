"""Archives written by released versions, brought up to this one."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path

import pytest
import zstandard
from sqlalchemy import select

from aggregator.near import MOST_HOLDERS
from aggregator.store import kinship, open_store, postings
from aggregator.store.schema import LinkRow, SourceRow, StaleRow
from aggregator.store.version import HEAD
from pipelines.dedupe import sketch
from pipelines.link import relate_some, wording_of

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


def test_what_a_release_compared_is_compared_by_todays_rules(tmp_path: Path) -> None:
    path = tmp_path / "archive.sqlite"
    path.write_bytes(zstandard.ZstdDecompressor().decompress((RELEASED / "0.1.0.sqlite.zst").read_bytes()))
    with closing(open_store(f"sqlite:///{path}")) as store, store.write() as session:
        ids = list(session.scalars(select(StaleRow.entry_id)))
        links = session.execute(select(LinkRow.entry_id, LinkRow.other_id)).all()
        everywhere = list(session.scalars(select(SourceRow.id)))
        while relate_some(session, *everywhere, now=datetime(2026, 11, 25, tzinfo=UTC)) is not None:
            pass
        assert session.scalars(select(StaleRow)).all() == []
        told = kinship.load(session, ids)
        assert len(told) == len(ids) > 80
        keys = {entry.id: sketch(wording_of(entry)).cross_keys for entry in told}
        held = postings.find(session, chain.from_iterable(keys.values()))
        assert all(
            id_ in held[key] or len(held[key]) == MOST_HOLDERS for id_, own in keys.items() for key in own
        )
        after = session.execute(select(LinkRow.entry_id, LinkRow.other_id, LinkRow.rules)).all()
        assert {(one, other) for one, other, rules in after if rules == 1} == set(map(tuple, links))
