"""What Entries announce: kept with them, the same event over changes, found for calendars."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from archive_samples import AGENCY, MOBILITY, day, digested, lease_on, make_article, minutes, text_about
from sqlalchemy import delete, select

from aggregator.items import Article, Event, EventKind, RunOutcome, Source
from aggregator.query import Query
from aggregator.store import Store, articles, revisions, runs
from aggregator.store.events import Happening, find_events, present_day
from aggregator.store.schema import EventRow, SightingRow
from pipelines.save import Saver

ROME = timezone(timedelta(hours=2))
FORUM = Event(
    EventKind.EVENT,
    "Titolo uno",
    date(2026, 6, 11),
    date(2026, 6, 12),
    "Cernobbio",
    is_online=False,
    sentence="Il forum è a Cernobbio dall'11 al 12 giugno 2026.",
    is_year_proved=True,
    confidence=0.9,
)
GROUP = replace(
    FORUM,
    start=datetime(2026, 6, 3, 16, tzinfo=ROME),
    end=datetime(2026, 6, 3, 17, 30, tzinfo=ROME),
    place=None,
    is_online=True,
)
CALL = replace(FORUM, kind=EventKind.DEADLINE, start=date(2026, 4, 30), end=None, place=None)
GUESS = replace(FORUM, start=date(2026, 9, 1), end=None, is_year_proved=False)


def told(*events: Event, path: str = "uno", source: Source = MOBILITY, **values: Any) -> Article:
    return replace(make_article(source, path, **values), events=events)


def put(store: Store, *pages: Article, source: Source = MOBILITY, at: float = 0) -> None:
    """A visit that brings these articles, or what they say now, and is announced."""
    lease = lease_on(store, source)
    Saver(store, lease).save_batch(digested(pages), minutes(at))
    with store.write() as session:
        articles.announce(session, source.id, now=minutes(at))
        runs.close(session, lease, RunOutcome.OK, now=minutes(at), next_due_at=None)


def kept(store: Store, query: Query | None = None, **filters: Any) -> list[Happening]:
    with store.read() as session:
        return find_events(session, query, **filters)


def test_events_come_back_with_their_entry(store: Store) -> None:
    put(store, told(FORUM, GUESS, GROUP, CALL))
    with store.read() as session:
        [entry] = articles.find(session, Query())
        assert entry.article.events == (CALL, GROUP, FORUM, GUESS)
        assert articles.get(session, entry.id).article.events == entry.article.events
    [call, group, forum] = kept(store)
    assert [h.event for h in (call, group, forum)] == [CALL, GROUP, FORUM]
    assert isinstance(group.event.start, datetime)
    assert group.event.start.tzinfo is UTC
    assert {(h.sequence, h.is_cancelled, h.changed_at) for h in (call, group, forum)} == {
        (0, False, minutes(0))
    }
    assert (call.url, call.source_id, call.language, call.entry_id) == (
        "https://mobilita.example/uno", "clm", "it", entry.id
    )  # fmt: skip


def test_calendars_ask_by_kind_day_and_query(store: Store) -> None:
    put(store, told(FORUM, CALL, mentions=["idrogeno"]), told(GROUP, path="due"))
    put(store, told(FORUM, path="tre", source=AGENCY), source=AGENCY)

    def paths(**filters: Any) -> list[str]:
        return [f"{h.event.kind.value[0]}{h.url.rpartition('/')[2]}" for h in kept(store, **filters)]

    assert sorted(paths()) == ["duno", "edue", "etre", "euno"]
    assert paths(kind=EventKind.DEADLINE) == ["duno"]
    assert sorted(paths(since=date(2026, 6, 12))) == ["etre", "euno"], "they last until that day"
    assert paths(since=date(2026, 6, 13)) == []
    assert paths(query=Query(sources=("agenzia",))) == ["etre"]
    assert paths(query=Query(topics=("idrogeno",), limit=1)) == ["duno", "euno"]
    assert paths(query=Query(clusters=("clm",)), kind=EventKind.EVENT, since=date(2026, 6, 4)) == ["euno"]


def test_what_is_not_announced_is_in_no_calendar(store: Store) -> None:
    lease = lease_on(store)
    Saver(store, lease).save_batch(digested([told(FORUM)]), minutes(0))
    assert kept(store) == []
    with store.read() as session:
        assert present_day(session) is None
    with store.write() as session:
        articles.announce(session, "clm", now=minutes(1))
        assert present_day(session) == minutes(0).date()
    assert len(kept(store)) == 1


LATER = replace(FORUM, start=date(2026, 6, 18), end=date(2026, 6, 19))
TIMED = replace(FORUM, start=datetime(2026, 6, 11, 9, tzinfo=ROME), end=None)
OTHER = replace(FORUM, start=date(2026, 10, 1), end=None)
THIRD = replace(FORUM, start=date(2026, 11, 2), end=None)

CHANGES = [
    # before, after, then what calendars hold: (day, same event as before, sequence, cancelled)
    ("the same", [FORUM], [FORUM], [("06-11", True, 0, False)]),
    ("surer of it", [FORUM], [replace(FORUM, confidence=0.5)], [("06-11", True, 0, False)]),
    ("another end", [FORUM], [replace(FORUM, end=None)], [("06-11", True, 1, False)]),
    ("another place", [FORUM], [replace(FORUM, place="Como")], [("06-11", True, 1, False)]),
    ("now with an hour", [FORUM], [TIMED], [("06-11", True, 1, False)]),
    ("moved", [FORUM], [LATER], [("06-18", True, 1, False)]),
    ("gone", [FORUM], [], [("06-11", True, 1, True)]),
    ("one more", [FORUM], [FORUM, OTHER], [("06-11", True, 0, False), ("10-01", False, 0, False)]),
    ("other kind", [FORUM], [replace(CALL, start=FORUM.start)],
     [("06-11", True, 1, True), ("06-11", False, 0, False)]),
    ("which one is which is not known", [FORUM], [LATER, OTHER],
     [("06-11", True, 1, True), ("06-18", False, 0, False), ("10-01", False, 0, False)]),
    ("one stays, one moves", [FORUM, OTHER], [FORUM, THIRD],
     [("06-11", True, 0, False), ("11-02", True, 1, False)]),
]  # fmt: skip


@pytest.mark.parametrize(("name", "before", "after", "then"), CHANGES, ids=[case[0] for case in CHANGES])
def test_an_event_is_followed_over_changes(
    store: Store, name: str, before: list[Event], after: list[Event], then: list[Any]
) -> None:
    put(store, told(*before))
    uids = {h.uid for h in kept(store)}
    put(store, told(*after), at=5)
    found = kept(store)
    told_now = [(f"{h.event.start:%m-%d}", h.uid in uids, h.sequence, h.is_cancelled) for h in found]
    assert sorted(told_now) == sorted(then)
    assert len({h.uid for h in found}) == len(found)
    for h in found:
        assert h.changed_at == (minutes(5) if h.sequence or h.uid not in uids else minutes(0))
    with store.read() as session:
        [entry] = articles.find(session, Query())
        now_told = [replace(event, confidence=0.9) for event in after]
        assert sorted(entry.article.events, key=str) == sorted(now_told, key=str)
        assert (entry.change_seq > (entry.announced_seq or 0)) == (before != now_told)


def test_an_event_that_comes_back_is_the_same(store: Store) -> None:
    for at, events in enumerate(([FORUM], [], [FORUM], [FORUM])):
        put(store, told(*events), at=at)
    [forum] = kept(store)
    assert (forum.sequence, forum.is_cancelled, forum.changed_at) == (2, False, minutes(2))


def test_a_new_title_is_a_change(store: Store) -> None:
    put(store, told(FORUM))
    put(store, told(FORUM, title="Rinviato il forum"), at=3)
    [forum] = kept(store)
    assert (forum.event.title, forum.sequence, forum.changed_at) == ("Rinviato il forum", 1, minutes(3))


def test_a_moved_event_leaves_its_first_day_to_another(store: Store) -> None:
    for at, events in enumerate(([FORUM], [LATER], [LATER, FORUM])):
        put(store, told(*events), at=at)
    assert [(h.event.start, h.sequence) for h in kept(store)] == [(FORUM.start, 0), (LATER.start, 1)]


def test_before_it_is_announced_nothing_is_left_of_what_was(store: Store) -> None:
    lease = lease_on(store)
    saver = Saver(store, lease)
    saver.save_batch(digested([told(FORUM, CALL)]), minutes(0))
    saver.save_batch(digested([told(LATER)]), minutes(1))
    with store.write() as session:
        articles.announce(session, "clm", now=minutes(2))
    [later] = kept(store)
    assert (later.event, later.sequence, later.changed_at) == (LATER, 0, minutes(0))


def test_the_page_that_becomes_home_brings_its_events(store: Store) -> None:
    first = told(FORUM, text=text_about("stesso"), published=day("2026-03-01"))
    copy = told(CALL, path="copia", source=AGENCY, text=text_about("stesso"), published=day("2026-03-05"))
    lease = lease_on(store, AGENCY)
    Saver(store, lease).save_batch(digested([copy]), minutes(0))
    other = lease_on(store, MOBILITY)
    Saver(store, other).save_batch(digested([first]), minutes(1))
    with store.write() as session:
        articles.announce(session, "clm", now=minutes(2))
        found = find_events(session)
        assert [(h.event.start, h.source_id) for h in found] == [(FORUM.start, "clm")]
        assert session.scalars(select(EventRow.uid)).all() == [found[0].uid]


def test_uids_follow_from_tag_and_event_alone(store: Store) -> None:
    put(store, told(FORUM, GROUP), at=7)
    assert [h.uid for h in kept(store)] == [
        "91da9cf0-c650-5e1b-a09b-7ad60e8086df",
        "4cad9a90-2760-5293-ab27-b30c081f70a4",
    ]


def test_an_entry_that_goes_takes_its_events_along(store: Store) -> None:
    lease = lease_on(store)
    Saver(store, lease).save_batch(digested([told(FORUM)]), minutes(0))
    with store.write() as session:
        [entry_id] = session.scalars(select(EventRow.entry_id))
        session.execute(delete(SightingRow))
        revisions.remove(session, entry_id)
        assert session.scalars(select(EventRow.uid)).all() == []


@pytest.mark.parametrize(
    ("days", "present"),
    [
        (["2026-03-01", "2026-03-05", None], "2026-03-05"),
        (["2026-03-01", "2026-04-05"], "2026-03-01"),  # a date from the future is none
        ([None], "2026-03-11"),
    ],
)
def test_the_archive_has_come_to_its_newest_publication(
    store: Store, days: list[str | None], present: str
) -> None:
    put(store, *(told(path=str(n), published=on and day(on)) for n, on in enumerate(days)))
    with store.read() as session:
        assert present_day(session) == date.fromisoformat(present)


def test_other_events_are_a_reason_to_read_a_page_again(store: Store) -> None:
    put(store, told(FORUM, CALL))
    with store.read() as session:
        [entry] = articles.find(session, Query())
        kept_now = articles.get(session, entry.id).article
        assert not revisions.is_remade(session, entry.id, kept_now)
        for events in ((), (FORUM,), (FORUM, OTHER), (FORUM, CALL, OTHER)):
            assert revisions.is_remade(session, entry.id, replace(kept_now, events=events))
        unsure = tuple(replace(event, confidence=0.1) for event in (CALL, FORUM))
        assert not revisions.is_remade(session, entry.id, replace(kept_now, events=unsure))
