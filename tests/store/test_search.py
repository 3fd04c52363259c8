"""Words that are looked for: what they find, on both databases, and how the index is kept."""

import threading
from dataclasses import replace

import pytest
import sqlalchemy as sa
from archive_samples import AGENCY, MOBILITY, digested, lease_on, make_article, minutes

from aggregator.grammar import parse_query
from aggregator.items import Article, RunOutcome, Source
from aggregator.query import Order, Query
from aggregator.store import Session, Store, amend, articles, open_store, runs, search
from aggregator.store.find import facets, find, find_page
from pipelines.save import Saver

TEXTS = {
    "a": ("Le aziende della mobilità", "Un convegno a Milano. L'idrogeno verde per gli autobus."),
    "b": ("New clusters for hydrogen", "The companies met in Milan; green hydrogen was discussed."),
    "c": ("Bando per l'azienda agricola", "Il cluster lombardo apre il bando. Scadenza: verde pubblico."),
    "d": ("Città e università", "La perizia dell'e-mail: 100% qualità, D'Annunzio & C."),
}


def put(store: Store, source: Source, *pages: Article, at: float = 0) -> None:
    lease = lease_on(store, source)
    Saver(store, lease).save_batch(digested(pages), minutes(at))
    with store.write() as session:
        articles.announce(session, source.id, now=minutes(at))
        runs.close(session, lease, RunOutcome.OK, now=minutes(at), next_due_at=None)


def page(name: str, source: Source = MOBILITY, **given: str) -> Article:
    title, text = TEXTS[name]
    article = make_article(source, name, title=title, text=text, language="en" if name == "b" else "it")
    return replace(article, **given)  # type: ignore[arg-type]  # texts only


@pytest.fixture
def filled(store: Store) -> Store:
    for at, name in enumerate(TEXTS):
        source = AGENCY if name == "d" else MOBILITY
        put(store, source, page(name, source), at=at)
    return store


def names(session: Session, text: str, order: Order = Order.ARRIVAL) -> str:
    query = replace(parse_query(text), order=order)
    return "".join(entry.article.canonical_url[-1] for entry in find(session, query))


FOUND = [
    ("azienda", "ca"),
    ("aziende", "ca"),
    ("AZIENDE", "ca"),
    ("l'azienda", "ca"),
    ('"aziende"', "a"),
    ("mobilita", "a"),
    ("mobilità", "a"),
    ("clusters", "cb"),
    ("cluster", "cb"),
    ("company", "b"),
    ("idrogeno", "a"),
    ("idrogeno OR hydrogen", "ba"),
    ("verde NOT idrogeno", "c"),
    ("verde -idrogeno", "c"),
    ("NOT verde", "db"),
    ("NOT verde NOT hydrogen", "d"),
    ("azienda OR NOT verde", "dcba"),
    ('"idrogeno verde"', "a"),
    ('"verde idrogeno"', ""),
    ('"green hydrogen"', "b"),
    ('"autobus un"', ""),
    ('"mobilità un convegno"', ""),
    ("mob*", "a"),
    ("azi*", "ca"),
    ("aziende*", "a"),
    ("e-mail", "d"),
    ("100%", "d"),
    ("d'annunzio", "d"),
    ("citta universita", "d"),
    ("verde lang:it", "ca"),
    ("source:agenzia", "d"),
    ("qualità source:clm", ""),
    ("milano (autobus OR bando)", "a"),
    ("milano OR milan", "ba"),
    ("nothing", ""),
]


@pytest.mark.parametrize(("text", "expected"), FOUND)
def test_what_is_found(filled: Store, text: str, expected: str) -> None:
    with filled.read() as session:
        assert names(session, text) == expected
        assert sorted(names(session, text, Order.CHANGE)) == sorted(expected)
        assert sorted(names(session, text, Order.RANKED)) == sorted(expected)
        assert articles.count(session, parse_query(text)) == len(expected)


def test_nearer_to_the_title_comes_first(store: Store) -> None:
    filler = " ".join(f"parola{n}" for n in range(80))
    titled = make_article(path="t", title="Idrogeno verde", text=filler)
    opened = make_article(path="o", text=f"Idrogeno verde. {filler} ancora")
    below = make_article(path="b", text=f"{filler} idrogeno verde infine")
    later = make_article(path="l", text=f"{filler} verde di nuovo, idrogeno dopo")
    for at, article in enumerate((titled, opened, below, later)):
        put(store, MOBILITY, article, at=at)
    with store.read() as session:
        assert names(session, "idrogeno verde") == "lbot"
        assert names(session, "idrogeno verde", Order.RANKED) == "tolb"
        assert names(session, "idrogeno OR assente", Order.RANKED) == "tolb"
        assert names(session, "NOT assente", Order.RANKED) == "lbot"


