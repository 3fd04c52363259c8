"""What is wrong with a Source, judged from its diary: against its own past, never against others.

Pure: knows no clock, no store and no network. Start reading at `examine`.
"""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from statistics import median

from aggregator.choices import Reason, RunOutcome
from aggregator.rhythm import Rhythm
from aggregator.signs import Sign

# Whatever shows itself by chance so rarely is no chance: with forty sources looked at every hour
# in twenty ways, and most looks the same as the last, a false alarm comes up once in months.
CHANCE = 0.001
# Nobody is called silent sooner: a bank holiday and its bridge.
_SILENT_AFTER = timedelta(days=4)
# How many of the newest articles, and of fetched pages, are held against the past.
WINDOWS = (2, 3, 5, 10, 20)
_FAILURES = 2


class Ailment(StrEnum):
    """What can be wrong. All but the last two are of one Source."""

    CERTIFICATE = "certificate"
    FORBIDDEN = "forbidden"
    MOVED = "moved"
    PARKED = "parked"
    UNREACHABLE = "unreachable"
    FAILING = "failing"
    SOFT_404 = "soft_404"
    REFUSED = "refused"
    SILENT = "silent"
    SHRINKING = "shrinking"
    DRIFTING = "drifting"
    ODD = "odd"
    SLOW = "slow"
    OFFLINE = "offline"
    DISK = "disk"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong: what, how it is known, and a command to run next.

    Shapes: `detail` tells the same trouble of one Source apart from another of its kind (a field).
    """

    ailment: Ailment
    sign: Sign
    command: str
    source_id: str | None = None

    @property
    def detail(self) -> str:
        """The field or oddity that it is of, where it is of one."""
        return self.sign.what

    @property
    def evidence(self) -> str:
        """Before and after, in English."""
        return self.sign.words("en")

    @property
    def key(self) -> str:
        """The same for the same trouble at each look."""
        return ":".join(filter(None, (self.ailment.value, self.detail, self.source_id)))


@dataclass(frozen=True, slots=True)
class Visited:
    """A visit that has ended, as far as health goes. `listed` is how many articles its lists named."""

    started_at: datetime
    ended_at: datetime
    outcome: RunOutcome
    error: str = ""
    listed: int = 0
    fetched: int = 0
    refused: Mapping[str, int] = field(default_factory=dict)
    missed: int = 0


@dataclass(frozen=True, slots=True)
class Shown:
    """An article of the Source and which of its fields are there; newest come first in a diary."""

    first_seen_at: datetime
    fields: Mapping[str, bool]
    oddities: tuple[str, ...] = ()
    url: str = ""


@dataclass(frozen=True, slots=True)
class Diary:
    """A Source's past: visits and articles, newest first, and its rhythm up to its latest article."""

    source_id: str
    is_proved: bool
    visits: tuple[Visited, ...] = ()
    articles: tuple[Shown, ...] = ()
    rhythm: Rhythm | None = None
    latest_at: datetime | None = None


# What an error of ours begins with, or holds: see `spiders.refusal` and `spiders.base`.
_ERRORS: tuple[tuple[Ailment, str], ...] = (
    (Ailment.CERTIFICATE, r"\bcertificate\b"),
    (Ailment.MOVED, r"\bmoved to\b|(?:^|; )host: "),
    (Ailment.PARKED, r"(?:^|; )parked: "),
    (Ailment.FORBIDDEN, r"\bHTTP (?:401|402|403|407|410|451)\b|\brobots: "),
    (
        Ailment.UNREACHABLE,
        r"DNSLookup|ConnectionRefused|Timeout|TimedOut|NoRoute|ConnectError|ConnectionLost",
    ),
)
_COMMANDS: Mapping[Ailment, str] = {
    Ailment.MOVED: "aggregator sources move {id} NEW-URL",
    Ailment.SILENT: "aggregator sources check {id}",
    Ailment.SHRINKING: "aggregator sources check {id}",
    Ailment.DRIFTING: "aggregator reextract {id} --dry-run",
    Ailment.ODD: "aggregator sources show {id}",
    Ailment.SLOW: "aggregator schedule --explain",
}
_REBUILT = "is built otherwise than before"  # words of `spiders.learnt`
# Refusals that tell of the site, not of what it writes about.
_BAD = (
    Reason.SOFT_404, Reason.PARKED, Reason.LOGIN, Reason.CONSENT, Reason.NOT_ARTICLE, Reason.NOT_HTML,
    Reason.NO_TITLE, Reason.EMPTY, Reason.NOT_FOUND, Reason.ERROR,
)  # fmt: skip


