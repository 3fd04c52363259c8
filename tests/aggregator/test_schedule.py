"""When a source is asked again: by its rhythm, and never earlier than its site wants."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.rhythm import Arrival, Rhythm, learn_rhythm
from aggregator.schedule import LONGEST, SHORTEST, Visited, next_due, words

ROME = ZoneInfo("Europe/Rome")
MONDAY = datetime(2026, 3, 2, 8, tzinfo=UTC)  # 9 o'clock in Italy


def flat(per_day: float) -> Rhythm:
    return Rhythm(per_day, ROME)


def wait(rhythm: Rhythm, at: datetime = MONDAY) -> timedelta:
    return next_due(Visited(at), rhythm, requests_per_day=0).at - at


@pytest.mark.parametrize(
    ("per_day", "hours"),
    # sqrt(2 / articles an hour), up to the next quarter of an hour
    [(50, 1.0), (24, 1.5), (6, 3.0), (1, 7.0), (1 / 7, 18.5), (1 / 30, 38.0), (0.0001, 168.0)],
)
def test_a_source_is_asked_as_often_as_it_has_something_to_say(per_day: float, hours: float) -> None:
    assert wait(flat(per_day)) == timedelta(hours=hours)


def test_nights_and_weekends_are_slept_through_but_what_came_before_them_is_fetched() -> None:
    office = tuple(24 / 9 if 9 <= hour < 18 else 0.0 for hour in range(24))
    rhythm = Rhythm(9.0, ROME, (1.4,) * 5 + (0.0,) * 2, office)
    assert wait(rhythm) <= timedelta(hours=2)
    friday_evening = MONDAY + timedelta(days=4, hours=9)
    assert wait(rhythm, friday_evening) > timedelta(hours=60)
    just_before_closing = friday_evening - timedelta(hours=2)
    assert wait(rhythm, just_before_closing) < timedelta(hours=3)


@pytest.mark.parametrize(
    ("visited", "hours"),
    [
        (Visited(MONDAY, failures=1), 100 / 60),
        (Visited(MONDAY, failures=3), 400 / 60),
        (Visited(MONDAY, failures=40), 20),
        (Visited(MONDAY, not_before=MONDAY + timedelta(days=2)), 48),
        (Visited(MONDAY, not_before=MONDAY - timedelta(days=2)), 1.5),
        (Visited(MONDAY, ttl=timedelta(hours=4)), 4),
        (Visited(MONDAY, ttl=timedelta(days=30)), 24),
        (Visited(MONDAY, failures=1, not_before=MONDAY + timedelta(days=1)), 24),
    ],
)
def test_what_went_wrong_and_what_the_site_asks_for_put_it_off(visited: Visited, hours: float) -> None:
    assert next_due(visited, flat(24), requests_per_day=0).at - MONDAY == timedelta(hours=hours)


def test_many_requests_at_once_are_paid_back() -> None:
    due = next_due(Visited(MONDAY, requests=1000), flat(24), requests_per_day=2000)
    assert due.at - MONDAY == timedelta(hours=12)
    assert due.why == "1000 requests of 2000 a day were made"


@pytest.mark.parametrize(
    ("visited", "why"),
    [
        (Visited(MONDAY), "about 2.0 articles a day: asked again after 5 hours"),
        (Visited(MONDAY, failures=2), "failed 2 times in a row: asked again after 3.3 hours"),
        (Visited(MONDAY, failures=1), "failed once: asked again after 1.7 hours"),
        (Visited(MONDAY, ttl=timedelta(hours=8)), "its answer says that it stays good for 8 hours"),
        (Visited(MONDAY, not_before=MONDAY + timedelta(days=3)), "its server asked to wait until then"),
    ],
)
def test_the_reason_is_given(visited: Visited, why: str) -> None:
    assert next_due(visited, flat(2), requests_per_day=0).why == why


@given(
    per_day=st.floats(0, 1e5),
    factors=st.lists(st.floats(0, 24), min_size=24, max_size=24),
    jitter=st.floats(-1, 1),
    failures=st.integers(0, 10_000),
)
def test_it_is_never_sooner_than_a_quarter_of_an_hour_nor_later_than_a_week(
    per_day: float, factors: list[float], jitter: float, failures: int
) -> None:
    rhythm = Rhythm(per_day, ROME, (1.0,) * 7, tuple(factors))
    due = next_due(Visited(MONDAY, failures), rhythm, requests_per_day=5000, jitter=jitter)
    assert SHORTEST <= due.at - MONDAY <= LONGEST * 1.05


@pytest.mark.parametrize(
    "evening", [datetime(2026, 3, 28, 18, tzinfo=UTC), datetime(2026, 10, 24, 18, tzinfo=UTC)]
)
def test_the_nights_on_which_clocks_change_are_nights_like_others(evening: datetime) -> None:
    """Twice 2 o'clock, or none: the pattern moves by that hour at most."""
    morning = Rhythm(24.0, ROME, (1.0,) * 7, tuple(24.0 if hour == 7 else 0.0 for hour in range(24)))
    at, asked = evening, []
    while at < evening + timedelta(hours=16):
        due = next_due(Visited(at), morning, requests_per_day=0).at
        assert SHORTEST <= due - at <= timedelta(days=1)
        asked.append(due)
        at = due
    local = [each.astimezone(ROME) for each in asked]
    assert any(6 <= each.hour <= 9 and each.date() > evening.date() for each in local)
    arrivals = [Arrival(evening + timedelta(hours=hour)) for hour in range(14)]
    learnt = learn_rhythm(arrivals, since=evening, now=evening + timedelta(days=1), zone=ROME)
    assert sum(learnt.hours) == pytest.approx(24)


