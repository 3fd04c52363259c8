"""Every option of the program, declared once, and where each value came from.

Knows the standard library and platformdirs; nothing of what the options are used for.
Start reading at `Config`, the table, then `load`.
"""

import os
import typing
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from aggregator.errors import ConfigError
from aggregator.option import PREFIX, Doc, Option, Value, checked
from aggregator.tomltext import TomlText, did_you_mean, read_toml

Language = typing.Literal["it", "en"]
LogFormat = typing.Literal["auto", "text", "json"]
FILE_NAME, CATALOGUE_NAME = "aggregator.toml", "catalogue.toml"


@dataclass(frozen=True, slots=True)
class Config:
    """All options as they hold for this run: each line is name, type, help and default.

    Shapes: `file` is the `aggregator.toml` of this run, whether it is there or not; `origins`
        says where each option's value came from.
    """

    database: Annotated[
        str,
        Doc("Archive", "SQLAlchemy URL.", shown="SQLite file in the platform's data folder", like="database"),
    ] = ""
    backup: Annotated[
        bool, Doc("Archive", "Copy a SQLite archive beside itself before its tables are upgraded.")
    ] = True
    disk_reserve: Annotated[
        int, Doc("Archive", "With less space left than that, `run` takes nothing in.", unit="MiB")
    ] = 256
    snapshot_days_news: Annotated[
        int, Doc("Archive", "How long the pages of news sites are kept as fetched; 0: for ever.", unit="days")
    ] = 90

    catalogue: Annotated[
        Path | None, Doc("Sources", "Catalogue to use in place of the bundled one.", shown="the bundled one")
    ] = None
    topics: Annotated[
        Path | None,
        Doc("Sources", "Clusters and topics to use in place of the bundled ones.", shown="the bundled ones"),
    ] = None

    contact: Annotated[
        str,
        Doc("Crawling", "Address or web page by which site owners reach you; goes into the User-Agent."),
    ] = ""
    user_agent: Annotated[
        str, Doc("Crawling", "Name given to sites and looked for in their robots.txt.", like="product")
    ] = "lombardy-aggregator"
    pace: Annotated[
        float,
        Doc("Crawling", "Time between two requests to one host, where its source sets none.", unit="seconds"),
    ] = 1.0
    concurrent_hosts: Annotated[int, Doc("Crawling", "How many hosts are crawled at once.", minimum=1)] = 16
    requests_per_day: Annotated[
        int,
        Doc(
            "Crawling",
            "What a source may cost: many requests at once are paid back by a longer wait; 0: any.",
        ),
    ] = 5000
    timeout_seconds: Annotated[
        int, Doc("Crawling", "How long an answer may take.", unit="seconds", minimum=1)
    ] = 30
    max_bytes: Annotated[
        int, Doc("Crawling", "How large an answer may be, after decompression.", unit="bytes", minimum=1024)
    ] = 8 * 1024 * 1024
    jobs: Annotated[int, Doc("Crawling", "Processes that read pages; 0: one a core.")] = 0

    first_visit_articles: Annotated[
        int,
        Doc(
            "First visit", "How many of a new source's latest articles are taken.", unit="articles", minimum=1
        ),
    ] = 100
    first_visit_articles_cluster: Annotated[
        int, Doc("First visit", "The same for sources of kind cluster.", unit="articles", minimum=1)
    ] = 1000
    first_visit_days: Annotated[
        int,
        Doc("First visit", "How far back a new source is read, kind cluster apart.", unit="days", minimum=1),
    ] = 90

    publish: Annotated[
        Path,
        Doc("Publishing", "Folder the feeds are written to.", shown="public in the platform's data folder"),
    ] = Path()
    base_url: Annotated[
        str,
        Doc("Publishing", "Address that folder is served at; empty: feeds carry no own address.", like="url"),
    ] = ""
    authority: Annotated[
        str,
        Doc("Publishing", "Your domain, for the ids of entries; set once, for ever.", like="domain"),
    ] = ""
    language: Annotated[Language, Doc("Publishing", "Language of what readers see.")] = "it"
    summary_length: Annotated[
        int, Doc("Publishing", "Longest summary in a feed.", unit="characters", minimum=20)
    ] = 200
    feed_entries: Annotated[
        int, Doc("Publishing", "How many entries a feed carries.", unit="entries", minimum=1)
    ] = 100
    feed_days: Annotated[
        int,
        Doc("Publishing", "How old an article of a first visit may be to enter the feeds.", unit="days"),
    ] = 14

    hub: Annotated[
        str,
        Doc("Publishing", "WebSub hub that is told of changed feeds; empty: none.", like="address"),
    ] = ""

    rate_limit: Annotated[
        int,
        Doc(
            "Serving",
            "What `serve` answers to one client, feeds apart; 0: all.",
            unit="requests a minute",
        ),
    ] = 120

    smtp: Annotated[
        str, Doc("Mail", "Your mail server, with its user: smtp://name@host:587, or smtps://.", like="smtp")
    ] = ""
    smtp_password_file: Annotated[
        Path | None, Doc("Mail", "File that holds the password of that user.", shown="none")
    ] = None
    mail_from: Annotated[str, Doc("Mail", "Address that mail is sent from.", like="mail")] = ""
    digest_mail: Annotated[
        str, Doc("Mail", "Address that press reviews are sent to; empty: named each time.", like="mail")
    ] = ""
    alarm_mail: Annotated[
        str, Doc("Mail", "Address that alarms are sent to; empty: to nobody.", like="mail")
    ] = ""
    alarm_webhook: Annotated[
        str, Doc("Mail", "Address that alarms are posted to; empty: to none.", like="address")
    ] = ""
    webhook_secret_file: Annotated[
        Path | None, Doc("Mail", "File that holds the secret that such a post is signed with.", shown="none")
    ] = None

    log_format: Annotated[
        LogFormat, Doc("Output", "How progress is logged; auto: text on a terminal, else JSON.")
    ] = "auto"

    file: Path = Path(FILE_NAME)
    origins: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def operator_catalogue(self) -> Path:
        """The operator's `catalogue.toml`, beside the file, whether it is there or not."""
        return self.file.with_name(CATALOGUE_NAME)


