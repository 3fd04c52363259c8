"""The JSON API: what the archive knows, for programs. Reads, and writes nothing.

Knows parameters and shapes, nothing of HTTP's headers. Start reading at `DOORS`.
"""

import json
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from aggregator.errors import StoreError
from aggregator.feeds.agenda import appointment_of, reach
from aggregator.feeds.channels import channel_of
from aggregator.items import EventKind
from aggregator.query import Order, Query
from aggregator.store.events import Happening, find_events, present_day
from aggregator.store.find import count, find_page
from aggregator.store.gone import find_gone
from aggregator.store.overview import standings
from aggregator.store.revisions import history
from aggregator.store.sightings import pages_of
from aggregator.store.statistics import BY, throughout
from aggregator.store.stories import get_story, story_of
from aggregator.story import Story
from aggregator.web import shapes
from aggregator.web.door import Answer, Asked, Door
from aggregator.web.parameters import FIRST_DAY, Parameter
from aggregator.web.problem import Unanswerable
from aggregator.web.shown import Shown, entry_of, kindred_of, show_all

JSON = "application/json"
OPEN = (("access-control-allow-origin", "*"),)
"""Any page of the web may read what is here: it is public, and nothing is written."""

MOST = 100
QUERY = Parameter("q", "What to look for: words, phrases and filters, as `search` takes them.", default="")
CURSOR = Parameter("cursor", "Where to go on: the cursor that came with the answer before.", default="")
LIMIT = Parameter("limit", "How many at most.", "number", default=50, least=1, most=MOST)
ORDER = Parameter(
    "order",
    "arrival: newest arrival first; ranked: best match first; change: a log of changes, oldest first.",
    "choice",
    default="arrival",
    choices=tuple(order.value for order in Order),
)  # fmt: skip
ID = Parameter("id", "The number.", "number", least=1, most=2**53)
# A story of more is a theme: what lies beyond is found by its search.
_MEMBERS = 50


def read_query(asked: Asked) -> Query:
    """The Query of a request's `q`, `limit`, `order` and `cursor`, as far as it has them."""
    values = asked.values
    query = replace(asked.read(values["q"]), limit=values.get("limit", LIMIT.default))
    if values.get("order"):
        query = replace(query, order=Order(values["order"]))
    return query.after(values["cursor"]) if values.get("cursor") else query


def address(path: str, **values: object) -> str:
    """The path with these parameters, the empty ones left out."""
    given = {name: str(value) for name, value in values.items() if value not in ("", None)}
    return f"{path}?{urlencode(given, errors='replace')}" if given else path


def members_of(asked: Asked, story: Story, language: str = "") -> list[Shown]:
    """Those of the story's members that may be shown, with their evidence, the lead first."""
    found = []
    for member in story.members[:_MEMBERS]:
        try:
            found.append(entry_of(asked.session, asked.edition, member.entry_id, language))
        except Unanswerable:
            continue
    return found


def happenings_of(asked: Asked, query: Query) -> list[Happening]:
    """What is announced between the days asked for; by default what is not over in the archive's present."""
    values = asked.values
    today = present_day(asked.session) or FIRST_DAY
    kind = EventKind(values["kind"]) if values.get("kind") else None
    before = values.get("before")
    until = before - timedelta(days=1) if before else reach(today)[1]
    since = values.get("after") or today
    return find_events(asked.session, query, kind=kind, since=since, until=until)


def _answer(told: dict[str, Any], following: str | None = None) -> Answer:
    link = (("link", f'<{following}>; rel="next"'),) if following else ()
    body = json.dumps(told, ensure_ascii=False, indent=1).encode("utf-8", "replace") + b"\n"
    return Answer(body, JSON, (*OPEN, *link))


def _entries(asked: Asked) -> Answer:
    page = find_page(asked.session, read_query(asked))
    given = {name: value for name, value in asked.values.items() if name != "cursor"}
    following = address("/api/entries", **given, cursor=page.cursor) if page.cursor else None
    told = [shapes.entry_shape(shown, asked.edition) for shown in show_all(page.entries, asked.edition)]
    return _answer({"entries": told, "cursor": page.cursor, "next": following}, following)


