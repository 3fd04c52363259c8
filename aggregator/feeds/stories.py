"""Stories to Items: one entry for each news, with all who tell it inside.

Must not know formats, files or the store. Start reading at `story_item`.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from html import escape
from zoneinfo import ZoneInfo

from aggregator.feeds.compose import item_of, told_apart
from aggregator.feeds.model import Channel, Edition, Item, Omission, Related
from aggregator.feeds.strings import say, write_day, write_month
from aggregator.items import Entry, Precision
from aggregator.story import Story

# The widest story seen on public archives of news has some sixty members; a list longer than this
# is read by nobody, and the lead links to it.
_SHOWN = 40


def members_of(story: Story) -> list[int]:
    """The numbers of the Entries that its item shows, the lead first."""
    return [member.entry_id for member in story.members[:_SHOWN]]


def story_item(
    story: Story, entries: Mapping[int, Entry], edition: Edition, channel: Channel
) -> Item | Omission:
    """The story as an entry: what its lead may say, then title, source and day of all who tell it.

    Shapes: `entries` are by number; members that are not among them, or must not be shown, are left
        out, and the first that is left leads. Its id is the story's and stays when members join.
    """
    told = [item_of(entries[id_], edition, channel) for id_ in members_of(story) if id_ in entries]
    shown = [item for item in told if isinstance(item, Item)]
    if not shown:
        return next((item for item in told if isinstance(item, Omission)), Omission.NO_LINK)
    lead, *others = shown
    tag = edition.tag(f"story/{story.id}")
    names = dict.fromkeys(item.publisher.name for item in others)
    names.pop(lead.publisher.name, None)
    also = say("story.also", channel.language, sources=", ".join(names)) if names else ""
    return replace(
        lead,
        tag=tag,
        summary=" ".join(filter(None, (lead.summary, also))),
        html=_page(lead, shown, channel) if others else lead.html,
        updated_at=told_apart(story.changed_at, tag),
        related=lead.related
        + tuple(
            Related(item.url, item.publisher.name, "" if item.language == lead.language else item.language)
            for item in others
        ),
    )


def _page(lead: Item, shown: list[Item], channel: Channel) -> str:
    rows = "".join(f"<li>{_line(item, channel)}</li>" for item in shown)
    opening = lead.html or (f"<p>{escape(lead.summary)}</p>" if lead.summary else "")
    heading = say("story.members", channel.language)
    return f"{opening}<p>{heading}</p><ul>{rows}</ul>"


def _line(item: Item, channel: Channel) -> str:
    said = f'<a href="{escape(item.url)}">{escape(item.title)}</a>, {escape(item.publisher.name)}'
    day = say_day(item, channel.language)
    return f"{said}, {day}" if day else said


def say_day(item: Item, language: str) -> str:
    """The day of publication in words, no finer than it is known; empty where it is not."""
    local: datetime = item.published_at.astimezone(ZoneInfo(item.zone))
    match item.precision:
        case Precision.MINUTE | Precision.DAY:
            return write_day(local.date(), language)
        case Precision.MONTH:
            return write_month(local.date(), language)
        case Precision.YEAR:
            return str(local.year)
        case None:
            return ""
