"""The publication date of a page: a decision over all that the page and its way in say.

Knows no HTML and no feed, only Found texts and where they were read. Start reading at
`choose_dates`.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from aggregator.items import Evidence, Found, Precision, PublishedDate, RawArticle, Source
from aggregator.text import fold
from pipelines.claim import Claim, claim_of, trust_of
from pipelines.dates import Reading, read_date
from pipelines.dates.read import zone_of
from pipelines.habits import Habit, is_doubted, weigh

_MACHINE = ("wordpress:", "sitemap:", "jsonld:", "meta:", "microdata:", "feed:", "import:")
_LATE = 0.45
_TRUSTED = 0.65
_FAR, _SHOWN = " (far)", 0.5
_NEXT_SHOWN = 0.02  # what each further line of a page is believed less than the one before it
_LEAST = 0.2  # what is believed less is not said at all
# Most pages are fetched within days of their publication; of a year's days these are an eighth.
_RECENT = timedelta(days=45)
# So many kinds of place must state a day before it proves others wrong. A page has rarely more than
# five places; all count against what evidence may weigh.
_WITNESSES, _MOST_VOTES = 2, 8
_NAMING = 15  # letters that name something; a shorter title may be the date itself
# As Python, PHP and JavaScript write an instant that they know.
_RECKONED = re.compile(r"(?:\.\d{3}Z|[+-]00:?00)\s*$")


@dataclass(frozen=True, slots=True)
class PageDates:
    """When a page was published and changed, with the evidence for `published` and `modified`.

    Units: `modified_at` is UTC, None unless a time of day was stated.
    """

    published: PublishedDate | None
    modified_at: datetime | None
    evidence: tuple[Evidence, ...]


def choose_dates(
    raw: RawArticle, source: Source, fetched_at: datetime, habits: tuple[Habit, ...] = ()
) -> PageDates:
    """The dates of a page by all its evidence; None where nothing is believed enough.

    Shapes: days that agree add up, machine-readable hours win among them; what contradicts the
        choice lowers its confidence and is named in the evidence. Nothing is later than the
        fetch, plus a day for zones. `habits` say which places proved right at this Source.
    Units: `fetched_at` is aware.
    """
    zone = zone_of(source.zone)
    modified = _claims(raw.modified, source, zone, fetched_at, field="modified")
    address = Found(raw.url, "url:path")
    founds = (*(f for f in raw.published if not f.where.startswith("url:")), address)
    claims = _claims(founds, source, zone, fetched_at, field="published", habits=habits)
    claims = _without_titles(claims, raw, source, fetched_at)
    claims = _with_years(claims, modified, source, zone, fetched_at)
    claims = _without_copies_of(modified, _with_local_hours(claims, zone))
    claims = _without_republished(claims)
    published, chosen, why = _choose(claims, fetched_at)
    doubted = dict.fromkeys(c.found.where for c in claims if is_doubted(c.found.where, habits))
    why = "; seldom right at this site: ".join(filter(None, (why, ", ".join(doubted))))
    votes = _votes(claims, chosen)
    evidence = Evidence("published", chosen, _others(raw.published, chosen), why, votes)
    modified_at, last, reason = _choose_modified(modified, published)
    told = Evidence("modified", last, _others(raw.modified, last), reason)
    return PageDates(published, modified_at, (evidence, told) if raw.modified else (evidence,))


def _others(founds: Iterable[Found], chosen: Found | None) -> tuple[Found, ...]:
    return tuple(found for found in founds if found != chosen)


def _claims(
    founds: Iterable[Found], source: Source, zone: tzinfo, fetched_at: datetime, *, field: str,
    habits: tuple[Habit, ...] = (),
) -> list[Claim]:  # fmt: skip
    claims = []
    shown = 0
    for found in founds:
        trust = trust_of(found.where)
        if field == "modified" and found.where.startswith("sitemap:"):
            trust = 0.5
        if not trust:
            continue
        trust = weigh(trust, found.where, habits)
        if found.where.startswith("page:"):
            trust -= min(shown, 5) * _NEXT_SHOWN
            shown += 1
        reading = _read(found, source, fetched_at)
        claim = claim_of(found, reading, trust, zone, fetched_at) if reading else None
        if claim and _counts(claim, field):
            claims.append(claim)
    return claims


def _read(found: Found, source: Source, fetched_at: datetime) -> Reading | None:
    kind = found.where.partition(":")[0]
    role = kind if kind == "url" else "header" if kind == "http" else "published"
    return read_date(found.value, order=source.date_order, zone=source.zone, reference=fetched_at, role=role)


def _without_titles(
    claims: list[Claim], raw: RawArticle, source: Source, fetched_at: datetime
) -> list[Claim]:
    """Claims without the day of the title: `Gruppo di lavoro – 22 maggio 2026` is an event.

    Addresses repeat titles, and so does the end of a trail of links.
    """
    titles = [t for t in dict.fromkeys(fold(title.value) for title in raw.title) if len(t) >= _NAMING]
    claims = [c for c in claims if not (_is_line(c) and _is_of_title(fold(c.found.value), titles))]
    named = [c for c in claims if c.found.where.startswith("url:") and not c.reading.why.startswith("folder")]
    if not named:
        return claims
    readings = (_read(replace(title, where="title:"), source, fetched_at) for title in raw.title)
    days = {reading.day for reading in readings if reading}
    return [c for c in claims if c not in named or c.day not in days]


def _is_of_title(line: str, titles: list[str]) -> bool:
    """Whether a line holds a title, or is the one that the window's title begins with."""
    return any(title in line or (len(line) >= _NAMING and title.startswith(line)) for title in titles)


