"""Changes to the operator's catalogue: one table is changed, everything else stays to the byte.

Knows what the files may hold from `catalogue`, and writes nothing that it would refuse.
Start reading at `OperatorCatalogue`.
"""

import os
import re
import tempfile
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import tomlkit

from aggregator.catalogue import Catalogue, default_hosts, load_catalogue
from aggregator.errors import CatalogueError
from aggregator.items import Keep, Kind, Source, Way
from aggregator.tomltext import TomlText, parse_toml, spans_of
from aggregator.urls import canonical_url, host_of

NEW_CATALOGUE = """\
# Your sources, clusters and topics, laid over those that come with `aggregator`.
# A [[source]] with an id of theirs changes the keys that it names (enabled = false switches it off);
# any other id is a new source and needs a url. `aggregator sources list` shows what comes out.
#
# [[source]]
# id = "varesenews"
# enabled = false
#
# [[source]]
# id = "my-association"
# url = "https://www.example.org/news/"
# kind = "association"        # cluster | institution | news | association
# keep = "about"              # all | about: only what names a cluster or a topic
"""
"""What `init` writes, and what the first change to a file that is not there begins with."""


@dataclass(frozen=True, slots=True)
class OperatorCatalogue:
    """The operator's file and the two that it lies over (None: those of the package).

    Shapes: every method writes the file once, whole, or not at all; it need not be there before.
        Raises: CatalogueError where the outcome would be refused; OSError.
    """

    path: Path
    bundled: Path | None = None
    topics: Path | None = None

    def add_sources(self, sources: Iterable[Mapping[str, object]]) -> None:
        """Adds new sources, given as the keys of their tables.

        Raises: CatalogueError where an id is known already.
        """
        known = {source.id for source in self._catalogue(self._text()).sources}
        text = before = self._text() or NEW_CATALOGUE
        for keys in sources:
            if keys["id"] in known:
                raise CatalogueError(f"there is a source {keys['id']!r} already", source=str(keys["id"]))
            text = _appended(text, keys)
        if text != before:
            self._write(text)

    def remove_source(self, source_id: str) -> None:
        """Takes a source of the operator's own out; switches one off that came with the program."""
        self._get(source_id)
        if any(source.id == source_id for source in load_catalogue(self.bundled, None, self.topics).sources):
            self._set(source_id, {"enabled": False})
            return
        text = self._text()
        lines = text.split("\n")
        first, last = self._spans(text)[source_id]
        self._write("\n".join([*lines[:first], *lines[last:]]))

    def move_source(self, source_id: str, url: str, **more: object) -> None:
        """Gives a source a new address: its old hosts stay allowed, its ways in are to be found anew.

        Patterns were made for the old addresses, and go.
        """
        source = self._get(source_id)
        hosts = dict.fromkeys((*default_hosts([url]), *source.hosts))
        stale: dict[str, object] = {
            key: [] for key in ("feeds", "listing", "include", "exclude") if getattr(source, key)
        }
        found_anew: dict[str, object] = {"way": Way.AUTO.value, "verified": False}
        self._set(source_id, {"url": url, "hosts": list(hosts), **stale, **found_anew, **more})

    def write_proved(self, source_id: str, way: Way, urls: Iterable[str] = ()) -> None:
        """Notes the way in that was proved on the live site, with its feeds or list pages."""
        self._get(source_id)
        keys: dict[str, object] = {"way": way.value}
        if way in (Way.FEED, Way.LISTING):
            keys["feeds" if way is Way.FEED else "listing"] = list(urls)
        self._set(source_id, {**keys, "verified": True})

    def _catalogue(self, text: str) -> Catalogue:
        return load_catalogue(self.bundled, self._parsed(text), self.topics)

    def _parsed(self, text: str) -> TomlText:
        try:
            return parse_toml(text, str(self.path))
        except ValueError as error:
            raise CatalogueError(str(error)) from error

    def _get(self, source_id: str) -> Source:
        return self._catalogue(self._text()).get(source_id)

    def _text(self) -> str:
        try:
            return self.path.read_text(encoding="utf-8-sig")
        except FileNotFoundError:
            return ""
        except UnicodeDecodeError as error:
            raise CatalogueError(f"{self.path}: not UTF-8 text; save the file as UTF-8") from error

    def _spans(self, text: str) -> dict[str, tuple[int, int]]:
        ids = [table["id"] for table in self._parsed(text).data.get("source", [])]
        spans = spans_of(text, "source")
        if len(spans) != len(ids):
            raise CatalogueError(f"{self.path}: only sources that begin with [[source]] can be changed here")
        return dict(zip(ids, spans, strict=True))

    def _set(self, source_id: str, keys: Mapping[str, object]) -> None:
        text = self._text()
        span = self._spans(text).get(source_id)
        if span is None:
            self._write(_appended(text or NEW_CATALOGUE, {"id": source_id, **keys}))
            return
        lines = text.split("\n")
        # tomlkit sees this one table alone: given the file, it moves comments between tables.
        document: Any = tomlkit.parse("\n".join(lines[slice(*span)]) + "\n")
        document["source"][0].update(keys)
        changed = document.as_string().rstrip("\n").split("\n")
        self._write("\n".join([*lines[: span[0]], *changed, *lines[span[1] :]]))

    def _write(self, text: str) -> None:
        self._catalogue(text)
        path = self.path.resolve()  # a link stays a link
        path.parent.mkdir(parents=True, exist_ok=True)
        newline = "\r\n" if path.exists() and b"\r\n" in path.read_bytes() else "\n"
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline=newline) as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            Path(name).chmod(path.stat().st_mode & 0o777 if path.exists() else 0o644)
            Path(name).replace(path)
        finally:
            with suppress(FileNotFoundError):
                Path(name).unlink()


