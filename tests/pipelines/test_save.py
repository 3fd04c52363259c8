"""Saving: identity, idempotence, counters, what one bad page costs; on both databases."""

import logging
from dataclasses import replace
from pathlib import Path

import pytest
from archive_samples import (
    AGENCY,
    BOTH,
    NOW,
    day,
    digested,
    fetch,
    lease_on,
    make_article,
    minutes,
    text_about,
)
from sqlalchemy import event, func, select
from sqlalchemy.engine.interfaces import DBAPIConnection

from aggregator.errors import StoreError
from aggregator.items import Article, Level, Match, Reason, Refused, RunOutcome
from aggregator.query import Query
from aggregator.store import Session, Store, articles, memory, open_store, runs
from aggregator.store.columns import Base
from aggregator.store.runs import LeaseLostError
from aggregator.store.schema import EntryRow, RevisionRow, SightingRow, SnapshotRow
from pipelines.save import Saver


def save(store: Store, *pages: Article, at: float = 0, body: bytes = b"<html></html>") -> list[Level]:
    """Saves articles of one source in a visit of their own and announces them; the levels."""
    source = next(s for s in BOTH if s.id == pages[0].source_id)
    lease = lease_on(store, source)
    items = [(fetch(page, body), page) for page in pages]
    outcomes = Saver(store, lease).save_batch(items, minutes(at))
    with store.write() as session:
        articles.announce(session, source.id, now=minutes(at))
        runs.close(session, lease, RunOutcome.OK, now=minutes(at), next_due_at=None)
    assert all(isinstance(outcome, Match) for outcome in outcomes)
    return [outcome.level for outcome in outcomes if isinstance(outcome, Match)]


def rows(store: Store) -> dict[str, int]:
    with store.read() as session:
        return {
            name: session.scalar(select(func.count()).select_from(table)) or 0
            for name, table in Base.metadata.tables.items()
        }


def dump(session: Session, *, without: tuple[str, ...] = ("crawl_run", "meta")) -> dict[str, list[str]]:
    return {
        name: sorted(map(repr, session.execute(select(table))))
        for name, table in Base.metadata.tables.items()
        if name not in without
    }


def test_an_article_comes_back_as_it_was_saved(store: Store) -> None:
    article = replace(
        make_article(published=day("2026-03-10"), mentions=["clm", "idrogeno", "clm"]),
        authors=("Ada Rossi", "Ugo Bianchi"),
        tags=("città",),
        image="https://mobilita.example/a.jpg",
        translations=(("en", "https://mobilita.example/en/uno"),),
        robots=("noarchive",),
        modified_at=minutes(-60),
    )
    assert save(store, article) == [Level.NEW]
    with store.read() as session:
        [entry] = articles.find(session, Query())
        assert entry.article == replace(article, blocks=(), evidence=())
        assert articles.get(session, entry.id).article.evidence == article.evidence
        assert articles.get(session, entry.tag).id == entry.id
        assert entry.sources == ("clm",)
        assert entry.first_seen_at == entry.changed_at == NOW
        assert entry.tag == articles.mint_tag("aggregator.invalid", "clm", "https://mobilita.example/uno")


def test_saving_again_changes_nothing(store: Store) -> None:
    pages = [make_article(path=f"p{n}", blocks=[(1, 1), (n + 2, 2)]) for n in range(3)]
    refused = (fetch(make_article(path="q")), Refused("https://mobilita.example/q", Reason.NOINDEX))
    lease = lease_on(store)
    saver = Saver(store, lease)
    saver.save_batch([*digested(pages), refused], NOW)
    with store.read() as session:
        before = dump(session, without=("crawl_run", "meta", "url_key"))
        known = memory.load_memory(session, "clm").known
    outcomes = saver.save_batch([*digested(pages), refused], minutes(5))
    with store.read() as session:
        assert dump(session, without=("crawl_run", "meta", "url_key")) == before
        assert memory.load_memory(session, "clm").known == known
        counts = runs.get_run(session, lease.id).counts
    assert [o.level for o in outcomes if isinstance(o, Match)] == [Level.URL] * 3
    assert (counts.new, counts.updated, counts.copies) == (3, 0, 0)


