"""Settling: boilerplate learnt and taken out, copies that show themselves, what feeds then see."""

import random
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

import pytest
from archive_samples import (
    AGENCY,
    MOBILITY,
    NOW,
    day,
    fetch,
    lease_on,
    make_article,
    minutes,
    text_about,
)
from sqlalchemy import select

from aggregator.extract.boilerplate import is_boilerplate
from aggregator.items import (
    Article,
    Block,
    Boilerplate,
    Entry,
    Fetched,
    Match,
    Precision,
    PublishedDate,
    Reason,
    Refused,
    RunOutcome,
    Source,
    SourceMemory,
)
from aggregator.query import Query
from aggregator.store import Store, articles, memory, revisions, runs
from aggregator.store.changes import find_changes
from aggregator.store.runs import Lease, LeaseLostError
from aggregator.store.schema import EntryRow, RevisionRow
from aggregator.text import fingerprint, hash64
from pipelines.save import Saver
from pipelines.settle import SettleCounts, apply, finish, learn_early, load_pages, plan_settling, settle

SIDE, MAIN = hash64("aside"), hash64("main")


def read(fetched: Fetched, known: SourceMemory) -> Article | Refused:
    """A small digest: a page is lines, `aside:` ones in the side column; memory takes out its blocks."""
    source = MOBILITY if fetched.source_id == "clm" else AGENCY
    lines = fetched.page.body.decode().splitlines()
    day_line, title, *rest = lines
    blocks = [Block(hash64(line), SIDE if line.startswith("aside:") else MAIN) for line in rest]
    kept = [
        line
        for line, block in zip(rest, blocks, strict=True)
        if not is_boilerplate(block, known.boilerplate, frozenset())
    ]
    if not kept:
        return Refused(fetched.page.url, Reason.EMPTY)
    text = "\n".join(kept)
    article = make_article(source, url=fetched.page.url, title=title, text=text)
    published = day(day_line) if day_line else None
    return replace(article, published=published, blocks=tuple(blocks), fingerprint=fingerprint(text))


def read_all(pages: Sequence[Fetched], known: SourceMemory) -> list[Article | Refused]:
    return [read(page, known) for page in pages]


def page(source: Source, path: str, lines: Iterable[str], *, published: str = "2026-03-10") -> Fetched:
    body = "\n".join([published, f"Titolo {path}", *lines]).encode()
    return fetch(make_article(source, path), body)


def crawl(store: Store, source: Source, pages: Sequence[Fetched], *, batch: int = 3, at: float = 0) -> Lease:
    """A visit up to its end, without settling."""
    lease = lease_on(store, source)
    with store.read() as session:
        known = memory.load_memory(session, source.id)
    saver = Saver(store, lease)
    for start in range(0, len(pages), batch):
        chunk = pages[start : start + batch]
        saver.save_batch([(one, read(one, known)) for one in chunk], minutes(at))
    return lease


def visit(store: Store, source: Source, pages: Sequence[Fetched], *, at: float = 0) -> SettleCounts:
    lease = crawl(store, source, pages, at=at)
    counts = settle(store, lease, read_all, minutes(at))
    close(store, lease, at)
    return counts


def close(store: Store, lease: Lease, at: float = 0) -> None:
    with store.write() as session:
        runs.close(session, lease, RunOutcome.OK, now=minutes(at), next_due_at=None)


def found(store: Store, query: Query | None = None) -> list[Entry]:
    with store.read() as session:
        return articles.find(session, query or Query(limit=None))


def mobility_pages(count: int = 8) -> list[Fetched]:
    """Pages of their own text, each with the same three teasers in the side column."""
    teasers = [f"aside: {text_about(f'occhiello{n}', 20)}" for n in range(3)]
    return [
        page(MOBILITY, f"p{n}", [text_about(f"proprio{n}", 40), *teasers], published=f"2026-03-{n + 1:02}")
        for n in range(count)
    ]


