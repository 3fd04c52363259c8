"""Dated public files for those without a shell, and the package that describes and cites them.

Knows the publish policy only as `rows` applies it. Start reading at `write_public`; a timer calls it.
"""

import gzip
import json
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from aggregator.dictionary import Column, Table
from aggregator.errors import ConfigError, PublishError
from aggregator.exports.columns import TABLES, Kind, Row
from aggregator.exports.delimited import local, write_csv
from aggregator.exports.export import SOFTWARE, beside, checksum
from aggregator.exports.rows import Selection, read_rows
from aggregator.feeds.folder import locked
from aggregator.store import Store

PACKAGE = "datapackage.json"
"""The description of all dated files of a folder: a Frictionless data package."""

_ENDINGS = {"csv.gz": "text/csv", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "parquet": "application/vnd.apache.parquet"}  # fmt: skip
_KINDS: dict[str, dict[str, Any]] = {
    Kind.TEXT: {"type": "string"}, Kind.NUMBER: {"type": "integer"},
    Kind.TRUTH: {"type": "boolean", "trueValues": ["1"], "falseValues": ["0"]},
    Kind.INSTANT: {"type": "datetime"}, Kind.DAY: {"type": "date"}, Kind.LIST: {"type": "array"},
    Kind.OBJECT: {"type": "object"},
}  # fmt: skip
_LICENCE = {
    "name": "facts-CC0-1.0",
    "title": "Facts (addresses, dates, counts, what is tied to what): CC0 1.0. Titles, summaries and texts "
    "belong to their publishers and are here as each of them allows.",
    "path": "https://creativecommons.org/publicdomain/zero/1.0/",
}


def write_public(
    store: Store, folder: Path, selection: Selection, query: str, *, base_url: str = "",
    now: datetime | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Writes today's files and brings the package up to date; the package.

    Shapes: `articles-2026-03-11.csv.gz`, `.xlsx`, and `.parquet` where pyarrow is there; a second time on
        one day they are replaced. `query` is what was asked, as it was typed.
    Raises: PublishError when the folder cannot be used.
    """
    as_of = (now or datetime.now(UTC)).replace(microsecond=0)
    table = TABLES["articles"]
    try:
        with locked(folder):
            stem = f"{table.name}-{local(as_of):%Y-%m-%d}"
            with store.read() as session:
                given = replace(selection, is_public=True)
                files = write_files(folder, stem, table, lambda: read_rows(session, table.name, given), as_of)
            facts = {"query": query, "as_of": _text(as_of), "day": f"{local(as_of):%Y-%m-%d}"}
            resources = [{**describe(folder, table, name, rows), **facts} for name, rows in files.items()]
            package = _package(read_package(folder), resources, base_url)
            save_package(folder, package)
            return package
    except OSError as error:
        raise PublishError(f"{folder}: {error.strerror or error}", path=folder) from error


def write_files(
    folder: Path, stem: str, table: Table, read: Callable[[], Iterable[Row]], as_of: datetime
) -> dict[str, int]:
    """Writes the rows in each format; the names of the files, and how many rows each has."""
    from aggregator.exports.workbook import write_workbook

    written: dict[str, int] = {}
    with (
        beside(folder / f"{stem}.csv.gz") as path,
        path.open("wb") as file,
        gzip.GzipFile(fileobj=file, mode="wb", mtime=0, filename="") as packed,
    ):
        written[f"{stem}.csv.gz"] = write_csv(packed.write, table, read())
    with beside(folder / f"{stem}.xlsx") as path:
        written[f"{stem}.xlsx"], _ = write_workbook(path, [(table, read())], made_at=as_of)
    with suppress(ConfigError):  # the library is an extra
        from aggregator.exports.columnar import write_parquet

        with beside(folder / f"{stem}.parquet") as path:
            written[f"{stem}.parquet"] = write_parquet(path, table, read())
    return written


def describe(folder: Path, table: Table, name: str, rows: int) -> dict[str, Any]:
    """What the package says of a file: count, size, checksum, and the meaning of its columns."""
    ending = name.partition(".")[2]
    return {
        "name": name.replace(".", "-"),
        "path": name,
        "title": table.meaning,
        "format": ending.partition(".")[0],
        "mediatype": _ENDINGS[ending],
        **({"compression": "gz"} if ending.endswith(".gz") else {}),
        "encoding": "utf-8",
        "rows": rows,
        "bytes": (folder / name).stat().st_size,
        "hash": f"sha256:{checksum(folder / name)}",
        "schema": {"fields": [_field(column) for column in table.columns], "missingValues": [""]},
    }


def read_package(folder: Path) -> dict[str, Any]:
    """The package of the folder; empty where there is none."""
    try:
        found = json.loads((folder / PACKAGE).read_bytes())
    except (FileNotFoundError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def save_package(folder: Path, package: dict[str, Any]) -> None:
    """Writes the package in place of what was there."""
    with beside(folder / PACKAGE) as path:
        path.write_text(json.dumps(package, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def cite(resource: dict[str, Any], base_url: str) -> str:
    """A citation of that file, ready to be pasted."""
    address = f" {base_url}" if base_url else ""
    return (
        f"News of the Lombardy Technology Clusters, as of {resource['as_of']}, query: "
        f"{resource['query'] or 'all'}, {resource['rows']} articles, {resource['hash']}.{address}"
    )


def _package(before: dict[str, Any], resources: Sequence[dict[str, Any]], base_url: str) -> dict[str, Any]:
    """The package with these files, and those of other days."""
    new = {resource["path"] for resource in resources}
    older = [resource for resource in before.get("resources", ()) if resource["path"] not in new]
    newest = resources[0]
    return {
        "profile": "data-package",
        "name": "lombardy-technology-clusters-news",
        "title": "News of the Lombardy Technology Clusters",
        "created": newest["as_of"],
        "query": newest["query"],
        "as_of": newest["as_of"],
        "rows": newest["rows"],
        "generator": SOFTWARE,
        "homepage": base_url,
        "licenses": [_LICENCE],
        "citation": cite(newest, base_url),
        "resources": sorted((*resources, *older), key=lambda r: (r["day"], r["path"]), reverse=True),
    }


def _field(column: Column) -> dict[str, Any]:
    empty = f" Empty: {column.null}." if column.null else ""
    return {
        "name": column.name,
        **_KINDS[column.kind],
        "description": column.meaning + empty,
        "example": column.example,
    }


def _text(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")