def test_same_text_is_a_sighting(store: Store) -> None:
    original = make_article(published=day("2026-03-10"))
    copy = make_article(AGENCY, "ripreso", title="Altro titolo", text=original.text)
    assert save(store, original) == [Level.NEW]
    assert save(store, copy) == [Level.TEXT]
    with store.read() as session:
        [entry] = articles.find(session, Query())
        assert entry.sources == ("clm", "agenzia")
        [seen] = articles.find(session, Query(sources=("agenzia",), is_as_sighted=True))
        assert (seen.article.title, seen.article.url) == ("Altro titolo", "https://agenzia.example/ripreso")
        assert seen.tag == entry.tag


def test_same_url_at_two_sources_is_one_entry(store: Store) -> None:
    url = "https://mobilita.example/uno"
    save(store, make_article(url=url, text="letto in un modo " * 30))
    assert save(store, make_article(AGENCY, url=url, text="e poi in un altro " * 30)) == [Level.URL]
    with store.read() as session:
        [entry] = articles.find(session, Query())
        assert entry.sources == ("clm", "agenzia")
        assert entry.article.text == "letto in un modo " * 30


@pytest.mark.parametrize(
    ("text", "titles", "entries"),
    [
        ("", ("Uno", "Due"), 2),
        ("", ("Uno", "Uno"), 2),
        ("Contenuto riservato agli abbonati", ("Uno", "Due"), 2),
        ("Lo sportello resta chiuso lunedì", ("Avviso", "avviso"), 1),
        ("parola " * 25, ("Uno", "Due"), 1),
        ("parola " * 24, ("Uno", "Due"), 2),
    ],
)
def test_short_texts_say_little(store: Store, text: str, titles: tuple[str, str], entries: int) -> None:
    save(store, *(make_article(path=f"p{n}", title=title, text=text) for n, title in enumerate(titles)))
    with store.read() as session:
        assert articles.count(session) == entries


def test_copies_within_a_batch_are_seen(store: Store) -> None:
    text = text_about("uguale")
    pages = [make_article(path=f"p{n}", text=text, published=day(f"2026-03-0{9 - n}")) for n in range(3)]
    assert save(store, *pages) == [Level.NEW, Level.TEXT, Level.TEXT]
    with store.read() as session:
        [entry] = articles.find(session, Query())
        assert entry.article.canonical_url == "https://mobilita.example/p2", "the first published one"


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0), (1, 0, 2)])
def test_which_copy_is_home_does_not_depend_on_order(store: Store, order: tuple[int, ...]) -> None:
    text = text_about("uguale")
    pages = [
        make_article(path="lungo-nome", text=text),
        make_article(path="breve", text=text, published=day("2026-03-02")),
        make_article(path="b", text=text, published=day("2026-03-02")),
    ]
    save(store, *(pages[n] for n in order))
    with store.read() as session:
        [entry] = articles.find(session, Query())
        assert entry.article == replace(pages[2], evidence=())
        assert entry.tag == articles.mint_tag("aggregator.invalid", "clm", "https://mobilita.example/b")


def test_a_home_is_live_by_the_visit_that_brought_it(store: Store) -> None:
    """The agency's first visit brings an old copy; the mobility site, long followed, its original."""
    text = text_about("uguale")
    save(store, make_article(path="prima"))
    agency, mobility = lease_on(store, AGENCY), lease_on(store)
    copy = make_article(AGENCY, "copia", text=text, published=day("2026-01-09"))
    Saver(store, agency).save_batch(digested([copy]), NOW)
    original = make_article(path="origine", text=text, published=day("2026-01-08"))
    Saver(store, mobility).save_batch(digested([original]), NOW)
    with store.write() as session:
        articles.announce(session, "clm", now=NOW)
        [entry] = articles.find(session, Query(sources=("agenzia",)))
    assert (entry.article.canonical_url, entry.is_live) == ("https://mobilita.example/origine", True)


def test_an_announced_entry_keeps_its_home_and_id(store: Store) -> None:
    text = text_about("uguale")
    save(store, make_article(AGENCY, "copia", text=text, published=day("2026-03-09")))
    save(store, make_article(path="origine", text=text, published=day("2026-03-01")))
    with store.read() as session:
        [entry] = articles.find(session, Query())
        assert entry.sources == ("agenzia", "clm")
        assert entry.article.source_id == "agenzia"