def examine(diary: Diary, now: datetime) -> tuple[Finding, ...]:
    """All that is wrong with that Source; nothing for one that was never proved to work."""
    if not diary.is_proved or not diary.visits:
        return ()
    failing = tuple(_failing(diary))
    if failing:
        return failing  # it explains whatever else there is
    return (
        *_refusing(diary),
        *_silent(diary, now),
        *_shrinking(diary),
        *_rebuilt(diary),
        *_drifting(diary),
        *_odd(diary),
        *_slow(diary),
    )


def offline(latest: Mapping[str, Visited]) -> Finding | None:
    """The operator's own network is down: whoever was asked last, nobody could be reached.

    Shapes: `latest` is the last visit of each Source, by id. Three sites are not down at once.
    """
    recent = max((visit.started_at for visit in latest.values()), default=None)
    if recent is None:
        return None
    together = [visit for visit in latest.values() if recent - visit.started_at < timedelta(minutes=30)]
    if len(together) < 3 or not all(_kind(visit) is Ailment.UNREACHABLE for visit in together):
        return None
    return Finding(Ailment.OFFLINE, Sign("offline", {"count": len(together)}), "aggregator run --all")


def without_outage(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """What remains to be said when the network itself is down: nothing of sources not reached."""
    return tuple(each for each in findings if each.ailment is not Ailment.UNREACHABLE)


def _kind(visit: Visited) -> Ailment | None:
    """Why a visit failed; None for one that did not."""
    if visit.outcome is not RunOutcome.FAILED:
        return None
    found = (ailment for ailment, pattern in _ERRORS if re.search(pattern, visit.error))
    return next(found, Ailment.FAILING)


def _failing(diary: Diary) -> Iterator[Finding]:
    visits = [visit for visit in diary.visits if visit.outcome is not RunOutcome.LOST]
    row = 0
    while row < len(visits) and visits[row].outcome is RunOutcome.FAILED:
        row += 1
    if not row:
        yield from _lost(diary)
        return
    ailment = _kind(visits[0]) or Ailment.FAILING
    if row >= _FAILURES or ailment in (Ailment.CERTIFICATE, Ailment.MOVED, Ailment.PARKED):
        since = visits[row - 1].started_at
        sign = Sign("failed", {"since": f"{since:%Y-%m-%d %H:%M}", "error": visits[0].error})
        yield _finding(diary, ailment, sign)


def _lost(diary: Diary) -> Iterator[Finding]:
    """Visits that end with their worker, again and again: something in this site kills it."""
    if len(diary.visits) >= 3 and all(visit.outcome is RunOutcome.LOST for visit in diary.visits[:3]):
        yield _finding(diary, Ailment.FAILING, Sign("lost", {"error": diary.visits[0].error}))


def _refusing(diary: Diary) -> Iterator[Finding]:
    """Pages that are no articles, more of them than this site's lists ever led to."""
    asked = [visit for visit in diary.visits if visit.fetched]
    for end in range(1, min(len(asked), 4)):
        recent, past = asked[:end], asked[end:]
        bad, total = _bad(recent), sum(visit.fetched for visit in recent)
        bad_before, total_before = _bad(past), sum(visit.fetched for visit in past)
        usual = (bad_before + 1) / (total_before + 2)
        if total_before and _chance(total - bad, total, 1 - usual) < CHANCE:
            reasons = {reason: sum(v.refused.get(reason, 0) for v in recent) for reason in _BAD}
            worst = max(reasons, key=lambda reason: reasons[reason])
            named = {Reason.SOFT_404: Ailment.SOFT_404, Reason.PARKED: Ailment.PARKED}
            counts = {"bad": bad, "total": total, "bad_before": bad_before, "total_before": total_before}
            sign = Sign("refused", {**counts, "reason": worst.value})
            yield _finding(diary, named.get(worst, Ailment.REFUSED), sign)
            return


def _bad(visits: Sequence[Visited]) -> int:
    return sum(visit.refused.get(reason, 0) for visit in visits for reason in _BAD)


def _silent(diary: Diary, now: datetime) -> Iterator[Finding]:
    if diary.rhythm is None or diary.latest_at is None or now - diary.latest_at < _SILENT_AFTER:
        return
    expected, at, is_odd = 0.0, diary.latest_at, False
    for fresh in diary.rhythm.rates(diary.latest_at):
        expected, at = expected + fresh, at + timedelta(minutes=15)
        is_odd = _chance_of_none(expected, diary.rhythm.seen) < CHANCE
        if at >= now or is_odd:
            break
    if is_odd:
        since, rate = f"{diary.latest_at:%Y-%m-%d}", diary.rhythm.per_day * 7
        yield _finding(diary, Ailment.SILENT, Sign("silent", {"since": since, "rate": rate}))


def _shrinking(diary: Diary) -> Iterator[Finding]:
    listed = [v.listed for v in diary.visits if v.outcome is RunOutcome.OK]
    if len(listed) < 6:
        return
    usual, now = median(listed[2:12]), max(listed[:2])
    if usual >= 9 and now * 3 < usual:
        yield _finding(diary, Ailment.SHRINKING, Sign("shrinking", {"now": now, "usual": round(usual)}))


def _rebuilt(diary: Diary) -> Iterator[Finding]:
    """The structure of a list is gone: what was learnt in its place deserves a look."""
    last = diary.visits[0]
    if last.outcome is RunOutcome.OK and _REBUILT in last.error:
        yield _finding(diary, Ailment.DRIFTING, Sign("rebuilt", {"error": last.error}, "a list"))


def _drifting(diary: Diary) -> Iterator[Finding]:
    names = diary.articles[0].fields if diary.articles else ()
    for name in names:
        fall = _fall([article.fields[name] for article in diary.articles])
        if fall is not None:
            sign = Sign("fall", {**fall, "url": diary.articles[0].url}, name)
            yield _finding(diary, Ailment.DRIFTING, sign)


def _odd(diary: Diary) -> Iterator[Finding]:
    """A clock that is ahead, or letters that were read in the wrong charset."""
    for oddity in sorted({each for article in diary.articles[: WINDOWS[-1]] for each in article.oddities}):
        fall = _fall([oddity not in article.oddities for article in diary.articles])
        if fall is not None:
            url = next(article.url for article in diary.articles if oddity in article.oddities)
            yield _finding(diary, Ailment.ODD, Sign("rise", {**fall, "url": url}, oddity))


def _fall(there: Sequence[bool]) -> Mapping[str, int] | None:
    """Before and after, where the newest (first) have something less often than chance allows."""
    for size in WINDOWS:
        recent, past = there[:size], there[size : size + 200]
        if len(recent) < size or len(past) < size:
            return None
        usual = (sum(past) + 1) / (len(past) + 2)
        if _chance(sum(recent), size, usual) < CHANCE:
            return {"size": size, "now": sum(recent), "then": sum(past), "past": len(past)}
    return None


def _slow(diary: Diary) -> Iterator[Finding]:
    """Seconds a page, far above its own past and felt: the visit is mostly waiting."""
    paces = [
        (visit.ended_at - visit.started_at).total_seconds() / (visit.fetched + 1)
        for visit in diary.visits
        if visit.outcome is RunOutcome.OK
    ]
    if len(paces) < 8:
        return
    usual, now = median(paces[3:]), min(paces[:3])
    if now > 20 and now > 4 * usual:
        yield _finding(diary, Ailment.SLOW, Sign("slow", {"now": round(now), "usual": usual}))


def _chance(successes: int, tries: int, share: float) -> float:
    """How likely so few successes, or fewer, are when each try succeeds with that share (binomial)."""
    return sum(math.comb(tries, k) * share**k * (1 - share) ** (tries - k) for k in range(successes + 1))


def _chance_of_none(expected: float, seen: float) -> float:
    """How likely no article at all is where that many were to be expected, by a rate learnt from so many.

    Source: the Poisson distribution with a rate that is itself uncertain (gamma): three articles of
        one day are no proof of three a day.
    """
    return math.exp(-expected) if math.isinf(seen) else (1 + expected / seen) ** -seen


def _finding(diary: Diary, ailment: Ailment, sign: Sign) -> Finding:
    command = _COMMANDS.get(ailment, "aggregator sources check {id}").format(id=diary.source_id)
    return Finding(ailment, sign, command, diary.source_id)


def fills_at(free: int, used: int, since: timedelta, now: datetime) -> datetime | None:
    """When the disk is full if the archive goes on growing as it has; None if that is decades away."""
    days = since / timedelta(days=1)
    if days < 1 or used <= 0:
        return None
    left = free / (used / days)
    return now + timedelta(days=left) if left < 36500 else None


def disk(free: int, total: int, place: str, full_at: datetime | None) -> Finding | None:
    """Less than a tenth of the disk is left."""
    if free * 10 >= total:
        return None
    told: dict[str, str | int | float] = {"share": free * 100 // total, "place": place}
    sign = Sign("disk.full", {**told, "day": f"{full_at:%Y-%m-%d}"}) if full_at else Sign("disk", told)
    return Finding(Ailment.DISK, sign, "aggregator stats --disk")
