"""Dates in other languages, by dateparser, behind a fence that lets none of its guesses pass.

Knows nothing of Italian and English, which are read without it; dateparser is imported at the
first text that needs it. Start reading at `read`.
"""

import re
from datetime import datetime

from aggregator.items import Precision
from pipelines.dates.names import MONTHS, UNITS, WEEKDAYS
from pipelines.dates.reading import Reading
from pipelines.dates.resolve import Context

# A day, a word of no language of ours, a year of four digits: `5. März 2024`, `12 de mayo de 2024`.
_DATE_LIKE = re.compile(
    r"(?<!\w)(?P<day>[0-9]{1,2})(?:er|[.º°])?\s(?:de\s|d['’]\s?)?(?P<month>[^\W\d_]{3,12})\.?\s(?:de\s|del\s)?"
    r"(?P<year>(?:19|20)[0-9]{2})(?!\w)"
)
# Languages of partners in European projects; naming them keeps dateparser from loading all 205.
_LANGUAGES = ("fr", "de", "es", "pt", "nl", "ca", "ro", "pl", "sl")
# Longer texts are prose, where a number, a word and a year meet by chance.
_MAX_LENGTH = 120

calls = 0


def read(text: str, context: Context) -> Reading | None:
    """The one day that the text states in another language; None where it is not proved.

    Shapes: dateparser's answer counts only if it gives back the very day and year in the text.
    """
    if len(text) > _MAX_LENGTH:
        return None
    match = _DATE_LIKE.search(text)
    if match is None:
        return None
    word = match["month"].lower()
    if word in MONTHS or word in WEEKDAYS or word in UNITS:
        return None
    at = _ask(match[0])
    if at is None or (at.day, at.year) != (int(match["day"]), int(match["year"])):
        return None
    return Reading(
        at.date(),
        None,
        Precision.DAY,
        False,
        0.6,
        match.span(),
        match[0],
        "read by dateparser, day and year checked",
    )


def _ask(text: str) -> datetime | None:
    global calls  # noqa: PLW0603  # how often the grammar was not enough is a figure that people ask for
    calls += 1
    import dateparser

    settings = {
        "STRICT_PARSING": True,
        "REQUIRE_PARTS": ["day", "month", "year"],
        "PARSERS": ["absolute-time"],
    }
    try:
        parsed: datetime | None = dateparser.parse(text, languages=list(_LANGUAGES), settings=settings)
    except (ValueError, OverflowError, TypeError, AttributeError, RecursionError):
        return None  # seen from it on odd numbers; to us all are 'not read'
    return parsed
