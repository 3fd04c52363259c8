"""Figures: counted three ways, with unknown dates, coverage and the query that counts them again."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from archive_samples import AGENCY, MOBILITY, NOW, day, digested, lease_on, make_article, minutes

from aggregator.grammar import parse_query
from aggregator.items import Article, Mention, Precision, PublishedDate, RunOutcome, Source
from aggregator.store import Store, articles, open_store, runs, views
from aggregator.store.disk import usage
from aggregator.store.person import naming
from aggregator.store.statistics import BY, GAP, Coverage, count_by, coverage, shares
from aggregator.store.trends import pick_up, rises, voice
from pipelines.link import relate_pending
from pipelines.save import Saver

DAYS = 60 * 24


def put(store: Store, source: Source, *pages: Article, at: float = 0) -> None:
    lease = lease_on(store, source)
    Saver(store, lease).save_batch(digested(pages), minutes(at))
    relate_pending(store, lease, minutes(at))
    with store.write() as session:
        articles.announce(session, source.id, now=minutes(at))
        runs.close(session, lease, RunOutcome.OK, now=minutes(at), next_due_at=None)


@pytest.fixture
def filled(store: Store) -> Store:
    first = make_article(path="a", published=day("2026-03-09"), mentions=["clm", "idrogeno"])
    put(store, MOBILITY, first, make_article(path="n", mentions=["idrogeno"]))
    year = PublishedDate(None, date(2025, 1, 1), Precision.YEAR)
    copy = make_article(AGENCY, "copia", text=first.text, published=day("2026-03-10"))
    put(store, AGENCY, copy, make_article(AGENCY, "y", published=year, language="en"), at=5)
    return store


@pytest.mark.parametrize(
    ("by", "rows"),
    [
        ("month", [("2025-??", 1, 1, 1), ("2026-03", 2, 1, 1), ("unknown", 1, 1, 1)]),
        ("source", [("agenzia", 2, 2, 2), ("clm", 2, 2, 2)]),
        ("cluster", [("clm", 2, 1, 1)]),
        ("topic", [("idrogeno", 3, 2, 2)]),
        ("language", [("it", 3, 2, 2), ("en", 1, 1, 1)]),
    ],
)
def test_counted_three_ways(filled: Store, by: str, rows: list[tuple[str, int, int, int]]) -> None:
    with filled.read() as session:
        counts = count_by(session, by, clusters=["clm"])
    assert [(r.value, r.appearances, r.articles, r.stories) for r in counts.rows] == rows


@pytest.mark.parametrize("by", BY)
@pytest.mark.parametrize(
    "text",
    [
        "titolo",
        "titolo source:clm",
        "NOT assente lang:it after:2026",
        "assente",
        # Signs of SQL and of drivers, in what a person may put between quotation marks.
        """titolo source:clm source:"o'x%" source:"a\\b" source:"x') OR 1=1 --" topic:":p" topic:"%(p)s"
        topic:"it%% s" topic:idrogeno""",
    ],
)
def test_the_query_that_is_printed_counts_the_same(filled: Store, by: str, text: str) -> None:
    with filled.read() as session:
        counts = count_by(session, by, parse_query(text), clusters=["clm"])
    with views.ask(filled, counts.statement, seconds=10) as answer:
        assert [tuple(row) for row in answer.rows] == [
            (r.value, r.appearances, r.articles, r.stories) for r in counts.rows
        ]
    assert (text == "assente") == (counts.rows == ())


def test_only_what_was_known_and_only_of_a_panel(filled: Store) -> None:
    put(filled, AGENCY, make_article(AGENCY, "z", published=day("2026-04-01")), at=20 * DAYS)
    with filled.read() as session:
        now = count_by(session, "month")
        then = count_by(session, "month", as_of=NOW.date())
        panel = count_by(session, "source", panel=["clm"])
    assert [r.value for r in now.rows] == ["2025-??", "2026-03", "2026-04", "unknown"]
    assert [r.value for r in then.rows] == ["2025-??", "2026-03", "unknown"]
    assert [(r.value, r.appearances) for r in panel.rows] == [("clm", 2)]


def test_coverage_knows_gaps(filled: Store) -> None:
    put(filled, MOBILITY, make_article(path="later"), at=20 * DAYS)
    with filled.read() as session:
        followed = coverage(session)
    [gap] = followed["clm"].gaps
    assert (gap[1] - gap[0]).days == 20
    assert followed["agenzia"].gaps == ()


def test_followed_throughout() -> None:
    one = Coverage("clm", NOW, NOW + 40 * GAP, ((NOW + GAP, NOW + 3 * GAP),))
    assert one.is_throughout(NOW + 4 * GAP, NOW + 9 * GAP)
    assert not one.is_throughout(NOW - timedelta(days=1), NOW + timedelta(days=1))
    assert not one.is_throughout(NOW + 2 * GAP, NOW + 9 * GAP)
    assert not one.is_throughout(NOW + 9 * GAP, NOW + 50 * GAP)
    assert not Coverage("x", None, None, ()).is_throughout(NOW, NOW)
    assert shares({"clm": one}, "2026-05") == "1 of 1"
    assert shares({"clm": one}, "2026-03") == "0 of 1"
    assert shares({"clm": one}, "unknown") == "-"


def test_the_first_publisher_and_who_took_it_up(store: Store) -> None:
    release = make_article(path="a", published=PublishedDate(NOW, NOW.date(), Precision.MINUTE))
    put(store, MOBILITY, release)
    after = NOW + timedelta(hours=3)
    copy = make_article(AGENCY, "c", text=release.text,
                        published=PublishedDate(after, after.date(), Precision.MINUTE))  # fmt: skip
    put(store, AGENCY, copy, at=5)
    with store.read() as session:
        carriers, statement = pick_up(session)
    assert [(c.source_id, c.first, c.later, c.together, c.hours) for c in carriers] == [
        ("clm", 1, 0, 0, None),
        ("agenzia", 0, 1, 0, 3.0),
    ]
    assert "stories" in statement


def test_an_unknown_day_makes_nobody_first(store: Store) -> None:
    release = make_article(path="a", published=day("2026-03-09"))
    put(store, MOBILITY, release)
    put(store, AGENCY, make_article(AGENCY, "c", text=release.text), at=5)
    with store.read() as session:
        assert {(c.source_id, c.first, c.together) for c in pick_up(session)[0]} == {
            ("clm", 0, 1),
            ("agenzia", 0, 1),
        }


def test_voice_has_its_evidence(filled: Store) -> None:
    with filled.read() as session:
        [cluster], _ = voice(session, ["clm"], is_cluster=True)
        [topic], _ = voice(session, ["clm"], is_cluster=False)
    assert (cluster.term, cluster.articles, cluster.share, cluster.evidence) == ("clm", 1, 1.0, (("clm", 1),))
    assert (topic.term, topic.articles, topic.evidence) == ("idrogeno", 2, (("idrogeno", 2),))


def test_evidence_is_one_word_in_its_commonest_spelling(store: Store) -> None:
    spellings = ("Chimica verde", "chimica verde", "chimica verde", "Bioeconomia")
    pages = [
        replace(make_article(path=f"v{n}"), mentions=(Mention("green", words, "text"),))
        for n, words in enumerate(spellings)
    ]
    put(store, MOBILITY, *pages)
    with store.read() as session:
        [topic], _ = voice(session, [], is_cluster=False)
    assert topic.evidence == (("chimica verde", 3), ("Bioeconomia", 1))


def test_what_rises(store: Store) -> None:
    old = [
        make_article(path=f"o{n}", text=f"solito testo {n}", published=day(f"2026-01-{n + 1:02}"))
        for n in range(20)
    ]
    new = [
        make_article(path=f"n{n}", text=f"semiconduttori {n}", published=day(f"2026-03-{n + 1:02}"))
        for n in range(9)
    ]
    put(store, MOBILITY, *old, *new)
    newcomer = [
        make_article(AGENCY, f"a{n}", text=f"ufficio stampa {n}", published=day(f"2026-03-{n + 1:02}"))
        for n in range(9)
    ]
    put(store, AGENCY, *newcomer)
    with store.read() as session:
        told = rises(session, days=10, limit=5)
    assert told is not None
    assert [rise.words for rise in told.found] == ["semiconduttori"]
    assert (told.since, told.until) == (date(2026, 2, 28), date(2026, 3, 9))
    assert (told.recent, told.before) == (9, 20)
    assert "2026-02-27" in told.statement


def test_an_empty_archive_has_no_figures(store: Store) -> None:
    with store.read() as session:
        assert [count_by(session, by).rows for by in BY] == [()] * len(BY)
        assert (pick_up(session)[0], rises(session, days=30, limit=5)) == ([], None)
        assert voice(session, [], is_cluster=True)[0] == []
        assert coverage(session) == {}


def test_bytes_add_up(filled: Store) -> None:
    with filled.read() as session:
        found = usage(session)
    assert {one.kind for one in found} == {"pages", "texts", "evidence", "search index", "tables and indexes"}
    assert all(one.bytes > 0 for one in found)


def test_bytes_in_the_log_count(tmp_path: Path) -> None:
    """SQLite writes its log back when it likes: until then the file is smaller than what it holds."""
    store = open_store(f"sqlite:///{tmp_path / 'archive.sqlite'}")
    with store.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_autocheckpoint = 0")
        connection.exec_driver_sql("CREATE TABLE padding (it BLOB)")
        connection.exec_driver_sql("INSERT INTO padding VALUES (zeroblob(3000000))")
        connection.commit()
        assert (tmp_path / "archive.sqlite").stat().st_size < 3_000_000
        with store.read() as session:
            assert sum(one.bytes for one in usage(session)) > 3_000_000
    store.close()


def test_all_that_names_a_person(store: Store) -> None:
    put(store, MOBILITY, make_article(path="a", title="Intervista a Rossi Anna"), make_article(path="b"))
    put(
        store,
        AGENCY,
        make_article(AGENCY, "c", text=make_article(path="b").text, title="ANNA ROSSI a Milano"),
    )
    changed = make_article(path="d", text="Parla Anna Rossi, presidente")
    put(store, MOBILITY, changed, at=5)
    put(store, MOBILITY, make_article(path="d", text="Parla la presidente di nuovo"), at=9)
    put(
        store,
        AGENCY,
        make_article(AGENCY, "e", text="Anna e Rossi, e anche rossi anna-maria: Annà Róssi"),
        at=12,
    )
    put(store, AGENCY, make_article(AGENCY, "f", text="Anna. Poi Rossini"), at=15)
    with store.read() as session:
        found = {one.url.rsplit("/", 1)[1]: one.places for one in naming(session, "Anna Rossi")}
    assert found == {
        "a": ("title", "title at another source"),
        "b": ("title at another source",),
        "d": ("what it was before",),
        "e": ("text", "summary"),
    }
