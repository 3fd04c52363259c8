"""One model of a feed and its items, from which every format is rendered.

Values alone: knows no Entry, format, file or clock. `compose` makes them.
Start reading at `Document`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum

from aggregator.items import Precision, Source, Term

FORMATS = (
    ("RSS", "rss", "application/rss+xml"),
    ("Atom", "atom", "application/atom+xml"),
    ("JSON Feed", "json", "application/feed+json"),
)
"""Name for people, ending of the file, media type."""

ZONE = "Europe/Rome"
"""The zone of every hour in a calendar; programs show it in their owner's."""

MINUTES_TO_LIVE = 60
"""How long readers may wait between two visits: RSS ttl, sy:updatePeriod, HTTP max-age."""

# Said by a feed that has no entry yet, in place of the clock: the year that the ids are minted in.
_NOTHING_YET = datetime(2026, 1, 1, tzinfo=UTC)


class Omission(StrEnum):
    """Why an Entry is not in a feed."""

    NOINDEX = "noindex"
    NO_LINK = "no_link"
    NO_ID = "no_id"
    DUPLICATE = "duplicate"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Edition:
    """What all feeds of one publication share.

    Shapes: `base_url` ends without a slash and is empty where the address is not known;
        `authority` is the archive's, as in its tags; `sources` and `terms` are by id; `saved` are
        titles of saved queries by name; `hub` is where publications are announced, or empty.
    """

    authority: str
    language: str = "it"
    base_url: str = ""
    sources: Mapping[str, Source] = field(default_factory=dict)
    terms: Mapping[str, Term] = field(default_factory=dict)
    summary_length: int = 200
    saved: Mapping[str, str] = field(default_factory=dict)
    hub: str = ""

    def tag(self, name: str) -> str:
        """The eternal id of something of ours: `feed/all`, `source/clm`, `topic`."""
        return f"tag:{self.authority},2026:{name}"

    def address(self, path: str) -> str:
        """Where that file of the publication is served, or nothing where that is not known."""
        return f"{self.base_url}/{path}" if self.base_url else ""


@dataclass(frozen=True, slots=True)
class Channel:
    """A feed without its items. `address` is where its files are, without the ending, or empty.

    Shapes: `file` is the name as files and addresses can carry it; `label` is the name in a list of
        its kind, where the title would say too much; one that `has_agenda` has a calendar too, one
        that `is_calendar` is about nothing else; `query` stands after the ending in the addresses
        of a search, `?q=...`.
    """

    name: str
    file: str
    id: str
    label: str
    title: str
    description: str
    language: str
    site_url: str
    author: str
    rights: str
    address: str = ""
    query: str = ""
    hub: str = ""
    is_calendar: bool = False
    has_agenda: bool = False


@dataclass(frozen=True, slots=True)
class Category:
    """A term, the absolute address of the scheme it is from, and its label for people."""

    term: str
    scheme: str
    label: str


@dataclass(frozen=True, slots=True)
class Publisher:
    """Whose an item is: `id` is eternal, `feed_url` its own feed, or its site where it has none."""

    id: str
    name: str
    url: str
    feed_url: str


@dataclass(frozen=True, slots=True)
class Image:
    """A picture that the source lets go out; `type` is empty where its address does not say."""

    url: str
    type: str


@dataclass(frozen=True, slots=True)
class Related:
    """The same news elsewhere: another source's copy, or a translation (then with a language)."""

    url: str
    title: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """An Entry as it may leave: text that XML can carry, absolute addresses, UTC instants.

    Shapes: title and summary are plain text on one line; `html` is safe, empty unless the source
        is published in full; `precision` is None where `published_at` is when it was first seen.
    """

    tag: str
    url: str
    title: str
    language: str
    publisher: Publisher
    published_at: datetime
    precision: Precision | None
    zone: str
    updated_at: datetime
    rights: str
    summary: str = ""
    html: str = ""
    authors: tuple[str, ...] = ()
    categories: tuple[Category, ...] = ()
    related: tuple[Related, ...] = ()
    image: Image | None = None


@dataclass(frozen=True, slots=True)
class Archive:
    """Where a Document stands in a feed's history (RFC 5005): numbers of its neighbours, 0 for none.

    Shapes: `number` is 0 for the live feed; `is_full` once the document has all its entries.
    """

    number: int = 0
    previous: int = 0
    next: int = 0
    is_full: bool = False


LIVE = Archive()
"""The place of a feed that has no history."""


@dataclass(frozen=True, slots=True)
class Document:
    """A feed ready to be rendered: items newest arrival first, ids and `updated_at` distinct.

    Shapes: `pages` are the neighbours of a page of a search: `next` or `previous`, then its query.
    """

    channel: Channel
    items: tuple[Item, ...]
    omitted: Mapping[str, int]
    archive: Archive = LIVE
    pages: tuple[tuple[str, str], ...] = ()

    @property
    def updated_at(self) -> datetime:
        """The newest change among the items; never the clock."""
        return max((item.updated_at for item in self.items), default=_NOTHING_YET)


@dataclass(frozen=True, slots=True)
class Appointment:
    """What a calendar shows of something announced: text that leaves by its source's policy.

    Shapes: `title`, `location` and `source` are on one line; an `end` that is a day is inclusive;
        `quotation` is what the article says of it, as far as it may leave.
    """

    uid: str
    sequence: int
    is_cancelled: bool
    changed_at: datetime
    start: date | datetime
    end: date | datetime | None
    title: str
    description: str
    location: str
    url: str
    source: str
    quotation: str = ""


@dataclass(frozen=True, slots=True)
class Agenda:
    """A calendar ready to be rendered, by start. `address` is where it is served, or empty."""

    title: str
    description: str
    site_url: str
    address: str
    appointments: tuple[Appointment, ...]
