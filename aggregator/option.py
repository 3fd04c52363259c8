"""What an option is, and how a value for it is read and checked.

Knows neither the options nor where values come from. Start reading at `checked`.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from aggregator.errors import ConfigError

Value = str | int | float | bool | Path | None
"""What an option can be."""

PREFIX = "AGGREGATOR_"
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


def checked(option: Option, value: object, place: str, base: Path) -> Value:
    """The value in the option's type; texts are read, since the environment has nothing else.

    Shapes: a relative path, or the file of a SQLite archive, starts at `base`.
    Raises: ConfigError, with that place and what was expected.
    """
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


def _is_smtp(text: str) -> bool:
    parts = urlsplit(text)
    return not text or (parts.scheme in ("smtp", "smtps") and bool(parts.hostname) and parts.password is None)


def _is_mail(text: str) -> bool:
    return not text or bool(re.fullmatch(r"(?:[^<>@]*<)?[^\s<>@]+@[^\s<>@]+>?", text))


def _is_address(text: str) -> bool:
    parts = urlsplit(text)
    return not text or (parts.scheme in ("http", "https") and bool(parts.hostname))


_LIKE: Mapping[str, tuple[Callable[[str], bool], str]] = {
    "database": (_is_database, "an SQLAlchemy URL such as sqlite:////var/lib/archive.sqlite"),
    "url": (_is_url, "an http(s) address without parameters, or nothing"),
    "domain": (_is_domain, "a domain name of yours such as example.org, or nothing"),
    "smtp": (_is_smtp, "smtp://name@host:587 or smtps://name@host without a password, or nothing"),
    "mail": (_is_mail, "a mail address such as redazione@example.org, or nothing"),
    "address": (_is_address, "an http(s) address, or nothing"),
    "product": (_is_product, "a name of letters, - and _"),
}
