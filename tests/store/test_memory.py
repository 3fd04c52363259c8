"""What is remembered of Sources, and the Sources themselves."""

from collections import Counter
from dataclasses import replace
from datetime import date

import pytest
from archive_samples import AGENCY, BOTH, MOBILITY, NOW, minutes

from aggregator.items import (
    Boilerplate,
    DateOrder,
    Keep,
    Kind,
    Publish,
    Reason,
    RobotsRules,
    Source,
    SourceMemory,
    Validator,
    Way,
)
from aggregator.store import Store, memory, sources
from aggregator.store.memory import UrlKey

FULL = Source(
    "piena",
    "https://www.piena.example/notizie/",
    name="Città piena",
    hosts=("piena.example", "www.piena.example"),
    kind=Kind.NEWS,
    cluster="clm",
    languages=("it", "en"),
    date_order=DateOrder.YMD,
    zone="Europe/Zurich",
    way=Way.LISTING,
    feeds=("https://piena.example/feed",),
    listing=("https://piena.example/lista",),
    include=("/notizie/",),
    exclude=("/tag/",),
    pages=False,
    pace=2.5,
    keep=Keep.ABOUT,
    publish=Publish.TITLE,
    fields=(("title", "h1.t"), ("published", "time")),
    allow_private=True,
    verified=True,
)


def test_sources_come_back_as_the_catalogue_has_them(store: Store) -> None:
    with store.write() as session:
        assert sources.sync(session, [FULL, MOBILITY], "one")
        assert sources.find_sources(session) == [MOBILITY, FULL]
        assert sources.find_sources(session, ["piena"]) == [FULL]


def test_a_catalogue_is_taken_over_when_its_digest_changes(store: Store) -> None:
    renamed = replace(MOBILITY, name="Nuovo nome")
    with store.write() as session:
        assert sources.sync(session, BOTH, "one")
        memory.save_way(session, "clm", Way.FEED, ["https://mobilita.example/feed"])
        assert not sources.sync(session, [renamed], "one")
        assert sources.find_sources(session, ["clm"]) == [MOBILITY]
        assert sources.sync(session, [renamed], "two")
        assert sources.find_sources(session, enabled_only=True) == [renamed]
        assert [s.enabled for s in sources.find_sources(session, ["agenzia"])] == [False]
        assert memory.load_memory(session, "clm").way is Way.FEED, "what was learnt stays"
        assert sources.sync(session, [renamed, AGENCY], "three")
        assert sources.find_sources(session, ["agenzia"]) == [AGENCY]


def test_nothing_is_known_of_a_new_source(store: Store) -> None:
    with store.write() as session:
        assert memory.load_memory(session, "clm") == SourceMemory("clm")
        sources.sync(session, BOTH, "one")
        assert memory.load_memory(session, "clm") == SourceMemory("clm")


def test_what_is_remembered_comes_back(store: Store) -> None:
    boilerplate = Boilerplate(frozenset({1, -(2**63)}), frozenset({2**63 - 1}))
    with store.write() as session:
        sources.sync(session, BOTH, "one")
        memory.save_way(session, "clm", Way.WORDPRESS, ["https://mobilita.example/wp-json"])
        memory.save_boilerplate(session, "clm", boilerplate)
        memory.save_date_habits(session, "clm", [("url:path", 0, 10)])
        memory.save_date_habits(session, "clm", [("feed:published", 12, 0), ("page:p.data", 3, 9)])
        memory.save_validators(
            session, "clm", [Validator("a", '"1"', None), Validator("b", None, "Mon"), Validator("c", "x")]
        )
        memory.save_validators(session, "clm", [Validator("a", '"2"', None), Validator("c")])
        memory.remember_urls(session, "clm", [UrlKey("u"), UrlKey("v", Reason.NOT_RELEVANT)], NOW)
        memory.remember_urls(session, "agenzia", [UrlKey("altrove")], NOW)
    with store.read() as session:
        assert memory.load_memory(session, "clm") == SourceMemory(
            "clm",
            known=frozenset({"u", "v"}),
            validators=(Validator("a", '"2"'), Validator("b", None, "Mon")),
            boilerplate=boilerplate,
            way=Way.WORDPRESS,
            way_urls=("https://mobilita.example/wp-json",),
            date_habits=(("feed:published", 12, 0), ("page:p.data", 3, 9)),
        )
        assert memory.load_memory(session, "clm", with_known=False).known == frozenset()


