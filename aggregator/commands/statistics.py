"""The command `stats`: figures that say what they are counted from, since when, and by which query.

Start reading at `_counted`: a table of rows, the same for people, for machines and for a picture.
"""

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from aggregator.commands.common import Job, command
from aggregator.commands.search import opened, table

if TYPE_CHECKING:
    from aggregator.query import Query
    from aggregator.store import Session
    from aggregator.store.statistics import Coverage

_SECONDS = 120.0
_BAR = 30
# Five years of months, on 1,800 pixels.
_MOST_DRAWN = 60
_MONTH = re.compile(r"\d{4}-\d\d")
COUNTED = ("month", "source", "cluster", "topic", "language")
TRENDS = ("first", "voice", "rising")


@dataclass(frozen=True)
class _Figures:
    """Rows under their columns, the query behind them, and remarks; `bars` is the column to draw."""

    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]
    statement: str
    bars: int
    remarks: list[str] = field(default_factory=list)


def add_to(group: click.Group) -> None:
    """Puts the command into the group."""

    @command(group, "stats")
    @click.argument("words", nargs=-1, metavar="[QUERY]")
    @click.option(
        "--by", type=click.Choice([*COUNTED, *TRENDS]), default="month", show_default=True,
        help="What to count by; first: who published first and who took it up; voice: the share of each "
        "cluster and topic; rising: words and names of late.",
    )  # fmt: skip
    @click.option("--plot", type=click.Path(path_type=Path, dir_okay=False), help="Draw it into an SVG file.")
    @click.option("--panel", "is_panel", is_flag=True, help="Only sources followed all the time.")
    @click.option(
        "--as-of", type=click.DateTime(["%Y-%m-%d"]), help="Only what was known at the end of that day."
    )
    @click.option("--days", type=click.IntRange(1), default=30, show_default=True, help="`rising`: of late.")
    @click.option("--disk", is_flag=True, help="Bytes by kind and source instead.")
    def stats(
        job: Job, words: tuple[str, ...], by: str, plot: Path | None, is_panel: bool, as_of: datetime | None,
        days: int, disk: bool,
    ) -> None:  # fmt: skip
        """Count appearances, articles and stories, with the query behind the figures."""
        from aggregator.grammar import parse_query
        from aggregator.store.limit import read_within

        if by in TRENDS and (words or is_panel or as_of is not None):
            raise click.UsageError(f"--by {by} takes neither a QUERY nor --panel nor --as-of")
        query = parse_query(" ".join(words)) if words else None
        with opened(job) as store, read_within(store, _SECONDS) as session:
            if disk:
                figures = _disk(session)
            elif by in TRENDS:
                figures = _trend(job, session, by, days)
            else:
                asked = query and job.resolve(session, query)
                figures = _counted(job, session, by, asked, is_panel=is_panel, until=as_of)
        _tell(job, figures)
        if plot:
            shown = _draw(figures, plot)
            job.say(f"drawn: {plot} ({shown})")


def _clusters(job: Job) -> set[str]:
    return {term.id for term in job.catalogue.vocabulary.terms if term.is_cluster}


def _counted(
    job: Job, session: "Session", by: str, query: "Query | None", *, is_panel: bool, until: datetime | None
) -> _Figures:
    from aggregator.store.statistics import count_by, coverage, shares

    followed = coverage(session)
    panel = _panel(followed, query) if is_panel else None
    counts = count_by(
        session, by, query, clusters=_clusters(job), as_of=until.date() if until else None, panel=panel
    )
    columns = [by, "appearances", "articles", "stories"]
    rows: list[tuple[Any, ...]] = [(r.value, r.appearances, r.articles, r.stories) for r in counts.rows]
    remarks = _followed(followed, panel)
    if by == "month":
        columns.append("followed")
        rows = [(*row, shares(followed, row[0])) for row in rows]
    elif by == "source":
        columns += ["since", "gaps"]
        rows = [(*row, *_history(followed.get(row[0]))) for row in rows]
    if until is not None:
        remarks += _withdrawn(session, until.date())
    return _Figures(tuple(columns), rows, counts.statement, 2, remarks)


def _panel(followed: "dict[str, Coverage]", query: "Query | None") -> set[str]:
    """The sources that were followed all the time that is asked about, or since the archive began."""
    known = [one for one in followed.values() if one.since and one.until]
    if not known:
        return set()
    first = min(one.since for one in known if one.since)
    last = max(one.until for one in known if one.until)
    if query is not None and query.since is not None:
        first = datetime.combine(query.since, time(), UTC)
    else:
        first += timedelta(days=1)  # a first run takes its time from source to source
    if query is not None and query.until is not None:
        last = min(last, datetime.combine(query.until, time(), UTC))
    return {one.source_id for one in known if one.is_throughout(first, last)}


