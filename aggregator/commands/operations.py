"""Commands for who runs it: `schedule`, `worker`, `health`, `health ack`.

Start reading at `add_to`.
"""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

import click

from aggregator.commands.common import Job, command

if TYPE_CHECKING:
    from aggregator.health import Finding
    from aggregator.store import Store
    from aggregator.store.runs import NextVisit
    from aggregator.watch import Condition, Outlook


def add_to(group: click.Group) -> None:
    """Puts the commands of this theme into the group."""
    for add in (_add_schedule, _add_health):
        add(group)


def _add_schedule(group: click.Group) -> None:
    @command(group, "schedule")
    @click.option("--explain", is_flag=True, help="Print when each source is asked next, and why.")
    def schedule(job: Job, explain: bool) -> None:
        """Hand what is due to the workers of a fleet (PostgreSQL); with --explain, print the plan."""
        from aggregator.store import runs, sources

        store = job.open_store()
        try:
            with store.write() as session:
                sources.sync(session, job.catalogue.sources, job.catalogue.digest)
                visits = runs.next_visits(session)
            if not explain:
                _schedule(job, store)
                return
        finally:
            store.close()
        for visit in visits:
            _print_visit(job, visit, datetime.now(UTC))

    @command(group, "worker")
    @click.option(
        "--concurrency", type=click.IntRange(1), default=1, show_default=True, help="Visits at a time."
    )
    def worker(job: Job, concurrency: int) -> None:
        """Visit sources as `schedule` hands them out, until Ctrl-C or SIGTERM (PostgreSQL)."""
        from aggregator.fleet import run_worker

        run_worker(job.config, concurrency=concurrency)


def _schedule(job: Job, store: "Store") -> None:
    """What the timer of a fleet does: hands out, takes back, and what else a run does after its visits."""
    from aggregator import fleet
    from aggregator.commands.road import follow_up

    enqueued, rescued = fleet.schedule(job.config)
    follow_up(job, store)
    if job.is_json:
        job.answer({"enqueued": enqueued, "rescued": rescued})
    else:
        job.say(f"{enqueued} visits handed out, {rescued} taken back from workers that are gone")


def _print_visit(job: Job, visit: "NextVisit", now: datetime) -> None:
    why = visit.why or ("never visited" if visit.visited_at is None else "")
    if job.is_json:
        job.answer({"source": visit.source_id, "due": visit.due_at, "why": why})
        return
    is_due = visit.due_at is None or visit.due_at <= now
    at = "now" if is_due or visit.due_at is None else f"{visit.due_at.astimezone():%Y-%m-%d %H:%M}"
    click.echo(f"{at:16}  {visit.source_id:20}  {why}".rstrip())


def _add_health(group: click.Group) -> None:
    @command(group, "health", is_group=True)
    def health(job: Job) -> int:
        """What is silent, failing, drifting or slow; exit code 1 if anything is."""
        outlook = _look(job)
        for condition in outlook.conditions:
            if job.is_json:
                job.answer(_row(condition))
        for finding in outlook.here if job.is_json else ():
            job.answer({"source": None, "findings": [_finding(finding)]})
        if not job.is_json:
            _print(job, outlook)
        _tell_fleet(job)
        return int(bool(outlook.pressing))

    @command(cast("click.Group", health), "ack")
    @click.argument("source_id", metavar="SOURCE")
    @click.option(
        "--until",
        required=True,
        type=click.DateTime(["%Y-%m-%d"]),
        help="The day on which alarms begin anew.",
    )
    def ack(job: Job, source_id: str, until: datetime) -> None:
        """A person knows of SOURCE's troubles: no alarm before that day."""
        from aggregator.store.acks import acknowledge, forget_old

        source = job.catalogue.get(source_id)
        now = datetime.now(UTC)
        store = job.open_store()
        try:
            with store.write() as session:
                acknowledge(session, source.id, until.astimezone(UTC))
                forget_old(session, now)
        finally:
            store.close()
        job.say(f"{source.id}: no alarm before {until:%Y-%m-%d}")


def _look(job: Job) -> "Outlook":
    from aggregator.watch import look

    store = job.open_store()
    try:
        return look(store, job.catalogue.sources, datetime.now(UTC), places=(job.config.publish,))
    finally:
        store.close()


def _print(job: Job, outlook: "Outlook") -> None:
    """A line a trouble, the machine's own first; sources that are well are counted."""
    for finding in outlook.here:
        click.echo(f"{finding.ailment.value}: {finding.evidence} -> {finding.command}")
    for condition in outlook.conditions:
        for finding in condition.findings:
            known = condition.acknowledged_until
            note = f" (acknowledged until {known.astimezone():%Y-%m-%d})" if known else ""
            words = f"{finding.ailment.value} {finding.detail}".strip()
            click.echo(f"{condition.source.id}: {words}{note}: {finding.evidence} -> {finding.command}")
        if missed := _missed(condition):
            job.say(f"{condition.source.id}: {missed} articles missed, fetched")
    unproved = sum(not each.diary.is_proved for each in outlook.conditions)
    ill = sum(bool(each.findings) for each in outlook.conditions)
    well = len(outlook.conditions) - unproved - ill
    job.say(f"{well} sources well, {ill} with troubles, {unproved} not yet verified")


def _tell_fleet(job: Job) -> None:
    """How the workers do, where there are any."""
    if job.config.database.startswith("sqlite"):
        return
    from aggregator.fleet import fleet_of

    fleet = fleet_of(job.config)
    if fleet is None:
        return
    if job.is_json:
        job.answer({"fleet": asdict(fleet)})
    else:
        job.say(
            f"fleet: {fleet.workers} workers, {fleet.running} visits under way, {fleet.waiting} waiting, "
            f"{fleet.failed} failed"
        )


def _row(condition: "Condition") -> dict[str, Any]:
    diary = condition.diary
    last = diary.visits[0] if diary.visits else None
    return {
        "source": condition.source.id,
        "is_proved": diary.is_proved,
        "visited": last.ended_at if last else None,
        "outcome": last.outcome.value if last else None,
        "latest": diary.latest_at,
        "missed": _missed(condition),
        "acknowledged_until": condition.acknowledged_until,
        "findings": [_finding(each) for each in condition.findings],
    }


def _missed(condition: "Condition") -> int:
    """How many articles the source's own way in did not name, and another of its ways did."""
    return sum(visit.missed for visit in condition.diary.visits)


def _finding(finding: "Finding") -> dict[str, str]:
    return {
        "ailment": finding.ailment.value,
        "detail": finding.detail,
        "evidence": finding.evidence,
        "command": finding.command,
    }
