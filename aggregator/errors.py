"""The error tree: each error names its subject in an attribute and chains its cause.

Knows nothing but the standard library. Expected outcomes (`Refused`, `Level`, `RunOutcome`) are
values in `items`, not errors. Start reading at `AggregatorError`.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:  # half of what this module costs, and `--help` needs none of it
    from pathlib import Path


class AggregatorError(Exception):
    """Anything that this program reports in words rather than by a traceback."""


class ConfigError(AggregatorError):
    """An option, file or environment variable that cannot be used as it stands."""


class CatalogueError(ConfigError):
    """A catalogue that cannot be used: says file, line, key and what was expected."""

    def __init__(self, message: str, *, source: str | None = None) -> None:
        super().__init__(message)
        self.source = source


class FetchError(AggregatorError):
    """A request that brought no usable answer."""

    def __init__(self, message: str, *, url: str) -> None:
        super().__init__(message)
        self.url = url


class ParseError(AggregatorError):
    """An answer that is not what it should be: HTML in place of a feed, broken JSON."""

    def __init__(self, message: str, *, url: str, where: str = "") -> None:
        super().__init__(message)
        self.url = url
        self.where = where


class StoreError(AggregatorError):
    """The database cannot be used, or holds something else than it should."""


class QueryError(AggregatorError):
    """A search expression that cannot be read: says where (a letter, from 1) and what was expected."""

    def __init__(self, message: str, *, position: int | None = None) -> None:
        super().__init__(message)
        self.position = position


class PublishError(AggregatorError):
    """A folder or file that feeds cannot be written to; what was published before stays."""

    def __init__(self, message: str, *, path: "Path") -> None:
        super().__init__(message)
        self.path = path
