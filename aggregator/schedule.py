"""When a Source is due again, and why: the one place that decides it, pure arithmetic.

Knows no clock, no store and no network. Start reading at `next_due`.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from aggregator.rhythm import Rhythm, wait_until

SHORTEST, LONGEST = timedelta(minutes=15), timedelta(days=7)
# The article-hours that may gather before a Source is asked again. Simulated over a year of 200
# sources (benchmarks/schedule.py): at half of it 1.4 times the requests for 0.7 times the delay, at
# double 0.7 times the requests for 1.4 times the delay; it is a choice between readers and sites.
PATIENCE_HOURS = 1.0
# The first try after a failure, doubled with each further one: just under an hour, so that a job
# that runs every hour finds it due, and just under a day at most, so that a nightly one does.
_FAILED, _FAILED_LONGEST = timedelta(minutes=50), timedelta(hours=20)
# A feed's own wish is heeded up to here: some ask for weeks, and are about news all the same.
_TTL_LONGEST = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Visited:
    """What the visit just made tells of the next one.

    Shapes: `failures` counts this visit too, in a row; `not_before` is what the server asked
        for; `ttl` what its feed or its Cache-Control says of how long the answer stays good;
        `requests` how many this visit made.
    """

    at: datetime
    failures: int = 0
    not_before: datetime | None = None
    ttl: timedelta = timedelta()
    requests: int = 1


@dataclass(frozen=True, slots=True)
class Due:
    """When a Source is asked next, and why then, in words."""

    at: datetime
    why: str


def next_due(visited: Visited, rhythm: Rhythm, *, requests_per_day: int, jitter: float = 0.0) -> Due:
    """The next visit: by the Source's rhythm, later if it failed, or asked for more time.

    Units: `jitter` from -1 to 1 moves it by up to a twentieth of the wait, so that sources
        visited together do not come back together.
    """
    if visited.failures:
        wait = min(_FAILED * (1 << min(visited.failures, 10)), _FAILED_LONGEST)
        times = "once" if visited.failures == 1 else f"{visited.failures} times in a row"
        due = Due(visited.at + wait, f"failed {times}: asked again after {words(wait)}")
    else:
        at = wait_until(rhythm, visited.at, patience_hours=PATIENCE_HOURS, shortest=SHORTEST, longest=LONGEST)
        due = Due(at, f"about {_amount(rhythm.per_day)}: asked again after {words(at - visited.at)}")
    wait = due.at - visited.at
    due = Due(due.at + wait * (jitter / 20), due.why)
    return _no_earlier(due, visited, requests_per_day)


def _no_earlier(due: Due, visited: Visited, requests_per_day: int) -> Due:
    """Whatever the site asks for comes first, and so does the budget of requests."""
    ttl = min(visited.ttl, _TTL_LONGEST)
    budget = timedelta(days=1) * (visited.requests / requests_per_day) if requests_per_day else timedelta()
    bounds = [
        Due(visited.at + SHORTEST, due.why),
        Due(visited.at + ttl, f"its answer says that it stays good for {words(ttl)}"),
        Due(visited.at + budget, f"{visited.requests} requests of {requests_per_day} a day were made"),
    ]
    if visited.not_before is not None:
        bounds.append(Due(visited.not_before, "its server asked to wait until then"))
    return max([due, *bounds], key=lambda each: each.at)


def _amount(per_day: float) -> str:
    if per_day >= 1:
        return f"{per_day:.1f} articles a day"
    if per_day * 7 >= 1:
        return f"{per_day * 7:.1f} articles a week"
    return f"{per_day * 30:.1f} articles a month"


def words(span: timedelta) -> str:
    """A span for people, in its largest fitting unit: 45 minutes, 3.5 hours, 2 days."""
    minutes = span / timedelta(minutes=1)
    for size, unit in ((1440, "day"), (60, "hour"), (1, "minute")):
        if minutes >= size or size == 1:
            count = f"{minutes / size:.1f}".removesuffix(".0") if size > 1 else f"{minutes:.0f}"
            return f"{count} {unit}" + ("" if count == "1" else "s")
    raise AssertionError
