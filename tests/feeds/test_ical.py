"""Calendars: what may leave, how it is written, and how other programs' parsers read it."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import vobject
from feed_samples import EDITION, SEEN, WITHOUT_ADDRESS
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar
from lxml import html

from aggregator.feeds.agenda import agenda_of, reach
from aggregator.feeds.channels import channel_of
from aggregator.feeds.ical import render_ical
from aggregator.feeds.model import Edition
from aggregator.feeds.pages import render_agenda, render_index
from aggregator.items import Event, EventKind
from aggregator.store.events import Happening

ROME = ZoneInfo("Europe/Rome")
FORUM = Event(
    EventKind.EVENT,
    "Il forum, edizione 2026; a Cernobbio",
    date(2026, 6, 11),
    date(2026, 6, 12),
    "Cernobbio",
    is_online=False,
    sentence="Il forum si tiene a Cernobbio dall'11 al 12 giugno 2026, nelle sale della villa sul lago.",
    is_year_proved=True,
)
GROUP = replace(
    FORUM,
    title="Il gruppo di lavoro",
    start=datetime(2026, 10, 21, 14, tzinfo=UTC),
    end=datetime(2026, 10, 21, 15, 30, tzinfo=UTC),
    place=None,
    is_online=True,
    sentence="Si incontra online mercoledì 21 ottobre 2026, dalle 16 alle 17.30.",
)
CALL = replace(
    FORUM, kind=EventKind.DEADLINE, title="Il bando", start=date(2026, 4, 30), end=None, place=None
)


def happening(event: Event = FORUM, number: int = 1, **changes: Any) -> Happening:
    values: dict[str, Any] = {
        "uid": f"0000-{number}",
        "sequence": 0,
        "is_cancelled": False,
        "changed_at": SEEN,
        "event": event,
        "entry_id": number,
        "announced_seq": number,
        "source_id": "mobilita",
        "url": f"https://mobilita.example/notizie/{number}/",
        "language": "it",
    }
    return Happening(**values | changes)


def rendered(*given: Happening, name: str = "cluster-mob", edition: Edition = EDITION) -> bytes:
    return render_ical(agenda_of(channel_of(name, edition), given, edition))


def parsed(data: bytes) -> Any:
    return Calendar.from_ical(data)


def events(data: bytes) -> list[Any]:
    return list(parsed(data).events)


def page(data: bytes) -> Any:
    return html.document_fromstring(data.decode())


@pytest.mark.parametrize("name", ["events", "deadlines", "cluster-mob", "topic-idrogeno"])
@pytest.mark.parametrize("edition", [EDITION, WITHOUT_ADDRESS])
def test_a_calendar_says_what_it_is(name: str, edition: Edition) -> None:
    calendar = parsed(rendered(happening(), name=name, edition=edition))
    assert calendar["VERSION"] == "2.0"
    titles = {
        "events": "Cluster tecnologici lombardi: appuntamenti",
        "deadlines": "Cluster tecnologici lombardi: scadenze",
        "cluster-mob": "Mobilità: appuntamenti e scadenze",
        "topic-idrogeno": "Idrogeno: appuntamenti e scadenze",
    }
    assert calendar["NAME"] == calendar["X-WR-CALNAME"] == titles[name]
    assert calendar["REFRESH-INTERVAL"].dt == timedelta(hours=1)
    assert calendar["REFRESH-INTERVAL"].params["VALUE"] == "DURATION"
    assert calendar["X-PUBLISHED-TTL"] == "PT1H"
    address = f"https://feed.example/pub/feeds/{name}.ics" if edition.base_url else None
    assert calendar.get("SOURCE") == address
    assert [str(zone["TZID"]) for zone in calendar.timezones] == ["Europe/Rome"]


def test_whole_days_have_an_end_that_is_no_part_of_them() -> None:
    [two, one] = events(rendered(happening(), happening(CALL, 2)))
    assert (two["DTSTART"].dt, two["DTEND"].dt) == (date(2026, 6, 11), date(2026, 6, 13))
    assert (one["DTSTART"].dt, one["DTEND"].dt) == (date(2026, 4, 30), date(2026, 5, 1))
    assert two["DTSTART"].params["VALUE"] == "DATE"
    assert b"DTEND;VALUE=DATE:20260613\r\n" in rendered(happening())


def test_hours_are_those_of_rome() -> None:
    data = rendered(happening(GROUP))
    assert b"DTSTART;TZID=Europe/Rome:20261021T160000\r\nDTEND;TZID=Europe/Rome:20261021T173000\r\n" in data


SPANS = [
    # start, end, as written
    (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), None, ["TZID=Europe/Rome:20261025T023000"]),
    (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), None, ["20261025T013000Z"]),  # half past two again
    (datetime(2026, 3, 29, 1, 0, tzinfo=UTC), None, ["TZID=Europe/Rome:20260329T030000"]),
    (datetime(2026, 6, 1, 8, tzinfo=UTC), date(2026, 6, 3), ["VALUE=DATE:20260601", "VALUE=DATE:20260604"]),
    (datetime(2026, 6, 1, 8, tzinfo=UTC), date(2026, 6, 1), ["TZID=Europe/Rome:20260601T100000"]),
    (date(2026, 6, 1), datetime(2026, 6, 2, 8, tzinfo=UTC), ["VALUE=DATE:20260601", "VALUE=DATE:20260603"]),
    (datetime(2026, 6, 1, 8, tzinfo=UTC), datetime(2026, 6, 1, 7, tzinfo=UTC),
     ["TZID=Europe/Rome:20260601T100000"]),
    (date(2026, 6, 2), date(2026, 6, 1), ["VALUE=DATE:20260602", "VALUE=DATE:20260603"]),
    (datetime(2026, 6, 1, 23, tzinfo=UTC), None, ["TZID=Europe/Rome:20260602T010000"]),
]  # fmt: skip


@pytest.mark.parametrize(("start", "end", "written"), SPANS)
def test_spans(start: date, end: date | None, written: list[str]) -> None:
    data = rendered(happening(replace(FORUM, start=start, end=end))).decode()
    vevent = data[data.index("BEGIN:VEVENT") :]
    assert [
        line.lstrip(";:") for line in re.findall(r"^DT(?:START|END)([;:]\S+)", vevent, re.MULTILINE)
    ] == written


def offsets(zone: tzinfo) -> list[timedelta | None]:
    """The offset at six o'clock of every day of thirty years."""
    first = datetime(2000, 1, 1, 6)  # noqa: DTZ001  asked of the zone as local time
    return [(first + timedelta(days=n)).replace(tzinfo=zone).utcoffset() for n in range(30 * 365)]


