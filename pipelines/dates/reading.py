"""What a text says of time, as the rest of the program sees it.

Knows no grammar. Start reading at `Reading`.
"""

from dataclasses import dataclass
from datetime import date, datetime

from aggregator.items import Precision


@dataclass(frozen=True, slots=True)
class Reading:
    """One expression of time and what it means.

    Shapes: `start` is a datetime for precision minute, else a date: the first of a month or year
        for those precisions; `end` is set for ranges alone and is inclusive for dates; `span` is
        the place in the text as given; `label` is "published", "modified", "deadline", "event" or "",
        by the words before; `is_year_stated` holds where the words themselves prove the year;
        `alternatives` are other starts that the same words could mean.
    Units: datetimes are aware, in the stated zone or the site's; `confidence` is from 0 to 1.
    """

    start: date | datetime
    end: date | datetime | None
    precision: Precision
    has_zone: bool
    confidence: float
    span: tuple[int, int]
    text: str
    why: str
    alternatives: tuple[date | datetime, ...] = ()
    label: str = ""
    is_year_stated: bool = True

    @property
    def day(self) -> date:
        """The day of `start`, in its own zone."""
        return self.start.date() if isinstance(self.start, datetime) else self.start


def iso(moment: date | datetime, precision: Precision) -> str:
    """ISO 8601, cut to what was stated: `2025-05` for a month, with offset where a time is."""
    if isinstance(moment, datetime):
        return moment.isoformat()
    if precision is Precision.YEAR:
        return f"{moment.year:04}"
    if precision is Precision.MONTH:
        return f"{moment.year:04}-{moment.month:02}"
    return moment.isoformat()
