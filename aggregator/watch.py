"""Looks after all Sources at once: what is wrong now, which of it is news, and who is told.

Judges nothing itself: `aggregator.health` does, and `store.alarms` remembers. Start reading at `watch`.
"""

import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from aggregator import health
from aggregator.feeds.strings import say
from aggregator.health import Diary, Finding
from aggregator.items import Source
from aggregator.signs import name_of
from aggregator.store import Session, Store
from aggregator.store.acks import acknowledged
from aggregator.store.alarms import Alarm, RaisedAlarm, keep_alarms
from aggregator.store.archive import created_at
from aggregator.store.diaries import latest_visits, load_diary

_MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Condition:
    """How a Source does: its diary, what is wrong, and until when a person knows of it already."""

    source: Source
    diary: Diary
    findings: tuple[Finding, ...] = ()
    acknowledged_until: datetime | None = None

    @property
    def needs_a_person(self) -> bool:
        """Something is wrong that nobody has taken note of."""
        return bool(self.findings) and self.acknowledged_until is None


@dataclass(frozen=True, slots=True)
class Outlook:
    """How everything does: each enabled Source, and what concerns the machine itself."""

    conditions: tuple[Condition, ...]
    here: tuple[Finding, ...] = ()

    @property
    def pressing(self) -> tuple[Finding, ...]:
        """What a person must know of, the machine's own first."""
        theirs = (each.findings for each in self.conditions if each.needs_a_person)
        return (*self.here, *(finding for findings in theirs for finding in findings))


def look(store: Store, sources: Iterable[Source], now: datetime, *, places: Sequence[Path] = ()) -> Outlook:
    """What is wrong now. `places` are folders whose disks must not run full."""
    with store.read() as session:
        known = acknowledged(session, now)
        outage = health.offline(latest_visits(session))
        conditions = tuple(
            _condition(session, source, known.get(source.id), now, is_offline=outage is not None)
            for source in sources
            if source.enabled
        )
        disks = tuple(_disk_findings(session, store, places, now))
    return Outlook(conditions, (*([outage] if outage else []), *disks))


def _condition(
    session: Session, source: Source, known_until: datetime | None, now: datetime, *, is_offline: bool
) -> Condition:
    diary = load_diary(session, source)
    findings = health.examine(diary, now)
    if is_offline:
        findings = health.without_outage(findings)
    return Condition(source, diary, findings, known_until)


def _disk_findings(
    session: Session, store: Store, places: Sequence[Path], now: datetime
) -> Iterable[Finding]:
    since = now - created_at(session)
    seen: set[int] = set()
    archive = store.path
    for place in (*([archive] if archive else []), *places):
        folder = next((path for path in (place, *place.parents) if path.is_dir()), Path())
        device = folder.stat().st_dev
        if device in seen:
            continue
        seen.add(device)
        usage = shutil.disk_usage(folder)
        used = archive.stat().st_size if archive and archive.is_file() else 0
        full_at = health.fills_at(usage.free, used, since, now)
        found = health.disk(usage.free, usage.total, str(folder), full_at)
        if found is not None:
            yield found


def watch(store: Store, outlook: Outlook, now: datetime, *, language: str) -> tuple[RaisedAlarm, ...]:
    """Keeps what is wrong now as alarms; gives those that have begun, changed or ended with this look."""
    names = {each.source.id: each.source.name for each in outlook.conditions}
    alarms = [_alarm(finding, names, language) for finding in outlook.pressing]
    with store.write() as session:
        return keep_alarms(session, alarms, now)


def _alarm(finding: Finding, names: dict[str, str], language: str) -> Alarm:
    title = say(
        f"ailment.{finding.ailment.value}",
        language,
        name=names.get(finding.source_id or "", ""),
        what=name_of(finding.detail, language),
    )
    text = f"{finding.sign.words(language)}\n\n{say('ailment.run', language, command=finding.command)}"
    return Alarm(finding.key, title, text, finding.source_id)


def is_too_full(place: Path, reserve_mib: int) -> bool:
    """Whether so little of that disk is left that nothing more may be taken in; feeds still go out."""
    folder = next((path for path in (place, *place.parents) if path.is_dir()), Path())
    return shutil.disk_usage(folder).free < reserve_mib * _MIB
