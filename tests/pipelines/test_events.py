"""Events and deadlines: articles in our own words, and what a calendar may take from them."""

from datetime import UTC, date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pytest

from aggregator.items import Event, EventKind, Precision, PublishedDate, Source
from pipelines.events import find_events

CLUSTER = Source(id="clm", url="https://cluster.example/")
ROME = ZoneInfo("Europe/Rome")


def _find(title: str, text: str, day: str | None, language: str = "it") -> tuple[Event, ...]:
    published = PublishedDate(None, date.fromisoformat(day), Precision.DAY) if day else None
    return find_events(title, text, language=language, published=published, source=CLUSTER)


def _told(event: Event) -> str:
    ends = [event.start] + ([event.end] if event.end else [])
    return f"{event.kind} " + "/".join(end.isoformat()[:16] for end in ends)


class Case(NamedTuple):
    """An article and its events; `day` is its publication, or None where that is not known."""

    title: str
    text: str
    day: str | None
    events: list[str]


# The items that a mobility cluster's page carried beside its article, told again in our words.
CLUSTER_PAGE = [
    Case(
        "JEC Forum Italy in Cernobbio: June 11-12, 2025",
        "Il gruppo di lavoro sui materiali patrocina il forum dei compositi.\nAlleggerire i mezzi conta.",
        "2025-05-20",
        ["event 2025-06-11/2025-06-12"],
    ),
    Case(
        "Lombardy Region approves a regional trademark",
        "On Oct. 2 the Directorate General of Economic Development signed decree d.d.u.o. n. 14590.\n"
        "Chain recognized by:\nFiliera riconosciuta da:",
        "2024-10-04",
        [],
    ),
    Case(
        "Tomorrow Work: companies and candidates meet from Nov. 9 to 11",
        "The fair is at the Brescia fair from Nov. 09 to 11, 2024. The Cluster is among its sponsors.",
        "2024-10-28",
        ["event 2024-11-09/2024-11-11"],
    ),
    Case(
        "Courses on materials and sustainability",
        "Courses on product control are soon to be held. The Cluster sponsors them.",
        "2024-10-28",
        [],
    ),
    Case(
        "Working group Digital Systems: Wednesday, October 23 h. 4:00 p.m.",
        "The group meets online on Wednesday, October 23, 2024, from 4:00 p.m. to 5:30 p.m.",
        "2024-10-14",
        ["event 2024-10-23T16:00/2024-10-23T17:30"],
    ),
    Case(
        "Lombardy's technology clusters for competitiveness",
        "On Wednesday, March 6, a daily gave wide room to the nine clusters, with about 750 members.",
        "2024-03-11",
        [],
    ),
]
OTHERS = [
    Case(
        "Bando ricerca: apre lo sportello",
        "Domande dal 20 gennaio 2026 alle 10 fino al 5 marzo 2026 alle ore 16.",
        "2026-01-10",
        ["deadline 2026-03-05T16:00"],
    ),
    Case("Contributi", "Candidature entro il 30 aprile 2025.", "2025-03-01", ["deadline 2025-04-30"]),
    Case("Avviso", "Scadenza: 30/04/2025 ore 17:00", "2025-03-01", ["deadline 2025-04-30T17:00"]),
    Case("Call", "Submit by May 15, 2025. Deadline: May 15, 2025.", "2025-03-01", ["deadline 2025-05-15"]),
    Case("Avviso scaduto", "Domande da inviare entro il 30 aprile 2025.", "2025-06-01", []),
    Case(
        "Un corso a Bergamo",
        "Iscrizioni entro il 30 aprile 2025. Il corso inizia lunedì 12 maggio 2025 a Bergamo.",
        "2025-04-10",
        ["deadline 2025-04-30", "event 2025-05-12"],
    ),
    Case("Convegno", "Milano, 12 maggio 2025 – Si è tenuto oggi il convegno.", "2025-05-12", []),
    Case("Assemblea", "L'assemblea del 3 marzo 2025 ha approvato il bilancio.", "2025-04-10", []),
    Case("Assemblea", "L'assemblea del 3 marzo ha approvato il bilancio.", "2025-04-10", []),
    Case("La nascita", "Con decreto n. 4429 del 19 aprile 2017 è nato il cluster.", None, []),
    Case("Nuove norme", "La legge entra in vigore dal 1° gennaio 2026.", "2025-04-10", []),
    Case("Il forum", "È a Como dal 3 al 5 giugno 2025.\nIl 4 giugno 2025 alle 10 la plenaria.", "2025-05-01",
         ["event 2025-06-03/2025-06-05"]),
    Case("Due", "Un incontro a Lodi il 5 giugno 2025, un incontro a Rho il 12 giugno 2025.", "2025-05-01",
         ["event 2025-06-05", "event 2025-06-12"]),
    Case("Il premio", "Lo diremo giovedì 5 giugno in Regione, dalle ore 10.00 alle 12.00.", "2025-05-01",
         ["event 2025-06-05T10:00/2025-06-05T12:00"]),
    Case("La norma", "Martedì 20 maggio la Camera ospita un incontro sulla legge regionale.", "2025-05-01",
         ["event 2025-05-20"]),
    Case("Orari", "Aperto dal lunedì al venerdì dalle 9 alle 13. Tel. 02 8515 1234.", "2025-05-01", []),
    Case("Programma", "Il PR FESR 2021-2027 finanzia. © 2019-2026", "2025-05-01", []),
]  # fmt: skip

