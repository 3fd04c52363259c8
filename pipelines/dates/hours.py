"""The hours that a text states for a day told before it: `a Como, dalle 10 alle 12.30`.

Knows no days. Start reading at `read_hours`.
"""

from datetime import date, datetime

from aggregator.items import DateOrder
from pipelines.dates.clock import clock_range
from pipelines.dates.names import CLOCK_MARKS
from pipelines.dates.read import zone_of
from pipelines.dates.resolve import Context, at_clock
from pipelines.dates.scan import END, NUMBER, scan

_MARKS = frozenset({"ore", "h", "dalle", "alle", "at", "from"})


def read_hours(text: str, day: date, zone: str) -> tuple[datetime, datetime | None] | None:
    """The first hours that the text marks as such, on that day; None where a number comes before.

    Units: aware, in the stated zone or `zone`.
    """
    tokens = scan(text)
    context = Context(DateOrder.DMY, zone_of(zone), None, "event")
    for i, token in enumerate(tokens):
        if token.kind in (END, NUMBER):
            return None
        span = clock_range(tokens, i, inside=False) if token.text in _MARKS else None
        if span:
            first, last, _ = span
            start = at_clock(day, first, context)[0]
            end = at_clock(day, last, context)[0] if last else None
            return start, end if end and end > start else None
        if token.text in CLOCK_MARKS and tokens[i + 1].kind == NUMBER:
            return None
    return None
