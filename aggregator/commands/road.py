"""Commands of the road: `demo`, `init`, `run`, `publish`, `import`, `config show`.

Each is one short function over the module that does the work. Start reading at `add_to`.
"""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

from aggregator.commands.alarms import has_no_room, tell_alarms
from aggregator.commands.common import Job, command
from aggregator.commands.feeds import tell_hub
from aggregator.commands.serve import serve_archive

if TYPE_CHECKING:
    from aggregator.demo import DemoReport
    from aggregator.feeds.publish import PublishReport
    from aggregator.run import CrawlReport, Forecast, Request
    from aggregator.store import Store

PROBLEMS = 1
INTERRUPTED = 130


def add_to(group: click.Group) -> None:
    """Puts the commands of this theme into the group."""
    for add in (_add_demo, _add_init, _add_run, _add_publish, _add_import, _add_config):
        add(group)


def _add_demo(group: click.Group) -> None:
    @command(group, "demo")
    @click.option(
        "--keep",
        type=click.Path(file_okay=False, path_type=Path),
        help="Folder to keep archive and feeds in.",
    )
    @click.option("--serve", is_flag=True, help="Serve feeds, search and API on 127.0.0.1 until Ctrl-C.")
    def demo(job: Job, keep: Path | None, serve: bool) -> int:
        """Crawl the bundled sample sites, without network, and publish their feeds."""
        from aggregator.demo import run_demo

        try:
            done = run_demo(job.config, keep)
        except OSError as error:
            raise click.BadParameter(f"{error.filename}: {error.strerror}", param_hint="--keep") from error
        _tell_demo(job, done)
        if serve:
            serve_archive(job, done.config, done.vocabulary, "127.0.0.1", 0)
        return 0 if all(report.error is None for report in done.crawled.sources) else PROBLEMS


def _tell_demo(job: Job, done: "DemoReport") -> None:
    from aggregator.commands.tables import run_table

    reports, feeds = done.crawled.sources, done.published.feeds
    new, copies = sum(r.counts.new for r in reports), sum(r.counts.copies for r in reports)
    index = done.public / "index.html"
    if job.is_json:
        figures = {"sources": len(reports), "articles": new, "copies": copies, "feeds": feeds}
        job.answer({**figures, "index": str(index), "database": str(done.archive)})
        return
    if job.verbosity >= 0:
        run_table(reports)
    job.say(
        f"\n{len(reports)} sources, {new} articles, {copies} copies found and not repeated, {feeds} feeds"
    )
    job.say(f"feeds:    {index}\narchive:  {done.archive}")


def _add_init(group: click.Group) -> None:
    @command(
        group,
        "init",
        must_have_config=False,
        flags=("base_url", "publish", "contact", "language", "authority"),
    )
    @click.option("--base-url", help="Address that the feeds will be served at.")
    @click.option("--publish", type=click.Path(path_type=Path), help="Folder that the feeds are written to.")
    @click.option("--contact", help="Address by which site owners reach you.")
    @click.option("--language", help="Language of what readers see: it or en.")
    @click.option("--authority", help="Your domain, for the ids of entries; set once, for ever.")
    def init(job: Job) -> None:
        """Write a commented aggregator.toml and an empty catalogue.toml of your own."""
        from aggregator.catalogue_edit import NEW_CATALOGUE
        from aggregator.config import render_default

        config = job.config
        given = {name: getattr(config, name) for name in _INIT if config.origins[name] != "default"}
        if not given.get("authority") and given.get("base_url"):
            given["authority"] = _domain_of(str(given["base_url"]))
        for path, text in (
            (config.file, render_default(given)),
            (config.operator_catalogue, NEW_CATALOGUE),
        ):
            path.parent.mkdir(parents=True, exist_ok=True)
            try:
                with path.open("x", encoding="utf-8") as file:
                    file.write(text)
                job.say(f"written: {path}")
            except FileExistsError:
                job.say(f"kept as it is: {path}")
        if not given.get("authority"):
            job.warn("no authority: set it to a domain of yours before the first run; ids keep it")


_INIT = ("database", "base_url", "publish", "contact", "language", "authority")


def _domain_of(base_url: str) -> str:
    """The host of the address, where it can own ids: a name with a dot that is no number."""
    from aggregator.urls import host_of

    host = host_of(base_url).removeprefix("www.")
    last = host.rpartition(".")[2]
    return host if "." in host and not last.isdigit() else ""


