"""How the answer to a query divides, counted once for as long as the archive stays as it is.

Knows no page. Start reading at `Divisions.divided`.
"""

from collections import OrderedDict
from collections.abc import Hashable, Sequence
from dataclasses import replace
from threading import Lock

from aggregator.feeds.model import Edition
from aggregator.query import Order, Query
from aggregator.store import Session
from aggregator.store.archive import change_seq
from aggregator.store.find import Facet, facets

# A figure is some 200 short rows: all of them together take a few megabytes.
_FIGURES = 256


class Divisions:
    """The figures of one archive, the least recently asked for forgotten first."""

    def __init__(self) -> None:
        self._known: OrderedDict[Hashable, list[Facet]] = OrderedDict()
        self._lock = Lock()

    def divided(
        self, session: Session, query: Query, names: Sequence[str], edition: Edition
    ) -> dict[str, list[Facet]]:
        """The facets of these names over the whole answer, whatever its page or order."""
        bare = replace(query, cursor=None, tier=0, limit=None, order=Order.ARRIVAL)
        clusters = tuple(term.id for term in edition.terms.values() if term.is_cluster)
        seq = change_seq(session)
        return {name: self._figure(session, seq, bare, name, clusters) for name in names}

    def _figure(
        self, session: Session, seq: int, query: Query, name: str, clusters: tuple[str, ...]
    ) -> list[Facet]:
        key = (seq, query, name)
        with self._lock:
            if key in self._known:
                self._known.move_to_end(key)
                return self._known[key]
        # Two who ask at once both count: nobody waits for another's question.
        found = facets(session, query, [name], terms=clusters)[name]
        with self._lock:
            self._known[key] = found
            if len(self._known) > _FIGURES:
                self._known.popitem(last=False)
        return found
