"""What an article announces: a happening, or a last day for something.

Knows nothing of articles, texts or calendars. Start reading at `Event`; `items` hands it on.
"""

from dataclasses import dataclass
from datetime import date, datetime

from aggregator.choices import EventKind


@dataclass(frozen=True, slots=True)
class Event:
    """What an article says will take place or fall due.

    Shapes: `start` is a date for what lasts all day, else a datetime; `end` is inclusive for
        dates; `is_year_proved` holds where day and year, or a weekday that fits one year only,
        were stated: nothing else leaves the archive. `sentence` is where it was read.
    Units: datetimes are aware, in the stated zone or the Source's; in UTC once archived.
    """

    kind: EventKind
    title: str
    start: date | datetime
    end: date | datetime | None
    place: str | None
    is_online: bool
    sentence: str
    is_year_proved: bool
    confidence: float = 1.0

    @property
    def is_all_day(self) -> bool:
        """Whether no time of day was stated."""
        return not isinstance(self.start, datetime)
