"""Kept pages read again: nothing changes without a reason, a kill costs nothing, people are heard."""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from aggregator.catalogue import Catalogue, load_catalogue
from aggregator.errors import QueryError
from aggregator.extract import render
from aggregator.items import (
    Article,
    Candidate,
    Entry,
    Fetched,
    Keep,
    Page,
    Refused,
    RunOutcome,
    SourceMemory,
    Vocabulary,
    Way,
)
from aggregator.query import Query
from aggregator.reextract import Difference, SourceResult, reextract
from aggregator.sampleserver import SampleSites
from aggregator.samplesite import samples_root
from aggregator.store import (
    Store,
    amend,
    archive,
    articles,
    memory,
    open_store,
    reextractions,
    revisions,
    runs,
    sightings,
    sources,
)  # fmt: skip
from aggregator.store.columns import Base
from aggregator.store.schema import CrawlRunRow, RevisionRow, SnapshotRow
from pipelines.normalise import digest
from pipelines.save import Saver
from pipelines.settle import settle

NOW = datetime(2026, 11, 12, 9, tzinfo=UTC)
SITES = SampleSites()
ROWS = [
    row
    for row in json.loads((samples_root() / "expected.json").read_text("utf-8"))
    if row["site"] in ("mobilita.example", "rivista.example", "agenzia.example")
]
NOTICE = "Questo contributo nasce dal tavolo permanente delle imprese, che si riunisce ogni primo mese."
CATALOGUE = load_catalogue(samples_root() / "catalogue.toml", None, pace=0.0)


def with_fields(source_id: str, **selectors: str) -> Catalogue:
    """The samples' catalogue with selectors for one source, as an operator would add them."""
    changed = tuple(
        replace(source, fields=tuple(selectors.items())) if source.id == source_id else source
        for source in CATALOGUE.sources
    )
    return replace(CATALOGUE, sources=changed, digest="with fields")


def fill(store: Store, source_id: str) -> None:
    """The archive after a visit to that sample site."""
    source = CATALOGUE.get(source_id)

    def read(pages: Sequence[Fetched], known: SourceMemory) -> list[Article | Refused]:
        return [digest(one.page, one.candidate, source, known, CATALOGUE.vocabulary) for one in pages]

    with store.write() as session:
        sources.sync(session, CATALOGUE.sources, CATALOGUE.digest)
        [lease] = runs.take(session, worker="worker", now=NOW, sources=[source_id], lease_minutes=600)
    pages = []
    for url in (row["url"] for row in ROWS if row["site"] in source.hosts):
        page = Page(
            url, _with_notice(SITES.answer(url).body), NOW, 200, (("content-type", "text/html"),), url
        )
        pages.append(Fetched(source_id, page, Candidate(url, Way.LISTING)))
    Saver(store, lease).save_batch(list(zip(pages, read(pages, SourceMemory()), strict=True)), NOW)
    settle(store, lease, read, NOW, live_days=40_000)
    with store.write() as session:
        runs.close(session, lease, RunOutcome.OK, now=NOW, next_due_at=None)


def _with_notice(body: bytes) -> bytes:
    """The page with a line in its text that stands on all of the site's pages."""
    head, title, text = body.partition(b"</h1>")
    return head + title + text.replace(b"</p>", b'</p><p class="nota">' + NOTICE.encode() + b"</p>", 1)


@pytest.fixture
def filled(store: Store) -> Store:
    for source_id in ("mobilita", "rivista"):
        fill(store, source_id)
    return store


@dataclass(frozen=True)
class Done:
    """What a re-extraction answered."""

    results: Mapping[str, SourceResult]
    differences: tuple[Difference, ...]


def again(store: Store, catalogue: Catalogue = CATALOGUE, *only: str, is_dry: bool = False) -> Done:
    found: list[Difference] = []
    results = reextract(
        store, catalogue, only, jobs=1, live_days=40_000, is_dry=is_dry, on_difference=found.append
    )
    return Done({result.source_id: result for result in results}, tuple(found))


