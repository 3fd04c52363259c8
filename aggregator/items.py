"""The nouns that travel the road, as frozen dataclasses, from `Source` to `Entry`.

Knows nothing but the standard library: no page, no database and no clock is touched here.
Start reading at `Fetched`: what a spider hands to the pipelines.
"""

from dataclasses import dataclass, field
from datetime import date, datetime

from aggregator.alias import Alias
from aggregator.check import Check
from aggregator.choices import (
    DateOrder,
    EventKind,
    Keep,
    Kind,
    Level,
    Precision,
    Publish,
    Reason,
    RunOutcome,
    Way,
)
from aggregator.event import Event

__all__ = [
    "Article", "Block", "Body", "Boilerplate", "Candidate", "DateOrder", "Entry", "Event", "EventKind",
    "Evidence", "Fetched", "Found", "Keep", "Kind", "Level", "Match", "Mention", "Page", "Precision",
    "Publish", "PublishedDate", "RawArticle", "Reason", "Refused", "RobotsRules", "RunOutcome", "Source",
    "SourceMemory", "Term", "Validator", "Vocabulary", "Way",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Source:
    """A publisher's site, as the catalogue describes it.

    Shapes: `hosts` are bare lower-case names, nothing else is fetched; `fields` are (field name, CSS
        selector) pairs; `include` and `exclude` are regular expressions searched in the URL.
    Units: `pace` is seconds between two requests to one host.
    """

    id: str
    url: str
    name: str = ""
    hosts: tuple[str, ...] = ()
    kind: Kind = Kind.INSTITUTION
    cluster: str | None = None
    languages: tuple[str, ...] = ("it",)
    date_order: DateOrder = DateOrder.DMY
    zone: str = "Europe/Rome"
    way: Way = Way.AUTO
    feeds: tuple[str, ...] = ()
    listing: tuple[str, ...] = ()
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    pages: bool = True
    render: bool = False
    pace: float = 1.0
    keep: Keep = Keep.ALL
    publish: Publish = Publish.SUMMARY
    fields: tuple[tuple[str, str], ...] = ()
    enabled: bool = True
    allow_private: bool = False
    verified: bool = False


@dataclass(frozen=True, slots=True)
class Term:
    """A technology cluster or topic: labels by language and the words that name it.

    Shapes: `labels` and `words` are (language, text) pairs; "" is for names that are the same in all.
    """

    id: str
    labels: tuple[tuple[str, str], ...]
    words: tuple[tuple[str, str], ...]
    is_cluster: bool = False

    def label(self, language: str) -> str:
        """The label in that language, else in Italian, else the id."""
        labels = dict(self.labels)
        return labels.get(language) or labels.get("it") or self.id


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """All clusters and topics that relevance is decided by."""

    terms: tuple[Term, ...] = ()


@dataclass(frozen=True, slots=True)
class Candidate:
    """A URL worth fetching, with all that the way in said of it, as text, nothing decided.

    Shapes: `content` is HTML, whole article only if `is_full_text`; `translations` are (language, URL)
        pairs; URLs are absolute; `listed_at` is the feed, API page, sitemap or list page that named it.
    """

    url: str
    way: Way
    listed_at: str = ""
    title: str | None = None
    published: str | None = None
    modified: str | None = None
    summary: str | None = None
    content: str | None = None
    is_full_text: bool = False
    authors: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    language: str | None = None
    image: str | None = None
    guid: str | None = None
    translations: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """What the server answered. `body` is decoded from transfer, not from its charset.

    Shapes: `url` is the final address, `requested_url` the first; header names are lower-case.
        An API record that stands for a page is one too, with JSON as its body.
    Units: `fetched_at` is aware, UTC.
    """

    url: str
    body: bytes
    fetched_at: datetime
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    requested_url: str = ""

    def header(self, name: str) -> str | None:
        """The first header of that lower-case name."""
        return next((value for key, value in self.headers if key == name), None)


@dataclass(frozen=True, slots=True)
class Fetched:
    """A Candidate with its Page: what a spider yields and the pipelines take in."""

    source_id: str
    page: Page
    candidate: Candidate


@dataclass(frozen=True, slots=True)
class Found:
    """One text and the place it was read from: `("11/03/2024", "page:li.date")`.

    `where` opens with the kind of place: `feed:`, `wordpress:`, `sitemap:`, `listing:`, `import:`, `jsonld:`,
    `meta:`, `microdata:`, `page:`, `selector:`, `url:`, `http:`, `operator:`; then key, selector or path.
    """

    value: str
    where: str


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph-sized piece of a body, as site memory counts it.

    Shapes: `key` and `place` are signed 64-bit hashes of the folded text and of the path of tags and
        classes that leads to it; `links` are absolute.
    """

    key: int
    place: int
    links: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Body:
    """The article's own text, as chosen from the page.

    Shapes: `html` is not yet sanitised, its URLs absolute; `text` has a line a block.
    """

    html: str
    text: str
    where: str
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class RawArticle:
    """All that a page and its Candidate say, per field, best first; text, nothing decided.

    Shapes: each field holds Found tuples in order of trust and may be empty; `blocks` are all
        of the body's, those that site memory removed included, so that counting does not depend
        on what was known; `robots` are the directives that bind us (noindex, noarchive, ...);
        `events` are JSON objects, as `read_announced` gives them; `site` is what the page calls its site.
    """

    url: str
    canonical: tuple[Found, ...] = ()
    title: tuple[Found, ...] = ()
    site: tuple[Found, ...] = ()
    published: tuple[Found, ...] = ()
    modified: tuple[Found, ...] = ()
    authors: tuple[Found, ...] = ()
    summary: tuple[Found, ...] = ()
    image: tuple[Found, ...] = ()
    language: tuple[Found, ...] = ()
    tags: tuple[Found, ...] = ()
    kind: tuple[Found, ...] = ()
    events: tuple[Found, ...] = ()
    translations: tuple[tuple[str, str], ...] = ()
    body: Body | None = None
    blocks: tuple[Block, ...] = ()
    removed: int = 0
    robots: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Boilerplate:
    """What of a Source's pages is not the article: keys of blocks, and places that hold such."""

    keys: frozenset[int] = frozenset()
    places: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Validator:
    """What a server gave to ask 'has this changed?' with.

    Shapes: `stamp` is what the index above stated, `names` and `pattern` hash what a list named and how.
    """

    url: str
    etag: str | None = None
    last_modified: str | None = None
    stamp: str | None = None
    names: int | None = None
    pattern: int | None = None


@dataclass(frozen=True, slots=True)
class RobotsRules:
    """What one origin's robots.txt said, kept a day (RFC 9309, 2.4).

    Shapes: `origin` is `scheme://host[:port]`; an empty `text` allows everything; `is_closed`
        when it could not be had, which forbids everything for now, for the reason in `why`;
        `reserved` are patterns of paths, a line each, that may not be mined (W3C TDMRep).
    """

    origin: str
    fetched_at: datetime
    text: str = ""
    is_closed: bool = False
    why: str = ""
    reserved: str = ""


@dataclass(frozen=True, slots=True)
class SourceMemory:
    """What is remembered of a Source when a visit begins; the default is: nothing.

    Shapes: `known` are canonical URLs already decided upon (kept, a copy, refused); `way` and
        `way_urls` are what `auto` found to work; `date_habits` are (place, right, wrong): in how many
        articles that place of dates agreed with the others, or did not; `withdrawn` are hashes of
        canonical URLs that are never to be asked for again; `checks` are the pages taken in; `is_whole`
        when lists are to be read whole and unconditionally, `is_stale` when 'not modified' proved untrue;
        `covered` is what the addresses of kept pages come down to by the `aliases`.
    Units: `pace` is seconds, as the host's complaints left it.
    """

    source_id: str = ""
    known: frozenset[str] = frozenset()
    validators: tuple[Validator, ...] = ()
    boilerplate: Boilerplate = field(default_factory=Boilerplate)
    way: Way | None = None
    way_urls: tuple[str, ...] = ()
    date_habits: tuple[tuple[str, int, int], ...] = ()
    is_first_visit: bool = True
    withdrawn: frozenset[str] = frozenset()
    checks: tuple[Check, ...] = ()
    is_whole: bool = False
    is_coverage_due: bool = False
    is_stale: bool = False
    pace: float | None = None
    visited_at: datetime | None = None
    aliases: tuple[Alias, ...] = ()
    covered: frozenset[str] = frozenset()

    def validator(self, url: str) -> Validator | None:
        """The validators kept for that address."""
        return next((v for v in self.validators if v.url == url), None)


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why a field has its value: the Found that won, the others, and the reason in words.

    Shapes: `votes` are (place, whether it agreed), for `published` and where most agree alone.
    """

    field: str
    chosen: Found | None
    others: tuple[Found, ...] = ()
    why: str = ""
    votes: tuple[tuple[str, bool], ...] = ()


@dataclass(frozen=True, slots=True)
class Mention:
    """A term of the vocabulary that an article names: the words as matched, and in which field."""

    term: str
    words: str
    where: str


@dataclass(frozen=True, slots=True)
class PublishedDate:
    """When an article was published, as its publisher says.

    Shapes: `at` is set for precision `minute` alone; `day` for `minute` and `day`; coarser dates keep
        their first day in `day` only through `precision`. Units: `at` is UTC, `day` is in the Source's zone.
    """

    at: datetime | None
    day: date
    precision: Precision
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class Article:
    """A page as the archive will know it: typed, clean, decided.

    Shapes: `html` is sanitised; `text` has a line a block; `url` is the address it was read
        at, `canonical_url` the normalised key; `fingerprint` is the hash of the folded text;
        `events` come by their start.
    Units: instants are UTC; `published_day` is in the Source's zone. An unknown date is None.
    """

    source_id: str
    url: str
    canonical_url: str
    title: str
    text: str
    html: str
    summary: str
    language: str
    fingerprint: str
    published: PublishedDate | None = None
    modified_at: datetime | None = None
    authors: tuple[str, ...] = ()
    image: str | None = None
    tags: tuple[str, ...] = ()
    mentions: tuple[Mention, ...] = ()
    events: tuple[Event, ...] = ()
    translations: tuple[tuple[str, str], ...] = ()
    blocks: tuple[Block, ...] = ()
    robots: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Refused:
    """A page that is not kept, with the reason: one of `Reason`, and what showed it."""

    url: str
    reason: Reason
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Match:
    """What an Article is to the archive: level, Entry, score, reason; whether the Entry is its original."""

    level: Level
    entry_id: int | None = None
    score: float = 1.0
    reason: str = ""
    translates: bool | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """An Article as the archive knows it.

    Shapes: `tag` is the eternal id that feeds carry; `sources` are all that showed it, its own first;
        `announced_seq` is None until its first visit settled; `vanished_at` is when its page was
        found gone; feeds leave out what `is_hidden`. Units: instants are UTC.
    """

    id: int
    tag: str
    article: Article
    first_seen_at: datetime
    changed_at: datetime
    change_seq: int
    announced_seq: int | None
    is_live: bool
    sources: tuple[str, ...] = ()
    vanished_at: datetime | None = None
    is_hidden: bool = False
