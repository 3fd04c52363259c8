"""What a visit decides by itself: what to ask for again, how far to read lists, what is compared."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from aggregator.check import AGES, MOST_A_VISIT, Check, is_said_to_have_changed, next_check
from aggregator.items import Candidate, Page, Source, SourceMemory, Validator, Way
from spiders.again import choose_again, stated_at
from spiders.entrance import Depth, Entrance
from spiders.poll import is_grown, mark_of, mark_of_child, narrow, poll_of, polls_of
from spiders.reading import Listing
from spiders.visit import Visit

NOW = datetime(2026, 3, 12, 12, tzinfo=UTC)
DAY = timedelta(days=1)
ROOT = "https://www.example.org/"
SOURCE = Source("clm", ROOT, hosts=("www.example.org",))


@pytest.mark.parametrize(
    ("born", "checked", "due"),
    [
        (0, 0, 1), (0, 0.9, 1), (0, 1, 3), (0, 3.5, 7), (0, 8, 30), (0, 30, None),
        (-10, 0, 20), (-40, 0, None),
    ],
)  # fmt: skip
def test_the_checks_of_a_page_thin_out_with_its_age(born: float, checked: float, due: float | None) -> None:
    found = next_check(NOW + born * DAY, NOW + checked * DAY)
    assert found == (None if due is None else NOW + due * DAY)
    assert len(AGES) == 4


@pytest.mark.parametrize(
    ("idle", "checked_days_ago", "modified_days_ago", "is_believed"),
    [
        (0, 0.01, 0, True),
        (0, 1, 1.5, False),
        (1, 0.5, 0, False),
        (1, 1, 0, True),
        (5, 4, 0, False),
        (400, 31, 0, True),
    ],
)
def test_a_stamp_that_moves_for_nothing_is_believed_ever_more_rarely(
    *, idle: int, checked_days_ago: float, modified_days_ago: float, is_believed: bool
) -> None:
    check = Check("k", "u", NOW - checked_days_ago * DAY, idle)
    assert is_said_to_have_changed(check, NOW - modified_days_ago * DAY, NOW) is is_believed
    assert not is_said_to_have_changed(check, None, NOW)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2026-03-11T10:00:00+01:00", "2026-03-11T09:00:00+00:00"),
        ("2026-03-11T10:00:00Z", "2026-03-11T10:00:00+00:00"),
        ("2026-03-11T10:00:00", "2026-03-11T09:00:00+00:00"),
        ("2026-07-11", "2026-07-10T22:00:00+00:00"),
        ("Wed, 11 Mar 2026 10:00:00 GMT", "2026-03-11T10:00:00+00:00"),
        ("0001-01-01T00:00:00", None),
        ("mercoledì 11 marzo", None),
        ("", None),
        (None, None),
    ],
)
def test_only_what_a_machine_wrote_is_a_stamp(text: str | None, at: str | None) -> None:
    found = stated_at(text, "Europe/Rome")
    assert (found.isoformat() if found else None) == at


def test_what_the_way_says_comes_before_what_age_makes_due_and_there_is_a_limit() -> None:
    checks = [Check(f"k{n}", f"{ROOT}{n}", NOW - DAY, is_due=n % 2 == 0) for n in range(60)]
    named = {"k7": Candidate(f"{ROOT}7", Way.SITEMAP, modified=NOW.isoformat())}
    again = choose_again(named, checks, NOW, "Europe/Rome")
    assert len(again) == MOST_A_VISIT
    assert again[0] == (named["k7"], checks[7])
    assert all(check.is_due for _, check in again[1:])


# --------------------------------------------------------------------- lists


def _visit(memory: SourceMemory | None = None, *, depth: Depth | None = None) -> Visit:
    later = SourceMemory("clm", is_first_visit=False, visited_at=NOW - DAY)
    visit = Visit(SOURCE, memory or later, depth or Depth(None, None))
    visit.entrance = visit.way = Entrance(Way.FEED, (f"{ROOT}feed",))
    return visit


def _named(*numbers: int) -> tuple[Candidate, ...]:
    return tuple(Candidate(f"{ROOT}{n}", Way.FEED, published="2026-03-10") for n in numbers)


def _known(*numbers: int) -> frozenset[str]:
    return frozenset(f"https://example.org/{n}" for n in numbers)


def _goes_on(visit: Visit, *numbers: int) -> bool:
    unknown, unnamed = visit.add(_named(*numbers), "list")
    return visit.wants_more(unknown, unnamed, len(numbers))


def test_a_later_visit_stops_where_most_is_known() -> None:
    visit = _visit(SourceMemory("clm", known=_known(*range(10)), is_first_visit=False))
    assert _goes_on(visit, 11, 12, 13)
    assert not _goes_on(visit, 14, 9, 8)


def test_a_first_visit_that_was_cut_short_reads_past_what_it_knows() -> None:
    visit = _visit(SourceMemory("clm", known=_known(1, 2, 3)), depth=Depth(100, None))
    assert _goes_on(visit, 1, 2, 3)
    assert not _goes_on(visit, 1, 2, 3), "a page that repeats ends any list"


def test_a_visit_after_one_that_missed_pages_reads_whole() -> None:
    memory = SourceMemory("clm", known=_known(1, 2), is_first_visit=False, is_whole=True)
    visit = _visit(memory, depth=Depth(100, date(2026, 1, 1)))
    assert _goes_on(visit, 1, 2)
    assert not visit.asks_conditionally


def test_what_the_other_ways_name_inside_the_window_is_missed() -> None:
    memory = SourceMemory("clm", known=_known(1), is_first_visit=False, is_whole=True, is_coverage_due=True)
    visit = _visit(memory, depth=Depth(100, date(2026, 1, 1)))
    visit.add(_named(1), "list")
    assert visit.begin_covering()
    old = Candidate(f"{ROOT}5", Way.SITEMAP, modified="2025-06-01")
    undated = Candidate(f"{ROOT}6", Way.SITEMAP)
    visit.add((*_named(1, 2), old, undated), "other")
    visit.finish_lists()
    taken, passed = visit.choose()
    assert [candidate.url for candidate in taken] == [f"{ROOT}2"]
    assert (visit.counts["missed"], passed) == (1, [])
    assert not visit.begin_covering()


def _page(etag: str = "", **headers: str) -> Page:
    told = {"etag": etag, **{name.replace("_", "-"): value for name, value in headers.items()}}
    return Page(f"{ROOT}feed", b"", NOW, headers=tuple((k, v) for k, v in told.items() if v))


def test_a_server_that_keeps_its_tag_while_the_list_changes_is_noticed() -> None:
    first = _visit()
    first.note_answer("list", _page('"1"'), Listing(_named(1, 2)))
    memory = replace(first.memory, validators=(first.validators["list"],), is_whole=True)
    same, lying, honest = _visit(memory), _visit(memory), _visit(memory)
    same.note_answer("list", _page('"1"'), Listing(_named(2, 1)))
    lying.note_answer("list", _page('"1"'), Listing(_named(3, 1)))
    honest.note_answer("list", _page('"2"'), Listing(_named(3, 1)))
    assert (same.is_stale, lying.is_stale, honest.is_stale) == (False, True, False)


def test_an_index_that_does_not_say_when_its_children_changed_is_read_each_time() -> None:
    children = (f"{ROOT}a.xml", f"{ROOT}b.xml")
    silent, telling = _visit(), _visit()
    stamps = tuple((url, "2026-03-11T10:00:00Z") for url in children)
    silent.note_answer("index", _page('"1"'), Listing(more=children))
    telling.note_answer("index", _page('"1"'), Listing(more=children, stamps=stamps))
    assert "index" not in silent.validators
    assert "index" in telling.validators
    telling.note_answer(children[0], _page(), Listing(_named(1)))
    later = _visit(replace(telling.memory, validators=(telling.validators[children[0]],)))
    read = Listing(more=children, stamps=stamps)
    later.note_answer("index", _page('"2"'), read)
    assert later.moved(read) == children[1:]


def test_wordpress_is_known_by_how_many_posts_and_by_the_last_change() -> None:
    api = f"{ROOT}wp-json/wp/v2/posts?per_page=100&_embed=author&lang=en"
    assert poll_of(api).startswith(f"{ROOT}wp-json/wp/v2/posts?per_page=1&lang=en&orderby=modified")
    assert narrow(api, NOW).endswith("&lang=en&modified_after=2026-03-11T12:00:00")
    changed = Candidate(ROOT, Way.WORDPRESS, modified="2026-03-11T10:00:00Z")
    mark = mark_of(_page(x_wp_total="240"), [changed])
    assert mark == "240 2026-03-11T10:00:00Z"
    assert mark_of(_page(), [changed]) is None
    assert is_grown("241 x", mark)
    assert not is_grown("240 x", mark)
    memory = SourceMemory("clm", is_first_visit=False, validators=(Validator(poll_of(api), stamp=mark),))
    visit = _visit(memory)
    entrance = Entrance(Way.WORDPRESS, (api,))
    assert visit.next_poll(entrance) == poll_of(api)
    assert not visit.has_polls(entrance)


def test_a_child_that_its_index_says_nothing_of_is_known_by_what_it_names() -> None:
    named = [Candidate(f"{ROOT}{n}", Way.SITEMAP, modified="2026-01-01") for n in range(100)]
    changed = [replace(named[0], modified="2026-02-01"), *named[1:99]]
    marks = [mark_of_child(one) for one in (named[:99], named[98::-1], named[:98], changed)]
    assert marks[0] == marks[1]
    assert len(set(marks)) == 3
    assert mark_of_child(named) is None, "it may be full: what is new then stands in the next"
    children = [Validator(f"{ROOT}{n}.xml", stamp=mark) for n, mark in enumerate(marks[:2])]
    index = Entrance(Way.SITEMAP, (f"{ROOT}sitemap.xml",))
    assert polls_of(index, children[:1]) == (f"{ROOT}0.xml",)
    assert polls_of(index, children) == (), "two of them cost as much as the index and what it names"