def test_the_zone_written_out_is_that_of_the_tables() -> None:
    [zone] = parsed(rendered(happening())).timezones
    assert offsets(zone.to_tz()) == offsets(ROME)


def test_what_changed_is_told() -> None:
    later = SEEN + timedelta(days=3)
    data = rendered(
        happening(sequence=2, changed_at=later), happening(CALL, 2, is_cancelled=True, sequence=1)
    )
    [forum, call] = events(data)
    assert (forum["UID"], forum["SEQUENCE"], forum["STATUS"]) == ("0000-1", 2, "CONFIRMED")
    assert (call["UID"], call["SEQUENCE"], call["STATUS"]) == ("0000-2", 1, "CANCELLED")
    assert forum["DTSTAMP"].dt == forum["LAST-MODIFIED"].dt == later
    assert parsed(data)["LAST-MODIFIED"].dt == later


def test_an_event_leads_to_its_article() -> None:
    [forum] = events(rendered(happening()))
    assert str(forum["SUMMARY"]) == FORUM.title
    assert str(forum["URL"]) == "https://mobilita.example/notizie/1/"
    assert str(forum["DESCRIPTION"]).split("\n") == [
        FORUM.sentence, "Fonte: Cluster della Mobilità", "https://mobilita.example/notizie/1/"
    ]  # fmt: skip
    assert str(forum["LOCATION"]) == "Cernobbio"
    [group] = events(rendered(happening(GROUP)))
    assert str(group["LOCATION"]) == "online"
    [both] = events(rendered(happening(replace(GROUP, place="Lecco"))))
    assert str(both["LOCATION"]) == "Lecco, online"
    [call] = events(rendered(happening(CALL)))
    assert str(call["SUMMARY"]) == "Scadenza: Il bando"
    assert "LOCATION" not in call


POLICIES = [
    # source, robots of the page, does the sentence leave, does anything
    ("mobilita", (), True, True),
    ("agenzia", (), True, True),
    ("giornale", (), False, True),
    ("sconosciuta", (), False, True),
    ("mobilita", ("nosnippet",), False, True),
    ("mobilita", ("noindex",), False, False),
]


@pytest.mark.parametrize(("source", "robots", "is_told", "is_there"), POLICIES)
def test_the_source_s_policy_holds(
    source: str, robots: tuple[str, ...], is_told: bool, is_there: bool
) -> None:
    data = rendered(happening(GROUP if is_told else FORUM, source_id=source, robots=robots))
    assert (len(events(data)) == 1) == is_there
    flat = data.replace(b"\r\n ", b"").decode()
    assert ("LOCATION" in flat) == is_told
    assert ("si tiene" in flat or "Si incontra" in flat) == is_told


def test_quotations_are_as_long_as_allowed() -> None:
    [event] = events(rendered(happening(replace(FORUM, sentence="parola " * 100))))
    assert len(str(event["DESCRIPTION"]).split("\n")[0]) <= EDITION.summary_length
    [event] = events(rendered(happening(robots=("max-snippet:20",))))
    assert str(event["DESCRIPTION"]).startswith("Il forum si tiene…\n")


