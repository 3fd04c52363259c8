"""Pages that stand where a site has ended: the domain is parked, for sale or has run out.

Italian and English, the words of registrars and of those who trade in domains. Start reading at `is_parked`.
"""

import re

from aggregator.text import fold

PARKED = re.compile(
    r"(?:this domain (?:name )?(?:is|may be) (?:for sale|parked|available)|buy this domain|"
    r"domain (?:is )?for sale|"
    r"(?:questo )?dominio (?:e )?(?:in vendita|parcheggiato|scaduto|e stato registrato|"
    r"registrato con successo)|"
    r"acquista questo dominio|sedoparking|parkingcrew|the domain .{3,60} is for sale|domain parking)"
)
# Such pages are short; a long one that says so is an article about domains.
_LONGEST = 64 * 1024
_TAG = re.compile(r"<[^>]*>")


def is_parked(body: bytes) -> bool:
    """Whether a page, as served, says of its own domain that there is no site."""
    if len(body) > _LONGEST:
        return False
    text = fold(_TAG.sub(" ", body.decode("utf-8", "replace")))
    return len(text.split()) < 300 and PARKED.search(text) is not None
