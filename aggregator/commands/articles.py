"""Commands on single articles: `show`, `explain`, `correct`, `hide`; and `reextract` over all.

Each is one short function over the module that does the work. Start reading at `add_to`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, fields
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from aggregator.commands.common import Job, command

if TYPE_CHECKING:
    from aggregator.explain import Explained
    from aggregator.items import Article, Entry, Event, Source, Vocabulary
    from aggregator.reextract import Difference, SourceResult
    from aggregator.store import Session, Store
    from aggregator.store.corrections import Correction
    from aggregator.store.kinship import Tie
    from aggregator.store.revisions import Revision
    from aggregator.store.sightings import SeenPage

PROBLEMS = 1
_WIDTH = 14
_SHOWN = 160


def add_to(group: click.Group) -> None:
    """Puts the commands of this theme into the group."""
    for add in (_add_show, _add_explain, _add_correct, _add_hide, _add_reextract):
        add(group)


@contextmanager
def _archive(job: Job) -> "Iterator[Store]":
    store = job.open_store()
    try:
        yield store
    finally:
        store.close()


def _get(session: "Session", name: str) -> "Entry":
    from aggregator.errors import QueryError
    from aggregator.store import articles, withdrawals

    gone = withdrawals.withdrawal_of(session, name)
    if gone is not None:
        raise QueryError(f"article {name} was withdrawn on {gone.withdrawn_at:%Y-%m-%d}: {gone.reason}")
    return articles.get(session, articles.locate(session, name))


def _add_show(group: click.Group) -> None:
    @command(group, "show")
    @click.argument("name", metavar="ID")
    @click.option(
        "--as-of", type=click.DateTime(["%Y-%m-%d"]), help="As the archive had it at the end of that day."
    )
    def show(job: Job, name: str, as_of: datetime | None) -> None:
        """Print the article ID (its number, tag or URL): its fields, where it was seen, what it was."""
        from aggregator.store import corrections, kinship, revisions, sightings

        with _archive(job) as store, store.read() as session:
            entry = _get(session, name)
            pages = sightings.pages_of(session, entry.id)
            past = revisions.history(session, entry.id)
            said = corrections.find(session, entry.id)
            ties = kinship.ties_of(session, entry.id)
            if as_of is not None:
                entry, end = _as_of(session, entry, as_of)
                pages = [page for page in pages if page.first_seen_at < end]
                past = [revision for revision in past if revision.changed_at < end]
                said = [one for one in said if one.corrected_at < end]
        if job.is_json:
            row = asdict(entry)
            row["sightings"] = [asdict(page) for page in pages]
            row["revisions"] = [asdict(revision) for revision in past]
            row["corrections"] = [asdict(correction) for correction in said]
            job.answer(row)
            return
        for label, value in _rows(entry):
            click.echo(f"{label + ':':{_WIDTH}}{value or '-'}")
        _tell_pages(pages)
        for tie in ties if as_of is None else ():
            click.echo(f"{_tie_in_words(tie) + ':':{_WIDTH}}{tie.other_id}  {tie.url}")
        _tell_past(past)
        _tell_corrections(said)
        click.echo("\n" + entry.article.text)


def _as_of(session: "Session", entry: "Entry", day: datetime) -> "tuple[Entry, datetime]":
    """The Entry as it was at the end of that day, and when that was. Raises: QueryError."""
    from aggregator.errors import QueryError
    from aggregator.store import asof

    then = asof.as_of(session, entry, day.date())
    if then is None:
        seen = f"{entry.first_seen_at:%Y-%m-%d}"
        raise QueryError(f"article {entry.id} was not known on {day:%Y-%m-%d}; it was first seen on {seen}")
    return then, asof.end_of(day.date())


def _rows(entry: "Entry") -> "Iterator[tuple[str, str]]":
    from aggregator.explain import in_words

    article = entry.article
    yield "number", str(entry.id)
    yield "tag", entry.tag
    for name in ("title", "url", "canonical_url", "published", "modified_at", "authors", "language"):
        yield name.removesuffix("_at").replace("_url", ""), in_words(getattr(article, name))
    for name in ("summary", "image", "tags"):
        yield name, in_words(getattr(article, name))
    yield "about", ", ".join(dict.fromkeys(mention.term for mention in article.mentions))
    for event in article.events:
        yield event.kind.value, _event_in_words(event)
    yield "first seen", in_words(entry.first_seen_at)
    yield "last change", in_words(entry.changed_at)
    if entry.announced_seq is None:
        yield "state", "waits for the end of its visit"
    if entry.vanished_at:
        yield "vanished", in_words(entry.vanished_at)
    if entry.is_hidden:
        yield "hidden", "yes: out of the feeds"


def _event_in_words(event: "Event") -> str:
    days = event.start.isoformat() + (f" to {event.end.isoformat()}" if event.end else "")
    where = ", ".join(filter(None, (event.place, "online" if event.is_online else "")))
    doubt = "" if event.is_year_proved else ", its year not proved: in no calendar"
    return f"{days}{f', {where}' if where else ''}{doubt}: {event.sentence}"


def _tell_pages(pages: "list[SeenPage]") -> None:
    for page in pages:
        gone = f", gone since {page.vanished_at:%Y-%m-%d}" if page.vanished_at else ""
        kept = "page kept" if page.has_snapshot else "page not kept"
        click.echo(
            f"{'seen:':{_WIDTH}}{page.first_seen_at:%Y-%m-%d %H:%M} at {page.source_id} ({kept}{gone})"
        )
        click.echo(f"{'':{_WIDTH}}{page.link}")


def _tell_past(past: "list[Revision]") -> None:
    for revision in past:
        click.echo(f"{'changed:':{_WIDTH}}{revision.changed_at:%Y-%m-%d %H:%M}: {', '.join(revision.old)}")


def _tell_corrections(said: "list[Correction]") -> None:
    for one in said:
        click.echo(f"{'corrected:':{_WIDTH}}{one.field} on {one.corrected_at:%Y-%m-%d}: {one.reason}")
        click.echo(f"{'':{_WIDTH}}its page says: {' '.join(one.read.split())[:200] or '-'}")


def _add_explain(group: click.Group) -> None:
    @command(group, "explain")
    @click.argument("name", metavar="ID")
    def explain(job: Job, name: str) -> None:
        """Print why each field of the article ID is what it is, and how to mend its whole site."""
        from aggregator.explain import catalogue_lines
        from aggregator.explain import explain as explained
        from aggregator.store import kinship, sightings

        with _archive(job) as store, store.read() as session:
            entry = _get(session, name)
            ties = kinship.ties_of(session, entry.id)
            pages = [page for page in sightings.pages_of(session, entry.id) if not page.is_home]
        fields = explained(entry.article)
        if job.is_json:
            row = {
                "id": entry.id,
                "tag": entry.tag,
                "url": entry.article.url,
                "source": entry.article.source_id,
            }
            told = {"fields": [asdict(field) for field in fields], "ties": [asdict(tie) for tie in ties]}
            job.answer({**row, **told, "pages": [asdict(page) for page in pages]})
            return
        click.echo(f"{entry.id}  {entry.article.url}\n")
        for field in fields:
            if field.value or field.others:
                _tell_field(field)
        missing = [field.field for field in fields if not field.value and not field.others]
        if missing:
            click.echo(f"nothing was found of: {', '.join(missing)}\n")
        for page in pages:
            why = (
                "the text is the same" if page.has_same_text else "it leads to this article, or its text did"
            )
            click.echo(f"also at {page.source_id}: {page.link}\n    because   {why}\n")
        for tie in ties:
            click.echo(f"{_tie_in_words(tie)} of {tie.other_id}: {tie.url}")
            click.echo(f"    because   {tie.reason} (score {tie.score:.2f}, rules {tie.rules})\n")
        _tell_mending(catalogue_lines(entry.article.source_id, fields), entry, job)


def _tie_in_words(tie: "Tie") -> str:
    if tie.original_id not in (None, tie.other_id):
        return "original"
    return "copy" if tie.level == "near" else str(tie.level)


def _tell_mending(lines: "tuple[str, ...]", entry: "Entry", job: Job) -> None:
    """The way to mend this article, and all of its site where something is missing or disputed."""
    click.echo(f"To mend this article: aggregator correct {entry.id} FIELD VALUE --reason WHY")
    if lines:
        click.echo(
            f"To mend the whole site, add what you know of these lines to {job.config.operator_catalogue}:\n"
        )
        click.echo("\n".join(f"    {line}" for line in lines))
        click.echo(f"\nthen: aggregator reextract {entry.article.source_id} --dry-run")


def _tell_field(field: "Explained") -> None:
    shown = field.value if len(field.value) <= _SHOWN else field.value[:_SHOWN].rsplit(" ", 1)[0] + " ..."
    click.echo(f"{field.field}: {shown or '-'}" + (f"   ({field.doubt})" if field.doubt else ""))
    if field.chosen is not None:
        said = "" if field.value.startswith(field.chosen.value.rstrip("…")) else f": {field.chosen.value}"
        click.echo(f"    read at   {field.chosen.where}{said}".rstrip(": "))
    for other in field.others:
        click.echo(f"    also      {other.where}: {other.value}")
    why = (field.why or _because(field)).removeprefix(f"{field.chosen.where}: " if field.chosen else "")
    click.echo(f"    because   {why}")
    for line in field.mends:
        click.echo(f"    to mend   {line}")
    click.echo()


def _because(field: "Explained") -> str:
    if field.chosen is None:
        return "nothing was found"
    return "the most trusted place" if field.others else "nothing else was found"


def _add_correct(group: click.Group) -> None:
    @command(group, "correct")
    @click.argument("name", metavar="ID")
    @click.argument("field")
    @click.argument("value", required=False)
    @click.option("--reason", default="", help="Why: kept as evidence.")
    @click.option("--undo", is_flag=True, help="Take your word back: the field is what the page says.")
    def correct(job: Job, name: str, field: str, value: str | None, reason: str, undo: bool) -> None:
        """Set FIELD of the article ID to VALUE, for good.

        FIELD is title, published, authors, language, summary, text, tags or image. Several
        authors or tags are separated by semicolons; an empty VALUE means none.
        """
        from aggregator.store import amend, corrections

        if field not in corrections.FIELDS:
            raise click.UsageError(f"no field {field!r}; there are {', '.join(corrections.FIELDS)}")
        if undo == (value is not None) or (not undo and not reason.strip()):
            raise click.UsageError("give a VALUE with its --reason, or --undo")
        now = datetime.now(UTC)
        with _archive(job) as store, store.write() as session:
            entry = _get(session, name)
            if value is None:
                changed = amend.give_back(session, entry.id, field, now)
            else:
                said = _said(session, entry, field, value, now, job.catalogue.vocabulary)
                changed = amend.correct(session, entry.id, field, said, reason=reason.strip(), now=now)
            after = _get(session, str(entry.id))
        _tell_change(job, after, field, changed)


def _said(
    session: "Session", entry: "Entry", field: str, value: str, now: datetime, vocabulary: "Vocabulary"
) -> "Article":
    from pipelines.correct import corrected

    source = _source(session, entry.article.source_id)
    try:
        return corrected(entry.article, field, value, source, now, vocabulary)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint=field) from error


def _source(session: "Session", source_id: str) -> "Source":
    from aggregator.store import sources

    [source] = sources.find_sources(session, [source_id])
    return source


def _tell_change(job: Job, entry: "Entry", field: str, changed: tuple[str, ...] | None) -> None:
    from aggregator.explain import in_words

    value = in_words(getattr(entry.article, field))
    if job.is_json:
        job.answer({"id": entry.id, "field": field, "value": value, "changed": bool(changed)})
    elif changed is None:
        job.say(f"{field} of {entry.id} had not been corrected; it is what the page says: {value or '-'}")
    else:
        state = "is now" if changed else "was already"
        job.say(f"{field} of {entry.id} {state}: {value or '-'}")


def _add_hide(group: click.Group) -> None:
    @command(group, "hide")
    @click.argument("name", metavar="ID")
    @click.option("--undo", is_flag=True, help="Let it be seen again.")
    def hide(job: Job, name: str, undo: bool) -> None:
        """Keep the article ID out of feeds and searches; the archive keeps it."""
        from aggregator.store import amend, articles

        with _archive(job) as store, store.write() as session:
            entry_id = articles.locate(session, name)
            is_done = (
                amend.unhide(session, entry_id) if undo else amend.hide(session, entry_id, datetime.now(UTC))
            )
        if job.is_json:
            job.answer({"id": entry_id, "hidden": not undo, "changed": is_done})
            return
        state = "to be seen" if undo else "hidden"
        follows = "; the feeds follow with the next `aggregator publish` or `aggregator run`"
        job.say(f"{entry_id} is {state}{follows if is_done else ' already'}")


def _add_reextract(group: click.Group) -> None:
    @command(group, "reextract")
    @click.argument("source", nargs=-1)
    @click.option("--dry-run", "is_dry", is_flag=True, help="Print what would change, and change nothing.")
    def reextract(job: Job, source: tuple[str, ...], is_dry: bool) -> int:
        """Read the kept pages of each SOURCE, or of all, again with today's code and catalogue."""
        from aggregator.reextract import reextract as read_again

        tell = _teller(job, is_dry=is_dry)
        with _archive(job) as store:
            results = read_again(
                store, job.catalogue, source, jobs=job.config.jobs, live_days=job.config.feed_days,
                is_dry=is_dry, on_difference=tell,
            )  # fmt: skip
        for result in results:
            _tell_result(job, result)
        for result in results:
            if result.error:
                job.warn(f"{result.source_id}: {result.error}")
        if not is_dry and any(result.changed for result in results):
            job.say("the feeds follow with the next `aggregator publish` or `aggregator run`")
        return PROBLEMS if any(result.error for result in results) else 0


