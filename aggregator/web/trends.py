"""The page of trends and its charts: three counts by month, source, cluster, topic and language.

Each figure says since when its sources are followed, and which query counts it. Start reading at `DOORS`.
"""

import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from aggregator.feeds.strings import write_day
from aggregator.query import Query
from aggregator.store.find import Facet, count
from aggregator.store.limit import OverdueError
from aggregator.store.sooner import sooner
from aggregator.store.statistics import BY, UNKNOWN, Count, Coverage, throughout
from aggregator.web.api import OPEN, QUERY, address
from aggregator.web.chart import MOST_BARS, draw, without_gaps
from aggregator.web.door import Answer, Asked, Door
from aggregator.web.page import LANG, Frame, fail, frame_of, render
from aggregator.web.pages import facet_row
from aggregator.web.problem import Unanswerable

# All five figures take 20 µs of CPU an article (100,000 on SQLite): twice as many, on a machine that has
# other things to do, take what a question may. Beyond, words or a filter come first.
_MOST_COUNTED = 150_000
_COUNTING_SECONDS = 4.0  # of five
_ROWS = 200
_SVG_POLICY = ("content-security-policy", "default-src 'none'; style-src 'unsafe-inline'")


@dataclass(frozen=True, slots=True)
class _Row:
    """A row of a figure: `aside` is how it was followed, in words."""

    label: str
    href: str
    count: Count
    aside: str = ""


@dataclass(frozen=True, slots=True)
class _Figure:
    """A figure with all that stands around it. `aside` is the heading of the last column, if there is one."""

    by: str
    heading: str
    chart: str
    api: str
    rows: tuple[_Row, ...]
    aside: str
    statement: str


def _trends(asked: Asked) -> Answer:
    frame, text = frame_of(asked), str(asked.values["q"]).strip()
    query = asked.read(text)
    number = count(asked.session, query)
    followed = asked.divisions.followed(asked.session, query)
    is_counted = number <= _MOST_COUNTED
    figures = _figures(asked, frame, text, query, followed) if is_counted else []
    return render(
        frame,
        "trends.html",
        frame.say("trends.title"),
        q=text,
        number=f"{number:,}".replace(",", frame.say("site.thousands")),
        is_counted=is_counted,
        is_whole=len(figures) == len(BY),
        figures=[figure for figure in figures if figure.rows],
        followed=_followed(frame, followed.values()),
        gaps=_gaps(asked, frame, followed.values()),
        twins=(("application/json", frame.say("site.api"), address("/api/stats", q=text)),),
    )


def _figures(
    asked: Asked, frame: Frame, text: str, query: Query, followed: Mapping[str, Coverage]
) -> list[_Figure]:
    """Those that can be counted in time; they are kept, so that the next request brings the others."""
    found: list[_Figure] = []
    deadline = time.monotonic() + _COUNTING_SECONDS
    with suppress(OverdueError):
        for by in BY:
            with sooner(asked.session, deadline - time.monotonic()):
                found.append(_figure(asked, frame, text, query, by, followed))
    return found


def _figure(
    asked: Asked, frame: Frame, text: str, query: Query, by: str, followed: Mapping[str, Coverage]
) -> _Figure:
    counts = asked.divisions.counted(asked.session, query, by, asked.edition)
    rows = tuple(_row(asked, frame, text, by, one, followed) for one in newest_first(by, counts.rows)[:_ROWS])
    aside = {"month": "trends.followed", "source": "trends.since"}.get(by, "")
    return _Figure(
        by,
        frame.say(f"trends.{by}"),
        frame.to(f"/charts/{by}.svg", q=text),
        address("/api/stats", q=text, by=by),
        rows,
        frame.say(aside) if aside and followed else "",
        counts.statement,
    )


def newest_first(by: str, rows: Sequence[Count]) -> list[Count]:
    """The rows as they are shown: months from the newest back, what is not known last."""
    if by != "month":
        return list(rows)
    return sorted(rows, key=lambda one: (one.value != UNKNOWN, one.value), reverse=True)


def _row(
    asked: Asked, frame: Frame, text: str, by: str, one: Count, followed: Mapping[str, Coverage]
) -> _Row:
    aside = ""
    if by == "month" and (share := throughout(followed, one.value)) is not None:
        aside = frame.say("trends.share", some=str(share), all=str(len(followed)))
    elif by == "source" and one.value in followed:
        aside = _since(frame, followed[one.value])
    if by == "month" and one.value.endswith("??"):
        year = one.value[:4]
        return _Row(frame.say("trends.year", year=year), "", one, aside)
    value = "" if one.value == UNKNOWN else one.value
    label, _, href = facet_row(asked, frame, text, by, Facet(value, one.articles))
    return _Row(label, href, one, aside)


def _since(frame: Frame, one: Coverage) -> str:
    if one.since is None:
        return ""
    day = write_day(one.since, frame.language)
    return frame.say("trends.since.gaps", day=day, count=str(len(one.gaps))) if one.gaps else day


def _followed(frame: Frame, sources: Iterable[Coverage]) -> str:
    """How many sources are followed, and since when: the first, half of them, all."""
    days = sorted(one.since for one in sources if one.since)
    if not days:
        return frame.say("trends.nobody")
    first, middle, last = (write_day(days[n], frame.language) for n in (0, len(days) // 2, -1))
    if first == last:
        return frame.say("trends.all", count=str(len(days)), day=first)
    return frame.say("trends.some", count=str(len(days)), first=first, middle=middle, last=last)


def _gaps(asked: Asked, frame: Frame, sources: Iterable[Coverage]) -> list[str]:
    """Which sources were not read for how long, in words."""
    known = asked.edition.sources
    return [
        frame.say(
            "trends.gap",
            name=(known[one.source_id].name if one.source_id in known else "") or one.source_id,
            first=write_day(start, frame.language),
            last=write_day(end, frame.language),
        )
        for one in sources
        for start, end in one.gaps
    ]


def _chart(asked: Asked) -> Answer:
    frame, by = frame_of(asked), asked.place["by"]
    if by not in BY:
        raise Unanswerable(404, "there is no such chart here")
    query = asked.read(str(asked.values["q"]))
    counts = asked.divisions.counted(asked.session, query, by, asked.edition)
    rows = [_row(asked, frame, "", by, one, {}) for one in newest_first(by, counts.rows)]
    # Articles without a date are no month: the table has them, the axis of time cannot.
    known = [(row.label, row.count.articles) for row in rows if row.href]
    shown = without_gaps(known) if by == "month" else known
    drawing = draw(frame.say(f"trends.{by}"), shown[:MOST_BARS], is_time=by == "month")
    return Answer(drawing, "image/svg+xml", (*OPEN, _SVG_POLICY))


DOORS = (
    Door("/trends", _trends, "How articles divide.", (QUERY, LANG), fail),
    Door("/charts/{by}.svg", _chart, "A chart.", (QUERY, LANG)),
)
"""The page of trends, and the charts on it."""
