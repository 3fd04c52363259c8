"""What is kept of pages whose owner reserves text and data mining: what a reader is told of them.

Knows nothing of how a reservation is found. Start reading at `withhold`.
"""

from dataclasses import replace

from aggregator.store.sightings import Arrival

RESERVED = "tdm-reservation"


def withhold(arrival: Arrival) -> Arrival:
    """The arrival without text, markup, blocks and snapshot where its page reserves mining.

    Title, link, date and the publisher's own teaser stay, and the hashes by which a copy of it is
    known: a hash is no text. Evidence of the text goes with it.
    Source: W3C TDMRep; directive 2019/790 (EU), article 4(3).
    """
    article = arrival.article
    if RESERVED not in article.robots:
        return arrival
    kept = replace(
        article,
        text="",
        html="",
        blocks=(),
        evidence=tuple(item for item in article.evidence if item.field != "text"),
    )
    return replace(arrival, article=kept, blocks=b"", snapshot=None)