def _teller(job: Job, *, is_dry: bool) -> Any:  # noqa: ANN401  a callback that takes a Difference
    """Prints a difference: all of them on a dry run, else only where asked to say more."""

    def tell(found: "Difference") -> None:
        if job.is_json:
            job.answer({"source": found.source_id, "id": found.entry_id, "url": found.url, **_change(found)})
        elif is_dry or job.verbosity > 0:
            click.echo(f"{found.source_id} {found.entry_id} {found.url}")
            for line in found.lines():
                click.echo(f"    {line}")

    return tell


def _change(found: "Difference") -> dict[str, Any]:
    return {"fields": {name: {"old": old, "new": new} for name, (old, new) in found.fields.items()}}


def _tell_result(job: Job, result: "SourceResult") -> None:
    if job.is_json:
        # asdict makes nonsense of a Counter (CPython 3.11).
        job.answer({each.name: getattr(result, each.name) for each in fields(result)})
        return
    changed = ", ".join(f"{count} {name}" for name, count in sorted(result.fields.items()))
    refused = ", ".join(f"{count} {reason}" for reason, count in sorted(result.refused.items()))
    parts = [
        f"{result.pages} pages read",
        f"{result.changed} articles changed" + (f" ({changed})" if changed else ""),
    ]
    parts += [f"{result.unseen} with better markup or evidence"] if result.unseen else []
    parts += [f"no articles any more, left as they are: {refused}"] if refused else []
    parts += [f"{result.missing} without a kept page"] if result.missing else []
    job.say(f"{result.source_id}: {'; '.join(parts)}")
