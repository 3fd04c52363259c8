"""Changes to Items: what a publisher has put right, as an entry that tells what it said before.

Must not know formats, files or the store. Start reading at `correction_item`.
"""

from dataclasses import replace

from aggregator.feeds.compose import item_of, told_apart
from aggregator.feeds.markup import plain_text
from aggregator.feeds.model import Channel, Edition, Item, Omission
from aggregator.feeds.strings import say, write_day
from aggregator.items import Entry, Precision
from aggregator.store.changes import Change


def correction_item(change: Change, entry: Entry, edition: Edition, channel: Channel) -> Item | Omission:
    """The change as an entry of its own, dated when it was seen, under the article's link."""
    item = item_of(entry, edition, channel)
    if isinstance(item, Omission):
        return item
    language = channel.language
    said = []
    if change.old_title:
        said.append(say("change.was", language, title=plain_text(change.old_title)))
    if change.is_text_changed:
        said.append(say("change.text", language))
    if change.old_day is not None:
        said.append(say("change.day", language, day=write_day(change.old_day, language)))
    tag = edition.tag(f"correction/{item.tag.rpartition(':')[2]}/{change.number}")
    return replace(
        item,
        tag=tag,
        title=say("change.title", language, title=item.title),
        summary=" ".join(said),
        html="",
        published_at=change.changed_at,
        precision=Precision.MINUTE,
        updated_at=told_apart(change.changed_at, tag),
        related=(),
        image=None,
    )
