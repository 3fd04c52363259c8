"""Events that a page states for machines: which are the article's, when, and told in the text too."""

import json
from datetime import UTC, date, datetime
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.items import (
    Candidate,
    Event,
    Found,
    Page,
    Precision,
    PublishedDate,
    Refused,
    Source,
    SourceMemory,
    Vocabulary,
    Way,
)
from pipelines.events import find_events
from pipelines.normalise import digest

CLUSTER = Source(id="clm", url="https://cluster.example/")
PUBLISHED = PublishedDate(datetime(2025, 5, 1, 7, 30, tzinfo=UTC), date(2025, 5, 1), Precision.MINUTE)
NOTHING = dict.fromkeys(("name", "start", "end", "place", "online", "status", "url"))


def stated(start: str, end: str | None = None, **others: str) -> Found:
    """What the page says that it is about."""
    told = {**NOTHING, "name": "Forum dei compositi", **others, "start": start, "end": end, "main": True}
    return Found(json.dumps(told), "jsonld:Event")


def _find(
    title: str, text: str, *structured: Found, published: PublishedDate | None = PUBLISHED
) -> list[Event]:
    return list(
        find_events(title, text, language="it", published=published, source=CLUSTER, structured=structured)
    )


def _told(event: Event) -> str:
    ends = [event.start] + ([event.end] if event.end else [])
    where = f" {event.place}" if event.place else ""
    return f"{event.kind} " + "/".join(e.isoformat()[:16] for e in ends) + where + " online" * event.is_online


# Stated start and end -> the event, of an article whose text tells none.
DATES = [
    ("2025-06-11", None, ["event 2025-06-11"]),
    ("2025-06-11", "2025-06-11", ["event 2025-06-11"]),
    ("2025-06-11", "2025-06-12", ["event 2025-06-11/2025-06-12"]),
    ("11 giugno 2025", "12 giugno 2025", ["event 2025-06-11/2025-06-12"]),
    ("11/06/2025", None, ["event 2025-06-11"]),
    ("2025-06-11T09:00:00+02:00", "2025-06-11T13:00:00+02:00", ["event 2025-06-11T09:00/2025-06-11T13:00"]),
    ("2025-06-11T07:00:00Z", None, ["event 2025-06-11T09:00"]),
    ("2025-06-11T09:00", "2025-06-12", ["event 2025-06-11/2025-06-12"]),
    ("2025-06-11T09:00", "2025-06-11", ["event 2025-06-11T09:00"]),
    ("2025-06-11T00:00:00+02:00", "2025-06-12T23:59:59+02:00", ["event 2025-06-11/2025-06-12"]),
    ("2025-06-11T00:00:00+00:00", "2025-06-12T23:59:59+00:00", ["event 2025-06-11/2025-06-12"]),
    ("2025-06-10T22:00:00Z", "2025-06-12T21:59:59Z", ["event 2025-06-11/2025-06-12"]),
    # An end at midnight may mean either day; one before the start means nothing.
    ("2025-06-11T00:00:00+02:00", "2025-06-13T00:00:00+02:00", ["event 2025-06-11"]),
    ("2025-06-11T09:00", "2025-06-10T13:00", ["event 2025-06-11T09:00"]),
    ("2025-06-11", "2025-06-01", ["event 2025-06-11"]),
    # No day, no year, no date at all; over before the article; its moment of publication.
    ("giugno 2025", None, []),
    ("11 giugno", None, []),
    ("presto", None, []),
    ("2024-06-11", None, []),
    ("2025-04-29", "2025-05-02", ["event 2025-04-29/2025-05-02"]),
    ("2025-05-01T09:30:00+02:00", None, []),
]


@pytest.mark.parametrize(("start", "end", "events"), DATES)
def test_dates(start: str, end: str | None, events: list[str]) -> None:
    found = _find("Una notizia", "Testo.", stated(start, end))
    assert [_told(event) for event in found] == events
    assert all(event.is_year_proved for event in found)


