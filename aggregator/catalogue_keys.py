"""What each key of the catalogue may hold: readers from TOML's values to ours.

Knows no files and nothing of how catalogues are laid over each other. Start reading at
`SOURCE_KEYS` and `TERM_KEYS`.
"""

import re
from collections.abc import Callable, Mapping
from enum import StrEnum
from ipaddress import ip_address
from typing import Any
from zoneinfo import ZoneInfo

from aggregator.items import DateOrder, Keep, Kind, Publish, Way
from aggregator.tomltext import did_you_mean
from aggregator.urls import canonical_url, host_of

FIELDS = (
    "title",
    "published",
    "modified",
    "authors",
    "summary",
    "image",
    "language",
    "tags",
    "canonical",
    "body",
)
LIST_FIELDS = ("list", "list_link", "list_title", "list_date", "list_summary", "list_next")
"""What `[source.fields]` may name a selector for: on an article's page, and on a list page."""

ID = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
_HOST = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
# The notation of words in topics.toml: a star ends a word of three letters or more.
_BAD_STAR = re.compile(r"(?<!\w{3})\*|\*(?=[\w*])")

Reader = Callable[[Any], Any]
"""From a TOML value to ours. Raises: ExpectedError."""


class ExpectedError(ValueError):
    """A value that its key cannot hold; the message says what was expected."""


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ExpectedError("a text")
    return value.strip()


def _filled(value: object) -> str:
    if not (text := _text(value)):
        raise ExpectedError("a text that is not empty")
    return text


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise ExpectedError("true or false")
    return value


def _seconds(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 86_400:
        raise ExpectedError("a number of seconds from 0 to a day")
    return float(value)


def _all(one: Callable[[object], str], expected: str) -> Reader:
    """A reader of lists whose every member `one` reads."""

    def read(value: object) -> tuple[str, ...]:
        if not isinstance(value, list):
            raise ExpectedError(f"a list of {expected}")
        try:
            return tuple(one(item) for item in value)
        except ExpectedError as error:
            raise ExpectedError(f"a list of {expected} ({error})") from error

    return read


def _choice(kind: type[StrEnum]) -> Reader:
    names = [member.value for member in kind if member is not Way.IMPORT]

    def read(value: object) -> StrEnum:
        if value not in names:
            hint = did_you_mean(str(value), names).removesuffix("?").replace("; did you mean", "; perhaps")
            raise ExpectedError("one of " + ", ".join(names) + hint)
        return kind(str(value))

    return read


def _url(value: object) -> str:
    url = _text(value)
    try:
        canonical_url(url)
    except ValueError as error:
        raise ExpectedError("an absolute http(s) address") from error
    if re.search(r"\s", url):
        raise ExpectedError("an absolute http(s) address without blanks")
    return url


def is_address(host: str) -> bool:
    """Whether the host is an IP address and no name."""
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _host(value: object) -> str:
    name = _text(value).lower()
    if not re.search(r"[:/?#@\s]", name):
        name = host_of(f"http://{name}/")
    if not _HOST.fullmatch(name) and not is_address(name):
        raise ExpectedError("bare names such as www.example.org, without http://, port or path")
    return name


def _pattern(value: object) -> str:
    text = _filled(value)
    try:
        re.compile(text)
    except re.error as error:
        raise ExpectedError(f"{text!r} is no regular expression: {error}") from error
    return text


def _zone(value: object) -> str:
    name = _filled(value)
    try:
        ZoneInfo(name)
    except (OSError, ValueError, KeyError) as error:
        raise ExpectedError("a time zone such as Europe/Rome") from error
    return name


def _language(value: object) -> str:
    if not _LANGUAGE.fullmatch(text := _filled(value)):
        raise ExpectedError("codes such as it, en")
    return text


def _selector(value: object) -> str:
    """A selector for lxml; `::attr(name)` may follow it."""
    if text := _text(value):
        from cssselect import HTMLTranslator, SelectorError  # only the few sources with selectors pay for it

        try:
            HTMLTranslator().css_to_xpath(re.sub(r"::attr\([\w-]+\)$", "", text))
        except SelectorError as error:
            raise ExpectedError(f"a CSS selector ({error})") from error
    return text


def _list_selector(value: object) -> str:
    """A selector for BeautifulSoup."""
    if text := _text(value):
        from soupsieve import SelectorSyntaxError
        from soupsieve import compile as compiled

        try:
            compiled(text)
        except SelectorSyntaxError as error:
            raise ExpectedError(f"a CSS selector ({str(error).splitlines()[0]})") from error
    return text


def _word(value: object) -> str:
    text = _filled(value)
    sides = text.split("~")
    if len(sides) > 2 or not all(re.search(r"\w", side) for side in sides) or _BAD_STAR.search(text):
        raise ExpectedError(f"{text!r} is not in the notation of words: see topics.toml")
    return text


SOURCE_KEYS: Mapping[str, Reader] = {
    "id": _filled,
    "url": _url,
    "name": _filled,
    "hosts": _all(_host, "host names"),
    "kind": _choice(Kind),
    "cluster": _text,
    "languages": _all(_language, "language codes"),
    "date_order": _choice(DateOrder),
    "zone": _zone,
    "way": _choice(Way),
    "feeds": _all(_url, "addresses of feeds"),
    "listing": _all(_url, "addresses of list pages"),
    "include": _all(_pattern, "regular expressions"),
    "exclude": _all(_pattern, "regular expressions"),
    "pages": _flag,
    "render": _flag,
    "pace": _seconds,
    "keep": _choice(Keep),
    "publish": _choice(Publish),
    "enabled": _flag,
    "allow_private": _flag,
    "verified": _flag,
    **{f"fields.{name}": _selector for name in FIELDS},
    **{f"fields.{name}": _list_selector for name in LIST_FIELDS},
}
TERM_KEYS: Mapping[str, Reader] = {
    "id": _filled,
    "label.it": _filled,
    "label.en": _filled,
    "aliases": _all(_word, "names"),
    "words.it": _all(_word, "words"),
    "words.en": _all(_word, "words"),
    "enabled": _flag,
}
