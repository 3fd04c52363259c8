"""The feeds that are made of something else than articles: stories, events, corrections, alarms.

They have no history: what they show follows from the articles, which have one. Start reading at
`special_document`.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping

from aggregator.feeds.agenda import event_item, first_told
from aggregator.feeds.alarms import alarm_item
from aggregator.feeds.channels import CALENDARS, OPERATOR
from aggregator.feeds.compose import assemble, attempt
from aggregator.feeds.corrections import correction_item
from aggregator.feeds.model import Channel, Document, Edition, Item, Omission
from aggregator.feeds.stories import members_of, story_item
from aggregator.items import Entry
from aggregator.query import Query
from aggregator.store import Session
from aggregator.store.alarms import find_alarms
from aggregator.store.changes import find_changes
from aggregator.store.events import find_events, present_day
from aggregator.store.find import find
from aggregator.store.stories import find_stories

Items = Iterator[Item | Omission]
_AT_ONCE = 500


def is_special(channel: Channel) -> bool:
    """Whether the feed is one of these."""
    return channel.name in _MAKERS


def special_document(session: Session, channel: Channel, edition: Edition, limit: int) -> Document:
    """The feed as it is now, with at most that many entries, what came last first."""
    return assemble(channel, _MAKERS[channel.name](session, channel, edition, limit))


def _stories(session: Session, channel: Channel, edition: Edition, limit: int) -> Items:
    stories = find_stories(session, Query(is_live=True, limit=limit), fewest=1)
    entries = _entries(session, (id_ for story in stories for id_ in members_of(story)))
    return (attempt(story_item, story, entries, edition, channel) for story in stories)


def _events(session: Session, channel: Channel, edition: Edition, limit: int) -> Items:
    """What is announced and not over, the latest announcement first."""
    today = present_day(session)
    kind = CALENDARS[channel.name]
    found = first_told(find_events(session, kind=kind, since=today)) if today else []
    found.sort(key=lambda happening: (happening.announced_seq, happening.uid), reverse=True)
    entries = _entries(session, (happening.entry_id for happening in found[:limit]))
    return (
        attempt(event_item, happening, entries[happening.entry_id], edition, channel)
        for happening in found[:limit]
    )


def _corrections(session: Session, channel: Channel, edition: Edition, limit: int) -> Items:
    changes = find_changes(session, limit)
    entries = _entries(session, (change.entry_id for change in changes))
    return (
        attempt(correction_item, change, entries[change.entry_id], edition, channel) for change in changes
    )


def _operator(session: Session, channel: Channel, edition: Edition, limit: int) -> Items:
    return (attempt(alarm_item, raised, edition, channel) for raised in find_alarms(session, limit=limit))


def _entries(session: Session, ids: Iterable[int]) -> dict[int, Entry]:
    wanted = sorted(set(ids))
    chunks = (tuple(wanted[start : start + _AT_ONCE]) for start in range(0, len(wanted), _AT_ONCE))
    return {entry.id: entry for chunk in chunks for entry in find(session, Query(ids=chunk, limit=None))}


_MAKERS: Mapping[str, Callable[[Session, Channel, Edition, int], Items]] = {
    "stories": _stories,
    "corrections": _corrections,
    OPERATOR: _operator,
    **dict.fromkeys(CALENDARS, _events),
}
