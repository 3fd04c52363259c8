"""What the archive said on a day."""

from dataclasses import replace
from datetime import date

import pytest
from archive_samples import AGENCY, MOBILITY, day, digested, lease_on, make_article, minutes

from aggregator.grammar import parse_query
from aggregator.items import Article, RunOutcome, Source
from aggregator.store import Store, articles, runs
from aggregator.store.asof import as_of, find_as_of
from aggregator.store.find import find
from pipelines.save import Saver

DAYS = 24 * 60


def put(store: Store, source: Source, *pages: Article, at: float = 0) -> None:
    lease = lease_on(store, source)
    Saver(store, lease).save_batch(digested(pages), minutes(at))
    with store.write() as session:
        articles.announce(session, source.id, now=minutes(at))
        runs.close(session, lease, RunOutcome.OK, now=minutes(at), next_due_at=None)


@pytest.fixture
def filled(store: Store) -> Store:
    """Read on 11 March, changed on the 13th and the 15th, joined by others on the 14th."""
    first = make_article(path="a", title="Prima", text="idrogeno verde qui", published=day("2026-03-09"))
    put(store, MOBILITY, first)
    second = replace(first, title="Seconda", text="elettrolizzatori e basta", summary="", language="en")
    put(store, MOBILITY, second, at=2 * DAYS)
    put(store, AGENCY, make_article(AGENCY, "b", title="Altra", text="idrogeno altrove"), at=3 * DAYS)
    put(store, MOBILITY, replace(second, title="Terza", published=None), at=4 * DAYS)
    return store


@pytest.mark.parametrize(
    ("on", "text", "titles"),
    [
        (10, "", []),
        (11, "", ["Prima"]),
        (12, "idrogeno", ["Prima"]),
        (13, "idrogeno", []),
        (13, "elettrolizzatore", ["Seconda"]),
        (14, "idrogeno", ["Altra"]),
        (14, "", ["Altra", "Seconda"]),
        (15, "", ["Altra", "Terza"]),
        (12, "lang:it", ["Prima"]),
        (13, "lang:it", []),
        (14, "after:2026-03-09 before:2026-03-10", ["Seconda"]),
        (15, "after:2026-03-09 before:2026-03-10", []),
        (14, "source:agenzia", ["Altra"]),
        (13, "source:agenzia", []),
        (12, "NOT elettrolizzatori", ["Prima"]),
    ],
)
def test_what_was_found_then(filled: Store, on: int, text: str, titles: list[str]) -> None:
    with filled.read() as session:
        found = find_as_of(session, parse_query(text), date(2026, 3, on))
    assert [entry.article.title for entry in found] == titles


def test_an_entry_as_it_was(filled: Store) -> None:
    with filled.read() as session:
        [now] = find(session, parse_query("terza"))
        then = as_of(session, now, date(2026, 3, 12))
        assert as_of(session, now, date(2026, 3, 10)) is None
        assert as_of(session, now, date(2026, 3, 20)) == now
    assert then is not None
    assert (then.article.title, then.article.language, then.article.published) == (
        "Prima",
        "it",
        day("2026-03-09"),
    )
    assert (then.article.text, then.changed_at, then.sources) == ("idrogeno verde qui", minutes(0), ("clm",))
