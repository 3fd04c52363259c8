"""What holds of the reader for every date and every text."""

import subprocess
import sys
from datetime import date, datetime, timedelta, timezone
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from aggregator.items import DateOrder
from pipelines.dates import ROLES, read_date, read_dates
from pipelines.dates import common as common_forms
from pipelines.dates import read as reader


def _words(row: str) -> list[str]:
    return row.split()


ROME = ZoneInfo("Europe/Rome")
NOW = datetime(2025, 5, 14, 10, tzinfo=ROME)
MONTHS_IT = _words(
    "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre"
)
MONTHS_EN = _words("January February March April May June July August September October November December")
WEEKDAYS_IT = _words("lunedì martedì mercoledì giovedì venerdì sabato domenica")
WEEKDAYS_EN = _words("Monday Tuesday Wednesday Thursday Friday Saturday Sunday")
SHORT_IT = _words("gen feb mar apr mag giu lug ago set ott nov dic")

DAY_FORMS = (
    "{d} {it} {y}", "{wit} {d} {it} {y}", "{WIT}, {d:02} {IT} {y}", "{d}° {it} {y}", "{d} {sit} {y}",
    "{d} {sit}. {y}", "{d} {sit} '{yy:02}", "{d:02}/{m:02}/{y}", "{d}.{m}.{y}", "{d}-{m}-{y}",
    "{d:02}/{m:02}/{yy:02}", "{y}-{m:02}-{d:02}", "{y}/{m:02}/{d:02}", "{y}{m:02}{d:02}", "{en} {d}, {y}",
    "{d} {en} {y}", "{wen}, {en} {d}, {y}", "{wen} {d} {en} {y}", "{sen}. {d}, {y}", "{d}-{sen}-{y}",
    "{it} {d}, {y}", "{d}\n{sit}\n{y}", "Pubblicato il {d} {it} {y}", "Milano, {d} {it} {y} –",
    "{d}&nbsp;{it}&nbsp;{y}", "({wit} {d} {it} {y})", "di Redazione | {d} {sit} {y}",
)  # fmt: skip
CLOCK_FORMS = (
    "{day} {H:02}:{M:02}", "{day} - {H:02}:{M:02}", "{day}, ore {H}.{M:02}", "{day} alle {H}:{M:02}",
    "{day} alle ore {H:02}.{M:02}", "{day} | {H:02}:{M:02}", "{day} (ore {H}:{M:02})",
    "{day} h {H:02}:{M:02}",
)  # fmt: skip
QUICK_FORMS = (
    *DAY_FORMS, "{d} {it} {y} alle 10:05", "{d:02}/{m:02}/{y} 10:05", "{y}-{m:02}-{d:02}T10:05:06+01:00",
)  # fmt: skip
days = st.dates(date(1990, 1, 1), date(2059, 12, 31))
# Hours that every day has once.
hours = st.integers(4, 23)


def _write(form: str, day: date) -> str:
    wit, wen = WEEKDAYS_IT[day.weekday()], WEEKDAYS_EN[day.weekday()]
    it, en = MONTHS_IT[day.month - 1], MONTHS_EN[day.month - 1]
    return form.format(
        d=day.day, m=day.month, y=day.year, yy=day.year % 100, it=it, en=en, wit=wit, wen=wen, IT=it.upper(),
        WIT=wit.upper(), sit=SHORT_IT[day.month - 1], sen=en[:3],
    )  # fmt: skip


@given(day=days, form=st.sampled_from(DAY_FORMS))
def test_any_day_in_any_form_is_read_back(day: date, form: str) -> None:
    reading = read_date(_write(form, day), reference=NOW)
    assert reading
    assert (reading.start, reading.end) == (day, None)


@given(
    day=days,
    form=st.sampled_from(DAY_FORMS[:8]),
    clock=st.sampled_from(CLOCK_FORMS),
    hour=hours,
    minute=st.integers(0, 59),
)
def test_any_hour_behind_a_day_is_read_back(day: date, form: str, clock: str, hour: int, minute: int) -> None:
    reading = read_date(clock.format(day=_write(form, day), H=hour, M=minute), reference=NOW)
    assert reading
    assert reading.start == datetime(day.year, day.month, day.day, hour, minute, tzinfo=ROME)


@given(
    seconds=st.integers(662_800_000, 2_800_000_000),  # from 1991 to 2058
    quarters=st.integers(-48, 56),
)
def test_instants_of_machines_are_read_back(seconds: int, quarters: int) -> None:
    stated = datetime.fromtimestamp(seconds, timezone(timedelta(minutes=15 * quarters)))
    for text in (
        stated.isoformat(),
        stated.strftime("%Y-%m-%d %H:%M:%S%z"),
        stated.strftime("%Y%m%dT%H%M%S%z"),
    ):
        reading = read_date(text)
        assert reading
        assert reading.start == stated
        assert reading.has_zone


@given(
    first=days,
    length=st.integers(1, 27),
    form=st.sampled_from(("dal {a} al {b}", "{a} - {b}", "from {a} to {b}", "tra il {a} e il {b}")),
)
def test_ranges_of_full_days_are_read_back(first: date, length: int, form: str) -> None:
    last = first + timedelta(days=length)
    for style in ("{d} {it} {y}", "{d} {en} {y}", "{d:02}/{m:02}/{y}"):
        reading = read_date(form.format(a=_write(style, first), b=_write(style, last)), role="event")
        assert reading
        assert (reading.start, reading.end) == (first, last)


