"""The index that copies and translations are found by: which Entries hold a key of their words.

Knows nothing of words or of what is decided. Start reading at `find`; an Entry's keys cost some
thirty narrow rows, and leave again when their time is over.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from sqlalchemy import Table, bindparam, delete, insert
from sqlalchemy.orm import Session

from aggregator.near import MOST_HOLDERS
from aggregator.store.columns import table
from aggregator.store.lookup import Lookup, among
from aggregator.store.schema import PostingRow

_POSTING: Table = table(PostingRow)
# The keys are swept in so many slices, one for every few Entries, so that no visit pays for all.
_SLICES = 4096
_KEY_BITS = 40
_HOLDERS = Lookup(
    "SELECT {table}.key, {table}.entry_id FROM {keys} WHERE day >= :since ORDER BY 1, 2", "posting", "key"
)
_ADD = insert(_POSTING)
_LET_GO = delete(_POSTING).where(
    _POSTING.c.key == bindparam("a_key"), _POSTING.c.entry_id == bindparam("an_entry")
)


def find(session: Session, keys: Iterable[int], since: date = date.min) -> dict[int, list[int]]:
    """The ids of the Entries found since that day that hold each of these keys, oldest first.

    Shapes: keys that none holds are left out.
    """
    found: dict[int, list[int]] = {}
    values = {"since": since.toordinal()}
    for key, entry_id in among(session, _HOLDERS, sorted(set(keys)), values):
        found.setdefault(key, []).append(entry_id)
    return found


def add(
    session: Session,
    added: Sequence[tuple[int, date, Sequence[int]]],
    holders: Mapping[int, Sequence[int]],
) -> None:
    """Writes down the keys of Entries with their days; where `MOST_HOLDERS` hold one, the oldest let go.

    Shapes: `holders` says who holds each of the keys, these Entries included, oldest first.
    """
    rows = [
        {"key": key, "entry_id": entry_id, "day": day.toordinal()}
        for entry_id, day, keys in added
        for key in keys
        if len(holders[key]) <= MOST_HOLDERS or entry_id in holders[key][-MOST_HOLDERS:]
    ]
    if rows:
        session.connection().execute(_ADD, rows)
    new = {entry_id for entry_id, _, _ in added}
    crowded = [
        {"a_key": key, "an_entry": entry_id}
        for key in {key for _, _, keys in added for key in keys}
        if len(holders[key]) > MOST_HOLDERS
        for entry_id in holders[key][:-MOST_HOLDERS]
        if entry_id not in new
    ]
    if crowded:
        session.connection().execute(_LET_GO, crowded)


def sweep(session: Session, turn: int, before: date) -> None:
    """Removes what is older than that day from one slice of the keys: the `turn`-th."""
    width = (1 << _KEY_BITS) // _SLICES
    start = turn % _SLICES * width
    session.execute(
        delete(_POSTING).where(
            _POSTING.c.key.between(start, start + width - 1), _POSTING.c.day < before.toordinal()
        )
    )
