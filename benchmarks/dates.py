"""Strings a second of our reader of dates and of dateparser, in alternating runs on the same strings.

    python -m benchmarks.dates [ROUNDS]

Prints the ratio of each round; 100 is the floor. All strings differ, so a cache of results gains nothing;
each is in a form that feeds and news pages use much, and the day it states is known and checked.
"""

import calendar
import random
import sys
import time
from collections.abc import Callable
from datetime import date, datetime, timedelta
from statistics import median
from typing import NamedTuple
from zoneinfo import ZoneInfo

from pipelines.dates import read_date
from pipelines.dates.names import ITALIAN_MONTHS

COUNT = 1500
# dateparser is given fewer a round: at some 600 a second all would take seconds and say no more.
DATEPARSER_COUNT = 500
FLOOR = 100
REFERENCE = datetime(2025, 11, 3, 12, tzinfo=ZoneInfo("Europe/Rome"))
MONTHS = {"it": list(ITALIAN_MONTHS), "en": list(calendar.month_name)[1:]}
WEEKDAYS = {
    "it": ["lunedì", "martedì", "mercoledì", "giovedì", "venerdì", "sabato", "domenica"],
    "en": list(calendar.day_name),
}
FORMS = {
    "it": (
        "{d} {month} {y}", "{d} {month} {y} alle {H:02}:{M:02}", "{d} {short} {y}", "{d:02}/{m:02}/{y}",
        "{weekday} {d} {month} {y} - {H:02}:{M:02}", "{d:02}/{m:02}/{y} {H:02}:{M:02}", "{d:02}.{m:02}.{y}",
    ),
    "en": (
        "{month} {d}, {y}", "{d} {month} {y}", "{y}-{m:02}-{d:02}",
        "{y}-{m:02}-{d:02}T{H:02}:{M:02}:{S:02}+01:00",
        "{wday}, {d:02} {short} {y} {H:02}:{M:02}:{S:02} +0100", "{y}-{m:02}-{d:02}T{H:02}:{M:02}:{S:02}Z",
    ),
}  # fmt: skip


class Sample(NamedTuple):
    """A string and the day that it states."""

    text: str
    day: date


def samples(count: int, seed: int = 11) -> list[Sample]:
    """That many different strings, each with the day that it states."""
    rng = random.Random(seed)
    out: dict[str, Sample] = {}
    while len(out) < count:
        day = date(2014, 1, 1) + timedelta(days=rng.randrange(4000))
        language = rng.choice(("it", "en"))
        month, weekday = MONTHS[language][day.month - 1], WEEKDAYS[language][day.weekday()]
        text = rng.choice(FORMS[language]).format(
            d=day.day, m=day.month, y=day.year, month=month, short=month[:3], weekday=weekday.capitalize(),
            wday=weekday[:3], H=rng.randrange(4, 22), M=rng.randrange(60), S=rng.randrange(60),
        )  # fmt: skip
        out.setdefault(text, Sample(text, day))
    return list(out.values())


def ours(text: str) -> date | None:
    """The day by our reader."""
    reading = read_date(text, reference=REFERENCE)
    return reading.day if reading else None


def dateparser_reader() -> Callable[[str], date | None]:
    """The day by dateparser, told the languages, order and zone: its fastest and best setting."""
    from dateparser.date import DateDataParser

    settings = {
        "DATE_ORDER": "DMY",
        "PREFER_DATES_FROM": "past",
        "TIMEZONE": "Europe/Rome",
        "RETURN_AS_TIMEZONE_AWARE": True,
        "RELATIVE_BASE": REFERENCE.replace(tzinfo=None),
    }
    parser = DateDataParser(languages=["it", "en"], settings=settings)

    def read(text: str) -> date | None:
        at: datetime | None = parser.get_date_data(text).date_obj
        return at.date() if at else None

    return read


def rate(read: Callable[[str], date | None], strings: list[Sample]) -> tuple[float, float]:
    """Strings a second of CPU, and the share of days that were right."""
    began = time.process_time()
    days = [read(sample.text) for sample in strings]
    seconds = time.process_time() - began
    right = sum(day == sample.day for day, sample in zip(days, strings, strict=True))
    return len(strings) / seconds, right / len(strings)


def main(rounds: int = 5) -> int:
    """Prints each round's rates and ratio; 1 if the median ratio is below the floor."""
    strings = samples(COUNT)
    theirs = dateparser_reader()
    rate(theirs, strings[:50])  # its languages load at the first string
    ratios = []
    for n in range(rounds):
        mine, right = rate(ours, strings)
        their, their_right = rate(theirs, strings[:DATEPARSER_COUNT])
        ratios.append(mine / their)
        print(
            f"round {n + 1}: ours {mine:,.0f}/s ({right:.1%} right), "
            f"dateparser {their:,.0f}/s ({their_right:.1%} right), ratio {ratios[-1]:.0f}"
        )
    print(f"median ratio {median(ratios):.0f} (floor {FLOOR})")
    return int(median(ratios) < FLOOR)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 5))
