"""The closed sets of words that items, catalogue and archive share.

Knows nothing of what they are used for. Start reading at `Way`.
"""

from enum import StrEnum


class Kind(StrEnum):
    """What sort of publisher a Source is; sets its defaults for depth, `keep` and `publish`."""

    CLUSTER = "cluster"
    INSTITUTION = "institution"
    NEWS = "news"
    ASSOCIATION = "association"


class Way(StrEnum):
    """How a Source is entered. `auto` tries them; `import` marks rows that came from a file."""

    AUTO = "auto"
    FEED = "feed"
    WORDPRESS = "wordpress"
    SITEMAP = "sitemap"
    LISTING = "listing"
    IMPORT = "import"


class Keep(StrEnum):
    """Which articles of a Source become Entries: all, or those about a cluster or topic."""

    ALL = "all"
    ABOUT = "about"


class Publish(StrEnum):
    """What of a Source's articles may leave the archive."""

    FULL = "full"
    SUMMARY = "summary"
    TITLE = "title"


class DateOrder(StrEnum):
    """The order of day, month and year in a Source's numeric dates, whatever its language."""

    DMY = "DMY"
    MDY = "MDY"
    YMD = "YMD"


class Precision(StrEnum):
    """How much of a date its source stated."""

    MINUTE = "minute"
    DAY = "day"
    MONTH = "month"
    YEAR = "year"


class EventKind(StrEnum):
    """What an article announces: something that takes place, or a last day for something."""

    EVENT = "event"
    DEADLINE = "deadline"


class Cause(StrEnum):
    """Who changed an Entry: its publisher, a person here, or the rules by which pages are read."""

    PUBLISHER = "publisher"
    OPERATOR = "operator"
    RULES = "rules"


class Level(StrEnum):
    """What a new Article is to the archive (see `Match`); `story` is the same news in other words."""

    NEW = "new"
    URL = "url"
    TEXT = "text"
    NEAR = "near"
    TRANSLATION = "translation"
    STORY = "story"


class RunOutcome(StrEnum):
    """How a visit to a Source ended."""

    OK = "ok"
    NOT_MODIFIED = "not_modified"
    FAILED = "failed"
    LOST = "lost"


class Reason(StrEnum):
    """Why a page was refused; each is counted in its CrawlRun."""

    NOT_RELEVANT = "not_relevant"
    NOT_FOUND = "not_found"
    SOFT_404 = "soft_404"
    LOGIN = "login"
    CONSENT = "consent"
    PARKED = "parked"
    NOT_ARTICLE = "not_article"
    NOT_HTML = "not_html"
    NO_TITLE = "no_title"
    EMPTY = "empty"
    TOO_LARGE = "too_large"
    NOINDEX = "noindex"
    OUTSIDE = "outside"
    OLD = "old"
    WITHDRAWN = "withdrawn"
    ERROR = "error"
