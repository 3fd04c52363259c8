"""The command `export`, and the full export that `import --restore` takes back.

Start reading at `add_to`.
"""

import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from aggregator.commands.common import Job, command

if TYPE_CHECKING:
    from aggregator.exports.rows import Selection
    from aggregator.store import Store

_FORMATS = ("csv", "jsonl", "parquet", "xlsx", "sqlite", "warc")
_TABLES = ("articles", "appearances", "stories", "events", "revisions", "runs", "mentions", "sources")


def add_to(group: click.Group) -> None:
    """Puts the command into the group."""

    @command(group, "export")
    @click.option("--format", "format_", type=click.Choice(_FORMATS), help="What to write; default jsonl.")
    @click.option("--what", type=click.Choice(_TABLES), help="Which table; default articles, of SQLite all.")
    @click.option("--query", help="Only these articles, as `search` asks for them.")
    @click.option("--as-of", metavar="DATE", help="What the archive said at the end of that day, or then.")
    @click.option("--excel", is_flag=True, help="CSV as a spreadsheet with Italian settings opens it.")
    @click.option("--public", is_flag=True, help="Only what may leave; with a folder for --out, dated files.")
    @click.option("--full", is_flag=True, help="Everything, for `import --restore`.")
    @click.option("--out", type=click.Path(path_type=Path), help="File or folder; default standard output.")
    def export(
        job: Job, format_: str | None, what: str | None, query: str | None, as_of: str | None,
        excel: bool, public: bool, full: bool, out: Path | None,
    ) -> None:  # fmt: skip
        """Write articles as CSV, JSON lines, Parquet, XLSX, SQLite or WARC.

        The tables and their columns are those of `aggregator sql --tables`.
        The count and the SHA-256 of what was written come last, on standard error.
        """
        given = {"--format": format_, "--what": what, "--query": query, "--as-of": as_of, "--excel": excel}
        if full:
            _refuse("--full writes all there is", given | {"--public": public}, allowed={"--format": "jsonl"})
        if what in ("runs", "sources") and query:
            raise click.UsageError(f"--query asks for articles: --what {what} writes all")
        if excel and format_ != "csv":
            raise click.UsageError("--excel is for --format csv")
        store = job.open_store()
        try:
            if full:
                _export_full(job, store, out)
            elif public and format_ is None:
                _export_public(job, store, out, query)
            else:
                selection = _selection(job, store, query, as_of, is_public=public)
                _export(job, store, format_ or "jsonl", what or "", selection, out, for_excel=excel)
        finally:
            store.close()


def _refuse(why: str, given: Mapping[str, object], allowed: Mapping[str, object]) -> None:
    wrong = [name for name, value in given.items() if value and allowed.get(name) != value]
    if wrong:
        raise click.UsageError(f"{why}: leave out {', '.join(wrong)}")


def _export(
    job: Job, store: "Store", format_: str, what: str, selection: "Selection", out: Path | None, *,
    for_excel: bool,
) -> None:  # fmt: skip
    from aggregator.exports.export import STREAMS, Format, export

    kind = Format(format_)
    if out is None and kind not in STREAMS:
        raise click.UsageError(f"--format {format_} needs --out")
    with store.read() as session:
        place = out.absolute() if out else _standard_output()
        try:
            done = export(session, kind, what, selection, place, for_excel=for_excel)
        except OSError as error:
            if out is None:
                raise
            raise click.BadParameter(f"{out}: {error.strerror or error}", param_hint="--out") from error
    if done.cut:
        job.warn(f"{done.cut} texts were longer than a cell can hold, and are marked where they are cut")
    _name_withdrawn(job, store, selection)
    _tell(job, {"rows": done.rows, "sha256": done.sha256}, out)


