"""A long text read near its hints says what it says when it is read whole."""

from datetime import UTC, datetime

import pytest

from pipelines.dates import read_dates
from pipelines.dates.hints import near_hints

NOW = datetime(2024, 3, 1, 9, tzinfo=UTC)
FILLER = "Le imprese della filiera hanno presentato i loro progetti e discusso di ricerca. " * 8
DATES = [
    "lunedì 11 marzo 2024",
    "12/04/2024 ore 18.30",
    "dal 3 al 5 maggio 2024",
    "il due giugno",
    "domani alle 10",
    "fra due settimane",
    "lunedì prossimo",
    "May 3, 2024, 5 pm",
    "2024-05-06",
]


@pytest.mark.parametrize("stated", DATES)
@pytest.mark.parametrize("whole", ["{0}{1}. {0}", "{1}, {0}", "{0}, {1}", "{0}{1}; {0}{1}. {0}"])
def test_what_is_near_a_hint_is_read_as_in_the_whole(stated: str, whole: str) -> None:
    text = whole.format(FILLER, stated)
    near = near_hints(text)
    direct = [(r.start, r.end, r.span) for r in read_dates(text, reference=NOW, role="event")]
    assert direct
    readings = read_dates(near.text, reference=NOW, role="event")
    assert [(r.start, r.end, near.place(r.span)) for r in readings] == direct


def test_a_text_without_hints_is_not_read() -> None:
    assert near_hints(FILLER).text == ""