@pytest.mark.parametrize("order", Order)
@pytest.mark.parametrize("text", ["", "titolo", "titolo NOT assente", "NOT assente"])
def test_pages_of_an_answer_join_while_articles_arrive(store: Store, order: Order, text: str) -> None:
    for at, path in enumerate("abcde"):
        put(store, MOBILITY, make_article(path=path, title="Titolo" if path in "bd" else "Altro",
                                          text=f"titolo {path} {path}{path}"), at=at)  # fmt: skip
    query, seen, rounds = replace(parse_query(text), order=order, limit=2), "", 0
    while True:
        with store.read() as session:
            got = find_page(session, query)
        seen += "".join(entry.article.canonical_url[-1] for entry in got.entries)
        if rounds == 0:
            put(store, MOBILITY, make_article(path="x", title="Titolo", text="titolo x xx"), at=9)
        rounds += 1
        if got.cursor is None:
            break
        query = query.after(got.cursor)
    ranked = "dbeca" if "titolo" in text else "edcba"
    assert seen == {"arrival": "edcba", "change": "abcdex", "ranked": ranked}[order]


def test_the_index_follows_what_an_entry_says(filled: Store) -> None:
    put(filled, MOBILITY, page("a", title="Le imprese della mobilità"), at=9)
    with filled.read() as session:
        assert (names(session, "azienda"), names(session, "imprese")) == ("c", "a")
        entry = find(session, parse_query("imprese"))[0]
    said = replace(entry.article, title="Le ferrovie")
    with filled.write() as session:
        amend.correct(session, entry.id, "title", said, reason="errore", now=minutes(10))
        assert (names(session, "imprese"), names(session, "ferrovia")) == ("", "a")
        amend.give_back(session, entry.id, "title", minutes(11))
        assert (names(session, "imprese"), names(session, "ferrovia")) == ("a", "")


def test_what_is_not_announced_is_not_found(store: Store) -> None:
    lease = lease_on(store, MOBILITY)
    Saver(store, lease).save_batch(digested([page("a")]), minutes(0))
    with store.write() as session:
        assert names(session, "idrogeno") == ""
        articles.announce(session, "clm", now=minutes(1))
        assert names(session, "idrogeno") == "a"


def test_an_archive_without_an_index_gets_one(filled: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "_BATCH", 3)
    with filled.write() as session:
        assert not search.is_behind(session)
        search.clear(session)
        assert search.is_behind(session)
        search._catch_up_some(session)
        assert names(session, "azienda OR clusters") == "cba"
        assert names(session, "qualità") == ""
    # Meanwhile one that is indexed changes, one that is not does, and one arrives.
    put(filled, MOBILITY, page("a", title="Le imprese"), at=8)
    put(filled, AGENCY, page("d", AGENCY, title="Le ferrovie"), at=9)
    put(filled, MOBILITY, make_article(path="e", title="Le imprese nuove"), at=10)
    assert search.catch_up(filled) == 1
    assert search.catch_up(filled) == 0
    with filled.read() as session:
        assert names(session, "imprese") == "ea"
        assert names(session, "ferrovie") == "d"
        assert names(session, "azienda") == "c"


def test_other_rules_make_the_index_anew(filled: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "rules", lambda: "2/other")
    assert search.catch_up(filled) == len(TEXTS)
    with filled.read() as session:
        assert names(session, "azienda") == "ca"


def test_facets_divide_an_answer(filled: Store) -> None:
    put(filled, AGENCY, make_article(AGENCY, "f", title="Verde", mentions=["clm", "idrogeno"]), at=20)
    with filled.read() as session:
        found = facets(session, parse_query("verde"), terms=["clm"])
        counted = {name: [(facet.value, facet.count) for facet in values] for name, values in found.items()}
        assert facets(session, Query(words=parse_query("assente").words))["source"] == []
    assert counted == {
        "source": [("clm", 2), ("agenzia", 1)],
        "cluster": [("clm", 1)],
        "topic": [("idrogeno", 1)],
        "language": [("it", 3)],
        "month": [("", 3)],
    }


@pytest.mark.slow
def test_a_word_that_must_not_be_there_is_never_overlooked(empty_postgres: str) -> None:
    """While an index with pending rows is tidied up, PostgreSQL finds rows by some of their words."""
    asked = sa.text("SELECT count(*) FROM search WHERE words @@ 'bando & !zootecnia'::tsquery")
    added = sa.text(
        "INSERT INTO search SELECT n, array_to_tsvector(ARRAY['bando', 'zootecnia']"
        " || ARRAY(SELECT 'w' || (random() * 5000)::int || '-' || n FROM generate_series(1, 60))), '', ''"
        " FROM generate_series(CAST(:first AS int), CAST(:last AS int)) AS n"
    )
    false, is_done = list[int](), threading.Event()

    def ask(store: Store) -> None:
        while not is_done.is_set():
            with store.read() as session:
                session.execute(sa.text("SET LOCAL enable_seqscan = off"))
                false.append(session.scalar(asked) or 0)

    store = open_store(empty_postgres)
    reader = threading.Thread(target=ask, args=(store,))
    reader.start()
    try:
        for first in range(1, 3001, 300):
            with store.write() as session:
                session.execute(added, {"first": first, "last": first + 299})
            with store.write() as session:
                session.execute(sa.text("SELECT gin_clean_pending_list('ix_search_words')"))
    finally:
        is_done.set()
        reader.join()
        store.close()
    assert len(false) > 10
    assert sum(false) == 0
