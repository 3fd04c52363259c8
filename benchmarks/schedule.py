"""A simulated year of 200 sources: how late articles come, and what they cost in requests.

    python -m benchmarks.schedule

The arrival model, swept below: rates spread evenly on a logarithmic scale from 3 a month to 50 a day;
a Poisson process thinned by hour (office, or round the clock), by weekday (a day of a weekend has a
quarter) and by month (August has a third); some releases come in threes within half an hour. The schedule
learns from what it has found alone. Fixed intervals stand beside it, in the same simulated year.
"""

import math
import random
import statistics
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from aggregator import schedule
from aggregator.rhythm import Arrival, Rhythm, learn_rhythm
from aggregator.schedule import Visited, next_due

SOURCES = 200
START = datetime(2025, 10, 1, tzinfo=UTC)
END = START + timedelta(days=365)
ROME = ZoneInfo("Europe/Rome")
SLOWEST, FASTEST = 3 / 30, 50.0
LEARNT_FROM = 200  # as many of a source's latest articles as the archive gives the schedule

OFFICE = (0.02,) * 6 + (
    0.2,
    0.7,
    1.3,
    2.2,
    2.6,
    2.6,
    2.2,
    1.6,
    1.8,
    2.2,
    2.2,
    1.8,
    1.0,
    0.5,
    0.2,
    0.1,
    0.05,
    0.02,
)
ROUND = (0.6,) * 6 + (1.1,) * 16 + (0.8, 0.7)


@dataclass(frozen=True, slots=True)
class Model:
    """How articles arrive: factors by hour, and how often three come instead of one."""

    name: str
    hours: tuple[float, ...]
    bursts: float = 0.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """Units: `delays` in hours, one an article; `requests` of all sources in the year."""

    delays: list[float]
    requests: int


MODELS = (
    Model("office hours", OFFICE),
    Model("round the clock", ROUND),
    Model("in bursts", OFFICE, bursts=0.2),
)


def arrivals(model: Model, per_day: float, chance: random.Random) -> list[datetime]:
    """A source's year, drawn from the model by thinning."""
    mean = sum(model.hours) / 24
    peak = max(model.hours) / mean * 7 / 5.5
    at, found = START, []
    while (at := at + timedelta(days=chance.expovariate(per_day * peak))) < END:
        local = at.astimezone(ROME)
        factor = model.hours[local.hour] / mean * (0.25 if local.weekday() > 4 else 1) * 7 / 5.5
        if chance.random() * peak < factor * (0.33 if local.month == 8 else 1):
            found.append(at)
            if chance.random() < model.bursts:
                found += [at + timedelta(minutes=chance.uniform(0, 30)) for _ in range(2)]
    return sorted(each for each in found if each < END)


def visits(
    plan: Callable[[datetime, list[datetime]], datetime], year: list[datetime]
) -> Iterator[tuple[datetime, int]]:
    """Each visit, and how many articles are out by then."""
    at = START
    while at < END:
        known = bisect_right(year, at)
        yield at, known
        at = plan(at, year[max(0, known - LEARNT_FROM) : known])


def outcome(
    plans: list[Callable[[datetime, list[datetime]], datetime]], years: list[list[datetime]]
) -> Outcome:
    """Delays and requests of all sources, each under its plan."""
    delays: list[float] = []
    requests = 0
    for plan, year in zip(plans, years, strict=True):
        before = 0
        for at, known in visits(plan, year):
            requests += 1
            delays += [(at - each) / timedelta(hours=1) for each in year[before:known]]
            before = known
    return Outcome(delays, requests)


def fixed(hours: float, years: list[list[datetime]]) -> Outcome:
    """The same under a visit every so many hours: each article waits for the next full interval."""
    since = [(each - START) / timedelta(hours=1) for year in years for each in year]
    requests = math.ceil((END - START) / timedelta(hours=hours)) * len(years)
    return Outcome([math.ceil(each / hours) * hours - each for each in since], requests)


def ours() -> Callable[[datetime, list[datetime]], datetime]:
    """The schedule as runs use it, which learns once a day here: it costs the simulation less."""
    learnt: list[tuple[datetime, Rhythm]] = []

    def plan(at: datetime, seen: list[datetime]) -> datetime:
        if not learnt or at - learnt[-1][0] > timedelta(days=1):
            since = seen[0] if len(seen) == LEARNT_FROM else START
            rhythm = learn_rhythm([Arrival(each) for each in seen], since=since, now=at, zone=ROME)
            learnt[:] = [(at, rhythm)]
        return next_due(Visited(at), learnt[-1][1], requests_per_day=0).at

    return plan


def line(name: str, result: Outcome) -> str:
    """A row of the table."""
    ordered = sorted(result.delays)
    mean, median = statistics.fmean(ordered), statistics.median(ordered)
    late = ordered[int(len(ordered) * 0.95)]
    return (
        f"  {name:<22} median {median * 60:6.0f} min  mean {mean * 60:6.0f} min  95 % {late * 60:6.0f} min  "
        f"requests per article {result.requests / len(ordered):5.2f}"
    )


def main() -> None:
    """Prints the table of each model."""
    for model in MODELS:
        chance = random.Random(7)
        rates = [SLOWEST * (FASTEST / SLOWEST) ** (number / (SOURCES - 1)) for number in range(SOURCES)]
        years = [arrivals(model, rate, chance) for rate in rates]
        print(f"{model.name}: {SOURCES} sources, {sum(map(len, years))} articles in a year")
        for patience in (0.5, 1.0, 2.0) if model is MODELS[0] else (1.0,):
            schedule.PATIENCE_HOURS = patience  # the constant of the module, swept
            print(line(f"ours, patience {patience:g} h", outcome([ours() for _ in years], years)))
        schedule.PATIENCE_HOURS = 1.0
        for hours in (0.25, 1, 3, 6, 12, 24):
            print(line(f"every {hours:g} h", fixed(hours, years)))


if __name__ == "__main__":
    main()
