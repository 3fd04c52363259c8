"""From a real archive, on either database, to calendars in the folder."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import vobject
from feed_samples import SEEN, SOURCES
from test_publish import articles, bring, files, out

from aggregator.items import Article, Event, EventKind, Publish
from aggregator.store import Store
from aggregator.store.archive import set_authority
from aggregator.store.revisions import change
from aggregator.store.sightings import arrive
from aggregator.store.sources import sync

ROME = ZoneInfo("Europe/Rome")
FORUM = Event(
    EventKind.EVENT,
    "",
    date(2026, 6, 11),
    date(2026, 6, 12),
    "Cernobbio",
    is_online=False,
    sentence="Il forum è dall'11 al 12 giugno 2026.",
    is_year_proved=True,
)
GROUP = replace(
    FORUM, start=datetime(2026, 3, 4, 16, tzinfo=ROME), end=datetime(2026, 3, 4, 17, 30, tzinfo=ROME)
)
CALL = replace(FORUM, kind=EventKind.DEADLINE, start=date(2026, 4, 30), end=None)
ALL = ("events", "deadlines", "cluster-mob", "topic-idrogeno")


@pytest.fixture
def archive(store: Store) -> Store:
    with store.write() as session:
        set_authority(session, "notizie.example")
        sync(session, SOURCES.values(), "1")
    return store


def told(number: int, *events: Event, **changes: Any) -> Article:
    [article] = articles(number, number, **changes)
    return replace(article, events=events)


def days(folder: Path, name: str) -> list[str]:
    """Month and day on which each event of a calendar starts, in order, marked where it is cancelled."""
    calendar = vobject.readOne((folder / "feeds" / f"{name}.ics").read_text(encoding="utf-8"))
    return [
        f"{event.dtstart.value:%m-%d}" + ("!" if event.status.value == "CANCELLED" else "")
        for event in calendar.contents.get("vevent", [])
    ]


def test_each_calendar_carries_its_own(archive: Store, tmp_path: Path) -> None:
    old = replace(FORUM, start=date(2025, 12, 20), end=None)
    recent = replace(FORUM, start=date(2025, 12, 20), end=date(2025, 12, 22))
    far = replace(FORUM, start=date(9999, 12, 31), end=None)
    guess = replace(FORUM, start=date(2026, 9, 1), end=None, is_year_proved=False)
    given = [
        told(1, FORUM, CALL, guess, far),
        told(2, GROUP, source_id="agenzia", mentions=()),
        told(3, old, source_id="agenzia", mentions=()),
        told(4, recent, source_id="agenzia", mentions=()),
    ]
    bring(archive, *given)
    out(archive, tmp_path)
    # The newest publication is of 20 February: 60 days before it is 22 December.
    assert days(tmp_path, "events") == ["12-20", "03-04", "06-11"]
    assert days(tmp_path, "deadlines") == ["04-30"]
    assert days(tmp_path, "cluster-mob") == days(tmp_path, "topic-idrogeno") == ["04-30", "06-11"]
    assert not (tmp_path / "feeds" / "source-mobilita.ics").exists()
    assert "11 giugno 2026 – 12 giugno 2026" in (tmp_path / "feeds" / "events.html").read_text()


def test_calendars_are_written_only_when_their_bytes_change(archive: Store, tmp_path: Path) -> None:
    bring(archive, told(1, FORUM))
    out(archive, tmp_path)
    before = files(tmp_path)
    assert {f"feeds/{name}.ics{twin}" for name in ALL for twin in ("", ".gz", ".br")} <= set(before)
    assert out(archive, tmp_path).written == ()
    bring(archive, *articles(2, 2, source_id="agenzia", mentions=()))
    assert not [name for name in out(archive, tmp_path).written if name.endswith(".ics")]
    bring(archive, told(3, CALL, source_id="agenzia", mentions=()))
    written = out(archive, tmp_path).written
    assert [name for name in written if name.endswith(".ics")] == ["feeds/deadlines.ics"]
    (tmp_path / "feeds" / "events.ics").unlink()
    assert out(archive, tmp_path).written == ("feeds/events.ics",)


def test_no_cap_of_a_feed_cuts_a_calendar(archive: Store, tmp_path: Path) -> None:
    bring(
        archive,
        *(told(n, replace(FORUM, start=FORUM.start + timedelta(days=n), end=None)) for n in range(1, 31)),
    )
    out(archive, tmp_path, feed_entries=5)
    assert len(days(tmp_path, "events")) == len(days(tmp_path, "cluster-mob")) == 30


def test_what_is_called_off_is_told_as_cancelled(archive: Store, tmp_path: Path) -> None:
    [number] = bring(archive, told(1, FORUM, CALL))
    out(archive, tmp_path)
    with archive.write() as session:
        later = replace(CALL, start=date(2026, 5, 15))
        change(
            session, number, arrive(told(1, later, text="Il forum è annullato.")), SEEN + timedelta(days=1)
        )
    out(archive, tmp_path)
    assert days(tmp_path, "cluster-mob") == ["05-15", "06-11!"]
    data = (tmp_path / "feeds" / "deadlines.ics").read_text(encoding="utf-8")
    assert "SEQUENCE:1" in data
    assert days(tmp_path, "deadlines") == ["05-15"]
    assert "Cernobbio" not in (tmp_path / "feeds" / "events.html").read_text(encoding="utf-8")


def test_a_stricter_policy_reaches_calendars(archive: Store, tmp_path: Path) -> None:
    bring(archive, told(1, FORUM))
    out(archive, tmp_path)
    assert "Il forum è" in (tmp_path / "feeds" / "events.ics").read_text(encoding="utf-8")
    with archive.write() as session:
        sync(session, [replace(s, publish=Publish.TITLE) for s in SOURCES.values()], "2")
    out(archive, tmp_path)
    text = (tmp_path / "feeds" / "events.ics").read_text(encoding="utf-8")
    assert "Il forum è" not in text
    assert "Cernobbio" not in text
    assert days(tmp_path, "events") == ["06-11"]


def test_an_archive_made_again_gives_the_same_bytes(archive: Store, tmp_path: Path) -> None:
    bring(archive, told(1, FORUM, CALL), told(2, GROUP))
    out(archive, tmp_path / "one")
    out(archive, tmp_path / "two")
    assert files(tmp_path / "one") == files(tmp_path / "two")


def test_an_empty_archive_has_calendars_to_subscribe_to(archive: Store, tmp_path: Path) -> None:
    out(archive, tmp_path)
    assert [days(tmp_path, name) for name in ALL] == [[]] * 4
