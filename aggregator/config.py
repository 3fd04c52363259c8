"""Every option of the program, declared once, and where each value came from.

Knows the standard library and platformdirs; nothing of what the options are used for.
Start reading at `Config`, the table, then `load`.
"""

import json
import os
import re
import typing
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, get_args, get_origin, get_type_hints
from urllib.parse import urlsplit

import platformdirs

from aggregator.errors import ConfigError
from aggregator.tomltext import TomlText, did_you_mean, read_toml

Language = typing.Literal["it", "en"]
LogFormat = typing.Literal["auto", "text", "json"]
Value = str | int | float | bool | Path | None
"""What an option can be."""

PREFIX, FILE_NAME, CATALOGUE_NAME = "AGGREGATOR_", "aggregator.toml", "catalogue.toml"

_HOST_NAME = re.compile(r"(?!-)[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63})+", re.IGNORECASE)
_TRUE, _FALSE = ("true", "yes", "on", "1"), ("false", "no", "off", "0")


@dataclass(frozen=True, slots=True)
class Doc:
    """What the table says of an option beside its name, type and default.

    Shapes: `shown` stands for a default that is computed; `like` names a check of the text.
    """

    group: str
    help: str
    unit: str = ""
    minimum: float = 0
    shown: str = ""
    like: str = ""


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

    log_format: Annotated[
        LogFormat, Doc("Output", "How progress is logged; auto: for people on a terminal, else plain lines.")
    ] = "auto"

    file: Path = Path(FILE_NAME)
    origins: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def operator_catalogue(self) -> Path:
        """The operator's `catalogue.toml`, beside the file, whether it is there or not."""
        return self.file.with_name(CATALOGUE_NAME)


@dataclass(frozen=True, slots=True)
class Option:
    """A line of the table: `choices` is empty where any value of the type will do."""

    name: str
    type: type[str] | type[int] | type[float] | type[bool] | type[Path]
    default: Value
    doc: Doc
    choices: tuple[str, ...] = ()

    @property
    def variable(self) -> str:
        """The environment variable that sets it."""
        return PREFIX + self.name.upper()

    @property
    def flag(self) -> str:
        """The command-line flag that sets it, where a command has one."""
        return "--" + self.name.replace("_", "-")

    @property
    def expected(self) -> str:
        """What a value must be, in words."""
        if self.choices:
            return "one of " + ", ".join(self.choices)
        if self.doc.like:
            return _LIKE[self.doc.like][1]
        if self.type is int or self.type is float:
            whole = "a whole number" if self.type is int else "a number"
            return f"{whole} of {self.doc.unit} from {self.doc.minimum:g}".replace(" of  ", " ")
        return {bool: "true or false", Path: "a path", str: "a text"}[self.type]


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
    return Path(named).expanduser() if named else platformdirs.user_config_path("aggregator") / FILE_NAME


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
        values[name] = _checked(option, value, place, base)
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
        return f"{option.name} = {_toml(_checked(option, value, option.name, Path()))}"
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
}


def _toml(value: Value) -> str:
    """A TOML value; JSON's strings, numbers and booleans are TOML's too."""
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


def _checked(option: Option, value: object, place: str, base: Path) -> Value:
    """The value in the option's type; texts are read, since the environment has nothing else."""
    try:
        if option.type is bool:
            return _boolean(value)
        if option.type is int or option.type is float:
            return _number(option, value)
        if not isinstance(value, str | Path):
            raise ValueError(option.expected)  # noqa: TRY004 - turned into one error below
        text = str(value).strip()
        if option.type is Path:
            return base / Path(text).expanduser() if text else None
        if (option.choices and text not in option.choices) or not _is_like(option.doc.like, text):
            raise ValueError(option.expected)
    except ValueError as error:
        raise ConfigError(f"{place}: expected {option.expected}, found {value!r}") from error
    return _anchored(text, base) if option.doc.like == "database" else text


def _anchored(url: str, base: Path) -> str:
    """A SQLite file named relative to `base`: a scheduled job runs in a folder of its own."""
    scheme, slashes, name = url.partition(":///")
    if not scheme.startswith("sqlite") or not name or name.startswith(("/", ":memory:", "file:")):
        return url
    return f"{scheme}{slashes}{base / Path(name).expanduser()}"


def _boolean(value: object) -> bool:
    if isinstance(value, bool):
        return value
    word = str(value).strip().lower()
    if word not in _TRUE + _FALSE:
        raise ValueError(word)
    return word in _TRUE


def _number(option: Option, value: object) -> int | float:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError(value)  # noqa: TRY004 - one error for the one caller
    if option.type is int and isinstance(value, float):
        raise ValueError(value)
    number = int(value) if option.type is int else float(value)
    if not option.doc.minimum <= number < float("inf"):
        raise ValueError(value)
    return number


def _is_like(like: str, text: str) -> bool:
    return not like or _LIKE[like][0](text)


def _is_url(text: str) -> bool:
    parts = urlsplit(text)
    return not text or (parts.scheme in ("http", "https") and bool(parts.hostname) and not parts.query)


def _is_domain(text: str) -> bool:
    """RFC 4151 wants a name that its minter owns; localhost and addresses are nobody's."""
    last = text.rpartition(".")[2]
    return not text or (bool(_HOST_NAME.fullmatch(text)) and not last.isdigit() and last != "localhost")


def _is_product(text: str) -> bool:
    """The `product` of RFC 9309 section 2.2.1, by which robots.txt addresses a crawler."""
    return bool(re.fullmatch(r"[A-Za-z_-]+", text))


def _is_database(text: str) -> bool:
    return not text or bool(re.match(r"[a-z][a-z0-9+_]*://", text))


_LIKE: Mapping[str, tuple[typing.Callable[[str], bool], str]] = {
    "database": (_is_database, "an SQLAlchemy URL such as sqlite:////var/lib/archive.sqlite"),
    "url": (_is_url, "an http(s) address without parameters, or nothing"),
    "domain": (_is_domain, "a domain name of yours such as example.org, or nothing"),
    "product": (_is_product, "a name of letters, - and _"),
}


def _computed_defaults() -> dict[str, Value]:
    data = platformdirs.user_data_path("aggregator")
    return {"database": f"sqlite:///{data / 'aggregator.sqlite'}", "publish": data / "public"}
