"""Stories as readers ask for them, on both databases: lead, span, sources, cursor, a person's word."""

from dataclasses import replace
from datetime import date

import pytest
from archive_samples import AGENCY, MOBILITY, NOW, day, digested, lease_on, make_article, minutes

from aggregator.errors import StoreError
from aggregator.items import Article, Level, Match, RunOutcome, Source
from aggregator.query import Query
from aggregator.store import Store, amend, kinship, runs, stories
from aggregator.store.stories import find_stories, get_story, stories_of, story_of
from pipelines.link import join, split
from pipelines.save import Saver
from pipelines.settle import finish, plan_settling


def put(store: Store, source: Source, *found: Article, at: float = 0) -> list[int]:
    """Stores and announces the articles; their ids, in order."""
    lease = lease_on(store, source)
    matches = Saver(store, lease).save_batch(digested(found), minutes(at))
    finish(store, lease, plan_settling(store, source.id), minutes(at))
    with store.write() as session:
        runs.close(session, lease, RunOutcome.OK, now=minutes(at), next_due_at=None)
    return [match.entry_id or 0 for match in matches if isinstance(match, Match)]


def tell(store: Store, *ids: int) -> None:
    """Makes one story of the Entries: other words, so no group."""
    with store.write() as session:
        for id_ in ids[1:]:
            kinship.add(session, [], [(id_, Match(Level.STORY, ids[0], 0.7, "the same event"))], 1)
            kinship.join_stories(session, id_, ids[0])


def test_an_entry_alone_is_a_story_of_one(store: Store) -> None:
    [one] = put(store, MOBILITY, make_article(path="uno", published=day("2026-03-10")))
    with store.read() as session:
        story = get_story(session, one)
        assert (story.id, story.lead.entry_id, story.title) == (one, one, "Titolo uno")
        assert (story.lead.level, story.lead.score, story.sources) == (Level.NEW, 1.0, ("clm",))
        assert (story.first_day, story.last_day) == (date(2026, 3, 10), date(2026, 3, 10))
        assert find_stories(session) == []
        assert [s.id for s in find_stories(session, fewest=1)] == [one]


def test_the_first_publisher_leads_and_the_id_stays(store: Store) -> None:
    [late] = put(store, MOBILITY, make_article(path="tardi", published=day("2026-03-10")))
    [early, undated] = put(
        store,
        AGENCY,
        make_article(AGENCY, "presto", published=day("2026-03-09")),
        make_article(AGENCY, "mai"),
        at=60,
    )
    tell(store, late, early, undated)
    with store.read() as session:
        story = get_story(session, undated)
        assert story.id == late
        assert [member.entry_id for member in story.members] == [early, late, undated]
        assert story.lead == story.members[0]
        assert story.sources == ("agenzia", "clm")
        assert (story.first_day, story.last_day) == (date(2026, 3, 9), date(2026, 3, 10))
        assert [(m.level, m.score, m.reason) for m in story.members] == [
            (Level.STORY, 0.7, "the same event"),
            (Level.NEW, 1.0, ""),
            (Level.STORY, 0.7, "the same event"),
        ]
        assert stories_of(session, [late, early]) == {late: story, early: story}


def test_of_one_day_the_most_complete_leads(store: Store) -> None:
    short = make_article(path="breve", text="parole " * 30, published=day("2026-03-10"))
    long = make_article(path="lungo", text="altre frasi " * 300, published=day("2026-03-10"))
    ids = put(store, MOBILITY, short, long)
    tell(store, *ids)
    with store.read() as session:
        assert get_story(session, ids[0]).title == "Titolo lungo"


def test_what_nobody_may_see_is_in_no_story(store: Store) -> None:
    one, other = put(store, MOBILITY, make_article(path="uno"), make_article(path="due"))
    tell(store, one, other)
    with store.write() as session:
        amend.hide(session, other, NOW)
        assert story_of(session, other) == story_of(session, one)
        assert [m.entry_id for m in get_story(session, one).members] == [one]
        assert find_stories(session) == []
        with pytest.raises(StoreError):
            get_story(session, 10**9)


def test_stories_come_by_their_latest_member_once(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stories, "_AT_ONCE", 2)
    ids = [put(store, MOBILITY, make_article(path=f"p{n}"), at=n)[0] for n in range(7)]
    tell(store, ids[0], ids[6])
    tell(store, ids[1], ids[3])
    tell(store, ids[2], ids[4])
    with store.read() as session:
        first = find_stories(session, Query(limit=2))
        assert [story.id for story in first] == [ids[0], ids[2]]
        rest = find_stories(session, Query(limit=2, cursor=first[-1].announced_seq))
        assert [story.id for story in rest] == [ids[1]]
        assert [story.id for story in find_stories(session, Query(limit=None), fewest=1)] == [
            ids[0], ids[5], ids[2], ids[1],
        ]  # fmt: skip


def test_a_story_is_found_by_any_of_its_members(store: Store) -> None:
    [it] = put(store, MOBILITY, make_article(path="uno", mentions=("topic-idrogeno",)))
    [en] = put(
        store,
        AGENCY,
        make_article(AGENCY, "one", text="Nothing that could be found again elsewhere. " * 9, language="en"),
        at=5,
    )
    tell(store, it, en)
    with store.read() as session:
        for query in (Query(languages=("en",)), Query(languages=("it",)), Query(sources=("clm",))):
            [story] = find_stories(session, query)
            assert len(story.members) == 2
        assert find_stories(session, Query(languages=("de",))) == []


def test_a_person_splits_and_joins_stories(store: Store) -> None:
    ids = put(store, MOBILITY, *(make_article(path=f"p{n}") for n in range(3)))
    tell(store, *ids)
    with store.write() as session:
        split(session, ids[0], NOW)
    with store.read() as session:
        assert [m.entry_id for m in get_story(session, ids[0]).members] == [ids[0]]
        assert get_story(session, ids[1]).id == ids[1]
        assert kinship.are_apart(session, ids[0], ids[1])
    with store.write() as session:
        join(session, ids[0], ids[1], NOW)
    with store.read() as session:
        assert len(get_story(session, ids[2]).members) == 3


def test_a_copy_is_in_the_story_of_its_original(store: Store) -> None:
    first = make_article(path="uno", text="Il battello Tivano parte da Lecco " * 20)
    [one] = put(store, MOBILITY, first)
    copy = replace(make_article(AGENCY, "copia"), text=f"In breve dalla rete.\n{first.text}")
    [two] = put(store, AGENCY, copy, at=60)
    with store.read() as session:
        story = get_story(session, two)
        assert story.id == one
        assert {m.entry_id: m.level for m in story.members} == {one: Level.NEW, two: Level.NEAR}
