"""What all commands share: their common options, the configuration behind them, and output.

Imports nothing heavy: a command opens catalogue and store when it needs them. Start reading at
`command`.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from aggregator.catalogue import Catalogue
    from aggregator.config import Config
    from aggregator.query import Query
    from aggregator.store import Session, Store


@dataclass(frozen=True)
class Job:
    """What a command works with: its options as they hold, and how it is to speak."""

    config: "Config"
    is_json: bool = False
    verbosity: int = 0

    @cached_property
    def catalogue(self) -> "Catalogue":
        """The bundled catalogue with the operator's over it."""
        from aggregator.catalogue import load_catalogue

        config = self.config
        return load_catalogue(config.catalogue, config.operator_catalogue, config.topics, pace=config.pace)

    def open_store(self, *, create: bool = False, migrate: bool = True) -> "Store":
        """The archive, which only what takes articles in may `create`. Raises: StoreError where it is not."""
        from aggregator.store import open_store
        from aggregator.store.archive import DEFAULT_AUTHORITY

        config = self.config
        store = open_store(
            config.database,
            create=create,
            migrate=migrate,
            backup=config.backup,
            authority=config.authority or None,
        )
        for note in store.notes:
            self.note(note)
        if store.notes and not self.config.authority:
            self.warn(f"no authority is set: ids of entries are minted under {DEFAULT_AUTHORITY}, for ever")
        return store

    def resolve(self, session: "Session", query: "Query") -> "Query":
        """The Query in the ids of this archive and catalogue. Raises: QueryError for what is in neither."""
        from aggregator.resolve import resolve
        from aggregator.store.sources import find_sources

        if not (query.sources or query.clusters or query.topics or query.languages):
            return query  # the catalogue takes longer to read than most answers
        sources = (*self.catalogue.sources, *find_sources(session))
        return resolve(query, sources, self.catalogue.vocabulary.terms)

    def say(self, words: str) -> None:
        """A line for people, on standard error where standard output is for machines."""
        if self.verbosity >= 0:
            click.echo(words, err=self.is_json)

    def note(self, words: str) -> None:
        """A line for people beside the command's answer: never on standard output, which may be a file."""
        if self.verbosity >= 0:
            click.echo(words, err=True)

    def warn(self, words: str) -> None:
        """A line that needs a person: not silenced by -q."""
        click.echo(words, err=True)

    def answer(self, value: Mapping[str, Any]) -> None:
        """One object for machines, on a line of its own."""
        click.echo(json.dumps(value, ensure_ascii=False, default=str))


_COMMON = (
    click.option(
        "--config", "config_file", type=click.Path(path_type=Path), help="The options' file, aggregator.toml."
    ),
    click.option("--database", help="The archive, as an SQLAlchemy URL."),
    click.option(
        "--catalogue", type=click.Path(path_type=Path), help="A catalogue in place of the bundled one."
    ),
    click.option("--json", "is_json", is_flag=True, help="Answer in JSON on standard output."),
    click.option("-v", "--verbose", count=True, help="Say more."),
    click.option("-q", "--quiet", is_flag=True, help="Print only what needs a person."),
)


def command(
    group: click.Group,
    name: str,
    *,
    flags: tuple[str, ...] = (),
    must_have_config: bool = True,
    is_group: bool = False,
) -> Callable[[Callable[..., Any]], click.Command]:
    """A command with the common options; its function gets a `Job` first.

    Shapes: `flags` are the parameters of the command that are options of the configuration too.
        With `is_group` it can have commands of its own, and runs itself where none is named.
    """

    def decorate(function: Callable[..., Any]) -> click.Command:
        def run(**given: Any) -> Any:  # noqa: ANN401  click hands over what the options parse to
            from aggregator.config import load

            if is_group and click.get_current_context().invoked_subcommand is not None:
                return None
            overrides = {key: given.pop(key) for key in ("database", "catalogue")}
            overrides |= {flag: given.pop(flag) for flag in flags}
            verbosity = -1 if given.pop("quiet") else given["verbose"]
            given.pop("verbose")
            config = load(given.pop("config_file"), flags=overrides, must_exist=must_have_config)
            job = Job(config, given.pop("is_json"), verbosity)
            start_log(job)
            return function(job, **given)

        run.__doc__ = function.__doc__
        run.__click_params__ = list(getattr(function, "__click_params__", []))  # type: ignore[attr-defined]  # click's own mark
        for option in reversed(_COMMON):
            run = option(run)
        if is_group:
            return group.group(name, invoke_without_command=True)(run)
        return group.command(name)(run)

    return decorate


def start_log(job: Job) -> None:
    """One line a fact on standard error: text, or JSON where asked for."""
    import logging

    from aggregator.logs import handler

    level = {-1: logging.ERROR, 0: logging.WARNING, 1: logging.INFO}.get(job.verbosity, logging.DEBUG)
    root = logging.getLogger()
    root.handlers[:] = [handler(job.config.log_format)]
    root.handlers[0].setLevel(level)  # Scrapy sets its loggers' levels anew when it starts
    root.setLevel(level)
    for noisy in ("scrapy", "twisted", "asyncio", "filelock"):
        logging.getLogger(noisy).setLevel(max(level, logging.ERROR if job.verbosity < 1 else level))
