"""The press review: what a feed brought in some days, by story, as a mail that is read at a glance.

Must not know mail servers, the clock or what was sent before. Start reading at `review_of`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from aggregator.feeds.compose import attempt, item_of
from aggregator.feeds.model import Channel, Edition, Item
from aggregator.feeds.stories import members_of, say_day
from aggregator.feeds.strings import say, write_day
from aggregator.items import Entry
from aggregator.query import Query
from aggregator.store import Session
from aggregator.store.find import find
from aggregator.store.stories import stories_of

_PAGE = 200


@dataclass(frozen=True, slots=True)
class Told:
    """A story of the review: who leads, who tells it too, and the tags of all, shown or not."""

    lead: Item
    others: tuple[Item, ...]
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Review:
    """What a feed brought between two days, both inclusive; the latest arrival first."""

    channel: Channel
    first: datetime
    last: datetime
    stories: tuple[Told, ...]


def review_of(
    session: Session, query: Query, channel: Channel, edition: Edition, *, now: datetime, days: int
) -> Review:
    """The stories of what arrived in these days and may leave.

    Arrival, not publication: what a site dates back is not missed.
    """
    since = now - timedelta(days=days)
    fresh = list(_arrived(session, query, since))
    stories = stories_of(session, [entry.id for entry in fresh])
    chosen = dict.fromkeys(story.id for entry in fresh if (story := stories.get(entry.id)))
    by_id = {story.id: story for story in stories.values()}
    told = [_told(session, members_of(by_id[id_]), channel, edition) for id_ in chosen]
    return Review(channel, since, now, tuple(story for story in told if story is not None))


def without(review: Review, sent: set[str]) -> Review:
    """The Review without the stories of which anything was sent before."""
    return replace(review, stories=tuple(told for told in review.stories if not sent & set(told.tags)))


def subject_of(review: Review) -> str:
    """What the mail is called."""
    language = review.channel.language
    return say("review.subject", language, label=review.channel.label, date=write_day(review.last, language))


def render_html(review: Review) -> str:
    """The review for mail programs that show HTML: no picture, no script, nothing loaded."""
    return _environment().get_template("review.html").render(**_values(review))


def render_text(review: Review) -> str:
    """The review as plain text, links on lines of their own."""
    return _environment().get_template("review.txt").render(**_values(review))


def _arrived(session: Session, query: Query, since: datetime) -> Iterator[Entry]:
    """The live Entries of the Query that were first seen since, the latest arrival first."""
    cursor = None
    while True:
        page = find(session, replace(query, is_live=True, limit=_PAGE, cursor=cursor))
        fresh = [entry for entry in page if entry.first_seen_at >= since]
        yield from fresh
        # A run announces at its end what it saw before: order of arrival is that of sight, run by run.
        if not fresh or len(page) < _PAGE:
            return
        cursor = page[-1].announced_seq


def _told(session: Session, ids: list[int], channel: Channel, edition: Edition) -> Told | None:
    entries = {entry.id: entry for entry in find(session, Query(ids=tuple(ids), limit=None))}
    members = [entries[id_] for id_ in ids if id_ in entries]
    items = [item for entry in members if isinstance(item := attempt(item_of, entry, edition, channel), Item)]
    if not items:
        return None
    return Told(items[0], tuple(items[1:]), tuple(entry.tag for entry in members))


def _values(review: Review) -> dict[str, object]:
    channel = review.channel
    language = channel.language
    return {
        "language": language,
        "title": subject_of(review),
        "period": say(
            "review.period",
            language,
            first=write_day(review.first, language),
            last=write_day(review.last, language),
        ),
        "stories": [
            {"lead": told.lead, "others": told.others, "day": say_day(told.lead, language)}
            for told in review.stories
        ],
        "also": say("story.members", language),
        "rights": channel.rights,
        "site": channel.site_url if channel.address else "",
    }


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("aggregator.feeds"),
        autoescape=select_autoescape(("html",)),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
    )