def _export_full(job: Job, store: "Store", out: Path | None) -> None:
    from hashlib import sha256

    from aggregator.exports.export import beside
    from aggregator.store.copying import dump

    seen = sha256()

    def copied(write: Callable[[bytes], object]) -> int:
        def put(data: bytes) -> None:
            seen.update(data)
            write(data)

        return dump(store, put)

    if out is None:
        rows = copied(_standard_output())
    else:
        try:
            with beside(out.absolute()) as path, path.open("wb") as file:
                rows = copied(file.write)
        except OSError as error:
            raise click.BadParameter(f"{out}: {error.strerror or error}", param_hint="--out") from error
    _tell(job, {"rows": rows, "sha256": seen.hexdigest()}, out)


def _export_public(job: Job, store: "Store", out: Path | None, query: str | None) -> None:
    from aggregator.exports.public import write_public

    folder = (out or job.config.publish / "data").absolute()
    selection = _selection(job, store, query, None, is_public=True)
    package = write_public(store, folder, selection, query or "", base_url=job.config.base_url)
    if job.is_json:
        job.answer(package)
        return
    for resource in package["resources"]:
        job.say(f"{folder / resource['path']}: {resource['rows']} rows, {resource['hash']}")


def _selection(
    job: Job, store: "Store", query: str | None, as_of: str | None, *, is_public: bool
) -> "Selection":
    from aggregator.exports.rows import Selection
    from aggregator.grammar import parse_query
    from aggregator.query import Query

    asked = parse_query(query) if query else Query()
    with store.read() as session:
        asked = job.resolve(session, asked)
    return Selection(
        query=replace(asked, limit=None, with_hidden=not is_public),
        as_of=_instant(as_of) if as_of else None,
        is_public=is_public,
        summary_length=job.config.summary_length,
    )


def _instant(text: str) -> datetime:
    """The end of that day in Italy, or that instant. Raises: BadParameter."""
    try:
        if len(text) == len("2026-03-01"):
            day = date.fromisoformat(text) + timedelta(days=1)
            return datetime.combine(day, time(), ZoneInfo("Europe/Rome")) - timedelta(microseconds=1)
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise click.BadParameter(
            f"{text!r}: like 2026-03-01 or 2026-03-01T12:00:00Z", param_hint="--as-of"
        ) from error
    return found if found.tzinfo else found.replace(tzinfo=ZoneInfo("Europe/Rome"))


def _name_withdrawn(job: Job, store: "Store", selection: "Selection") -> None:
    """What was in the archive then and is nowhere any more."""
    from aggregator.store.withdrawals import find_withdrawals

    if selection.as_of is None:
        return
    with store.read() as session:
        gone = find_withdrawals(session, since=selection.as_of)
    for one in gone:
        if one.entry_id is not None:
            job.warn(f"article {one.entry_id} was withdrawn on {one.withdrawn_at:%Y-%m-%d} and is not in it")


def _standard_output() -> Callable[[bytes], object]:
    return sys.stdout.buffer.write


def _tell(job: Job, figures: dict[str, Any], out: Path | None) -> None:
    """The count and checksum: on standard error where the rows are on standard output."""
    if out is None:
        sys.stdout.flush()
        if job.verbosity >= 0:
            click.echo(f"{figures['rows']} rows, sha256 {figures['sha256']}", err=True)
    elif job.is_json:
        job.answer({**figures, "file": str(out)})
    else:
        job.say(f"{figures['rows']} rows in {out}, sha256 {figures['sha256']}")


def restore_full(job: Job, file: IO[bytes]) -> int:
    """Rebuilds an empty archive from a full export."""
    from aggregator.store import search
    from aggregator.store.copying import restore

    store = job.open_store(create=True)
    try:
        loaded = restore(store, file)
        search.catch_up(store)
    finally:
        store.close()
    if job.is_json:
        job.answer({"rows": dict(loaded.rows), "withdrawn": loaded.withdrawn})
    else:
        job.say(f"{sum(loaded.rows.values())} rows, {loaded.rows.get('entry', 0)} articles restored")
        if loaded.withdrawn:
            job.say(f"{loaded.withdrawn} articles had been withdrawn here and were erased again")
    return 0
