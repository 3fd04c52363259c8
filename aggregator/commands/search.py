"""Commands that ask the archive: `search` and `sql`.

Each is one short function over the module that does the work. Start reading at `add_to`.
"""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import click

from aggregator.commands.common import Job, command

if TYPE_CHECKING:
    from aggregator.items import Entry
    from aggregator.query import Query
    from aggregator.snippet import Fragment
    from aggregator.store import Session, Store

_SECONDS = 60.0
_MOST = 1000


def add_to(group: click.Group) -> None:
    """Puts the commands of this theme into the group."""
    for add in (_add_search, _add_sql):
        add(group)


@contextmanager
def opened(job: Job) -> "Iterator[Store]":
    """The archive, its index made where it is not yet."""
    store = job.open_store()
    try:
        yield store
    finally:
        store.close()


def _add_search(group: click.Group) -> None:
    @command(group, "search")
    @click.argument("words", nargs=-1, metavar="QUERY")
    @click.option("--ranked", "is_ranked", is_flag=True, help="Titles first, not newest first.")
    @click.option("--limit", type=click.IntRange(1, _MOST), default=20, show_default=True, help="How many.")
    @click.option("--cursor", help="Go on from where the last answer ended.")
    @click.option(
        "--as-of", type=click.DateTime(["%Y-%m-%d"]), help="As the archive was at the end of that day."
    )
    @click.option(
        "--person", metavar="NAME", help="List all that names this person, hidden articles included."
    )
    def search(
        job: Job, words: tuple[str, ...], is_ranked: bool, limit: int, cursor: str | None,
        as_of: datetime | None, person: str | None,
    ) -> None:  # fmt: skip
        """Find articles by words, phrases and filters.

        QUERY: words (all must be there, in any inflection), "a phrase", OR, NOT or -word, begin*, and
        the filters source: cluster: topic: lang: after: before: has:event.
        """
        from aggregator.store.find import count, find_page
        from aggregator.store.limit import read_within

        if person is not None:
            _person(job, person)
            return
        query = _query(words, is_ranked=is_ranked, limit=limit)
        asked = query.after(cursor) if cursor else query
        with opened(job) as store, read_within(store, _SECONDS) as session:
            query, asked = job.resolve(session, query), job.resolve(session, asked)
            if as_of is not None:
                _past(job, session, query, as_of.date())
                return
            page = find_page(session, asked)
            total = count(session, query)
        _show(job, page.entries, query)
        shown = f"{len(page.entries)} of {total} articles"
        job.say(shown + (f"; more: --cursor {page.cursor}" if page.cursor else ""))


def _query(words: "Sequence[str]", *, is_ranked: bool, limit: int) -> "Query":
    from aggregator.grammar import parse_query
    from aggregator.query import Order

    query = parse_query(" ".join(words))
    return replace(query, order=Order.RANKED if is_ranked else Order.ARRIVAL, limit=limit)


def _show(job: Job, entries: "Sequence[Entry]", query: "Query") -> None:
    if not job.is_json:
        _print(entries, query)
        return
    for entry in entries:
        job.answer(_row(entry, query))


def _past(job: Job, session: "Session", query: "Query", day: date) -> None:
    """What was found then, and what can no longer be."""
    from aggregator.store.asof import find_as_of, withdrawn_since

    entries = find_as_of(session, query, day)
    _show(job, entries, query)
    job.say(f"{len(entries)} articles, as they were at the end of {day}")
    for one in withdrawn_since(session, day):
        job.say(f"withdrawn since: {one.tag} on {one.withdrawn_at:%Y-%m-%d} ({one.reason})")


def _person(job: Job, name: str) -> None:
    from aggregator.store.limit import read_within
    from aggregator.store.person import naming

    with opened(job) as store, read_within(store, 10 * _SECONDS) as session:
        found = naming(session, name)
    for one in found:
        if job.is_json:
            job.answer(asdict(one))
        else:
            click.echo(
                f"{one.entry_id:>8}  {', '.join(one.places)}\n          {one.title}\n          {one.url}"
            )
    job.say(f"{len(found)} articles name {name}")


def _row(entry: "Entry", query: "Query") -> dict[str, Any]:
    from aggregator.snippet import snippet

    article, published = entry.article, entry.article.published
    return {
        "id": entry.id,
        "tag": entry.tag,
        "url": article.url,
        "title": article.title,
        "published": published and (published.at or published.day).isoformat(),
        "precision": published and published.precision.value,
        "language": article.language,
        "sources": list(entry.sources),
        "about": list(dict.fromkeys(mention.term for mention in article.mentions)),
        "snippet": "".join(fragment.text for fragment in snippet(article.text, query.words)),
        "first_seen_at": entry.first_seen_at.isoformat(),
    }


