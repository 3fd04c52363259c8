"""What the grammar makes of a text before years, zones and relative words are settled.

Knows neither text nor calendar. Start reading at `Draft`.
"""

from dataclasses import dataclass, field
from datetime import tzinfo


@dataclass(slots=True)
class Shift:
    """A distance from the reference: so many units, or the nearest such weekday or day of month.

    Shapes: with `unit` "weekday" or "monthday", `count` is -1 for the one before, 1 for the one
        after, 0 for the one of this week or month, and `target` is the weekday or day. `rest` is
        a smaller unit besides, as (unit, count); `is_cut` holds where what was left of the last
        unit is not told: `3 weeks ago` may be 27 days.
    """

    unit: str
    count: int
    target: int = 0
    rest: tuple[str, int] | None = None
    is_cut: bool = False


@dataclass(slots=True)
class Day:
    """A day, month or year as stated; 0 and None are what the text left out.

    Shapes: `lean` is -1 where words say it is past, 1 for what is to come; `other` is
        (day, month) read in the other order; `is_guess_year` marks a year of two digits.
    """

    day: int = 0
    month: int = 0
    year: int = 0
    weekday: int | None = None
    lean: int = 0
    other: tuple[int, int] | None = None
    is_short_year: bool = False
    is_swapped: bool = False
    shift: Shift | None = None
    near: Shift | None = None


@dataclass(slots=True)
class Clock:
    """A time of day. `zone` is an offset; `central` the hours that CET or CEST would mean."""

    hour: int
    minute: int = 0
    second: int = 0
    microsecond: int = 0
    zone: tzinfo | None = None
    central: int = 0
    has_meridiem: bool = False
    is_bare: bool = False


@dataclass(slots=True)
class Draft:
    """An expression from token `start` up to, not including, token `stop`."""

    first: Day
    start: int
    stop: int
    last: Day | None = None
    clock: Clock | None = None
    until: Clock | None = None
    notes: list[str] = field(default_factory=list)
