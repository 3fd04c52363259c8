"""Alarms to Items: what an operator must know of, as entries of a feed of its own.

Must not know formats, files or how trouble is found. Start reading at `alarm_item`.
"""

from aggregator.feeds.compose import title_of, told_apart
from aggregator.feeds.markup import plain_text
from aggregator.feeds.model import Channel, Edition, Item, Publisher
from aggregator.feeds.strings import say
from aggregator.items import Precision
from aggregator.store.alarms import RaisedAlarm
from aggregator.text import cut

_TEXT_LENGTH = 1000


def alarm_item(raised: RaisedAlarm, edition: Edition, channel: Channel) -> Item:
    """The alarm as an entry; when it is over, the same entry says so."""
    alarm = raised.alarm
    tag = edition.tag(f"alarm/{raised.number}")
    title = title_of(alarm.title, channel)
    if raised.ended_at is not None:
        title = say("alarm.over", channel.language, title=title)
    source = edition.sources.get(alarm.source_id or "")
    name = say("publisher", channel.language)
    return Item(
        tag=tag,
        url=(source.url if source else "") or channel.site_url,
        title=title,
        language=channel.language,
        publisher=Publisher(edition.tag("operator"), name, channel.site_url, channel.site_url),
        published_at=raised.raised_at,
        precision=Precision.MINUTE,
        zone=source.zone if source else "Europe/Rome",
        updated_at=told_apart(raised.changed_at, tag),
        rights="",
        summary=cut(plain_text(alarm.text), _TEXT_LENGTH),
        authors=(name,),
    )
