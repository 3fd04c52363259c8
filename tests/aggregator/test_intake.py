import json
from collections.abc import Iterable

import pytest

from aggregator.catalogue import Catalogue
from aggregator.intake import IntakeReport, take_in
from aggregator.items import Source, Vocabulary
from aggregator.query import Query
from aggregator.store import Store
from aggregator.store.articles import find

KNOWN = Source("clm", "https://clusterlombardomobilita.it/", hosts=("clusterlombardomobilita.it",))
CATALOGUE = Catalogue((KNOWN,), Vocabulary(), "digest")
ROW = {
    "id": "a1",
    "url": "https://clusterlombardomobilita.it/bando",
    "title": "Un bando per le filiere",
    "text": "La Regione apre il bando.\nLe imprese possono presentare domanda fino a fine mese.",
    "published": "2024-05-03T10:00:00+02:00",
    "language": "it",
    "source": "clm",
}


def lines(*rows: object) -> list[bytes]:
    return [row if isinstance(row, bytes) else json.dumps(row).encode() for row in rows]


def take(store: Store, rows: Iterable[bytes]) -> tuple[IntakeReport, list[str]]:
    acknowledged: list[str] = []
    return take_in(store, CATALOGUE, rows, ack=acknowledged.append), acknowledged


def test_a_row_is_an_article_of_its_source(store: Store) -> None:
    report, acknowledged = take(store, lines(ROW))
    assert (report.rows, report.new, report.errors) == (1, 1, [])
    assert acknowledged == ["ACK a1"]
    with store.read() as session:
        [entry] = find(session, Query())
    article = entry.article
    assert (article.source_id, article.title, article.language) == ("clm", ROW["title"], "it")
    assert article.published is not None
    assert article.published.at is not None
    assert article.published.at.isoformat() == "2024-05-03T08:00:00+00:00"
    assert article.text.splitlines()[0] == "La Regione apre il bando."


def test_what_is_there_is_acknowledged_again_and_not_stored_twice(store: Store) -> None:
    take(store, lines(ROW))
    report, acknowledged = take(store, lines(ROW, {**ROW, "id": "a2"}))
    assert acknowledged == ["ACK a1", "ACK a2"]
    assert report.new == 0
    with store.read() as session:
        assert len(find(session, Query())) == 1


@pytest.mark.parametrize(
    ("line", "word"),
    [
        (b"no json", "not JSON"),
        (b"[1]", "not a JSON object"),
        (b"[" * 100_000, "not JSON"),
        ({"url": "https://x.it/a"}, "no title"),
        ({"title": "Senza indirizzo"}, "no url"),
        ({**ROW, "url": "ftp://x.it/a"}, "http(s)"),
        ({**ROW, "authors": "Mario Rossi"}, "authors is not a list"),
        ({**ROW, "text": ["a"]}, "text is not a text"),
    ],
)
def test_a_bad_line_is_named_and_costs_itself(store: Store, line: object, word: str) -> None:
    report, acknowledged = take(store, lines(line, ROW))
    assert acknowledged == ["ACK a1"]
    assert len(report.errors) == 1
    assert word in report.errors[0]
    assert report.errors[0].startswith("line 1: ")


def test_all_but_address_and_title_may_be_missing(store: Store) -> None:
    report, acknowledged = take(
        store, lines({"url": "https://altro.example/notizia", "title": "Una notizia"})
    )
    assert report.errors == []
    assert acknowledged == ["ACK https://altro.example/notizia"]
    with store.read() as session:
        [entry] = find(session, Query())
    assert entry.article.source_id == "altro-example"
    assert entry.article.published is None


def test_imported_articles_are_compared_with_what_is_there(store: Store) -> None:
    text = (
        "La Giunta regionale ha approvato il decreto che riconosce dodici filiere della mobilità elettrica. "
        "Le imprese capofila sono di Brescia, Bergamo e Varese, e insieme danno lavoro a 4.300 persone. "
        "Il contributo copre metà della spesa per ricerca e prove su strada, fino a 800 mila euro. "
        "Le domande si presentano dal 14 maggio sulla piattaforma dei bandi della Regione."
    )
    first = {**ROW, "text": text}
    cut = {**first, "id": "a2", "url": "https://giornale.example/mobilita", "source": "giornale"}
    cut |= {"title": "Mobilità, dodici filiere riconosciute", "text": text.rpartition("Le domande")[0]}
    take(store, lines(first, cut))
    with store.read() as session:
        assert len(find(session, Query())) == 2
        assert [entry.article.source_id for entry in find(session, Query(is_once=True))] == ["clm"]