def suggest_id(url: str, known: Iterable[str] = ()) -> str:
    """An id for a new source, after the name of its host, that none of the known ones has."""
    labels = host_of(url).removeprefix("www.").split(".")
    name = "-".join(labels[:-1]) if len(labels) > 1 and not labels[-1].isdigit() else "-".join(labels)
    base = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:55] or "source"
    taken = set(known)
    return next(i for i in (base, *(f"{base}-{n}" for n in range(2, len(taken) + 3))) if i not in taken)


def find_same(url: str, catalogue: Catalogue) -> Source | None:
    """The source that begins at that address already, however it is spelt."""
    key = canonical_url(url)
    return next((source for source in catalogue.sources if canonical_url(source.url) == key), None)


def render_toml(sources: Iterable[Source]) -> str:
    """A catalogue of these sources: what differs from the defaults, so that it reads well.

    Shapes: loading it gives the same sources.
    """
    text = ""
    for source in sources:
        text = _appended(text, _keys_of(source))
    return text


def _appended(text: str, keys: Mapping[str, object]) -> str:
    table: Any = tomlkit.table()
    for key, value in keys.items():
        table[key] = value
    array = tomlkit.aot()
    array.append(table)
    document = tomlkit.document()
    document["source"] = array
    before = text.rstrip("\n")
    return (before + "\n\n" if before else "") + document.as_string().rstrip("\n") + "\n"


def _keys_of(source: Source) -> dict[str, object]:
    plain = Source(source.id, source.url)
    keep = Keep.ABOUT if source.kind is Kind.NEWS else Keep.ALL
    addresses = (source.url, *source.feeds, *source.listing)
    usual = {"name": source.id, "hosts": default_hosts(addresses), "keep": keep}
    keys: dict[str, object] = {"id": source.id, "url": source.url}
    for field in fields(Source):
        value = getattr(source, field.name)
        if field.name not in keys and value != usual.get(field.name, getattr(plain, field.name)):
            keys[field.name] = _plain(value)
    if source.fields:
        keys["fields"] = dict(source.fields)
    return keys


def _plain(value: Any) -> object:  # noqa: ANN401 - whatever a field of Source holds
    return list(value) if isinstance(value, tuple) else getattr(value, "value", value)
