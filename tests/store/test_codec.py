"""Values that go into columns come back the same."""

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from archive_samples import MOBILITY, NOW, fetch, make_article
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from aggregator.errors import StoreError
from aggregator.items import Block, Candidate, Evidence, Found, RobotsRules, Way
from aggregator.store import Store, codec, memory, snapshots, sources
from aggregator.store.schema import RobotsRow

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)
_INT64 = st.integers(-(2**63), 2**63 - 1)


@settings(max_examples=40, deadline=None)
@given(_JSON)
def test_json_survives(value: Any) -> None:
    assert codec.unpack(codec.pack(value)) == value


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(_INT64, _INT64)))
def test_blocks_survive_each_once(pairs: list[tuple[int, int]]) -> None:
    packed = codec.pack_blocks([Block(key, place) for key, place in pairs])
    assert codec.unpack_blocks(packed) == sorted(set(pairs))
    assert len(packed) == 16 * len(set(pairs))


def test_evidence_and_candidates_survive() -> None:
    evidence = (
        Evidence("title", Found("a", "page:h1"), (Found("b", "meta:og"), Found("c", "feed:title")), "first"),
        Evidence("published", None, (), "no date found"),
        Evidence("published", Found("a", "page:p"), (), "", (("page:p", True), ("jsonld:x", False))),
    )
    assert codec.evidence_from_json(codec.unpack(codec.pack(codec.evidence_to_json(evidence)))) == evidence
    candidate = Candidate(
        "u",
        Way.WORDPRESS,
        title="t",
        authors=("a", "b"),
        is_full_text=True,
        translations=(("en", "v"),),
    )
    plain = codec.unpack(codec.pack(codec.candidate_to_json(candidate)))
    assert codec.candidate_from_json(plain) == candidate


def test_content_that_readers_see_makes_the_hash() -> None:
    article = make_article()
    other = make_article(path="due", title="altro", language="en", text="altro testo")
    seen = {"title", "text", "summary", "language"}
    changed = {
        field.name
        for field in fields(article)
        if codec.content_hash(replace(article, **{field.name: getattr(other, field.name)}))
        != codec.content_hash(article)
    }
    assert changed == seen


def test_snapshots_come_back_whole(store: Store) -> None:
    fetched = fetch(make_article(), bytes(range(256)) * 40)
    with store.write() as session:
        sources.save_source(session, MOBILITY)
        snapshots.add(session, [7], [snapshots.pack_snapshot(fetched)])
        assert snapshots.load(session, 7) == (fetched.page, fetched.candidate)
        assert snapshots.load_many(session, [7, 8]) == {7: fetched}
        with pytest.raises(StoreError, match="no snapshot 8"):
            snapshots.load(session, 8)


def test_instants_are_aware_and_utc(store: Store) -> None:
    rome = timezone(timedelta(hours=1))
    with store.write() as session:
        memory.save_robots(session, [RobotsRules("o", datetime(2026, 3, 11, 10, 30, tzinfo=rome))])
        [found] = session.scalars(select(RobotsRow.fetched_at))
        assert (found, found.tzinfo) == (NOW, UTC)
        session.expunge_all()
    naive = datetime(2026, 3, 11, 10, 30)  # noqa: DTZ001  what must be refused
    with pytest.raises(Exception, match="without a zone"), store.write() as session:
        memory.save_robots(session, [RobotsRules("o", naive)])