def test_what_was_kept_is_never_made_a_refusal(store: Store) -> None:
    with store.write() as session:
        sources.sync(session, BOTH, "one")
        memory.remember_urls(session, "clm", [UrlKey("u")], NOW)
        memory.remember_urls(session, "clm", [UrlKey("u", Reason.EMPTY)], minutes(1))
        assert memory.load_memory(session, "clm").known == {"u"}
        memory.remember_urls(session, "clm", [UrlKey("e", Reason.EMPTY)], minutes(1))
        memory.remember_urls(session, "clm", [UrlKey("e")], minutes(2))
        assert memory.load_memory(session, "clm").known == {"u", "e"}


@pytest.mark.parametrize(
    ("reason", "tries"),
    [(Reason.NOT_FOUND, 1), (Reason.NO_TITLE, 3), (Reason.SOFT_404, 3), (Reason.ERROR, 3)],
)
def test_what_may_pass_is_asked_for_again(store: Store, reason: Reason, tries: int) -> None:
    with store.write() as session:
        sources.sync(session, BOTH, "one")
        for number in range(1, 4):
            memory.remember_urls(session, "clm", [UrlKey("u", reason)], minutes(number))
            assert ("u" in memory.load_memory(session, "clm").known) is (number >= tries)


def test_a_backfill_asks_for_what_was_passed_over(store: Store) -> None:
    with store.write() as session:
        sources.sync(session, BOTH, "one")
        memory.remember_urls(session, "clm", [UrlKey("u")], NOW)
        memory.remember_urls(session, "clm", [UrlKey("u", Reason.OLD), UrlKey("vecchia", Reason.OLD)], NOW)
        assert memory.load_memory(session, "clm").known == {"u", "vecchia"}
        assert memory.load_memory(session, "clm", is_backfill=True).known == {"u"}
        memory.remember_urls(session, "clm", [UrlKey("vecchia")], NOW)
        assert memory.load_memory(session, "clm", is_backfill=True).known == {"u", "vecchia"}


def test_blocks_are_counted_per_place(store: Store) -> None:
    with store.write() as session:
        sources.sync(session, BOTH, "one")
        memory.count_blocks(session, "clm", Counter({(1, 1): 2, (1, 2): 1, (-(2**63), 2**63 - 1): 3}))
        memory.count_blocks(session, "clm", Counter({(1, 1): 1, (1, 2): -1}))
        memory.count_blocks(session, "agenzia", Counter({(1, 1): 5}))
        assert sorted(memory.block_counts(session, "clm")) == [(-(2**63), 2**63 - 1, 3), (1, 1, 3)]


def test_blocks_that_no_page_showed_for_long_have_aged(store: Store) -> None:
    with store.write() as session:
        sources.sync(session, BOTH, "one")
        memory.count_blocks(session, "clm", Counter({(9, 9): 1}))
        assert memory.aged_blocks(session, "clm") == frozenset()
        memory.count_blocks(session, "clm", Counter({(1, 1): 1, (2, 1): 1, (3, 1): 2}), date(2024, 1, 1))
        memory.count_blocks(session, "clm", Counter({(1, 1): 1, (3, 1): -1}), date(2025, 3, 1))
        assert memory.aged_blocks(session, "clm") == {(2, 1), (3, 1)}, "not what was counted without a day"
        memory.count_blocks(session, "clm", Counter({(2, 1): 1}), date(2025, 3, 2))
        assert memory.aged_blocks(session, "clm") == {(3, 1)}


def test_robots_are_kept_while_they_are_fresh(store: Store) -> None:
    old = RobotsRules("https://a.example", NOW, "User-agent: *")
    new = replace(old, fetched_at=minutes(60), text="", is_closed=True, why="HTTP 503")
    other = RobotsRules("https://b.example", NOW)
    with store.write() as session:
        memory.save_robots(session, [old, other])
        memory.save_robots(session, [new])
        memory.save_robots(session, [])
        assert memory.load_robots(session, since=NOW) == (new, other)
        assert memory.load_robots(session, since=minutes(1)) == (new,)
