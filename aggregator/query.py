"""The Query: which Entries a reader wants, in which order; the one question the archive answers.

Knows nothing of SQL, formats or HTTP: command line, API, pages and feeds all build one of these.
Start reading at `Query`.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Order(StrEnum):
    """How Entries come: by arrival (newest first), or as a log of changes (oldest first)."""

    ARRIVAL = "arrival"
    CHANGE = "change"


@dataclass(frozen=True, slots=True)
class Query:
    """Filters over announced Entries; values of one filter are alternatives, filters add up.

    Shapes: `sources` match any sighting, not only the first; `clusters` match articles that
        name the cluster and those of its own sources; `since` and `until` are days of
        publication, both inclusive, and leave out articles without a date. `is_as_sighted`
        (with one source) gives each Entry that source's link and title under the same id;
        `is_once` leaves out copies and translations of what was announced before; what a person
        has hidden comes only `with_hidden`.
    Units: `cursor` is the last `announced_seq` (arrival) or `change_seq` (change) already seen;
        `limit` None is all.
    """

    sources: tuple[str, ...] = ()
    clusters: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None
    is_live: bool = False
    is_as_sighted: bool = False
    is_once: bool = False
    with_hidden: bool = False
    order: Order = Order.ARRIVAL
    limit: int | None = 50
    cursor: int | None = None