# Days told from the day of publication, none of whose years the words prove.
FROM_TODAY = [
    ("Il salone", "Apre oggi il salone dell'aerospazio.", ["event 2025-05-12"]),
    ("Il salone", "Apre al pubblico, da domani, il salone dell'aerospazio.", ["event 2025-05-13"]),
    ("The fair", "The fair of composites opens tomorrow in Bergamo.", ["event 2025-05-13"]),
    ("Il forum", "Domani alle 10 si terrà a Como il forum delle imprese.", ["event 2025-05-13T10:00"]),
    ("La fiera del lavoro", "Negli incontri si racconta com'è oggi un'officina.", []),
    ("The job fair", "The talks tell what a workshop looks like today.", []),
    ("Nuovo presidente", "L'assemblea lo ha eletto oggi all'unanimità.", []),
    ("Un milione ai cluster: domande da domani", "La misura sostiene i soggetti gestori.", []),
]


@pytest.mark.parametrize("case", CLUSTER_PAGE + OTHERS, ids=lambda case: case.title[:40])
def test_events_of_an_article(case: Case) -> None:
    found = _find(case.title, case.text, case.day)
    assert [_told(event) for event in found] == case.events
    assert all(event.is_year_proved for event in found)


@pytest.mark.parametrize("case", CLUSTER_PAGE, ids=lambda case: case.title[:40])
def test_the_same_where_the_publication_is_unknown(case: Case) -> None:
    assert [_told(event) for event in _find(case.title, case.text, None)] == case.events


@pytest.mark.parametrize(("title", "text", "events"), FROM_TODAY, ids=lambda value: str(value)[:30])
def test_today_is_an_event_s_day_only_where_it_takes_place(title: str, text: str, events: list[str]) -> None:
    assert [_told(event) for event in _find(title, text, "2025-05-12")] == events


def test_hours_are_in_the_site_s_zone() -> None:
    (event,) = _find(*CLUSTER_PAGE[4][:3])
    assert event.start == datetime(2024, 10, 23, 16, tzinfo=ROME)
    assert event.end == datetime(2024, 10, 23, 17, 30, tzinfo=ROME)
    assert not event.is_all_day


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("L'incontro si terrà giovedì 5 giugno 2025 alle 18 a Lecco.", "Lecco"),
        ("Il convegno del 5 giugno 2025 presso il Palazzo Pirelli di Milano.", "Palazzo Pirelli di Milano"),
        ("The fair is at the Brescia fair on June 5, 2025.", "Brescia"),
        ("Il webinar si terrà il 5 giugno 2025.", None),
        ("Un incontro il 5 giugno 2025 a Zogno.", "Zogno"),
        ("Milano, 1 mag. (Agenzia) - Torna il 5 giugno 2025 la giornata della chimica.", None),
        ("Milano, 1 mag. (Agenzia) - Torna il 5 giugno 2025 a Lodi la giornata della chimica.", "Lodi"),
        ("The meeting closes on 5 June 2025. Two companies of Rho will speak.", None),
    ],
)
def test_places(text: str, place: str | None) -> None:
    (event,) = _find("Appuntamento", text, "2025-05-01")
    assert event.place == place


@pytest.mark.parametrize(
    ("text", "is_online"),
    [
        ("Il webinar si terrà il 5 giugno 2025.", True),
        ("Il seminario del 5 giugno 2025 si segue in streaming.", True),
        ("L'evento del 5 giugno 2025 è a Como, previa registrazione online.", False),
        ("Il convegno si terrà il 5 giugno 2025 a Como.", False),
    ],
)
def test_online(text: str, is_online: bool) -> None:
    (event,) = _find("Appuntamento", text, "2025-05-01")
    assert event.is_online is is_online


def test_a_year_that_nothing_proves_is_marked() -> None:
    (guess,) = _find("Convegno", "Il convegno si terrà il 5 giugno.", "2025-05-01")
    assert (guess.start, guess.is_year_proved) == (date(2025, 6, 5), False)
    (weekday,) = _find("Convegno", "Il convegno si terrà giovedì 5 giugno.", "2025-05-01")
    assert (weekday.start, weekday.is_year_proved) == (date(2025, 6, 5), True)


def test_the_sentence_is_kept_whole() -> None:
    sentence = "Il convegno, art. 3 del programma, si terrà il 5 giugno 2025 alle h. 10 a Como."
    text = f"Prima frase. {sentence} Altra frase."
    (event,) = _find("Convegno", text, "2025-05-01")
    assert event.sentence == sentence


def test_title_is_the_article_s() -> None:
    (event,) = _find("  Il   convegno ", "Si terrà il 5 giugno 2025.", "2025-05-01")
    assert (event.title, event.kind) == ("Il convegno", EventKind.EVENT)


def test_an_hour_of_publication_is_a_reference_too() -> None:
    published = PublishedDate(datetime(2025, 5, 1, 9, tzinfo=UTC), date(2025, 5, 1), Precision.MINUTE)
    found = find_events(
        "Convegno", "Il convegno è domani alle 10.", language="it", published=published, source=CLUSTER
    )
    assert [_told(event) for event in found] == ["event 2025-05-02T10:00"]


def test_long_texts_give_a_bounded_number_of_events() -> None:
    text = "\n".join(f"Incontro del {n % 28 + 1} giugno {2026 + n // 28} a Como." for n in range(500))
    assert 0 < len(_find("Calendario", text, "2025-05-01")) <= 30
