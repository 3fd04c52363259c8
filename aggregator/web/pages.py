"""The pages of articles for people: search, an article, a story.

Knows what each shows; the frame around it is `page`'s. Start reading at `DOORS`.
"""

import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any

import nh3
from markupsafe import Markup

from aggregator.feeds.compose import absolute
from aggregator.feeds.model import Item
from aggregator.feeds.strings import LANGUAGES, write_day
from aggregator.items import Level, Precision
from aggregator.query import Order, Query
from aggregator.snippet import mark
from aggregator.store.find import FACETS, Facet, count, find_page
from aggregator.store.kinship import Tie
from aggregator.store.limit import OverdueError
from aggregator.store.revisions import history
from aggregator.store.sightings import pages_of
from aggregator.store.sooner import sooner
from aggregator.store.stories import stories_of, story_of
from aggregator.web.api import CURSOR, ID, QUERY, address, read_query, story_for
from aggregator.web.door import Answer, Asked, Door
from aggregator.web.page import LANG, Frame, fail, frame_of, render
from aggregator.web.parameters import Parameter
from aggregator.web.shown import Shown, entry_of, kindred_of, past_of, show_all

FILTERS = {"source": "source", "cluster": "cluster", "topic": "topic", "language": "lang"}
"""The filter of the grammar for each facet but that of months, which are days."""

_ROWS = 20
_FACET_ROWS = 12
# Dividing takes 6 µs of CPU an article (100,000 on SQLite): beyond, words or a filter come first.
_MOST_DIVIDED = 300_000
# Of the five that a question may take: the answer itself is there by then.
_DIVIDING_SECONDS = 2.0
_ORDER = Parameter(
    "order", "Order of the articles.", "choice", default="arrival", choices=(Order.ARRIVAL, Order.RANKED)
)
_JSON = "application/json"
# Pictures are at other hosts, and nothing is loaded from there.
_TAGS = nh3.ALLOWED_TAGS - {"img"}


def _search(asked: Asked) -> Answer:
    frame, text = frame_of(asked), str(asked.values["q"]).strip()
    order = asked.values["order"]
    query = replace(read_query(asked), limit=_ROWS)
    found = find_page(asked.session, query)
    rows = show_all(found.entries, asked.edition, frame.language)
    number = count(asked.session, replace(query, cursor=None, tier=0))
    is_divided = number <= _MOST_DIVIDED and not asked.values["cursor"]
    divided = _divided(asked, query) if is_divided else {}
    here = {"q": text, "order": order if order != _ORDER.default else ""}
    title = frame.say("search.feed", query=text) if text else frame.say("search.title")
    feed = address("/search.atom", q=text)
    return render(
        frame,
        "search.html",
        title,
        q=text,
        order=order,
        rows=rows,
        marks=partial(mark, words=query.words),
        stories=_others(asked, [one.entry.id for one in rows]),
        count=number,
        feed=feed,
        first=frame.to("/", **here) if asked.values["cursor"] else "",
        older=frame.to("/", **here, cursor=found.cursor) if found.cursor else "",
        facets=[
            (name, [facet_row(asked, frame, text, name, value) for value in values[:_FACET_ROWS]])
            for name, values in divided.items()
            if values
        ],
        twins=(
            ("application/atom+xml", f"Atom: {title}", feed),
            ("application/rss+xml", f"RSS: {title}", address("/search.rss", q=text)),
            (_JSON, frame.say("site.api"), address("/api/entries", q=text)),
        ),
    )


def _divided(asked: Asked, query: Query) -> dict[str, list[Facet]]:
    """The facets that can be counted in time: what was found is shown without them, too."""
    found: dict[str, list[Facet]] = {}
    deadline = time.monotonic() + _DIVIDING_SECONDS
    with suppress(OverdueError):
        for name in FACETS:
            with sooner(asked.session, deadline - time.monotonic()):
                found |= asked.divisions.divided(asked.session, query, [name], asked.edition)
    return found


def facet_row(asked: Asked, frame: Frame, text: str, name: str, facet: Facet) -> tuple[str, int, str]:
    """A facet's value in words, how many articles it has, and the search that keeps to it."""
    value = facet.value
    if name == "month":
        if not value:
            return frame.say("facet.unknown"), facet.count, ""
        year, month = int(value[:4]), int(value[5:])
        following = f"{year + month // 12}-{month % 12 + 1:02}"
        return value, facet.count, frame.to("/", q=f"{text} after:{value} before:{following}".strip())
    label = value
    if name == "source" and value in asked.edition.sources:
        label = asked.edition.sources[value].name or value
    elif value in asked.edition.terms:
        label = asked.edition.terms[value].label(frame.language)
    elif name == "language" and value in LANGUAGES:
        label = frame.say(f"language.{value}")
    return (
        label,
        facet.count,
        frame.to("/", q=f'{text} {FILTERS[name]}:"{value}"'.replace('"', _quote(value)).strip()),
    )


def _quote(value: str) -> str:
    return "" if value.replace("-", "").replace("_", "").isalnum() else '"'


