"""Entries to Items and Documents: what may leave of an article, and how it is said.

Must not know formats, files, the store or the clock: the same Entries give the same Document.
Start reading at `document_of`; the publish policy is `item_of` alone.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import ParamSpec
from urllib.parse import quote, urlsplit
from zoneinfo import ZoneInfo

from aggregator.feeds.markup import plain_text, safe_html
from aggregator.feeds.model import (
    LIVE,
    Archive,
    Category,
    Channel,
    Document,
    Edition,
    Image,
    Item,
    Omission,
    Publisher,
    Related,
)
from aggregator.feeds.policy import permitted
from aggregator.feeds.strings import LANGUAGES, language_tag, say
from aggregator.items import Article, Entry, Precision, Publish, PublishedDate, Source
from aggregator.text import cut, hash64, one_line
from aggregator.urls import host_of, join

_P = ParamSpec("_P")

# The first page of the Web is of August 1991: what is dated before, or well after it was read,
# carries the date of something else. Readers would bury the one and pin the other on top.
_FIRST_YEAR = 1991
_AHEAD = timedelta(days=1)
_PERIODS: dict[Precision, Callable[[date], tuple[int, ...]]] = {
    Precision.MONTH: lambda day: (day.year, day.month),
    Precision.YEAR: lambda day: (day.year,),
}
# Longest seen on the sites followed: 240 letters. A whole text in the title field ends here.
_TITLE_LENGTH = 300
# Feeds are polled by the hour: 64 KiB compressed is what may be asked of readers. Measured on 100
# articles of the sample sites: 78,000 letters of full text make 42 kB of Atom, 16 kB without them.
_LETTERS = 130_000
_FEW = 50
# 30 times a long article. Beyond, the summary stands for it and the link leads to the rest.
_HTML_LENGTH = 200_000
_MEDIA_TYPES = {
    "jpg": "image/jpeg", "jpeg": "image/jpeg", "png": "image/png", "gif": "image/gif",
    "webp": "image/webp", "avif": "image/avif", "svg": "image/svg+xml",
}  # fmt: skip


def document_of(
    channel: Channel,
    entries: Iterable[Entry],
    edition: Edition,
    *,
    related: Mapping[int, tuple[Related, ...]] | None = None,
    archive: Archive = LIVE,
) -> Document:
    """The Document of these Entries, which come newest arrival first.

    Shapes: `related` is by the Entry's id. What cannot be shown is counted in `omitted`.
    Raises: never because of an Entry: one that breaks is omitted as `error`.
    """
    others = related or {}
    return assemble(
        channel,
        (attempt(item_of, entry, edition, channel, others.get(entry.id, ())) for entry in entries),
        archive,
    )


def attempt(make: Callable[_P, Item | Omission], *args: _P.args, **options: _P.kwargs) -> Item | Omission:
    """What the function makes of it; an omission where it breaks. Never raises."""
    try:
        return make(*args, **options)
    except Exception:  # noqa: BLE001 - one bad entry must not cost the feed; it is counted
        return Omission.ERROR


def assemble(channel: Channel, found: Iterable[Item | Omission], archive: Archive = LIVE) -> Document:
    """The Document of these items, in their order: ids and `updated_at` distinct, omissions counted."""
    items: dict[str, Item] = {}
    omitted: Counter[str] = Counter()
    taken: set[datetime] = set()
    for item in found:
        if isinstance(item, Omission):
            omitted[item] += 1
        elif item.tag in items:
            omitted[Omission.DUPLICATE] += 1
        else:
            items[item.tag] = _distinct(item, taken)
    return Document(channel, tuple(items.values()), dict(omitted), archive)


def within_reach(document: Document, at_least: int) -> Document:
    """The Document without its oldest items where their full texts would make it heavy to poll.

    Shapes: `at_least` items stay, and never fewer than 50. Summaries alone are never cut.
    """
    letters = 0
    for number, item in enumerate(document.items):
        letters += len(item.html)
        if number >= max(at_least, _FEW) and letters > _LETTERS:
            return replace(document, items=document.items[:number])
    return document


def item_of(
    entry: Entry, edition: Edition, channel: Channel, related: tuple[Related, ...] = ()
) -> Item | Omission:
    """What of an Entry may leave, by its source's policy and its page's robots directives.

    Shapes: `full` gives safe HTML and the image, `summary` the publisher's teaser cut at a word,
        `title` nothing beyond title, source, date and link.
    Source: the robots directives as search engines document them; `none` is `noindex, nofollow`.
    """
    article = entry.article
    source = source_of(edition, article.source_id, article.url)
    permit = permitted(article.robots, source)
    if permit is None:
        return Omission.NOINDEX
    if not (tag := one_line(entry.tag)):
        return Omission.NO_ID
    if not (url := absolute(article.url)):
        return Omission.NO_LINK
    published_at, precision = _published(article.published, source.zone, entry.first_seen_at)
    item = Item(
        tag=tag,
        url=url,
        title=title_of(article.title, channel),
        language=language_tag(article.language) or channel.language,
        publisher=publisher_of(source, url, edition),
        published_at=published_at,
        precision=precision,
        zone=source.zone,
        updated_at=told_apart(entry.changed_at, entry.tag),
        rights=say("rights.item", channel.language, source=name_of(source, url)),
        authors=(name_of(source, url),),
        categories=_date_mark(precision, edition, channel),
    )
    if permit.publish is Publish.TITLE:
        return item
    html = safe_html(article.html, url) if permit.publish is Publish.FULL else ""
    return replace(
        item,
        summary=cut(_summary(article, permit.publish), min(edition.summary_length, permit.letters)),
        html=html if len(html) <= _HTML_LENGTH else "",
        authors=tuple(dict.fromkeys(filter(None, map(plain_text, article.authors)))) or item.authors,
        categories=_categories(article, source, edition, channel) + item.categories,
        related=_elsewhere(article, related),
        image=_image(article.image) if permit.with_image else None,
    )


def source_of(edition: Edition, source_id: str, url: str) -> Source:
    """The source, or for one that the catalogue no longer has: only what nobody can object to leaves."""
    known = edition.sources.get(source_id)
    return known or Source(source_id, f"https://{host_of(url)}/", publish=Publish.TITLE)


def name_of(source: Source, url: str) -> str:
    """What the source is called: its name, else its host."""
    return one_line(source.name) or host_of(source.url) or host_of(url)


def title_of(title: str, channel: Channel) -> str:
    """The title as plain text on one line, and never empty."""
    return cut(plain_text(title), _TITLE_LENGTH) or say("untitled", channel.language)


@lru_cache(maxsize=2048)  # a feed names its few sources a hundred times
def absolute(url: str) -> str:
    """The address as feeds carry it: http(s), ASCII, percent-encoded; empty for any other.

    Source: RFC 3986 section 2; a space, quote or letter outside ASCII makes a feed invalid.
    """
    found = join("", one_line(url))
    if not found:
        return ""
    try:
        parts = urlsplit(found)
        port = f":{parts.port}" if parts.port not in (None, 80 if parts.scheme == "http" else 443) else ""
    except ValueError:
        return ""
    safe = "%/:=&?~+!$,;'@()*-._"
    query = f"?{quote(parts.query, safe=safe)}" if parts.query else ""
    return f"{parts.scheme}://{host_of(found)}{port}{quote(parts.path or '/', safe=safe)}{query}"


def told_apart(changed_at: datetime, tag: str) -> datetime:
    """The last change, told from that of others: articles of one batch are stored at one instant.

    Feeds' validators ask for distinct values; the entry's tag, below the second, gives one that is
    the same in every feed, and in an archive that was rebuilt.
    """
    at = changed_at.astimezone(UTC)
    return at.replace(microsecond=(at.microsecond + hash64(tag)) % 1_000_000)


def _published(
    stated: PublishedDate | None, zone: str, first_seen_at: datetime
) -> tuple[datetime, Precision | None]:
    """When to say that it was published; precision None marks the day it was first seen."""
    seen = first_seen_at.astimezone(UTC).replace(microsecond=0)
    if stated is None or stated.day.year < _FIRST_YEAR:
        return seen, None
    # In the month or year that it was seen in, its first day is no likelier, and to readers long past.
    period = _PERIODS.get(stated.precision)
    if period and period(stated.day) == period(seen.astimezone(ZoneInfo(zone))):
        return seen, stated.precision
    # Noon: midnight in Italy is the day before in UTC, and would be shown so.
    noon = datetime.combine(stated.day, time(12), tzinfo=ZoneInfo(zone)).astimezone(UTC)
    at = stated.at.astimezone(UTC) if stated.at and stated.precision is Precision.MINUTE else noon
    if at > seen + _AHEAD:
        return seen, None
    # What was read at nine was not published at noon; readers hide what is dated ahead of them.
    return (seen if at > seen and at.date() == seen.date() else at), stated.precision


def _date_mark(precision: Precision | None, edition: Edition, channel: Channel) -> tuple[Category, ...]:
    if precision in (Precision.MINUTE, Precision.DAY):
        return ()
    term = precision.value if precision else "unknown"
    return (Category(term, edition.tag("date"), say(f"date.{term}", channel.language)),)


def _categories(article: Article, source: Source, edition: Edition, channel: Channel) -> tuple[Category, ...]:
    """Technology clusters first, then topics, in the order in which they are mentioned; the language."""
    named = dict.fromkeys(([source.cluster] if source.cluster else []) + [m.term for m in article.mentions])
    terms = [edition.terms[key] for key in named if key in edition.terms]
    terms.sort(key=lambda term: not term.is_cluster)
    found = [
        Category(
            term.id,
            edition.tag("cluster" if term.is_cluster else "topic"),
            one_line(term.label(channel.language)),
        )
        for term in terms
    ]
    if (language := language_tag(article.language)) in LANGUAGES:
        found.append(
            Category(language, edition.tag("language"), say(f"language.{language}", channel.language))
        )
    return tuple(found)


def _summary(article: Article, publish: Publish) -> str:
    """The publisher's own teaser; the text's beginning only where all of it may leave."""
    teaser = plain_text(article.summary)
    return teaser or (one_line(article.text) if publish is Publish.FULL else "")


def _elsewhere(article: Article, related: tuple[Related, ...]) -> tuple[Related, ...]:
    """Its translations, one a language, then where else it stands; each address once."""
    own = language_tag(article.language)
    pairs = ((language_tag(language), absolute(url)) for language, url in article.translations)
    found: dict[str, str] = {}
    for language, url in sorted(pairs, key=lambda pair: "?" in pair[1]):  # a page's short address comes last
        if url and language and language != own:
            found.setdefault(language, url)
    translations = [Related(url, language=language) for language, url in found.items()]
    told = set(found.values())
    return (*translations, *(other for other in related if other.url not in told))


def _image(url: str | None) -> Image | None:
    address = absolute(url or "")
    ending = urlsplit(address).path.rpartition(".")[2].lower()
    return Image(address, _MEDIA_TYPES.get(ending, "")) if address else None


def publisher_of(source: Source, url: str, edition: Edition) -> Publisher:
    """Whose what stands at that address is."""
    site = absolute(source.url) or f"https://{host_of(url)}/"
    feed = next(filter(None, map(absolute, source.feeds)), "")
    return Publisher(edition.tag(f"source/{quote(source.id)}"), name_of(source, url), site, feed or site)


def _distinct(item: Item, taken: set[datetime]) -> Item:
    """The item with an `updated_at` that no other of the document has, whatever the Entries say."""
    at = item.updated_at
    while at in taken:
        at -= timedelta(microseconds=1)
    taken.add(at)
    return item if at == item.updated_at else replace(item, updated_at=at)