def _is_line(claim: Claim) -> bool:
    return claim.found.where.startswith("page:") and "[datetime]" not in claim.found.where


def _with_years(
    claims: list[Claim], modified: list[Claim], source: Source, zone: tzinfo, fetched_at: datetime
) -> list[Claim]:
    """Yearless days with their year by the page's own surest date; by the fetch only if just gone.

    An old theme prints `03 Apr` on articles of any year: the nearest is right for what is new alone.
    """
    anchors = [claim for claim in (*claims, *modified) if not _lacks_year(claim)]
    anchor = max(anchors, key=lambda claim: claim.trust, default=None)
    today = fetched_at.astimezone(zone).date()
    out = []
    for claim in claims:
        if not _lacks_year(claim):
            out.append(claim)
        elif anchor is not None:
            near = datetime.combine(_last_day(anchor), time(23, 59), zone)
            reading = _read(claim.found, source, min(near, fetched_at))
            again = claim_of(claim.found, reading, claim.base, zone, fetched_at) if reading else None
            out += [again] if again else []
        elif today - claim.day <= _RECENT:
            out.append(claim)
    return out


def _lacks_year(claim: Claim) -> bool:
    return not claim.reading.is_year_stated and claim.reading.why.startswith("year by")


def _last_day(claim: Claim) -> date:
    """The last day that the claim may mean, and one more: the visible day may be cut in another zone."""
    length = {Precision.MONTH: 31, Precision.YEAR: 366}.get(claim.precision, 1)
    return claim.day + timedelta(days=length)


def _counts(claim: Claim, field: str) -> bool:
    """Whether the words before the date, if any, speak of this field."""
    label = claim.reading.label
    if field == "modified":
        return label not in ("published", "event") or claim.found.where.startswith(_MACHINE)
    return label not in ("modified", "deadline", "event")


