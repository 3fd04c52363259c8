"""The index that copies and translations are found by: which Entries hold a key of their words.

Knows nothing of words or of what is decided. Start reading at `find`; an Entry's keys cost some
thirty narrow rows, and leave again when their time is over.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from sqlalchemy import Table, bindparam, delete
from sqlalchemy.orm import Session

from aggregator.near import MOST_HOLDERS
from aggregator.store.columns import table
from aggregator.store.lookup import Lookup, among, write
from aggregator.store.schema import PostingRow

_POSTING: Table = table(PostingRow)
# The keys are swept in so many slices, one for every few Entries, so that no visit pays for all.
SLICES = 4096
SLICE = (1 << 40) // SLICES
_HOLDERS = Lookup(
    "SELECT {table}.key, {gathered} FROM {keys} WHERE day >= :since GROUP BY {table}.key",
    "posting", "key", gathered="entry_id",
)  # fmt: skip
_ADD = Lookup(
    "INSERT INTO {table} (key, entry_id, day) SELECT wanted.value, :entry_id, :day FROM {numbers}",
    "posting", "key",
)  # fmt: skip
_FORGET = Lookup(
    "DELETE FROM {table} WHERE day < :before AND key IN (SELECT wanted.value FROM {numbers})",
    "posting", "key",
)  # fmt: skip
_LET_GO = delete(_POSTING).where(
    _POSTING.c.key == bindparam("a_key"), _POSTING.c.entry_id == bindparam("an_entry")
)


def find(session: Session, keys: Iterable[int], since: date = date.min) -> dict[int, list[int]]:
    """The ids of the Entries found since that day that hold each of these keys, oldest first.

    Shapes: keys that none holds are left out.
    """
    rows = among(session, _HOLDERS, sorted(set(keys)), {"since": since.toordinal()})
    return {key: sorted(map(int, held.split(","))) for key, held in rows}


def add(
    session: Session,
    added: Sequence[tuple[int, date, Sequence[int]]],
    holders: Mapping[int, Sequence[int]],
) -> None:
    """Writes down the keys of Entries with their days; where `MOST_HOLDERS` hold one, the oldest let go.

    Shapes: `holders` says who holds each of the keys, these Entries included, oldest first.
    """
    rows = [
        {
            "entry_id": entry_id,
            "day": day.toordinal(),
            "numbers": [key for key in keys if entry_id in holders[key][-MOST_HOLDERS:]],
        }
        for entry_id, day, keys in added
    ]
    write(session, _ADD, rows)
    new = {entry_id for entry_id, _, _ in added}
    crowded = [
        {"a_key": key, "an_entry": entry_id}
        for key in {key for _, _, keys in added for key in keys if len(holders[key]) > MOST_HOLDERS}
        for entry_id in holders[key][:-MOST_HOLDERS]
        if entry_id not in new
    ]
    if crowded:
        session.connection().execute(_LET_GO, crowded)


def forget(session: Session, keys: Iterable[int], before: date) -> None:
    """Removes those who held these keys before that day; household names would gather them for months."""
    write(session, _FORGET, [{"numbers": sorted(set(keys)), "before": before.toordinal()}])


def sweep(session: Session, turn: int, before: date) -> None:
    """Removes what is older than that day from one slice of the keys: the `turn`-th."""
    start = turn % SLICES * SLICE
    session.execute(
        delete(_POSTING).where(
            _POSTING.c.key.between(start, start + SLICE - 1), _POSTING.c.day < before.toordinal()
        )
    )
