"""A table of strings, ours and the world's forms, with their meaning; a third of them no dates."""

import re
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pytest

from aggregator.items import DateOrder, Precision
from pipelines.dates import ROLES, Reading, answer, iso, read_date, read_dates

ROME = ZoneInfo("Europe/Rome")
NOW = datetime(2025, 5, 14, 10, tzinfo=ROME)  # a Wednesday


class Row(NamedTuple):
    role: str
    text: str
    meaning: str
    options: dict[str, str]


def _rows() -> list[Row]:
    rows = []
    lines = (Path(__file__).parent / "readings.tsv").read_text(encoding="utf-8").split("\n")[1:]
    for line in filter(None, lines):
        role, text, meaning, *more = line.split("\t")
        options = dict(option.split("=") for option in more[0].split()) if more else {}
        rows.append(Row(role, text.replace("\\n", "\n"), meaning, options))
    return rows


ROWS = _rows()


def _told(reading: Reading | None) -> str:
    if reading is None:
        return "-"
    ends = [reading.start] + ([reading.end] if reading.end else [])
    return "/".join(iso(_local(end), reading.precision) for end in ends)


def _local(moment: date | datetime) -> date | datetime:
    return moment.astimezone(ROME).replace(microsecond=0) if isinstance(moment, datetime) else moment


def _meaning(text: str) -> str:
    return "/".join(_told_in_table(end) for end in text.split("/"))


def _told_in_table(text: str) -> str:
    return datetime.fromisoformat(text).isoformat() if "T" in text else text


def _fault(row: Row) -> str | None:
    """What is wrong with the reading of a row, in words; None where it is right."""
    order = DateOrder(row.options.get("order", "DMY"))
    reading = read_date(row.text, role=row.role, order=order, reference=NOW)
    told = _told(reading)
    if told not in [_meaning(choice) for choice in row.meaning.split("|")]:
        return f"{row.role} {row.text!r}: {told}, not {row.meaning}"
    if reading is None:
        return None
    start, stop = reading.span
    is_placed = 0 <= start < stop <= len(row.text) and (
        row.role == "url" or reading.text == row.text[start:stop]
    )
    return None if is_placed and 0 < reading.confidence <= 1 else f"{row.text!r}: {reading}"


@pytest.mark.parametrize("role", ROLES)
def test_texts_mean_what_the_table_says(role: str) -> None:
    rows = [row for row in ROWS if row.role == role]
    assert rows
    assert [fault for fault in map(_fault, rows) if fault] == []


def test_table_is_large_and_a_third_of_it_is_no_date() -> None:
    none = sum(row.meaning == "-" for row in ROWS)
    assert len(ROWS) >= 1700
    assert none >= 570
    assert len({(row.role, row.text) for row in ROWS}) == len(ROWS)


def test_ambiguous_figures_say_so() -> None:
    reading = read_date("02/03/2016")
    assert reading
    assert (reading.start, reading.alternatives) == (date(2016, 3, 2), (date(2016, 2, 3),))
    assert "DMY" in reading.why
    sure = read_date("22/03/2016")
    assert sure
    assert sure.confidence > reading.confidence


def test_weekday_settles_the_order() -> None:
    reading = read_date("Monday 02/03/2025")
    assert reading
    assert (reading.start, reading.alternatives) == (date(2025, 2, 3), (date(2025, 3, 2),))


def test_weekday_that_does_not_fit_lowers_confidence() -> None:
    fits, fits_not = read_date("lunedì 3 giugno 2024"), read_date("martedì 3 giugno 2024")
    assert fits
    assert fits_not
    assert fits.start == fits_not.start
    assert fits_not.confidence < 0.6 < fits.confidence


def test_year_by_weekday_is_surer_than_by_reference() -> None:
    weekday = read_date("martedì 13 maggio", reference=NOW)
    bare = read_date("13 maggio", reference=NOW)
    assert weekday
    assert bare
    assert weekday.is_year_stated
    assert not bare.is_year_stated
    assert weekday.confidence > bare.confidence


def test_year_comes_from_the_same_text() -> None:
    readings = read_dates("Il 9 novembre apre la fiera. Programma: 9 novembre 2019, ore 10.", reference=NOW)
    assert [reading.day for reading in readings] == [date(2019, 11, 9)] * 2


