"""What the filters of a Query name, as the ids that the archive keeps: by id, label or name.

Knows nothing of how a query is typed. Start reading at `resolve`.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from difflib import get_close_matches

from aggregator.errors import QueryError
from aggregator.items import Source, Term
from aggregator.query import Query
from aggregator.text import fold

_LANGUAGES = {"italiano": "it", "italian": "it", "inglese": "en", "english": "en"}
_SEPARATORS = re.compile(r"[\W_]+")
_SHOWN = 12
_NEAR = 0.6  # difflib's own: `idrogno` finds `idrogeno`, `xyz` finds nothing


def resolve(
    query: Query, sources: Iterable[Source], terms: Iterable[Term], *, is_strict: bool = True
) -> Query:
    """The Query with ids in place of labels and names, in whatever language, case and accents.

    Raises: QueryError for what nothing is called, with what is called nearly so; not where it is
        not `is_strict`, as for a query that was kept: what it named may come back.
    """
    named = {"source": _named((source.id, (source.name,)) for source in sources)}
    vocabulary = list(terms)
    for kind, is_cluster in (("cluster", True), ("topic", False)):
        told = (term for term in vocabulary if term.is_cluster is is_cluster)
        named[kind] = _named((term.id, [label for _, label in term.labels]) for term in told)
    return replace(
        query,
        sources=_ids("source", query.sources, named, is_strict=is_strict),
        clusters=_ids("cluster", query.clusters, named, is_strict=is_strict),
        topics=_ids("topic", query.topics, named, is_strict=is_strict),
        languages=tuple(dict.fromkeys(_LANGUAGES.get(value, value) for value in query.languages)),
    )


def _named(told: Iterable[tuple[str, Iterable[str]]]) -> dict[str, str]:
    """The ids by all that they are called; an id itself before what else is called so."""
    rows = [(id_, tuple(names)) for id_, names in told]
    called = {_key(name): id_ for id_, names in rows for name in names if _key(name)}
    return called | {_key(id_): id_ for id_, _ in rows}


def _key(name: str) -> str:
    return _SEPARATORS.sub(" ", fold(name)).strip()


def _ids(
    kind: str, values: tuple[str, ...], named: Mapping[str, Mapping[str, str]], *, is_strict: bool
) -> tuple[str, ...]:
    found = (
        named[kind].get(_key(value)) or _unknown(kind, value, named, is_strict=is_strict) for value in values
    )
    return tuple(dict.fromkeys(found))


def _unknown(kind: str, value: str, named: Mapping[str, Mapping[str, str]], *, is_strict: bool) -> str:
    if not is_strict:
        return value
    known = named[kind]
    near = dict.fromkeys(known[name] for name in get_close_matches(_key(value), known, cutoff=_NEAR))
    other = next((other for other in named if other != kind and _key(value) in named[other]), None)
    if other is not None:
        hint = f"it is a {other}: {other}:{named[other][_key(value)]}"
    elif near:
        hint = f"did you mean {' or '.join(near)}?"
    else:
        ids = sorted(set(known.values()))
        more = f" and {len(ids) - _SHOWN} more" if len(ids) > _SHOWN else ""
        hint = f"there are {', '.join(ids[:_SHOWN])}{more}" if ids else "there is none at all"
    raise QueryError(f"no {kind} is called {value!r}; {hint}")