def test_a_change_is_a_revision(store: Store) -> None:
    first = make_article(title="Bando aperto", published=day("2026-03-10"))
    save(store, first)
    with store.read() as session:
        [before] = articles.find(session, Query())
    changed = replace(first, title="Bando prorogato", tags=("bandi",))
    assert save(store, changed, at=0) == [Level.URL]
    with store.read() as session:
        [after] = articles.find(session, Query())
        [revision] = session.scalars(select(RevisionRow)).all()
    assert after.article.title == "Bando prorogato"
    assert after.changed_at > before.changed_at, "strictly, though the clock stood still"
    assert after.changed_at.replace(microsecond=0) > before.changed_at.replace(microsecond=0)
    assert after.change_seq > before.change_seq
    assert (after.id, after.tag, after.announced_seq) == (before.id, before.tag, before.announced_seq)
    assert revision.fields == ["tags", "title"]


def test_spellings_of_the_address_are_no_revision(store: Store) -> None:
    article = make_article()
    save(store, article)
    save(store, replace(article, url="https://www.mobilita.example/uno?utm_source=x"), at=5)
    assert rows(store)["revision"] == 0


def test_a_copy_that_becomes_something_else_is_an_entry_of_its_own(store: Store) -> None:
    original = make_article()
    save(store, original)
    copy = make_article(AGENCY, "pagina", text=original.text)
    save(store, copy)
    save(store, make_article(AGENCY, "pagina", title="Tutt'altro", text=text_about("altro")), at=5)
    with store.read() as session:
        newest, oldest = articles.find(session, Query())
        assert (newest.sources, oldest.sources) == (("agenzia",), ("clm",))
        assert oldest.article.text == original.text
        assert session.scalars(select(RevisionRow)).all() == []
        assert session.scalar(select(func.count()).select_from(SightingRow)) == 2


def test_a_copy_keeps_its_entry_when_the_original_is_corrected(store: Store) -> None:
    original = make_article()
    copy = make_article(AGENCY, "copia", text=original.text)
    save(store, original)
    save(store, copy)
    corrected = text_about("corretto")
    save(store, make_article(text=corrected), at=5)
    save(store, replace(copy, title="Titolo ritoccato"), at=6)
    with store.read() as session:
        [entry] = articles.find(session, Query())
        assert entry.sources == ("clm", "agenzia")
        assert entry.article.text == corrected


@pytest.mark.parametrize("text", [None, ""])
def test_a_lying_canonical_address_loses_no_article(store: Store, text: str | None) -> None:
    home = "https://mobilita.example/"
    pages = [
        replace(make_article(path=f"p{n}", text=text), canonical_url="https://mobilita.example/")
        for n in range(3)
    ]
    save(store, *pages)
    save(store, *pages, at=5)
    with store.read() as session:
        found = articles.find(session, Query())
        assert sorted(e.article.title for e in found) == ["Titolo p0", "Titolo p1", "Titolo p2"]
        assert sum(e.article.canonical_url == home for e in found) == 1
    assert rows(store)["revision"] == 0


def test_a_page_that_is_gone_is_marked_and_may_come_back(store: Store) -> None:
    article = make_article()
    save(store, article)
    lease = lease_on(store)
    gone = Refused(article.url, Reason.NOT_FOUND)
    Saver(store, lease).save_batch([(fetch(article), gone)], minutes(5))
    with store.read() as session:
        row = session.scalars(select(EntryRow)).one()
        assert row.vanished_at == minutes(5)
        assert row.changed_at == NOW
        assert articles.count(session) == 1
        assert article.canonical_url in memory.load_memory(session, "clm").known
    Saver(store, lease).save_batch(digested([article]), minutes(6))
    with store.read() as session:
        assert session.scalars(select(EntryRow)).one().vanished_at is None
        assert session.scalars(select(SightingRow)).one().vanished_at is None
    assert rows(store)["revision"] == 0


def test_a_snapshot_once_per_changed_content(store: Store) -> None:
    article = make_article()
    save(store, article, body=b"<html>prima</html>")
    save(store, article, at=1, body=b"<html>altra cornice, stesso articolo</html>")
    assert rows(store)["snapshot"] == 1
    save(store, replace(article, title="Nuovo titolo"), at=2, body=b"<html>terza</html>")
    with store.read() as session:
        last = session.scalar(select(SightingRow.snapshot_id))
        assert last == max(session.scalars(select(SnapshotRow.id)))
    assert rows(store)["snapshot"] == 2


