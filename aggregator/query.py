"""The Query: which Entries a reader wants, in which order; the one question the archive answers.

Knows nothing of SQL, formats or HTTP: command line, API, pages and feeds all build one of these.
Start reading at `Query`; `grammar.parse_query` makes one of what a person types.
"""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from aggregator.errors import QueryError


class Order(StrEnum):
    """How Entries come: by arrival (newest first), as a log of changes (oldest first), or ranked.

    Ranked: first what has all words in its title, then what has them in title and opening,
    then the rest, each newest first. Without words it is the order of arrival.
    """

    ARRIVAL = "arrival"
    CHANGE = "change"
    RANKED = "ranked"


@dataclass(frozen=True, slots=True)
class Word:
    """A folded word; matches by its Italian stem or its English stem."""

    text: str


@dataclass(frozen=True, slots=True)
class Prefix:
    """The beginning of folded words."""

    text: str


@dataclass(frozen=True, slots=True)
class Phrase:
    """Folded words as they stand, in a row; inflections do not match."""

    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class And:
    """All of two or more."""

    parts: tuple["Expression", ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Any of two or more."""

    parts: tuple["Expression", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """What does not match."""

    part: "Expression"


Expression = Word | Prefix | Phrase | And | Or | Not


@dataclass(frozen=True, slots=True)
class Query:
    """Filters over announced Entries; values of one filter are alternatives, filters add up.

    Shapes: `words` are looked for in title, text, summary, authors and tags; `sources` match
        any sighting, not only the first; `clusters` match articles that name the cluster and
        those of its own sources; `since` and `until` are days of publication, both inclusive,
        and leave out articles without a date; `has_event` keeps what announces an event or a
        deadline that is not cancelled; `ids` are numbers of Entries. `is_as_sighted` (with one
        source) gives each Entry that source's link and title under the same id; `is_once` leaves
        out copies and translations of what was announced before; what a person has hidden comes
        only `with_hidden`.
    Units: `cursor` is the last `announced_seq` (arrival, ranked) or `change_seq` (change)
        already seen, `tier` how far a ranked reader has come; `limit` None is all.
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
    words: Expression | None = None
    has_event: bool = False
    tier: int = 0
    ids: tuple[int, ...] = ()

    def after(self, cursor: str) -> "Query":
        """The Query from where that cursor, as a page of results gave it, says.

        Raises: QueryError for what is no cursor of this order.
        """
        tier, _, seq = cursor.rpartition(".")
        is_ranked = self.order is Order.RANKED
        if not (seq.isdecimal() and seq.isascii() and len(seq) < 19) or tier not in _TIERS[is_ranked]:
            raise QueryError(
                f"{cursor[:40]!r} is no cursor of these results; take the one that came with them"
            )
        return replace(self, cursor=int(seq), tier=int(tier or 0))


_TIERS = {False: ("",), True: ("0", "1", "2")}