# What else is stated -> the event of 11 June.
OTHERS = [
    ({"place": "Villa Erba, Cernobbio"}, ["event 2025-06-11 Villa Erba, Cernobbio"]),
    ({"place": "Caff&egrave; <b>Uno</b>"}, ["event 2025-06-11 Caffè Uno"]),
    ({"online": "https://schema.org/OnlineEventAttendanceMode"}, ["event 2025-06-11 online"]),
    ({"online": "https://schema.org/OfflineEventAttendanceMode"}, ["event 2025-06-11"]),
    ({"online": "MixedEventAttendanceMode", "place": "Lodi"}, ["event 2025-06-11 Lodi online"]),
    ({"place": "Zoom"}, ["event 2025-06-11 online"]),
    ({"status": "https://schema.org/EventScheduled"}, ["event 2025-06-11"]),
    ({"status": "https://schema.org/EventCancelled"}, []),
    ({"status": "EventPostponed"}, []),
    ({"name": "Scadenza bando ricerca"}, ["deadline 2025-06-11"]),
]  # fmt: skip


@pytest.mark.parametrize(("others", "events"), OTHERS)
def test_what_else_is_stated(others: dict[str, str], events: list[str]) -> None:
    assert [_told(e) for e in _find("Una notizia", "Testo.", stated("2025-06-11", **others))] == events


def _aside(name: str, start: str = "2025-06-11") -> Found:
    told = {**NOTHING, "name": name, "start": start, "main": False}
    return Found(json.dumps(told), "jsonld:Event")


class Case(NamedTuple):
    """An article and what its page states; `own` is how many events are its own."""

    title: str
    text: str
    structured: list[Found]
    own: int


OWN = [
    Case("Forum dei compositi a Como", "Testo.", [_aside("Forum dei compositi")], 1),
    Case("Una notizia", "Ci vediamo al Forum il giorno 11 giugno 2025.", [_aside("Forum dei compositi")], 1),
    Case("Una notizia", "Il decreto vale dall'11 giugno 2025.", [_aside("Forum dei compositi")], 0),
    Case("Una notizia", "Il Forum ci sarà.", [_aside("Forum dei compositi")], 0),
    Case("Convegno sulla mobilità a Milano", "Testo.", [_aside("Convegno annuale soci a Milano")], 0),
    Case("Convegno", "Testo.", [_aside("Convegno")], 0),
    Case("Forum dei compositi", "Testo.", [_aside("Forum dei compositi"), _aside("Fiera", "2025-07-01")], 1),
    # Two that fit: neither is known to be the article's. A list is other pages'.
    Case("Forum dei compositi", "Testo.",
         [_aside("Forum dei compositi"), _aside("Forum dei compositi", "2025-07-01")], 0),
    Case("Forum dei compositi", "Testo.",
         [_aside("Forum dei compositi"), *(_aside("Fiera", f"2025-07-0{n}") for n in (1, 2, 3))], 0),
    # What the page is about, beside a list; some days of one course; a list under one address.
    Case("Una notizia", "Testo.",
         [stated("2025-06-11"), *(_aside("Fiera", f"2025-07-0{n}") for n in (1, 2, 3))], 1),
    Case("Un corso", "Testo.", [stated(f"2025-06-1{n}") for n in (1, 2, 3)], 3),
    Case("Un elenco", "Testo.", [stated(f"2025-06-1{n}") for n in (1, 2, 3, 4)], 0),
    Case("Una notizia", "Testo.", [stated("2025-06-11"), stated("2025-06-11", place="Lodi")], 1),
]  # fmt: skip


@pytest.mark.parametrize("case", OWN, ids=lambda case: f"{case.title[:20]}-{len(case.structured)}-{case.own}")
def test_which_are_the_article_s(case: Case) -> None:
    found = _find(case.title, case.text, *case.structured)
    assert len(found) == case.own
    assert all(event.title == case.title for event in found)