@pytest.mark.parametrize(
    "bad",
    [
        {"text": "una surrogata \ud800 sola " * 20},
        {"title": "surrogata \udfff"},
        {"language": "x" * 17},
        {"text": "nullo \x00"},
    ],
)
def test_a_bad_article_costs_one_article(
    store: Store, bad: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    if store.is_sqlite and "surrogata" not in repr(bad):
        pytest.skip("SQLite takes it: no width of columns, NUL is a character")
    pages = [make_article(path=f"p{n}") for n in range(5)]
    pages[2] = replace(pages[2], **bad)  # type: ignore[arg-type]  # text fields only
    lease = lease_on(store)
    with caplog.at_level(logging.ERROR):
        outcomes = Saver(store, lease).save_batch(digested(pages), NOW)
    assert [isinstance(o, Refused) for o in outcomes] == [False, False, True, False, False]
    assert isinstance(outcomes[2], Refused)
    assert outcomes[2].reason is Reason.ERROR
    assert "url=https://mobilita.example/p2" in caplog.text
    with store.read() as session:
        counts = runs.get_run(session, lease.id).counts
        assert (counts.new, counts.failed, dict(counts.refused)) == (4, 1, {})
        assert "https://mobilita.example/p2" not in memory.load_memory(session, "clm").known


def test_counters_and_known_urls(store: Store) -> None:
    lease = lease_on(store)
    kept = [make_article(path="a"), make_article(path="b", text=text_about("a"))]
    refused = [
        (fetch(make_article(path=path)), Refused(f"https://mobilita.example/{path}", reason))
        for path, reason in [
            ("c", Reason.NOT_RELEVANT),
            ("d", Reason.NOT_RELEVANT),
            ("e", Reason.SOFT_404),
            ("f", Reason.ERROR),
        ]
    ]
    saver = Saver(store, lease)
    saver.save_batch([*digested(kept), *refused], NOW)
    with store.read() as session:
        counts = runs.get_run(session, lease.id).counts
        known = memory.load_memory(session, "clm").known
    assert (counts.new, counts.copies, counts.failed) == (1, 1, 1)
    assert counts.refused == {"not_relevant": 2, "soft_404": 1}
    assert sorted(url[-1] for url in known) == ["a", "b", "c", "d"], "what may pass is asked for again"
    for _ in range(2):
        saver.save_batch([refused[2]], NOW)
    with store.read() as session:
        assert "https://mobilita.example/e" in memory.load_memory(session, "clm").known, "three times at most"


def test_every_address_of_a_page_is_known(store: Store) -> None:
    article = replace(make_article(), canonical_url="https://mobilita.example/canonico")
    fetched = fetch(article)
    fetched = replace(
        fetched,
        page=replace(fetched.page, requested_url="https://mobilita.example/?p=7"),
        candidate=replace(fetched.candidate, url="http://www.mobilita.example/vecchio/?utm_source=feed"),
    )
    Saver(store, lease_on(store)).save_batch([(fetched, article)], NOW)
    with store.read() as session:
        assert memory.load_memory(session, "clm").known == {
            "https://mobilita.example/canonico",
            "https://mobilita.example/uno",
            "https://mobilita.example/?p=7",
            "https://mobilita.example/vecchio",
        }


def test_a_lost_lease_writes_nothing(store: Store) -> None:
    lease = lease_on(store)
    with store.write() as session:
        runs.take(session, worker="other", now=minutes(601))
    with pytest.raises(LeaseLostError):
        Saver(store, lease).save_batch(digested([make_article()]), minutes(602))
    assert rows(store)["entry"] == rows(store)["url_key"] == 0


def test_a_full_disk_says_so_and_keeps_what_was_acknowledged(tmp_path: Path) -> None:
    store = open_store(str(tmp_path / "archive.sqlite"))
    lease = lease_on(store)
    saver = Saver(store, lease)
    store.engine.dispose()
    with store.engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()

    def narrow(raw: DBAPIConnection, _record: object) -> None:
        raw.cursor().execute(f"PRAGMA max_page_count = {pages + 60}")

    event.listen(store.engine, "connect", narrow)
    store.engine.dispose()
    acknowledged = 0
    with pytest.raises(StoreError, match="the disk is full"):
        for batch in range(100):
            new = [
                make_article(path=f"p{batch}x{n}", text=text_about(f"b{batch}n{n}", 400)) for n in range(5)
            ]
            saver.save_batch(digested(new), NOW)
            acknowledged += 5
    assert acknowledged >= 5
    event.remove(store.engine, "connect", narrow)
    store.engine.dispose()
    with store.read() as session:
        assert session.scalar(select(func.count()).select_from(EntryRow)) == acknowledged
        assert session.connection().exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
    assert isinstance(saver.save_batch(digested([make_article(path="dopo")]), NOW)[0], Match)
    store.close()
