"""Questions to the sample archive: how many each finds, the same on both databases and in the same order."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import zstandard
from databases import Postgres

from aggregator.grammar import parse_query
from aggregator.items import Entry
from aggregator.query import Order, Query
from aggregator.store import Store, matching, open_store, search
from aggregator.store.copying import copy_archive
from aggregator.store.find import count, find
from aggregator.store.matching import holds
from benchmarks.search import ask_hostile

KEPT = Path(__file__).parents[2] / "fixtures" / "archives" / "0.1.0.sqlite.zst"

FOUND = [
    ('azienda', 14),
    ('aziende', 14),
    ('AZIENDE', 14),
    ("l'azienda", 14),
    ('"aziende"', 10),
    ('"azienda"', 4),
    ('mobilita', 12),
    ('mobilità', 12),
    ('"mobilità"', 12),
    ('cluster', 64),
    ('clusters', 64),
    ('"clusters"', 2),
    ('"cluster"', 64),
    ('impresa', 35),
    ('imprese', 35),
    ('company', 9),
    ('companies', 9),
    ('idrogeno', 4),
    ('hydrogen', 4),
    ('idrogeno OR hydrogen', 8),
    ('treni a idrogeno', 1),
    ('"treni a idrogeno"', 1),
    ('"idrogeno a treni"', 0),
    ('ricerca', 22),
    ('ricerche', 22),
    ('"ricerca e sviluppo"', 1),
    ('innovazione', 10),
    ('innovazioni', 10),
    ('innov*', 11),
    ('aero*', 14),
    ('bando', 13),
    ('bandi', 13),
    ('bando NOT impresa', 4),
    ('bando -imprese', 4),
    ('NOT cluster', 22),
    ('cluster NOT (lombardo OR lombardia)', 24),
    ('(bando OR call) impresa', 9),
    ('energia', 8),
    ('energy', 7),
    ('"energia elettrica"', 0),
    ('città', 4),
    ('citta', 4),
    ('università', 12),
    ('universities', 1),
    ('Milano', 20),
    ('milan', 5),
    ('Brescia OR Bergamo', 20),
    ('Valcamonica', 1),
    ('lang:en', 22),
    ('lingua:it idrogeno', 4),
    ('source:mobilita', 21),
    ('fonte:agenzia,quotidiano cluster', 18),
    ('after:2025', 30),
    ('dopo:2025 prima:2026', 10),
    ('after:2024-10 before:2024-11 cluster', 7),
    ('has:event', 20),
    ('ha:evento cluster', 14),
    ("dell'aerospazio", 6),
    ('robotica OR robotics', 4),
    ('agroalimentare source:agenzia', 2),
    ('salute NOT lang', 8),
    ('cluster OR NOT cluster', 86),
]  # fmt: skip


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory, postgres: Postgres) -> Iterator[tuple[Store, Store]]:
    """The sample archive on SQLite, upgraded from 0.1.0, and copied to PostgreSQL."""
    path = tmp_path_factory.mktemp("samples") / "archive.sqlite"
    path.write_bytes(zstandard.ZstdDecompressor().decompress(KEPT.read_bytes()))
    with postgres.fresh() as url:
        stores = open_store(f"sqlite:///{path}"), open_store(url)
        copy_archive(*stores)
        search.catch_up(stores[1])
        yield stores
        for store in stores:
            store.close()


def asked(store: Store, query: Query) -> list[int]:
    with store.read() as session:
        found = [entry.id for entry in find(session, query)]
        assert count(session, query) == len(found)
    return found


@pytest.mark.parametrize(("text", "number"), FOUND)
def test_both_databases_find_the_same(
    both: tuple[Store, Store], text: str, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    query = replace(parse_query(text), limit=500)
    found, other = asked(both[0], query), asked(both[1], query)
    assert found == other
    assert len(found) == number
    if query.words is not None:
        with both[0].read() as session:
            entries = find(session, replace(query, words=None, limit=None))
        assert found == [entry.id for entry in entries if holds(query.words, document(entry))]
    ranked = replace(query, order=Order.RANKED)
    in_tiers = asked(both[0], ranked)
    assert asked(both[1], ranked) == in_tiers
    assert sorted(in_tiers) == sorted(found)
    # As in an archive in which these words are frequent: PostgreSQL then walks, and must find the same.
    monkeypatch.setattr(matching, "_FEW", 2)
    assert asked(both[1], query) == found
    assert asked(both[1], ranked) == in_tiers


def test_hostile_questions_are_answered_or_refused(both: tuple[Store, Store]) -> None:
    ends = [ask_hostile(store, 200) for store in both]
    for name in ("answered", "refused", "given up"):
        assert ends[0][name] == ends[1][name]
    assert ends[0]["answered"] > 150
    assert ends[0]["given up"] == 0


def document(entry: Entry) -> search.Document:
    article = entry.article
    return search.document(article.title, article.text, (article.summary, *article.authors, *article.tags))