@given(first=days, length=st.integers(1, 27))
def test_ranges_within_a_month_are_read_back(first: date, length: int) -> None:
    last = first + timedelta(days=length)
    it, en = MONTHS_IT[last.month - 1], MONTHS_EN[last.month - 1]
    texts = [f"dal {first.day} {MONTHS_IT[first.month - 1]} al {last.day} {it} {last.year}"]
    if first.month == last.month:
        texts += [
            f"{first.day}-{last.day} {it} {last.year}", f"dal {first.day} al {last.day} {it} {last.year}",
            f"{en} {first.day}-{last.day}, {last.year}", f"from {en} {first.day} to {last.day}, {last.year}",
            f"{first.day}-{last.day}/{last.month:02}/{last.year}",
        ]  # fmt: skip
    for text in texts:
        reading = read_date(text, role="event")
        assert reading, text
        assert (reading.start, reading.end) == (first, last), text


@given(day=days, order=st.sampled_from(list(DateOrder)))
def test_figures_follow_the_order_of_the_site(day: date, order: DateOrder) -> None:
    parts = {"D": f"{day.day:02}", "M": f"{day.month:02}", "Y": f"{day.year:04}"}
    reading = read_date("/".join(parts[letter] for letter in order.value), order=order)
    assert reading
    assert reading.start == day


@given(day=days, form=st.sampled_from(QUICK_FORMS))
def test_the_quick_way_says_what_the_grammar_says(day: date, form: str) -> None:
    text = _write(form, day)
    quick = read_date(text, reference=NOW)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reader, "read_common", lambda *_: None)
        assert read_date(text, reference=NOW) == quick


def test_the_quick_way_is_taken() -> None:
    for text in (
        "3 giugno 2024",
        "03/06/2024",
        "June 3, 2024",
        "2024-06-03T10:00:00Z",
        "Mon, 03 Jun 2024 10:00:00 +0200",
    ):
        assert common_forms.read_common(text, DateOrder.DMY, ROME), text


PIECES = st.sampled_from(
    _words(
        "12 3 31 2024 24 07 00 ore alle dal al dall' l' e - / . , : ° ( ) gen mar maggio May Sept. lunedì "
        "Fri oggi ieri fa ago due scorso prossimo u.s. c.m. h 10:30 pm + Z CET from to and the T n. via il "
        "2024-05-06 &nbsp; ' <"
    )
)
anything = st.one_of(st.text(), st.lists(PIECES).map(" ".join), st.lists(PIECES).map("".join))


@settings(max_examples=300)
@given(text=anything, role=st.sampled_from(ROLES))
@example("M" * 5000, "body")
@example("9" * 5000, "published")
@example("\u0130\u0130 3 maggio 2024", "body")
def test_no_text_crashes_and_readings_keep_their_place(text: str, role: str) -> None:
    readings = read_dates(text, role=role, reference=NOW)
    for reading in readings:
        assert 0 <= reading.span[0] < reading.span[1] <= len(text)
        assert 0 < reading.confidence <= 1
        assert reading.end is None or str(reading.end) > str(reading.start)[:10]
        if isinstance(reading.start, datetime):
            assert reading.start.tzinfo
    assert all(a.span[1] <= b.span[0] for a, b in pairwise(readings))


HOSTILE = {
    "numbers": "1 2 3, ", "ranges": "3 - 5 - ", "days": "5 e 6 e ", "months": "maggio ", "openers": "dal ",
    "clocks": "10:30 ", "slashes": "1/", "dots": "1.2.", "letters": "a b ", "entities": "&nbsp;",
    "amps": "&amp;", "tags": "<a ", "digits": "12", "words": "parola ", "dates": "3 giugno 2024, ",
    "weekdays": "lunedì ",
    "spaces": " ", "quotes": "l'", "iso": "2024-01-", "dashes": "-", "of": "of the ", "zones": "10:30 +",
}  # fmt: skip


def _steps(text: str) -> int:
    """How many calls reading takes: a count of work that no clock and no other process disturbs."""
    count = 0

    def tally(*_: object) -> None:
        nonlocal count
        count += 1

    sys.setprofile(tally)
    try:
        read_dates(text, role="event", reference=NOW)
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize("piece", HOSTILE.values(), ids=HOSTILE)
def test_work_grows_with_the_text_and_no_faster(piece: str) -> None:
    short, long = _steps(piece * 200), _steps(piece * 800)
    assert long <= 4.2 * short + 200
    assert long <= 260 * len(piece * 800) + 1000


PROSE = "Il convegno si terrà il 3 giugno 2024 alle ore 10 a Como; tel. 031 123 4567. "


def test_a_megabyte_is_read_whole() -> None:
    assert len(read_dates(PROSE * 12_500, reference=NOW)) == 12_500


def test_prose_takes_a_bounded_number_of_steps() -> None:
    text = PROSE * 2_000
    assert _steps(text) < 40 * len(text)


@pytest.mark.parametrize("char", ["9", "a", " ", "&", "<", "é", "\u0300", "M "])
def test_a_long_run_of_one_character_is_read(char: str) -> None:
    assert read_dates(char * (200_000 // len(char)), role="published", reference=NOW) == ()


def test_import_loads_nothing_heavy() -> None:
    code = (
        "import sys; import pipelines.dates as d; d.read_date('3 giugno 2024');"
        "d.read_date('nessuna data qui'); d.read_date('12 set di chiavi 2024');"
        "print([m for m in ('dateparser', 'scrapy', 'sqlalchemy', 'lxml', 'twisted') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