def entries(store: Store) -> dict[str, Entry]:
    with store.read() as session:
        return {entry.article.canonical_url: entry for entry in articles.find(session, Query(limit=None))}


def rows_of(store: Store) -> dict[str, list[Any]]:
    """All that the archive holds."""
    with store.read() as session:
        return {
            table.name: sorted(map(repr, session.execute(select(table)).all()))
            for table in Base.metadata.sorted_tables
        }


def test_the_recorded_pages_read_again_change_nothing(filled: Store) -> None:
    before = rows_of(filled)
    done = again(filled)
    assert done.differences == ()
    assert done.results["mobilita"].pages == sum(row["site"] == "mobilita.example" for row in ROWS)
    texts = [e.article.text for e in entries(filled).values() if e.article.source_id == "mobilita"]
    assert sum(NOTICE in text for text in texts) < len(texts) / 4, "site memory is at work"
    assert not any(result.error or result.unseen for result in done.results.values())
    assert rows_of(filled) == before


def test_a_dry_run_tells_all_and_writes_nothing(filled: Store) -> None:
    before = rows_of(filled)
    done = again(filled, with_fields("rivista", tags="html::attr(lang)"), is_dry=True)
    count = sum(entry.article.source_id == "rivista" for entry in entries(filled).values())
    assert done.results["rivista"].fields["tags"] == done.results["rivista"].changed == count
    assert {found.source_id for found in done.differences} == {"rivista"}
    assert any(line.startswith("tags: ") for found in done.differences for line in found.lines())
    assert rows_of(filled) == before


def test_what_differs_becomes_one_revision_and_is_then_the_same(filled: Store) -> None:
    before, changed = entries(filled), with_fields("rivista", tags="html::attr(lang)")
    told = again(filled, changed, is_dry=True)
    done = again(filled, changed)
    assert done.differences == told.differences
    after = entries(filled)
    for url, entry in after.items():
        old = before[url]
        assert (entry.tag, entry.announced_seq, entry.is_live) == (old.tag, old.announced_seq, old.is_live)
        with filled.read() as session:
            past = revisions.history(session, entry.id)
        if entry.article.source_id == "rivista":
            assert [revision.old["tags"] for revision in past] == [list(old.article.tags)]
            assert entry.changed_at > old.changed_at
        else:
            assert past == []
            assert entry == old
    assert again(filled, changed).differences == ()