def test_repeated_blocks_leave_the_texts(store: Store) -> None:
    counts = visit(store, MOBILITY, mobility_pages())
    assert counts == SettleCounts(digested=8, changed=8, announced=8)
    assert all("occhiello" not in entry.article.text for entry in found(store))
    with store.read() as session:
        assert session.scalars(select(RevisionRow)).all() == [], "nobody had seen them before"
        assert {e.changed_at for e in articles.find(session, Query())} == {NOW}
        assert memory.load_memory(session, "clm").boilerplate.places == {SIDE}


def test_a_second_visit_finds_nothing_to_settle(store: Store) -> None:
    pages = mobility_pages()
    visit(store, MOBILITY, pages)
    before = found(store)
    assert visit(store, MOBILITY, pages, at=5) == SettleCounts()
    assert found(store) == before


@pytest.mark.parametrize(("days", "stays"), [(300, False), (500, True)])
def test_blocks_of_an_old_design_say_nothing_of_a_new_one(store: Store, days: int, stays: bool) -> None:
    teasers = [f"aside: {text_about(f'occhiello{n}', 20)}" for n in range(12)]
    old = [page(MOBILITY, f"p{n}", [text_about(f"proprio{n}", 40), *teasers]) for n in range(8)]
    visit(store, MOBILITY, old)
    # The new design has the articles' own words where the old one had its teasers; three end alike.
    note = f"aside: {text_about('avvertenza', 20)}"
    new = [
        page(MOBILITY, f"n{n}", [f"aside: {text_about(f'nuovo{n}', 40)}", *([note] if n < 3 else [])])
        for n in range(6)
    ]
    visit(store, MOBILITY, new[:4], at=days * 1440)
    visit(store, MOBILITY, new[4:], at=days * 1440 + 60)
    texts = {entry.article.title: entry.article.text for entry in found(store)}
    assert ("avvertenza" in texts["Titolo n1"]) is stays
    assert all("nuovo" in texts[f"Titolo n{n}"] for n in range(6))
    assert all("occhiello" not in texts[f"Titolo p{n}"] for n in range(8)), "old pages stay as they were"


def test_the_order_of_crawling_does_not_matter(tmp_path_factory: pytest.TempPathFactory) -> None:
    from aggregator.store import open_store

    twin = text_about("gemello", 40)
    pages = [
        *mobility_pages(),
        page(MOBILITY, "gemello-b", [twin, "aside: solo qui"], published="2026-03-05"),
        page(MOBILITY, "gemello-a", [twin], published="2026-03-04"),
        page(MOBILITY, "vuota", [f"aside: {text_about('occhiello0', 20)}"]),
        page(MOBILITY, "senza-data", [text_about("senza", 40)], published=""),
    ]
    results = []
    for seed in range(8):
        random.Random(seed).shuffle(pages)
        store = open_store(str(tmp_path_factory.mktemp("order") / "archive.sqlite"))
        visit(store, MOBILITY, pages)
        results.append([(e.tag, e.is_live, e.article) for e in found(store)])
        store.close()
    assert len(results[0]) == 12 - 1
    assert all(result == results[0] for result in results)


def test_texts_that_become_equal_become_one(store: Store) -> None:
    text = text_about("comunicato", 40)
    visit(store, AGENCY, [page(AGENCY, "comunicato", [text], published="2026-03-01")])
    republished = page(MOBILITY, "ripreso", [text, f"aside: {text_about('occhiello0', 20)}"])
    counts = visit(store, MOBILITY, [*mobility_pages(), republished], at=5)
    assert counts.merged == 1
    [entry] = [e for e in found(store) if "comunicato" in e.article.text]
    assert entry.sources == ("agenzia", "clm")
    assert (entry.article.source_id, entry.article.text) == ("agenzia", text)
    assert len(found(store)) == 9