def _entry(asked: Asked) -> Answer:
    shown = entry_of(asked.session, asked.edition, ID.value(asked.place["id"]))
    story = story_of(asked.session, shown.entry.id)
    told = shapes.entry_shape(shown, asked.edition)
    told["story"] = story.id if story and len(story.members) > 1 else None
    kindred = kindred_of(asked.session, asked.edition, shown.entry.id)
    told["original"] = next((tie.original_id for tie, _ in kindred if tie.original_id == tie.other_id), None)
    told["ties"] = [shapes.tie_shape(tie, other) for tie, other in kindred]
    told["carriers"] = [shapes.carrier_shape(page) for page in pages_of(asked.session, shown.entry.id)]
    told["revisions"] = [shapes.revision_shape(shown, one) for one in history(asked.session, shown.entry.id)]
    told["evidence"] = shapes.evidence_shapes(shown)
    return _answer(told)


def story_for(asked: Asked, language: str = "") -> tuple[Story, list[Shown]]:
    """The story that the path names, with the members that may be shown. Raises: Unanswerable."""
    try:
        story = get_story(asked.session, ID.value(asked.place["id"]))
        members = members_of(asked, story, language)
    except StoreError:
        members = []
    if not members:
        raise Unanswerable(404, "there is no such story here")
    return story, members


def _story(asked: Asked) -> Answer:
    story, members = story_for(asked)
    return _answer(shapes.story_shape(story, members, asked.edition))


def _sources(asked: Asked) -> Answer:
    found = {standing.source_id: standing for standing in standings(asked.session)}
    sources = sorted(asked.edition.sources.values(), key=lambda source: source.id)
    return _answer({"sources": [shapes.source_shape(source, found.get(source.id)) for source in sources]})


def _events(asked: Asked) -> Answer:
    channel = channel_of("events", asked.edition)
    told = []
    for happening in happenings_of(asked, asked.read(asked.values["q"])):
        item = appointment_of(happening, asked.edition, channel)
        if item is not None:
            told.append(shapes.event_shape(happening, item))
    start, cursor = 0, asked.values["cursor"]
    if cursor:
        start = next((n for n, one in enumerate(told, 1) if one["uid"] == cursor), -1)
        if start < 0:
            raise Unanswerable(
                400, "this is no cursor of these events; take the one that came with them", "cursor"
            )
    end = start + asked.values["limit"]
    cursor = told[end - 1]["uid"] if end < len(told) else None
    given = {name: value for name, value in asked.values.items() if name != "cursor"}
    following = address("/api/events", **given, cursor=cursor) if cursor else None
    return _answer({"events": told[start:end], "cursor": cursor, "next": following}, following)


def _withdrawals(asked: Asked) -> Answer:
    day = asked.values["after"]
    since = datetime.combine(day, time(), UTC) if day else None
    return _answer({"withdrawals": [shapes.gone_shape(one) for one in find_gone(asked.session, since=since)]})


def _stats(asked: Asked) -> Answer:
    text, by = asked.values["q"], asked.values["by"]
    query = asked.read(text)
    counts = asked.divisions.counted(asked.session, query, by, asked.edition)
    followed = asked.divisions.followed(asked.session, query)
    return _answer({
        "q": text,
        "by": by,
        "articles": count(asked.session, query),
        "values": [
            shapes.count_shape(one, throughout(followed, one.value) if by == "month" else None)
            for one in counts.rows
        ],
        "followed": [shapes.coverage_shape(one) for one in followed.values()],
        "statement": counts.statement,
    })  # fmt: skip


DOORS = (
    Door("/api/entries", _entries, "Articles that a query asks for.", (QUERY, ORDER, LIMIT, CURSOR)),
    Door(
        "/api/entries/{id}", _entry, "An article, with the pages that showed it, its past and its evidence."
    ),
    Door("/api/stories/{id}", _story, "A story, with the articles that tell it; also by the number of one."),
    Door("/api/sources", _sources, "The sources, and how the last visit to each went."),
    Door(
        "/api/events",
        _events,
        "Events and deadlines that articles announce, by start; those that are not over by default.",
        (
            QUERY,
            Parameter("kind", "One kind alone.", "choice", choices=tuple(kind.value for kind in EventKind)),
            Parameter("after", "Not over before this day.", "day"),
            Parameter("before", "Begun before this day.", "day"),
            LIMIT,
            CURSOR,
        ),
    ),
    Door(
        "/api/withdrawals",
        _withdrawals,
        "Articles that were here and were withdrawn: whoever holds a copy should let go of it.",
        (Parameter("after", "Withdrawn on this day or later (UTC).", "day"),),
    ),
    Door(
        "/api/stats",
        _stats,
        "How the pages, articles and stories that a query finds divide, since when each source is followed, "
        "and the SQL that counts. An unknown date has a row of its own.",
        (QUERY, Parameter("by", "What to divide by.", "choice", default="month", choices=BY)),
    ),
)
"""The API's paths; all of them answer to GET alone."""