def test_nothing_is_invented_without_a_reference() -> None:
    for text in ("13 maggio", "martedì 13 maggio", "ieri", "due ore fa", "lunedì scorso", "il 28 u.s."):
        assert read_date(text) is None
    assert read_date("13 maggio 2025")


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Pubblicato il 3 giugno 2024", "published"),
        ("Last updated on June 5, 2024", "modified"),
        ("Scadenza: 30/06/2025 ore 17:00", "deadline"),
        ("Milano, 3 giugno 2024", ""),
        ("Data: 3 giugno 2024", "published"),
        ("Date updated: June 3, 2024", "modified"),
        ("Due date: June 3, 2024", "deadline"),
        ("Data dell'evento: 3 giugno 2024", "event"),
        ("Effective date: June 3, 2024", "event"),
        ("Quando: lunedì 3 giugno 2024", "event"),
        ("In vigore dal 3 giugno 2024", "event"),
        ("Pubblicato in Evento il 3 giugno 2024", "published"),
        ("Evento. 3 giugno 2024", ""),
    ],
)
def test_labels(text: str, label: str) -> None:
    reading = read_date(text)
    assert reading
    assert reading.label == label


@pytest.mark.parametrize(
    ("text", "instants"),
    [
        # 02:30 is left out on the last Sunday of March, and comes twice on that of October.
        ("30/03/2025 02:30", ["2025-03-30T03:30:00+02:00"]),
        ("26/10/2025 02:30", ["2025-10-26T02:30:00+02:00", "2025-10-26T02:30:00+01:00"]),
        ("2025-10-26T02:30:00", ["2025-10-26T02:30:00+02:00", "2025-10-26T02:30:00+01:00"]),
        ("2025-10-26T02:30:00+01:00", ["2025-10-26T02:30:00+01:00"]),
    ],
)
def test_hours_of_the_nights_when_clocks_change(text: str, instants: list[str]) -> None:
    reading = read_date(text)
    assert reading
    assert isinstance(reading.start, datetime)
    assert [reading.start.isoformat(), *(a.isoformat() for a in reading.alternatives)][
        : len(instants)
    ] == instants
    if len(instants) > 1:
        assert reading.confidence < 1


def test_central_european_names_mean_the_local_hour() -> None:
    reading = read_date("14 July 2024 15:00 CET")
    assert reading
    assert isinstance(reading.start, datetime)
    assert reading.start.utcoffset() == timedelta(hours=2)
    assert reading.alternatives == (datetime.fromisoformat("2024-07-14T15:00:00+01:00"),)


def test_all_dates_come_in_order() -> None:
    text = "Dal 3 al 5 giugno 2025 a Como; il 12/06/2025 a Lodi; a settembre 2025 a Rho. Tel. 02 8515 1234."
    readings = read_dates(text, role="event")
    assert [(_told(r), r.precision) for r in readings] == [
        ("2025-06-03/2025-06-05", Precision.DAY),
        ("2025-06-12", Precision.DAY),
        ("2025-09", Precision.MONTH),
    ]


def test_two_days_that_do_not_touch_are_two() -> None:
    readings = read_dates("il 5 e il 20 giugno 2025", role="event")
    assert [r.start for r in readings] == [date(2025, 6, 5), date(2025, 6, 20)]


def test_unknown_role_and_zone_are_errors() -> None:
    with pytest.raises(ValueError, match="role"):
        read_dates("x", role="title")
    with pytest.raises(ValueError, match="zone"):
        read_dates("x", zone="Europe/Nowhere")


def test_rows_are_answered() -> None:
    row = {"id": 7, "text": "martedì 13 maggio, ore 9", "role": "published", "reference": NOW.isoformat()}
    assert answer(row) == {
        "id": 7,
        "start": "2025-05-13T09:00:00+02:00",
        "end": None,
        "precision": "minute",
        "confidence": 0.85,
        "reading": "martedì 13 maggio, ore 9: year by the weekday",
    }
    assert answer({"id": 1, "text": "maggio 2025"})["start"] == "2025-05"
    assert answer({"id": 2, "text": "nessuna data"})["start"] is None
    assert answer({"id": 3, "text": "dal 3 al 5 giugno 2025"})["end"] == "2025-06-05"


@pytest.mark.parametrize(
    "row",
    [
        {"id": 1},
        {"id": 1, "text": 5},
        {"id": 1, "text": "x", "role": "y"},
        {"id": 1, "text": "x", "order": "DDD"},
        {"id": 1, "text": "x", "zone": "../etc/passwd"},
        {"id": 1, "text": "x", "reference": "yesterday"},
    ],
)
def test_bad_rows_are_answered_with_an_error(row: dict[str, object]) -> None:
    told = answer(row)
    assert told["id"] == 1
    assert told["start"] is None
    assert re.search(r"\w", str(told["error"]))