def _print(entries: "Sequence[Entry]", query: "Query") -> None:
    from aggregator.snippet import mark, snippet

    for entry in entries:
        published = entry.article.published
        day = published.day.isoformat() if published else "no date"
        click.echo(f"{entry.id:>8}  {day:<10}  {', '.join(entry.sources)}")
        click.echo(f"          {_marked(mark(entry.article.title, query.words))}")
        if text := _marked(snippet(entry.article.text, query.words)):
            click.echo(f"          {text}")
        click.echo(f"          {entry.article.url}\n")


def _marked(fragments: "Sequence[Fragment]") -> str:
    """Hits in bold; click takes that off where the output is no terminal."""
    return "".join(click.style(f.text, bold=True) if f.is_hit else f.text for f in fragments)


def _add_sql(group: click.Group) -> None:
    @command(group, "sql")
    @click.argument("statement", required=False, metavar="[QUERY]")
    @click.option(
        "--format", "shape", type=click.Choice(["table", "csv", "json"]), default="table", show_default=True,
        help="How rows are printed.",
    )  # fmt: skip
    @click.option(
        "--seconds", type=click.FloatRange(0.1), default=_SECONDS, show_default=True, help="At most so long."
    )
    @click.option(
        "--tables", is_flag=True, help="Print the data dictionary: tables, columns, what null means."
    )
    def sql(job: Job, statement: str | None, shape: str, seconds: float, tables: bool) -> None:
        """Ask the archive in SQL; nothing can be written.

        Without QUERY it is read from standard input; at a terminal, one after the other, each ended by
        a semicolon.
        """
        from aggregator.dictionary import markdown

        if tables:
            click.echo(markdown(), nl=False)
            return
        with opened(job) as store:
            for one in [statement] if statement else _typed():
                _answer(store, one, "json" if job.is_json else shape, seconds)


def _typed() -> "Iterator[str]":
    """Statements from standard input: all of it, or at a terminal one after the other."""
    if not sys.stdin.isatty():
        yield sys.stdin.read()
        return
    from aggregator.dictionary import TABLES

    click.echo("tables: " + ", ".join(table.name for table in TABLES) + "; end with Ctrl-D", err=True)
    lines: list[str] = []
    while True:
        try:
            lines.append(input("  ... " if lines else "sql> "))
        except EOFError:
            return
        if lines[-1].rstrip().endswith(";"):
            yield "\n".join(lines)
            lines = []


def _answer(store: "Store", statement: str, shape: str, seconds: float) -> None:
    import csv
    import json

    from aggregator.errors import QueryError
    from aggregator.store.views import ask

    try:
        with ask(store, statement.strip().rstrip(";"), seconds=seconds) as answer:
            if shape == "json":
                for row in answer.rows:
                    named = dict(zip(answer.columns, row, strict=True))
                    click.echo(json.dumps(named, ensure_ascii=False, default=str))
            elif shape == "csv":
                writer = csv.writer(sys.stdout, lineterminator="\n")
                writer.writerow(answer.columns)
                writer.writerows(answer.rows)
            else:
                table(answer.columns, answer.rows)
    except QueryError:
        if not sys.stdin.isatty():
            raise
        click.echo(f"aggregator: {sys.exception()}", err=True)


def table(columns: "Sequence[str]", rows: Any, *, is_grouped: bool = False) -> None:  # noqa: ANN401  any cells
    """Prints rows for people; whole in a log, folded at a terminal. `is_grouped` writes 12,345."""
    from rich.console import Console
    from rich.table import Table

    shown = Table(box=None, pad_edge=False, header_style="bold")
    rows = list(rows)
    for at, name in enumerate(columns):
        is_figures = bool(rows) and all(isinstance(row[at], int | float) for row in rows)
        shown.add_column(name, overflow="fold", justify="right" if is_figures else "left")
    for row in rows:
        told = ("" if cell is None else cell for cell in row)
        shown.add_row(*(f"{cell:,}" if is_grouped and isinstance(cell, int) else str(cell) for cell in told))
    console = Console()
    Console(width=None if console.is_terminal else 400, markup=False).print(shown)