def _add_run(group: click.Group) -> None:
    @command(group, "run", flags=("publish", "base_url"))
    @click.argument("source", nargs=-1)
    @click.option("--all", "is_all", is_flag=True, help="Every enabled source, due or not.")
    @click.option(
        "--since",
        type=click.DateTime(["%Y-%m-%d"]),
        help="Backfill: also what is older than a visit's depth, from this day.",
    )
    @click.option("--publish", type=click.Path(path_type=Path), help="Folder that the feeds are written to.")
    @click.option("--base-url", help="Address that this folder is served at.")
    @click.option(
        "--no-migrate", is_flag=True, help="Refuse an archive of an older version rather than upgrade it."
    )
    def run(job: Job, source: tuple[str, ...], is_all: bool, since: datetime | None, no_migrate: bool) -> int:
        """Crawl what is due, or each SOURCE named, store what is new, publish what changed."""
        from aggregator.run import Request

        if since is not None and not source:
            raise click.UsageError("--since asks for a backfill: name the SOURCE")
        only = _only(job, source, is_all)
        if not job.config.contact and job.verbosity >= 0:
            job.warn(
                "no contact is set: site owners cannot reach you (option contact, or AGGREGATOR_CONTACT)"
            )
        store = job.open_store(create=True, migrate=not no_migrate)
        try:
            return crawl_and_publish(job, store, Request(only, since.date() if since else None))
        finally:
            store.close()


def crawl_and_publish(job: Job, store: "Store", request: "Request") -> int:
    """One run: crawls, looks after the archive, publishes and tells; gives the exit code."""
    if has_no_room(job, store):
        publish_feeds(job, store)
        return PROBLEMS
    crawled = _crawl(job, store, request)
    published = follow_up(job, store)
    for line in _not_visited(job, request.only or (), crawled):
        job.warn(line)
    return _report(job, crawled, published)


def _crawl(job: Job, store: Any, request: Any) -> "CrawlReport":  # noqa: ANN401  imported inside
    from aggregator.crawl import crawl

    return crawl(
        job.config,
        job.catalogue,
        store,
        request,
        progress=_progress(job),
        foretell=lambda forecast: job.warn(_foretold(forecast)),
    )


def _foretold(forecast: "Forecast") -> str:
    """What a backfill is about to ask for, and for how long."""
    minutes = forecast.requests * forecast.pace / 60
    span = f"about {minutes:.0f} minutes" if minutes >= 1 else "less than a minute"
    return f"{forecast.source_id}: {forecast.requests} requests to come, {span} at its pace"


def follow_up(job: Job, store: "Store") -> "PublishReport":
    """What follows visits, of this process or of a fleet: old pages go, alarms are told, feeds written."""
    _drop_old(job, store)
    tell_alarms(job, store)
    return publish_feeds(job, store)


def _drop_old(job: Job, store: Any) -> None:  # noqa: ANN401  a Store, unknown to this module
    """Lets go of kept pages that are older than the options say."""
    from aggregator.store import snapshots

    dropped = snapshots.drop_old(store, job.config.snapshot_days_news, datetime.now(UTC))
    if dropped and job.verbosity > 0:
        job.say(f"{dropped} pages of news sites are older than {job.config.snapshot_days_news} days: let go")


def _only(job: Job, named: tuple[str, ...], is_all: bool) -> tuple[str, ...] | None:
    if is_all:
        return tuple(source.id for source in job.catalogue.sources if source.enabled)
    for source_id in named:
        job.catalogue.get(source_id)
    return named or None


def _not_visited(job: Job, wanted: tuple[str, ...], crawled: "CrawlReport") -> list[str]:
    """A line for each source that was asked for and left out: that is no failure, but no visit either."""
    if crawled.is_interrupted:
        return []
    visited = {report.source_id for report in crawled.sources}
    return [f"{id_}: not visited: {_why_not(job, id_, crawled)}" for id_ in wanted if id_ not in visited]


def _why_not(job: Job, source_id: str, crawled: "CrawlReport") -> str:
    if not job.catalogue.get(source_id).enabled:
        return "it is not enabled"
    until = crawled.held.get(source_id)
    if until is not None:
        return f"its server asked to be left alone until {until.astimezone():%Y-%m-%d %H:%M}"
    return "another run is at its site"


def _progress(job: Job) -> Any:  # noqa: ANN401  a callback that takes a SourceReport
    """A line a source as visits end; on a terminal, in place of a long silence."""

    def tell(report: Any) -> None:  # noqa: ANN401  imported where it is made
        if not job.is_json and sys.stderr.isatty():
            click.echo(f"{report.source_id}: {report.outcome.value}, {report.counts.new} new", err=True)

    return tell


