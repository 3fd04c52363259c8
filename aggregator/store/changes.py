"""What publishers have put right: revisions that change a title, a date or what a text says.

Knows nothing of formats. Start reading at `find_changes`; `substance` is what counts as one.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from aggregator.choices import Cause
from aggregator.store.codec import unpack
from aggregator.store.schema import BodyRow, EntryRow, RevisionRow
from aggregator.text import fold, words

# A comma put right is no news; a changed figure is, and so is one word in twenty: of a paragraph
# of sixty words, three.
_SHARE = 20
# Most changes touch markup and labels: of three, one says something else.
_LOOKED_AT = 3
_FIELDS = ("title", "text", "published_day")


@dataclass(frozen=True, slots=True)
class Change:
    """A revision of an Entry, as far as readers should know of it.

    Shapes: `number` counts the Entry's revisions; `old_title` is empty where the title is the
        same; `old_day` is the day of publication as it was said before, None where that is the same.
    """

    entry_id: int
    number: int
    changed_at: datetime
    old_title: str = ""
    is_text_changed: bool = False
    is_day_changed: bool = False
    old_day: date | None = None


def find_changes(session: Session, limit: int = 100) -> list[Change]:
    """The latest changes of title or substance of announced Entries that may be seen, newest first.

    Only what publishers have changed: what is read better, or mended here, corrects no publisher.
    """
    query = (
        select(RevisionRow.entry_id, RevisionRow.seq)
        .join(EntryRow, EntryRow.id == RevisionRow.entry_id)
        .where(EntryRow.announced_seq.is_not(None), EntryRow.hidden_at.is_(None))
        .where(RevisionRow.cause == Cause.PUBLISHER.value)
        .order_by(RevisionRow.changed_at.desc(), RevisionRow.entry_id.desc(), RevisionRow.seq.desc())
        .limit(limit * _LOOKED_AT)
    )
    latest = [(entry_id, number) for entry_id, number in session.execute(query)]
    told = _told(session, sorted({entry_id for entry_id, _ in latest}))
    found = (told.get(key) for key in latest)
    return [change for change in found if change is not None][:limit]


def substance(old: Mapping[str, Any], new: Mapping[str, Any]) -> frozenset[str]:
    """Which of title, text and day of publication says something else now.

    Shapes: `old` has what changed alone; a day is ISO 8601 text or a date.
    """
    found = {name for name in _FIELDS if name in old and _says_other(name, old[name], new.get(name))}
    return frozenset(found)


def _says_other(name: str, old: Any, new: Any) -> bool:  # noqa: ANN401  a column's value
    if name == "published_day":
        return old is not None and str(old) != str(new)
    if name == "title":
        return words(str(old)) != words(str(new))
    before, after = Counter(words(str(old))), Counter(words(str(new)))
    moved = (before - after) + (after - before)
    if any(word.isdecimal() for word in moved):
        return True
    return sum(moved.values()) * _SHARE > sum(before.values()) and fold(str(old)) != fold(str(new))


def _told(session: Session, ids: Sequence[int]) -> dict[tuple[int, int], Change]:
    """All revisions of these Entries that readers should know of, by Entry and number."""
    now = _as_they_are(session, ids)
    query = select(RevisionRow).where(RevisionRow.entry_id.in_(ids))
    found: dict[tuple[int, int], Change] = {}
    # From the latest back: what a revision holds is what stood before it, and after the one before.
    for row in session.scalars(query.order_by(RevisionRow.entry_id, RevisionRow.seq.desc())):
        old = {name: value for name, value in unpack(row.old).items() if name in _FIELDS}
        what = substance(old, now[row.entry_id])
        if what:
            found[row.entry_id, row.seq] = Change(
                row.entry_id,
                row.seq,
                row.changed_at,
                old_title=str(old["title"]) if "title" in what else "",
                is_text_changed="text" in what,
                is_day_changed="published_day" in what,
                old_day=date.fromisoformat(str(old["published_day"])) if "published_day" in what else None,
            )
        now[row.entry_id] |= old
    return found


def _as_they_are(session: Session, ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    columns = (EntryRow.id, EntryRow.title, EntryRow.published_day, BodyRow.text)
    query = select(*columns).join(BodyRow, BodyRow.entry_id == EntryRow.id).where(EntryRow.id.in_(ids))
    return {
        row.id: {"title": row.title, "published_day": row.published_day, "text": row.text}
        for row in session.execute(query)
    }