def test_a_page_that_was_only_boilerplate_is_no_article(store: Store) -> None:
    empty = page(MOBILITY, "elenco", [f"aside: {text_about(f'occhiello{n}', 20)}" for n in range(3)])
    counts = visit(store, MOBILITY, [*mobility_pages(), empty])
    assert counts.removed == 1
    assert len(found(store)) == 8
    with store.read() as session:
        assert session.scalar(select(EntryRow.id).where(EntryRow.canonical_url.endswith("elenco"))) is None


def test_what_readers_saw_is_revised_and_never_taken_away(store: Store) -> None:
    early, late = mobility_pages()[:2], mobility_pages()[2:]
    visit(store, MOBILITY, early)
    tags = {e.tag for e in found(store)}
    assert all("occhiello" in e.article.text for e in found(store))
    visit(store, MOBILITY, late, at=5)
    assert all("occhiello" not in e.article.text for e in found(store))
    assert tags < {e.tag for e in found(store)}
    with store.read() as session:
        revised = session.scalars(select(RevisionRow)).all()
        assert [r.fields for r in revised] == [["text"], ["text"]]
        assert {r.changed_at for r in revised} == {minutes(5)}
        assert find_changes(session) == [], "no publisher has corrected anything"


def test_killed_between_the_steps_the_next_visit_does_the_rest(store: Store) -> None:
    lease = crawl(store, MOBILITY, mobility_pages())
    plan = plan_settling(store, "clm")
    first = plan.page_ids[:3]
    stored = load_pages(store, first)
    outcomes = read_all([s.fetched for s in stored], plan.memory)
    apply(store, lease, list(zip(stored, outcomes, strict=True)), NOW)
    assert found(store) == []
    with store.write() as session:  # the worker is gone: its lease expires
        [lost] = runs.take(session, worker="next", now=minutes(700), sources=["clm"])
    with pytest.raises(LeaseLostError):
        finish(store, lease, plan, minutes(700))
    counts = settle(store, lost, read_all, minutes(700))
    assert (counts.digested, counts.changed, counts.announced) == (8, 5, 8)
    assert all("occhiello" not in entry.article.text for entry in found(store))


@pytest.mark.parametrize("is_killed", [False, True])
def test_what_is_learnt_during_a_visit_saves_reading_twice(store: Store, is_killed: bool) -> None:
    pages = mobility_pages(9)
    lease = lease_on(store, MOBILITY)
    saver = Saver(store, lease)
    before = SourceMemory("clm")
    saver.save_batch([(one, read(one, before)) for one in pages[:4]], NOW)
    after = SourceMemory("clm", boilerplate=learn_early(store, lease))
    assert after.boilerplate.keys
    # The fifth was under way meanwhile.
    saver.save_batch([(pages[4], read(pages[4], before))], NOW, others=[0])
    saver.save_batch([(one, read(one, after)) for one in pages[5:]], NOW)
    if is_killed:
        with store.write() as session:
            [lease] = runs.take(session, worker="next", now=minutes(700), sources=["clm"])
    counts = settle(store, lease, read_all, minutes(700))
    assert (counts.digested, counts.changed, counts.announced) == (5, 5, 9)
    assert all("occhiello" not in entry.article.text for entry in found(store))
    assert not plan_settling(store, "clm").is_needed


def test_a_settled_source_without_new_pages_is_not_looked_through(store: Store) -> None:
    visit(store, MOBILITY, mobility_pages())
    with store.write() as session:  # as if another rule had taken out other blocks
        memory.save_boilerplate(session, "clm", Boilerplate())
    plan = plan_settling(store, "clm")
    assert (plan.is_needed, plan.page_ids) == (False, ())
    assert visit(store, MOBILITY, mobility_pages(9)[8:], at=60).digested == 9


def test_nothing_is_seen_before_the_visit_settles(store: Store) -> None:
    lease = crawl(store, MOBILITY, mobility_pages())
    assert found(store) == []
    with store.read() as session:
        assert articles.count(session) == 0
    settle(store, lease, read_all, NOW)
    assert len(found(store)) == 8


