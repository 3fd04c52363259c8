"""Withdrawn articles out of files that stand in the published folder already.

Knows nothing of how feeds are rendered. Start reading at `rewrite_exports`: dated files lose the rows;
`sweep` finds what nobody keeps up any more.
"""

import csv
import gzip
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import brotli

from aggregator.dictionary import Table
from aggregator.exports.columns import TABLES, Row, typed
from aggregator.exports.public import PACKAGE, cite, describe, read_package, save_package, write_files
from aggregator.feeds.folder import locked
from aggregator.store import Store
from aggregator.store.withdrawals import Traces, find_withdrawals

_TWINS = (".gz", ".br")
# What may follow in a longer address: such an address is another one.
_IN_ADDRESS = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/%")


def rewrite_exports(store: Store, folder: Path) -> list[Path]:
    """Takes withdrawn articles out of all dated files below the folder; the files that were written anew."""
    with store.read() as session:
        tags = {one.tag for one in find_withdrawals(session) if one.tag}
    written: list[Path] = []
    for package in sorted(folder.rglob(PACKAGE)) if tags else ():
        with locked(package.parent):
            written += _rewrite(package.parent, tags)
    return written


def _rewrite(folder: Path, tags: set[str]) -> list[Path]:
    package = read_package(folder)
    resources: list[dict[str, Any]] = package.get("resources", [])
    table = TABLES["articles"]
    tag = table.names.index("tag")
    written: list[Path] = []
    for resource in [r for r in resources if str(r["path"]).endswith(".csv.gz")]:
        path = folder / str(resource["path"])
        if not any(row[tag] in tags for row in _read(path, table)):
            continue
        rows = [row for row in _read(path, table) if row[tag] not in tags]
        stem, as_of = path.name.removesuffix(".csv.gz"), datetime.fromisoformat(resource["as_of"])
        files = write_files(folder, stem, table, partial(iter, rows), as_of)
        for other in resources:
            if other["path"] in files:
                other.update(describe(folder, table, other["path"], files[other["path"]]))
                written.append(folder / other["path"])
    if written:
        newest = max((r for r in resources if r["path"].endswith(".csv.gz")), key=lambda r: str(r["day"]))
        package |= {"rows": newest["rows"], "citation": cite(newest, str(package.get("homepage", "")))}
        save_package(folder, package)
    return written


def _read(path: Path, table: Table) -> Iterator[Row]:
    """The rows of a file that `write_csv` has written."""
    csv.field_size_limit(sys.maxsize)
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        lines = csv.reader(file)
        names = next(lines)
        kinds = {column.name: column.kind for column in table.columns}
        for line in lines:
            held = dict(zip(names, line, strict=True))
            yield tuple(typed(held.get(name, ""), kinds[name]) for name in table.names)


def sweep(folder: Path, traces: Traces) -> list[Path]:
    """Removes files that still name the article: those of feeds that are published no more; which."""
    needles = [traces.tag.encode(), *(url.encode() for url in traces.urls)]
    kept = {path.parent for path in folder.rglob(PACKAGE)}
    gone: list[Path] = []
    for path in sorted(folder.rglob("*")):
        if path.is_symlink() or not path.is_file() or path.parent in kept:
            continue
        if any(_names(content, needles) for content in _contents(path)):
            path.unlink()
            gone.append(path)
    for path in gone:
        for twin in _TWINS:
            with suppress(FileNotFoundError):
                path.with_name(path.name + twin).unlink()
    return gone


def _names(content: bytes, needles: Iterable[bytes]) -> bool:
    for needle in needles:
        start = content.find(needle)
        while start >= 0:
            after = content[start + len(needle) : start + len(needle) + 1]
            if not after or after[0] not in _IN_ADDRESS:
                return True
            start = content.find(needle, start + 1)
    return False


def _contents(path: Path) -> Iterator[bytes]:
    data = path.read_bytes()
    yield data
    with suppress(OSError, EOFError, brotli.error):  # what does not unpack is no twin
        if path.suffix == ".gz":
            yield gzip.decompress(data)
        elif path.suffix == ".br":
            yield brotli.decompress(data)
