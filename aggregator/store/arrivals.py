"""When a Source's articles came out, as far as the archive knows: what its rhythm is learnt from.

Knows nothing of when a Source should be asked. Start reading at `load_rhythm`.
"""

from datetime import UTC, datetime, time, tzinfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from aggregator.rhythm import Arrival, Rhythm, learn_rhythm
from aggregator.store.schema import CrawlRunRow, SightingRow

# A source's latest articles: four days of the busiest, two years of the quietest.
LATEST = 200


def load_rhythm(session: Session, source_id: str, *, zone: tzinfo, now: datetime) -> Rhythm:
    """How often that Source publishes, by its latest articles; what is believed of any for a new one."""
    arrivals = load_arrivals(session, source_id, zone=zone)
    first_visit = session.scalar(
        select(func.min(CrawlRunRow.started_at)).where(CrawlRunRow.source_id == source_id)
    )
    if not arrivals:
        return learn_rhythm((), since=first_visit, now=now, zone=zone)
    return learn_rhythm(arrivals, since=min(each.at for each in arrivals), now=now, zone=zone)


def load_arrivals(session: Session, source_id: str, *, zone: tzinfo) -> list[Arrival]:
    """Its latest articles' publication, else their discovery; noon of a day whose hour is not known.

    An article dated after its discovery is taken to have come out when it was found.
    """
    query = (
        select(SightingRow.published_at, SightingRow.published_day, SightingRow.first_seen_at)
        .where(SightingRow.source_id == source_id)
        .order_by(SightingRow.entry_id.desc())
        .limit(LATEST)
    )
    found = []
    for row in session.execute(query):
        if row.published_at is not None and row.published_at <= row.first_seen_at:
            found.append(Arrival(row.published_at))
        elif row.published_day is not None:
            noon = datetime.combine(row.published_day, time(12), zone).astimezone(UTC)
            found.append(Arrival(min(noon, row.first_seen_at), has_hour=False))
        elif row.first_seen_at is not None:
            found.append(Arrival(row.first_seen_at, has_hour=False))
    return found
