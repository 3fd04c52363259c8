"""What `run` and its like print at the end: one row a source, for people and for machines.

Knows nothing of how the figures came about. Start reading at `run_table`.
"""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from aggregator.feeds.publish import PublishReport
from aggregator.items import RunOutcome
from aggregator.run import SourceReport

# How a visit says that another site answers in place of the Source's own.
_MOVED = re.compile(
    r" answers from (?P<root>https?://\S+/)|\bhost: (?P<place>https?://\S+/) is not at one of the hosts of "
)
_LOG_WIDTH = 400  # characters: the longest error kept is 1,000, and rare


def run_row(report: SourceReport) -> dict[str, Any]:
    """The row of one visit, for machines."""
    counts = report.counts
    return {
        "source": report.source_id,
        "outcome": report.outcome.value,
        "way": report.way.value if report.way else None,
        "found": counts.found,
        "new": counts.new,
        "copies": counts.copies,
        "updated": counts.updated,
        "refused": dict(counts.refused),
        "failed": counts.failed,
        "checked": counts.checked,
        "vanished": counts.vanished,
        "missed": counts.missed,
        "error": report.error,
        "next": _next_command(report),
    }


def run_table(reports: Iterable[SourceReport]) -> None:
    """Prints one row a source, the ones that need a person last."""
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("source", "outcome", "way"):
        table.add_column(name)
    for name in ("found", "new", "copies", "refused", "failed"):
        table.add_column(name, justify="right")
    table.add_column("why, and what next", overflow="fold")
    for report in sorted(reports, key=lambda r: (_is_trouble(r), r.source_id)):
        counts = report.counts
        table.add_row(
            report.source_id,
            report.outcome.value,
            report.way.value if report.way else "-",
            *(str(n) for n in (counts.found, counts.new, counts.copies)),
            str(sum(counts.refused.values())),
            str(counts.failed),
            _why(report),
        )
    console = Console()
    # In a log each row is one line, however long; a terminal folds the last column.
    Console(width=None if console.is_terminal else _LOG_WIDTH).print(table)


def publish_line(report: PublishReport, out: Path) -> str:
    """What a publication did, in one line."""
    left_out = sum(sum(reasons.values()) for reasons in report.omitted.values())
    omitted = f", {left_out} entries left out" if left_out else ""
    done = f"{len(report.written)} files written, {report.unchanged} feeds unchanged"
    return f"{report.feeds} feeds in {out}: {done}{omitted}"


def troubles(reports: Iterable[SourceReport]) -> list[str]:
    """A line for each source that failed or lost pages."""
    return [
        f"{report.source_id}: {report.outcome.value}: "
        f"{report.error or f'{report.counts.failed} pages could not be had'}"
        for report in reports
        if _is_trouble(report)
    ]


def _is_trouble(report: SourceReport) -> bool:
    is_over = report.outcome in (RunOutcome.OK, RunOutcome.NOT_MODIFIED)
    return not is_over or report.counts.failed > 0 or report.error is not None


def _why(report: SourceReport) -> str:
    parts: Sequence[str] = [f"{count} {reason}" for reason, count in sorted(report.counts.refused.items())]
    told = (
        (report.counts.updated, "changed"),
        (report.counts.vanished, "gone"),
        (report.counts.missed, "articles missed, fetched"),
    )
    parts = [*parts, *(f"{count} {words}" for count, words in told if count)]
    if report.error:
        parts = [*parts, report.error]
    command = _next_command(report)
    return "; ".join(parts) + (f" -> {command}" if command else "")


def _next_command(report: SourceReport) -> str | None:
    if not _is_trouble(report):
        return None
    if moved := _MOVED.search(report.error or ""):
        return f"aggregator sources move {report.source_id} {moved['root'] or moved['place']}"
    return f"aggregator run {report.source_id} -v"