def _with_local_hours(claims: list[Claim], zone: tzinfo) -> list[Claim]:
    """Local hours that a page labels as UTC, put right where its visible day proves them.

    `23:30Z` is the next day in Rome; a page that shows the day before and nothing for the next
    writes its own hours with another zone's sign. An offset in figures or thousandths (`.000Z`) were
    reckoned by a program: it knows the instant, and shows its day in UTC.
    """
    reckoned = {claim.at for claim in claims if _RECKONED.search(claim.found.value)}
    days = {claim.day for claim in claims if claim.at is None and claim.precision is Precision.DAY}
    out = []
    for claim in claims:
        start = claim.reading.start
        if claim.at and isinstance(start, datetime) and start.utcoffset() == timedelta(0):
            literal = start.date()
            is_other = literal != claim.day and literal in days and claim.day not in days
            if is_other and claim.at not in reckoned:
                at = start.replace(tzinfo=zone).astimezone(UTC)
                out.append(replace(claim, day=literal, at=at, trust=claim.trust * 0.8))
                continue
        out.append(claim)
    return out


def _without_copies_of(modified: list[Claim], claims: list[Claim]) -> list[Claim]:
    """Claims that repeat the hour of the last change believed less, where an earlier day is claimed.

    Only a trusted place that states the day claims it: most pages never change, and say both
    dates alike, while a month in the address or a day in the text says nothing against that.
    """
    changes = {claim.at for claim in modified if claim.at}
    exact = (Precision.MINUTE, Precision.DAY)
    earliest = min((c.day for c in claims if c.trust >= _TRUSTED and c.precision in exact), default=None)
    return [
        replace(claim, trust=claim.trust * _LATE)
        if claim.at in changes and earliest is not None and earliest < claim.day
        else claim
        for claim in claims
    ]


def _without_republished(claims: list[Claim]) -> list[Claim]:
    """Machines' days believed less where all are later than the day that readers see by the title.

    Systems that build a site anew write the day of building for machines, and some write UTC's.
    The page's day was typed or chosen for readers: on 20 pages of a public corpus where the two
    differ so it was right on 17, and the machines' on 3.
    """
    machines = [claim for claim in claims if claim.found.where.startswith(_MACHINE)]
    shown = {claim.day for claim in claims if _is_shown(claim)}
    if len(shown) != 1 or len({_kind(claim) for claim in machines}) > 1:
        return claims
    # The day may be shown as it is in UTC.
    days = (min(c.day, c.at.date()) if c.at else c.day for c in machines)
    if min(shown) >= min(days, default=date.min):
        return claims
    return [replace(c, trust=c.trust * _LATE) if c in machines else c for c in claims]


def _is_shown(claim: Claim) -> bool:
    """Whether readers see this day by the title, as a line of its own that leaves no doubt."""
    where = claim.found.where
    is_near = where.startswith("page:") and not where.endswith(_FAR) and not where.startswith("page:dateline")
    is_exact = claim.precision in (Precision.MINUTE, Precision.DAY) and claim.reading.is_year_stated
    return is_near and is_exact and claim.trust >= _SHOWN


def _choose(claims: list[Claim], fetched_at: datetime) -> tuple[PublishedDate | None, Found | None, str]:
    if not claims:
        return None, None, "no date found"
    # What a person set, for this page or for the whole site, is not put to the vote.
    groups = _groups([c for c in claims if c.found.where.startswith(("operator:", "selector:"))] or claims)
    scores = {key: _score(group) for key, group in groups.items()}
    winner = max(scores, key=lambda key: (scores[key], key[1]), default=None)
    if winner is None or scores[winner] < _LEAST:
        return None, None, "nothing found is sure enough"
    group = groups[winner]
    best = _best(group, fetched_at)
    against = [claim for claim in claims if not _agree(claim, best)]
    confidence = scores[winner] * (1 - 0.6 * max((claim.trust for claim in against), default=0.0))
    why = _why(best, [c for c in group if c is not best], against)
    published = PublishedDate(best.at, best.day, best.precision, round(confidence, 2))
    return published, best.found, why