def _followed(followed: "dict[str, Coverage]", panel: set[str] | None) -> list[str]:
    """Since when, and where the gaps are."""
    known = [one for one in followed.values() if one.since]
    if not known:
        return ["no source has been visited: these articles were imported"]
    since = sorted((one.since, one.source_id) for one in known if one.since)
    days = [f"{since[at][0]:%Y-%m-%d}" for at in (0, len(since) // 2, -1)]
    told = f"all since {days[0]}"
    if days[0] != days[2]:
        told = f"the first since {days[0]}, half of them since {days[1]}, all since {days[2]}"
    count = "1 source is followed" if len(known) == 1 else f"{len(known)} sources are followed"
    remarks = [f"{count}, {told}; what is older was found on their pages later"]
    for one in known:
        for start, end in one.gaps:
            remarks.append(f"gap: {one.source_id} was not read from {start:%Y-%m-%d} to {end:%Y-%m-%d}")
    if panel is not None:
        remarks.append(f"panel of {len(panel)}: {', '.join(sorted(panel)) or 'none was followed throughout'}")
    return remarks


def _history(one: "Coverage | None") -> tuple[str, int]:
    return (f"{one.since:%Y-%m-%d}" if one and one.since else "-", len(one.gaps) if one else 0)


def _withdrawn(session: "Session", until: date) -> list[str]:
    from aggregator.store.asof import withdrawn_since

    return [
        f"withdrawn since, and no longer counted: {one.tag} on {one.withdrawn_at:%Y-%m-%d} ({one.reason})"
        for one in withdrawn_since(session, until)
    ]


def _trend(job: Job, session: "Session", by: str, days: int) -> _Figures:
    from aggregator.store import trends

    if by == "first":
        carriers, statement = trends.pick_up(session)
        rows: list[tuple[Any, ...]] = [
            (c.source_id, c.first, c.later, c.together, _hours(c.hours)) for c in carriers
        ]
        remark = "hours: the middle of the times from release to pick-up, where pages state both"
        return _Figures(("source", "first", "later", "together", "hours"), rows, statement, 1, [remark])
    if by == "voice":
        clusters, statement = trends.voice(session, _clusters(job), is_cluster=True)
        topics, other = trends.voice(session, _clusters(job), is_cluster=False)
        said = [("cluster", one) for one in clusters] + [("topic", one) for one in topics]
        rows = [
            (
                kind,
                v.term,
                v.articles,
                f"{v.share:.1%}",
                "; ".join(f"{words} ({n})" for words, n in v.evidence),
            )
            for kind, v in said
        ]
        return _Figures(("kind", "term", "articles", "share", "evidence"), rows, f"{statement};\n{other}", 2)
    return _rising(session, days)


def _rising(session: "Session", days: int) -> _Figures:
    from aggregator.store.trends import rises

    columns = ("words", "kind", "recent", "before", "score")
    told = rises(session, days=days, limit=50)
    if told is None:
        return _Figures(columns, [], "", 2, ["no article has a date: nothing can be compared"])
    rows = [
        (r.words, "name" if r.is_name else "word", r.recent, r.before, round(r.score, 1)) for r in told.found
    ]
    late = f"{told.recent} stories of {told.since} to {told.until}"
    remarks = [
        f"{late} against {told.before} of the {days * 12} days before, of sources that published in both"
    ]
    if not rows:
        remarks.append("no word or name is oftener by more than chance; --days takes a longer span")
    return _Figures(columns, rows, told.statement, 2, remarks)


def _hours(hours: float | None) -> str:
    return "-" if hours is None else f"{hours:.1f}"


def _disk(session: "Session") -> _Figures:
    from aggregator.store.disk import usage

    rows = [(one.kind, one.source_id or "all", one.bytes) for one in usage(session)]
    total = sum(row[2] for row in rows)
    remark = f"{total:,} bytes in all, {total / 2**20:,.1f} MiB"
    return _Figures(("kind", "source", "bytes"), rows, "", 2, [remark])


def _tell(job: Job, figures: _Figures) -> None:
    if job.is_json:
        found = [dict(zip(figures.columns, row, strict=True)) for row in figures.rows]
        job.answer({"rows": found, "remarks": figures.remarks, "query": figures.statement})
        return
    most = max((row[figures.bars] for row in figures.rows), default=0) or 1
    bars = [
        "█" * max(1, round(row[figures.bars] / most * _BAR)) if row[figures.bars] else ""
        for row in figures.rows
    ]
    rows = [(*row, bar) for row, bar in zip(figures.rows, bars, strict=True)]
    table((*figures.columns, ""), rows, is_grouped=True)
    for remark in figures.remarks:
        job.say(remark)
    if figures.statement:
        job.say(f"\n{figures.statement};")


def _draw(figures: _Figures, path: Path) -> str:
    """An SVG of the column that is drawn in the terminal; says what of the rows it shows."""
    from aggregator.web.chart import draw, without_gaps

    label = 1 if figures.columns[0] == "kind" else 0
    values = [(str(row[label]), int(row[figures.bars])) for row in figures.rows]
    is_time = figures.columns[0] == "month"
    if is_time:  # what has no month is in the table; the axis of time cannot have it
        values = without_gaps([one for one in reversed(values) if _MONTH.fullmatch(one[0])], _MOST_DRAWN)
    shown = values[:_MOST_DRAWN]
    path.write_bytes(draw(figures.columns[figures.bars], shown, is_time=is_time, most=_MOST_DRAWN))
    if is_time:
        return f"{shown[-1][0]} to {shown[0][0]}" if shown else "no month is known"
    return f"{len(shown)} of {len(figures.rows)} rows"