def publish_feeds(job: Job, store: Any) -> "PublishReport":  # noqa: ANN401  a Store, unknown to this module
    """Writes the feeds whose entries have changed, where and as the options say."""
    from aggregator.feeds.publish import publish

    config = job.config
    report = publish(
        store,
        job.catalogue.vocabulary,
        config.publish,
        base_url=config.base_url,
        language=config.language,
        summary_length=config.summary_length,
        feed_entries=config.feed_entries,
        hub=config.hub,
    )
    if config.hub and config.base_url:
        tell_hub(job, report.written)
    return report


def _report(job: Job, crawled: "CrawlReport", published: "PublishReport") -> int:
    """The closing table, or one JSON object; gives the exit code."""
    from aggregator.commands.tables import publish_line, run_row, run_table, troubles

    if job.is_json:
        job.answer(
            {
                "sources": [run_row(report) for report in crawled.sources],
                "published": {"feeds": published.feeds, "written": len(published.written)},
                "interrupted": crawled.is_interrupted,
            }
        )
    elif job.verbosity >= 0:
        run_table(crawled.sources)
        job.say(publish_line(published, job.config.publish))
    bad = troubles(crawled.sources)
    for line in bad:
        job.warn(line)
    if crawled.is_interrupted:
        job.warn("interrupted: what was saved is kept, the next run goes on")
        return INTERRUPTED
    return PROBLEMS if bad else 0


def _add_publish(group: click.Group) -> None:
    @command(group, "publish", flags=("base_url", "language"))
    @click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Folder to write to.")
    @click.option("--base-url", help="Address that this folder is served at.")
    @click.option("--language", help="Language of what readers see: it or en.")
    def publish(job: Job, out: Path | None) -> None:
        """Write all feeds as files, only those whose bytes change."""
        from dataclasses import replace

        from aggregator.commands.tables import publish_line

        job = replace(job, config=replace(job.config, publish=out.absolute())) if out else job
        store = job.open_store()
        try:
            report = publish_feeds(job, store)
        finally:
            store.close()
        if job.is_json:
            job.answer(
                {"feeds": report.feeds, "written": list(report.written), "omitted": dict(report.omitted)}
            )
        else:
            job.say(publish_line(report, job.config.publish))


def _add_import(group: click.Group) -> None:
    @command(group, "import")
    @click.argument("file", type=click.File("rb"))
    @click.option("--ack", is_flag=True, help="Print `ACK <id>` once each row is durable.")
    @click.option("--restore", is_flag=True, help="Rebuild an empty archive from an `export --full`.")
    def import_(job: Job, file: IO[bytes], ack: bool, restore: bool) -> int:
        """Take articles from a JSONL FILE (- for standard input) into the archive."""
        from aggregator.intake import take_in

        if restore:
            from aggregator.commands.export import restore_full

            return restore_full(job, file)
        store = job.open_store(create=True)
        try:
            days = job.config.feed_days
            report = take_in(store, job.catalogue, file, live_days=days, ack=click.echo if ack else None)
        finally:
            store.close()
        for line in report.errors:
            job.warn(line)
        if job.is_json:
            job.answer(
                {"rows": report.rows, "new": report.new, "copies": report.copies, "refused": report.refused}
            )
        elif not ack:
            job.say(f"{report.rows} rows: {report.new} new, {report.copies} copies, {report.refused} refused")
        return PROBLEMS if report.errors else 0


def _add_config(group: click.Group) -> None:
    @group.group("config")
    def config() -> None:
        """Show the options in force."""

    @command(config, "show")
    def show(job: Job) -> None:
        """Every option with its value and where that came from, as lines that aggregator.toml takes."""
        import json

        from aggregator.config import options

        rows = [(o.name, getattr(job.config, o.name), job.config.origins[o.name]) for o in options()]
        if job.is_json:
            job.answer({name: {"value": _shown(value), "from": origin} for name, value, origin in rows})
            return
        width = max(len(name) for name, _, _ in rows)
        for name, value, origin in rows:
            written = "" if value is None else json.dumps(_shown(value), ensure_ascii=False)
            said = f"{name:{width}} = {written}" if written else f"# {name} is not set"
            click.echo(f"{said}  # {origin}")


def _shown(value: object) -> object:
    """The value as text, without a password that an address may carry."""
    if isinstance(value, str) and "@" in value and "://" in value:
        scheme, _, rest = value.partition("://")
        user, _, host = rest.rpartition("@")
        return f"{scheme}://{user.partition(':')[0]}{':***' if ':' in user else ''}@{host}"
    return value if isinstance(value, int | float | str) else "" if value is None else str(value)