def _groups(claims: list[Claim]) -> dict[tuple[bool, date], list[Claim]]:
    """Claims by day; months and years join the days that lie within them, and stand alone else."""
    groups: dict[tuple[bool, date], list[Claim]] = {}
    exact = [claim for claim in claims if claim.precision in (Precision.MINUTE, Precision.DAY)]
    for claim in exact:
        groups.setdefault((True, claim.day), []).append(claim)
    # A sentence of the text speaks of any day: it may agree with one, and says none by itself.
    groups = {key: group for key, group in groups.items() if not all(claim.is_prose for claim in group)}
    for claim in claims:
        if claim in exact or claim.is_prose:
            continue
        homes = [group for group in groups.values() if _agree(claim, group[0])]
        for group in homes:
            group.append(claim)
        if not homes:
            groups.setdefault((False, claim.day), []).append(claim)
    return groups


def _agree(a: Claim, b: Claim) -> bool:
    if Precision.YEAR in (a.precision, b.precision):
        return a.day.year == b.day.year
    if Precision.MONTH in (a.precision, b.precision):
        return (a.day.year, a.day.month) == (b.day.year, b.day.month)
    return a.day == b.day


def _score(group: list[Claim]) -> float:
    """1 less what is left of doubt when each kind of place has spoken once."""
    best: dict[str, float] = {}
    for claim in group:
        kind = _kind(claim)
        best[kind] = max(best.get(kind, 0.0), claim.trust)
    doubt = 1.0
    for trust in best.values():
        doubt *= 1 - min(trust, 0.99)
    return 1 - doubt


def _best(group: list[Claim], fetched_at: datetime) -> Claim:
    """The finest claim, the most trusted among equals, one that is not after the fetch if there is one."""

    def rank(claim: Claim) -> tuple[bool, bool, bool, float]:
        return (
            claim.precision in (Precision.MINUTE, Precision.DAY),
            claim.at is not None and claim.at <= fetched_at,
            claim.at is not None,
            claim.trust,
        )

    return max(group, key=rank)


def _votes(claims: list[Claim], chosen: Found | None) -> tuple[tuple[str, bool], ...]:
    """Which places agree with the day chosen; none where it is not stated by most kinds of place.

    One place against one is the reader's judgement and proves nothing of either.
    """
    best = next((claim for claim in claims if claim.found == chosen), None)
    if best is None:
        return ()
    sides: dict[bool, set[str]] = {True: set(), False: set()}
    said: dict[str, set[bool]] = {}
    for claim in claims:
        is_right = _agree(claim, best)
        said.setdefault(claim.found.where, set()).add(is_right)
        if not is_right or claim.precision in (Precision.MINUTE, Precision.DAY):
            sides[is_right].add(_kind(claim))
    if len(sides[True]) < max(_WITNESSES, len(sides[False]) + 1):
        return ()
    # A place that states both days says nothing.
    return tuple((where, True in both) for where, both in said.items() if len(both) == 1)[:_MOST_VOTES]


def _kind(claim: Claim) -> str:
    return claim.found.where.partition(":")[0]


def _why(best: Claim, same: list[Claim], against: list[Claim]) -> str:
    words = [f"{best.found.where}: {best.reading.why}"]
    if same:
        words.append("agrees: " + ", ".join(dict.fromkeys(claim.found.where for claim in same)))
    hours = {claim.at for claim in same if claim.at and claim.at != best.at}
    if best.at and hours:
        words.append("hours differ: " + ", ".join(sorted(hour.isoformat() for hour in hours)))
    if against:
        said = (f"{claim.found.where} says {claim.day.isoformat()}" for claim in against)
        words.append("contradicts: " + ", ".join(dict.fromkeys(said)))
    return "; ".join(words)


def _choose_modified(
    claims: list[Claim], published: PublishedDate | None
) -> tuple[datetime | None, Found | None, str]:
    """The most trusted hour of change that is not before the publication."""
    if not claims:
        return None, None, "no date found"
    timed = [claim for claim in claims if claim.at]
    if not timed:
        best = max(claims, key=lambda claim: claim.trust)
        return None, best.found, f"{best.day.isoformat()}, no time of day stated"
    if published:
        timed = [claim for claim in timed if claim.day >= published.day]
    if not timed:
        return None, None, "all are before the publication"
    best = max(timed, key=lambda claim: claim.trust)
    return best.at, best.found, f"{best.found.where}: {best.reading.why}"
