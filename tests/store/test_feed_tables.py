"""Saved feeds, alarms, what was mailed and what was put right, on both databases."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from aggregator.errors import QueryError
from aggregator.store import Store
from aggregator.store.alarms import Alarm, find_alarms, keep_alarms
from aggregator.store.changes import substance
from aggregator.store.mailings import keep_sent, sent_before
from aggregator.store.savedfeeds import SavedFeed, add_saved, end_saved, find_saved

NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)


def test_a_saved_feed_ends_and_comes_back(store: Store) -> None:
    with store.write() as session:
        add_saved(session, SavedFeed("bandi", "bando", "Bandi", NOW))
        with pytest.raises(QueryError, match="already"):
            add_saved(session, SavedFeed("bandi", "altro", "", NOW))
        end_saved(session, "bandi", LATER)
        assert [feed.ended_at for feed in find_saved(session)] == [LATER]
        with pytest.raises(QueryError, match="no saved feed"):
            end_saved(session, "bandi", LATER)
        add_saved(session, SavedFeed("bandi", "altro", "", LATER))
        assert find_saved(session) == [SavedFeed("bandi", "altro", "", LATER)]


def test_an_alarm_is_raised_once_changes_and_ends(store: Store) -> None:
    silent, failing = Alarm("silent:clm", "CLM tace", "da 9 giorni"), Alarm("failing:afil", "AFIL non va")
    with store.write() as session:
        first = keep_alarms(session, (silent, failing), NOW)
        assert [raised.alarm for raised in first] == [silent, failing]
        assert keep_alarms(session, (failing, silent), LATER) == ()
        longer = replace(silent, text="da 10 giorni")
        changed, over = keep_alarms(session, (longer,), LATER)
        assert (changed.alarm, changed.number, changed.changed_at, changed.raised_at) == (
            longer,
            first[0].number,
            LATER,
            NOW,
        )
        assert (over.alarm, over.ended_at) == (failing, LATER)
        (again,) = keep_alarms(session, (longer, failing), LATER)
        assert again.number > over.number
        assert [raised.alarm.key for raised in find_alarms(session)] == [
            "failing:afil",
            "failing:afil",
            "silent:clm",
        ]
        assert {raised.number for raised in find_alarms(session, only_open=True)} == {
            again.number,
            changed.number,
        }


def test_what_was_mailed_is_remembered_by_name(store: Store) -> None:
    with store.write() as session:
        keep_sent(session, "all", ("tag:1", "tag:2", "tag:1"), NOW)
        keep_sent(session, "all", ("tag:2",), LATER)
        assert sent_before(session, "all", ("tag:1", "tag:3")) == {"tag:1"}
        assert sent_before(session, "it", ("tag:1",)) == set()


LONG = "Il gruppo ha provato le celle sugli autobus di linea per tre mesi e ne pubblica le misure. " * 4

# old, new -> what readers should know of
CHANGES: list[tuple[dict[str, Any], dict[str, Any], set[str]]] = [
    ({"title": "Due bandi"}, {"title": "Tre bandi"}, {"title"}),
    ({"title": "Due bandi"}, {"title": "Due  bandi!"}, set()),
    ({"summary": "a"}, {"summary": "b"}, set()),
    ({"published_day": "2026-02-01"}, {"published_day": date(2026, 2, 3)}, {"published_day"}),
    ({"published_day": "2026-02-01"}, {"published_day": date(2026, 2, 1)}, set()),
    ({"published_day": None}, {"published_day": date(2026, 2, 1)}, set()),
    ({"text": LONG}, {"text": LONG.replace("misure", "misurazioni", 1)}, set()),
    ({"text": LONG + "Costano 3 milioni."}, {"text": LONG + "Costano 4 milioni."}, {"text"}),
    ({"text": LONG}, {"text": LONG + "Le prove però sono state sospese ieri sera."}, {"text"}),
    ({"text": "Uno."}, {"text": "uno"}, set()),
]


@pytest.mark.parametrize(("old", "new", "expected"), CHANGES)
def test_substance(old: dict[str, Any], new: dict[str, Any], expected: set[str]) -> None:
    assert substance(old, new) == expected