def test_a_rhythm_is_learnt_from_arrivals() -> None:
    tuesdays = [MONDAY + timedelta(days=1 - 7 * week, hours=2) for week in range(26)]
    now = MONDAY + timedelta(days=2)
    rhythm = learn_rhythm(map(Arrival, tuesdays), since=tuesdays[-1], now=now, zone=ROME)
    assert rhythm.per_day == pytest.approx(1 / 7, rel=0.5)
    assert max(range(7), key=lambda day: rhythm.weekdays[day]) == 1
    assert max(range(24), key=lambda hour: rhythm.hours[hour]) == 11
    assert sum(rhythm.weekdays) == pytest.approx(7)
    assert sum(rhythm.hours) == pytest.approx(24)


def test_days_without_an_hour_teach_no_hour() -> None:
    days = [Arrival(MONDAY - timedelta(days=day), has_hour=False) for day in range(30)]
    rhythm = learn_rhythm(days, since=days[-1].at, now=MONDAY, zone=ROME)
    assert set(rhythm.hours) == {1.0}


def test_a_source_that_falls_silent_is_asked_less_and_less() -> None:
    daily = [Arrival(MONDAY - timedelta(days=day)) for day in range(60)]
    waits = [
        wait(learn_rhythm(daily, since=daily[-1].at, now=now, zone=ROME), now)
        for now in (MONDAY + timedelta(weeks=week) for week in (0, 4, 12, 40))
    ]
    assert waits == sorted(waits)
    assert waits[-1] > 3 * waits[0]


def test_of_a_new_source_little_is_believed() -> None:
    rhythm = learn_rhythm((), since=None, now=MONDAY, zone=ROME)
    assert rhythm.per_day == pytest.approx(0.5)
    assert timedelta(hours=6) < wait(rhythm) < timedelta(hours=24)


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [
        (1, "1 minute"),
        (45, "45 minutes"),
        (60, "1 hour"),
        (210, "3.5 hours"),
        (1440, "1 day"),
        (10080, "7 days"),
    ],
)
def test_spans_read_like_words(minutes: int, expected: str) -> None:
    assert words(timedelta(minutes=minutes)) == expected
