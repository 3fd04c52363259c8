"""How often a Source publishes: the rate of its articles, and its hours and weekdays.

Knows no clock, no store and no network; times come in, numbers go out. Start reading at `learn_rhythm`.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

# After so many days an arrival counts half: a season's rhythm (August!) is learnt in a month, and
# one quiet week is not taken for the end. Simulated at 14 and 56 days: within 4 % (benchmarks/schedule.py).
HALF_LIFE_DAYS = 28.0
# What is believed of a source before it has shown anything, as if watched for so long.
_PRIOR_PER_DAY, _PRIOR_DAYS = 0.5, 7.0
# So many arrivals without a pattern are added to those seen: a dozen of articles is no habit yet.
_PRIOR_WEEKDAYS, _PRIOR_HOURS = 7.0, 24.0
_FLAT = (1.0,) * 24
QUARTER = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Arrival:
    """When an article came out; `has_hour` is false where only its day is known."""

    at: datetime
    has_hour: bool = True


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How many articles are to be expected, and when.

    Units: `per_day` articles; `weekdays` (Monday first) and `hours` are factors around 1,
        in local time of `zone`; `seen` how many articles the rate rests on, older ones counting less.
    """

    per_day: float
    zone: tzinfo
    weekdays: tuple[float, ...] = (1.0,) * 7
    hours: tuple[float, ...] = _FLAT
    seen: float = math.inf

    def rates(self, at: datetime) -> Iterator[float]:
        """Articles to be expected in each quarter of an hour from then on, without end.

        Local time is read once: a change of the clocks on the way moves the pattern by an hour.
        """
        local = at.astimezone(self.zone)
        weekday, quarter = local.weekday(), local.hour * 4 + local.minute // 15
        while True:
            today = self.per_day / 96 * self.weekdays[weekday]
            for each in range(quarter, 96):
                yield today * self.hours[each // 4]
            weekday, quarter = (weekday + 1) % 7, 0


def learn_rhythm(
    arrivals: Iterable[Arrival], *, since: datetime | None, now: datetime, zone: tzinfo
) -> Rhythm:
    """The rhythm that those arrivals show, watched from `since` (None: never yet) until now."""
    seen = [
        (arrival, 0.5 ** ((now - arrival.at) / timedelta(days=HALF_LIFE_DAYS)))
        for arrival in arrivals
        if since is not None and since <= arrival.at <= now
    ]
    days = (now - since) / timedelta(days=1) if since is not None else 0.0
    watched = HALF_LIFE_DAYS / math.log(2) * (1 - 0.5 ** (max(days, 0.0) / HALF_LIFE_DAYS))
    weight = sum(weight for _, weight in seen)
    weekdays, hours = [0.0] * 7, [0.0] * 24
    for arrival, each in seen:
        local = arrival.at.astimezone(zone)
        weekdays[local.weekday()] += each
        if arrival.has_hour:
            hours[local.hour] += each
    return Rhythm(
        (weight + _PRIOR_PER_DAY * _PRIOR_DAYS) / (watched + _PRIOR_DAYS),
        zone,
        _factors(weekdays, _PRIOR_WEEKDAYS),
        _factors(hours, _PRIOR_HOURS),
        weight + _PRIOR_PER_DAY * _PRIOR_DAYS,
    )


def _factors(counts: Sequence[float], prior: float) -> tuple[float, ...]:
    even = (sum(counts) + prior) / len(counts)
    return tuple((count + prior / len(counts)) / even for count in counts)


def wait_until(
    rhythm: Rhythm, now: datetime, *, patience_hours: float, shortest: timedelta, longest: timedelta
) -> datetime:
    """When the articles to be expected from now on will have waited that long, all together.

    Asking costs the same whenever it is done, waiting costs each reader: with a steady rate r this
    gives the interval sqrt(2 * patience / r), at which the sum of both is least. Nights and
    Sundays pass cheaply, and whatever was published before them is not left until they are over.

    Shapes: a whole number of quarters of an hour from `now`.
    Units: `patience_hours` is article-hours: one article an hour late, or four a quarter.
    """
    fewest, most = round(shortest / QUARTER), round(longest / QUARTER)
    waiting = spent = 0.0
    for quarters, fresh in zip(range(1, most + 1), rhythm.rates(now), strict=False):
        spent += (waiting + fresh / 2) / 4
        waiting += fresh
        if spent >= patience_hours and quarters >= fewest:
            return now + quarters * QUARTER
    return now + longest
