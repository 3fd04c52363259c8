"""OPML 2.0: the list of all feeds, for readers that subscribe to many at once.

Takes Channels and returns bytes. Start reading at `render_opml`.
"""

from collections.abc import Iterable

from lxml import etree

from aggregator.feeds.model import Channel
from aggregator.feeds.strings import say

Group = tuple[str, tuple[Channel, ...]]
"""A heading and the feeds under it."""


def render_opml(groups: Iterable[Group], language: str) -> bytes:
    """The feeds, by group, with the addresses of their Atom form.

    Shapes: channels without an address are left out: an OPML file is read far from the feeds.
    Source: http://opml.org/spec2.opml, 'Subscription lists'.
    """
    opml = etree.Element("opml", version="2.0")
    head = etree.SubElement(opml, "head")
    etree.SubElement(head, "title").text = say("index.title", language)
    etree.SubElement(head, "docs").text = "http://opml.org/spec2.opml"
    body = etree.SubElement(opml, "body")
    for heading, channels in groups:
        group = etree.SubElement(body, "outline", text=heading)
        for channel in channels:
            if channel.address:
                etree.SubElement(
                    group,
                    "outline",
                    type="rss",
                    text=channel.title,
                    title=channel.title,
                    description=channel.description,
                    language=channel.language,
                    htmlUrl=channel.site_url,
                    xmlUrl=f"{channel.address}.atom",
                )
    return bytes(etree.tostring(opml, xml_declaration=True, encoding="UTF-8", pretty_print=True))
