"""When a page that was taken in is asked for again: pure arithmetic on what is known of it.

Knows no clock, no store and no network. Start reading at `next_check`.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

# Most corrections come within hours, most additions (a link to the slides, a new deadline) within
# days. Four requests an article in its first month; double would find little more.
AGES = (timedelta(days=1), timedelta(days=3), timedelta(days=7), timedelta(days=30))
# What a visit spends on pages that it knows: at a request a second, twenty seconds.
MOST_A_VISIT = 20
# A page that is gone is looked for once more, in case its server was mistaken.
_SECOND_LOOK = timedelta(days=7)
# A way whose stamps move while its pages do not is believed ever more rarely, at last once in 30 days.
_PATIENCE = timedelta(days=1)
_MOST_PATIENCE = 30


@dataclass(frozen=True, slots=True)
class Check:
    """A page that was taken in: when it was last asked for, and with what to ask 'has it changed?'.

    Shapes: `key` is its canonical URL, `url` the address that it was read at; `idle` counts the
        checks in a row that found nothing new; `is_due` when its age asks for one.
    """

    key: str
    url: str
    checked_at: datetime
    idle: int = 0
    is_due: bool = False
    etag: str | None = None
    last_modified: str | None = None


def next_check(born: datetime, checked_at: datetime) -> datetime | None:
    """When a page born then, and asked for then, is to be asked for again; None for never more.

    Shapes: `born` is the publication, or where that is unknown the first sight of the page.
    """
    return next((born + age for age in AGES if born + age > checked_at), None)


def second_look(checked_at: datetime) -> datetime:
    """When a page that was found gone is looked for once more."""
    return checked_at + _SECOND_LOOK


def is_said_to_have_changed(check: Check, modified_at: datetime | None, now: datetime) -> bool:
    """Whether a way's word that the page has changed since the last check is worth a request.

    At once the first time; after checks that found nothing, as many days later as there were.
    """
    if modified_at is None or modified_at <= check.checked_at:
        return False
    return now - check.checked_at >= min(check.idle, _MOST_PATIENCE) * _PATIENCE