def test_feeds_get_them_in_order_of_publication(store: Store) -> None:
    pages = [
        page(MOBILITY, "c", [text_about("c")], published="2026-03-10"),
        page(MOBILITY, "senza", [text_about("senza")], published=""),
        page(MOBILITY, "a", [text_about("a")], published="2026-03-08"),
    ]
    visit(store, MOBILITY, pages)
    assert [e.article.title for e in found(store)] == ["Titolo c", "Titolo a", "Titolo senza"]


LIVE = [
    ("2026-03-11", True, True),
    ("2026-02-26", True, True),
    ("2026-02-25", True, False),
    ("", True, False),
    ("2026-02-25", False, True),
    ("", False, True),
]


@pytest.mark.parametrize(("published", "is_first", "is_live"), LIVE)
def test_what_a_first_visit_may_bring_into_live_feeds(
    store: Store, published: str, is_first: bool, is_live: bool
) -> None:
    if not is_first:
        visit(store, MOBILITY, [page(MOBILITY, "prima", [text_about("prima")])])
    visit(store, MOBILITY, [page(MOBILITY, "nuovo", [text_about("nuovo")], published=published)])
    [entry] = [e for e in found(store) if e.article.title == "Titolo nuovo"]
    assert entry.is_live is is_live


def test_a_month_is_no_date_for_live_feeds_and_a_backfill_counts_as_first(store: Store) -> None:
    visit(store, MOBILITY, [page(MOBILITY, "prima", [text_about("prima")])])
    lease = lease_on(store)
    month = replace(
        make_article(path="mese"), published=PublishedDate(None, date(2026, 3, 1), Precision.MONTH)
    )
    recent = replace(make_article(path="recente"), published=day("2026-03-10"))
    Saver(store, lease, is_backfill=True).save_batch([(fetch(a), a) for a in (month, recent)], NOW)
    with store.write() as session:
        articles.announce(session, "clm", now=NOW)
    live = {e.article.title for e in found(store, Query(is_live=True))}
    assert live == {"Titolo prima", "Titolo recente"}


def test_a_copy_settled_here_is_announced_for_a_source_that_is_not(store: Store) -> None:
    text = text_about("comunicato", 40)
    crawl(store, AGENCY, [page(AGENCY, "comunicato", [text], published="2026-03-01")])
    visit(store, MOBILITY, [page(MOBILITY, "ripreso", [text])])
    [entry] = found(store)
    assert entry.sources == ("agenzia", "clm")


def test_a_page_that_cannot_be_settled_costs_itself_only(
    store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail_on_p3(pages: Sequence[Fetched], known: SourceMemory) -> list[Article | Refused]:
        outcomes = read_all(pages, known)
        return [
            replace(o, title="surrogata \ud800") if isinstance(o, Article) and o.url.endswith("p3") else o
            for o in outcomes
        ]

    lease = crawl(store, MOBILITY, mobility_pages())
    counts = settle(store, lease, fail_on_p3, NOW)
    assert (counts.changed, counts.announced) == (7, 8)
    assert "url=https://mobilita.example/p3" in caplog.text


def test_an_error_while_digesting_again_keeps_the_page(store: Store) -> None:
    lease = crawl(store, MOBILITY, mobility_pages())

    def broken(pages: Sequence[Fetched], _: SourceMemory) -> list[Article | Refused]:
        return [Refused(one.page.url, Reason.ERROR, "bug") for one in pages]

    assert settle(store, lease, broken, NOW) == SettleCounts(digested=8, announced=8)


def test_an_entry_that_is_merged_away_leaves_its_pages(store: Store) -> None:
    lease = lease_on(store)
    one, two = make_article(path="a"), make_article(path="b")
    outcomes = Saver(store, lease).save_batch([(fetch(a), a) for a in (one, two)], NOW)
    first, second = [o.entry_id for o in outcomes if isinstance(o, Match)]
    assert first is not None
    assert second is not None
    with store.write() as session:
        revisions.merge(session, second, first)
    with store.read() as session:
        assert len(revisions.page_ids(session, first)) == 2
