"""Evidence kept small: what won, what else was found, and why, below 1 KB an article in all.

Knows nothing of how a field is decided. Start reading at `evidence`.
"""

from collections.abc import Iterable

from aggregator.items import Evidence, Found
from aggregator.text import cut, one_line

# A person compares values by their beginnings; with 50 letters of each the ten fields of an article
# take 0.9 KB on average (792 pages of a public corpus); with 70 and all images they passed 1 KB.
_VALUE_LENGTH = 50
_PLACE_LENGTH = 50
_MOST_OTHERS = 2


def evidence(
    field: str,
    chosen: Found | None,
    others: Iterable[Found] = (),
    why: str = "",
    votes: tuple[tuple[str, bool], ...] = (),
) -> Evidence:
    """Evidence with values cut, and of the others only those that say something else, once each."""
    seen = {one_line(chosen.value) if chosen else ""}
    kept: list[Found] = []
    for found in others:
        value = one_line(found.value)
        if value not in seen:
            seen.add(value)
            kept.append(_short(found))
        if len(kept) == _MOST_OTHERS:
            break
    return Evidence(field, _short(chosen) if chosen else None, tuple(kept), why, votes)


def _short(found: Found) -> Found:
    return Found(cut(found.value, _VALUE_LENGTH), found.where[:_PLACE_LENGTH])