@cache
def options() -> tuple[Option, ...]:
    """The table of options, in the order in which `Config` declares them."""
    hints = get_type_hints(Config, include_extras=True)
    return tuple(
        _option(f.name, hints[f.name], f.default) for f in fields(Config) if _is_option(hints[f.name])
    )


def config_path(environ: Mapping[str, str]) -> Path:
    """Where `aggregator.toml` is looked for: `AGGREGATOR_CONFIG`, else the platform's folder."""
    named = environ.get(PREFIX + "CONFIG")
    if named:
        return Path(named).expanduser()
    from platformdirs import user_config_path

    return user_config_path("aggregator") / FILE_NAME


def load(
    path: Path | None = None,
    environ: Mapping[str, str] = os.environ,
    flags: Mapping[str, object] | None = None,
    *,
    must_exist: bool = True,
) -> Config:
    """The options: defaults, under `aggregator.toml`, under the environment, under the flags.

    Shapes: `path` is `--config`; a flag that is None was not given. Relative paths in the file
        start at the file's folder, elsewhere at the current one.
    Raises: ConfigError, with file, line, key and what was expected; also where a file that was
        asked for by name is not there, unless `must_exist` is false.
    """
    named = path is not None or bool(environ.get(PREFIX + "CONFIG"))
    file = (path.expanduser() if path else config_path(environ)).absolute()
    if named and must_exist and not file.is_file():
        raise ConfigError(f"{file}: there is no such file; `aggregator init` writes one")
    values: dict[str, Any] = {}
    origins: dict[str, str] = {}
    for name, value, place, base in _settings(_read(file), file.parent, environ, flags or {}):
        option = next(o for o in options() if o.name == name)
        values[name] = checked(option, value, place, base)
        origins[name] = place
    for name, value in _computed_defaults().items():
        if not values.get(name):
            values[name] = value
            origins.pop(name, None)
    for option in options():
        origins.setdefault(option.name, "default")
    return Config(**values, file=file, origins=MappingProxyType(origins))


