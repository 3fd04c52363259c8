"""How the answer to a query divides, counted once for as long as the archive stays as it is.

Knows no page. Start reading at `Divisions.divided`; `Divisions.counted` counts pages and stories as well.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import replace
from threading import Lock
from typing import Any

from aggregator.feeds.model import Edition
from aggregator.query import Order, Query
from aggregator.store import Session
from aggregator.store.archive import change_seq
from aggregator.store.find import Facet, facets
from aggregator.store.statistics import Counts, Coverage, count_by, coverage
from aggregator.web.lately import Lately

# A figure is some 200 short rows: all of them together take a few megabytes.
_FIGURES = 256


class Divisions:
    """The figures of one archive, the least recently asked for forgotten first."""

    def __init__(self) -> None:
        self._known: OrderedDict[Hashable, Any] = OrderedDict()
        self._lock = Lock()
        self._followed: Lately[dict[str, Coverage]] = Lately()

    def divided(
        self, session: Session, query: Query, names: Sequence[str], edition: Edition
    ) -> dict[str, list[Facet]]:
        """The facets of these names over the whole answer, whatever its page or order."""
        asked, terms, seq = _bare(query), _clusters(edition), change_seq(session)
        found: dict[str, list[Facet]] = {}
        for name in names:
            key = ("facet", seq, asked, name)
            found[name] = self._kept(key, lambda name=name: facets(session, asked, [name], terms=terms)[name])  # type: ignore[misc]  # mypy has no types for these defaults
        return found

    def counted(self, session: Session, query: Query, by: str, edition: Edition) -> Counts:
        """Appearances, articles and stories of the whole answer, divided, with the query that counts them."""
        asked, clusters = _bare(query), _clusters(edition)
        key = ("count", change_seq(session), asked, by)
        found: Counts = self._kept(key, lambda: count_by(session, by, asked, clusters=clusters))
        return found

    def followed(self, session: Session, query: Query) -> Mapping[str, Coverage]:
        """How the sources that the query may ask were followed, as of a minute ago."""
        known = self._followed.get(lambda: coverage(session))
        wanted = query.sources or known
        return {source_id: one for source_id, one in known.items() if source_id in wanted}

    def _kept(self, key: Hashable, make: Callable[[], Any]) -> Any:  # noqa: ANN401 - what that key's figure is
        with self._lock:
            if key in self._known:
                self._known.move_to_end(key)
                return self._known[key]
        # Two who ask at once both count: nobody waits for another's question.
        found = make()
        with self._lock:
            self._known[key] = found
            if len(self._known) > _FIGURES:
                self._known.popitem(last=False)
        return found


def _bare(query: Query) -> Query:
    return replace(query, cursor=None, tier=0, limit=None, order=Order.ARRIVAL)


def _clusters(edition: Edition) -> tuple[str, ...]:
    return tuple(term.id for term in edition.terms.values() if term.is_cluster)