def test_other_hashes_of_blocks_make_no_revisions(filled: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    before, hash64 = entries(filled), render.plain.hash64  # type: ignore[attr-defined]  # as render uses it
    with filled.read() as session:
        old = memory.load_memory(session, "mobilita").boilerplate
    assert old.keys
    monkeypatch.setattr("aggregator.extract.render.plain.hash64", lambda text: hash64("other " + text))
    assert again(filled).differences == ()
    assert entries(filled) == before
    with filled.read() as session:
        new = memory.load_memory(session, "mobilita").boilerplate
    assert (len(new.keys), len(new.places)) == (len(old.keys), len(old.places))
    assert not new.keys & old.keys
    assert again(filled).results["mobilita"].unseen == 0


def test_a_persons_word_and_what_vanished_stay(filled: Store) -> None:
    url, entry = next((u, e) for u, e in entries(filled).items() if e.article.source_id == "rivista")
    with filled.write() as session:
        said = replace(entry.article, tags=("scelto a mano",))
        amend.correct(session, entry.id, "tags", said, reason="refuso", now=NOW)
        sightings.vanish(session, "rivista", [url], NOW)
    again(filled, with_fields("rivista", tags="html::attr(lang)"))
    now = entries(filled)[url]
    assert now.article.tags == ("scelto a mano",)
    assert now.vanished_at == NOW
    with filled.write() as session:
        amend.give_back(session, entry.id, "tags", NOW)
    assert "it" in entries(filled)[url].article.tags, "what today's code reads"


@pytest.mark.parametrize(("selector", "is_copy"), [("p:first-of-type", True), ("h1", False)])
def test_a_copy_that_is_read_otherwise_stays_one(store: Store, selector: str, is_copy: bool) -> None:
    for source_id in ("agenzia", "mobilita"):
        fill(store, source_id)
    before = entries(store)
    [copy] = [entry for entry in before.values() if entry.sources == ("agenzia", "mobilita")]
    again(store, with_fields("mobilita", body=selector), "mobilita")
    after = entries(store)
    assert after[copy.article.canonical_url].article.text == copy.article.text
    assert (len(after) == len(before)) is is_copy


def test_a_page_that_is_no_article_any_more_stays_and_is_counted(filled: Store) -> None:
    before = entries(filled)
    about = replace(CATALOGUE.get("rivista"), keep=Keep.ABOUT)
    others = tuple(source for source in CATALOGUE.sources if source.id != "rivista")
    catalogue = replace(CATALOGUE, vocabulary=Vocabulary(), sources=(*others, about), digest="no terms")
    [result] = again(filled, catalogue, "rivista").results.values()
    assert result.refused == {"not_relevant": result.pages}
    assert entries(filled) == before


def test_a_source_that_is_being_visited_is_left_for_later(filled: Store) -> None:
    with filled.write() as session:
        [lease] = runs.take(session, worker="else", now=datetime.now(UTC), sources=["rivista"])
    changed = with_fields("rivista", tags="html::attr(lang)")
    done = again(filled, changed)
    assert "visited" in (done.results["rivista"].error or "")
    with filled.write() as session:
        runs.release(session, lease)
    done = again(filled, changed)
    assert list(done.results) == ["rivista"], "the others were done"
    assert done.results["rivista"].changed > 0


def test_the_diary_tells_of_visits_alone(filled: Store) -> None:
    again(filled)
    with filled.read() as session:
        assert session.scalar(select(func.count()).select_from(CrawlRunRow)) == 2
        assert reextractions.under_way(session) == []


def test_pages_that_are_not_kept_are_counted(filled: Store) -> None:
    with filled.write() as session:
        session.delete(session.scalars(select(SnapshotRow).where(SnapshotRow.source_id == "rivista")).first())
        session.flush()
    assert again(filled, CATALOGUE, "rivista").results["rivista"].missing == 1


def test_an_unknown_source_is_a_wrong_question(filled: Store) -> None:
    with pytest.raises(QueryError, match="no source 'altrove'"):
        again(filled, CATALOGUE, "altrove")


KILLED = """
import os, sys
import pipelines.settle
from test_reextract import open_store, reextract, with_fields
pipelines.settle._CHUNK = 3
seen = []
def tell(found):
    seen.append(found)
    if len(seen) == 8:
        os._exit(9)
changed = with_fields("mobilita", tags="html::attr(lang)")
reextract(open_store(sys.argv[1]), changed, jobs=1, on_difference=tell)
"""


def test_killed_in_the_middle_it_goes_on_where_it_stopped(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'archive.sqlite'}"
    store = open_store(url)
    fill(store, "mobilita")
    before = entries(store)
    paths = {"PYTHONPATH": ":".join(filter(None, sys.path))}
    killed = subprocess.run([sys.executable, "-c", KILLED, url], env=paths, capture_output=True, text=True)
    assert killed.returncode == 9, killed.stderr
    with store.read() as session:
        [left] = [one for one in reextractions.under_way(session) if one.source_id == "mobilita"]
        seq = archive.change_seq(session)
    assert left.page_id > 0
    halfway = [e for url, e in entries(store).items() if e.article.tags != before[url].article.tags]
    assert len(halfway) == 6
    done = again(store, with_fields("mobilita", tags="html::attr(lang)"))
    assert done.results["mobilita"].changed == len(before) - 6
    assert all(found.entry_id not in {e.id for e in halfway} for found in done.differences)
    with store.read() as session:
        assert session.scalar(select(func.count()).select_from(RevisionRow)) == len(before)
        assert archive.change_seq(session) > seq
        assert reextractions.under_way(session) == []
        # The killed one's lease was no visit: a diary that told of a lost one would raise an alarm.
        assert [run.outcome for run in runs.find_runs(session, "mobilita")] == [RunOutcome.OK]
    store.close()