def render_default(values: Mapping[str, Value] | None = None) -> str:
    """The text of a new `aggregator.toml`: every option with its help, set where a value is given.

    Raises: ConfigError for a value that the option cannot have.
    """
    lines = [*_HEADING, ""]
    group = ""
    for option in options():
        if option.doc.group != group:
            group = option.doc.group
            lines += [f"# --- {group} ---", ""]
        lines += [f"# {_help_line(option)}", _setting_line(option, (values or {}).get(option.name)), ""]
    return "\n".join(lines)


def _help_line(option: Option) -> str:
    facts = [option.doc.unit] if option.doc.unit else []
    facts += ["one of " + ", ".join(option.choices)] if option.choices else []
    facts += [f"default: {option.doc.shown}"] if option.doc.shown else []
    return option.doc.help + (f" ({'; '.join(facts)})" if facts else "")


def _setting_line(option: Option, value: Value) -> str:
    if value not in (None, ""):
        return f"{option.name} = {_toml(checked(option, value, option.name, Path()))}"
    example = _EXAMPLES.get(option.name, option.default)
    return f"# {option.name} = {_toml(example)}"


_HEADING = (
    "# Options of `aggregator`. Only a line without its '#' is in force; the others show their defaults.",
    "# Environment variables (AGGREGATOR_BASE_URL ...) and command-line flags win over this file.",
)
_EXAMPLES: Mapping[str, Value] = {
    "database": "postgresql+psycopg://user@host/archive",
    "catalogue": "my-catalogue.toml",
    "topics": "my-topics.toml",
    "publish": "public",
    "smtp_password_file": "smtp-password",
    "webhook_secret_file": "webhook-secret",
}


def _toml(value: Value) -> str:
    """A TOML value; JSON's strings, numbers and booleans are TOML's too."""
    import json  # for `init` alone

    return json.dumps(str(value) if isinstance(value, Path) else value, ensure_ascii=False)


def _is_option(hint: object) -> bool:
    return get_origin(hint) is Annotated


def _option(name: str, hint: object, default: Any) -> Option:  # noqa: ANN401 - a default is of its option's type
    kind, doc = get_args(hint)
    if get_origin(kind) is typing.Literal:
        return Option(name, str, default, doc, choices=get_args(kind))
    parts = [part for part in get_args(kind) if part is not type(None)]
    return Option(name, parts[0] if parts else kind, default, doc)


def _read(file: Path) -> TomlText:
    try:
        return read_toml(file)
    except (OSError, ValueError) as error:
        raise ConfigError(str(error)) from error


def _settings(
    toml: TomlText, folder: Path, environ: Mapping[str, str], flags: Mapping[str, object]
) -> typing.Iterator[tuple[str, object, str, Path]]:
    """Name, value, place and base for paths of all that is set, later ones over earlier ones."""
    names = [option.name for option in options()]
    for name, value in toml.data.items():
        if name not in names:
            raise ConfigError(f"{toml.place(name)}: there is no such option{did_you_mean(name, names)}")
        yield name, value, str(toml.place(name)), folder
    variables = {option.variable: option.name for option in options()}
    for variable in sorted(v for v in environ if v.startswith(PREFIX) and v != PREFIX + "CONFIG"):
        if not environ[variable].strip():
            continue  # `AGGREGATOR_JOBS=${JOBS}` with nothing set: not given
        if variable in variables:
            yield variables[variable], environ[variable], f"environment, {variable}", Path.cwd()
        elif hint := did_you_mean(variable.removeprefix(PREFIX), map(str.upper, names)):
            # Only what looks like a slip: other programs may use the same prefix.
            hint = hint.replace("'", f"'{PREFIX}", 1)
            raise ConfigError(f"environment, {variable}: there is no such option{hint}")
    for name, value in flags.items():
        if value is not None:
            yield name, value, f"command line, --{name.replace('_', '-')}", Path.cwd()


def _computed_defaults() -> dict[str, Value]:
    from platformdirs import user_data_path

    data = user_data_path("aggregator")
    return {"database": f"sqlite:///{data / 'aggregator.sqlite'}", "publish": data / "public"}
