"""Which known pages a visit asks for again: what the way says has changed, then what age makes due.

Pure: knows neither Scrapy nor the store. Start reading at `choose_again`.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from zoneinfo import ZoneInfo

from aggregator.check import MOST_A_VISIT, Check, is_said_to_have_changed
from aggregator.items import Candidate, Way


def choose_again(
    candidates: Mapping[str, Candidate], checks: Iterable[Check], now: datetime, zone: str
) -> list[tuple[Candidate, Check]]:
    """The pages to ask for again, with what the way says of them now; so many at most.

    Shapes: `candidates` by canonical URL. One that no list named comes as a bare address, which
        what was kept of it completes.
    """
    said: list[tuple[Candidate, Check]] = []
    due: list[tuple[Candidate, Check]] = []
    for check in checks:
        candidate = candidates.get(check.key)
        stamp = stated_at(candidate.modified, zone) if candidate else None
        if candidate is not None and is_said_to_have_changed(check, stamp, now):
            said.append((candidate, check))
        elif check.is_due:
            due.append((candidate or Candidate(check.url, Way.AUTO), check))
    due.sort(key=lambda pair: pair[1].checked_at)
    return (said + due)[:MOST_A_VISIT]


def stated_at(text: str | None, zone: str) -> datetime | None:
    """The instant that a machine wrote, None for any other text; a day alone is its beginning.

    What has no offset is in the Source's zone. Words are not read here.
    """
    stamp = _parsed((text or "").strip())
    if stamp is None or stamp.year < 1970:
        return None
    return (stamp if stamp.tzinfo else stamp.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)


def stated_day(candidate: Candidate) -> date | None:
    """The day of a machine-written date of publication, else of the last change."""
    for text in (candidate.published, candidate.modified):
        stamp = _parsed((text or "").strip())
        if stamp is not None:
            return stamp.date()
    return None


def _parsed(text: str) -> datetime | None:
    if not text:
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        pass
    try:
        stamp = parsedate_to_datetime(text)
        return stamp.astimezone(UTC) if stamp.tzinfo else stamp
    except (ValueError, OverflowError):
        return None
