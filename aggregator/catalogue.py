"""The sources, clusters and topics: the bundled files with the operator's laid over them, checked.

Knows no page, no database and no network: what stands in the files is all there is.
Start reading at `load_catalogue`; what a key may hold stands in `catalogue_keys`.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

from aggregator.catalogue_keys import ID, SOURCE_KEYS, TERM_KEYS, ExpectedError, Reader, is_address
from aggregator.errors import CatalogueError
from aggregator.items import Keep, Kind, Source, Term, Vocabulary
from aggregator.tomltext import Place, TomlText, did_you_mean, read_toml
from aggregator.urls import host_of

BUNDLED = Path(__file__).with_name("catalogue.toml")
TOPICS = Path(__file__).with_name("topics.toml")

_KINDS = ("source", "cluster", "topic")
_Cells = dict[str, tuple[Any, Place]]
"""The keys of one table, dotted, with their values as read and the places where these stand."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All sources, switched off ones too, and the vocabulary.

    Shapes: in the order of the files, the operator's own last; `digest` changes when anything
        in it does.
    """

    sources: tuple[Source, ...]
    vocabulary: Vocabulary
    digest: str

    def get(self, source_id: str) -> Source:
        """The source of that id.

        Raises: CatalogueError, with the nearest id, where there is none.
        """
        for source in self.sources:
            if source.id == source_id:
                return source
        hint = did_you_mean(source_id, (source.id for source in self.sources))
        raise CatalogueError(f"there is no source {source_id!r}{hint}", source=source_id)


def load_catalogue(
    bundled: Path | None = None,
    operator: Path | TomlText | None = None,
    topics: Path | None = None,
    *,
    pace: float = 1.0,
) -> Catalogue:
    """The catalogue: topics, under the bundled file, under the operator's, joined by id and key.

    Shapes: `bundled` and `topics` stand in for the files of this package; the operator's file
        need not be there, or is a text that would be it. Units: `pace` is seconds, for sources that set none.
    Raises: CatalogueError, with file, line, key and what was expected.
    """
    files = [_read(topics or TOPICS, must_exist=True), _read(bundled or BUNDLED, must_exist=True)]
    if operator:
        files.append(_read(operator) if isinstance(operator, Path) else operator)
    return _catalogue(files, pace)


def default_hosts(urls: Iterable[str]) -> tuple[str, ...]:
    """The hosts of these addresses, each with and without `www.`, in order."""
    hosts: dict[str, None] = {}
    for host in map(host_of, urls):
        hosts[host] = None
        if "." in host and not is_address(host):
            hosts[host.removeprefix("www.") if host.startswith("www.") else f"www.{host}"] = None
    return tuple(hosts)


def _read(path: Path, *, must_exist: bool = False) -> TomlText:
    if must_exist and not path.is_file():
        raise CatalogueError(f"{path}: there is no such file")
    try:
        return read_toml(path)
    except (OSError, ValueError) as error:
        raise CatalogueError(str(error)) from error


def _catalogue(files: list[TomlText], pace: float) -> Catalogue:
    clusters = _overlay(files, "cluster", TERM_KEYS)
    topics = _overlay(files, "topic", TERM_KEYS)
    for term_id in clusters.keys() & topics.keys():
        raise CatalogueError(f"{topics[term_id]['id'][1]}: {term_id!r} is a cluster already; an id names one")
    sources = _overlay(files, "source", SOURCE_KEYS)
    known = tuple(
        _source(source_id, cells, sources.keys(), clusters, pace) for source_id, cells in sources.items()
    )
    terms = [*_terms(clusters, is_cluster=True), *_terms(topics, is_cluster=False)]
    vocabulary = Vocabulary(tuple(terms))
    digest = blake2b(repr((known, vocabulary)).encode(), digest_size=16).hexdigest()
    return Catalogue(known, vocabulary, digest)


def _overlay(files: list[TomlText], kind: str, readers: Mapping[str, Reader]) -> dict[str, _Cells]:
    """The tables of that kind by id; a later file's keys win over an earlier one's."""
    tables: dict[str, _Cells] = {}
    for file in files:
        _check_top(file)
        here: dict[str, Place] = {}
        for n, table in enumerate(_array(file, kind)):
            table_id = _id_of(file, kind, n, table)
            if table_id in here:
                raise CatalogueError(
                    f"{file.place(kind, n, 'id')}: {kind} {table_id!r} stands here a second time; "
                    f"it began at {here[table_id]}",
                    source=table_id,
                )
            here[table_id] = file.place(kind, n)
            cells = _cells(file, kind, n, table)
            tables.setdefault(table_id, {}).update(_read_keys(cells, readers, table_id))
    return tables


def _check_top(file: TomlText) -> None:
    for key in file.data:
        if key not in _KINDS:
            hint = did_you_mean(key, _KINDS)
            raise CatalogueError(f"{file.place(key)}: expected [[source]], [[cluster]] or [[topic]]{hint}")


def _array(file: TomlText, kind: str) -> list[dict[str, Any]]:
    array = file.data.get(kind, [])
    if not isinstance(array, list) or not all(isinstance(table, dict) for table in array):
        raise CatalogueError(f"{file.place(kind)}: expected tables that begin with [[{kind}]]")
    return array


def _id_of(file: TomlText, kind: str, n: int, table: Mapping[str, Any]) -> str:
    table_id = table.get("id")
    if not isinstance(table_id, str) or not ID.fullmatch(table_id):
        found = "nothing" if table_id is None else repr(table_id)
        raise CatalogueError(
            f"{file.place(kind, n, 'id')}: expected small letters, digits and hyphens, found {found}"
        )
    return table_id


def _cells(file: TomlText, kind: str, n: int, table: Mapping[str, Any]) -> _Cells:
    cells: _Cells = {}
    for key, value in table.items():
        if isinstance(value, dict):
            for inner, inner_value in value.items():
                cells[f"{key}.{inner}"] = (inner_value, file.place(kind, n, key, inner))
        else:
            cells[key] = (value, file.place(kind, n, key))
    return cells


def _read_keys(cells: _Cells, readers: Mapping[str, Reader], table_id: str) -> _Cells:
    read: _Cells = {}
    for key, (value, place) in cells.items():
        if key not in readers:
            hint = did_you_mean(key, readers)
            raise CatalogueError(f"{place}: there is no such key{hint}", source=table_id)
        try:
            read[key] = (readers[key](value), place)
        except ExpectedError as error:
            raise CatalogueError(f"{place}: expected {error}, found {value!r}", source=table_id) from error
    return read


def _source(
    source_id: str, cells: _Cells, known: Iterable[str], clusters: Mapping[str, _Cells], pace: float
) -> Source:
    if "url" not in cells:
        hint = did_you_mean(source_id, (other for other in known if other != source_id))
        raise CatalogueError(
            f"{cells['id'][1]}: source {source_id!r} is in no catalogue below this one and has no url{hint}",
            source=source_id,
        )
    values = {key: value for key, (value, _) in cells.items() if "." not in key}
    fields = tuple(
        (key.removeprefix("fields."), value)
        for key, (value, _) in cells.items()
        if key.startswith("fields.") and value
    )
    addresses = (values["url"], *values.get("feeds", ()), *values.get("listing", ()))
    values["hosts"] = values.get("hosts") or default_hosts(addresses)
    _check_hosts(source_id, cells, values["hosts"])
    _check_cluster(source_id, cells, clusters)
    if not _is_enabled(clusters.get(values.get("cluster") or "", {})):
        values["cluster"] = None
    is_news = values.get("kind") is Kind.NEWS
    defaults = {"name": source_id, "keep": Keep.ABOUT if is_news else Keep.ALL, "pace": pace}
    return Source(**{**defaults, **values, "cluster": values.get("cluster") or None, "fields": fields})


def _check_hosts(source_id: str, cells: _Cells, hosts: tuple[str, ...]) -> None:
    for key in ("url", "feeds", "listing"):
        value, place = cells.get(key, ((), None))
        for url in [value] if isinstance(value, str) else value:
            if host_of(url) not in hosts:
                listed = ", ".join(hosts)
                raise CatalogueError(
                    f"{place}: {url} is on none of the hosts of {source_id!r} ({listed}); "
                    f"add {host_of(url)!r} to its hosts",
                    source=source_id,
                )


def _check_cluster(source_id: str, cells: _Cells, clusters: Mapping[str, _Cells]) -> None:
    cluster, place = cells.get("cluster", ("", None))
    if cluster and cluster not in clusters:
        hint = did_you_mean(cluster, clusters) or "; known: " + ", ".join(clusters)
        raise CatalogueError(
            f"{place}: expected the id of a [[cluster]], found {cluster!r}{hint}", source=source_id
        )


def _value(cells: _Cells, key: str, *, default: object) -> Any:  # noqa: ANN401 - as its reader gave it
    return cells[key][0] if key in cells else default


def _is_enabled(cells: _Cells) -> bool:
    return _value(cells, "enabled", default=True) is True


def _terms(tables: Mapping[str, _Cells], *, is_cluster: bool) -> Iterator[Term]:
    for term_id, cells in tables.items():
        if "label.it" not in cells:
            kind = "cluster" if is_cluster else "topic"
            hint = did_you_mean(term_id, (other for other in tables if other != term_id))
            raise CatalogueError(
                f"{cells['id'][1]}: {kind} {term_id!r} has no label.it{hint}", source=term_id
            )
        if _is_enabled(cells):
            yield _term(term_id, cells, is_cluster=is_cluster)


def _term(term_id: str, cells: _Cells, *, is_cluster: bool) -> Term:
    labels = tuple((lang, cells[f"label.{lang}"][0]) for lang in ("it", "en") if f"label.{lang}" in cells)
    # A cluster's label is its name and proves it; a topic's, such as 'Energia', is far too broad.
    names = [text for _, text in labels] if is_cluster else []
    names += _value(cells, "aliases", default=())
    words = [("", name) for name in dict.fromkeys(names)]
    for lang in ("it", "en"):
        words += [(lang, word) for word in dict.fromkeys(_value(cells, f"words.{lang}", default=()))]
    return Term(term_id, labels, tuple(words), is_cluster)
