"""Commands on texts, most without a database: `dates`, `extract` and `dedupe`.

Both read JSON lines where asked to and answer each line in order, bad ones included. Start
reading at `add_to`.
"""

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any, cast

import click

from aggregator.commands.common import Job, command

_Row = Mapping[str, Any]
_ROLES = ("published", "body", "event", "url", "header")
_CHUNK = 16  # pages handed to a worker at once: more saves no more, less costs a trip each


def add_to(group: click.Group) -> None:
    """Puts the commands of this theme into the group."""
    _add_dates(group)
    _add_extract(group)
    _add_dedupe(group)


def _add_dates(group: click.Group) -> None:
    @command(group, "dates")
    @click.argument("text", required=False)
    @click.option("--jsonl", is_flag=True, help="Read JSON lines from standard input, answer a line each.")
    @click.option("--lang", default="", help="Language of the text: it, en, or nothing.")
    @click.option("--reference", help="The instant that 'yesterday' starts from, ISO 8601. Default: now.")
    @click.option("--zone", default="Europe/Rome", help="Zone of clock times that state none.")
    @click.option(
        "--order", type=click.Choice(["DMY", "MDY", "YMD"]), default="DMY", help="Order of numeric dates."
    )
    @click.option("--role", type=click.Choice(_ROLES), default="body", help="What the date is for.")
    def dates(job: Job, text: str | None, jsonl: bool, **options: str | None) -> None:
        """Read the date that TEXT states, in Italian or English."""
        from pipelines.dates import answer

        if jsonl:
            for row in _rows(sys.stdin.buffer):
                job.answer(row if "error" in row else answer(row))
            return
        if text is None:
            raise click.UsageError("give a TEXT, or --jsonl with lines on standard input")
        options["reference"] = options["reference"] or datetime.now(UTC).isoformat()
        result = answer({"id": None, "text": text, **options})
        if job.is_json:
            job.answer(result)
        elif result.get("error"):
            raise click.UsageError(str(result["error"]))
        else:
            click.echo(_date_line(result))


def _date_line(result: Mapping[str, Any]) -> str:
    if result["start"] is None:
        return "no date"
    span = result["start"] + (f" / {result['end']}" if result["end"] else "")
    return f"{span}  ({result['precision']}, confidence {result['confidence']:.2f}: {result['reading']})"


def _add_extract(group: click.Group) -> None:
    @command(group, "extract")
    @click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
    @click.option("--url", help="Address that the page was fetched from.")
    @click.option("--jsonl", is_flag=True, help='Read lines {"id","url","path"} from standard input.')
    @click.option("--jobs", type=click.IntRange(1), default=1, help="Processes to spread --jsonl over.")
    def extract(job: Job, file: Path | None, url: str | None, jsonl: bool, jobs: int) -> None:
        """Turn a page in FILE into an article, without a database."""
        from aggregator.pagefile import article_row, read_many

        if jsonl:
            for result in _spread(article_row, _rows(sys.stdin.buffer), jobs, read_many):
                job.answer(result)
            return
        if file is None or url is None:
            raise click.UsageError("give a FILE and its --url, or --jsonl with lines on standard input")
        result = article_row({"id": None, "url": url, "path": str(file)})
        if job.is_json:
            job.answer(result)
        else:
            _print_article(result)


def _add_dedupe(group: click.Group) -> None:
    @command(group, "dedupe", is_group=True)
    @click.option("--jsonl", is_flag=True, help="Read articles as JSON lines, answer a line each.")
    @click.option("--against-archive", is_flag=True, help="Compare with the archive's articles, too.")
    def dedupe(job: Job, jsonl: bool, against_archive: bool) -> None:
        """Tell which articles on standard input, in order of arrival, are the same."""
        from aggregator.dedupefile import dedupe_rows

        if not jsonl:
            raise click.UsageError("give --jsonl with lines on standard input, or split, or join")
        rows = _rows(sys.stdin.buffer)
        for result in _dedupe_stored(job, rows) if against_archive else dedupe_rows(rows):
            click.echo(json.dumps(result, ensure_ascii=False))

    @command(cast("click.Group", dedupe), "split")
    @click.argument("name", metavar="ID")
    def split(job: Job, name: str) -> None:
        """Say that article ID is the same as no other; remembered."""
        from pipelines.link import split

        [entry_id] = _tie(job, split, name)
        job.say(f"{entry_id} stands alone; the next publication shows it")

    @command(cast("click.Group", dedupe), "join")
    @click.argument("name", metavar="ID")
    @click.argument("other", metavar="ID")
    def join(job: Job, name: str, other: str) -> None:
        """Say that two articles tell the same; remembered."""
        from pipelines.link import join

        one, two = _tie(job, join, name, other)
        job.say(f"{one} and {two} are one; the next publication shows it")


def _dedupe_stored(job: Job, rows: Iterable[_Row]) -> Iterator[_Row]:
    from aggregator.dedupearchive import Stored
    from aggregator.dedupefile import dedupe_rows

    store = job.open_store()
    try:
        with store.read() as session:
            yield from dedupe_rows(rows, Stored(session))
    finally:
        store.close()


def _tie(job: Job, change: Callable[..., None], *names: str) -> list[int]:
    """Looks the articles up by number, tag or address, and changes their ties in one transaction."""
    from aggregator.store import articles

    store = job.open_store()
    try:
        with store.write() as session:
            ids = [articles.locate(session, name) for name in names]
            change(session, *ids, datetime.now(UTC))
    finally:
        store.close()
    return ids


def _print_article(row: Mapping[str, Any]) -> None:
    if "error" in row:
        raise click.ClickException(str(row["error"]))
    for name in ("title", "date_published", "authors", "language", "image", "tags", "canonical_url"):
        value = row[name]
        click.echo(f"{name + ':':16}{', '.join(value) if isinstance(value, list) else value or '-'}")
    click.echo("\n" + row["text"])


def _rows(lines: Iterable[bytes]) -> Iterator[dict[str, Any]]:
    """One row a line, in order; a line that is no JSON object becomes a row with its error."""
    for line in lines:
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as error:
            yield {"id": None, "error": f"not JSON: {error}"}
            continue
        yield row if isinstance(row, dict) else {"id": None, "error": "not a JSON object"}


def _spread(
    function: Callable[[_Row], _Row], rows: Iterator[_Row], jobs: int, prepare: Callable[[], None]
) -> Iterator[_Row]:
    """The results in order; with several jobs, only as many rows ahead as keeps them busy."""
    if jobs == 1:
        prepare()
        yield from map(function, rows)
        return
    from concurrent.futures import ProcessPoolExecutor

    with ProcessPoolExecutor(jobs, initializer=prepare) as pool:
        while batch := list(islice(rows, _CHUNK * jobs * 4)):
            yield from pool.map(function, batch, chunksize=_CHUNK)