# The text's own words, what is stated beside them -> one event.
BOTH = [
    ("L'incontro si terrà l'11 giugno 2025.", stated("2025-06-11", "2025-06-12", place="Lecco"),
     ["event 2025-06-11/2025-06-12 Lecco"]),
    ("L'incontro si terrà l'11 giugno 2025.", stated("2025-06-11T09:00", "2025-06-11T13:00"),
     ["event 2025-06-11T09:00/2025-06-11T13:00"]),
    ("L'incontro si terrà l'11 giugno 2025 alle 9 a Como.",
     stated("2025-06-11T09:00", "2025-06-11T13:00", place="Lecco"),
     ["event 2025-06-11T09:00/2025-06-11T13:00 Como"]),
    ("L'incontro si terrà l'11 giugno 2025 a Como.", stated("2025-06-11", place="Villa Olmo, Como"),
     ["event 2025-06-11 Villa Olmo, Como"]),
    ("L'incontro si terrà l'11 giugno 2025.\nSi parla di Como.", stated("2025-06-11", place="Lecco"),
     ["event 2025-06-11 Lecco"]),
    # What readers see goes before what machines read.
    ("L'incontro si terrà l'11 giugno 2025 alle 16.", stated("2025-06-11T16:00Z", "2025-06-11T18:00Z"),
     ["event 2025-06-11T16:00"]),
    ("L'incontro si terrà dall'11 al 13 giugno 2025.", stated("2025-06-11T09:00", "2025-06-12T13:00"),
     ["event 2025-06-11/2025-06-13"]),
    ("L'incontro si terrà il 12 giugno 2025.", stated("2025-06-11", "2025-06-12"),
     ["event 2025-06-11/2025-06-12"]),
    ("L'incontro si terrà l'11 giugno 2025.", stated("2025-06-11", status="EventCancelled"), []),
    ("Iscrizioni entro l'11 giugno 2025.", stated("2025-06-12"),
     ["deadline 2025-06-11", "event 2025-06-12"]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "structured", "events"), BOTH)
def test_told_and_stated_are_one(text: str, structured: Found, events: list[str]) -> None:
    assert [_told(event) for event in _find("Una notizia", text, structured)] == events


def test_the_text_s_sentence_stays_and_the_year_is_proved() -> None:
    text = "L'incontro si terrà l'11 giugno."
    (guess,) = _find("Una notizia", text)
    (proved,) = _find("Una notizia", text, stated("2025-06-11"))
    assert (guess.is_year_proved, proved.is_year_proved) == (False, True)
    assert proved.sentence == text
    (alone,) = _find("Una notizia", "Testo.", stated("2025-06-11", place="Lecco"))
    assert alone.sentence == "Forum dei compositi, Lecco, 2025-06-11"


def test_without_a_publication_date_the_year_that_is_stated_counts() -> None:
    (event,) = _find("Una notizia", "Testo.", stated("2019-06-11"), published=None)
    assert event.start == date(2019, 6, 11)


_TEXTS = st.text(max_size=12) | st.sampled_from(
    [
        "2025-06-11",
        "2025-06-12T09:00Z",
        "0001-01-01T00:00Z",
        "9999-12-31T23:59-12:00",
        "0001-01-01T00:00+14:00",
    ]
)


@given(start=_TEXTS, end=_TEXTS, name=_TEXTS, place=_TEXTS)
def test_any_text_is_borne(start: str, end: str, name: str, place: str) -> None:
    for event in _find("Forum", "Testo.", stated(start, end, name=name, place=place)):
        assert event.end is None or type(event.end) is type(event.start)


def test_from_a_page_to_its_article() -> None:
    url = "https://cluster.example/forum/"
    event = {"@type": "Event", "name": "Forum", "url": url, "startDate": "2025-06-11T09:00:00+02:00",
             "location": {"@type": "Place", "name": "Villa Erba"}}  # fmt: skip
    prose = (
        "<p>Il gruppo dei materiali invita le imprese, le università e i centri di ricerca lombardi.</p>"
        "<p>Si parlerà di leggerezza, di riciclo e di come le filiere possono lavorare insieme da oggi.</p>"
        "<p>Chi vuole raccontare un progetto può scrivere alla segreteria, che risponde in pochi giorni.</p>"
    )
    html = (
        f'<html lang="it"><script type="application/ld+json">{json.dumps(event)}</script><body>'
        f"<main><h1>Le imprese si danno appuntamento</h1>{prose}</main></body></html>"
    )
    page = Page(
        url, html.encode(), datetime(2025, 5, 2, tzinfo=UTC), headers=(("content-type", "text/html"),)
    )
    article = digest(page, Candidate(url, Way.LISTING), CLUSTER, SourceMemory(), Vocabulary())
    assert not isinstance(article, Refused)
    assert [_told(e) for e in article.events] == ["event 2025-06-11T09:00 Villa Erba"]