def test_the_same_news_announces_once() -> None:
    other = happening(FORUM, 2, group_id=9, announced_seq=2, source_id="agenzia")
    first = happening(FORUM, 3, group_id=9, announced_seq=1)
    [event] = events(rendered(other, first))
    assert event["UID"] == "0000-3"
    assert len(events(rendered(first, replace(other, group_id=8)))) == 2
    assert len(events(rendered(first, replace(other, event=GROUP)))) == 2
    assert len(events(rendered(first, replace(other, is_cancelled=True)))) == 2
    assert len(events(rendered(happening(), happening(number=2)))) == 2


def test_lines_end_and_fold_as_the_standard_has_it() -> None:
    data = rendered(happening(replace(FORUM, title="Perché è così: città, università; «novità»! " * 8)))
    assert data.count(b"\n") == data.count(b"\r\n")
    assert data.endswith(b"END:VCALENDAR\r\n")
    assert max(map(len, data.split(b"\r\n"))) <= 75


HOSTILE = ["a\x00b", "riga\r\nBEGIN:VEVENT", "\ud800", "\\n; , \\", '"', "x\u2028y", "<b>t</b>", "\r"]


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_breaks_out(text: str) -> None:
    event = replace(FORUM, title=text, sentence=text, place=text)
    data = rendered(happening(event), happening(CALL, 2))
    assert [e["UID"] for e in events(data)] == ["0000-1", "0000-2"]
    assert len(list(vobject.readOne(data.decode()).vevent_list)) == 2


DAYS = st.dates(date(1997, 1, 1), date(2037, 12, 31))
MOMENTS = st.datetimes(
    datetime(1997, 1, 1), datetime(2037, 12, 31), timezones=st.just(UTC)  # noqa: DTZ001  hypothesis wants them so
).map(lambda at: at.replace(second=0, microsecond=0))  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(MOMENTS, st.timedeltas(timedelta(minutes=1), timedelta(days=9)), st.text(max_size=60))
def test_other_parsers_read_the_same_hours(start: datetime, length: timedelta, place: str) -> None:
    end = (start + length).replace(second=0, microsecond=0)
    event = replace(GROUP, start=start, end=end if end > start else None, place=place)
    data = rendered(happening(event))
    [ours] = events(data)
    assert ours["DTSTART"].dt == start
    [theirs] = vobject.readOne(data.decode()).vevent_list
    assert theirs.dtstart.value.astimezone(UTC) == start
    if end > start:
        assert ours["DTEND"].dt == theirs.dtend.value == end


@settings(max_examples=30, deadline=None)
@given(DAYS, st.integers(0, 20), st.text(max_size=60))
def test_other_parsers_read_the_same_days(start: date, length: int, title: str) -> None:
    event = replace(FORUM, title=title, start=start, end=start + timedelta(days=length))
    data = rendered(happening(event))
    [ours] = events(data)
    [theirs] = vobject.readOne(data.decode()).vevent_list
    assert ours["DTSTART"].dt == theirs.dtstart.value == start
    assert ours["DTEND"].dt == theirs.dtend.value == start + timedelta(days=length + 1)
    assert str(ours["SUMMARY"]) == theirs.summary.value


def test_the_same_happenings_give_the_same_bytes() -> None:
    given_ = [happening(), happening(GROUP, 2), happening(CALL, 3)]
    assert rendered(*given_) == rendered(*given_)


def test_calendars_reach_from_what_is_just_over_to_what_can_be_planned() -> None:
    assert reach(date(2026, 3, 1)) == (date(2025, 12, 31), date(2031, 2, 28))


def test_the_page_shows_what_is_ahead() -> None:
    channel = channel_of("events", EDITION)
    agenda = agenda_of(channel, [happening(), happening(GROUP, 2), happening(CALL, 3)], EDITION)
    tree = page(render_agenda(channel, agenda, date(2026, 6, 12)))
    assert tree.xpath("//article//time/text()") == [
        "11 giugno 2026 – 12 giugno 2026", "21 ottobre 2026, ore 16:00 – 17:30"
    ]  # fmt: skip
    assert "Si incontra online mercoledì 21 ottobre 2026" in tree.xpath("//article")[1].text_content()
    assert "(Cernobbio)" in tree.xpath("//article")[0].text_content()
    assert tree.xpath("//section//a/@href")[0] == "webcal://feed.example/pub/feeds/events.ics"
    assert tree.xpath("//link[@type='text/calendar']/@href") == ["https://feed.example/pub/feeds/events.ics"]
    empty = render_agenda(channel, agenda, date(2027, 1, 1)).decode()
    assert "nulla in programma" in empty


def test_the_index_offers_calendars_to_calendar_programs() -> None:
    for edition, start in ((EDITION, "webcal://feed.example/pub/"), (WITHOUT_ADDRESS, "")):
        channels = [channel_of(name, edition) for name in ("events", "cluster-mob", "source-mobilita")]
        index = render_index(channels[1], [("Tutti", tuple(channels))], "it", edition.base_url)
        found = page(index).xpath("//a[@type='text/calendar']/@href")
        assert found == [f"{start}feeds/events.ics", f"{start}feeds/cluster-mob.ics"]