def _others(asked: Asked, ids: list[int]) -> dict[int, tuple[int, int]]:
    """The story of each of these entries that shares one, and how many others are in it."""
    stories = stories_of(asked.session, ids)
    return {
        id_: (story.id, len(story.members) - 1) for id_, story in stories.items() if len(story.members) > 1
    }


def _entry(asked: Asked) -> Answer:
    frame = frame_of(asked)
    shown = entry_of(asked.session, asked.edition, ID.value(asked.place["id"]), frame.language)
    entry, item = shown.entry, shown.item
    story = story_of(asked.session, entry.id)
    kindred = [
        pair
        for pair in kindred_of(asked.session, asked.edition, entry.id, frame.language)
        if pair[0].level is Level.TRANSLATION
    ]
    is_coarse = item.precision in (Precision.MONTH, Precision.YEAR)
    return render(
        frame,
        "entry.html",
        item.title,
        title_language=item.language if item.language != frame.language else "",
        item=item,
        source_id=entry.article.source_id,
        note=frame.say(f"date.{item.precision}") if is_coarse else "",
        authors=", ".join(author for author in item.authors if author != item.publisher.name),
        html=Markup(nh3.clean(item.html, tags=_TAGS)),  # noqa: S704 - cleaned right here, again
        is_gone=entry.vanished_at is not None,
        first_seen=write_day(entry.first_seen_at, frame.language),
        terms=_subjects(asked, frame, shown),
        translations=_translations(frame, item, [other.item.url for _, other in kindred]),
        kindred=[(_side(tie), tie, other) for tie, other in kindred],
        story=(story.id, len(story.members) - 1) if story and len(story.members) > 1 else None,
        carriers=_carriers(asked, frame, entry.id),
        past=[
            (write_day(one.changed_at, frame.language), _changes(frame, past_of(shown, one.old)))
            for one in reversed(history(asked.session, entry.id))
        ],
        evidence=[
            (frame.say(f"field.{one.field}"), one.chosen, len(one.others), one.why) for one in shown.evidence
        ],
        twins=((_JSON, frame.say("site.api"), f"/api/entries/{entry.id}"),),
    )


def _subjects(asked: Asked, frame: Frame, shown: Shown) -> list[tuple[str, str]]:
    """The clusters and topics that it is about, in words, and the search for each."""
    terms = [asked.edition.terms[key] for key in shown.terms]
    return [
        (
            term.label(frame.language),
            frame.to("/", q=f"{'cluster' if term.is_cluster else 'topic'}:{term.id}"),
        )
        for term in terms
    ]


def _side(tie: Tie) -> str:
    """Which of two translations the other one is."""
    if tie.original_id is None:
        return "either"
    return "original" if tie.original_id == tie.other_id else "made"


def _translations(frame: Frame, item: Item, told: Sequence[str]) -> list[tuple[str, str, str]]:
    """Language, address and its code of each translation that the page names and the archive lacks."""
    return [
        (frame.say(f"language.{r.language}") if r.language in LANGUAGES else r.language, r.url, r.language)
        for r in item.related
        if r.language and r.url not in told
    ]


def _carriers(asked: Asked, frame: Frame, entry_id: int) -> list[tuple[str, str, str]]:
    """Name of the source, address and day of each page that showed the entry."""
    found = []
    for page in pages_of(asked.session, entry_id):
        source = asked.edition.sources.get(page.source_id)
        day = write_day(page.published_day, frame.language) if page.published_day else ""
        if link := absolute(page.link):
            found.append((source.name or source.id if source else page.source_id, link, day))
    return found


def _changes(frame: Frame, old: dict[str, Any]) -> list[tuple[str, str | None]]:
    """The fields that changed, in words, and what they were; None for what may not be said."""
    return [
        (
            frame.say(f"field.{name}"),
            ", ".join(value) if isinstance(value, list) else None if value is None else str(value),
        )
        for name, value in old.items()
    ]


def _story(asked: Asked) -> Answer:
    frame = frame_of(asked)
    story, members = story_for(asked, frame.language)
    ties = {member.entry_id: member for member in story.members}
    dated = sorted(members, key=lambda one: (one.item.precision is None, one.item.published_at, one.entry.id))
    number = str(len(story.sources))
    span = frame.say("story.undated", count=number)
    if story.first_day and story.last_day:
        first, last = (write_day(day, frame.language) for day in (story.first_day, story.last_day))
        span = frame.say("story.span" if first != last else "story.day", first=first, last=last, count=number)
    lead = members[0]
    return render(
        frame,
        "story.html",
        frame.say("story.title", title=lead.item.title),
        title_language=lead.item.language if lead.item.language != frame.language else "",
        heading=lead.item.title,
        span=span,
        members=[(one, ties[one.entry.id], one is lead) for one in dated],
        twins=(
            (_JSON, frame.say("site.api"), f"/api/stories/{story.id}"),
            ("application/atom+xml", f"Atom: {frame.say('label.stories')}", "/feeds/stories.atom"),
        ),
    )


DOORS = (
    Door("/", _search, "Search.", (QUERY, _ORDER, CURSOR, LANG), fail),
    Door("/entries/{id}", _entry, "An article.", (LANG,), fail),
    Door("/stories/{id}", _story, "A story.", (LANG,), fail),
)
"""The pages of articles."""
